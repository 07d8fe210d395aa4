import { planFixture } from '../src/core/plan.fixture.ts';
import type { Plan } from '../src/core/plan.ts';
import { count, micros, millis, perSecond, seconds } from '../src/core/units.ts';
import { Http1Driver } from '../src/drivers/http1/driver.ts';
import { SystemClock } from '../src/load/clock.ts';
import { Epochs } from '../src/load/epochs.ts';
import { Flows } from '../src/load/flows.ts';
import { OpenLoad } from '../src/load/open.ts';

/**
 * Its own process: offers a rate with the product's schedule and driver, and compares each request's response time with the
 * sojourn that the server itself reports in the answer. Prints the errors (µs, ascending) as JSON.
 * Arguments: URL, rate, seconds.
 */
const HEADER = 'x-sojourn-us: ';
/** Its answers are left out: connections open, and both sides' code is compiled in the first three seconds. */
const WARMUP = seconds(4);

const [address = '', rate = '', length = ''] = process.argv.slice(2);
const url = new URL(address);
const duration = seconds(Number(length)) + WARMUP;
const offered = perSecond(Number(rate));
const load: Extract<Plan['load'], { model: 'open' }> = {
  model: 'open',
  arrivals: 'uniform',
  rate: [{ duration: micros(duration), from: offered, to: offered }],
  maxInFlight: count(10_000),
};
const target = { url: address, protocol: 'http:', host: url.hostname, port: Number(url.port) } as const;

const clock = new SystemClock();
const plan = planFixture({ target, load, warmup: WARMUP });
const driver = new Http1Driver(plan, clock);
const startAt = micros(clock.now() + millis(50));
const epochs = new Epochs(startAt, WARMUP);
const arrivals = new OpenLoad(
  load,
  { index: 0, count: 1 },
  { clock, driver, seed: 1, maxRequests: null, epochs, warmupRequests: 0, flows: new Flows(plan) },
);

const errors: number[] = [];
let ended = false;

function finish(): void {
  if (ended || !arrivals.finished || driver.inFlight > 0) return;
  ended = true;
  driver.close();
  process.stdout.write(JSON.stringify(errors.sort((a, b) => a - b)));
}

driver.onDone = (exchange) => {
  arrivals.done(exchange);
  if (exchange.epoch === 1 && exchange.outcome === 0) {
    // The answer still lies in the driver's buffer: the call comes from within its reading.
    const head = driver.buffer.toString('latin1', 0, Math.min(exchange.bytesIn, 1024)).toLowerCase();
    const at = head.indexOf(HEADER);
    if (at < 0) throw new Error('the server does not tell its sojourn');
    const sojourn = Number.parseFloat(head.slice(at + HEADER.length));
    errors.push(exchange.doneAt - exchange.dueAt - sojourn);
  }
  finish();
};
arrivals.onFinished = finish;
arrivals.start(startAt);
