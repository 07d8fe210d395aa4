/** The lines of the page's log. */

import { agentsLine } from '../analyze/agents-line.ts';
import { prospectOf } from '../analyze/prospect.ts';
import { counted, formatClock, formatRate } from '../analyze/wording.ts';
import type { LevelResult } from '../core/breaking-point.ts';
import type { RunEvent } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import { hasLevels } from '../core/procedure.ts';
import type { TimelinePoint } from '../core/result.ts';
import { toSeconds } from '../core/units.ts';
import type { LogLine } from '../report/client/live/frame.ts';
import { closingLine, logLine } from '../report/live.ts';
import { levelLine } from '../report/search-live.ts';
import { levelLoad } from '../report/search-phrases.ts';

/** Older lines are forgotten: the journal has everything. */
const MOST = 2_000;
/** A line about the run's figures at most so often, s. */
const APART = 5;

/** What a run says about itself, line by line: the tab Logs. */
export class RunLog {
  readonly #plan: Plan;
  readonly #wallTime: () => string;
  readonly #lines: LogLine[] = [];
  /** Lines that were forgotten. */
  #forgotten = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #unfit = false;
  #ramped = false;
  readonly #judged: LevelResult[] = [];
  #told = false;

  constructor(plan: Plan, wallTime: () => string) {
    this.#plan = plan;
    this.#wallTime = wallTime;
  }

  get length(): number {
    return this.#forgotten + this.#lines.length;
  }

  /** The lines from an index on, without those that were forgotten meanwhile. */
  from(index: number): { readonly from: number; readonly lines: readonly LogLine[] } {
    const from = Math.max(index, this.#forgotten);
    return { from, lines: this.#lines.slice(from - this.#forgotten) };
  }

  say(text: string, kind: LogLine['kind'] = 'plain'): void {
    this.#lines.push({ time: this.#wallTime(), kind, text });
    if (this.#lines.length <= MOST) return;
    this.#forgotten += this.#lines.length - MOST;
    this.#lines.splice(0, this.#lines.length - MOST);
  }

  /** @param timeline with the event in it. */
  accept(event: RunEvent, timeline: readonly TimelinePoint[]): void {
    switch (event.type) {
      case 'interval':
        this.#interval(timeline);
        break;
      case 'level':
        if (event.purpose !== 'idle') this.#tellProspect();
        this.say(
          `level ${event.index + 1} begins: ${event.purpose}, ${levelLoad(event.load, this.#plan.search?.unit ?? 'req/s')}`,
        );
        break;
      case 'judged': {
        const { search } = this.#plan;
        this.#judged.push(event.level);
        if (search !== null) this.say(levelLine(event, search), event.level.verdict === 'void' ? 'fair' : 'plain');
        break;
      }
      case 'answer':
        this.say(event.breakingPoint.summary, event.breakingPoint.status === 'found' ? 'good' : 'plain');
        break;
      case 'edited': {
        const { edit } = event;
        const what = edit.model === 'closed' ? counted(edit.vus, 'user') : formatRate(edit.ratePerSec);
        this.say(`${formatClock(toSeconds(event.at))}  edited: ${what} from now on`);
        break;
      }
      case 'stopping':
        this.say(`${formatClock(toSeconds(event.at))}  stopped by hand: no agent sends anything from then on`);
        break;
      case 'reset':
        this.say(`${formatClock(toSeconds(event.at))}  statistics reset: they begin anew`);
        break;
      case 'known':
        this.say(`${formatClock(toSeconds(event.at))}  what was asked for is known: the load ends`, 'good');
        break;
      case 'broken':
        this.say(`${formatClock(toSeconds(event.at))}  ${event.message}: the load ends`, 'bad');
        break;
      case 'failing': {
        const { failure, at } = event;
        this.say(
          `${formatClock(toSeconds(at))}  all requests so far failed alike (${failure.message}): the load ends`,
          'bad',
        );
        break;
      }
      case 'agents':
        this.say(agentsLine(event), 'good');
        break;
      case 'lost':
        this.say(`${event.source}: ${event.message}`, 'bad');
        break;
      case 'finished':
        this.say(closingLine(timeline, event.ending), event.ending === 'completed' ? 'good' : 'fair');
        break;
      case 'started':
        break;
    }
  }

  /** Once, when the idle target is known. */
  #tellProspect(): void {
    const { search } = this.#plan;
    const prospect = this.#told || search === null ? null : prospectOf(search, this.#judged);
    this.#told = true;
    if (prospect !== null) this.say(prospect, 'fair');
  }

  #interval(timeline: readonly TimelinePoint[]): void {
    const point = timeline.at(-1);
    if (point === undefined) return;
    if (point.unfit !== this.#unfit) {
      this.#unfit = point.unfit;
      this.say(
        point.unfit
          ? 'the generator is too busy or too late to be a fair judge: these intervals are marked'
          : 'the generator is fit again',
        point.unfit ? 'fair' : 'plain',
      );
    }
    const ramped = timeline.some(({ phase }) => phase === 'ramp');
    if (ramped && !this.#ramped)
      this.say('all users have started: the statistics begin anew, the ramp is counted apart');
    this.#ramped = ramped;
    if (hasLevels(this.#plan) || point.t - this.#toldAt < APART - 1e-6) return;
    this.#toldAt = Math.floor(point.t / APART) * APART;
    this.say(logLine(timeline));
  }
}
