/** The experiments of the accuracy table, a line each. */

import { isHopeless, judge } from '../../src/analyze/search/level.ts';
import { percentileOf } from '../../src/analyze/search/percentile.ts';
import type { SearchOptions } from '../../src/analyze/search/state.ts';
import type { BreakingPoint } from '../../src/core/breaking-point.ts';
import { micros } from '../../src/core/units.ts';
import { Random } from '../../src/load/random.ts';
import { meanOf } from '../../src/stats/average.ts';
import { mm1kLoss, stallQuantile } from '../../src/stats/queueing.ts';
import { holdsTruth } from './families.ts';
import { errorSlo, LAWS, type Law, latencySlo, levelRequests, limitRate, openStep, searchOptions } from './inputs.ts';
import { batching, exponential, queue, type Server, scalable, stalling } from './server.ts';
import { runLevel, simulate } from './simulation.ts';
import { percent, type Row, rms, summarize } from './summary.ts';

/** Do the reported intervals of p50 and p95 hold the truth? */
export function percentileCoverage(law: Law, rho: number, runs: number): Row {
  const rate = rho * law.capacity;
  const step = openStep(rate, law.capacity, levelRequests(rho) / rate);
  const asked = [0.5, 0.95] as const;
  const truths = asked.map((p) => law.quantile(p, rate) * 1e6);
  const covered = asked.map(() => 0);
  const errors: number[][] = asked.map(() => []);
  for (let run = 0; run < runs; run++) {
    const { batches } = runLevel(step, law.server, new Random(run, Math.round(rho * 100)));
    asked.forEach((p, i) => {
      const truth = truths[i] as number;
      const { value, interval } = percentileOf(p, batches);
      // What lies within the histogram's own resolution of an end is not outside.
      const [low, high] = interval ?? [0, 0];
      if (low <= truth * 1.001 && (high === null || truth <= high * 1.001)) covered[i] = (covered[i] as number) + 1;
      errors[i]?.push(value / truth - 1);
    });
  }
  const demanded = rho >= 0.9 ? 0.85 : 0.93;
  const shares = covered.map((n) => n / runs);
  const biases = errors.map((one) => meanOf(one));
  return {
    experiment: `${law.name}, ρ = ${rho}: p50, p95 of a level`,
    truth: truths.map((truth) => `${(truth / 1000).toFixed(2)} ms`).join(', '),
    measured: `covered ${shares.map((share) => percent(share)).join(', ')}; bias ${biases.map((bias) => percent(bias)).join(', ')}`,
    must: `≥ ${percent(demanded, 0)}; ≤ 2 %`,
    reached: shares.every((share) => share >= demanded) && biases.every((bias) => Math.abs(bias) <= 0.02),
  };
}

/** The breaking points of many searches, beside the truth. */
export function searches(server: Server, options: SearchOptions, runs: number): BreakingPoint[] {
  return Array.from({ length: runs }, (_, run) => simulate(options, server, 1 + 7 * run));
}

export function sloLimit(law: Law, budget: number, runs: number, rmse: number | null): Row {
  const truth = limitRate(law, 0.95, law.limitMs / 1000);
  const one = summarize(searches(law.server, searchOptions([latencySlo(95, law.limitMs)], budget), runs), truth);
  return {
    experiment: `${law.name}: SLO limit, p95 ≤ ${law.limitMs} ms, ${budget / 60} min`,
    truth: `${truth.toFixed(2)}/s`,
    measured: `covered ${percent(one.covered)}; RMSE ${percent(one.rmse)}; bias ${percent(one.bias)}; interval ${percent(one.width)} wide`,
    must: rmse === null ? '' : `≥ 93 %; ≤ ${percent(rmse)}; < 1 %`,
    reached: rmse === null ? null : one.covered >= 0.93 && one.rmse <= rmse && Math.abs(one.bias) < 0.01,
  };
}

export const capacity = (law: Law, budget: number, runs: number): Row =>
  capacityIn(law, budget, searches(law.server, searchOptions([latencySlo(95, law.limitMs)], budget), runs));

/** The same of searches that were made. */
export function capacityIn(law: Law, budget: number, answers: readonly BreakingPoint[]): Row {
  const errors = answers.map((one) => (one.capacity?.estimate ?? 0) / law.capacity - 1);
  return {
    experiment: `${law.name}: capacity, ${budget / 60} min`,
    truth: `${law.capacity}/s`,
    measured: `RMSE ${percent(rms(errors))}; bias ${percent(meanOf(errors))}`,
    must: 'RMSE ≤ 2 %',
    reached: rms(errors) <= 0.02,
  };
}

/** A queue of 10 places that turns away the rest with 503: errors break before latency does. */
export function errorLimit(budget: number, runs: number): Row {
  let [low, high] = [1, 200];
  for (let step = 0; step < 50; step++) {
    if (mm1kLoss((low + high) / 2, 100, 10) < 0.01) low = (low + high) / 2;
    else high = (low + high) / 2;
  }
  const slos = [latencySlo(95, 500), errorSlo(0.01)];
  const answers = searches(queue(1, exponential(0.01), 10), searchOptions(slos, budget), runs);
  const one = summarize(answers, low);
  const named = answers.filter(({ criterion }) => criterion === 'errors<1%').length / runs;
  return {
    experiment: `M/M/1/10 with 503s: error limit, errors < 1 %, ${budget / 60} min`,
    truth: `${low.toFixed(2)}/s, errors bind`,
    measured: `named ${percent(named)}; RMSE ${percent(one.rmse)}; bias ${percent(one.bias)}; covered ${percent(one.covered)}`,
    must: 'right limit named; bias ≤ 2 %',
    reached: named >= 0.95 && Math.abs(one.bias) <= 0.02,
  };
}

/** How often a level of 6000 requests is called overloaded. */
export function overload(rho: number, runs: number): Row {
  const { server } = LAWS[0] as Law;
  const step = openStep(100 * rho, 100, 6_000 / (100 * rho));
  let alarms = 0;
  for (let run = 0; run < runs; run++) {
    const observation = runLevel(step, server, new Random(run, 3), (soFar) => isHopeless(step, soFar));
    if (judge(step, observation, [], 0, micros(0)).result.verdict === 'overloaded') alarms++;
  }
  const share = alarms / runs;
  return {
    experiment: `M/M/1, ρ = ${rho}: verdict "overloaded", 6000 requests`,
    truth: rho > 1 ? 'overloaded' : 'stable',
    measured: percent(share),
    must: rho < 1 ? '≤ 1 %' : rho >= 1.1 ? '≥ 95 %' : '',
    reached: rho < 1 ? share <= 0.01 : rho >= 1.1 ? share >= 0.95 : null,
  };
}

/** The peak of the Universal Scalability Law, from a search over users. */
export function scalability(kappa: number, budget: number, runs: number): Row {
  const sigma = 0.03;
  const truth = kappa > 0 ? Math.sqrt((1 - sigma) / kappa) : Number.POSITIVE_INFINITY;
  const options = { ...searchOptions([latencySlo(95, 150)], budget), unit: 'vus' } as const;
  const fits = searches(scalable(100, sigma, kappa), options, runs).map((one) => one.scalability);
  const right = fits.filter((fit) => {
    if (fit === null) return false;
    if (kappa === 0) return fit.peak === null;
    const [low, high] = fit.peak?.interval ?? [1, 0];
    return low <= truth && (high === null || truth <= high);
  });
  const share = right.length / runs;
  const peaks = fits.flatMap((fit) => fit?.peak?.estimate ?? []);
  return {
    experiment: `USL server, σ = ${sigma}, κ = ${kappa}, ${budget / 60} min`,
    truth: kappa > 0 ? `N* = ${truth.toFixed(1)}` : 'no peak',
    measured:
      kappa > 0
        ? `in the interval ${percent(share)}; bias ${percent(meanOf(peaks) / truth - 1)}`
        : `"no peak observed" ${percent(share)}`,
    must: '≥ 93 %',
    reached: share >= 0.93,
  };
}

/** Latency with a hump at low load: the first crossing counts. Truth by a long simulation. */
export function nonMonotone(budget: number, runs: number): Row {
  const server = batching(0.03, 0.025, 6, 8);
  const limit = 185;
  let [low, high] = [10, 35];
  for (let step = 0; step < 14; step++) {
    const rate = (low + high) / 2;
    const { batches } = runLevel(openStep(rate, 320, 200_000 / rate), server, new Random(9, step));
    if (percentileOf(0.95, batches).value < limit * 1000) low = rate;
    else high = rate;
  }
  const answers = searches(server, searchOptions([latencySlo(95, limit)], budget), runs);
  const flagged = answers.filter(({ monotone }) => !monotone).length / runs;
  const one = summarize(answers, low);
  const near =
    answers.filter(({ estimate }) => estimate !== null && Math.abs(estimate / low - 1) <= 0.05).length / runs;
  return {
    experiment: `batching server with a hump, p95 ≤ ${limit} ms, ${budget / 60} min`,
    truth: `first crossing ${low.toFixed(1)}/s`,
    measured: `flagged ${percent(flagged)}; within 5 % ${percent(near)}; RMSE ${percent(one.rmse)}; bias ${percent(one.bias)}`,
    must: 'flagged; RMSE ≤ 5 %',
    reached: flagged >= 0.95 && one.rmse <= 0.05,
  };
}

/** A generator that is held up: what is said all the same is true. @param cpuWait share of the time. */
export function starved(busyMs: number, everyMs: number, runs: number, cpuWait = 0): Row {
  const truth = 70;
  const options = searchOptions([latencySlo(95, 100)], 120);
  const starvation = { busy: busyMs / 1000, every: everyMs / 1000, cpuWait };
  const server = queue(1, exponential(0.01));
  const answers = Array.from({ length: runs }, (_, run) => simulate(options, server, run, starvation));
  const levels = answers.flatMap((one) => one.levels);
  const voided = levels.filter(({ verdict }) => verdict === 'void').length / levels.length;
  const named = answers.filter(({ status }) => status === 'found' || status === 'rough');
  const held = named.filter((one) => holdsTruth(one, truth));
  const waiting = cpuWait > 0 ? `, its threads waiting for a core in ${percent(cpuWait, 0)} of the time` : '';
  return {
    experiment: `generator held up ${busyMs} ms in every ${everyMs} ms${waiting}; M/M/1, p95 ≤ 100 ms`,
    truth: `${truth.toFixed(1)}/s`,
    measured: `${percent(voided)} of levels void; limits named ${named.length}, ${held.length} of them held the truth`,
    must: 'all',
    reached: held.length === named.length,
  };
}

/** A target that stops for D out of every P: what a coordinated generator would miss. */
export function stall(p: number, runs: number): Row {
  const truth = stallQuantile(p, 1, 10);
  const step = { ...openStep(500, 1000, 1000), warmup: 10 };
  const errors = Array.from({ length: runs }, (_, run) => {
    const { batches } = runLevel(step, stalling(1, 10, 0.0001), new Random(run, 5));
    return percentileOf(p, batches).value / (truth * 1e6) - 1;
  });
  return {
    experiment: `stall of 1 s in every 10 s: p${Math.round(100 * p)}`,
    truth: `${truth.toFixed(2)} s`,
    measured: `bias ${percent(meanOf(errors))}; largest error ${percent(Math.max(...errors.map(Math.abs)))}`,
    must: 'each ≤ 3 %',
    reached: errors.every((error) => Math.abs(error) <= 0.03),
  };
}
