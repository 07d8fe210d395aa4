/**
 * What a controller costs with many agents: `npm run bench:fleet [agents] [seconds]`. The agents are made up (one child process
 * plays all of them, and says what agents say: a beat every 0.4 s, a snapshot of real size every second); the nats-server, the controller and
 * what they exchange are real.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Fleet } from '../src/agent/fleet.ts';
import {
  decode,
  encode,
  type Greeting,
  type OrdersMessage,
  type PlanMessage,
  PROTOCOL,
  SUBJECT,
} from '../src/agent/protocol.ts';
import { planFixture } from '../src/core/plan.fixture.ts';
import type { IntervalSnapshot, SeriesSnapshot } from '../src/core/snapshot.ts';
import { type Bytes, count, type Micros, micros, perSecond, seconds } from '../src/core/units.ts';
import { SystemClock } from '../src/load/clock.ts';
import { Random } from '../src/load/random.ts';
import { Histogram } from '../src/stats/histogram.ts';

const PORT = 14_333;
const URL = `nats://127.0.0.1:${PORT}`;
/** Of each agent, a second. */
const REQUESTS = 1_000;
/** So many snapshots that are not alike. */
const KINDS = 100;
const [agents = 1_000, length = 20] = process.argv
  .slice(2)
  .map(Number)
  .filter((value) => value > 0);

if (process.argv.includes('agents')) await playAgents();
else await measure();

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-bench-fleet-'));
  const children: ChildProcess[] = [];
  try {
    const server = spawn('nats-server', ['-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(PORT)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    children.push(server);
    await saying(server, 'Server is ready');
    const player = spawn(process.execPath, [process.argv[1] as string, String(agents), String(length), 'agents'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    children.push(player);
    await saying(player, 'playing');
    await follow();
  } finally {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

const NO_FILES = {
  readText: () => 'bench',
  scratch: () => {
    throw new Error('no rows are sent');
  },
  discard: () => {},
};

async function follow(): Promise<void> {
  const clock = new SystemClock();
  const access = { url: URL, creds: null, ca: null, cert: null, key: null };
  const wanted = { agents, atLeast: agents, within: seconds(60) };
  const alike = { weights: 'equal', threads: null } as const;
  const settings = { access, wanted, ...alike, tolerateLoss: false, orphanTimeout: seconds(60) };
  const fleet = await Fleet.open(settings, 'bench', {
    clock,
    version: 'bench',
    env: {},
    files: NO_FILES,
    wallTime: () => new Date(),
  });
  const rate = perSecond(REQUESTS * agents);
  const plan = planFixture({
    load: {
      model: 'open',
      arrivals: 'uniform',
      rate: [{ duration: seconds(length), from: rate, to: rate }],
      maxInFlight: count(1e6),
    },
    interval: seconds(1),
  });
  let requests = 0;
  let intervals = 0;
  let most = 0;
  let before = process.cpuUsage();
  let began = clock.now();
  let late = 0;
  for await (const snapshot of fleet.sourceFor(null)(plan, { index: 0, count: 1 }, new AbortController().signal)) {
    // Of the first second, what is loaded and compiled then is no cost of the following.
    if (intervals === 0) {
      before = process.cpuUsage();
      began = clock.now();
    }
    intervals += 1;
    requests += snapshot.load.sent;
    most = Math.max(most, process.memoryUsage.rss());
    late = Math.max(late, clock.now() - began - (intervals - 1) * 1e6);
  }
  const { user, system } = process.cpuUsage(before);
  const took = clock.now() - began;
  await fleet.close();
  const lines = [
    `${agents} agents, a snapshot each a second (${REQUESTS} requests in it), ${intervals} intervals; ${process.version}`,
    `a snapshot is ${bytesOf()} bytes`,
    `merged: ${requests} of ${agents * REQUESTS * length} requests`,
    `controller: ${((user + system) / took).toFixed(2)} cores, ${Math.round(most / 1e6)} MB at most`,
    `an interval was whole ${(late / 1e6).toFixed(1)} s late at most, beside the first`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Of a snapshot on its way, on average. */
function bytesOf(): number {
  const kinds = Array.from({ length: KINDS }, (_, n) => encode(snapshotOf(new Random(7, n))).length);
  return Math.round(kinds.reduce((sum, bytes) => sum + bytes, 0) / KINDS);
}

function saying(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      said += piece;
      if (said.includes(text)) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`ended (${code}): ${said}`)));
  });
}

/** As many agents as are asked for, on one connection. */
async function playAgents(): Promise<void> {
  const nats = await connect({ servers: URL });
  const stream = jetstream(nats, { timeout: 10_000 });
  const names = Array.from({ length: agents }, (_, n) => `made-up-${n}`);
  const clock = new SystemClock();
  let session: string | null = null;
  nats.subscribe(SUBJECT.greeting, {
    callback: (_, message) => {
      for (const name of names) {
        const greeting: Greeting = {
          protocol: PROTOCOL,
          version: 'bench',
          name,
          instance: name,
          cores: 2,
          host: 'made up',
          region: null,
          session,
        };
        message.respond(encode(greeting));
      }
    },
  });
  // Whoever is quiet for a while is asked whether it is there.
  nats.subscribe(SUBJECT.agent('*'), { callback: (_, message) => void message.respond() });
  nats.subscribe(SUBJECT.plans, {
    callback: (_, message) => {
      const order = decode<PlanMessage>(message.data);
      const run = order?.run ?? '';
      session = order?.session ?? null;
      const say = (word: object): void => nats.publish(SUBJECT.word(run), encode(word));
      for (const agent of names) say({ type: 'ready', agent, clock: { offset: 0, roundTrip: 1_000 } });
      let started = false;
      nats.subscribe(SUBJECT.orders(run), {
        callback: (_error, each) => {
          const startAt = decode<OrdersMessage>(each.data)?.startAt ?? null;
          if (startAt === null || started) return;
          started = true;
          void Promise.all(names.map((name, n) => act(run, name, n, startAt)));
        },
      });
      setInterval(() => {
        for (const agent of names) say({ type: 'beat', agent });
      }, 400);
    },
  });
  // Made before the load: what plays a thousand agents is not to be what is measured.
  const made = Array.from({ length: KINDS }, (_, n) => snapshotOf(new Random(7, n)));
  const act = async (run: string, name: string, n: number, startAt: number): Promise<void> => {
    const random = new Random(8, n);
    for (let index = 0; index < length; index++) {
      const at = startAt + (index + 1) * 1e6 + 2e5 * random.uniform();
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, (at - clock.now()) / 1e3)));
      const own = made[(n + index) % KINDS] as IntervalSnapshot;
      const times = { startAt: micros(index * 1e6), endAt: micros((index + 1) * 1e6) };
      const delivery = { type: 'snapshot', number: index, snapshot: { ...own, index, ...times } };
      await stream.publish(SUBJECT.snapshot(run, name), encode(delivery), { msgID: `${run}/${name}/${index}` });
    }
    await stream.publish(SUBJECT.snapshot(run, name), encode({ type: 'end', number: length, failure: null }));
  };
  process.stderr.write('playing\n');
}

function snapshotOf(random: Random): IntervalSnapshot {
  const histogramOf = (median: number, spread: number) => {
    const histogram = new Histogram();
    for (let n = 0; n < REQUESTS; n++)
      histogram.record(Math.max(1, Math.round(median * Math.exp(spread * random.normal()))));
    return histogram.toData();
  };
  const series: SeriesSnapshot = {
    ...{
      due: REQUESTS,
      sent: REQUESTS,
      dropped: 0,
      ok: REQUESTS,
      failed: 0,
      byOutcome: { ok: REQUESTS },
      byStatus: { 200: REQUESTS },
    },
    ...{ bytesIn: 200 * REQUESTS, bodyBytesIn: 20 * REQUESTS, bytesOut: 180 * REQUESTS, failures: [] },
    times: {
      response: histogramOf(20_000, 0.6),
      service: histogramOf(19_000, 0.6),
      firstByte: histogramOf(18_000, 0.6),
      body: histogramOf(200, 0.4),
    },
  };
  return {
    ...{ index: 0, startAt: micros(0), endAt: micros(1e6), phase: 'measure' },
    load: { due: REQUESTS, sent: REQUESTS, dropped: 0, inFlight: 20, vus: count(0) },
    series: { 'POST /predict': series },
    generator: {
      times: { lag: histogramOf(20, 0.5) },
      ...{ loopDelayP99: 900 as Micros, loopDelayMax: 2_000 as Micros, utilization: null, gcMax: 0 as Micros },
      ...{ cpu: 0.3, cpuWait: 0, rss: 9e7 as Bytes, heap: 2e7 as Bytes },
      threads: [
        {
          name: 'thread 1',
          vus: count(0),
          inFlight: 20,
          cpu: 0.3,
          lagP99: 80 as Micros,
          loopDelayP99: 900 as Micros,
          heap: 2e7 as Bytes,
        },
      ],
    },
  };
}
