import { describe, expect, it } from 'vitest';
import type { LoadChange } from '../core/command.ts';
import type { Exchange } from '../core/exchange.ts';
import { type FlowLoad, together } from '../core/loads.ts';
import type { LoadProfile } from '../core/plan.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import { count, micros, millis, seconds } from '../core/units.ts';
import { arrivals, generate, planFor, START, users } from './generated.fixture.ts';

const shape = (snapshots: readonly IntervalSnapshot[]) =>
  snapshots.map(({ index, phase, startAt, endAt }) => [index, phase, startAt / 1e6, endAt / 1e6]);

describe('Generation', () => {
  it('cuts a run into intervals, and drains what is under way at its end', () => {
    const { snapshots, ended, driver, sum } = generate(planFor(users(3, 2e6)), () => millis(300));
    expect(shape(snapshots)).toEqual([
      [0, 'measure', 0, 1],
      [1, 'measure', 1, 2],
      [2, 'drain', 2, 3],
    ]);
    expect(ended).toBe(1);
    expect(sum(({ load }) => load.sent)).toBe(driver.sent.length);
    expect(sum(({ series }) => series['GET /']?.ok ?? 0)).toBe(driver.sent.length);
    expect(snapshots[0]!.load).toMatchObject({ inFlight: 3, vus: 3 });
  });

  it('cuts once more where the load ends off the grid', () => {
    const { snapshots } = generate(planFor(arrivals(10, 1.5e6)), () => millis(200));
    expect(shape(snapshots)).toEqual([
      [0, 'measure', 0, 1],
      [1, 'measure', 1, 1.5],
      [1, 'drain', 1.5, 2],
    ]);
  });

  it('offers several loads at once, each counted with its flows, until the last has ended', () => {
    const request = { kind: 'request', request: 0 } as const;
    const loads: FlowLoad[] = [
      { flow: null, profile: users(2, 1e6), maxPasses: null },
      { flow: 'arrive', profile: arrivals(10, 3e6), maxPasses: null },
    ];
    const plan = planFor(together(loads.map(({ profile }) => profile)), {
      ...{ loads },
      flows: [
        { name: 'work', weight: 1, load: 0, steps: [request, request] },
        { name: 'arrive', weight: 1, load: 1, steps: [request] },
      ],
    });
    const { snapshots, ended, driver, sum } = generate(plan, () => millis(199));
    expect(shape(snapshots)).toEqual([
      [0, 'measure', 0, 1],
      [1, 'measure', 1, 2],
      [2, 'measure', 2, 3],
      [3, 'drain', 3, 4],
    ]);
    expect(ended).toBe(1);
    expect(sum(({ load }) => load.sent)).toBe(driver.sent.length);
    expect(snapshots.map(({ load }) => load.vus)).toEqual([2, 0, 0, 0]);
    expect(sum(({ flows }) => flows?.['arrive']?.ok ?? 0)).toBe(30);
    expect(driver.sent.filter(({ user }) => user < 0)).toHaveLength(30);
    // Of users that go under way the pass is cut.
    const work = ['ok', 'failed'] as const;
    expect(sum(({ flows }) => work.reduce((all, each) => all + (flows?.['work']?.[each] ?? 0), 0))).toBe(6);
  });

  it('has no drain where nothing is under way at the end', () => {
    const { snapshots } = generate(planFor(arrivals(10, 1e6)), () => millis(1));
    expect(shape(snapshots)).toEqual([[0, 'measure', 0, 1]]);
  });

  it('counts a request where it was due, whenever it ends', () => {
    const plan = planFor(arrivals(10, 3e6), { warmup: seconds(1) });
    const { snapshots } = generate(plan, () => millis(250));
    expect(shape(snapshots)).toEqual([
      [0, 'warmup', 0, 1],
      [1, 'measure', 1, 2],
      [1, 'warmup', 1, 2],
      [2, 'measure', 2, 3],
      [3, 'drain', 3, 4],
    ]);
    const ok = (phases: string[]): number =>
      snapshots
        .filter(({ phase }) => phases.includes(phase))
        .reduce((n, { series }) => n + (series['GET /']?.ok ?? 0), 0);
    expect(ok(['warmup'])).toBe(10);
    expect(ok(['measure', 'drain'])).toBe(20);
    expect(snapshots[2]!.generator).toBeUndefined();
  });

  it('stops when told, and keeps what comes within the grace', () => {
    const plan = planFor(arrivals(10, 60e6), { gracefulStop: seconds(2) });
    const { snapshots, ended, sum } = generate(plan, () => millis(1_500), 2.25e6);
    expect(ended).toBe(1);
    expect(shape(snapshots).slice(-3)).toEqual([
      [2, 'measure', 2, 2.25],
      [2, 'drain', 2.25, 3],
      [3, 'drain', 3, 4],
    ]);
    expect(sum(({ load }) => load.sent)).toBe(23);
    expect(sum(({ series }) => series['GET /']?.ok ?? 0)).toBe(23);
  });

  it('can be stopped before it begins', () => {
    const { snapshots, ended } = generate(planFor(users(3, 2e6)), () => millis(1), -0.5e6);
    expect(snapshots).toEqual([]);
    expect(ended).toBe(1);
  });

  it('ends once, where a late answer finds its end passed before the timer of the end has rung', () => {
    const { ended } = generate(planFor(users(1, 1e6)), (n, clock) => {
      if (n === 9) clock.after(millis(1), () => clock.spend(millis(200)));
      return millis(95);
    });
    expect(ended).toBe(1);
  });

  it('ends with the last of the asked number of requests', () => {
    const { snapshots, driver } = generate(planFor(users(2, 3600e6), { maxRequests: count(25) }), () => millis(100));
    expect(driver.sent).toHaveLength(25);
    expect(snapshots.at(-1)!.phase).toBe('drain');
    expect(snapshots.at(-2)!.endAt).toBeCloseTo(1.2e6, -3);
  });

  it('takes the first requests of a probe for its warm-up', () => {
    const plan = planFor(users(1, 3600e6), { kind: 'probe', maxRequests: count(25), warmupRequests: count(5) });
    const { sum } = generate(plan, () => millis(100));
    expect(sum(({ phase, series }) => (phase === 'warmup' ? (series['GET /']?.ok ?? 0) : 0))).toBe(5);
    expect(sum(({ phase, series }) => (phase === 'warmup' ? 0 : (series['GET /']?.ok ?? 0)))).toBe(20);
  });

  describe('of a probe', () => {
    const probe = planFor(users(1, 3600e6), { kind: 'probe', maxRequests: count(25), warmupRequests: count(5) });

    it('sends each request when the one before has ended, and times connects after the last', () => {
      const { snapshots, driver, connects, ended } = generate(probe, () => millis(1));
      // The virtual clock takes 5 µs a reading, so nothing is exact to the microsecond.
      for (const [n, { dueAt }] of driver.sent.entries())
        expect(dueAt - driver.sent[0]!.dueAt).toBeLessThan(n * 1_000 + n * 20 + 1);
      expect(connects).toHaveLength(25);
      expect(Math.min(...connects)).toBeGreaterThan(driver.sent.at(-1)!.sentAt + 999);
      expect(ended).toBe(1);
      const series = snapshots.flatMap((snapshot) => snapshot.series['GET /'] ?? []);
      for (const { times } of series) {
        expect(times.response?.max ?? 0).toBeLessThan(1_100);
        expect(times.connect).toBeUndefined();
      }
      expect(series.flatMap(({ times }) => times.separateConnect ?? [])).toMatchObject([{ count: 25, min: 2_000 }]);
      expect(series.flatMap(({ times }) => times.separateTls ?? [])).toMatchObject([{ count: 25, max: 1_000 }]);
    });

    it('leaves the connects out when it is stopped, and ends those under way', () => {
      expect(generate(probe, () => millis(100), 500_000)).toMatchObject({ ended: 1, connects: [] });
      const { ended, connects } = generate(probe, () => millis(1), 40_000);
      expect(ended).toBe(1);
      expect(connects.length).toBeLessThan(10);
    });
  });
});

describe('a generator that stands still', () => {
  const total = (snapshots: readonly IntervalSnapshot[], field: 'ok' | 'failed' | 'sent' | 'leftOut'): number =>
    snapshots.reduce((sum, { series }) => sum + (series['GET /']?.[field] ?? 0), 0);
  const slowest = (snapshots: readonly IntervalSnapshot[]): number =>
    Math.max(
      ...snapshots.map(({ series, generator }) =>
        Math.max(series['GET /']?.times.response?.max ?? 0, generator?.times.lag?.max ?? 0),
      ),
    );
  const stillIn = (snapshots: readonly IntervalSnapshot[]) =>
    snapshots.flatMap(({ index, generator }) =>
      (generator?.standstills ?? []).map(({ from, to, lasted }) => [index, from / 1e6, to / 1e6, lasted / 1e6]),
    );
  const still = (load: LoadProfile, at: number, lasts: number, asleep = false) =>
    generate(planFor(load), () => millis(50), null, [], { at, lasts, asleep }).snapshots;

  it('charges no response: what was under way is left out, and the intervals end where they should', () => {
    const snapshots = still(users(5, 8e6), 3.52e6, 3e6);
    expect(shape(snapshots).map(([index, phase]) => [index, phase])).toEqual([
      ...[0, 1, 2, 3, 4, 5, 6, 7].map((index) => [index, 'measure']),
      [8, 'drain'],
    ]);
    expect(total(snapshots, 'leftOut')).toBe(5);
    expect(total(snapshots, 'sent')).toBe(total(snapshots, 'ok') + 5);
    expect(slowest(snapshots)).toBe(50_000);
    const [[index, from = 0, to, lasted] = []] = stillIn(snapshots);
    expect([index, to]).toEqual([3, 6.52]);
    expect(from).toBeGreaterThanOrEqual(3.47);
    expect(from).toBeLessThanOrEqual(3.52);
    expect(lasted).toBeCloseTo(6.52 - from, 6);
    // Nothing came in the two seconds that lay within it; what came after counts where it belongs.
    expect(snapshots.slice(4, 6).map(({ series }) => series['GET /']?.ok ?? 0)).toEqual([0, 0]);
    expect(snapshots[6]?.series['GET /']?.ok).toBeGreaterThan(30);
  });

  it('marks among single requests those that it leaves out', () => {
    const told: { took: number; leftOut: boolean }[] = [];
    const samples = {
      add: ({ dueAt, doneAt }: Exchange, leftOut = false) => void told.push({ took: doneAt - dueAt, leftOut }),
    };
    const load = planFor(users(5, 8e6));
    const { snapshots } = generate(load, () => millis(50), null, [], { at: 3.52e6, lasts: 3e6 }, samples);
    expect(told).toHaveLength(total(snapshots, 'sent'));
    expect(told.filter(({ leftOut }) => leftOut)).toHaveLength(5);
    expect(Math.max(...told.filter(({ leftOut }) => !leftOut).map(({ took }) => took))).toBe(50_000);
  });

  it('does not make up for the arrivals that it missed: they would be a flood', () => {
    const snapshots = still(arrivals(100, 8e6), 3.525e6, 3e6);
    expect(snapshots.reduce((sum, { load }) => sum + (load.skipped ?? 0), 0)).toBe(300);
    expect(total(snapshots, 'sent')).toBe(500);
    expect(total(snapshots, 'leftOut')).toBe(5);
    expect(Math.max(...snapshots.map(({ load }) => load.inFlight))).toBeLessThanOrEqual(6);
    expect(slowest(snapshots)).toBeLessThan(51_000);
  });

  it('is seen in a load that has nothing to do meanwhile, and across its end', () => {
    const [found] = stillIn(still(arrivals(0.2, 8e6), 1.01e6, 0.5e6));
    expect(found?.[2]).toBeCloseTo(1.51, 2);
    const over = still(users(5, 4e6), 3.5e6, 3e6);
    expect(stillIn(over).map(([, , to]) => to)).toEqual([6.5]);
    expect(total(over, 'sent')).toBe(total(over, 'ok') + total(over, 'leftOut'));
    expect(over.filter(({ phase, startAt }) => phase === 'measure' && startAt >= 4e6)).toEqual([]);
  });

  it('notices that the machine slept, though its clock did not count the time', () => {
    const snapshots = still(users(5, 8e6), 3.52e6, 3_600e6, true);
    const [[index, from = 0, to = 0, lasted] = []] = stillIn(snapshots);
    expect([index, Math.round(lasted ?? 0)]).toEqual([3, 3_600]);
    expect(to - from).toBeLessThanOrEqual(0.05);
    expect(total(snapshots, 'leftOut')).toBeGreaterThanOrEqual(5);
  });

  it('is not what a few tenths of a second are', () => {
    const snapshots = still(users(5, 4e6), 1.52e6, 0.2e6);
    expect(stillIn(snapshots)).toEqual([]);
    expect(total(snapshots, 'leftOut')).toBe(0);
    expect(slowest(snapshots)).toBeGreaterThan(200_000);
  });
});

describe('a generation that is told to start its statistics anew', () => {
  const resetAt = (at: number): { told: number; change: LoadChange } => ({
    told: at - 500_000,
    change: { type: 'reset', at: micros(at) },
  });
  const told = (snapshots: readonly IntervalSnapshot[]) =>
    snapshots.map(({ index, phase, resets = 0, generator }) => [index, phase, resets, generator !== undefined]);
  const sumOf = (snapshots: readonly IntervalSnapshot[], field: 'sent' | 'ok', resets: number): number =>
    snapshots
      .filter((snapshot) => snapshot.phase !== 'warmup' && (snapshot.resets ?? 0) === resets)
      .reduce((sum, { series }) => sum + (series['GET /']?.[field] ?? 0), 0);

  it.each([
    ['arrivals', arrivals(10, 4e6)],
    ['users', users(3, 4e6)],
  ])('parts its requests by when they were due, whenever they end: %s', (_, load) => {
    const { snapshots, driver } = generate(planFor(load), () => millis(270), null, [resetAt(2e6)]);
    expect(told(snapshots)).toEqual([
      [0, 'measure', 0, true],
      [1, 'measure', 0, true],
      [2, 'measure', 1, true],
      [2, 'measure', 0, false],
      [3, 'measure', 1, true],
      [4, 'drain', 1, true],
    ]);
    const after = driver.sent.filter(({ dueAt }) => dueAt >= START + 2e6).length;
    expect(after).toBeGreaterThan(10);
    for (const field of ['sent', 'ok'] as const) {
      expect(sumOf(snapshots, field, 1)).toBe(after);
      expect(sumOf(snapshots, field, 0)).toBe(driver.sent.length - after);
    }
    // Sent before, answered after: not one of them is lost, and none counts.
    expect(snapshots[3]).toMatchObject({ load: { sent: 0 }, series: { 'GET /': { sent: 0 } } });
    expect(snapshots[3]?.series['GET /']?.ok).toBeGreaterThan(0);
  });

  it('keeps answers that take many intervals apart, through a second reset', () => {
    const slowest = (n: number): number => (n === 5 ? seconds(3.2) : millis(100));
    const resets = [resetAt(1e6), resetAt(3e6)];
    const { snapshots, driver } = generate(planFor(arrivals(10, 4e6)), slowest, null, resets);
    expect([0, 1, 2].map((n) => sumOf(snapshots, 'ok', n))).toEqual([10, 20, 10]);
    expect(driver.sent).toHaveLength(40);
    const late = snapshots.find(({ index, resets: n = 0 }) => index === 3 && n === 0);
    expect(late?.series['GET /']).toMatchObject({ sent: 0, ok: 1 });
  });

  it('lets a warm-up end first', () => {
    const plan = planFor(arrivals(10, 4e6), { warmup: seconds(2) });
    const { snapshots } = generate(plan, () => millis(50), null, [resetAt(1e6)]);
    expect(snapshots.map(({ phase, resets }) => [phase, resets])).toEqual([
      ['warmup', undefined],
      ['warmup', undefined],
      ['measure', 1],
      ['measure', 1],
    ]);
    expect([0, 1].map((n) => sumOf(snapshots, 'ok', n))).toEqual([0, 20]);
  });

  it('comes by itself at the end of a ramp that is counted apart', () => {
    const load: LoadProfile = {
      model: 'closed',
      vus: [
        { duration: seconds(2), from: count(0), to: count(4) },
        { duration: seconds(3), from: count(4), to: count(4) },
      ],
      thinkTime: null,
    };
    const plan = planFor(load, { rampEnd: seconds(2) });
    const { snapshots, driver } = generate(plan, () => millis(270));
    const primary = snapshots.filter(({ generator }) => generator !== undefined);
    expect(primary.slice(0, 5).map(({ resets = 0 }) => resets)).toEqual([0, 0, 1, 1, 1]);
    // What the ramp sent is answered in the full load, and stays the ramp's.
    const late = snapshots.find(({ index, resets = 0 }) => index === 2 && resets === 0);
    expect(late?.series['GET /']?.ok).toBeGreaterThan(0);
    expect(sumOf(snapshots, 'sent', 0) + sumOf(snapshots, 'sent', 1)).toBe(driver.sent.length);
    // A reset by hand in the ramp comes first.
    const both = generate(plan, () => millis(270), null, [{ ...resetAt(1e6), told: 0.5e6 }]);
    const counted = both.snapshots.filter(({ generator }) => generator !== undefined);
    expect(counted.slice(0, 4).map(({ resets = 0 }) => resets)).toEqual([0, 1, 2, 2]);
  });

  it('has no reset that its end came before', () => {
    const { snapshots, sum } = generate(planFor(arrivals(10, 4e6)), () => millis(270), 1.7e6, [resetAt(2e6)]);
    expect(snapshots.map(({ phase, resets }) => [phase, resets])).toEqual([
      ['measure', undefined],
      ['measure', undefined],
      ['drain', undefined],
    ]);
    expect(sum(({ series }) => series['GET /']?.ok ?? 0)).toBe(sum(({ load }) => load.sent));
  });
});
