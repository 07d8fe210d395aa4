import { describe, expect, it } from 'vitest';
import { EMPTY_HISTOGRAM } from '../../core/snapshot.ts';
import { seconds } from '../../core/units.ts';
import { Random } from '../../load/random.ts';
import { Histogram } from '../../stats/histogram.ts';
import type { Criterion } from './criteria.ts';
import { contradicts, isHopeless, judge } from './level.ts';
import type { Observation, SearchStep } from './observation.ts';
import { meanOf, percentileOf } from './percentile.ts';

const CRITERIA: Criterion[] = [
  { slo: 'p95<=100ms', kind: 'latency', p: 0.95, limit: 100_000 },
  { slo: 'errors<1%', kind: 'errors', p: null, limit: 0.01 },
];
const STEP: SearchStep = {
  purpose: 'narrow',
  load: { model: 'open', ratePerSec: 100 },
  warmup: 1,
  duration: 20,
  settle: 0,
};

/** 20 batches of 100 independent exponential times; p95 is 3 means. */
function observation(meanMs: number, changes: Partial<Observation> = {}, growth = 0): Observation {
  const random = new Random(11, 0);
  const batches = Array.from({ length: 20 }, (_, k) => {
    const times = new Histogram();
    for (let i = 0; i < 100; i++) times.record(random.exponential(meanMs * 1000 * (1 + growth * k)));
    return { times: times.toData(), infinite: 0 };
  });
  return {
    seconds: 20,
    elapsed: 21.5,
    offered: 2000,
    sent: 2000,
    dropped: 0,
    ok: 2000,
    failed: 0,
    unanswered: 0,
    inFlightAtStart: 2,
    inFlightAtEnd: 4,
    batches,
    unfit: null,
    ...changes,
  };
}

const failing = (share: number): Observation => {
  const failed = Math.round(2000 * share);
  const { batches, ...rest } = observation(10);
  const spread = batches.map((batch) => ({ ...batch, infinite: failed / 20 }));
  return { ...rest, batches: spread, ok: 2000 - failed, failed };
};

const verdictOf = (one: Observation, step = STEP) => judge(step, one, CRITERIA, 0, seconds(0)).result;

it('has the tokens of what was achieved, where requests pile up as well', () => {
  const tokens = { streams: 2000, output: 64_000 };
  expect(verdictOf(observation(20, { tokens, inFlightAtStart: 2, inFlightAtEnd: 402 }))).toMatchObject({
    achievedPerSec: 80,
    tokensPerSec: 80 * 32,
  });
});

describe('the verdict on a level', () => {
  it('passes, fails, or leaves undecided by the interval', () => {
    expect(verdictOf(observation(20))).toMatchObject({ verdict: 'pass', used: true });
    expect(verdictOf(observation(20)).reason).toMatch(
      /^p95 was 5\d\.\d ms \(.* to .*\), limit 100 ms; errors were 0 %/,
    );
    expect(verdictOf(observation(50))).toMatchObject({ verdict: 'fail' });
    expect(verdictOf(observation(33.3))).toMatchObject({ verdict: 'undecided' });
  });

  it('is overloaded where more arrive than leave, whatever the latency', () => {
    const piled = verdictOf(observation(20, { inFlightAtStart: 10, inFlightAtEnd: 310 }));
    expect(piled).toMatchObject({ verdict: 'overloaded', imbalance: 0.15 });
    expect(piled.reason).toContain('in flight 10 → 310');
    expect(piled.achievedPerSec).toBeCloseTo(85, 9);
    expect(verdictOf(observation(20, { dropped: 300 })).verdict).toBe('overloaded');
    // Within chance: 2.6 standard deviations of √(2/n).
    expect(verdictOf(observation(20, { inFlightAtEnd: 80 })).verdict).toBe('pass');
  });

  it('is void where the generator was unfit, and then teaches nothing', () => {
    const level = judge(STEP, observation(20, { unfit: 'it slept' }), CRITERIA, 3, seconds(7));
    expect(level.margins).toEqual([]);
    expect(level.result).toMatchObject({ index: 3, startedAfter: 7_000_000, verdict: 'void', used: false });
    expect(level.result.reason).toContain('it slept');
  });

  it('is void where the generator was late only if that could turn the verdict', () => {
    const late = (ms: number) => ({ late: { ms, reason: 'requests left late' } });
    // p95 is 60 ms: 20 ms more or less is no matter; of 90 ms it is.
    expect(verdictOf(observation(20, late(20))).verdict).toBe('pass');
    expect(verdictOf(observation(32, late(20)))).toMatchObject({ verdict: 'void' });
    expect(verdictOf(observation(32, late(20))).reason).toContain('left late');
    // However late: it made nothing faster.
    expect(verdictOf(observation(20, late(60))).verdict).toBe('pass');
    expect(verdictOf(observation(60, late(60))).verdict).toBe('void');
    expect(verdictOf(observation(20, late(Number.POSITIVE_INFINITY))).verdict).toBe('pass');
    expect(verdictOf(observation(60, late(Number.POSITIVE_INFINITY))).verdict).toBe('void');
  });

  it('passes where no request of enough was slow, though the percentile itself is not known so well', () => {
    const { reason, verdict } = verdictOf(
      observation(9, { batches: observation(9).batches.slice(0, 4), offered: 400, sent: 400, ok: 400 }),
    );
    expect(verdict, reason).toBe('pass');
  });

  it('fails where every response is an error, however busy the generator was', () => {
    const { batches } = failing(1);
    const refused = {
      ok: 0,
      failed: 2000,
      unanswered: 0,
      batches: batches.map((one) => ({ ...one, times: EMPTY_HISTOGRAM })),
    };
    expect(verdictOf(observation(10, { ...refused, unfit: 'it slept' })).verdict).toBe('fail');
    expect(verdictOf(observation(10, { ...refused, unanswered: 2000, unfit: 'it slept' })).verdict).toBe('void');
  });

  it('drifts where the medians rise through the window', () => {
    expect(verdictOf(observation(10, {}, 0.05))).toMatchObject({ verdict: 'drifting' });
  });

  it('fails by errors, each SLO for itself', () => {
    const { verdict, criteria, errorShare } = verdictOf(failing(0.03));
    expect(verdict).toBe('fail');
    expect(errorShare).toBeCloseTo(0.03, 9);
    expect(criteria.map((one) => one.verdict)).toEqual(['pass', 'fail']);
    // More than 5 % failures: the 95th percentile is infinite.
    expect(verdictOf(failing(0.1)).criteria[0]).toMatchObject({ value: null, verdict: 'fail' });
  });

  it('says what it means for the limits', () => {
    const { margins } = judge(STEP, observation(20), CRITERIA, 0, seconds(0));
    expect(margins[0]).toMatchObject({ kind: 'share', share: { n: 2000 }, y: expect.closeTo(Math.log(0.6), 1) });
    expect(margins[1]).toMatchObject({ kind: 'share', share: { bad: 0, n: 2000 }, y: null });
    const over = judge(STEP, observation(20, { inFlightAtEnd: 500 }), CRITERIA, 0, seconds(0));
    expect(over.margins[0]).toEqual({ kind: 'above' });
  });

  it('uses Little’s law, and takes the users for the number in the closed model', () => {
    expect(verdictOf(observation(20)).meanInFlight).toBeCloseTo(2, 0);
    const closed = { ...STEP, load: { model: 'closed', vus: 8 } } as const;
    expect(verdictOf(observation(20, { inFlightAtStart: 0, inFlightAtEnd: 900 }), closed)).toMatchObject({
      verdict: 'pass',
      meanInFlight: 8,
      imbalance: 0,
    });
  });

  it('ends a hopeless level early, but not on a few requests', () => {
    const far = { inFlightAtStart: 0, offered: 500 };
    expect(isHopeless(STEP, observation(20, { ...far, inFlightAtEnd: 200 }))).toBe(true);
    expect(isHopeless(STEP, observation(20, { ...far, inFlightAtEnd: 60 }))).toBe(false);
    expect(isHopeless(STEP, observation(20, { inFlightAtStart: 0, offered: 50, inFlightAtEnd: 50 }))).toBe(false);
  });

  it('knows a contradicted end of the interval', () => {
    const at = (purpose: SearchStep['purpose'], meanMs: number) =>
      contradicts(judge({ ...STEP, purpose }, observation(meanMs), CRITERIA, 0, seconds(0)));
    expect([at('confirm-pass', 50), at('confirm-fail', 20)]).toEqual([true, true]);
    expect([at('confirm-pass', 20), at('confirm-fail', 50), at('narrow', 50)]).toEqual([false, false, false]);
  });
});

describe('a percentile over batches', () => {
  it('has an interval that widens where neighbouring batches are alike', () => {
    const { batches } = observation(20);
    const sorted = [...batches].sort((a, b) => a.times.sum - b.times.sum);
    const width = (one: ReturnType<typeof percentileOf>) => (one.interval?.[1] ?? 0) - (one.interval?.[0] ?? 0);
    expect(percentileOf(0.5, sorted).value).toBe(percentileOf(0.5, batches).value);
    expect(width(percentileOf(0.5, sorted))).toBeGreaterThan(1.5 * width(percentileOf(0.5, batches)));
  });

  it('bears none with too few samples, and is infinite among the failures', () => {
    const few = observation(20).batches.slice(0, 4);
    expect(percentileOf(0.95, few).interval).toBeNull();
    expect(percentileOf(0.99, failing(0.05).batches).value).toBe(Number.POSITIVE_INFINITY);
    expect(percentileOf(0.95, []).value).toBeNaN();
  });

  it('of a constant is that constant', () => {
    const times = new Histogram();
    times.record(20_000, 100);
    const one = percentileOf(
      0.95,
      Array.from({ length: 20 }, () => ({ times: times.toData(), infinite: 0 })),
    );
    expect(one).toMatchObject({ value: 20_000, interval: [20_000, 20_000] });
  });

  it('has a mean likewise', () => {
    const { value, interval } = meanOf(observation(20).batches);
    expect(interval?.[0]).toBeLessThan(20_000);
    expect(interval?.[1]).toBeGreaterThan(20_000);
    expect(value).toBeCloseTo(20_000, -4);
    expect(meanOf(failing(0.01).batches).value).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a criterion of one request', () => {
  const criteria: Criterion[] = [
    { slo: 'p95{chat}<=100ms', scope: { kind: 'request', name: 'chat' }, kind: 'latency', p: 0.95, limit: 100_000 },
    { slo: 'errors{list}<1%', scope: { kind: 'request', name: 'list' }, kind: 'errors', p: null, limit: 0.01 },
    { slo: 'mean{list}<=50ms', scope: { kind: 'request', name: 'list' }, kind: 'latency', p: null, limit: 50_000 },
  ];
  const judged = (chatMs: number, listMs: number, bad = 0) => {
    const { batches: chat } = observation(chatMs);
    const list = observation(listMs).batches.map((batch) => ({ ...batch, infinite: bad }));
    const requests = { chat: { batches: chat, dropped: 0 }, list: { batches: list, dropped: 0 } };
    return judge(STEP, observation(10, { requests }), criteria, 0, seconds(0)).result;
  };

  it('is held against that one alone, and the verdict names it', () => {
    expect(judged(20, 10)).toMatchObject({ verdict: 'pass' });
    const slow = judged(45, 10);
    expect(slow.verdict).toBe('fail');
    expect(slow.reason).toMatch(/^p95 of chat was 1[23]\d ms .*, limit 100 ms\.$/);
    expect(slow.criteria.map(({ verdict }) => verdict)).toEqual(['fail', 'pass', 'pass']);
    expect(judged(20, 10, 5).reason).toMatch(/^errors of list were 4\.8 %/);
    expect(judged(20, 80).reason).toMatch(/^mean of list was (?:7|8)\d\.\d ms .*, limit 50 ms\.$/);
  });

  it('is undecided where that request was never sent', () => {
    const requests = { list: { batches: observation(10).batches, dropped: 0 } };
    const { criteria: results } = judge(STEP, observation(10, { requests }), criteria, 0, seconds(0)).result;
    expect(results.map(({ verdict }) => verdict)).toEqual(['undecided', 'pass', 'pass']);
  });
});

describe('goodput as a criterion', () => {
  const GOODPUT: Criterion = {
    slo: 'goodput>95%',
    kind: 'goodput',
    p: 0.95,
    limit: 0.95,
    times: { least: 100_000, most: 2e6 },
  };
  const counted = (bad: number, changes: Partial<Observation> = {}): Observation => ({
    ...observation(20),
    goodput: Array.from({ length: 20 }, (_, k) => ({
      bad: k < bad % 20 ? Math.ceil(bad / 20) : Math.floor(bad / 20),
      n: 100,
    })),
    ...changes,
  });
  const judged = (one: Observation) => judge(STEP, one, [GOODPUT], 0, seconds(0));

  it('passes, fails or stays open by the share of requests that were good', () => {
    expect(judged(counted(30)).result).toMatchObject({ verdict: 'pass' });
    expect(judged(counted(300)).result).toMatchObject({ verdict: 'fail' });
    expect(judged(counted(100)).result).toMatchObject({ verdict: 'undecided' });
    expect(judged(counted(300)).result.reason).toMatch(/^goodput was 85 % \(8\d % to 8\d %\), limit 95 %\.$/);
    const [criterion] = judged(counted(30)).result.criteria;
    expect(criterion).toMatchObject({ slo: 'goodput>95%', value: 0.985, limit: 0.95, unit: 'share', verdict: 'pass' });
  });

  it('teaches how many were bad, and counts dropped requests among them', () => {
    const [margin] = judged(counted(40, { dropped: 10 })).margins;
    expect(margin).toMatchObject({ kind: 'share', share: { bad: 50, n: 2010 }, y: null });
  });

  it('is void where the generator was late, unless it passes all the same', () => {
    const late = { late: { ms: 30, reason: 'requests left late' } };
    expect(judged(counted(300, late)).result.verdict).toBe('void');
    expect(judged(counted(30, late)).result.verdict).toBe('pass');
    expect(judged(counted(300, { late: { ms: 1, reason: 'requests left late' } })).result.verdict).toBe('fail');
  });

  it('is undecided where nothing was counted', () => {
    expect(judged(observation(20)).result.verdict).toBe('undecided');
  });
});
