import { join } from 'node:path';
import { CONFIDENCE, compareRuns, FEWEST, type SideInput } from '../analyze/compare/comparison.ts';
import { figuresOf } from '../analyze/compare/figures.ts';
import { counted, formatMs, formatRate } from '../analyze/wording.ts';
import type { Comparison, RunFigures } from '../core/comparison.ts';
import { EXIT, RampartError } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { Random } from '../load/random.ts';
import { resultOf } from './finished-result.ts';
import { runCommand } from './run.ts';
import { type StartedTarget, withTargetProgram } from './started-target.ts';

export interface LiveSide {
  readonly label: 'base' | 'head';
  readonly url: string;
  /** The address without its secrets. */
  readonly shown: string;
  /** Started anew for each run; null: it runs anyway. */
  readonly program: StartedTarget | null;
}

/** A comparison, and the runs that it is of. */
export interface Compared {
  readonly comparison: Comparison;
  readonly sides: readonly [base: SideInput['runs'], head: SideInput['runs']];
}

export interface LiveWishes {
  /** Most pairs that are measured. */
  readonly pairs: number;
  readonly margin: number;
  readonly folder: string;
  readonly seed: number;
  readonly overwrite: boolean;
  /** Told as it goes on. */
  readonly note: (line: string) => void;
  /** Of `run`, for each of the runs. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/** What may miss at the first look: little, since there is a second one. Together they are 5 %. */
const FIRST_LOOK = 0.01;

/**
 * Measures two targets in turns, in pairs whose order is random, until the comparison is decided or there are enough pairs.
 * It is looked at twice at most: after five pairs, with narrower odds, and at the end. Both runs of a pair have the same
 * seed, and so the same arrivals and rows: what the load does to the figures cancels.
 *
 * @returns the comparison, and how it ended.
 */
export async function compareLive(
  world: World,
  sides: readonly [LiveSide, LiveSide],
  wishes: LiveWishes,
): Promise<Compared & { readonly interrupted: boolean }> {
  const { pairs, margin, seed, note } = wishes;
  const random = new Random(seed, 0);
  const stop = new AbortController();
  const forget = world.onInterrupt(() => stop.abort());
  const runs: Record<LiveSide['label'], SideInput['runs'][number][]> = { base: [], head: [] };
  const compared = (confidence: number): Comparison => {
    const [base, head] = sides.map(({ label, shown }) => ({ label: `${label} (${shown})`, runs: runs[label] }));
    return compareRuns(base as SideInput, head as SideInput, { margin, version: world.version, confidence });
  };
  try {
    const voids: string[] = [];
    for (let turn = 1, pair = 1; pair <= pairs && voids.length <= pairs; turn++) {
      const measured = await measurePair(
        world,
        random.uniform() < 0.5 ? sides : sides.toReversed(),
        turn,
        wishes,
        stop.signal,
      );
      if (measured === null) break;
      const reason = voidReason(measured);
      if (reason !== null) {
        voids.push(reason);
        note(`pair ${pair} of at most ${pairs} is measured again: ${reason}`);
        continue;
      }
      for (const side of measured) runs[side.label].push(side);
      note(progress(pair, pairs, measured));
      if (pair === FEWEST && pair < pairs) {
        const early = compared(1 - FIRST_LOOK);
        if (early.verdict !== 'undecided')
          return { comparison: withVoids(early, voids), sides: [runs.base, runs.head], interrupted: false };
      }
      pair++;
    }
    const looks = pairs > FEWEST ? CONFIDENCE + FIRST_LOOK : CONFIDENCE;
    return {
      comparison: withVoids(compared(looks), voids),
      sides: [runs.base, runs.head],
      interrupted: stop.signal.aborted,
    };
  } finally {
    forget();
  }
}

const folderOf = ({ folder }: LiveWishes, { label }: LiveSide, turn: number): string =>
  join(folder, `${label}-${String(turn).padStart(2, '0')}`);

interface Measured {
  readonly label: LiveSide['label'];
  readonly from: string;
  readonly figures: RunFigures;
}

/** @returns null where it was interrupted. */
async function measurePair(
  world: World,
  order: readonly LiveSide[],
  turn: number,
  wishes: LiveWishes,
  signal: AbortSignal,
): Promise<readonly Measured[] | null> {
  const measuredRuns: Measured[] = [];
  for (const side of order) {
    const figures = await measured(world, side, turn, wishes, signal);
    if (figures === null) return null;
    measuredRuns.push({ label: side.label, from: folderOf(wishes, side, turn), figures });
  }
  return measuredRuns;
}

/** Why a pair says nothing: one of its runs was voided. A pair without one of them would be no pair. */
function voidReason(pair: readonly Measured[]): string | null {
  for (const { label, figures } of pair) {
    const reason = figures.leftOut;
    if (reason !== undefined) return `${label}: ${reason}`;
  }
  return null;
}

function withVoids(comparison: Comparison, voids: readonly string[]): Comparison {
  if (voids.length === 0) return comparison;
  const [last = ''] = voids.slice(-1);
  const doubt = `${counted(voids.length, 'pair')} of runs said nothing of the targets, and ${voids.length > 1 ? 'count' : 'counts'} nowhere; the last: ${last}`;
  return { ...comparison, doubts: [doubt, ...comparison.doubts] };
}

/** @returns null where it was interrupted. */
async function measured(
  world: World,
  side: LiveSide,
  turn: number,
  wishes: LiveWishes,
  signal: AbortSignal,
): Promise<RunFigures | null> {
  if (signal.aborted) return null;
  const out = folderOf(wishes, side, turn);
  let said = '';
  const silent = (heard: (text: string) => void): World['stdout'] => ({ write: heard, isTTY: false, columns: 100 });
  // What is told of the runs is told of the comparison.
  const { GITHUB_STEP_SUMMARY: _, GITHUB_ACTIONS: __, ...env } = world.env;
  const inside: World = {
    ...world,
    env,
    keyboard: null,
    stdout: silent(() => {}),
    stderr: silent((text) => {
      said = `${said}${text}`.slice(-4_000);
    }),
  };
  const run = async () =>
    signal.aborted
      ? EXIT.interrupted
      : runCommand(inside, 'run', side.url, {
          ...wishes.flags,
          ...{ out, quiet: true, overwrite: wishes.overwrite },
          // A seed has 32 bits.
          seed: `${(wishes.seed + turn) >>> 0}`,
        });
  const code = await (side.program === null ? run() : withTargetProgram(world, side.program, signal, run));
  if (code === EXIT.interrupted || signal.aborted) return null;
  if (code === EXIT.passed || code === EXIT.failed || code === EXIT.invalid) return figuresOf(resultOf(world, out));
  throw new RampartError(
    code === EXIT.usage ? 'usage' : 'unreachable',
    `pair ${turn}, ${side.label} (${side.shown}): ${said.trim() || `ended with exit code ${code}`}`,
  );
}

function progress(pair: number, pairs: number, runs: readonly Measured[]): string {
  const figures = (['base', 'head'] as const).map((label) => {
    const { p95 = null, throughput = null } = runs.find((each) => each.label === label)?.figures.values ?? {};
    return `${label} ${p95 === null ? 'p95 –' : `p95 ${formatMs(p95)}`}, ${formatRate(throughput ?? 0)}`;
  });
  return `pair ${pair} of at most ${pairs}: ${figures.join('; ')}`;
}
