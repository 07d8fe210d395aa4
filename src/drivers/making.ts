/**
 * A driver whose requests are partly made by a scenario's functions: they are called first, and what they throw is an
 * outcome.
 */
import { clearExchange, type Exchange } from '../core/exchange.ts';
import { PassingDriver } from '../core/passing-driver.ts';
import type { Clock, Driver, FunctionCalls } from '../core/ports.ts';
import { OUTCOME_CODE } from '../core/sample.ts';
import type { ConnectionCounts } from '../core/snapshot.ts';
import type { Micros } from '../core/units.ts';
import type { Witnessed } from './witness.ts';

export class MakingDriver extends PassingDriver<Driver & Witnessed> implements Witnessed {
  readonly #calls: FunctionCalls;
  readonly #clock: Clock;
  /** Exchanges whose request could not be made, until their owner is told. */
  readonly #failed: Exchange[] = [];

  constructor(inner: Driver & Witnessed, calls: FunctionCalls, clock: Clock) {
    super(inner);
    this.#calls = calls;
    this.#clock = clock;
    calls.clock = clock;
  }

  override get inFlight(): number {
    return super.inFlight + this.#failed.length;
  }

  get witness(): Witnessed['witness'] {
    return this.inner.witness;
  }

  set witness(told: Witnessed['witness']) {
    this.inner.witness = told;
  }

  send(exchange: Exchange): void {
    if (this.#calls.make(exchange)) {
      this.inner.send(exchange);
      return;
    }
    clearExchange(exchange);
    exchange.outcome = OUTCOME_CODE['function-failed'];
    exchange.message = this.#calls.message;
    this.#failed.push(exchange);
    // Nobody hears of it within the call that sends it.
    if (this.#failed.length === 1) this.#clock.soon(() => this.#tell());
  }

  override abort(): void {
    this.#tell();
    super.abort();
  }

  override takeConnectionCounts(): ConnectionCounts | null {
    const counts = super.takeConnectionCounts();
    const { calls, spent } = this.#calls;
    if (calls === 0) return counts;
    this.#calls.calls = 0;
    this.#calls.spent = 0;
    return {
      ...(counts ?? { closedUnannounced: 0, surplus: 0 }),
      functions: { calls, spent: Math.round(spent) as Micros },
    };
  }

  #tell(): void {
    const now = this.#clock.now();
    for (const exchange of this.#failed.splice(0)) {
      exchange.doneAt = now;
      this.onDone(exchange);
    }
  }
}
