import { describe, expect, it } from 'vitest';
import { RunFold } from '../analyze/fold.ts';
import type { TimelinePoint } from '../core/result.ts';
import { count, seconds } from '../core/units.ts';
import { closingLine, liveBlock, logLine, type Moment, statusOf } from './live.ts';
import { fixtureEvents, fixturePlan } from './result.fixture.ts';
import { renderLine } from './terminal.ts';

type Options = Parameters<typeof fixturePlan>[0];

const POINT: TimelinePoint = {
  t: 5,
  seconds: 1,
  phase: 'measure',
  vus: 25,
  offered: 92,
  sent: 92,
  dropped: 0,
  ok: 90,
  failed: 2,
  p50: 12.3,
  p95: 61.2,
  p99: 80,
  serviceP95: 60,
  inFlight: 3,
  lagP99: 0.05,
  loopDelayP99: 1.2,
  cpu: 0.31,
  unfit: false,
};

const UNSTEERED = { wanted: null, keys: false } as const;

function moment(point: Partial<TimelinePoint>, options: Options = {}): Moment {
  return { plan: fixturePlan(options), timeline: [{ ...POINT, ...point }], worst: 'HTTP 503', ...UNSTEERED };
}

function momentOf(options: Options, intervals: number): Moment {
  const fold = new RunFold();
  for (const event of fixtureEvents(options).slice(0, intervals + 1)) fold.accept(event);
  return { plan: fixturePlan(options), timeline: fold.timeline, worst: 'HTTP 503', ...UNSTEERED };
}

const textOf = (each: Moment, columns = 100): string[] =>
  liveBlock(each, columns).map((line) => renderLine(line, columns, false));

describe('statusOf', () => {
  const ramping = (point: Partial<TimelinePoint>): Moment => {
    const { plan, ...rest } = moment(point);
    const vus = [
      { duration: seconds(8), from: count(0), to: count(40) },
      { duration: seconds(4), from: count(40), to: count(40) },
    ];
    return { ...rest, plan: { ...plan, load: { model: 'closed', vus, thinkTime: null } } };
  };

  it('says which way virtual users go', () => {
    expect(statusOf(ramping({}))).toBe('Ramping: 25 of 40 users, 90.0 requests/s, p95 61.2 ms');
    expect(statusOf(moment({ t: 9, vus: 40 }))).toBe('Holding: 40 users, 90.0 requests/s, p95 61.2 ms');
    expect(statusOf(ramping({ phase: 'warmup', vus: 5 }))).toMatch(/^Warming up: 5 of 40 users, /);
  });

  it('holds from the corner on, and until the very end', () => {
    expect(statusOf(ramping({ t: 8 }))).toMatch(/^Holding/);
    expect(statusOf(moment({ t: 12 }))).toMatch(/^Holding/);
  });

  it('speaks of the rate in the open model', () => {
    const open = moment({ offered: 200, ok: 198 }, { model: 'open' });
    expect(statusOf(open)).toBe('Holding: 200.0/s offered, 198.0 requests/s, p95 61.2 ms');
  });

  it('divides by the length of the interval', () => {
    expect(statusOf(moment({ seconds: 0.5 }))).toContain('180.0 requests/s');
  });

  it('counts the requests of a probe', () => {
    expect(statusOf(moment({ sent: 34 }, { kind: 'probe' }))).toBe(
      'Probing: 34 of 105 requests, p50 12.3 ms, p95 61.2 ms',
    );
  });

  it('waits for the last responses', () => {
    expect(statusOf(moment({ phase: 'drain', inFlight: 1 }))).toBe('Waiting for 1 response still under way');
    expect(statusOf(moment({ phase: 'drain', inFlight: 0 }))).toBe('Finishing');
  });
});

describe('liveBlock', () => {
  it('says that it starts before there is anything to show', () => {
    const lines = textOf({ plan: fixturePlan(), timeline: [], worst: '', ...UNSTEERED });
    expect(lines[0]).toBe('Starting: 1 thread, waiting for the first interval');
  });

  it('shows load, times, failures and the generator', () => {
    const text = textOf(momentOf({}, 12)).join('\n');
    expect(text).toContain('0:12 ━━━');
    expect(text).toContain('users       40   in flight 3');
    expect(text).toContain('offered 120.0/s   achieved 118.0/s   ▇▇▇▇▇▇▇▇▇▇▇▇');
    expect(text).toContain('■ 24 (1.7 %)   HTTP 503');
    expect(text).toContain('● fit   loop delay p99 1.20 ms   lag p99 0.050 ms   CPU 23 %');
    expect(text).toContain('Ctrl-C stops and still writes the report');
  });

  it('has at most 12 lines', () => {
    for (let n = 0; n <= 13; n++) {
      for (const model of ['closed', 'open'] as const) {
        expect(liveBlock(momentOf({ model }, n), 100).length).toBeLessThanOrEqual(12);
      }
    }
  });

  it('marks a generator that is not fit, and requests that were dropped', () => {
    const lines = textOf(moment({ unfit: true, dropped: 7 }, { model: 'open' })).join('\n');
    expect(lines).toContain('■ unfit');
    expect(lines).toContain('in flight   3   dropped 7');
  });

  it('has a dash where nothing is known, and no failures where there are none', () => {
    const lines = textOf(moment({ p50: null, p95: null, lagP99: null, cpu: null, ok: 0, failed: 0 })).join('\n');
    expect(lines).toContain('p50 –   p95 –');
    expect(lines).toContain('CPU –');
    expect(lines).toContain('none so far');
  });

  it('draws no collapse where the load has ended', () => {
    const drained = textOf(momentOf({}, 13)).join('\n');
    expect(drained).toContain('▇▇▇▇▇▇▇▇▇▇▇▇\n');
  });
});

describe('logLine', () => {
  it('is one plain line, with failures since the start', () => {
    const { timeline } = moment({});
    expect(logLine([...timeline, { ...POINT, t: 6 }])).toBe(
      '0:06  users 25  offered 92.0/s  achieved 90.0/s  p50 12.3 ms  p95 61.2 ms  failed 4  in flight 3',
    );
    expect(logLine([{ ...POINT, cancelled: 4 }])).toMatch(/failed 2 {2}cancelled 4 {2}in flight 3$/);
    expect(logLine([{ ...POINT, dropped: 3, unfit: true }])).toMatch(/dropped 3 {2}in flight 3 {2}■ generator unfit$/);
  });
});

describe('closingLine', () => {
  it('says how it ended and what was sent', () => {
    expect(closingLine(moment({}).timeline, 'completed')).toBe(
      '● Completed after 0:05: 92 requests sent, 90 ok, 2 failed.',
    );
    expect(closingLine(moment({ cancelled: 1_200 }).timeline, 'completed')).toBe(
      '● Completed after 0:05: 92 requests sent, 90 ok, 2 failed, 1,200 cancelled by their users.',
    );
    // Five answers to what was sent before a reset came after it.
    const reset = [
      { ...POINT, t: 1, phase: 'discarded' as const, sent: 20, ok: 15, failed: 0 },
      { ...POINT, t: 2, sent: 10, ok: 15, failed: 0 },
    ];
    expect(closingLine(reset, 'completed')).toBe('● Completed after 0:02: 30 requests sent, 30 ok, 0 failed.');
    expect(closingLine([], 'never-ready')).toBe('■ Did not start after 0:00: 0 requests sent, 0 ok, 0 failed.');
  });
});
