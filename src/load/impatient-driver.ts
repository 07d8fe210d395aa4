/** Users who leave before they have their whole response: ends an exact share of requests early. */
import type { Exchange } from '../core/exchange.ts';
import { PassingDriver } from '../core/passing-driver.ts';
import type { Cancellation, Plan } from '../core/plan.ts';
import type { Clock, Driver } from '../core/ports.ts';
import type { Micros } from '../core/units.ts';
import { Mix } from './mix.ts';
import { draw, randomOfStep } from './pauses.ts';
import { splitmix32 } from './random.ts';

/** Shares are told apart down to a thousandth of a percent. */
const WHOLE = 100;
/** Apart from what else is drawn of a request. */
const OWN_DRAWS = 0x6361_6e63;

/**
 * Users who leave before they have their whole response: the driver's request of an exact share of all requests is ended after a
 * while, as closing a page ends it. Who does, and when, is a function of seed and number, however requests are split among threads.
 */
export class ImpatientDriver extends PassingDriver {
  readonly #clock: Clock;
  readonly #seed: number;
  readonly #after: Cancellation['after'];
  readonly #mix: Mix;
  readonly #timers = new Map<Exchange, unknown>();

  constructor({ seed }: Pick<Plan, 'seed'>, { share, after }: Cancellation, clock: Clock, inner: Driver) {
    if (inner.cancel === undefined) throw new Error('this driver cannot cancel a request');
    super(inner);
    this.#clock = clock;
    this.#seed = splitmix32(seed ^ OWN_DRAWS) >>> 0;
    this.#after = after;
    this.#mix = new Mix([WHOLE * share, WHOLE * (1 - share)], this.#seed);
  }

  protected override done(exchange: Exchange): void {
    const timer = this.#timers.get(exchange);
    if (timer !== undefined) {
      this.#clock.cancel(timer);
      this.#timers.delete(exchange);
    }
    super.done(exchange);
  }

  send(exchange: Exchange): void {
    const { index, step, dueAt } = exchange;
    // Of the steps of a pass, which share its number, each decides by itself.
    exchange.impatient = this.#mix.ofArrival(index + 7_919 * step) === 0;
    if (exchange.impatient) {
      const patience = draw(this.#after, randomOfStep(this.#seed, index, step));
      const left = Math.max(0, dueAt + patience - this.#clock.now()) as Micros;
      this.#timers.set(
        exchange,
        this.#clock.after(left, () => {
          this.#timers.delete(exchange);
          this.cancel(exchange);
        }),
      );
    }
    this.inner.send(exchange);
  }
}
