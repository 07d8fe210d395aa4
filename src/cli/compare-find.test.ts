import { describe, expect, it } from 'vitest';
import type { RunResult } from '../core/result.ts';
import type { World } from '../core/world.ts';
import { deploymentsMarkdown, renderDeployments } from '../report/deployments.ts';
import { renderDeploymentsPage } from '../report/deployments-page.ts';
import { fixtureResult } from '../report/result.fixture.ts';
import { searchResult } from '../report/search.fixture.ts';
import { compareByFind, type RoundSettings } from './compare-find.ts';
import type { LiveSide, Measured, Turn } from './turns.ts';

const SIDES = ['four', 'eight'].map((label) => ({ label, url: `http://${label}/p`, shown: '', program: null }));
const FOUND = searchResult();
const MADE = fixtureResult();
const RAN: RunResult = { ...MADE, verdict: { ...MADE.verdict, status: 'passed', doubts: [] } };

/** A breaking point of 100 or 150, a little different each time. */
const searchOf = (label: string, round: number): RunResult => ({
  ...FOUND,
  breakingPoint: {
    ...FOUND.breakingPoint,
    estimate: (label === 'four' ? 100 : 150) + (round % 3),
    capacity: null,
  },
});

interface Asked {
  readonly turn: Turn;
  readonly order: readonly string[];
}

/** The same of flows with several requests, of which twice as many users get through. */
function flowSearchOf(label: string, round: number): RunResult {
  const { breakingPoint, ...result } = searchOf(label, round);
  if (breakingPoint === undefined) throw new Error('a search without an answer');
  const levels = breakingPoint.levels.map((level) => ({ ...level, requestsPerSec: 3 * level.achievedPerSec }));
  const estimate = 2 * (breakingPoint.estimate ?? 0);
  const capacity = { estimate, interval: [estimate, estimate] as const };
  return { ...result, breakingPoint: { ...breakingPoint, unit: 'flows/s', levels, capacity } };
}

async function compared(
  changes: Partial<RoundSettings> = {},
  disturbed: (turn: Turn) => boolean = () => false,
  search: typeof searchOf = searchOf,
) {
  const asked: Asked[] = [];
  const told: string[] = [];
  const measure = async (_: World, order: readonly LiveSide[], turn: Turn): Promise<readonly Measured[]> => {
    asked.push({ turn, order: order.map(({ label }) => label) });
    return order.map(({ label }) => {
      const result = turn.kind === 'find' ? search(label, turn.number) : RAN;
      const lost = disturbed(turn) && label === 'eight';
      const doubt = { code: 'loop-delay', message: 'it was held up', hint: '', invalidates: true } as const;
      return {
        ...{ label, from: `${turn.kind}/${label}-${turn.number}`, cpuSeconds: () => null },
        result: lost ? { ...result, verdict: { ...result.verdict, status: 'invalid', doubts: [doubt] } } : result,
      };
    });
  };
  const settings: RoundSettings = {
    ...{ rounds: 5, margin: 0.05, folder: 'out', seed: 3, overwrite: false, unit: 'req/s', commonLoad: null },
    searched: true,
    note: (line) => told.push(line),
    flags: { slo: ['p95<250ms'], budget: '20s', body: '{}', duration: '4s', threshold: ['p95<1s'] },
    ...changes,
  };
  const world = { onInterrupt: () => () => {}, version: '1.0.0' } as unknown as World;
  return { ...(await compareByFind(world, SIDES, settings, measure)), asked, told };
}

describe('deployments measured in rounds', () => {
  it('have their searches first, then runs at half of the lowest breaking point, each round with a seed of its own', async () => {
    const { comparison, asked, told } = await compared();
    expect(asked.map(({ turn: { kind, number } }) => `${kind} ${number}`)).toEqual([
      ...[1, 2, 3, 4, 5].map((number) => `find ${number}`),
      ...[1, 2, 3, 4, 5].map((number) => `run ${number}`),
    ]);
    expect(comparison.commonLoad).toEqual({ load: 50, unit: 'req/s', chosen: true });
    expect(comparison.changes[0]?.metrics[0]).toMatchObject({ name: 'breaking point', verdict: 'improved' });
    expect(told[0]).toBe('search, round 1 of 5: four 101/s; eight 151/s');
    // Not always the same one first.
    expect(new Set(asked.map(({ order }) => order.join())).size).toBe(2);
  });

  it('are told in flows where those were searched for, in every table and picture', async () => {
    const { comparison, told } = await compared({}, () => false, flowSearchOf);
    expect(told[0]).toBe('search, round 1 of 5: four 101 flows/s; eight 151 flows/s');
    expect(comparison).toMatchObject({ unit: 'flows/s', commonLoad: { unit: 'flows/s' } });
    const units = comparison.changes[0]?.metrics.map(({ name, unit }) => [name, unit]);
    expect(units?.slice(0, 2)).toEqual([
      ['breaking point', 'flows/s'],
      ['capacity', 'flows/s'],
    ]);
    for (const text of [
      renderDeployments(comparison, 200, false),
      deploymentsMarkdown(comparison),
      renderDeploymentsPage(comparison, ''),
    ]) {
      expect(text).toMatch(/20\d flows\/s/);
      expect(text).not.toMatch(/\d\/s/);
    }
  });

  it('have each command its own flags', async () => {
    const { asked } = await compared();
    const of = (kind: string) => asked.find(({ turn }) => turn.kind === kind)?.turn.flags ?? {};
    expect(of('find')).toEqual({ slo: ['p95<250ms'], budget: '20s', body: '{}', allowRough: true });
    expect(of('run')).toEqual({ body: '{}', duration: '4s', threshold: ['p95<1s'], rate: '50/s' });
  });

  it('are measured at the load that was said, and so long as usual where it was not said', async () => {
    const { asked, comparison } = await compared({
      commonLoad: { load: 7, unit: 'vus', chosen: false },
      flags: { vus: '7' },
    });
    expect(asked.at(-1)?.turn.flags).toEqual({ vus: '7', duration: '10s' });
    expect(comparison.commonLoad?.load).toBe(7);
  });

  it('are measured at one load alone, where nothing is searched for', async () => {
    const commonLoad = { load: 50, unit: 'req/s', chosen: false } as const;
    const { asked, comparison, told } = await compared({ searched: false, commonLoad, flags: { rate: '50/s' } });
    expect(asked.map(({ turn: { kind, number } }) => `${kind} ${number}`)).toEqual(
      [1, 2, 3, 4, 5].map((number) => `run ${number}`),
    );
    expect(told[0]).toMatch(/^common load, round 1 of 5: four p95/);
    expect(comparison.changes[0]?.metrics.map(({ name }) => name)).toEqual(['p95']);
    expect(comparison.doubts.join()).not.toMatch(/fewer than 5/);
    const said = renderDeployments(comparison, 100, false);
    expect(said).toMatch(
      /^eight responds as fast as four, within the margin\.\nResponse times at 50(\.0)?\/s, measured in turns in 5 rounds\./,
    );
    expect(said).not.toContain('breaking point');
    expect(renderDeploymentsPage(comparison, '')).not.toMatch(/--find|Searches|NaN|undefined/);
    expect(deploymentsMarkdown(comparison)).toMatch(/^## ● eight responds as fast as four/);
  });

  it('have a round again in which the machine disturbed one of them, and say so', async () => {
    const { comparison, told, asked } = await compared({}, ({ kind, number }) => kind === 'run' && number === 2);
    expect(asked).toHaveLength(11);
    expect(told).toContain('common load, round 2 of 5 is measured again: eight: it was held up');
    expect(comparison.deployments[0]?.runs).toHaveLength(5);
    expect(comparison.doubts[0]).toMatch(/^1 round said nothing of the deployments, and counts nowhere/);
  });

  it('end where nothing but disturbed rounds comes', async () => {
    const { comparison, asked } = await compared({}, () => true);
    expect(asked).toHaveLength(6);
    expect(comparison.changes[0]?.metrics).toEqual([]);
    expect(comparison.commonLoad).toBeNull();
  });
});
