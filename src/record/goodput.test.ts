import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createExchange, type Exchange, type StreamedTimes } from '../core/exchange.ts';
import { addGoodput, type RequestLimit } from '../core/goodput.ts';
import { OUTCOME_CODE, OUTCOMES, type OutcomeCode } from '../core/sample.ts';
import { type Micros, micros } from '../core/units.ts';
import { GoodputCounter } from './goodput.ts';

const at = (value: number) => value as Micros;

const limit = (of: RequestLimit['of'], value: number, more: Partial<RequestLimit> = {}): RequestLimit => ({
  text: `${of}<${value}us`,
  of,
  op: '<',
  limit: micros(value),
  ...more,
});

/** Due at 1,000. */
function ended(took: number, stream: Partial<StreamedTimes> | null = null, more: Partial<Exchange> = {}): Exchange {
  const times = { pieces: 2, longestGap: at(10), outputTokens: -1, inputTokens: -1, finish: 0 };
  const instants = { firstAt: at(1_100), lastAt: at(1_200) };
  return {
    ...createExchange(-1),
    dueAt: at(1_000),
    doneAt: at(1_000 + took),
    stream: stream === null ? null : { ...times, ...instants, ...stream },
    ...more,
  };
}

function counted(limits: readonly RequestLimit[], ...exchanges: readonly Exchange[]) {
  const counter = new GoodputCounter(['chat'], limits);
  for (const exchange of exchanges) counter.count(exchange);
  return counter.take(1).get('chat');
}

describe('GoodputCounter', () => {
  it('counts as good what succeeded under all limits at once', () => {
    const limits = [limit('response', 500), limit('ttft', 150), limit('tpot', 120), limit('itl', 90)];
    expect(counted(limits, ended(400, {}))).toEqual({ good: 1, bad: 0, open: 0 });
    const over = [
      ended(500, {}),
      ended(400, { firstAt: at(1_150) }),
      ended(400, { lastAt: at(1_220) }),
      ended(400, { longestGap: at(90) }),
      ended(400, {}, { outcome: OUTCOME_CODE.timeout }),
      ended(400, {}, { outcome: OUTCOME_CODE['stream-cut'] }),
    ];
    for (const exchange of over) expect(counted(limits, exchange)).toEqual({ good: 0, bad: 1, open: 0 });
  });

  it('takes <= for what it says', () => {
    expect(counted([limit('response', 500, { op: '<=' })], ended(500))).toMatchObject({ good: 1 });
    expect(counted([limit('response', 500)], ended(500))).toMatchObject({ good: 0 });
    expect(counted([limit('response', 0, { op: '<=' })], ended(0))).toMatchObject({ good: 1 });
  });

  it('counts tokens by the server where it tells, and a single token has no gap to be too long', () => {
    const limits = [limit('tpot', 50), limit('itl', 5)];
    expect(counted([limit('tpot', 50)], ended(400, { outputTokens: 5 }))).toMatchObject({ good: 1 });
    expect(counted([limit('tpot', 50)], ended(400, {}))).toMatchObject({ good: 0 });
    expect(counted(limits, ended(400, { pieces: 1, lastAt: at(1_100), longestGap: at(0) }))).toMatchObject({ good: 1 });
  });

  it('a response that is not streamed meets no limit of a stream', () => {
    expect(counted([limit('ttft', 1_000)], ended(10))).toMatchObject({ good: 0, bad: 1 });
    expect(counted([limit('itl', 1_000)], ended(10, { pieces: 0 }))).toMatchObject({ good: 0, bad: 1 });
    expect(counted([limit('response', 1_000)], ended(10))).toMatchObject({ good: 1, bad: 0 });
  });

  it('what was given up is bad where it was over a limit already, else open', () => {
    const given = { outcome: OUTCOME_CODE.aborted };
    expect(counted([limit('response', 300)], ended(300, null, given))).toEqual({ good: 0, bad: 1, open: 0 });
    expect(counted([limit('response', 300)], ended(299, null, given))).toEqual({ good: 0, bad: 0, open: 1 });
    expect(counted([limit('ttft', 300)], ended(300, null, given))).toMatchObject({ bad: 1 });
    expect(counted([limit('ttft', 300)], ended(900, {}, given))).toMatchObject({ open: 1 });
    expect(counted([limit('ttft', 99)], ended(900, {}, given))).toMatchObject({ bad: 1 });
    // The gap that is still going on.
    expect(counted([limit('itl', 300)], ended(500, {}, given))).toMatchObject({ bad: 1 });
  });

  it('holds each request to its own limits, and epochs apart', () => {
    const counter = new GoodputCounter(
      ['chat', 'list'],
      [limit('response', 300), limit('response', 50, { request: 'list' })],
    );
    for (const request of [0, 1]) counter.count(ended(100, null, { request }));
    counter.count(ended(100, null, { request: 0, epoch: 0 }));
    expect(Object.fromEntries(counter.take(1))).toEqual({
      chat: { good: 1, bad: 0, open: 0 },
      list: { good: 0, bad: 1, open: 0 },
    });
    expect([counter.take(1).size, counter.take(0).size, counter.take(0).size]).toEqual([0, 1, 0]);
  });

  it('law: split over threads and intervals, the counts add up to those of one', () => {
    const request = fc.record({
      took: fc.nat(1_000),
      ttft: fc.nat(600),
      gap: fc.nat(300),
      streamed: fc.boolean(),
      outcome: fc.nat(OUTCOMES.length - 1),
      thread: fc.nat(2),
      cut: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 60 }), (requests) => {
        const limits = [limit('response', 700), limit('ttft', 300), limit('itl', 200)];
        const counters = Array.from({ length: 3 }, () => new GoodputCounter(['chat'], limits));
        const parts = [];
        let good = 0;
        for (const { took, ttft, gap, streamed, outcome, thread, cut } of requests) {
          const stream = streamed
            ? { firstAt: at(1_000 + ttft), longestGap: at(gap), lastAt: at(1_000 + ttft + gap) }
            : null;
          const counter = counters[thread] as GoodputCounter;
          counter.count(ended(took, stream, { outcome: outcome as OutcomeCode }));
          if (outcome === 0 && took < 700 && streamed && ttft < 300 && gap < 200) good++;
          if (cut) parts.push(...counter.take(1).values());
        }
        for (const counter of counters) parts.push(...counter.take(1).values());
        const sum = addGoodput(parts) ?? { good: 0, bad: 0, open: 0 };
        expect(sum.good).toBe(good);
        expect(sum.good + sum.bad + sum.open).toBe(requests.length);
      }),
    );
  });
});
