/** From a whole response to its outcome: how its stream ended, what the checks say, or else its status. */
import type { Exchange } from '../core/exchange.ts';
import type { Plan } from '../core/plan.ts';
import type { Payloads } from '../core/ports.ts';
import { OUTCOME_CODE, type OutcomeCode } from '../core/sample.ts';
import { ResponseChecker } from './check.ts';
import { FailedBodies } from './failed-bodies.ts';
import type { ResponseBuffer } from './response-buffer.ts';
import { isSuccess, StatusFailures } from './status.ts';
import { StreamEnds } from './stream/stream-end.ts';
import type { StreamReader } from './stream/stream-reader.ts';

/** What a whole response comes to: a success, or which failure, and what shows it. */
export class ResponseJudge {
  /** Why it is a failure; empty: it is none. Of the last one judged. */
  message = '';
  readonly #checker: ResponseChecker | null;
  readonly #statuses = new StatusFailures();
  readonly #bodies: FailedBodies;
  readonly #streamEnds: StreamEnds;

  constructor(plan: Plan, payloads: Payloads | null) {
    this.#checker = ResponseChecker.of(plan, payloads);
    this.#bodies = new FailedBodies(plan, payloads);
    this.#streamEnds = new StreamEnds(plan, payloads);
  }

  /** Whether responses are to be kept whole, to be looked at. */
  get checks(): boolean {
    return this.#checker !== null;
  }

  /** Whether a response of that status is to be kept, where others are not: its body tells why it failed. */
  wants(status: number): boolean {
    return this.#bodies.wants(status);
  }

  /**
   * Writes what shows a failure into the exchange, whose status is known.
   *
   * @param response head and body, where they were kept. @param stream its reader, at its end; null: it was no stream.
   * @param pointer what the response says to ask instead.
   */
  judge(
    exchange: Exchange,
    response: ResponseBuffer | null,
    stream: StreamReader | null,
    pointer: string | null,
  ): OutcomeCode {
    if (stream !== null) {
      const ends = this.#streamEnds;
      const outcome = ends.outcomeOf(exchange, stream);
      if (outcome !== OUTCOME_CODE.ok) {
        exchange.example = ends.example;
        this.message = ends.message;
        return outcome;
      }
    }
    if (this.#checker !== null && response !== null) {
      const outcome = this.#checker.judge(exchange, response);
      exchange.example = this.#checker.example;
      return outcome === OUTCOME_CODE.ok
        ? this.#ok()
        : this.#failure(exchange, response, outcome, this.#checker.message);
    }
    const { status } = exchange;
    if (isSuccess(status)) return this.#ok();
    return this.#failure(exchange, response, OUTCOME_CODE['http-error'], this.#statuses.messageFor(status, pointer));
  }

  #ok(): OutcomeCode {
    this.message = '';
    return OUTCOME_CODE.ok;
  }

  #failure(exchange: Exchange, response: ResponseBuffer | null, outcome: OutcomeCode, message: string): OutcomeCode {
    if (response !== null) exchange.body = this.#bodies.of(exchange, message, response);
    this.message = message;
    return outcome;
  }
}
