import { describe, expect, it } from 'vitest';
import { Search } from '../../src/analyze/search/controller.ts';
import type { Observation } from '../../src/analyze/search/observation.ts';
import { EMPTY_HISTOGRAM } from '../../src/core/snapshot.ts';
import { Random } from '../../src/load/random.ts';
import { errorSlo, latencySlo, searchOptions } from './inputs.ts';
import { lasting, periodic, slotted } from './lasting.ts';
import { constant, exponential, queue } from './server.ts';
import { runLevel, simulate } from './simulation.ts';

const SLO = [latencySlo(95, 100)];
const mm1 = queue(1, exponential(0.01));

describe('a search', () => {
  it('finds the limit of a queue, and says what binds, where it is full and that it recovered', () => {
    const answer = simulate(searchOptions(SLO, 600, 0.1), mm1, 1);
    expect(answer.status).toBe('found');
    expect(['precision', 'budget']).toContain(answer.stoppedBy);
    expect(answer.estimate).toBeGreaterThan(64);
    expect(answer.estimate).toBeLessThan(76);
    expect(answer.interval?.[0]).toBeLessThan(70.04);
    expect(answer.interval?.[1]).toBeGreaterThan(70.04);
    expect(answer.precision.reached).toBeLessThanOrEqual(0.13);
    expect(answer.criterion).toBe('p95<=100ms');
    expect(answer.capacity?.estimate).toBeGreaterThan(95);
    expect(answer.capacity?.estimate).toBeLessThan(105);
    // λ*/(μ − λ*) = 2.3 requests in the system.
    expect(answer.usersAtLimit).toBeGreaterThan(1.5);
    expect(answer.usersAtLimit).toBeLessThan(3.5);
    expect(answer.recovered).toBe(true);
    expect(answer.monotone).toBe(true);
    expect(answer.generatorLimited).toBe(false);
    expect(answer.spentSeconds).toBeLessThan(620);
    expect(answer.summary).toMatch(/^Breaks at [\d.]+\/s \(95 % sure: .* p95<=100ms breaks there\.$/);
  });

  it('runs the phases in order: idle, ramp, explore, narrow, repeat, recover', () => {
    const { levels } = simulate(searchOptions(SLO, 300), mm1, 5);
    const phases = levels.map(({ purpose }) => purpose).filter((purpose, i, all) => purpose !== all[i - 1]);
    expect(phases.slice(0, 4)).toEqual(['idle', 'ramp', 'explore', 'narrow']);
    expect(phases.slice(-2)).toEqual(['repeat', 'recover']);
    expect(levels.map(({ index }) => index)).toEqual(levels.map((_, i) => i));
  });

  it('brackets a cliff that the closed ramp ends before, by what piles up', () => {
    const answer = simulate(searchOptions([latencySlo(95, 300)], 120, 0.1), queue(100, constant(0.2)), 11);
    expect(
      answer.levels.filter(({ purpose }) => purpose === 'ramp').every(({ achievedPerSec }) => achievedPerSec < 250),
    ).toBe(true);
    expect(answer.status).toBe('found');
    expect(answer.interval?.[0]).toBeGreaterThan(400);
    expect(answer.interval?.[1]).toBeLessThan(560);
    // Once one has shown the capacity, no other goes far beyond it.
    const open = answer.levels.flatMap(({ load }) => (load.model === 'open' ? [load.ratePerSec] : []));
    expect(open.filter((rate) => rate > 650).length).toBeLessThanOrEqual(1);
  });

  it('claims to know the place of a cliff no better than levels can tell it', () => {
    const cliff = queue(40, constant(0.06));
    for (const seed of [71, 134]) {
      const { interval } = simulate(searchOptions([latencySlo(95, 90)], 120, 0.1), cliff, seed);
      // 624/s in the long run; both searches met a quieter stretch, and took it for 2 % more.
      expect(interval?.[0]).toBeLessThan(624);
      expect(interval?.[1]).toBeGreaterThan(624);
    }
  });

  it('says that errors at any load break the SLO at any load', () => {
    const serve = slotted(1, (_, random) => random.exponential(0.004));
    const target = () => lasting((at, random) => (random.uniform() < 0.04 ? -serve(at, random) : serve(at, random)));
    const answer = simulate(searchOptions([latencySlo(95, 100), errorSlo(0.01)], 120, 0.1), target(), 12);
    expect(answer.status).toBe('fails-at-every-load');
    expect(answer.criterion).toBe('errors<1%');
  });

  it('names pauses that come back, with their period, and what budget windows of five of them take', () => {
    const pausing = (length: number, period: number) => {
      const pauses = periodic(length, period);
      return lasting(slotted(1, (start, random) => pauses.end(start, random.exponential(0.004)) - start));
    };
    const { warnings } = simulate(searchOptions([latencySlo(95, 60)], 120, 0.1), pausing(0.15, 4), 13);
    const sentence = warnings.find(({ code }) => code === 'pauses')?.message ?? '';
    expect(sentence).toMatch(/^Every (3\.9\d|4|4\.0\d) s it stood still for about [\d.]+ ms/);
    expect(sentence).toContain('--budget 4m');
    const [, length] = /about ([\d.]+) ms/.exec(sentence) ?? [];
    expect(Number(length)).toBeGreaterThan(75);
    expect(Number(length)).toBeLessThan(250);
  });

  it('names no error limit beyond all that was tried: a few errors at any load never become too many', () => {
    const serve = slotted(1, (_, random) => random.exponential(0.005));
    const target = lasting((at, random) => (random.uniform() < 0.003 ? -serve(at, random) : serve(at, random)));
    const answer = simulate(searchOptions([latencySlo(95, 50), errorSlo(0.01)], 120, 0.1), target, 15);
    expect(answer.criterion).toBe('p95<=50ms');
    expect(answer.errorLimit).toMatchObject({ status: 'not-reached', estimate: null });
  });

  it('does not take a target that went away for one that fails at every load', () => {
    for (const seed of [1, 2, 3]) {
      const search = new Search(searchOptions(SLO, 30, 0.1));
      const random = new Random(seed, 0);
      const server = lasting((at) => (at > 5 ? -(at + 0.0002) : at + 0.0062));
      for (let step = search.step; step !== null; step = search.step) {
        const observation = runLevel(step, server, random);
        search.accept({ ...observation, unanswered: observation.failed });
        expect(search.estimate?.high).not.toBeNaN();
      }
      expect(search.answer()).toMatchObject({ status: 'undecided', stoppedBy: 'target-lost', estimate: null });
    }
  });

  it('sees no such pauses where slow requests come at any time', () => {
    for (let seed = 20; seed < 30; seed++) {
      const { warnings } = simulate(searchOptions([latencySlo(95, 60)], 120, 0.1), queue(1, exponential(0.005)), seed);
      expect(warnings.map(({ code }) => code)).not.toContain('pauses');
    }
  });

  it('keeps to its budget on a slow target', () => {
    const answer = simulate(searchOptions([latencySlo(95, 5000)], 120), queue(2, exponential(0.5)), 2);
    expect(answer.spentSeconds).toBeLessThan(160);
    // The truth is 3.4/s; some 250 requests cannot show it, and must not claim to.
    const [low, high] = answer.interval ?? [0, null];
    expect(low).toBeLessThan(3.5);
    expect(high ?? 4).toBeGreaterThan(3.3);
  });

  it('narrows a fast target to the precision asked within the budget', () => {
    const answer = simulate(searchOptions([latencySlo(95, 20)], 120, 0.1), queue(4, exponential(0.004)), 3);
    expect(answer.stoppedBy).toBe('precision');
    expect(answer.spentSeconds).toBeLessThan(120);
  });

  it('answers 0 where the SLO fails at idle', () => {
    const answer = simulate(searchOptions([latencySlo(95, 10)], 120), mm1, 1);
    const fails = { status: 'fails-at-every-load', stoppedBy: 'fails-at-idle', estimate: 0, criterion: 'p95<=10ms' };
    expect(answer).toMatchObject(fails);
    expect(answer.summary).toMatch(/^0: fails at every load, [\d.]+ ms at idle \(p95<=10ms\)\.$/);
    // A target that is only cold is waited for, a quarter of the budget.
    expect(answer.levels.every(({ purpose }) => purpose === 'idle')).toBe(true);
    expect(answer.spentSeconds).toBeGreaterThan(29);
    expect(answer.spentSeconds).toBeLessThan(40);
  });

  it('assumes p95 ≤ max(10 × idle median, 100 ms) and errors < 1 %, and says so', () => {
    const answer = simulate(searchOptions([], 240), queue(1, constant(0.02)), 1);
    expect(answer.slos).toEqual(['p95<=200ms', 'errors<1%']);
    expect(answer.warnings.map(({ code }) => code)).toContain('slo-assumed');
    expect(answer.errorLimit).toMatchObject({ status: 'not-reached', estimate: null });
    // M/D/1 with 20 ms: p95 = 200 ms at 42.7/s.
    expect(answer.estimate).toBeGreaterThan(38);
    expect(answer.estimate).toBeLessThan(47);
    // The idle levels are judged again by the assumed limits, and began when they began.
    const ends = answer.levels.map(({ startedAfter, elapsedSeconds }) => startedAfter / 1e6 + elapsedSeconds);
    for (const [i, { startedAfter }] of answer.levels.slice(1).entries())
      expect(startedAfter / 1e6).toBeCloseTo(ends[i] ?? Number.NaN, 3);
  });

  it('waits for a target that is cold at first, and says so', () => {
    const cold = lasting(slotted(1, (start, random) => random.exponential(start < 8 ? 0.05 : 0.005)));
    const answer = simulate(searchOptions([latencySlo(95, 60)], 120, 0.1), cold, 4);
    // M/M/1 once it is warm: 200 − ln 20 / 0.06 = 150/s.
    expect(answer.estimate).toBeGreaterThan(125);
    expect(answer.estimate).toBeLessThan(175);
    const warning = answer.warnings.find(({ code }) => code === 'cold-start');
    expect(warning?.message).toMatch(
      /^It was \d+\.\d times slower in its first \d.* s: the search began when that was over\.$/,
    );
    expect(simulate(searchOptions(SLO, 60), mm1, 3).warnings.map(({ code }) => code)).not.toContain('cold-start');
  });

  it('says "at least" where the target holds at the highest rate allowed', () => {
    const answer = simulate({ ...searchOptions(SLO, 240), maxLoad: 40 }, mm1, 6);
    expect(answer).toMatchObject({ status: 'not-reached', stoppedBy: 'bound', criterion: null });
    expect(answer.estimate).toBeCloseTo(40, 5);
    expect(answer.interval).toEqual([expect.closeTo(40, 5), null]);
    for (const { load } of answer.levels)
      if (load.model === 'open') expect(load.ratePerSec).toBeLessThanOrEqual(40.001);
  });

  it('searches the closed model by users', () => {
    // N users on one exponential server: the response is the sum of N services; p95 is 500 ms at N = 39.6.
    const answer = simulate({ ...searchOptions([latencySlo(95, 500)], 240), unit: 'vus' }, mm1, 8);
    expect(answer).toMatchObject({ status: 'found', unit: 'vus' });
    expect(answer.estimate).toBeGreaterThan(36);
    expect(answer.estimate).toBeLessThan(43);
    expect(answer.summary).toContain('concurrent users');
    for (const { load } of answer.levels) expect(load.model).toBe('closed');
  });

  it('names the first of several SLOs to break', () => {
    const slos = [latencySlo(50, 500), latencySlo(95, 100), errorSlo(0.01)];
    const answer = simulate(searchOptions(slos, 600), mm1, 9);
    expect(answer.criterion).toBe('p95<=100ms');
    expect(answer.sloLimits.map(({ slo }) => slo)).toEqual(['p50<=500ms', 'p95<=100ms', 'errors<1%']);
    expect(answer.sloLimits[0]?.estimate).toBeGreaterThan(answer.sloLimits[1]?.estimate ?? 0);
  });

  it('calls the limit capacity where the SLO breaks only because the target is full', () => {
    const answer = simulate(searchOptions([latencySlo(95, 3000)], 600), mm1, 10);
    expect(answer.criterion).toBe('capacity');
  });
});

/** Runs a search whose observations are changed on their way. */
function tampered(change: (observation: Observation, rate: number | null, count: number) => Observation) {
  const search = new Search(searchOptions(SLO, 120));
  const random = new Random(1, 0);
  for (let count = 0; search.step !== null; count++) {
    const { step } = search;
    const rate = step.load.model === 'open' ? step.load.ratePerSec : null;
    search.accept(change(runLevel(step, mm1, random), rate, count));
  }
  return search.answer();
}

describe('a search that cannot go on', () => {
  it('stops when the target is gone, with what was learnt', () => {
    const answer = tampered((observation, _, count) =>
      count < 9 ? observation : { ...observation, ok: 0, failed: 50, unanswered: 50 },
    );
    expect(answer.stoppedBy).toBe('target-lost');
    expect(answer.levels).toHaveLength(11);
  });

  it('says that nothing succeeds, rather than that nobody answers, where every answer is an error from the start', () => {
    const refused = (unanswered: number) =>
      tampered((observation) => {
        const batches = observation.batches.map(() => ({ times: EMPTY_HISTOGRAM, infinite: 10 }));
        return { ...observation, batches, ok: 0, failed: 200, unanswered };
      });
    expect(refused(0)).toMatchObject({ stoppedBy: 'fails-at-idle', estimate: 0 });
    expect(refused(0).summary).toBe('0: fails at every load, no request succeeds (p95<=100ms).');
    expect(refused(200).stoppedBy).toBe('target-lost');
  });

  it('says "at least" where the generator is unfit above some rate', () => {
    const answer = tampered((observation, rate) =>
      rate !== null && rate > 45 ? { ...observation, unfit: 'slow' } : observation,
    );
    expect(answer).toMatchObject({ status: 'generator-limited', stoppedBy: 'generator', generatorLimited: true });
    expect(answer.estimate).toBeGreaterThan(20);
    expect(answer.estimate).toBeLessThanOrEqual(45);
    expect(answer.interval?.[1]).toBeNull();
  });

  it('does not take a disturbance for the limit of a generator that has done more', () => {
    // At the same rate twice in a row, as a neighbour on the machine would do it.
    const answer = tampered((observation, rate) =>
      rate !== null && rate > 40 && rate < 60 ? { ...observation, unfit: 'something else ran' } : observation,
    );
    expect(answer.levels.filter(({ verdict }) => verdict === 'void').length).toBeGreaterThanOrEqual(2);
    expect(['found', 'rough']).toContain(answer.status);
    expect(answer.generatorLimited).toBe(false);
    expect(answer.estimate).toBeGreaterThan(60);
    expect(answer.estimate).toBeLessThan(80);
  });

  it('is never surer with a generator that is unfit in every other level than the levels that are left', () => {
    const answer = tampered((observation, _, count) =>
      count % 2 === 1 ? { ...observation, unfit: 'slow' } : observation,
    );
    expect(answer.status).toBe('rough');
    const loads = (verdict: string) =>
      answer.levels.flatMap((one) => (one.verdict === verdict && one.load.model === 'open' ? one.load.ratePerSec : []));
    const [low = 0, high = 0] = answer.interval ?? [];
    expect(low).toBeLessThanOrEqual(Math.max(...loads('pass')));
    expect(high).toBeGreaterThanOrEqual(Math.min(...loads('fail'), ...loads('overloaded')));
    expect(low).toBeLessThan(70);
    expect(high).toBeGreaterThan(70);
  });

  it('does not pass over a target that is gone, with such a generator', () => {
    const answer = tampered((observation, _, count) => {
      if (count >= 15) return { ...observation, ok: 0, failed: 50, unanswered: 50 };
      return count % 2 === 1 ? { ...observation, unfit: 'slow' } : observation;
    });
    expect(answer.stoppedBy).toBe('target-lost');
    expect(answer.status).not.toBe('rough');
  });

  it('names no limit of one SLO, and the capacity that was seen, with a generator that was hardly ever fit', () => {
    const slos = [latencySlo(95, 100), latencySlo(99, 200)];
    const answer = simulate(searchOptions(slos, 120), mm1, 3, { busy: 0.09, every: 0.1, cpuWait: 0.45 });
    expect(answer.status).toBe('generator-limited');
    expect(answer.sloLimits).toEqual([]);
    // It can do 100 requests per second; one at a time, with pauses, makes a tenth of them.
    expect(answer.capacity?.interval[0]).toBeGreaterThan(60);
    expect(answer.capacity?.interval[1]).toBeNull();
  });

  it('says "at least" of no load above one at which the target seems to break', () => {
    const pauses = periodic(0.2, 5);
    const claims: number[] = [];
    for (let seed = 1; seed <= 12; seed++) {
      const fit = new Random(seed, 91);
      const search = new Search(searchOptions([latencySlo(95, 50)], 120));
      const random = new Random(seed, 0);
      const server = lasting(slotted(1, (start) => pauses.end(start, 0.002) - start));
      for (let step = search.step; step !== null; step = search.step)
        search.accept({ ...runLevel(step, server, random), unfit: fit.uniform() < 0.55 ? 'something else ran' : null });
      const { status, estimate } = search.answer();
      if (status === 'generator-limited' && estimate !== null) claims.push(estimate);
    }
    expect(claims.length).toBeGreaterThan(3);
    // 189/s hold in the long run; between two pauses 450/s do.
    expect(claims.filter((claim) => claim > 1.05 * 189.4)).toEqual([]);
  });

  it('uses no void level', () => {
    const answer = tampered((observation, _, count) => (count === 8 ? { ...observation, unfit: 'slow' } : observation));
    expect(answer.levels[8]).toMatchObject({ verdict: 'void', used: false });
    expect(answer.levels[9]?.load).toEqual(answer.levels[8]?.load);
    expect(answer.warnings.map(({ code }) => code)).toContain('void-levels');
  });

  it('has an answer so far at any time', () => {
    const search = new Search(searchOptions(SLO, 240));
    const random = new Random(2, 0);
    expect(search.answer()).toMatchObject({
      status: 'undecided',
      stoppedBy: 'interrupted',
      estimate: null,
      levels: [],
    });
    const widths: number[] = [];
    for (let step = search.step; step !== null; step = search.step) {
      search.accept(runLevel(step, mm1, random));
      const { interval, estimate } = search.answer();
      if (interval?.[1] != null && estimate !== null) widths.push((interval[1] - interval[0]) / estimate);
    }
    expect(widths.length).toBeGreaterThan(5);
    expect(widths.at(-1)).toBeLessThan(0.5 * Math.max(...widths));
  });

  it('notices that latency does not come back, and asks again before it says so', () => {
    const answerIf = (worn: (recoveries: number) => boolean) => {
      const search = new Search(searchOptions(SLO, 240));
      const random = new Random(3, 0);
      let recoveries = 0;
      for (let step = search.step; step !== null; step = search.step) {
        if (step.purpose === 'recover') recoveries++;
        search.accept(runLevel(step, worn(recoveries) ? queue(1, exponential(0.022)) : mm1, random));
      }
      const { recovered, warnings } = search.answer();
      return { recovered, recoveries, warned: warnings.some(({ code }) => code === 'not-recovered') };
    };
    expect(answerIf((n) => n > 0)).toEqual({ recovered: false, recoveries: 2, warned: true });
    // Slow for a moment is not damaged.
    expect(answerIf((n) => n === 1)).toEqual({ recovered: true, recoveries: 2, warned: false });
    expect(answerIf(() => false)).toEqual({ recovered: true, recoveries: 1, warned: false });
  });

  it('says that the capacity changed under way, where it did', () => {
    for (const [factor, changed] of [
      [2, true],
      [0.5, true],
      [1, false],
    ] as const) {
      const search = new Search(searchOptions(SLO, 120));
      const random = new Random(5, 0);
      for (let step = search.step; step !== null; step = search.step) {
        const later = search.levels.some(({ purpose }) => purpose === 'narrow');
        search.accept(runLevel(step, queue(1, exponential(later ? 0.01 / factor : 0.01)), random));
      }
      const { warnings } = search.answer();
      expect(
        warnings.some(({ code }) => code === 'capacity-changed'),
        `factor ${factor}`,
      ).toBe(changed);
    }
  });

  it('answers of the target as it is now, where it became another one under way', () => {
    // M/M/1 of 200/s, p95 <= 100 ms at 170/s; then of half of it, and 70/s, or of twice, and 370/s.
    for (const [factor, after, truth] of [
      [0.5, 50, 70],
      [2, 50, 370],
      [0.5, 90, 70],
      [2, 90, 370],
    ] as const) {
      const service = (start: number): number => 0.005 / (start > after ? factor : 1);
      const target = lasting(slotted(1, (start, random) => random.exponential(service(start))));
      const answer = simulate(searchOptions(SLO, 120, 0.1), target, 3);
      expect(answer.status, `${factor} after ${after} s`).toBe('rough');
      const [low, high] = answer.interval ?? [0, null];
      expect(low).toBeLessThan(truth);
      expect(high).toBeGreaterThan(truth);
      // In good time it is not only true, but says something.
      if (after === 50) expect((high as number) / low).toBeLessThan(2.5);
      const told = answer.warnings.find(({ code }) => code === 'capacity-changed')?.message;
      expect(told).toContain('What was measured before that was seen counts for nothing.');
    }
  });

  it('finds no limit of a target that is slow by whiles, and allows for either of what it was', () => {
    // M/M/1 of 250/s, p95 <= 100 ms at 220/s; from the 60th second on 1.4 times slower, and 149/s.
    const target = (slowness: number) =>
      lasting(slotted(1, (start, random) => random.exponential(0.004 * (start > 60 ? slowness : 1))));
    const answerOf = (slowness: number) => simulate(searchOptions(SLO, 120, 0.1), target(slowness), 3);
    const slower = answerOf(1.4);
    expect(slower.status).toBe('rough');
    expect(slower.moreSeconds).toBeNull();
    expect(slower.interval?.[0]).toBeLessThan(149);
    expect(slower.interval?.[1]).toBeGreaterThan(200);
    const told = slower.warnings.find(({ code }) => code === 'capacity-changed')?.message;
    expect(told).toMatch(/its capacity changed under way\. The interval allows for either of them\.$/);
    const steady = answerOf(1);
    expect(steady.status).toBe('found');
    expect(steady.warnings.map(({ code }) => code)).not.toContain('capacity-changed');
  });

  it('waits for an autoscaler after an increase only, and says that it scaled, or was not steady', () => {
    const search = new Search({ ...searchOptions(SLO, 240), settle: 5 });
    const random = new Random(4, 0);
    let before: number | null = null;
    for (let step = search.step; step !== null; step = search.step) {
      const open = step.load.model === 'open' ? step.load.ratePerSec : null;
      if (open !== null && before !== null) expect(step.settle).toBe(open > before * 1.02 ? 5 : 0);
      if (step.purpose === 'ramp') expect(step.settle).toBe(5);
      if (step.purpose === 'idle') expect(step.settle).toBe(0);
      before = open;
      const instances = search.levels.length > 5 ? 3 : 2;
      const observation = runLevel(step, mm1, random);
      search.accept(
        step.settle === 0 ? observation : { ...observation, settled: { seconds: 3, steady: instances > 2, instances } },
      );
    }
    const { warnings, levels } = search.answer();
    expect(warnings.map(({ code }) => code)).toEqual(expect.arrayContaining(['capacity-changed', 'not-settled']));
    expect(warnings.find(({ code }) => code === 'capacity-changed')?.message).toContain('2 to 3 instances');
    expect(levels.find(({ settled }) => settled !== undefined)?.reason).toContain(
      'Before it, 3.00 s of waiting, and still not steady, 2 instances answered.',
    );
  });
});
