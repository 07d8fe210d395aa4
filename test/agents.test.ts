import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROTOCOL } from '../src/agent/protocol.ts';
import type { RunResult } from '../src/core/result.ts';
import { agentCommandHere, countsOf, skippedIn } from './agents-here.ts';
import { CLI, type Finished, type Running, rampart, start, temporaryFolder } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { type Nats, natsServer } from './nats.ts';
import { fixedTarget, httpTarget, type TestTarget } from './target.ts';
import { rampartIn } from './world.ts';

/** Loads that agents make, over a real nats-server: real processes, but where only what is said or sent matters. */

let nats: Nats;
let target: TestTarget;
const agents: Running[] = [];
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  nats = await natsServer();
});
afterAll(() => nats.kill());
afterEachAttempt(async () => {
  for (const agent of agents.splice(0)) {
    agent.kill('SIGCONT');
    agent.kill('SIGKILL');
    await agent.finished;
  }
  for (const close of closers.splice(0).reverse()) await close();
  await target?.close();
});

/** In this process. */
async function agentHere(name: string, flags: readonly string[] = [], env: Record<string, string> = {}) {
  const here = await agentCommandHere(nats.url, name, flags, env);
  closers.push(() => here.end());
  return here;
}

/** A command in this process; its files go into a folder of their own. */
const commandHere = (args: readonly string[], env: Record<string, string> = {}): Promise<Finished> =>
  rampartIn({ env }, [...args, '-o', join(temporaryFolder(), 'out')]);

async function agent(name: string): Promise<Running> {
  const running = start(['agent', '--nats', nats.url, '--name', name]);
  agents.push(running);
  await running.shown('waits for work');
  return running;
}

const twoAgents = (): Promise<Running[]> => Promise.all([agent('one'), agent('two')]);

const runFlags = (count = 2) => ['--nats', nats.url, '--agents', String(count), '--no-discover', '--json'];

const resultOf = ({ stdout }: { stdout: string }): RunResult => JSON.parse(stdout) as RunResult;
const doubtsOf = (result: RunResult): string[] => result.verdict.doubts.map(({ code }) => code);

/** Beyond what was sent: the preflight's request. */
const counted = (): number => target.received() - 1;

describe('agents', () => {
  it('have what a set-up captured, which is sent once from here', async () => {
    const token = 'tok-5d41402abc4b2a76';
    const seen: string[] = [];
    target = await httpTarget(({ method, url, headers }, response) => {
      const line = `${method} ${url}`;
      if (seen.at(-1) !== line) seen.push(line);
      const known = url === '/login' || headers.authorization === `Bearer ${token}`;
      response.writeHead(known ? 200 : 401).end(JSON.stringify({ token }));
    });
    const here = await Promise.all([agentHere('one'), agentHere('two')]);
    const scenario = {
      url: target.url,
      headers: { Authorization: 'Bearer {{captured.token}}' },
      setup: [{ path: '/login', body: { password: 'kept-here-1' }, capture: { token: '$.token' } }],
      teardown: [{ path: '/out' }],
    };
    const path = join(temporaryFolder(), 's.json');
    writeFileSync(path, JSON.stringify(scenario));
    const { stdout } = await commandHere(['run', path, '-u', '4', '-n', '100', ...runFlags()]);
    const { totals, teardown } = resultOf({ stdout });
    expect([totals.sent, totals.failed, teardown?.failures]).toEqual([100, 0, []]);
    expect(seen).toEqual(['POST /login', 'GET /predict', 'GET /out']);
    expect(stdout.includes(token) || here.some((one) => one.said().includes(token))).toBe(false);
  });

  it('make one load together, each request once, and begin at one instant', async () => {
    target = await fixedTarget(5);
    await twoAgents();
    const flags = ['--rate', '60/s', '--arrivals', 'poisson', '-d', '2s', '-n', '101', '--seed', '3', ...runFlags()];
    const out = join(temporaryFolder(), 'out');
    const result = resultOf(await rampart(['run', target.url, ...flags, '-o', out]));
    expect(result.run.ending).toBe('completed');
    expect(countsOf(result, out, counted())).toEqual([101, 101, 101]);
    expect(result.latency.response.count).toBe(result.totals.ok);
    expect(result.run.agents?.each.map(({ name, lost }) => [name, lost])).toEqual([
      ['one', false],
      ['two', false],
    ]);
    expect(result.run.agents?.startSkewMs).toBeGreaterThan(0);
    expect(result.generator.threads).toBe(2);
  });

  it('share several targets out as one machine does, and send to none that one of them may not', async () => {
    target = await fixedTarget(5);
    const canary = await fixedTarget(5);
    try {
      await twoAgents();
      const both = ['--target', `stable=3@${target.url}`, '--target', `canary=1@${canary.url}`];
      const load = ['--rate', '60/s', '-d', '3s', '-n', '120', '--seed', '3', ...runFlags()];
      const out = join(temporaryFolder(), 'out');
      const { tags = {}, totals, targetRatios } = resultOf(await rampart(['run', ...both, ...load, '-o', out]));
      expect([totals.sent + skippedIn(out), totals.failed]).toEqual([120, 0]);
      // Of the schedule's arrivals, whoever makes them, about three of four: exactly in every thousand.
      const sent = ['target=stable', 'target=canary'].map((name) => tags[name]?.totals.sent ?? 0);
      expect(sent.reduce((sum, n) => sum + n, 0)).toBe(totals.sent);
      expect(Math.abs((sent[1] ?? 0) - 30)).toBeLessThanOrEqual(15 + skippedIn(out));
      expect([counted(), canary.received() - 1]).toEqual(sent);
      expect(targetRatios).toMatchObject({ base: 'stable', each: { canary: { p50: { ratio: expect.any(Number) } } } });

      await agentHere('careful', ['--allow', new URL(target.url).origin]);
      const third = runFlags(3);
      const { code, stderr } = await rampart(['run', ...both, '--rate', '60/s', '-d', '1s', ...third]);
      expect([code, stderr]).toEqual([
        6,
        expect.stringContaining(`${new URL(canary.url).origin} is not in its --allow list`),
      ]);
    } finally {
      await canary.close();
    }
  });

  it('that is killed is named, and ends the run, which is invalid: exit code 5', async () => {
    target = await fixedTarget(5);
    const [, two] = await twoAgents();
    const run = start(['run', target.url, '--rate', '60/s', '-d', '60s', ...runFlags().slice(0, -1)]);
    await run.shown('0:02');
    const killed = performance.now();
    two?.kill('SIGKILL');
    await run.shown('agent two');
    // A second, and what a busy machine adds: the load would have gone on for a minute.
    expect(performance.now() - killed).toBeLessThan(20_000);
    const { code, stdout } = await run.finished;
    expect(code).toBe(5);
    expect(stdout).toContain('An agent was lost');
    expect(stdout).toContain('agent two: its connection is closed');
  });

  it('that is frozen is named; where that is tolerated the others go on, and the intervals that lack it are marked', async () => {
    target = await fixedTarget(5);
    const [, two] = await twoAgents();
    const run = start(['run', target.url, '--rate', '60/s', '-d', '9s', '--tolerate-loss', '-o', 'out', ...runFlags()]);
    while (counted() < 100) await sleep(50);
    two?.kill('SIGSTOP');
    const finished = await run.finished;
    const result = resultOf(finished);
    expect(result.run.ending).toBe('completed');
    expect(doubtsOf(result)).toContain('agent-lost');
    const doubt = result.verdict.doubts.find(({ code }) => code === 'agent-lost');
    expect(doubt).toMatchObject({
      invalidates: false,
      message: expect.stringMatching(/two: it said nothing.*intervals lack/),
    });
    expect(result.run.agents?.each.map(({ lost }) => lost)).toEqual([false, true]);
    // Its share is nobody else's.
    expect(result.totals.sent).toBeLessThan(9 * 60 - 100);
    expect(result.totals.sent).toBeGreaterThan(9 * 30 - 1);
  });

  it('go on while NATS is away, and deliver what they measured: nothing is lost, and nothing counts twice', async () => {
    target = await fixedTarget(5);
    await twoAgents();
    const out = join(temporaryFolder(), 'out');
    const run = start(['run', target.url, '--rate', '60/s', '-d', '5s', ...runFlags(), '-o', out]);
    while (counted() < 60) await sleep(50);
    await nats.kill();
    // They go on: a second and a half of their load, of five.
    const away = counted();
    while (counted() - away < 90) await sleep(50);
    await nats.start();
    const result = resultOf(await run.finished);
    expect(result.run.ending).toBe('completed');
    expect(countsOf(result, out, counted())).toEqual([300, 300, 300]);
    expect(doubtsOf(result)).not.toContain('agent-lost');
  });

  it('end their load when the controller is gone', async () => {
    target = await fixedTarget(5);
    const [one] = await twoAgents();
    const run = start(['run', target.url, '--rate', '60/s', '-d', '60s', '--orphan-timeout', '2s', ...runFlags()]);
    while (counted() < 30) await sleep(50);
    run.kill('SIGKILL');
    await one?.shown('no word of the controller');
    await sleep(500);
    const then = target.received();
    await sleep(700);
    expect(target.received()).toBe(then);
  });

  it('have secrets in their own environment: only the name travels', async () => {
    const seen = new Set<string | undefined>();
    target = await httpTarget((request, response) => {
      seen.add(request.headers.authorization);
      response.end('{}');
    });
    const listener = await connect({ servers: nats.url });
    let plans = '';
    listener.subscribe('rampart.plan.*', {
      callback: (_, message) => {
        plans += message.string();
      },
    });
    const [token, other] = ['kept-here-9f3a61', 'theirs-77c0de'];
    await agentHere('one', [], { TOKEN: other });
    const flags = ['-H', `Authorization: Bearer ${token}`, '--vus', '2', '-n', '20', ...runFlags(1)];
    const { code } = await commandHere(['run', target.url, ...flags], { TOKEN: token });
    await listener.close();
    expect([...seen]).toEqual([`Bearer ${token}`, `Bearer ${other}`]);
    expect(plans).toContain('TOKEN');
    expect(plans).not.toContain(token);
    expect([0, 5]).toContain(code);
    const refused = await commandHere(['run', target.url, ...flags]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('no environment variable has')]);
  });

  it('send to targets of their list only, and say so before anything is sent: exit code 6', async () => {
    target = await fixedTarget(5);
    await agentHere('one', ['--allow', 'https://*.staging.example.com']);
    const flags = ['-d', '2s', ...runFlags(1), '--no-preflight'];
    const { code, stdout, stderr } = await commandHere(['run', target.url, ...flags]);
    expect(code).toBe(6);
    expect(stdout + stderr).toContain('is not in its --allow list');
    expect(target.received()).toBe(0);
  });
});

describe('a search on agents', () => {
  const levels = (result: RunResult) => result.breakingPoint?.levels ?? [];

  let server: Running;

  it(
    'runs its levels on them, and answers as it would on one machine',
    undisturbed(
      async () => {
        server = start(['serve', '--law', 'exp:5ms', '--slots', '1', '--port', '0']);
        agents.push(server);
        await server.shown('(Ctrl-C');
        const url = /http:\S+predict/.exec(server.said())?.[0] ?? '';
        await twoAgents();
        const flags = ['-b', '{}', '--slo', 'p95<50ms', '--budget', '10s', '--allow-rough', '-o', 'out', ...runFlags()];
        const { code, stdout } = await rampart(['find', url, ...flags]);
        const result = resultOf({ stdout });
        expect(levels(result).length).toBeGreaterThan(4);
        expect(result.run.agents?.each.map(({ name, lost }) => [name, lost])).toEqual([
          ['one', false],
          ['two', false],
        ]);
        // M/M/1: λ* = 140/s. A machine that is too busy to measure says so, and its answer is no higher.
        const { status, estimate, interval } = result.breakingPoint ?? {};
        const [low, high] = interval ?? [0, null];
        expect(low).toBeLessThan(180);
        if (status === 'found') expect([(estimate ?? 0) > 100, (estimate ?? 0) < 180]).toEqual([true, true]);
        // Ten seconds beside other work can be rough: then its interval holds the truth, wherever in it the estimate is.
        if (status === 'found' || status === 'rough')
          expect([code, (high ?? Number.POSITIVE_INFINITY) > 100]).toEqual([0, true]);
        else expect(levels(result).some(({ verdict }) => verdict === 'void') || status === 'undecided').toBe(true);
      },
      () => server,
    ),
  );

  it('takes no level from an agent that is not fit, and names it', async () => {
    target = await fixedTarget(5);
    const [, two] = await twoAgents();
    let over = false;
    // Held up again and again, for less than counts as a standstill of the machine.
    const held = (async () => {
      while (!over) {
        two?.kill('SIGSTOP');
        await sleep(80);
        two?.kill('SIGCONT');
        await sleep(80);
      }
    })();
    const cwd = temporaryFolder();
    const flags = ['--slo', 'p95<50ms', '--budget', '30s', '-o', 'out', '--no-preflight', ...runFlags().slice(0, -1)];
    const search = start(['find', target.url, ...flags], { cwd });
    // The first level that is not taken says why, and is enough.
    await search.shown('of agent two').finally(() => {
      over = true;
    });
    search.kill('SIGINT');
    await Promise.all([search.finished, held]);
    const result = resultOf({ stdout: readFileSync(join(cwd, 'out/result.json'), 'utf8') });
    const reasons = levels(result).flatMap(({ verdict, reason }) => (verdict === 'void' ? reason : []));
    expect(reasons.join('\n')).toContain('of agent two');
  });
});

it('cost a command that does not ask for them nothing: what reaches NATS is loaded by who does', () => {
  const loaded = new Set<string>();
  const load = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    const text = readFileSync(file, 'utf8');
    expect(text.match(/(?:from|^import)\s*"@nats-io[^"]*"/m)?.[0], file).toBeUndefined();
    for (const [, path = ''] of text.matchAll(/(?:from|^import)\s*"(\.[^"]+)"/gm)) load(join(dirname(file), path));
  };
  load(CLI);
  expect(loaded.size).toBeGreaterThan(5);
});

describe('what goes wrong before a distributed load', () => {
  const refused = async (flags: readonly string[]): Promise<[number | null, string]> => {
    const began = performance.now();
    const { code, stderr } = await commandHere(['run', target.url, '-d', '1s', ...flags]);
    expect(performance.now() - began).toBeLessThan(20_000);
    return [code, stderr];
  };

  it('too few agents: exit code 6, and nothing was sent', async () => {
    target = await fixedTarget(5);
    await agentHere('one');
    expect(await refused([...runFlags(2), '--agents-within', '1s'])).toEqual([
      6,
      expect.stringContaining('1 of 2 agents'),
    ]);
    expect(target.received()).toBe(0);
  });

  it('another version of the protocol', async () => {
    target = await fixedTarget(5);
    const other = await connect({ servers: nats.url });
    const greeting = {
      protocol: 99,
      version: '9.0.0',
      name: 'later',
      instance: '1',
      cores: 2,
      host: '',
      session: null,
    };
    other.subscribe('rampart.greeting', { callback: (_, message) => void message.respond(JSON.stringify(greeting)) });
    const said = await refused([...runFlags(1), '--agents-within', '1s']);
    await other.close();
    expect(said).toEqual([6, expect.stringContaining('later is of version 9.0.0 (protocol 99)')]);
  });

  it('two agents of one name', async () => {
    target = await fixedTarget(5);
    await agentHere('one');
    const { code, stderr } = await rampartIn({}, ['agent', '--nats', nats.url, '--name', 'one']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('an agent named one is already there')]);
  });

  it('two agents of one name that came by different ways: neither is taken', async () => {
    target = await fixedTarget(5);
    const greeting = {
      protocol: PROTOCOL,
      version: '0',
      name: 'twin',
      cores: 2,
      host: '',
      region: null,
      session: null,
    };
    const twins = await Promise.all([connect({ servers: nats.url }), connect({ servers: nats.url })]);
    for (const [n, twin] of twins.entries())
      twin.subscribe('rampart.greeting', {
        callback: (_, message) => void message.respond(JSON.stringify({ ...greeting, instance: `${n}` })),
      });
    const said = await refused([...runFlags(1), '--agents-within', '1s']);
    for (const twin of twins) await twin.close();
    expect(said).toEqual([2, expect.stringContaining('two agents are named twin')]);
    expect(target.received()).toBe(0);
  });
});
