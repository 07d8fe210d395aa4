import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorOf } from './error.fixture.ts';
import { parseThreshold } from './threshold.ts';

describe('parseThreshold', () => {
  it.each([
    ['p95<250ms', { kind: 'percentile', p: 95 }, '<', 250_000, 'µs'],
    ['p99.9<=1s', { kind: 'percentile', p: 99.9 }, '<=', 1_000_000, 'µs'],
    ['p50 < 100ms', { kind: 'percentile', p: 50 }, '<', 100_000, 'µs'],
    ['P50<100ms', { kind: 'percentile', p: 50 }, '<', 100_000, 'µs'],
    ['median<100ms', { kind: 'percentile', p: 50 }, '<', 100_000, 'µs'],
    ['p(95)<250ms', { kind: 'percentile', p: 95 }, '<', 250_000, 'µs'],
    ['p(99.9) < 1s', { kind: 'percentile', p: 99.9 }, '<', 1_000_000, 'µs'],
    ['med<100ms', { kind: 'percentile', p: 50 }, '<', 100_000, 'µs'],
    ['avg<20ms', { kind: 'mean' }, '<', 20_000, 'µs'],
    ['mean<20ms', { kind: 'mean' }, '<', 20_000, 'µs'],
    ['min>=1us', { kind: 'min' }, '>=', 1, 'µs'],
    ['max<1m30s', { kind: 'max' }, '<', 90_000_000, 'µs'],
    ['errors<1%', { kind: 'errors' }, '<', 0.01, 'share'],
    ['errors<10', { kind: 'errors' }, '<', 10, 'count'],
    ['errors<=0', { kind: 'errors' }, '<=', 0, 'count'],
    ['achieved>95/s', { kind: 'achieved' }, '>', 95, '1/s'],
    ['achieved>95', { kind: 'achieved' }, '>', 95, '1/s'],
    ['ttft_p95<300ms', { kind: 'percentile', p: 95, of: 'ttft' }, '<', 300_000, 'µs'],
    ['TTFT p(95) < 300ms', { kind: 'percentile', p: 95, of: 'ttft' }, '<', 300_000, 'µs'],
    ['tpot_mean<40ms', { kind: 'mean', of: 'tpot' }, '<', 40_000, 'µs'],
    ['itl_p99.9<80ms', { kind: 'percentile', p: 99.9, of: 'itl' }, '<', 80_000, 'µs'],
    ['goodput>95%', { kind: 'goodput' }, '>', 0.95, 'share'],
    ['goodput>=50/s', { kind: 'goodput' }, '>=', 50, '1/s'],
    ['ttft<300ms', { kind: 'each', of: 'ttft' }, '<', 300_000, 'µs'],
    ['response<=2s', { kind: 'each' }, '<=', 2_000_000, 'µs'],
    ['tokens>500/s', { kind: 'tokens' }, '>', 500, '1/s'],
    ['achieved>=6k/m', { kind: 'achieved' }, '>=', 100, '1/s'],
  ])('%s', (text, metric, op, limit, unit) => {
    expect(parseThreshold(`  ${text} `, '--threshold')).toEqual({ text, metric, op, limit, unit });
  });

  const METRICS =
    'there are p50, p95, p99.9 (any percentile), mean, min, max, errors, achieved and goodput; of streams ttft_p95, tpot_p95, itl_p99 and tokens';
  const EXAMPLE = 'write p95<250ms, errors<1% or achieved>95/s';
  it.each([
    ['', ` is empty; ${EXAMPLE}`],
    ['p95', ` is not a threshold; ${EXAMPLE}`],
    ['<250ms', ` is not a threshold; ${EXAMPLE}`],
    ['p95<', ` has nothing to compare with; ${EXAMPLE}`],
    ['p95=250ms', ' compares with "="; write <, <=, > or >='],
    ['p95==250ms', ' compares with "=="; write <, <=, > or >='],
    ['p95<>250ms', ' compares with "<>"; write <, <=, > or >='],
    ['p95!<250ms', ' compares with "!<"; write <, <=, > or >='],
    ['meen<1s', ` looks at the unknown "meen"; ${METRICS} | Did you mean mean?`],
    ['error<1%', ` looks at the unknown "error"; ${METRICS} | Failed requests are errors: errors<1%.`],
    [
      'http_req_failed<0.01',
      ` looks at the unknown "http_req_failed"; ${METRICS} | Failed requests are errors: errors<1%.`,
    ],
    ['rps>95', ` looks at the unknown "rps"; ${METRICS} | For the rate of successful responses write achieved>95/s.`],
    ['latency<1s', ` looks at the unknown "latency"; ${METRICS} | Say which: p95<1s, mean<1s or max<1s.`],
    ['p<1s', ` looks at the unknown "p"; ${METRICS}`],
    ['ttft>1s', ' is a limit of each request from below; goodput counts those under a limit | Write ttft<1s.'],
    ['goodput>100%', ' can never hold: no share is above 100 %; write >= instead of >'],
    [
      'itl_errors<1%',
      ' looks at "itl_errors", which is no time; write itl_p95, itl_mean or itl_max | Failed requests are errors: errors<1%.',
    ],
    ['ttft_p95<300', ' compares with a time that has no unit | Write ttft_p95<300ms, or with s.'],
    ['p0<1s', ' looks at a percentile outside 0 to 100; write min, or one between like p95'],
    ['p100<1s', ' looks at a percentile outside 0 to 100; write max, or one between like p95'],
    ['p101<1s', ' looks at a percentile outside 0 to 100; write max, or one between like p95'],
    ['p95<250', ' compares with a time that has no unit | Write p95<250ms, or with s.'],
    ['p(95)<250', ' compares with a time that has no unit | Write p(95)<250ms, or with s.'],
    ['p95<-1ms', ': "-1ms" is negative; write 30s, 500ms or 2m'],
    ['p95<NaN', ': "NaN" is not a duration; write 30s, 500ms or 2m'],
    ['p95<1%', ': "1%" is not a duration; write 30s, 500ms or 2m'],
    ['p95<0ms', ' can never hold: nothing is below zero; write <= instead of <'],
    ['errors<0', ' can never hold: nothing is below zero; write <= instead of <'],
    ['errors<0.01', ': "0.01" is neither a share nor a count; write errors<1% or errors<10 | As a share it is 1%.'],
    ['errors<101%', ': "101%" is too much; at most 100%'],
    ['errors<1s', ': "1s" is not a whole number; write 100, 10k or 1m (a million)'],
    ['achieved>1%', ': "1%" is not a rate; write 200/s, 12k/s or 600/m'],
  ])('refuses %j', (text, problem) => {
    expect(errorOf(() => parseThreshold(text, '--threshold'))).toBe(
      `bad-flag --threshold: ${JSON.stringify(text)}${problem}`,
    );
  });

  it('reads what it is made of', () => {
    const made = fc.record({
      p: fc.integer({ min: 1, max: 99_999 }).map((n) => n / 1_000),
      op: fc.constantFrom('<', '<=', '>', '>='),
      ms: fc.integer({ min: 1, max: 1_000_000 }),
      space: fc.constantFrom('', ' '),
    });
    fc.assert(
      fc.property(made, ({ p, op, ms, space }) => {
        const text = `p${p}${space}${op}${space}${ms}ms`;
        expect(parseThreshold(text, '-')).toEqual({
          text,
          metric: { kind: 'percentile', p },
          op,
          limit: ms * 1_000,
          unit: 'µs',
        });
      }),
    );
  });
});
