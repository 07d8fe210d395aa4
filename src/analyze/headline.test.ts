import { describe, expect, it } from 'vitest';
import { count, micros, seconds } from '../core/units.ts';
import {
  CLOSED,
  dataOf,
  finishedOf,
  foldOf,
  generatorOf,
  OPEN,
  P95_BELOW_250,
  planOf,
  resultOf,
  secondOf,
  spread,
  startedOf,
  thresholdOf,
} from './events.fixture.ts';
import { headline } from './headline.ts';
import { queueRun, ratesOf } from './queue.fixture.ts';

const FAST = { ok: spread(400, 5_000, 105_000) };
const ERRORS = thresholdOf('errors<1%', { kind: 'errors' }, '<', 0.01, 'share');
const ACHIEVED = thresholdOf('achieved>95/s', { kind: 'achieved' }, '>', 95, '1/s');
const sentence = (...run: Parameters<typeof resultOf>): string => headline(resultOf(...run)).sentence;

describe('the sentence', () => {
  it('says that thresholds held', () => {
    expect(sentence(FAST, { thresholds: [P95_BELOW_250] })).toBe('p95 stayed under 250 ms.');
    expect(sentence(FAST, { thresholds: [ERRORS, P95_BELOW_250] })).toBe(
      'Errors stayed under 1 % and p95 stayed under 250 ms.',
    );
    expect(sentence(FAST, { thresholds: [ACHIEVED] })).toBe('The achieved rate stayed over 95/s.');
    expect(sentence(FAST, { thresholds: [ERRORS, P95_BELOW_250, ACHIEVED] })).toBe('All 3 thresholds held.');
  });

  it('says which broke', () => {
    const slow = { ok: spread(400, 2_000, 328_000) };
    expect(sentence(slow, { thresholds: [P95_BELOW_250] })).toBe('p95 was 312 ms, over the limit of 250 ms.');
    const failing = { ok: spread(80, 2_000, 328_000), ended: { timeout: 8 } };
    expect(sentence(failing, { thresholds: [ERRORS, P95_BELOW_250, ACHIEVED] })).toBe(
      'Errors were 9.1 %, over the limit of 1 %, and 2 more thresholds failed.',
    );
    expect(sentence(failing, { thresholds: [P95_BELOW_250] })).toBe('p95 is infinite: 9.1 % of requests failed.');
    expect(sentence(failing, { thresholds: [ACHIEVED] })).toBe(
      'The achieved rate was 80.0/s, under the limit of 95/s.',
    );
    const exact = thresholdOf('max<0.1s', { kind: 'max' }, '<', 105_000);
    expect(sentence(FAST, { thresholds: [exact] })).toBe('Max was 105 ms, not below 105 ms.');
  });

  it('has the rate and the p95 without thresholds, or what the sample bears', () => {
    expect(sentence(FAST)).toBe('400 requests per second at a p95 of 100 ms (100 to 101).');
    expect(sentence({ ok: [1_000, 1_500] })).toBe('2.00 requests per second at a median of 1.00 ms (1.00 or more).');
    const five = foldOf([startedOf(planOf()), finishedOf()]).result();
    expect(headline(five).sentence).toBe('No request was sent in the measured phase.');
  });

  it('has no rate where every response came after the load', () => {
    const events = [
      startedOf(planOf()),
      secondOf(0, { sentMore: 2 }, { endAt: 1_000 }),
      secondOf(1, { ok: [1_000, 1_500], sentMore: -2 }, { phase: 'drain', startAt: 1_000, endAt: 3_000 }),
      finishedOf('completed', 1),
    ];
    const { sentence: said, why } = headline(foldOf(events).result());
    expect(said).toBe('2 requests succeeded, all after the load had ended.');
    expect(why).not.toContain('achieved');
  });

  it('counts failures as slow, and names what the successes had', () => {
    expect(sentence({ ...FAST, ended: { 'http-error': 12 } })).toBe(
      '400 requests per second at a p95 of 103 ms (102 to 104); of the successes alone 100 ms (100 to 101).',
    );
    expect(sentence({ ...FAST, ended: { 'http-error': 40 } })).toBe(
      '400 requests per second at an infinite p95, since 9.1 % failed; of the successes alone 100 ms (100 to 101).',
    );
    const probe = { ok: spread(10, 1_000, 1_900), ended: { reset: 2 } };
    expect(sentence(probe, { kind: 'probe' })).toMatch(
      /^A median of 1\.50 ms \(.*\); of the successes alone 1\.40 ms \(.*\), and a p95 of ∞; of the successes alone 1\.90 ms/,
    );
  });

  it('has median and p95 for a probe', () => {
    const probe = { kind: 'probe' } as const;
    expect(sentence({ ok: spread(10, 1_000, 1_900) }, probe)).toBe(
      'A median of 1.40 ms (1.30 to 1.60), and a p95 of 1.90 ms (1.80 to 1.90).',
    );
    expect(sentence({ ok: [1_500] }, probe)).toBe('A median of 1.50 ms (1.50 to 1.50).');
  });

  it('leads with the requests that piled up, since that is the answer', () => {
    const result = foldOf(queueRun({ load: ratesOf('uniform', [58, 16]), service: () => 20 })).result();
    expect(headline(result)).toMatchObject({
      sentence: 'Requests piled up: 0 → 128 in flight from 0:00 to 0:16.',
      chip: { status: 'invalid', text: 'invalid: requests piled up' },
    });
  });

  it('says why the measurement is not valid', () => {
    const late = generatorOf({ times: { lag: dataOf([50_000]) } });
    expect(sentence(FAST, { load: OPEN }, { generator: late })).toBe('Not a valid measurement: requests left late.');
    expect(sentence({ ...FAST, dropped: 100 }, { load: OPEN })).toBe('Not a valid measurement: the rate was not met.');
    expect(sentence(FAST, {}, {}, 'lost')).toBe('Not a valid measurement: a generator thread was lost.');
    expect(sentence({}, {}, {}, 'never-ready')).toBe('Not a valid measurement: the generator did not start.');
  });

  it('says that nothing answered, or that it was interrupted', () => {
    const target = { url: 'http://127.0.0.1:9/', protocol: 'http:', host: '127.0.0.1', port: 9 } as const;
    expect(sentence({ ended: { 'connect-error': 1 } }, { target })).toBe('Nothing answered at 127.0.0.1:9.');
    const tls = planOf().tls;
    const targets = [9, 10, 9].map((port, i) => ({ ...target, port, name: `t${i}`, weight: 1, tls }));
    expect(sentence({ ended: { 'connect-error': 1 } }, { target, targets })).toBe(
      'Nothing answered at 127.0.0.1:9 or 127.0.0.1:10.',
    );
    expect(sentence(FAST, {}, {}, 'interrupted')).toBe('Interrupted after 10 s.');
    const load = {
      model: 'closed',
      vus: [{ duration: seconds(60), from: count(5), to: count(5) }],
      thinkTime: null,
    } as const;
    expect(sentence(FAST, { load }, {}, 'interrupted')).toBe('Interrupted after 10 s of 60 s.');
    // Not even a broken threshold says something of the whole.
    expect(sentence(FAST, { load, thresholds: [P95_BELOW_250] }, {}, 'interrupted')).toMatch(/^Interrupted after/);
  });

  it('is that of any run where it was stopped by hand, and says so below', () => {
    const load = {
      model: 'closed',
      vus: [{ duration: seconds(300), from: count(5), to: count(5) }],
      thinkTime: null,
    } as const;
    const result = resultOf(FAST, { load, thresholds: [P95_BELOW_250] }, {}, 'stopped');
    expect(headline(result).sentence).toBe('p95 stayed under 250 ms.');
    expect(headline(result).why).toMatch(/ Stopped by hand after 0:10 of 5:00\.$/);
    expect(headline(result).chip.status).toBe('valid');
  });
});

describe('why', () => {
  it('says what was done and what came of it', () => {
    const load = { ...CLOSED, vus: [{ duration: seconds(10), from: count(100), to: count(100) }] };
    const { why } = headline(resultOf({ ...FAST, ended: { timeout: 4 } }, { load }));
    expect(why).toMatch(
      /^100 virtual users: 4,040 requests sent in 0:10, 40 \(0.99 %\) failed\. Half of the requests had their response within 55.4 ms \(95 % interval 53.9 to 57.4\), 95 % within 101 ms \(95 % interval 101 to 102\), at 400\.0\/s achieved\. Half of the successes came within 54.9 ms \(95 % interval 53.4 to 56.9\), 95 % within 100 ms \(95 % interval 100 to 101\)\.$/,
    );
  });

  it('has no interval of a ramp, whose own course would be passed off as noise', () => {
    const over = (from: number) => {
      const load = { ...CLOSED, vus: [{ duration: seconds(10), from: count(from), to: count(100) }] };
      return resultOf(FAST, { load });
    };
    expect(headline(over(100)).why).toContain('95 % interval');
    const ramp = over(1);
    expect(headline(ramp).why).toMatch(/^Up to 100 virtual users: .* within 54\.9 ms, 95 % within 100 ms, /);
    expect(ramp.latency.response.p95).toBe(over(100).latency.response.p95);
    expect([ramp.latency.response.ci95, ramp.latency.responseWithFailures.ci95]).toEqual([undefined, undefined]);
  });

  it('counts what was dropped', () => {
    const { why } = headline(resultOf({ ok: spread(10, 1_000, 1_900), dropped: 1 }, { load: OPEN }));
    expect(why).toMatch(/^100\/s offered: 100 requests sent in 0:10, none failed, 10 dropped\./);
  });

  it('has no percentiles where there are none', () => {
    expect(headline(resultOf({ ok: [1_000] }, { kind: 'probe' }, { endAt: 900 })).why).toMatch(
      /^One request at a time:/,
    );
    expect(headline(resultOf({ ended: { reset: 1 } })).why).toMatch(
      /^4 virtual users: 10 requests sent in 0:10, 10 \(100 %\) failed\. More than half of the requests failed, at 0\/s achieved\.$/,
    );
  });
});

describe('the chip', () => {
  const chip = (...run: Parameters<typeof resultOf>) => headline(resultOf(...run)).chip;

  it('is about the measurement, not about the target', () => {
    expect(chip({ ok: spread(400, 5_000, 905_000) }, { thresholds: [P95_BELOW_250] })).toEqual({
      status: 'valid',
      text: 'valid: the generator used 50 % of a core in 2 threads, event-loop delay p99 0.500 ms',
    });
    expect(chip({ ok: [1_000] }).status).toBe('valid');
  });

  it('says how much room the generator had left', () => {
    const text = (...run: Parameters<typeof resultOf>): string => chip(...run).text;
    expect(text(FAST, { load: OPEN })).toBe('valid: the generator used 50 % of a core in 2 threads, lag p99 0.040 ms');
    const quiet = generatorOf({ times: {}, cpu: 0.11 });
    expect(text(FAST, { load: OPEN, threads: count(1) }, { generator: quiet })).toBe(
      'valid: the generator used 11 % of a core',
    );
    const busy = generatorOf({ cpu: 1.34 });
    expect(text(FAST, { load: OPEN, threads: count(4) }, { generator: busy })).toBe(
      'valid: the generator used 1.3 cores in 4 threads, lag p99 0.040 ms',
    );
  });

  it.each([
    ['requests left late', { times: { lag: dataOf([7_000]) } }, { times: { lag: dataOf([50_000]) } }],
    ['the generator was held up', null, { loopDelayP99: micros(500_000) }],
    ['load threads waited for a core', { cpuWait: 0.3 }, null],
    ['the generator paused to collect garbage', { gcMax: micros(40_000) }, null],
  ])('says "%s", whether it is a doubt or invalidates', (words, doubtful, invalid) => {
    const open = (generator: Parameters<typeof generatorOf>[0]) =>
      chip(FAST, { load: OPEN }, { generator: generatorOf(generator) });
    if (doubtful !== null) expect(open(doubtful)).toEqual({ status: 'doubtful', text: `doubtful: ${words}` });
    if (invalid !== null) expect(open(invalid)).toEqual({ status: 'invalid', text: `invalid: ${words}` });
  });

  it('is of the worst doubt', () => {
    expect(chip(FAST, {}, { generator: generatorOf({ utilization: 1, cpuWait: 0.3 }) })).toEqual({
      status: 'invalid',
      text: 'invalid: virtual users waited for the generator',
    });
    const result = resultOf(FAST, {}, {}, 'interrupted');
    expect(headline(result).chip).toEqual({ status: 'doubtful', text: 'doubtful: it was interrupted' });
    const lost = { code: 'thread-lost', message: '', hint: '', invalidates: true } as const;
    const doubts = [...result.verdict.doubts, lost];
    expect(headline({ ...result, verdict: { ...result.verdict, doubts } }).chip).toEqual({
      status: 'invalid',
      text: 'invalid: a generator thread was lost',
    });
  });
});

describe('a reset of the statistics', () => {
  const changed = (at: number, warmup = 0): string =>
    headline({ ...resultOf(FAST, { warmup: seconds(warmup) }), changes: [{ type: 'reset', at: seconds(at) }] }).why;

  it('is named with its time', () => {
    expect(changed(4)).toContain('Counted from 0:04 on, when the statistics were reset.');
  });

  it('is not named within the warm-up, where it changed nothing', () => {
    expect(changed(1, 2)).not.toContain('Counted from');
    expect(changed(3, 2)).toContain('Counted from 0:03 on');
  });
});
