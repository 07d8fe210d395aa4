/** Events for whoever iterates over a session: at their own pace, which is nobody else's. */
import type { RunEvent } from '../core/event.ts';

/** How many events may wait to be read. */
const MOST_WAITING = 1_000;

/** One iteration over the events of a session. It may be read after the end of the run, too. */
export class EventReader implements AsyncIterableIterator<RunEvent, undefined> {
  readonly #waiting: RunEvent[] = [];
  readonly #onReturn: () => void;
  /** Who waits for an event that has not happened yet. */
  #wake: (() => void) | null = null;
  #end: { readonly error: unknown } | 'over' | null = null;
  #delivered = 0;
  #dropped = 0;

  /** @param onReturn called when nobody reads any more. */
  constructor(onReturn: () => void) {
    this.#onReturn = onReturn;
  }

  /** Events that came while as much as may wait was waiting. */
  get dropped(): number {
    return this.#dropped;
  }

  get delivered(): number {
    return this.#delivered;
  }

  push(event: RunEvent): void {
    if (this.#waiting.length >= MOST_WAITING) this.#dropped++;
    else {
      this.#delivered++;
      this.#waiting.push(event);
    }
    this.#rouse();
  }

  /** After what waits. @param failure what the iteration throws then. */
  end(failure?: { readonly error: unknown }): void {
    this.#end ??= failure ?? 'over';
    this.#rouse();
  }

  async next(): Promise<IteratorResult<RunEvent, undefined>> {
    for (;;) {
      const value = this.#waiting.shift();
      if (value !== undefined) return { done: false, value };
      const end = this.#end;
      if (end !== null) {
        this.#end = 'over';
        if (end !== 'over') throw end.error;
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async return(): Promise<IteratorResult<RunEvent, undefined>> {
    this.#waiting.length = 0;
    this.#end = 'over';
    this.#rouse();
    this.#onReturn();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #rouse(): void {
    this.#wake?.();
    this.#wake = null;
  }
}
