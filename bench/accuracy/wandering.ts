import { percentileOf } from '../../src/analyze/search/percentile.ts';
import type { BreakingPoint } from '../../src/core/breaking-point.ts';
import { Random } from '../../src/load/random.ts';
import { latencySlo, openStep, searchOptions } from './inputs.ts';
import { oneByOne, type Server } from './server.ts';
import { runLevel, simulate } from './simulation.ts';
import { percent, type Row, summarize } from './summary.ts';

/** A target on a machine that others share: one at a time, exponential, and slower for whiles. */
export interface Wandering {
  /** Mean service time while it is quick, s. */
  readonly mean: number;
  /** So many times as long while it is slow. */
  readonly slowness: number;
  /** Mean length of either while, s; exponential. */
  readonly dwell: number;
}

/** The whiles go on from level to level: a target of its own for every search. @param seed of the whiles. */
function wandering({ mean, slowness, dwell }: Wandering, seed: number): Server {
  const whiles = new Random(seed, 77);
  let now = 0;
  let until = 0;
  let slow = false;
  return oneByOne(() => {
    const begun = now;
    let free = 0;
    return (at, random) => {
      const start = Math.max(at, free);
      now = Math.max(now, begun + start);
      for (; now >= until; until += whiles.exponential(dwell)) slow = !slow;
      free = start + random.exponential(mean * (slow ? slowness : 1));
      return free;
    };
  });
}

/** The search's interval where the target is not the same from one moment to the next. Truth by a long simulation. */
export function slowByTimes(target: Wandering, limitMs: number, budget: number, runs: number): Row {
  const { mean, slowness, dwell } = target;
  let [low, high] = [0.2 / mean, 1 / mean];
  for (let step = 0; step < 12; step++) {
    const rate = (low + high) / 2;
    const { batches } = runLevel(openStep(rate, 1 / mean, 1000 * dwell), wandering(target, 5), new Random(9, step));
    if (percentileOf(0.95, batches).value < limitMs * 1000) low = rate;
    else high = rate;
  }
  const options = searchOptions([latencySlo(95, limitMs)], budget, 0.1);
  const answers = Array.from({ length: runs }, (_, run) =>
    simulate(options, wandering(target, 100 + run), 1 + 7 * run),
  );
  const one = summarize(answers, low);
  const pairs = Math.floor(runs / 2);
  const agreeing = Array.from({ length: pairs }, (_, pair) => agree(answers[2 * pair], answers[2 * pair + 1]));
  return {
    experiment: `${Math.round(1 / mean)}/s, but ${slowness} times slower for ${dwell} s in every ${2 * dwell} s on average: SLO limit, p95 ≤ ${limitMs} ms, ${budget / 60} min`,
    truth: `${low.toFixed(0)}/s over long times`,
    measured: `covered ${percent(one.covered)}; two searches agree ${percent(agreeing.filter(Boolean).length / pairs)}; RMSE ${percent(one.rmse)}; bias ${percent(one.bias)}; interval ${percent(one.width)} wide`,
    must: '',
    reached: null,
  };
}

/** Whether the interval of each holds the estimate of the other. */
function agree(one: BreakingPoint | undefined, other: BreakingPoint | undefined): boolean {
  const holds = (a: BreakingPoint | undefined, b: BreakingPoint | undefined): boolean => {
    const estimate = b?.estimate ?? null;
    if (!a?.interval || estimate === null) return false;
    const [from, to] = a.interval;
    return from <= estimate && (to === null || estimate <= to);
  };
  return holds(one, other) && holds(other, one);
}
