/** Several loads that a plan offers at once, and what they come to together. */
import { type ArrivalPattern, type LoadProfile, type OneLoad, type Stage, stagesOf, valueAt } from './load-profile.ts';
import { type Count, count, micros, type PerSecond } from './units.ts';

/** One of several loads that a plan offers at once. */
export interface FlowLoad {
  /** Whose it is, by its name without a target; null: of all flows that have none of their own, by their weights. */
  readonly flow: string | null;
  readonly profile: OneLoad;
  /** So many passes at most. Null: as many as its stages make. */
  readonly maxPasses: Count | null;
}

/** All that a plan offers, each with a schedule of its own. */
export function profilesOf({
  load,
  loads,
}: {
  readonly load: LoadProfile;
  readonly loads?: readonly FlowLoad[];
}): readonly LoadProfile[] {
  return loads === undefined ? [load] : loads.map(({ profile }) => profile);
}

/**
 * What several loads come to: users together, arrivals together, for as long as the longest of them. It is for tables, pictures
 * and judgement; what is sent follows from the loads themselves.
 */
export function together(loads: readonly OneLoad[]): LoadProfile {
  const closed = loads.filter((load) => load.model === 'closed');
  const open = loads.filter((load) => load.model === 'open');
  const borders = bordersOf(loads);
  const vus = sumOf<Count>(
    closed.map((load) => load.vus),
    borders,
  );
  const rate = sumOf<PerSecond>(
    open.map((load) => load.rate),
    borders,
  );
  if (open.length === 0) return { model: 'closed', vus, thinkTime: null };
  const arrivals = leastEven(open.map((load) => load.arrivals));
  const maxInFlight = count(open.reduce((sum, load) => sum + load.maxInFlight, 0));
  return closed.length === 0
    ? { model: 'open', arrivals, rate, maxInFlight }
    : { model: 'mixed', vus, arrivals, rate, maxInFlight };
}

/** Where a stage of any of them begins or ends, µs since the start, ascending. */
function bordersOf(loads: readonly OneLoad[]): readonly number[] {
  const borders = new Set([0]);
  for (const load of loads) {
    let at = 0;
    for (const { duration } of stagesOf(load)) {
      at += duration;
      borders.add(at);
    }
  }
  return [...borders].sort((a, b) => a - b);
}

function sumOf<Quantity extends number>(
  curves: readonly (readonly Stage<Quantity>[])[],
  borders: readonly number[],
): Stage<Quantity>[] {
  return borders.slice(1).map((to, place) => {
    const from = borders[place] as number;
    const ends = curves.map((curve) => endsIn(curve, from, to));
    return {
      duration: micros(to - from),
      from: ends.reduce<number>((sum, [begin]) => sum + begin, 0) as Quantity,
      to: ends.reduce<number>((sum, [, end]) => sum + end, 0) as Quantity,
    };
  });
}

/** What a curve begins and ends with between two instants, which no border of its stages lies between. */
function endsIn(curve: readonly Stage<number>[], from: number, to: number): readonly [begin: number, end: number] {
  let passed = 0;
  for (const stage of curve) {
    const { duration } = stage;
    if (from < passed + duration)
      return [valueAt([stage], micros(from - passed)), valueAt([stage], micros(to - passed))];
    passed += duration;
  }
  return [0, 0];
}

/** By how much their counts scatter: evenly spaced not at all, at random like a Poisson process, in bursts more. */
function leastEven(patterns: readonly Extract<OneLoad, { model: 'open' }>['arrivals'][]): ArrivalPattern {
  const scatter = (pattern: ArrivalPattern): number =>
    pattern === 'uniform' ? 0 : pattern === 'poisson' ? 1 : pattern.bursty;
  let least: ArrivalPattern = 'uniform';
  for (const pattern of patterns) {
    if (typeof pattern === 'object' && 'replay' in pattern) throw new Error('a trace is the only load of its plan');
    if (scatter(pattern) > scatter(least)) least = pattern;
  }
  return least;
}
