/** How far a client's times of streams are from the server's own. */
import { planFixture } from '../../src/core/plan.fixture.ts';
import type { Plan } from '../../src/core/plan.ts';
import { count, micros, millis, seconds } from '../../src/core/units.ts';
import { Http1Driver } from '../../src/drivers/http1/driver.ts';
import { SystemClock } from '../../src/load/clock.ts';
import { ClosedLoad } from '../../src/load/closed.ts';
import { Epochs } from '../../src/load/epochs.ts';
import { Flows } from '../../src/load/flows.ts';

/** What the client measured less what the server's own stamps tell, µs, ascending; of gaps without their sign. */
export interface ClientErrors {
  readonly ttft: readonly number[];
  readonly itl: readonly number[];
  /** What the stamps tell themselves: from the request's arrival to the first event, and between two events, µs, ascending. */
  readonly stamped: { readonly ttft: readonly number[]; readonly itl: readonly number[] };
  /** What the error of TTFT is made of: until the request was written, until the server had it, and from the first event's stamp until it was read. */
  readonly parts: Record<(typeof PARTS)[number], readonly number[]>;
}

export const PARTS = ['written', 'arrived', 'read'] as const;

/** In which both sides' code is compiled. */
const WARMUP = seconds(4);
const LOOKED_AT = 600;

interface Seen {
  stampedAt: number;
  elapsed: number;
  readonly cameAt: number;
  readonly firstStampedAt: number;
}

/** Over which users come: all at once they would stay in step, and each request wait for those before it at both ends. */
const SPREAD = seconds(1);

/** Virtual users that stream without a pause, with the product's own load model and driver; prints `ClientErrors` as JSON. */
export function measureClientErrors(address: string, users: number, length: number): void {
  const url = new URL(address);
  const duration = micros(seconds(length) + WARMUP);
  const load: Extract<Plan['load'], { model: 'closed' }> = {
    model: 'closed',
    vus: [
      { duration: SPREAD, from: count(0), to: count(users) },
      { duration: micros(duration - SPREAD), from: count(users), to: count(users) },
    ],
    thinkTime: null,
  };
  const target = { url: address, protocol: 'http:', host: url.hostname, port: Number(url.port) } as const;
  const clock = new SystemClock();
  const plan = planFixture({ target, load, warmup: WARMUP });
  const driver = new Http1Driver(plan, clock);
  const startAt = micros(clock.now() + millis(50));
  const epochs = new Epochs(startAt, WARMUP);
  const closed = new ClosedLoad(
    load,
    { index: 0, count: 1 },
    { clock, driver, seed: 1, maxRequests: null, epochs, warmupRequests: 0, flows: new Flows(plan) },
  );
  const ttft: number[] = [];
  const itl: number[] = [];
  const stamped = { ttft: [] as number[], itl: [] as number[] };
  const parts = { written: [] as number[], arrived: [] as number[], read: [] as number[] };
  const seen = new Map<object, Seen>();
  driver.onPieces = (exchange, pieces, gap) => {
    // Its bytes still lie in the driver's buffer: the call comes from within its reading.
    const text = driver.buffer.toString('latin1', 0, LOOKED_AT);
    const [, stamp, came] = /"t":([\d.]+),"r":([\d.]+)/.exec(text) ?? [];
    if (stamp === undefined || came === undefined) throw new Error('the server does not stamp its events');
    const stampedAt = Number(stamp);
    const before = seen.get(exchange);
    if (gap < 0)
      seen.set(exchange, {
        ...{ stampedAt, elapsed: stampedAt - Number(came) },
        ...{ cameAt: Number(came), firstStampedAt: stampedAt },
      });
    else if (before !== undefined) {
      if (exchange.epoch === 1 && pieces === 1) {
        itl.push(Math.abs(gap - (stampedAt - before.stampedAt)));
        stamped.itl.push(stampedAt - before.stampedAt);
      }
      before.stampedAt = stampedAt;
    }
  };
  let ended = false;
  driver.onDone = (exchange) => {
    const first = seen.get(exchange);
    if (exchange.epoch === 1 && exchange.outcome === 0 && exchange.stream !== null && first !== undefined) {
      ttft.push(exchange.stream.firstAt - exchange.dueAt - first.elapsed);
      stamped.ttft.push(first.elapsed);
      // Both processes read one clock.
      parts.written.push(exchange.sentAt - exchange.dueAt);
      parts.arrived.push(first.cameAt - exchange.sentAt);
      parts.read.push(exchange.stream.firstAt - first.firstStampedAt);
    }
    closed.done(exchange);
    if (ended || !closed.finished || driver.inFlight > 0) return;
    ended = true;
    driver.close();
    const ascending = (values: number[]): number[] => values.sort((a, b) => a - b);
    process.stdout.write(
      JSON.stringify({
        ttft: ascending(ttft),
        itl: ascending(itl),
        stamped: { ttft: ascending(stamped.ttft), itl: ascending(stamped.itl) },
        parts: Object.fromEntries(PARTS.map((part) => [part, ascending(parts[part])])),
      }),
    );
  };
  closed.start(startAt);
}
