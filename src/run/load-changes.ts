/** What a person asks of the load, checked and put at an instant that all segments can meet. */
import {
  type CommandReply,
  type LoadChange,
  type LoadCommand,
  type LoadEdit,
  stagesAfter,
  whyUnchangeable,
  withRest,
} from '../core/command.ts';
import { durationOf, type LoadProfile, type Plan } from '../core/plan.ts';
import type { Micros } from '../core/units.ts';

/** The load of a plan as people change it: what they ask for becomes a change at an instant, or is refused with a reason. */
export class LoadChanges {
  readonly #plan: Plan;
  #load: LoadProfile;
  #lastReset: LoadChange | null = null;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#load = plan.load;
  }

  /** As it stands, with all changes so far. */
  get load(): LoadProfile {
    return this.#load;
  }

  /**
   * Two resets within one interval are the same change.
   *
   * @param soonest the instant at which it can come into effect. @param over whether nothing is sent any more.
   */
  carryOut(command: LoadCommand, soonest: Micros, over: boolean): CommandReply {
    const refuse = (reason: string): CommandReply => ({ ok: false, reason });
    if (over || soonest >= durationOf(this.#load)) return refuse('The load has ended: nothing is sent any more.');
    const change = command.type === 'edit' ? this.#edit(command.edit, soonest) : this.#reset(soonest);
    if (typeof change === 'string') return refuse(change);
    if (change.type === 'reset') this.#lastReset = change;
    else this.apply(change);
    return { ok: true, change };
  }

  apply(change: LoadChange): void {
    if (change.type === 'edited') this.#load = withRest(this.#load, change.at, change.stages);
  }

  #edit(edit: LoadEdit, at: Micros): LoadChange | string {
    const { load } = this;
    const reason = whyUnchangeable(this.#plan);
    if (reason !== null) return reason;
    if (edit.model !== load.model)
      return load.model === 'closed'
        ? 'This run has virtual users: it has no rate to change.'
        : 'This run has an arrival rate: it has no virtual users to change.';
    const { data } = this.#plan;
    if (data?.order === 'per-user' && edit.model === 'closed' && edit.vus > data.rows)
      return `Each virtual user has a row of its own, and there are ${data.rows} of them.`;
    return { type: 'edited', at, edit, stages: stagesAfter(load, at, edit) };
  }

  #reset(soonest: Micros): LoadChange | string {
    const { interval } = this.#plan;
    const at = (Math.floor(soonest / interval) + 1) * interval;
    if (at >= durationOf(this.#load)) return 'The load ends before the statistics could start anew.';
    return this.#lastReset?.at === at ? this.#lastReset : { type: 'reset', at: at as Micros };
  }
}
