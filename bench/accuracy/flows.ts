/** Searches over a flow of three steps with pauses against a queue, in virtual time: the real `find`, load, recorder and judge. */
import type { BreakingPoint } from '../../src/core/breaking-point.ts';
import type { Exchange } from '../../src/core/exchange.ts';
import { planFixture } from '../../src/core/plan.fixture.ts';
import type { Plan, RequestTemplate, Scope, SearchPlan, Threshold } from '../../src/core/plan.ts';
import type { Driver, LoadSource } from '../../src/core/ports.ts';
import { OUTCOME_CODE } from '../../src/core/sample.ts';
import type { IntervalSnapshot } from '../../src/core/snapshot.ts';
import { type Bytes, count, type Micros, micros, millis, seconds } from '../../src/core/units.ts';
import { Random } from '../../src/load/random.ts';
import { VirtualClock } from '../../src/load/virtual-clock.ts';
import { Generation } from '../../src/run/generation.ts';
import { Find } from '../../src/session/find.ts';
import { mm1LimitRate } from '../../src/stats/queueing.ts';

/** s: of each request, exponential; one server, first come first served. */
const SERVICE = 0.01;
/** Behind the first and the second request, s: constant, and exponential on average. */
const PAUSES = [0.2, 0.3] as const;
const STEPS = 1 + PAUSES.length;

export interface FlowLaw {
  readonly name: string;
  readonly slo: Threshold;
  /** Flows/s. */
  readonly truth: () => number;
}

const p95Of = (scope: Scope, limitMs: number): Threshold => ({
  text: `p95{${scope.name}}<=${limitMs}ms`,
  scope,
  metric: { kind: 'percentile', p: 95 },
  op: '<=',
  limit: limitMs * 1_000,
  unit: 'µs',
});

export const FLOW_LAWS: readonly FlowLaw[] = [
  {
    name: 'p95 of one of its requests',
    slo: p95Of({ kind: 'request', name: 'predict' }, 100),
    // Whoever comes back after a pause finds the queue as strangers do: a network of Jackson's. Each visit is one to M/M/1.
    truth: () => mm1LimitRate(0.95, 1 / SERVICE, 0.1) / STEPS,
  },
  {
    name: 'p95 of the flow',
    slo: p95Of({ kind: 'flow', name: 'buy' }, 240),
    truth: () => simulatedLimit(0.95, 0.24),
  },
];

/** Flows/s at which a quantile of a pass's three response times together is at a limit, s: 10^6 flows, by bisection. */
function simulatedLimit(p: number, limit: number): number {
  const rounds = 8;
  let [low, high] = [0.3 / (STEPS * SERVICE), 0.97 / (STEPS * SERVICE)];
  for (let round = 0; round < rounds; round++) {
    const rate = (low + high) / 2;
    const slow = shareSlower(rate, 1e6 / rounds, limit, round);
    if (slow < 1 - p) low = rate;
    else high = rate;
  }
  return (low + high) / 2;
}

function shareSlower(rate: number, flows: number, limit: number, seed: number): number {
  const clock = new VirtualClock();
  const random = new Random(500 + seed, 3);
  let free = 0;
  let slow = 0;
  let ended = 0;
  const visit = (step: number, spent: number): void => {
    const at = clock.now() / 1e6;
    free = Math.max(at, free) + random.exponential(SERVICE);
    const took = free - at;
    const next = step + 1;
    if (next === STEPS) {
      ended++;
      if (spent + took > limit) slow++;
      return;
    }
    const pause = step === 0 ? PAUSES[0] : random.exponential(PAUSES[1]);
    clock.after(seconds(took + pause), () => visit(next, spent + took));
  };
  const arrive = (left: number): void => {
    visit(0, 0);
    if (left > 1) clock.after(seconds(random.exponential(1 / rate)), () => arrive(left - 1));
  };
  arrive(flows);
  clock.runUntil(seconds((2 * flows) / rate + 100));
  return slow / ended;
}

/** One server in virtual time: it works off what comes in turn. */
class QueueDriver implements Driver {
  onDone: (exchange: Exchange) => void = () => {};
  readonly #underWay = new Set<Exchange>();
  readonly #clock: VirtualClock;
  readonly #random: Random;
  #free = 0;

  constructor(clock: VirtualClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  get inFlight(): number {
    return this.#underWay.size;
  }

  send(exchange: Exchange): void {
    const now = this.#clock.now();
    exchange.sentAt = now;
    exchange.firstByteAt = now;
    exchange.status = 200;
    this.#free = Math.max(now, this.#free) + this.#random.exponential(SERVICE * 1e6);
    this.#underWay.add(exchange);
    this.#clock.after(millis((this.#free - now) / 1_000), () => {
      if (this.#underWay.has(exchange)) this.#end(exchange, OUTCOME_CODE.ok);
    });
  }

  abort(): void {
    for (const exchange of [...this.#underWay]) this.#end(exchange, OUTCOME_CODE.aborted);
  }

  retire(): void {}

  close(): void {}

  #end(exchange: Exchange, outcome: Exchange['outcome']): void {
    this.#underWay.delete(exchange);
    exchange.doneAt = this.#clock.now();
    exchange.outcome = outcome;
    this.onDone(exchange);
  }
}

/** Whole generations in virtual time, one after the other, each against an idle queue. */
function queuedSource(clock: VirtualClock, random: Random): LoadSource {
  return async function* (plan, segment, signal): AsyncGenerator<IntervalSnapshot, void, undefined> {
    const snapshots: IntervalSnapshot[] = [];
    let ended = false;
    const health = {
      ...{ loopDelayP99: micros(0), loopDelayMax: micros(0), utilization: null, gcMax: micros(0) },
      ...{ cpu: 0, cpuWait: null, rss: 0 as Bytes },
    };
    const startAt = (clock.now() + 1_000) as Micros;
    const generation = new Generation(
      plan,
      segment,
      startAt,
      {
        clock,
        createDriver: () => new QueueDriver(clock, random),
        createProbe: () => ({ take: () => health, slept: () => micros(0), close: () => {} }),
        measureConnect: () => () => {},
      },
      (parts) => snapshots.push(...parts),
      () => {
        ended = true;
      },
    );
    while (!ended) {
      clock.runUntil((clock.now() + plan.interval) as Micros);
      yield* snapshots.splice(0);
      if (signal.aborted) generation.stop();
    }
    yield* snapshots.splice(0);
  };
}

const REQUESTS = ['browse', 'cart', 'predict'].map(
  (name): RequestTemplate => ({ name, method: 'GET', path: `/${name}`, headers: [], body: null }),
);

function planOf(slo: Threshold, budget: number, seed: number, unit: SearchPlan['unit']): Plan & { search: SearchPlan } {
  return {
    ...planFixture({ kind: 'find', requests: REQUESTS, seed }),
    flows: [
      {
        name: 'buy',
        weight: 1,
        steps: [
          { kind: 'request', request: 0 },
          { kind: 'pause', time: { kind: 'constant', value: seconds(PAUSES[0]) } },
          { kind: 'request', request: 1 },
          { kind: 'pause', time: { kind: 'exponential', mean: seconds(PAUSES[1]) } },
          { kind: 'request', request: 2 },
        ],
      },
    ],
    search: {
      ...{ unit, slos: [slo], budget: seconds(budget), precision: 0.1, maxLoad: null, maxVus: count(1_024) },
      ...{ settle: micros(0), instanceHeader: null },
    },
  };
}

/** A whole search. @param budget s. */
export async function searchFlows(
  { slo }: Pick<FlowLaw, 'slo'>,
  budget: number,
  seed: number,
  unit: SearchPlan['unit'] = 'flows/s',
): Promise<BreakingPoint> {
  const clock = new VirtualClock();
  const plan = planOf(slo, budget, seed, unit);
  const find = new Find(plan);
  const source = queuedSource(clock, new Random(seed, 9));
  const signal = new AbortController().signal;
  for await (const _ of find.events({ plan, rows: null, source, signal, clock }));
  return find.answer();
}
