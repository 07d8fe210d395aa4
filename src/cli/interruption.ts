/**
 * Interrupts over the whole course of a command, from before its first request: the first one ends what is under way, the
 * next one the process.
 */
import { EXIT } from '../core/errors.ts';
import type { STOPPED } from '../core/event.ts';
import type { World } from '../core/world.ts';

/** What Ctrl-C, and its like, does to a command. */
export class Interruption {
  /** Ends the run; the page may do so too. */
  readonly stop = new AbortController();
  /** Resolves when somebody at the terminal wants to leave. */
  readonly left: Promise<void>;
  /** Where a load's end is told; null: there is no load, or nobody looks. */
  view: { note(line: string): void } | null = null;
  readonly forget: () => void;
  // Who stops it at the terminal wants to leave; who stops it on the page looks at the page.
  #isLeaving = false;
  #tellLeft = (): void => {};

  constructor(world: Pick<World, 'onInterrupt' | 'exit'>) {
    this.left = new Promise((resolve) => {
      this.#tellLeft = resolve;
    });
    // A terminal that is gone says so more than once, and wants nothing the second time.
    this.forget = world.onInterrupt((signal) =>
      this.#isLeaving && signal !== 'SIGHUP' ? world.exit(EXIT.interrupted) : this.leave('Ctrl-C again'),
    );
  }

  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  get signal(): AbortSignal {
    return this.stop.signal;
  }

  /** Ends it. @param hint what ends it at once. */
  leave(hint: string, reason?: typeof STOPPED): void {
    this.#isLeaving = true;
    this.#tellLeft();
    if (this.signal.aborted) return;
    this.view?.note(`Stopping: waiting for the responses under way (${hint} ends at once)`);
    this.stop.abort(reason);
  }
}
