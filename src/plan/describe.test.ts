import { describe, expect, it } from 'vitest';
import { micros } from '../core/units.ts';
import { describePlan } from './describe.ts';
import { planOf } from './plan.fixture.ts';
import { formatDuration } from './plan-words.ts';

describe('describePlan', () => {
  it('tells the plan in three lines', () => {
    const flags = {
      body: JSON.stringify({ x: 'y'.repeat(204) }),
      vus: '100',
      spawnRate: '5',
      duration: '30s',
      threads: '1',
      seed: '42',
    };
    expect(
      describePlan(planOf({ ...flags, threshold: ['p95<250ms', 'errors<1%'] }, { target: '127.0.0.1:8989/predict' })),
    ).toEqual([
      'POST http://127.0.0.1:8989/predict  (212 B of application/json)',
      '0 → 100 virtual users over 20 s, then 100 for 10 s, the ramp counted apart (closed model: each waits for its response)',
      'timeout 30 s · 1 thread · seed 42 · thresholds: p95<250ms, errors<1%',
    ]);
  });

  const CLOSED = '(closed model: each waits for its response)';
  const OPEN = '(open model: evenly spaced arrivals, no response is waited for)';
  it.each([
    [{}, `10 virtual users for 30 s ${CLOSED}`],
    [{ vus: '1' }, `1 virtual user for 30 s ${CLOSED}`],
    [{ requests: '10k' }, `10 virtual users, until 10,000 requests are sent ${CLOSED}`],
    [{ requests: '1', duration: '1m' }, `10 virtual users for 1 min, until 1 request is sent ${CLOSED}`],
    [{ vus: '100', spawnRate: '3', duration: '10.5s' }, `0 → 32 virtual users over 10.5 s ${CLOSED}`],
    [{ thinkTime: '1s' }, '10 virtual users for 30 s (closed model: each waits for its response, then thinks 1 s)'],
    [
      { thinkTime: '1s-3s' },
      '10 virtual users for 30 s (closed model: each waits for its response, then thinks 1 s to 3 s)',
    ],
    [
      { thinkTime: 'exp:1s' },
      '10 virtual users for 30 s (closed model: each waits for its response, then thinks 1 s on average)',
    ],
    [{ stages: '1m:5,1m:5,1m:0' }, `0 → 5 virtual users over 1 min, then 5 for 1 min, then 5 → 0 over 1 min ${CLOSED}`],
    [{ stages: '1s:1,1s:2,1s:3,1s:4,1s:5,1s:6,1s:7' }, `7 stages between 0 and 7 virtual users, 7 s in all ${CLOSED}`],
    [{ rate: '12k/s', duration: '1h30m' }, `12,000 requests/s for 1 h 30 min ${OPEN}`],
    [
      { rate: '1/h', arrivals: 'poisson' },
      '0.0002778 requests/s for 30 s (open model: Poisson arrivals, no response is waited for)',
    ],
    [
      { rate: '100', arrivals: ' Bursty: 10 ' },
      '100 requests/s for 30 s (open model: bursts of 10 arrivals at random instants, no response is waited for)',
    ],
    [{ rate: '0/s', stages: '30s:0.5,1m:200' }, `0 → 0.5 requests/s over 30 s, then 0.5 → 200 over 1 min ${OPEN}`],
  ])('%j', (flags, line) => {
    expect(describePlan(planOf(flags))[1]).toBe(line);
  });

  it.each([
    [{}, 'GET http://h:1/p'],
    [{ body: 'plain' }, 'POST http://h:1/p  (5 B)'],
    [{ body: 'x'.repeat(2_048) }, 'POST http://h:1/p  (2.0 KiB)'],
    [{ body: 'x'.repeat(3_145_728) }, 'POST http://h:1/p  (3.0 MiB)'],
  ])('says what is sent', (flags, line) => {
    expect(describePlan(planOf(flags))[0]).toBe(line);
  });

  it('shows no secret of the query', () => {
    expect(describePlan(planOf({}, { target: 'http://[::1]:80/p?token=s3cret&x=1' }))[0]).toBe(
      'GET http://[::1]/p?token=***&x=1',
    );
  });

  it('says what is unusual', () => {
    const flags = { rate: '5', warmup: '2s', keepalive: false, timeout: '500ms', threads: '2' };
    expect(describePlan(planOf(flags))[2]).toBe(
      'timeout 500 ms · warm-up 2 s · a new connection per request · at most 10,000 in flight · 2 threads · seed 7',
    );
  });

  it('tells a search, and how its arrivals are spread', () => {
    const found = (flags: Record<string, unknown>) => describePlan(planOf(flags, { kind: 'find' }))[1];
    expect(found({ slo: ['p95<250ms'] })).toBe(
      'searching the highest arrival rate (Poisson arrivals) at which p95<250ms: 2 min, interval of 10 %',
    );
    expect(found({ arrivals: 'bursty:4' })).toContain('(bursts of 4 arrivals at random instants)');
    expect(found({ unit: 'vus' })).toContain('searching the most virtual users at which');
    expect(found({ budget: 'auto' })).toContain(': 2 min or longer, at most 1 h, interval of 10 %');
  });

  it('says that nothing ends a run without an end', () => {
    const endless = describePlan(planOf({ vus: '5', spawnRate: '1', duration: 'forever' }));
    expect(endless[1]).toBe(
      '0 → 5 virtual users over 5 s, then 5 until it is stopped, the ramp counted apart (closed model: each waits for its response)',
    );
    expect(endless[3]).toMatch(/^Note: nothing ends this run but you: Stop on the page, q, or Ctrl-C\./);
    expect(describePlan(planOf({ rate: '5/s', duration: 'Forever', requests: '10' }))).toHaveLength(3);
  });

  it('says what may not be meant: a ramp that is cut, a count for a share', () => {
    expect(describePlan(planOf({ vus: '100', spawnRate: '1', duration: '3s' }))[3]).toBe(
      'Note: the ramp is cut short: 100 virtual users take longer to start than the run lasts. ' +
        'Give it a longer --duration or a higher --spawn-rate.',
    );
    expect(describePlan(planOf({ vus: '100', spawnRate: '50', duration: '3s' }))).toHaveLength(3);
    const notes = (threshold: string) => describePlan(planOf({ threshold: [threshold] })).slice(3);
    expect(notes('errors<1')).toEqual([
      'Note: errors<1 counts requests: not one may fail. A share of them is written with %: errors<1%.',
    ]);
    expect(notes('errors<=5')[0]).toContain('at most 5 may fail');
    expect([...notes('errors<1%'), ...notes('p95<1s'), ...notes('errors>5')]).toEqual([]);
  });

  it('tells a probe', () => {
    expect(describePlan(planOf({}, { kind: 'probe' }))).toEqual([
      'GET http://h:1/p',
      'one request at a time: 5 to warm up, 100 measured',
      'timeout 30 s · 1 thread · seed 7',
    ]);
    expect(describePlan(planOf({ thinkTime: '1s', requests: '7' }, { kind: 'probe' }))[1]).toBe(
      'one request at a time, then thinks 1 s: 5 to warm up, 7 measured',
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 s'],
    [1, '1 us'],
    [1_500, '1.5 ms'],
    [999_999, '999.999 ms'],
    [1_500_000, '1.5 s'],
    [60_000_000, '1 min'],
    [3_601_000_001, '1 h 1.000001 s'],
    [90_061_000_000, '25 h 1 min 1 s'],
  ])('%i', (value, text) => {
    expect(formatDuration(micros(value))).toBe(text);
  });
});
