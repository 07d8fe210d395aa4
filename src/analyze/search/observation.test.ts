import { describe, expect, it } from 'vitest';
import type {
  GeneratorSnapshot,
  IntervalSnapshot,
  Phase,
  SeriesSnapshot,
  ThreadSnapshot,
} from '../../core/snapshot.ts';
import { bytes, count, micros } from '../../core/units.ts';
import { Histogram } from '../../stats/histogram.ts';
import { paceOf } from './generator-fitness.ts';
import { observe } from './observe.ts';

const histogram = (value: number, n: number) => {
  const one = new Histogram();
  one.record(value, n);
  return one.toData();
};

const generator = (lagMicros: number): GeneratorSnapshot => ({
  times: { lag: histogram(lagMicros, 100) },
  loopDelayP99: micros(1_000),
  loopDelayMax: micros(2_000),
  utilization: null,
  gcMax: micros(0),
  cpu: 0.2,
  cpuWait: 0,
  rss: bytes(1),
});

interface Made {
  readonly phase?: Phase;
  readonly due?: number;
  readonly sent?: number;
  readonly ok?: number;
  readonly failed?: number;
  readonly inFlight?: number;
  readonly health?: GeneratorSnapshot | null;
}

/** Intervals of 1 s; each answers in as many ms as its index + 10. */
function snapshot(index: number, made: Made = {}): IntervalSnapshot {
  const { phase = 'measure', due = 100, sent = due, ok = 100, failed = 0, inFlight = 5, health = generator(50) } = made;
  const series: SeriesSnapshot = {
    due,
    sent,
    dropped: 0,
    ok,
    failed,
    byOutcome: {},
    byStatus: {},
    bytesIn: 0,
    bodyBytesIn: 0,
    bytesOut: 0,
    times: { response: histogram((index + 10) * 1000, ok) },
    failures: [],
  };
  return {
    index,
    startAt: micros(index * 1e6),
    endAt: micros((index + 1) * 1e6),
    phase,
    load: { due, sent, dropped: 0, inFlight, vus: count(0) },
    series: { 'GET /': series },
    ...(health === null ? {} : { generator: health }),
  };
}

const run = (made: (index: number) => Made = () => ({})): IntervalSnapshot[] => [
  snapshot(0, { phase: 'warmup', inFlight: 3 }),
  snapshot(1, { phase: 'warmup', inFlight: 4 }),
  ...Array.from({ length: 10 }, (_, i) => snapshot(i + 2, made(i))),
  snapshot(12, { phase: 'drain', due: 0, ok: 5, failed: 1, inFlight: 0 }),
];

describe('what the judge sees of a run', () => {
  it('is the measured window, with the answers of its drain', () => {
    const one = observe(
      run((i) => ({ inFlight: i === 9 ? 11 : 6 })),
      2,
      'open',
      20,
    );
    expect(one).toMatchObject({
      seconds: 10,
      elapsed: 13,
      offered: 1000,
      sent: 1000,
      ok: 1005,
      failed: 1,
      inFlightAtStart: 4,
      inFlightAtEnd: 11,
      unfit: null,
    });
    expect(one.batches.map(({ times }) => times.count)).toEqual([...new Array(9).fill(100), 105]);
    expect(one.batches.map(({ infinite }) => infinite)).toEqual([...new Array(9).fill(0), 1]);
    expect(one.batches[0]?.times.min).toBe(12_000);
  });

  it('puts intervals together where there are more than batches', () => {
    const { batches } = observe(run(), 2, 'open', 5);
    expect(batches.map(({ times }) => times.count)).toEqual([200, 200, 200, 200, 205]);
  });

  it('counts late answers of the warm-up for nothing, and measured ones of a warm-up interval too', () => {
    const mixed = [...run(), snapshot(2, { phase: 'warmup', ok: 7, health: null })];
    expect(observe(mixed, 2, 'open', 20).ok).toBe(1005);
  });

  it.each([['did not send', (): Made => ({ sent: 80 })]])('is unfit where requests %s', (why, made) => {
    expect(observe(run(made), 2, 'open', 20).unfit).toContain(why);
  });

  it('names the agent that is not fit, also where it is too small a part of all to show in them', () => {
    const agent = (name: string, lag: number, loopDelay: number, cpuWait: number | null = 0): ThreadSnapshot => ({
      ...{ name: `agent ${name}, thread 1`, vus: count(0), inFlight: 0, cpu: 0.1, heap: null },
      ...{ lagP99: micros(lag), loopDelayP99: micros(loopDelay) },
      agent: { name, cpuWait, utilization: 0.2 },
    });
    const others = Array.from({ length: 200 }, (_, n) => agent(`eu-${n}`, 60, 900));
    const seen = (health: Partial<GeneratorSnapshot>) =>
      observe(
        Array.from({ length: 4 }, (_, index) => snapshot(index, { health: { ...generator(50), ...health } })),
        0,
        'open',
        4,
      );
    expect(seen({ threads: [...others, agent('us-1', 40_000, 900)] }).late?.reason).toBe(
      'requests of agent us-1 left late: p99 of the send lag 40.0 ms',
    );
    expect(seen({ threads: others }).late).toBeUndefined();
    expect(seen({ loopDelayP99: micros(90_000), threads: [...others, agent('us-1', 60, 90_000)] }).late?.reason).toBe(
      "the generator's event loop of agent us-1 was held up: p99 90.0 ms",
    );
    expect(seen({ cpuWait: 0.7, threads: [...others, agent('us-1', 60, 900, 0.7)] }).late?.reason).toBe(
      'load threads of agent us-1 waited for a core in 70 % of the time',
    );
  });

  it('says how late the generator was, where that is much beside the response times', () => {
    const late = (health: NonNullable<Made['health']>) =>
      observe(
        run(() => ({ health })),
        2,
        'open',
        20,
      ).late;
    expect(late(generator(30_000))).toMatchObject({
      ms: expect.closeTo(30, 0),
      reason: expect.stringContaining('left late'),
    });
    const held = late({ ...generator(50), loopDelayP99: micros(90_000) });
    expect(held).toMatchObject({
      ms: expect.closeTo(90, 0),
      reason: expect.stringContaining('event loop was held up'),
    });
    expect(late({ ...generator(5_000), cpuWait: 0.25 })).toBeUndefined();
    expect(late({ ...generator(50), cpuWait: 0.6 })).toEqual({
      ms: Number.POSITIVE_INFINITY,
      reason: 'load threads waited for a core in 60 % of the time',
    });
    expect(late(generator(50))).toBeUndefined();
  });

  it('does not mind threads that waited for a core where requests leave by the clock, or after a pause', () => {
    const made = (): Made => ({ health: { ...generator(50), cpuWait: 0.4 } });
    expect(observe(run(made), 2, 'open', 20).unfit).toBeNull();
    expect(observe(run(made), 2, paceOf({ model: 'closed', vus: 1, pause: micros(90_000) }), 20).unfit).toBeNull();
    expect(observe(run(made), 2, paceOf({ model: 'closed', vus: 1 }), 20).unfit).toContain('waited for a core');
    expect(observe(run(made), 2, 'closed', 20).unfit).toContain('waited for a core');
  });

  it('does not mind lag in the closed model, but a busy generator', () => {
    expect(
      observe(
        run(() => ({ health: generator(30_000) })),
        2,
        'closed',
        20,
      ).unfit,
    ).toBeNull();
    const busy = run(() => ({ health: { ...generator(50), utilization: 0.99 } }));
    expect(observe(busy, 2, 'closed', 20).unfit).toContain('busy');
  });

  it('is unfit where nothing was delivered', () => {
    expect(observe([], 2, 'open', 20)).toMatchObject({ ok: 0, unfit: 'the generator delivered no interval' });
  });
});

it('has each request apart, where there are several', () => {
  const of = (one: IntervalSnapshot): IntervalSnapshot => {
    const [series] = Object.values(one.series) as [SeriesSnapshot];
    const slow = { ...series, ok: 3, failed: 2, dropped: 1, times: { response: histogram(700_000, 3) } };
    return { ...one, series: { 'GET /': series, slow } };
  };
  const seen = observe(run().map(of), 2, 'open', 20);
  expect(observe(run(), 2, 'open', 20)).not.toHaveProperty('requests');
  expect(Object.keys(seen.requests ?? {})).toEqual(['GET /', 'slow']);
  const { batches = [], dropped } = seen.requests?.['slow'] ?? {};
  expect(batches.map(({ times, infinite }) => [times.count, infinite])).toEqual([
    ...Array.from({ length: 9 }, () => [3, 2]),
    [6, 4],
  ]);
  expect(dropped).toBe(11);
  expect(seen.batches.map(({ times }) => times.count)).toEqual([...Array.from({ length: 9 }, () => 103), 111]);
});

describe('goodput', () => {
  it('is counted by stretch, of all requests and of each, and absent where nobody counts it', () => {
    const intervals = [2, 3, 4, 5].map((index) => {
      const one = snapshot(index);
      const chat = { ...(one.series['GET /'] as SeriesSnapshot), goodput: { good: 90, bad: index, open: 5 } };
      return { ...one, series: { chat, list: { ...chat, goodput: { good: 10, bad: 0, open: 0 } } } };
    });
    const seen = observe(intervals, 2, 'open', 2);
    expect(seen.goodput).toEqual([
      { bad: 5, n: 205 },
      { bad: 9, n: 209 },
    ]);
    expect(seen.requests?.['chat']?.goodput?.[1]).toEqual({ bad: 9, n: 189 });
    expect(
      observe(
        [2, 3, 4, 5].map((index) => snapshot(index)),
        2,
        'open',
        2,
      ),
    ).not.toHaveProperty('goodput');
  });
});
