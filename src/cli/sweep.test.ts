import { describe, expect, it } from 'vitest';
import { RampartError } from '../core/errors.ts';
import type { LatencySummary } from '../core/latencies.ts';
import type { RunResult } from '../core/result.ts';
import type { Check } from '../core/verdict.ts';
import type { World } from '../core/world.ts';
import { fixtureResult } from '../report/result.fixture.ts';
import { parseLevels, type SweepFlags, sweepCommand } from './sweep.ts';
import type { LiveSide, Measured, Turn } from './turns.ts';

const MADE = fixtureResult();

/** Of a server that takes eight users at full speed each, and shares its 800 tokens/s among more. */
function levelResult(vus: number, thresholds: readonly string[], invalid: boolean): RunResult {
  const speed = Math.min(100, 800 / vus);
  const times = (value: number): LatencySummary => ({ ...MADE.latency.response, p50: value, p95: 1.2 * value });
  const checks = thresholds.map((threshold): Check => {
    const limit = Number(/<(\d+)/.exec(threshold)?.[1]);
    const actual = threshold.startsWith('ttft') ? 10 * vus : 1_200 / speed;
    const held = actual < limit;
    return {
      threshold,
      message: '',
      status: held ? 'passed' : 'failed',
      outcome: held ? 'held' : 'broken',
      actual,
      limit,
      unit: 'ms',
    };
  });
  const doubt = { code: 'loop-delay', message: 'it was held up', hint: '', invalidates: true } as const;
  return {
    ...MADE,
    rates: { ...MADE.rates, achievedPerSec: (vus * speed) / 10 },
    streams: {
      ended: 9,
      events: 90,
      outputTokens: 90,
      tokensFrom: 'usage',
      outputTokensPerSec: vus * speed,
      finishes: {},
    },
    latency: { ...MADE.latency, timeToFirstToken: times(10 * vus), timePerOutputToken: times(1_000 / speed) },
    verdict: { status: invalid ? 'invalid' : 'passed', checks, doubts: invalid ? [doubt] : [] },
  };
}

async function swept(flags: SweepFlags, given: Readonly<Record<string, unknown>> = {}, voidAt = 0) {
  const asked: Turn[] = [];
  const files: Record<string, string> = {};
  let stdout = '';
  const measure = async (_: World, [side]: readonly LiveSide[], turn: Turn): Promise<readonly Measured[]> => {
    asked.push(turn);
    const vus = Number(turn.flags['vus']);
    const result = levelResult(vus, turn.flags['threshold'] as string[], vus === voidAt);
    return [{ label: side?.label ?? '', from: `out/users-${vus}`, result, cpuSeconds: () => null }];
  };
  const terminal = {
    write: (text: string) => {
      stdout += text;
    },
    isTTY: false,
    columns: 100,
  };
  const world = {
    ...{ argv: [], env: {}, version: '1.0.0', stdout: terminal, stderr: { ...terminal, write: () => {} } },
    assets: new URL('file:///assets/'),
    randomSeed: () => 5,
    wallTime: () => new Date(0),
    onInterrupt: () => () => {},
    files: {
      makeFolder: async () => {},
      readText: () => '',
      writeText: async (path: string, text: string) => {
        files[path] = text;
      },
    },
  } as unknown as World;
  const code = await sweepCommand(
    world,
    'http://h/v1/completions',
    { out: 'out', quiet: true, ...flags },
    given,
    measure,
  );
  return { code, asked, files, stdout };
}

describe('a sweep', () => {
  it('runs each number of users for as long as usual, and names the levels that none beats', async () => {
    const { code, asked, files } = await swept({ levels: '1-32' });
    expect(asked.map(({ flags: { vus, duration, warmup } }) => [vus, duration, warmup])).toEqual(
      ['1', '2', '4', '8', '16', '32'].map((vus) => [vus, '10s', '2s']),
    );
    const sweep = JSON.parse(files['out/sweep.json'] ?? '');
    expect(sweep.levels.map(({ vus, inAll, perUser, pareto }: never) => [vus, inAll, perUser, pareto])).toEqual([
      [1, 100, 100, false],
      [2, 200, 100, false],
      [4, 400, 100, false],
      [8, 800, 100, true],
      [16, 800, 50, false],
      [32, 800, 25, false],
    ]);
    expect(code).toBe(0);
    expect(files['out/sweep.html']).toContain('tokens/s of all users over tokens/s that a user reads');
    expect(files['out/sweep.html']).toContain('<svg');
    expect(files['out/sweep.csv']?.split('\n')[4]).toMatch(/^8,80,/);
    expect(files['out/sweep.md']).toContain('Most throughput at 8 users: 80.0 requests/s, 800.0 tokens/s.');
  });

  it('says of each tier up to which level it holds, and what breaks it, from the same runs', async () => {
    const { code, asked, stdout, files } = await swept({
      levels: '1,2,4,8,16',
      tier: ['gold=ttft_p95<50ms,tpot_p95<15ms', 'bronze=ttft_p95<200ms'],
    });
    expect(asked[0]?.flags['threshold']).toEqual(['ttft_p95<50ms', 'tpot_p95<15ms', 'ttft_p95<200ms']);
    expect(stdout).toContain('gold (ttft_p95<50ms and tpot_p95<15ms): holds up to 4 users, 40.0 requests/s, 400.0');
    expect(stdout).toContain('at 8 users ttft_p95<50ms breaks.');
    expect(stdout).toContain('bronze (ttft_p95<200ms): holds up to 16 users, the highest level, 80.0 requests/s');
    const { tiers } = JSON.parse(files['out/sweep.json'] ?? '');
    expect(tiers[0]).toMatchObject({ upTo: 4, brokenAt: 8, held: ['held', 'held', 'held', 'broken', 'broken'] });
    expect(code).toBe(0);
  });

  it('fails where an SLO is broken at the lowest level, and says nothing by a level that is void', async () => {
    expect((await swept({ levels: '1,2', slo: ['ttft_p95<5ms'] })).code).toBe(3);
    const { stdout, code } = await swept({ levels: '1,2,4', slo: ['ttft_p95<500ms'] }, {}, 2);
    expect(stdout).toContain('holds up to one user');
    expect(stdout).toContain('○ The level of 2 users says nothing of the target: it was held up');
    expect(code).toBe(0);
  });

  it('has levels in a list, or doubled', () => {
    expect(parseLevels('8,1, 4,8')).toEqual([1, 4, 8]);
    expect(parseLevels('3-20')).toEqual([3, 6, 12, 20]);
  });

  it.each([
    [{ levels: '0-4' }, {}, '--levels: "0" is too little'],
    [{ levels: '9-4' }, {}, 'from the larger to the smaller'],
    [{ levels: '' }, {}, '--levels: "" is empty'],
    [{ tier: ['gold'] }, {}, 'has no name, or no SLO'],
    [{ tier: ['a=p95<1s', 'a=p95<2s'] }, {}, 'two of them are named "a"'],
    [{ tier: ['a=p95<1s,goodput>90%', 'b=p95<2s'] }, {}, 'goodput counts the requests within all limits'],
    [{ slo: ['p95'] }, {}, '--slo: '],
    [{}, { rate: '5/s' }, '--rate: a sweep has its own load'],
    [{}, { threshold: ['p95<1s'] }, 'is said with --slo or --tier'],
  ])('is refused in words: %j %j', async (flags, given, problem) => {
    const refused = await swept(flags, given).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RampartError);
    expect((refused as RampartError).message).toContain(problem);
  });
});
