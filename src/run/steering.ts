/** The way of a person's commands into a run under way, and of their outcomes back. */
import type { Commanded, CommandReply, Commands, LoadChange, LoadCommand } from '../core/command.ts';
import { type LoadProfile, type Plan, stagesOf, valueAt } from '../core/plan.ts';
import type { Micros } from '../core/units.ts';

/** What the load is at this moment. */
export interface Present {
  readonly load: LoadProfile;
  /** Since the start of the load. */
  readonly elapsed: Micros;
  /** Users, or requests per second, that the curve asks for when an edit that is asked for now comes into effect. */
  readonly value: number;
}

const WHY_NOT: Readonly<Record<Plan['kind'], string>> = {
  run: 'No load is under way.',
  find: 'A search sets the load itself: it cannot be edited, only stopped.',
  probe: 'A probe sends one request at a time: it cannot be edited, only stopped.',
};

/**
 * Where a person's commands go in, from the page or the keyboard, and what came of them comes out. One per run: made
 * before it, attached to by its source while the load is under way.
 */
export class Steering implements Commands {
  readonly #kind: Plan['kind'];
  /** In the order in which they come into effect, which is not the one they were asked for in: a reset waits. */
  readonly #waiting: LoadChange[] = [];
  #commanded: Commanded | null = null;

  constructor(kind: Plan['kind']) {
    this.#kind = kind;
  }

  attach(commanded: Commanded): () => void {
    this.#commanded = commanded;
    return () => {
      this.#commanded = null;
    };
  }

  /** Has a command carried out, or says why it cannot be. */
  push(command: LoadCommand): CommandReply {
    if (this.#commanded === null || this.#kind !== 'run') return { ok: false, reason: this.idle };
    const reply = this.#commanded.carryOut(command);
    // Two resets in one interval are one change.
    if (reply.ok && !this.#waiting.includes(reply.change)) {
      const after = this.#waiting.findLastIndex(({ at }) => at <= reply.change.at);
      this.#waiting.splice(after + 1, 0, reply.change);
    }
    return reply;
  }

  /** Why nothing can be changed while there is no `present`. */
  get idle(): string {
    return WHY_NOT[this.#kind];
  }

  /** Null while no load is under way that could be changed. */
  get present(): Present | null {
    if (this.#commanded === null || this.#kind !== 'run') return null;
    const { load, elapsed, soonest } = this.#commanded;
    return { load, elapsed, value: valueAt(stagesOf(load), soonest) };
  }

  /** Takes the changes that came into effect before an instant, in their order. */
  takeUntil(at: Micros): LoadChange[] {
    const due = this.#waiting.findIndex((change) => change.at >= at);
    return this.#waiting.splice(0, due < 0 ? this.#waiting.length : due);
  }
}
