/**
 * How a target ends its connections, learnt from what it does: some close after each response (or after every hundredth) without
 * having said so, and a request written meanwhile would be lost. Of all connections of a driver.
 *
 * One that stands still for a moment closes none either: that is no sign that it keeps them. So a rule that many closes have
 * shown is given up only where many connections are kept, and is known again at the next close unless some have carried more.
 */

/** A close makes a rule so much surer; of each connection that is kept it loses 1. */
const SURER = 1 / 20;
const SUREST = 20;

/** Of all connections of a driver: whether, and when, the target closes them. */
export class CloseHabit {
  /** After so many responses a connection takes no other request: the target closes it. */
  closesAfter = Number.POSITIVE_INFINITY;
  /** The target closes without a rule: the event loop looks for a close before a used connection is written on. */
  irregular = false;
  /** Does the target keep connections open at all? */
  unknown = true;
  /** The most responses that one connection has carried. */
  #carried = 0;
  /** After so many it was left alone and kept: it could have carried one more. */
  #kept = 0;
  /** After so many the target was seen to close, when none had carried more. */
  #seen = 0;
  /** How sure that is. */
  #sure = 0;

  /** A connection has carried so many responses, and the target has not said that it ends. */
  answered(responses: number): void {
    if (responses > this.#carried) this.#carried = responses;
  }

  /** The first connections were left alone for a while, and are still open. */
  trust(): void {
    this.unknown = false;
  }

  /** The target closed a connection right after that many responses, while no request was on it. */
  closed(responses: number): void {
    this.unknown = false;
    if (responses > this.closesAfter) return;
    if (responses < this.closesAfter && !this.#mayCloseAfter(responses)) {
      this.irregular = true;
      return;
    }
    // None has ever carried more: that is where it closes.
    if (this.closesAfter !== responses) this.#sure = 0;
    this.#seen = responses;
    this.closesAfter = responses;
    this.#sure = Math.min(SUREST, this.#sure + SURER);
  }

  /**
   * A connection ended as it was used again: the target had closed it, or the request made it do so. Which of the two shows
   * on the next ones that have carried as many responses, since they are left alone: `closed`, or `kept`.
   */
  suspect(responses: number): void {
    if (responses >= this.closesAfter || !this.#mayCloseAfter(responses)) return;
    this.closesAfter = responses;
    this.#sure = 0;
  }

  /** A connection was left alone after that many responses, and the target did nothing with it. */
  kept(responses: number): void {
    this.#sure -= 1;
    if (this.#sure > 0) return;
    this.#sure = 0;
    this.#kept = Math.max(this.#kept, responses);
    this.closesAfter = Number.POSITIVE_INFINITY;
  }

  /**
   * Bytes came behind a whole response. On a connection that is used again they would be taken for the next response: for as
   * long as the target does so, each takes one request.
   */
  surplus(): void {
    this.unknown = false;
    this.closesAfter = 1;
    this.#sure = 0;
  }

  /** Whether nothing speaks against it. That one was kept does not where the target has been seen to close there. */
  #mayCloseAfter(responses: number): boolean {
    return responses >= this.#carried && (responses > this.#kept || responses === this.#seen);
  }
}
