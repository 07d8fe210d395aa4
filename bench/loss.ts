/**
 * How soon an agent that is gone is named: `npm run bench:loss [agents]`. The agents are made up and say what agents say, each on a
 * connection of its own that is closed at an instant of chance, as the system closes that of a process which is killed. The
 * nats-server, the controller and what they exchange are real.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { Fleet } from '../src/agent/fleet.ts';
import { decode, encode, type Greeting, type PlanMessage, PROTOCOL, SUBJECT } from '../src/agent/protocol.ts';
import { planFixture } from '../src/core/plan.fixture.ts';
import { count, perSecond, seconds } from '../src/core/units.ts';
import { SystemClock } from '../src/load/clock.ts';

const PORT = 14_334;
const URL = `nats://127.0.0.1:${PORT}`;
const [agents = 20] = process.argv
  .slice(2)
  .map(Number)
  .filter((value) => value > 0);

const folder = mkdtempSync(join(tmpdir(), 'rampart-bench-loss-'));
const server = spawn('nats-server', ['-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(PORT)], {
  stdio: ['ignore', 'ignore', 'pipe'],
});
try {
  await ready(server);
  const delays = (await lose()).sort((a, b) => a - b);
  const at = (share: number): string => `${Math.round(delays[Math.ceil(share * delays.length) - 1] ?? 0)} ms`;
  process.stdout.write(
    `${delays.length} agents whose connections were closed: named after ${at(0.5)} (median), ${at(1)} at most\n`,
  );
} finally {
  server.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
process.exit();

async function lose(): Promise<number[]> {
  const clock = new SystemClock();
  const names = Array.from({ length: agents + 1 }, (_, n) => `made-up-${n}`);
  const connections = await Promise.all(names.map(play));
  const files = {
    readText: () => 'bench',
    scratch: () => {
      throw new Error('no rows are sent');
    },
    discard: () => {},
  };
  const fleet = await Fleet.open(
    {
      access: { url: URL, creds: null, ca: null, cert: null, key: null },
      wanted: { agents: names.length, atLeast: names.length, within: seconds(60) },
      ...{ weights: 'equal', threads: 1, tolerateLoss: true, orphanTimeout: seconds(60) },
    },
    'bench',
    { clock, version: 'bench', env: {}, files, wallTime: () => new Date() },
  );
  const rate = { duration: seconds(3_600), from: perSecond(1_000), to: perSecond(1_000) };
  const plan = planFixture({ load: { model: 'open', arrivals: 'uniform', rate: [rate], maxInFlight: count(1e6) } });
  const load = fleet.sourceFor(null)(plan, { index: 0, count: 1 }, new AbortController().signal);
  void load[Symbol.asyncIterator]().next();
  while (!fleet.takeNews().some(({ type }) => type === 'agents')) await sleep(20);
  await sleep(2_000);
  const delays: number[] = [];
  // One stays, so that the load goes on.
  for (const [n, connection] of connections.slice(1).entries()) {
    await sleep(1_000 * Math.random());
    const source = `agent ${names[n + 1]}`;
    const closedAt = clock.now();
    void connection.close();
    while (!fleet.takeNews().some((event) => event.type === 'lost' && event.source === source)) await sleep(2);
    delays.push((clock.now() - closedAt) / 1e3);
  }
  return delays;
}

/** An agent, as far as its controller sees of it. */
async function play(name: string): Promise<NatsConnection> {
  const nats = await connect({ servers: URL });
  const greeting: Greeting = {
    ...{ protocol: PROTOCOL, version: 'bench', name, instance: name, cores: 2, host: 'made up' },
    ...{ region: null, session: null },
  };
  for (const subject of [SUBJECT.greeting, SUBJECT.agent(name)])
    nats.subscribe(subject, { callback: (_, message) => void message.respond(encode(greeting)) });
  nats.subscribe(SUBJECT.plans, {
    callback: (_, message) => {
      const run = decode<PlanMessage>(message.data)?.run ?? '';
      const say = (word: object): void => {
        if (!nats.isClosed()) nats.publish(SUBJECT.word(run), encode(word));
      };
      say({ type: 'ready', agent: name, clock: { offset: 0, roundTrip: 1_000 } });
      setInterval(() => say({ type: 'beat', agent: name }), 400);
    },
  });
  await nats.flush();
  return nats;
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      said += piece;
      if (said.includes('Server is ready')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`ended (${code}): ${said}`)));
  });
}
