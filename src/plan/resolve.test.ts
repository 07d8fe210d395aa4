import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationOf, stagesOf } from '../core/plan.ts';
import { errorOf } from './error.fixture.ts';
import { planOf } from './plan.fixture.ts';

const s = (value: number): number => value * 1_000_000;
const DAY = s(86_400);

describe('resolvePlan', () => {
  it('has a default for everything but the URL', () => {
    expect(planOf()).toEqual({
      kind: 'run',
      target: { url: 'http://h:1/p', protocol: 'http:', host: 'h', port: 1 },
      requests: [
        {
          name: 'GET /p',
          method: 'GET',
          path: '/p',
          headers: [
            ['accept', '*/*'],
            ['user-agent', 'rampart/1.2.3'],
          ],
          body: null,
        },
      ],
      data: null,
      checks: [],
      load: { model: 'closed', vus: [{ duration: s(30), from: 10, to: 10 }], thinkTime: null },
      maxRequests: null,
      warmup: 0,
      warmupRequests: 0,
      timeout: s(30),
      maxBody: 2 ** 30,
      gracefulStop: s(5),
      keepAlive: true,
      connections: { limit: null, maxAge: null, dnsTtl: 30e6 },
      tls: { verify: true, ca: null, cert: null, key: null },
      engine: 'rampart',
      http2: false,
      proxy: null,
      timing: 'precise',
      threads: 3,
      seed: 7,
      interval: s(1),
      thresholds: [],
      search: null,
    });
  });

  it('is frozen to the bottom, and nothing but data', () => {
    const plan = planOf({ body: '{}', threshold: ['p95<1s'], stages: '1s:5' });
    const check = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      expect(Object.isFrozen(value)).toBe(true);
      Object.values(value).forEach(check);
    };
    check(plan);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  it.each([
    ['threads', { threads: '2' }, { threads: 2 }],
    ['timeout', { timeout: '30m' }, { timeout: s(1_800) }],
    ['maxBody', { maxBody: '1.5MB' }, { maxBody: 1_500_000 }],
    ['gracefulStop', { gracefulStop: '0s' }, { gracefulStop: 0 }],
    ['seed', { seed: 42 }, { seed: 42 }],
    ['keepalive', { keepalive: false }, { keepAlive: false }],
    ['warm-up', { warmup: '1.2s' }, { warmup: s(2) }],
    ['warm-up of whole seconds', { warmup: '29s' }, { warmup: s(29) }],
    ['requests', { requests: '10k' }, { maxRequests: 10_000 }],
  ])('%s', (_what, flags, expected) => {
    expect(planOf(flags)).toMatchObject(expected);
  });

  it.each([
    [1, 1],
    [2, 1],
    [8, 7],
    [500, 256],
  ])('on %i cores it uses %i threads', (cores, threads) => {
    expect(planOf({}, { cores }).threads).toBe(threads);
  });

  it('reads several thresholds from a list, and from one text', () => {
    const texts = (thresholds: unknown) => planOf({ threshold: thresholds }).thresholds.map(({ text }) => text);
    expect(texts(['p95<1s', 'errors<1%'])).toEqual(['p95<1s', 'errors<1%']);
    expect(texts('p95<1s, errors<1%')).toEqual(['p95<1s', 'errors<1%']);
  });

  it.each([
    [{ threads: '0' }, 'bad-flag --threads: "0" is too little; at least 1'],
    [{ threads: '257' }, 'bad-flag --threads: "257" is too much; at most 256'],
    [{ maxBody: '10' }, 'bad-flag --max-body: "10" has no unit; write 10MB, 64MiB or 1GiB'],
    [{ maxBody: '10 pints' }, 'bad-flag --max-body: "10 pints" is not a size; write 10MB, 64MiB or 1GiB'],
    [{ maxBody: '2000GiB' }, 'bad-flag --max-body: "2000GiB" is too much; at most 1TiB'],
    [{ maxBody: '0B' }, 'bad-flag --max-body: "0B" is too little; at least 1B'],
    [{ timeout: '0s' }, 'bad-flag --timeout: "0s" is too little; at least 1ms'],
    [{ timeout: '31m' }, 'bad-flag --timeout: "31m" is too much; at most 30m'],
    [{ gracefulStop: '31m' }, 'bad-flag --graceful-stop: "31m" is too much; at most 30m'],
    [{ seed: 'x' }, 'bad-flag --seed: "x" is not a seed; write a whole number from 0 to 4294967295'],
    [{ requests: '0' }, 'bad-flag --requests: "0" is too little; at least 1'],
    [{ requests: '1001m' }, 'bad-flag --requests: "1001m" is too much; at most 1000m'],
    [{ duration: 'for ever' }, 'bad-flag --duration: "for ever" is not a duration; write 30s, 500ms or 2m'],
    [{ duration: '30' }, 'bad-flag --duration: "30" has no unit; write 30s, 500ms or 2m'],
    [{ duration: '0s' }, 'bad-flag --duration: "0s" is too little; at least 1ms'],
    [{ duration: '169h' }, 'bad-flag --duration: "169h" is too much; at most 168h'],
    [{ threshold: ['p95=3'] }, 'bad-flag --threshold: "p95=3" compares with "="; write <, <=, > or >='],
    [{ threshold: ['p95<1s,'] }, 'bad-flag --threshold: "" is empty; write p95<250ms, errors<1% or achieved>95/s'],
    [
      { warmup: '29.5s' },
      'bad-flag --warmup of 30 s leaves nothing to measure of 30 s; it must be shorter than the whole | A warm-up is rounded up to whole seconds.',
    ],
    [
      { warmup: '1m', stages: '10s:5,20s:5' },
      'bad-flag --warmup of 60 s leaves nothing to measure of 30 s; it must be shorter than the whole | A warm-up is rounded up to whole seconds.',
    ],
    [{ method: 'GE T' }, 'bad-flag --method: "GE T" is not an HTTP method; write GET, POST, PUT, …'],
    [{ method: '' }, 'bad-flag --method: "" is not an HTTP method; write GET, POST, PUT, …'],
    [{ method: 'connect' }, 'bad-flag --method: CONNECT opens a tunnel and has no response to measure'],
  ])('refuses %j', (flags, message) => {
    expect(errorOf(() => planOf(flags))).toBe(message);
  });

  it('refuses a malformed URL, and none', () => {
    expect(errorOf(() => planOf({}, { target: 'ftp://h/' }))).toBe(
      'bad-url URL: "ftp://h/" has the scheme ftp; allowed are http, https and http+unix',
    );
    expect(errorOf(() => planOf({}, { target: '' }))).toBe('bad-url URL: "" is empty; write http://host:port/path');
    expect(errorOf(() => planOf({}, { target: 's.json', files: { 's.json': '{}' } }))).toBe(
      'usage no URL is given | Give the address of the endpoint: http://host:port/path.',
    );
  });
});

describe('the closed model', () => {
  const closed = (flags: Readonly<Record<string, unknown>>) => {
    const { load } = planOf(flags);
    if (load.model !== 'closed') throw new Error('not closed');
    return load;
  };

  it.each([
    ['users at once', { vus: '100' }, [[30, 100, 100]]],
    [
      'a ramp, then flat',
      { vus: '100', spawnRate: '5', duration: '30s' },
      [
        [20, 0, 100],
        [10, 100, 100],
      ],
    ],
    [
      'a ramp per minute',
      { vus: '2', spawnRate: '6/m', duration: '1m' },
      [
        [20, 0, 2],
        [40, 2, 2],
      ],
    ],
    ['a ramp of the whole time', { vus: '150', spawnRate: '5/s' }, [[30, 0, 150]]],
    ['a ramp that is cut', { vus: '100', spawnRate: '5', duration: '10s' }, [[10, 0, 50]]],
    ['a ramp cut between two users', { vus: '100', spawnRate: '3', duration: '10.5s' }, [[10.5, 0, 31.5]]],
    ['a ramp cut at a whole user', { vus: '100', spawnRate: '0.7', duration: '10s' }, [[10, 0, 7]]],
    ['requests without a duration', { vus: '5', requests: '100' }, [[86_400, 5, 5]]],
    ['requests and a duration', { vus: '5', requests: '100', duration: '1m' }, [[60, 5, 5]]],
    [
      'requests and a ramp',
      { vus: '10', spawnRate: '1', requests: '100' },
      [
        [10, 0, 10],
        [86_390, 10, 10],
      ],
    ],
    [
      'stages from nothing',
      { stages: '30s:100,1m:100' },
      [
        [30, 0, 100],
        [60, 100, 100],
      ],
    ],
    [
      'stages from some',
      { vus: '50', stages: '30s:100,10s:0' },
      [
        [30, 50, 100],
        [10, 100, 0],
      ],
    ],
    ['stages from 0 users', { vus: '0', stages: '30s:1' }, [[30, 0, 1]]],
    [
      'stages in a list',
      { stages: ['30s:100', '1m:0'] },
      [
        [30, 0, 100],
        [60, 100, 0],
      ],
    ],
    [
      'jumps',
      { stages: '0s:100,10s:100,0s:5,0s:50,10s:20,0s:0' },
      [
        [10, 100, 100],
        [10, 50, 20],
      ],
    ],
  ])('%s', (_what, flags, stages) => {
    expect(closed(flags).vus).toEqual(stages.map(([duration = 0, from, to]) => ({ duration: s(duration), from, to })));
  });

  it('has a think time where one is given', () => {
    expect(closed({ thinkTime: '1s-2s' }).thinkTime).toEqual({ kind: 'uniform', min: s(1), max: s(2) });
    expect(closed({ thinkTime: '0s' }).thinkTime).toBeNull();
  });

  it.each([
    [{ vus: '-3' }, 'bad-flag --vus: "-3" is negative; write 100, 10k or 1m (a million)'],
    [{ vus: '0' }, 'bad-flag --vus: "0" is too little; at least 1'],
    [{ vus: '1m' }, 'bad-flag --vus: "1m" is too much; at most 100k'],
    [{ spawnRate: '5' }, 'bad-flag --spawn-rate needs --vus: how many virtual users to start'],
    [{ vus: '5', spawnRate: '0' }, 'bad-flag --spawn-rate: "0" is too little; at least 1/h'],
    [{ thinkTime: '1' }, 'bad-flag --think-time: "1" has no unit; write 30s, 500ms or 2m'],
    [{ arrivals: 'poisson' }, 'bad-flag --arrivals needs --rate: it belongs to arrivals'],
    [{ vus: '5', maxInFlight: '5' }, 'bad-flag --max-in-flight needs --rate: it belongs to arrivals'],
    [
      { stages: '30s:5', duration: '1m' },
      'bad-flag --stages and --duration exclude each other: the stages say how long',
    ],
    [
      { stages: '30s:5', vus: '1', spawnRate: '1' },
      'bad-flag --stages and --spawn-rate exclude each other: the stages say how fast',
    ],
    [
      { stages: '30s' },
      'bad-flag --stages: "30s" has "30s" as stage 1; write duration:target pairs like 30s:100,1m:100',
    ],
    [{ stages: '30s:1m' }, 'bad-flag --stages, stage 1: "1m" is too much; at most 100k'],
    [
      { stages: '30s:10/s' },
      'bad-flag --stages stages a rate, but no rate is given | Give the rate to start at: --rate 0/s.',
    ],
    [{ stages: '0s:10' }, 'bad-flag --stages take no time at all; write duration:target pairs like 30s:100,1m:100'],
    [{ stages: '100h:10,100h:10' }, 'bad-flag --stages take too long together; at most 168h'],
    [{ stages: '1m:0,1m:0' }, 'bad-flag --stages never offer any load: all are 0'],
  ])('refuses %j', (flags, message) => {
    expect(errorOf(() => planOf(flags))).toBe(message);
  });

  it('spawns at the rate asked for, within the duration, up to the users asked for', () => {
    const made = fc.record({
      vus: fc.integer({ min: 1, max: 1_000 }),
      perMinute: fc.integer({ min: 1, max: 6_000 }),
      duration: fc.integer({ min: 1, max: 7_200 }),
    });
    fc.assert(
      fc.property(made, ({ vus, perMinute, duration }) => {
        const load = closed({ vus, spawnRate: `${perMinute}/m`, duration: `${duration}s` });
        expect(durationOf(load)).toBe(s(duration));
        const [ramp] = stagesOf(load);
        expect(ramp?.from).toBe(0);
        // The ramp ends on a whole µs.
        expect(Math.abs((ramp?.duration ?? 0) - ((ramp?.to ?? 0) * 60e6) / perMinute)).toBeLessThanOrEqual(1);
        expect(stagesOf(load).at(-1)?.to).toBeCloseTo(Math.min(vus, (perMinute / 60) * duration), 6);
      }),
    );
  });
});

describe('the open model', () => {
  it.each([
    ['a rate', { rate: '200/s' }, [[30, 200, 200]]],
    ['a rate per minute, a minute long', { rate: '600/m', duration: '1m' }, [[60, 10, 10]]],
    ['a number from a scenario', { rate: 200 }, [[30, 200, 200]]],
    [
      'stages from the rate',
      { rate: '50/s', stages: '30s:100,1m:600/m' },
      [
        [30, 50, 100],
        [60, 100, 10],
      ],
    ],
    ['stages from no rate', { rate: '0/s', stages: '30s:100/s' }, [[30, 0, 100]]],
    ['requests without a duration', { rate: '10', requests: '100' }, [[86_400, 10, 10]]],
  ])('%s', (_what, flags, stages) => {
    expect(planOf(flags).load).toEqual({
      model: 'open',
      arrivals: 'uniform',
      rate: stages.map(([duration = 0, from, to]) => ({ duration: s(duration), from, to })),
      maxInFlight: 10_000,
    });
  });

  it('takes the kind of arrivals and the most in flight', () => {
    expect(planOf({ rate: '1', arrivals: 'poisson', maxInFlight: '1k' }).load).toMatchObject({
      arrivals: 'poisson',
      maxInFlight: 1_000,
    });
  });

  it.each([
    [
      { rate: '10', vus: '3' },
      'bad-flag --rate and --vus exclude each other: one is the open model, the other the closed one',
    ],
    [
      { rate: '10', spawnRate: '3' },
      'bad-flag --rate and --spawn-rate exclude each other: spawning belongs to virtual users',
    ],
    [
      { rate: '10', thinkTime: '1s' },
      'bad-flag --rate and --think-time exclude each other: thinking belongs to virtual users',
    ],
    [
      { rate: '10', stages: '1s:1', duration: '1s' },
      'bad-flag --stages and --duration exclude each other: the stages say how long',
    ],
    [{ rate: '0/s' }, 'bad-flag --rate: "0/s" is too little; at least 1/h'],
    [{ rate: '11m/s' }, 'bad-flag --rate: "11m/s" is too much; at most 10m/s'],
    [{ rate: '200rpm' }, 'bad-flag --rate: "200rpm" is not a rate; write 200/s, 12k/s or 600/m'],
    [
      { rate: '10', arrivals: 'even' },
      'bad-flag --arrivals: "even" is not allowed; write uniform, poisson or bursty:4 (four at once)',
    ],
    [
      { rate: '10', arrivals: 'bursty' },
      'bad-flag --arrivals: "bursty" is not allowed; write uniform, poisson or bursty:4 (four at once)',
    ],
    [{ rate: '10', arrivals: 'bursty:1' }, 'bad-flag --arrivals: "bursty:1": "1" is too little; at least 2'],
    [{ rate: '10', maxInFlight: '0' }, 'bad-flag --max-in-flight: "0" is too little; at least 1'],
    [{ rate: '10', maxInFlight: '101k' }, 'bad-flag --max-in-flight: "101k" is too much; at most 100k'],
    [{ rate: '0/s', stages: '1m:0' }, 'bad-flag --stages never offer any load: all are 0'],
    [{ rate: '10', stages: '1m:x' }, 'bad-flag --stages, stage 1: "x" is not a rate; write 200/s, 12k/s or 600/m'],
  ])('refuses %j', (flags, message) => {
    expect(errorOf(() => planOf(flags))).toBe(message);
  });
});

describe('a probe', () => {
  it('sends one request at a time: 5 to warm up, 100 to measure', () => {
    expect(planOf({}, { kind: 'probe', cores: 16 })).toMatchObject({
      kind: 'probe',
      load: { model: 'closed', vus: [{ duration: DAY, from: 1, to: 1 }], thinkTime: null },
      maxRequests: 105,
      warmup: 0,
      warmupRequests: 5,
      threads: 1,
    });
  });

  it('takes a number of requests, thresholds and a pause', () => {
    const plan = planOf({ requests: '20', threshold: ['p95<1s'], thinkTime: '10ms' }, { kind: 'probe' });
    expect(plan.maxRequests).toBe(25);
    expect(plan.thresholds).toHaveLength(1);
    expect(plan.load).toMatchObject({ thinkTime: { kind: 'constant', value: 10_000 } });
  });

  it.each([
    ['vus', '--vus', '2'],
    ['rate', '--rate', '2/s'],
    ['stages', '--stages', '1s:1'],
    ['spawnRate', '--spawn-rate', '1'],
    ['arrivals', '--arrivals', 'uniform'],
    ['maxInFlight', '--max-in-flight', '1'],
    ['duration', '--duration', '1s'],
    ['warmup', '--warmup', '1s'],
    ['threads', '--threads', '1'],
  ])('refuses %s', (name, flag, value) => {
    expect(errorOf(() => planOf({ [name]: value }, { kind: 'probe' }))).toBe(
      `bad-flag ${flag} does not apply to a probe, which sends one request at a time | Put load on with rampart run.`,
    );
  });
});

describe('a ramp that is counted apart', () => {
  it.each([
    ['of whole seconds', { vus: '100', spawnRate: '20', duration: '10s' }, 5e6],
    ['rounded up to whole intervals', { vus: '50', spawnRate: '20', duration: '10s' }, 3e6],
    ['longer than the warm-up', { vus: '100', spawnRate: '20', duration: '10s', warmup: '2s' }, 5e6],
    ['within the warm-up', { vus: '100', spawnRate: '20', duration: '10s', warmup: '5s' }, undefined],
    ['after which too little is left', { vus: '100', spawnRate: '20', duration: '7s' }, undefined],
    ['that is cut', { vus: '100', spawnRate: '5', duration: '10s' }, undefined],
    ['of stages', { stages: '5s:100,30s:100' }, undefined],
    ['none', { vus: '100', duration: '10s' }, undefined],
  ])('%s', (_, settings, rampEnd) => {
    expect(planOf(settings).rampEnd).toBe(rampEnd);
  });
});
