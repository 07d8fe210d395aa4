import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { LevelResult } from '../src/core/breaking-point.ts';
import type { RunEvent } from '../src/core/event.ts';
import type { RunResult } from '../src/core/result.ts';
import { countsOf } from './agents-here.ts';
import { type Running, rampart, start, temporaryFolder } from './command.ts';
import { type Nats, natsServer } from './nats.ts';
import { fixedTarget, lawTarget, type TestTarget } from './target.ts';

/** A controller dies, or seems to, and another one takes its run over. */

let nats: Nats;
let target: TestTarget;
const running: Running[] = [];
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  nats = await natsServer();
  target = await fixedTarget(5);
});
afterAll(async () => {
  await target.close();
  await nats.kill();
});
afterEach(async () => {
  for (const one of running.splice(0)) {
    one.kill('SIGCONT');
    one.kill('SIGKILL');
    await one.finished;
  }
  for (const close of closers.splice(0)) await close();
});

async function agentNamed(name: string): Promise<Running> {
  const agent = start(['agent', '--nats', nats.url, '--name', name]);
  running.push(agent);
  await agent.shown('waits for work');
  return agent;
}

/** A run under way, and its id as an agent tells it. */
async function runOf(agent: Running, duration: string, flags: readonly string[] = []) {
  const before = target.received();
  const load = ['run', target.url, '--rate', '60/s', '-d', duration, '--nats', nats.url, '--agents', '2'];
  const controller = start([...load, '--no-discover', '--no-preflight', '-q', '-o', 'out', ...flags]);
  running.push(controller);
  await agent.shown('preparing part');
  const id = /run (\S+)-0: preparing/.exec(agent.said())?.[1] ?? '';
  while (target.received() - before < 120) await sleep(50);
  return { controller, id, sent: () => target.received() - before };
}

/** What is told to the agents of a run: each of its controllers does so in a term of its own. */
async function ordersOf(id: string): Promise<{ readonly secondTerm: Promise<void> }> {
  const listener = await connect({ servers: nats.url });
  closers.push(() => listener.close());
  const secondTerm = new Promise<void>((resolve) => {
    listener.subscribe(`rampart.run.${id}-0.orders`, {
      callback: (_, message) => {
        if (message.json<{ readonly term: number }>().term === 2) resolve();
      },
    });
  });
  await listener.flush();
  return { secondTerm };
}

const resume = (id: string, flags: readonly string[] = [], options = {}) =>
  rampart(['run', '--resume', id, '--nats', nats.url, '--json', '-q', ...flags], options);

it('takes a run over, and its report misses nothing that was published', async () => {
  const [one] = await Promise.all([agentNamed('one'), agentNamed('two')]);
  const { controller, id, sent } = await runOf(one as Running, '6s');
  controller.kill('SIGKILL');
  await controller.finished;
  await sleep(1_000);
  const cwd = temporaryFolder();
  const { stdout, stderr, code } = await resume(id, ['-o', 'out'], { cwd });
  expect(stderr).toBe('');
  const result = JSON.parse(stdout) as RunResult;
  expect([result.run.id, result.run.ending]).toEqual([id, 'completed']);
  expect(countsOf(result, join(cwd, 'out'), sent())).toEqual([360, 360, 360]);
  expect(result.latency.response.count).toBe(result.totals.ok);
  expect(result.run.agents?.each.map(({ name, lost }) => [name, lost])).toEqual([
    ['one', false],
    ['two', false],
  ]);
  expect([0, 5]).toContain(code);
  const journal = readFileSync(join(cwd, 'out', 'journal.ndjson'), 'utf8')
    .trim()
    .split('\n');
  const first = journal.map((line) => JSON.parse(line)).find(({ type }) => type === 'interval');
  expect(first.snapshot.startAt).toBe(0);
  // It is over: nobody takes it over once more.
  const again = await resume(id);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining(`there is no run ${id} under way`)]);
});

it('refuses the controller that was replaced, when it comes back', async () => {
  const [one] = await Promise.all([agentNamed('one'), agentNamed('two')]);
  const { controller, id, sent } = await runOf(one as Running, '8s');
  const orders = await ordersOf(id);
  controller.kill('SIGSTOP');
  const cwd = temporaryFolder();
  const resumed = resume(id, ['-o', 'out'], { cwd });
  await orders.secondTerm;
  controller.kill('SIGCONT');
  const stale = await controller.finished;
  expect([stale.code, stale.stderr]).toEqual([
    6,
    expect.stringContaining('another controller has taken this run over'),
  ]);
  const result = JSON.parse((await resumed).stdout) as RunResult;
  expect(result.run.ending).toBe('completed');
  expect(countsOf(result, join(cwd, 'out'), sent())).toEqual([480, 480, 480]);
});

it('does not say that a load was whole which its agents had to end', async () => {
  const [one] = await Promise.all([agentNamed('one'), agentNamed('two')]);
  const { controller, id, sent } = await runOf(one as Running, '60s', ['--orphan-timeout', '2s']);
  controller.kill('SIGKILL');
  await (one as Running).shown('no word of the controller');
  const { stdout, code } = await resume(id);
  const result = JSON.parse(stdout) as RunResult;
  expect([code, result.run.ending]).toEqual([5, 'lost']);
  expect(result.verdict.doubts.map(({ message }) => message).join()).toContain('no word of the controller');
  expect(result.totals.sent).toBe(sent());
});

/** A search under way, at its third level, and its id. Its journal is in `cwd`. */
async function searchOf(agent: Running, cwd: string, flags: readonly string[] = []) {
  const limited = await lawTarget('exp:5ms', [], 1);
  closers.push(() => limited.close());
  const search = ['find', limited.url, '--slo', 'p95<50ms', '--budget', '10s', '--allow-rough'];
  const nowhere = ['--no-discover', '--no-preflight', '-q', '-o', 'out'];
  const controller = start([...search, '--nats', nats.url, '--agents', '2', ...nowhere, ...flags], { cwd });
  running.push(controller);
  await agent.shown('-2: preparing part');
  // And within it: what only prepares has heard of no start.
  const then = limited.received();
  while (limited.received() - then < 5) await sleep(20);
  const id = /run (\S+)-0: preparing/.exec(agent.said())?.[1] ?? '';
  return { controller, id, sent: () => limited.received() };
}

/** What came of levels, in their order, and all that was sent for them, warm-up included. */
function levelsIn(folder: string): { readonly levels: readonly LevelResult[]; readonly sent: number } {
  const lines = readFileSync(join(folder, 'journal.ndjson'), 'utf8').trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as RunEvent);
  const sent = events.reduce((sum, event) => sum + (event.type === 'interval' ? event.snapshot.load.sent : 0), 0);
  return { levels: events.flatMap((event) => (event.type === 'judged' ? [event.level] : [])), sent };
}

it('takes a search over: its levels count as they were, and it goes on where it was; the other controller is refused', async () => {
  const [one] = await Promise.all([agentNamed('one'), agentNamed('two')]);
  const [cwd, other] = [temporaryFolder(), temporaryFolder()];
  const { controller, id, sent } = await searchOf(one as Running, cwd);
  controller.kill('SIGSTOP');
  const resumed = resume(id, ['-o', 'out'], { cwd: other });
  // It has the level under way as soon as an agent hears of a higher term, and the next one then.
  await (one as Running).shown('-3: preparing part');
  controller.kill('SIGCONT');
  const stale = await controller.finished;
  expect([stale.code, stale.stderr]).toEqual([6, expect.stringMatching(/another controller has taken this .* over/)]);
  const { stdout, stderr, code } = await resumed;
  expect(stderr).toBe('');
  const { breakingPoint, run } = JSON.parse(stdout) as RunResult;
  expect([run.id, run.ending]).toEqual([id, 'completed']);
  const { levels: first } = levelsIn(join(cwd, 'out'));
  const { levels: whole, sent: all } = levelsIn(join(other, 'out'));
  expect(first.length).toBeGreaterThanOrEqual(2);
  expect(whole.slice(0, first.length)).toEqual(first);
  expect(whole.length).toBeGreaterThan(first.length);
  expect(breakingPoint?.levels).toHaveLength(whole.length);
  expect([0, 5]).toContain(code);
  expect(all).toBe(sent());
  // It is over: nobody takes it over once more.
  const again = await resume(id);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining(`there is no run ${id} under way`)]);
});

it('takes no search over that its controller alone knew more of, and says so; what it had measured can be drawn', async () => {
  const [one] = await Promise.all([agentNamed('one'), agentNamed('two')]);
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'rows.jsonl'), '{"n":1}\n{"n":2}\n{"n":3}\n');
  const { controller, id } = await searchOf(one as Running, cwd, ['--data', 'rows.jsonl', '--orphan-timeout', '2s']);
  controller.kill('SIGKILL');
  await controller.finished;
  const { code, stderr } = await resume(id);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/is a search with data rows.*\n.*Start it again/)]);
  const drawn = await rampart(['report', 'out', '--json'], { cwd });
  const { totals, run } = JSON.parse(drawn.stdout) as RunResult;
  expect(totals.sent).toBeGreaterThan(0);
  expect(run.ending).toBe('interrupted');
});

it('says what it does not take', async () => {
  const refused = async (args: readonly string[]) => {
    const { code, stderr } = await rampart(['run', '--resume', '20260102-030405-ab12', ...args]);
    return [code, stderr];
  };
  expect(await refused(['--nats', nats.url])).toEqual([2, expect.stringContaining('there is no run 2026')]);
  expect(await refused([])).toEqual([2, expect.stringContaining('--resume needs --nats')]);
  expect(await refused(['--nats', nats.url, '--rate', '5/s'])).toEqual([
    2,
    expect.stringContaining('--rate does not go with --resume'),
  ]);
  expect(await refused([target.url, '--nats', nats.url])).toEqual([2, expect.stringContaining('a target does not go')]);
});
