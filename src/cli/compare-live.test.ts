import { describe, expect, it } from 'vitest';
import type { RunResult } from '../core/result.ts';
import { micros, seconds } from '../core/units.ts';
import type { World } from '../core/world.ts';
import { VirtualClock } from '../load/virtual-clock.ts';
import { comparisonSentence, methodSentence } from '../report/comparison-phrases.ts';
import { fixtureResult } from '../report/result.fixture.ts';
import { compareLive, type PairSettings, type PairSide } from './compare-live.ts';
import type { LiveSide, Measured, Turn } from './turns.ts';

const SIDES = (['base', 'head'] as const).map((label): PairSide => {
  return { label, url: `http://${label}/p`, shown: label, program: null };
}) as [PairSide, PairSide];
const MADE = fixtureResult();

/** A run whose response times are so many times those of the others. */
function ran(slower: number, turn: number): RunResult {
  const { latency, run, verdict } = MADE;
  const all = latency.responseWithFailures;
  const times = Object.fromEntries((['p50', 'p95', 'p99'] as const).map((name) => [name, (all[name] ?? 1) * slower]));
  return {
    ...MADE,
    run: { ...run, id: `${turn}`, startedAt: new Date(turn * 10_000).toISOString() },
    latency: { ...latency, responseWithFailures: { ...all, ...times } },
    verdict: { ...verdict, status: 'passed', doubts: [] },
  };
}

/** How much a run differs from the next one, by its number: a tenth up and down. */
const noisy = (n: number): number => 1 + 0.1 * Math.sin(7 * n);

async function compared(
  slower: number,
  settings: Partial<PairSettings>,
  noise = (_: number) => 1,
  disturbed = (_: number) => false,
  work = (_: number) => 3,
) {
  const clock = new VirtualClock();
  const told: string[] = [];
  let pairs = 0;
  const measure = async (_: World, order: readonly LiveSide[], turn: Turn): Promise<readonly Measured[]> => {
    pairs++;
    clock.spend(seconds(20));
    return order.map(({ label }, i) => {
      const result = ran(
        (label === 'head' ? slower : 1) * noise(2 * turn.number + (label === 'head' ? 1 : 0)),
        2 * turn.number + i,
      );
      const { verdict } = result;
      return {
        ...{ label, from: `${label}-${turn.number}`, cpuSeconds: () => null, workMs: work(turn.number) },
        result: disturbed(turn.number)
          ? { ...result, verdict: { ...verdict, status: 'interrupted' as const } }
          : result,
      };
    });
  };
  const world = { onInterrupt: () => () => {}, version: '1.0.0', clock } as unknown as World;
  const { comparison } = await compareLive(
    world,
    SIDES,
    {
      ...{ pairs: 100, budget: null, margin: 0.05, folder: 'out', seed: 3, overwrite: false, flags: {} },
      note: (line) => told.push(line),
      ...settings,
    },
    measure,
  );
  return { comparison, pairs, told, spent: clock.now() };
}

describe('pairs within a budget', () => {
  it('are as many as it takes, and no more: a clear change ends it at the first look', async () => {
    const { comparison, pairs, told } = await compared(1.5, { budget: seconds(3_600) });
    expect(comparison.verdict).toBe('regression');
    expect(pairs).toBe(5);
    expect(told[0]).toMatch(/^pair 1: base p95/);
    expect(comparison.budget).toEqual({ seconds: 3_600, spentSeconds: 100, pairSeconds: 20, ended: false });
    expect(methodSentence(comparison)).toMatch(/^5 pairs of runs, measured in turns within 1:40 of 1:00:00\./);
  });

  it('are more where the runs differ by themselves, until the interval is narrow enough', async () => {
    const { comparison, pairs } = await compared(1.12, { budget: seconds(3_600) }, noisy);
    expect(comparison.verdict).toBe('regression');
    expect(pairs).toBeGreaterThan(5);
    expect(pairs).toBeLessThan(100);
    // What is said holds however often it was looked at.
    expect(comparison.confidence).toBeGreaterThan(0.99);
  });

  it('end with the budget: none is begun that would not end in it, and the verdict says so', async () => {
    const { comparison, pairs, spent } = await compared(1.05, { budget: seconds(190) }, noisy);
    expect(pairs).toBe(9);
    expect(spent).toBe(micros(180e6));
    expect(comparison.verdict).toBe('undecided');
    expect(comparisonSentence(comparison)).toMatch(/^Undecided: .*\. The budget of 3:10 ended after 9 pairs\.$/);
  });

  it('decide nothing where fewer than five fit, and say how long five take', async () => {
    const { comparison, pairs } = await compared(2, { budget: seconds(70) });
    expect(pairs).toBe(3);
    expect(comparisonSentence(comparison)).toBe(
      'Undecided: 5 runs of each side are needed at least. The budget of 1:10 ended after 3 pairs; the longest took 0:20, so 5 take up to 1:40.',
    );
  });

  it('are told after three of them what they can show, and what would show more', async () => {
    const noisier = (n: number): number => noisy(n) ** 3;
    const { told } = await compared(1, { pairs: 10, flags: { duration: '10s' } }, noisier);
    expect(told[3]).toMatch(/^10 pairs of such runs find a p50 that rose by about [\d.]+ %; three pairs know /);
    expect(told[3]).toMatch(/To find 10 % of p50 takes .*--pairs \d+; --budget \d+m measures until it is decided\.$/);
    const budget = await compared(1, { budget: seconds(400), flags: { duration: '10s' } }, noisier);
    expect(budget.told[3]).toMatch(/pairs of such runs find .*--budget \d+m\.$/);
  });

  it('say where the machine itself was another one', async () => {
    const slowing = await compared(1, { pairs: 5 }, undefined, undefined, (pair) => (pair < 3 ? 3 : 4));
    expect(slowing.comparison.doubts.join()).toMatch(/machine itself changed its speed: .* took 3\.00 ms to 4\.00 ms/);
    expect((await compared(1, { pairs: 5 })).comparison.doubts).toEqual([]);
  });

  it('say that the time is over where none of them could be used', async () => {
    const { comparison } = await compared(2, { budget: seconds(70) }, undefined, () => true);
    expect(comparisonSentence(comparison)).toMatch(
      /^Nothing can be compared: .* can be used\. The budget of 1:10 ended after 0 pairs; the longest took 0:20,/,
    );
  });

  it('are as many as without one where nothing bounds the time', async () => {
    const { comparison, pairs, told } = await compared(1.05, { pairs: 10 }, noisy);
    expect(pairs).toBe(10);
    expect(told.at(-1)).toMatch(/^pair 10 of at most 10: /);
    expect(comparison.budget).toBeUndefined();
    expect(comparison.confidence).toBeCloseTo(0.96, 9);
  });
});
