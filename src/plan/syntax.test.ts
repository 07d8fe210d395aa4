import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { micros } from '../core/units.ts';
import { errorOf } from './error.fixture.ts';
import { formatDuration } from './plan-words.ts';
import {
  parseBoolean,
  parseChoice,
  parseCount,
  parseDuration,
  parseRate,
  parseSeed,
  parseShare,
  parseStages,
  parseThinkTime,
} from './syntax.ts';

describe('parseDuration', () => {
  it.each([
    ['500ms', 500_000],
    ['30s', 30_000_000],
    ['2m', 120_000_000],
    ['2min', 120_000_000],
    ['1h30m', 5_400_000_000],
    ['1h 30 min', 5_400_000_000],
    ['1.5s', 1_500_000],
    ['.5s', 500_000],
    ['250us', 250],
    ['250µs', 250],
    ['250μs', 250],
    ['  30 s ', 30_000_000],
    ['1m1s1ms1us', 61_001_001],
    ['0s', 0],
    ['007s', 7_000_000],
    ['168h', 604_800_000_000],
  ])('%s', (text, expected) => {
    expect(parseDuration(text, '--duration')).toBe(expected);
  });

  it.each([
    ['30', '"30" has no unit; write 30s, 500ms or 2m'],
    ['0', '"0" has no unit; write 30s, 500ms or 2m'],
    ['', '"" is empty; write 30s, 500ms or 2m'],
    ['  ', '"  " is empty; write 30s, 500ms or 2m'],
    ['-5s', '"-5s" is negative; write 30s, 500ms or 2m'],
    ['−5s', '"−5s" is negative; write 30s, 500ms or 2m'],
    ['+5s', '"+5s" is not a duration; write 30s, 500ms or 2m'],
    ['NaN', '"NaN" is not a duration; write 30s, 500ms or 2m'],
    ['Infinity', '"Infinity" is not a duration; write 30s, 500ms or 2m'],
    ['s', '"s" is not a duration; write 30s, 500ms or 2m'],
    ['1,5s', '"1,5s" is not a duration; write 30s, 500ms or 2m'],
    ['30s!', '"30s!" is not a duration; write 30s, 500ms or 2m'],
    ['30s\n-1', '"30s\\n-1" is not a duration; write 30s, 500ms or 2m'],
    ['30sec', '"30sec" has the unknown unit "sec"; units are h, m, s, ms and us'],
    ['2d', '"2d" has the unknown unit "d"; units are h, m, s, ms and us'],
    ['30S', '"30S" has the unknown unit "S"; units are h, m, s, ms and us'],
    ['1e3s', '"1e3s" has the unknown unit "e"; units are h, m, s, ms and us'],
    ['5constructor', '"5constructor" has the unknown unit "constructor"; units are h, m, s, ms and us'],
    ['1h30', '"1h30" ends in 30 without a unit; write 1h30m or 1.5s'],
    ['30m1h', '"30m1h" must name each unit once, the largest first, like 1h30m'],
    ['1s1s', '"1s1s" must name each unit once, the largest first, like 1h30m'],
    ['0.2us', '"0.2us" is too little; the smallest step is 1us'],
    ['169h', '"169h" is too much; at most 168h'],
    [`${'9'.repeat(60)}s`, `"${'9'.repeat(60)}s" is too much; at most 168h`],
  ])('refuses %j', (text, problem) => {
    expect(errorOf(() => parseDuration(text, '--duration'))).toBe(`bad-flag --duration: ${problem}`);
  });

  it('quotes its limits, and cuts what is very long', () => {
    const limits = { min: '1ms', max: '30m' };
    expect(errorOf(() => parseDuration('0s', '--timeout', limits))).toBe(
      'bad-flag --timeout: "0s" is too little; at least 1ms',
    );
    expect(errorOf(() => parseDuration('31m', '--timeout', limits))).toBe(
      'bad-flag --timeout: "31m" is too much; at most 30m',
    );
    expect(parseDuration('30m', '--timeout', limits)).toBe(1_800_000_000);
    expect(errorOf(() => parseDuration('9'.repeat(5_000), '--timeout')).length).toBeLessThan(200);
  });

  it('reads back what formatDuration writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 604_800_000_000 }), (value) => {
        expect(parseDuration(formatDuration(micros(value)), '-')).toBe(value);
      }),
      { numRuns: 1_000 },
    );
  });

  it('answers any text with a whole number or an error of ours', () => {
    const near = fc.stringMatching(/^[-+ .,0-9a-zµ%/:]{0,12}$/);
    fc.assert(
      fc.property(fc.oneof(near, fc.string()), (text) => {
        for (const parse of [parseDuration, parseCount]) {
          const error = errorOf(() => expect(Number.isSafeInteger(parse(text, '--x'))).toBe(true));
          expect(error).toMatch(/^(no error|bad-flag --x: ")/);
        }
        for (const parse of [parseRate, parseShare]) {
          const error = errorOf(() => expect(parse(text, '--x')).toBeGreaterThanOrEqual(0));
          expect(error).toMatch(/^(no error|bad-flag --x: ")/);
        }
        for (const parse of [parseSeed, parseThinkTime])
          expect(errorOf(() => parse(text, '--x'))).toMatch(/^(no error|bad-flag --x: ")/);
        expect(errorOf(() => parseStages(text, '--x', parseCount))).toMatch(
          /^(no error|bad-flag --x(, stage \d+)?: ")/,
        );
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('parseCount', () => {
  it.each([
    ['100', 100],
    ['0', 0],
    ['10k', 10_000],
    ['10K', 10_000],
    ['1m', 1_000_000],
    ['1M', 1_000_000],
    ['1.5k', 1_500],
    ['1.1k', 1_100],
    [' 7 ', 7],
    ['2.0', 2],
  ])('%s', (text, expected) => {
    expect(parseCount(text, '--vus')).toBe(expected);
  });

  it.each([
    ['', '"" is empty; write 100, 10k or 1m (a million)'],
    ['-3', '"-3" is negative; write 100, 10k or 1m (a million)'],
    ['1.5', '"1.5" is not a whole number; write 100, 10k or 1m (a million)'],
    ['1e3', '"1e3" is not a whole number; write 100, 10k or 1m (a million)'],
    ['0x10', '"0x10" is not a whole number; write 100, 10k or 1m (a million)'],
    ['1,000', '"1,000" is not a whole number; write 100, 10k or 1m (a million)'],
    ['NaN', '"NaN" is not a whole number; write 100, 10k or 1m (a million)'],
    ['10 users', '"10 users" is not a whole number; write 100, 10k or 1m (a million)'],
    ['1001m', '"1001m" is too much; at most 1000m'],
    ['9'.repeat(60), `"${'9'.repeat(60)}" is too much; at most 1000m`],
  ])('refuses %j', (text, problem) => {
    expect(errorOf(() => parseCount(text, '--vus'))).toBe(`bad-flag --vus: ${problem}`);
  });

  it('reads back any whole number, and thousands with k', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (value) => {
        expect(parseCount(String(value), '-')).toBe(value);
        expect(parseCount(`${value / 1_000}k`, '-')).toBe(value);
      }),
    );
  });
});

describe('parseRate', () => {
  it.each([
    ['200/s', 200],
    ['200', 200],
    ['12k/s', 12_000],
    ['600/m', 10],
    ['600/min', 10],
    ['3600/h', 1],
    ['0.5/s', 0.5],
    ['200 / s', 200],
    ['200rps', 200],
    ['200 req/s', 200],
    ['50/1s', 50],
    ['50 qps', 50],
    ['2k requests/sec', 2_000],
    ['5/second', 5],
    ['1m/s', 1_000_000],
    ['0', 0],
  ])('%s', (text, expected) => {
    expect(parseRate(text, '--rate')).toBe(expected);
  });

  it.each([
    ['', '"" is empty; write 200/s, 12k/s or 600/m'],
    ['-1/s', '"-1/s" is negative; write 200/s, 12k/s or 600/m'],
    ['200rpm', '"200rpm" is not a rate; write 200/s, 12k/s or 600/m'],
    ['200/', '"200/" is not a rate; write 200/s, 12k/s or 600/m'],
    ['200/d', '"200/d" is not a rate; write 200/s, 12k/s or 600/m'],
    ['/s', '"/s" is not a rate; write 200/s, 12k/s or 600/m'],
    ['NaN/s', '"NaN/s" is not a rate; write 200/s, 12k/s or 600/m'],
    ['11m/s', '"11m/s" is too much; at most 10m/s'],
  ])('refuses %j', (text, problem) => {
    expect(errorOf(() => parseRate(text, '--rate'))).toBe(`bad-flag --rate: ${problem}`);
  });

  it('takes a number per second, minute or hour', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.constantFrom(['s', 1] as const, ['m', 60] as const, ['h', 3_600] as const),
        (value, [per, seconds]) => {
          expect(parseRate(`${value}/${per}`, '-') * seconds).toBeCloseTo(value, 6);
        },
      ),
    );
  });
});

describe('parseShare', () => {
  it.each([
    ['1%', 0.01],
    ['0.5%', 0.005],
    ['0%', 0],
    ['100 %', 1],
  ])('%s', (text, expected) => {
    expect(parseShare(text, '--x')).toBeCloseTo(expected, 15);
  });

  it.each([
    ['0.01', '"0.01" has no %; write 1% or 0.5%'],
    ['', '"" is empty; write 1% or 0.5%'],
    ['-1%', '"-1%" is negative; write 1% or 0.5%'],
    ['101%', '"101%" is too much; at most 100%'],
    ['%', '"%" is not a share; write 1% or 0.5%'],
  ])('refuses %j', (text, problem) => {
    expect(errorOf(() => parseShare(text, '--x'))).toBe(`bad-flag --x: ${problem}`);
  });
});

describe('small words', () => {
  it('seeds are 32-bit whole numbers', () => {
    expect(parseSeed(' 42 ', '--seed')).toBe(42);
    expect(parseSeed('4294967295', '--seed')).toBe(4_294_967_295);
    for (const text of ['', '-1', '1.5', '10k', '0x1', 'random', '4294967296'])
      expect(errorOf(() => parseSeed(text, '--seed'))).toBe(
        `bad-flag --seed: "${text}" is not a seed; write a whole number from 0 to 4294967295`,
      );
  });

  it('choices and booleans', () => {
    expect(parseChoice(' Poisson ', '--arrivals', ['uniform', 'poisson'])).toBe('poisson');
    expect(errorOf(() => parseChoice('gauss', '--arrivals', ['uniform', 'poisson']))).toBe(
      'bad-flag --arrivals: "gauss" is not allowed; write uniform or poisson',
    );
    expect(['true', '1', 'YES'].map((text) => parseBoolean(text, 'X'))).toEqual([true, true, true]);
    expect(['false', '0', 'no'].map((text) => parseBoolean(text, 'X'))).toEqual([false, false, false]);
    expect(errorOf(() => parseBoolean('maybe', 'RAMPART_QUIET'))).toContain(
      'RAMPART_QUIET: "maybe" is not allowed; write true or false',
    );
  });
});

describe('parseThinkTime', () => {
  it.each([
    ['1s', { kind: 'constant', value: 1_000_000 }],
    ['0s', { kind: 'constant', value: 0 }],
    ['1s-3s', { kind: 'uniform', min: 1_000_000, max: 3_000_000 }],
    ['500ms - 1.5s', { kind: 'uniform', min: 500_000, max: 1_500_000 }],
    ['2s-2s', { kind: 'constant', value: 2_000_000 }],
    ['exp:1s', { kind: 'exponential', mean: 1_000_000 }],
    ['EXP: 1s', { kind: 'exponential', mean: 1_000_000 }],
    ['lognormal:2s±500ms', { kind: 'lognormal', mean: 2_000_000, deviation: 500_000 }],
    ['Lognormal: 2s +- 1s', { kind: 'lognormal', mean: 2_000_000, deviation: 1_000_000 }],
  ])('%s', (text, expected) => {
    expect(parseThinkTime(text, '--think-time')).toEqual(expected);
  });

  it.each([
    ['', '"" is empty; write 1s, 1s-3s, exp:1s or lognormal:2s±1s'],
    ['1', '"1" has no unit; write 30s, 500ms or 2m'],
    ['1-3s', '"1-3s": "1" has no unit; write 30s, 500ms or 2m'],
    ['1s-', '"1s-": "" is empty; write 30s, 500ms or 2m'],
    ['-1s', '"-1s" is negative; write 30s, 500ms or 2m'],
    ['3s-1s', '"3s-1s" goes from the longer to the shorter time; write the shorter one first'],
    ['exp:', '"exp:": "" is empty; write 30s, 500ms or 2m'],
    ['exp:0s', '"exp:0s": "0s" is too little; at least 1us'],
    ['normal:1s', '"normal:1s" is not a think time; write 1s, 1s-3s, exp:1s or lognormal:2s±1s'],
    ['2h', '"2h" is too much; at most 1h'],
    ['lognormal:2s', '"lognormal:2s": "2s" has no deviation; write lognormal:2s±1s'],
    ['lognormal:2s±0s', '"lognormal:2s±0s": "0s" is too little; at least 1us'],
  ])('refuses %j', (text, problem) => {
    expect(errorOf(() => parseThinkTime(text, '--think-time'))).toBe(`bad-flag --think-time: ${problem}`);
  });
});

describe('parseStages', () => {
  it('reads pairs with the parser of the target', () => {
    expect(parseStages('30s:100, 1m:10k', '--stages', parseCount)).toEqual([
      { duration: 30_000_000, target: 100 },
      { duration: 60_000_000, target: 10_000 },
    ]);
    expect(parseStages('0s:600/m', '--stages', parseRate)).toEqual([{ duration: 0, target: 10 }]);
  });

  it.each([
    ['', ': "" is empty; write duration:target pairs like 30s:100,1m:100'],
    ['30s', ': "30s" has "30s" as stage 1; write duration:target pairs like 30s:100,1m:100'],
    ['30s:1,', ': "30s:1," has "" as stage 2; write duration:target pairs like 30s:100,1m:100'],
    ['30s:1:2', ': "30s:1:2" has "30s:1:2" as stage 1; write duration:target pairs like 30s:100,1m:100'],
    ['30s:1,30:5', ', stage 2: "30" has no unit; write 30s, 500ms or 2m'],
    ['30s:1,30s:', ', stage 2: "" is empty; write 100, 10k or 1m (a million)'],
    ['30s:-1', ', stage 1: "-1" is negative; write 100, 10k or 1m (a million)'],
  ])('refuses %j', (text, problem) => {
    expect(errorOf(() => parseStages(text, '--stages', parseCount))).toBe(`bad-flag --stages${problem}`);
  });

  it('refuses more than a thousand', () => {
    const text = Array.from({ length: 1_001 }, () => '1s:1').join(',');
    expect(errorOf(() => parseStages(text, '--stages', parseCount))).toContain('has too many stages; at most 1000');
  });
});
