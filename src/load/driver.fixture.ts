/** For tests: a driver in virtual time whose requests take as long as they are told to. */
import type { Exchange } from '../core/exchange.ts';
import type { Driver } from '../core/ports.ts';
import { OUTCOME_CODE, type OutcomeCode } from '../core/sample.ts';
import type { Micros } from '../core/units.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** One request as it was sent; instants are of the clock. */
export interface SentRequest {
  readonly request: number;
  readonly user: number;
  readonly epoch: number;
  readonly dueAt: Micros;
  readonly sentAt: Micros;
}

/** A driver in virtual time: each request takes its service time, none touches a network. */
export class FixtureDriver implements Driver {
  onDone: (exchange: Exchange) => void = () => {};
  inFlight = 0;
  mostInFlight = 0;
  readonly sent: SentRequest[] = [];
  readonly retired: number[] = [];
  readonly #clock: VirtualClock;
  readonly #serviceTime: (sent: number) => number;
  readonly #outcome: (sent: number) => OutcomeCode;

  /** Both functions get the number of the request (0, 1, …) in the order sent. */
  constructor(
    clock: VirtualClock,
    serviceTime: (sent: number) => number,
    outcome: (sent: number) => OutcomeCode = () => OUTCOME_CODE.ok,
  ) {
    this.#clock = clock;
    this.#serviceTime = serviceTime;
    this.#outcome = outcome;
  }

  send(exchange: Exchange): void {
    const number = this.sent.length;
    const { request, user, epoch, dueAt } = exchange;
    exchange.sentAt = this.#clock.now();
    this.sent.push({ request, user, epoch, dueAt, sentAt: exchange.sentAt });
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    this.#clock.after(this.#serviceTime(number) as Micros, () => {
      this.inFlight -= 1;
      exchange.doneAt = this.#clock.now();
      exchange.outcome = this.#outcome(number);
      this.onDone(exchange);
    });
  }

  retire(user: number): void {
    this.retired.push(user);
  }

  abort(): void {}

  close(): void {}
}
