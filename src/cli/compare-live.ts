/** Measures two targets in pairs of runs, in random order, until their comparison is decided. */
import { compareRuns, type SideInput } from '../analyze/compare/comparison.ts';
import { figuresOf } from '../analyze/compare/figures.ts';
import { fewLooks, growingLooks } from '../analyze/compare/looks.ts';
import { type PairWork, speedDoubts } from '../analyze/compare/machine-speed.ts';
import {
  durationText,
  type MeasuredPair,
  prospectOf,
  prospectSentence,
  TOLD_AFTER,
} from '../analyze/compare/prospect.ts';
import { counted, formatMs, formatRate } from '../analyze/wording.ts';
import type { Comparison, RunFigures } from '../core/comparison.ts';
import type { RunResult } from '../core/result.ts';
import { type Micros, toSeconds } from '../core/units.ts';
import type { World } from '../core/world.ts';
import { Random } from '../load/random.ts';
import { parseDuration } from '../plan/syntax.ts';
import { type LiveSide, measureTurn, type Measured as TurnResult, withVoids } from './turns.ts';

type SideLabel = 'base' | 'head';
export type PairSide = LiveSide & { readonly label: SideLabel };

/** A comparison, and the runs that it is of. */
export interface Compared {
  readonly comparison: Comparison;
  readonly sides: readonly [base: SideInput['runs'], head: SideInput['runs']];
}

export interface PairSettings {
  /** Most pairs that are measured. */
  readonly pairs: number;
  /** How long all of it may take; null: as long as the pairs do. */
  readonly budget: Micros | null;
  readonly margin: number;
  readonly folder: string;
  readonly seed: number;
  readonly overwrite: boolean;
  /** Told as it goes on. */
  readonly note: (line: string) => void;
  /** Of `run`, for each of the runs. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/** So many times as many pairs may fit into a budget as the first one says. */
const ROOM = 1.25;

/**
 * Measures two targets in turns, in pairs whose order is random, until the comparison is decided, there are enough pairs, or
 * the budget ends: no pair is begun that would not end in it. Without a budget it is looked at twice at most. Both runs of a
 * pair have the same seed, and so the same arrivals and rows: what the load does to the figures cancels.
 *
 * @param measure what measures a pair: another one in tests.
 * @returns the comparison, and how it ended.
 */
export async function compareLive(
  world: World,
  sides: readonly [PairSide, PairSide],
  settings: PairSettings,
  measure: typeof measureTurn = measureTurn,
): Promise<Compared & { readonly interrupted: boolean }> {
  const { pairs, budget, margin, seed, note, folder, overwrite, flags } = settings;
  const { clock } = world;
  const random = new Random(seed, 0);
  const stop = new AbortController();
  const forget = world.onInterrupt(() => stop.abort());
  const runs: Record<SideLabel, SideInput['runs'][number][]> = { base: [], head: [] };
  const first: MeasuredPair[] = [];
  const work: PairWork[] = [];
  const voids: string[] = [];
  let looks = budget === null ? fewLooks(pairs) : growingLooks(pairs);
  const most = (): number => Math.min(pairs, looks.at.at(-1) ?? pairs);
  const begunAt = clock.now();
  let longest = 0;
  let out = false;
  const compared = (): Comparison => {
    const [base, head] = sides.map(({ label, shown }) => ({ label: `${label} (${shown})`, runs: runs[label] }));
    const confidence = looks.confidenceAt(runs.base.length);
    const comparison = compareRuns(base as SideInput, head as SideInput, {
      margin,
      version: world.version,
      confidence,
    });
    if (budget === null) return comparison;
    const spentSeconds = toSeconds((clock.now() - begunAt) as Micros);
    const pairSeconds = toSeconds(longest as Micros);
    return { ...comparison, budget: { seconds: toSeconds(budget), spentSeconds, pairSeconds, ended: out } };
  };
  try {
    for (let turn = 1; runs.base.length < most() && voids.length <= pairs; turn++) {
      const turnAt = clock.now();
      // The first is measured in any case: how long a pair takes is not known before.
      out = budget !== null && longest > 0 && turnAt - begunAt + longest > budget;
      if (out) break;
      const order = random.uniform() < 0.5 ? sides : sides.toReversed();
      const done = await measure(
        world,
        order,
        { kind: 'run', name: 'pair', number: turn, folder, seed, overwrite, flags },
        stop.signal,
      );
      if (done === null) break;
      const took = clock.now() - turnAt;
      // How many fit decides how often it is looked at, and not what the runs show. The first may be slower than others.
      if (budget !== null && longest === 0)
        looks = growingLooks(Math.min(pairs, Math.ceil((ROOM * budget) / Math.max(1, took))));
      longest = Math.max(longest, took);
      const measured = done.map(({ label, from, result }) => ({
        label: label as SideLabel,
        from,
        figures: figuresOf(result),
      }));
      const place = `pair ${runs.base.length + 1}${budget === null ? ` of at most ${pairs}` : ''}`;
      const reason = voidReason(measured);
      if (reason !== null) {
        voids.push(reason);
        note(`${place} is measured again: ${reason}`);
        continue;
      }
      for (const side of measured) runs[side.label].push(side);
      work.push(workOf(done));
      note(`${place}: ${figuresText(measured)}`);
      if (first.length < TOLD_AFTER && first.push(pairOf(done)) === TOLD_AFTER) {
        const said = prospectSaid(first, { planned: most(), margin, budgeted: budget !== null, longest, flags });
        if (said !== null) note(said);
      }
      if (runs.base.length < most() && looks.at.includes(runs.base.length) && compared().verdict !== 'undecided') break;
    }
    const comparison = compared();
    const doubts = [...comparison.doubts, ...speedDoubts(work)];
    return {
      comparison: withVoids({ ...comparison, doubts }, voids, ofPairs),
      sides: [runs.base, runs.head],
      interrupted: stop.signal.aborted,
    };
  } finally {
    forget();
  }
}

function workOf(done: readonly TurnResult[]): PairWork {
  const of = (side: SideLabel): number => done.find(({ label }) => label === side)?.workMs ?? 0;
  return { base: of('base'), head: of('head') };
}

function pairOf(done: readonly TurnResult[]): MeasuredPair {
  const of = (side: SideLabel): RunResult => (done.find(({ label }) => label === side) as TurnResult).result;
  return { base: of('base'), head: of('head') };
}

interface Begun extends Pick<PairSettings, 'margin' | 'flags'> {
  readonly planned: number;
  readonly budgeted: boolean;
  /** A pair took, µs. */
  readonly longest: number;
}

/** What the first pairs let expect of all, and what would show more; null: they do not tell, or there is nothing to come. */
function prospectSaid(
  first: readonly MeasuredPair[],
  { planned, margin, budgeted, longest, flags }: Begun,
): string | null {
  const few = (pairs: number): number => fewLooks(pairs).confidenceAt(pairs);
  const growing = (pairs: number): number => growingLooks(pairs).confidenceAt(pairs);
  const prospect = prospectOf(first, { planned, margin, confidenceOf: budgeted ? growing : few });
  if (prospect === null || planned <= TOLD_AFTER) return null;
  const budget = budgetText(longest);
  // It is looked at more often, which takes some pairs more.
  const more = budgeted ? null : (prospectOf(first, { planned, margin, confidenceOf: growing })?.pairs ?? null);
  return prospectSentence(prospect, planned, {
    seconds: secondsOf(flags),
    pairs: budgeted ? budget : pairsText,
    untilDecided: more === null ? null : budget(more),
  });
}

const pairsText = (pairs: number): string => `--pairs ${pairs}`;

/** @param longest a pair took, µs. */
const budgetText =
  (longest: number) =>
  (pairs: number): string =>
    `--budget ${durationText(pairs * toSeconds(longest as Micros))}`;

/** How long each run lasts, where its flags say that. */
function secondsOf({ duration }: PairSettings['flags']): number | null {
  return typeof duration === 'string' ? toSeconds(parseDuration(duration, '--duration')) : null;
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

const figuresText = (runs: readonly Measured[]): string =>
  (['base', 'head'] as const)
    .map((label) => {
      const { p95 = null, throughput = null } = runs.find((each) => each.label === label)?.figures.values ?? {};
      return `${label} ${p95 === null ? 'p95 –' : `p95 ${formatMs(p95)}`}, ${formatRate(throughput ?? 0)}`;
    })
    .join('; ');
