import { CONFIDENCE, compareRuns, FEWEST, type SideInput } from '../analyze/compare/comparison.ts';
import { figuresOf } from '../analyze/compare/figures.ts';
import { counted, formatMs, formatRate } from '../analyze/wording.ts';
import type { Comparison, RunFigures } from '../core/comparison.ts';
import type { World } from '../core/world.ts';
import { Random } from '../load/random.ts';
import { type LiveSide, measureTurn, withVoids } from './turns.ts';

type SideLabel = 'base' | 'head';
export type PairSide = LiveSide & { readonly label: SideLabel };

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
  sides: readonly [PairSide, PairSide],
  wishes: LiveWishes,
): Promise<Compared & { readonly interrupted: boolean }> {
  const { pairs, margin, seed, note, folder, overwrite, flags } = wishes;
  const random = new Random(seed, 0);
  const stop = new AbortController();
  const forget = world.onInterrupt(() => stop.abort());
  const runs: Record<SideLabel, SideInput['runs'][number][]> = { base: [], head: [] };
  const compared = (confidence: number): Comparison => {
    const [base, head] = sides.map(({ label, shown }) => ({ label: `${label} (${shown})`, runs: runs[label] }));
    return compareRuns(base as SideInput, head as SideInput, { margin, version: world.version, confidence });
  };
  try {
    const voids: string[] = [];
    for (let turn = 1, pair = 1; pair <= pairs && voids.length <= pairs; turn++) {
      const order = random.uniform() < 0.5 ? sides : sides.toReversed();
      const done = await measureTurn(
        world,
        order,
        { kind: 'run', name: 'pair', number: turn, folder, seed, overwrite, flags },
        stop.signal,
      );
      if (done === null) break;
      const measured = done.map(({ label, from, result }) => ({
        label: label as SideLabel,
        from,
        figures: figuresOf(result),
      }));
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
          return { comparison: withVoids(early, voids, ofPairs), sides: [runs.base, runs.head], interrupted: false };
      }
      pair++;
    }
    const looks = pairs > FEWEST ? CONFIDENCE + FIRST_LOOK : CONFIDENCE;
    return {
      comparison: withVoids(compared(looks), voids, ofPairs),
      sides: [runs.base, runs.head],
      interrupted: stop.signal.aborted,
    };
  } finally {
    forget();
  }
}

interface Measured {
  readonly label: SideLabel;
  readonly from: string;
  readonly figures: RunFigures;
}

/** Why a pair says nothing: one of its runs was voided. A pair without one of them would be no pair. */
function voidReason(pair: readonly Measured[]): string | null {
  for (const { label, figures } of pair) {
    const reason = figures.leftOut;
    if (reason !== undefined) return `${label}: ${reason}`;
  }
  return null;
}

const ofPairs = (pairs: number): string => `${counted(pairs, 'pair')} of runs said nothing of the targets`;

function progress(pair: number, pairs: number, runs: readonly Measured[]): string {
  const figures = (['base', 'head'] as const).map((label) => {
    const { p95 = null, throughput = null } = runs.find((each) => each.label === label)?.figures.values ?? {};
    return `${label} ${p95 === null ? 'p95 –' : `p95 ${formatMs(p95)}`}, ${formatRate(throughput ?? 0)}`;
  });
  return `pair ${pair} of at most ${pairs}: ${figures.join('; ')}`;
}
