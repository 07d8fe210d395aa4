/**
 * How a target ends its connections, learnt from what it does: some close after each response (or after every hundredth) without
 * having said so, and a request written meanwhile would be lost. Of all connections of a driver.
 */
export class CloseHabit {
  /** After so many responses a connection takes no other request: the target closes it. */
  closesAfter = Number.POSITIVE_INFINITY;
  /** The target closes without a rule: the event loop looks for a close before a used connection is written on. */
  irregular = false;
  /** Does the target keep connections open at all? */
  unknown = true;
  /** The most responses that one connection has carried, or could have. */
  #most = 0;

  /** A connection has carried so many responses, and the target has not said that it ends. */
  answered(responses: number): void {
    if (responses > this.#most) this.#most = responses;
  }

  /** The first connections were left alone for a while, and are still open. */
  trust(): void {
    this.unknown = false;
  }

  /** The target closed a connection right after that many responses, while no request was on it. */
  closed(responses: number): void {
    this.unknown = false;
    if (responses >= this.closesAfter) return;
    // None has ever carried more: that is where it closes.
    if (responses >= this.#most) this.closesAfter = responses;
    else this.irregular = true;
  }

  /**
   * A connection ended as it was used again: the target had closed it, or the request made it do so. Which of the two shows
   * on the next ones that have carried as many responses, since they are left alone: `closed`, or `kept`.
   */
  suspect(responses: number): void {
    if (responses >= this.#most && responses < this.closesAfter) this.closesAfter = responses;
  }

  /** A connection was left alone after that many responses, and the target did nothing with it. */
  kept(responses: number): void {
    this.#most = Math.max(this.#most, responses + 1);
    this.closesAfter = Number.POSITIVE_INFINITY;
  }

  /**
   * Bytes came behind a whole response. On a connection that is used again they would be taken for the next response: for as
   * long as the target does so, each takes one request.
   */
  surplus(): void {
    this.unknown = false;
    this.closesAfter = 1;
  }
}
