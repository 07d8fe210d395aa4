import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { agentHere } from './agents-here.ts';
import { temporaryFolder } from './command.ts';
import { type Nats, natsServer } from './nats.ts';
import { fixedTarget, type TestTarget } from './target.ts';
import { rampartIn } from './world.ts';

/** Agents that say where they are: so many of each region, and results of each and of all. */

let nats: Nats;
let target: TestTarget;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  nats = await natsServer();
  target = await fixedTarget(5);
  for (const [name, region] of [
    ['a', 'us'],
    ['b', 'eu'],
    ['c', 'eu'],
    ['d', 'eu'],
  ] as const)
    closers.push(await agentHere(nats.url, name, { region }));
});
afterAll(async () => {
  for (const close of closers) await close();
  await target.close();
  await nats.kill();
});

const runOn = (agents: string, out: string) =>
  rampartIn({}, [
    ...['run', target.url, '--rate', '90/s', '-d', '2s', '--nats', nats.url, '--agents', agents],
    ...['--agents-within', '1s', '--no-discover', '--no-preflight', '--threads', '1', '-o', out],
  ]);

it('results are of each region and of all, and each request is in one region', async () => {
  const out = join(temporaryFolder(), 'out');
  const before = target.received();
  const { stdout, stderr } = await runOn('us=1,eu=2', out);
  const file = (name: string): string => readFileSync(join(out, name), 'utf8');
  const result = JSON.parse(file('result.json')) as RunResult;
  expect(result.run.agents?.each.map(({ name, region }) => [name, region])).toEqual([
    ['a', 'us'],
    ['b', 'eu'],
    ['c', 'eu'],
  ]);
  const { eu, us } = result.regions ?? {};
  expect([eu?.totals.sent, us?.totals.sent, result.totals.sent]).toEqual([120, 60, 180]);
  expect(target.received() - before).toBe(180);
  const timed = (part: RunResult['latency'] | undefined): number => part?.response.count ?? 0;
  expect(timed(eu?.latency as RunResult['latency']) + timed(us?.latency as RunResult['latency'])).toBe(
    timed(result.latency),
  );
  expect(stdout).toMatch(/region eu +120/);
  expect(stderr).toContain('a (us, 1), b (eu, 1), c (eu, 1)');
  expect(file('stats.csv')).toMatch(/^region,us,60,/m);
  expect(file('history.csv')).toMatch(/,region,eu,/);
  expect(file('summary.md')).toContain('*region us*');
  const page = file('report.html');
  expect(page).toMatch(/<h2>Regions/);
  expect(page).toContain('data-row="region requests eu"');
});

it('too few of a region are named, and nothing is sent: exit code 6', async () => {
  const before = target.received();
  const { code, stderr } = await runOn('us=2,eu=3', join(temporaryFolder(), 'out'));
  expect([code, stderr]).toEqual([6, expect.stringMatching(/only 1 of 2 agents in us were ready within 1 s; nothing/)]);
  expect(stderr).toContain('--region NAME');
  expect(target.received()).toBe(before);
});
