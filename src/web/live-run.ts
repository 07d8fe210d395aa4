/** A run under way as frames for browsers, which may come late or again. */

import type { RunFold } from '../analyze/fold.ts';
import type { BreakingPoint } from '../core/breaking-point.ts';
import { editedLoad, type LoadChange, whyUnchangeable } from '../core/command.ts';
import type { RunEvent, RunSink } from '../core/event.ts';
import { goalAt, type LoadProfile, type Plan } from '../core/plan.ts';
import { followsItsPlan, isSteerable } from '../core/procedure.ts';
import type { TimelinePoint } from '../core/result.ts';
import { micros } from '../core/units.ts';
import type { IntervalArchive } from '../report/archive.ts';
import type { EditableLoad, ExceptionRow, Frame, LogLine, RunPhase, RunState } from '../report/client/live/frame.ts';
import { statusOf } from '../report/live.ts';
import { SearchProgress, statusOf as searchStatusOf } from '../report/search-live.ts';
import { RunLog } from './log.ts';
import { Recent } from './recent.ts';
import { runStateOf } from './run-state.ts';
import { ThreadBoard } from './thread-board.ts';

export interface LiveRunOptions {
  readonly plan: Plan;
  /** The plan in a few plain lines. */
  readonly planLines: readonly string[];
  /** What the stream came to so far: fed before this sink is. */
  readonly fold: RunFold;
  readonly archive: IntervalArchive;
  /** A search's result so far; null: this is no search, or it has none. */
  readonly answer: () => BreakingPoint | null;
  /** Names of the files to download. */
  readonly files: () => readonly string[];
  /** ISO 8601, UTC. */
  readonly wallTime: () => string;
  readonly changed: () => void;
}

/**
 * All that browsers need to show one run, whenever they come: the whole so far, or what is new since the last frame.
 */
export class LiveRun implements RunSink {
  readonly #options: LiveRunOptions;
  readonly #log: RunLog;
  readonly #recent = new Recent();
  readonly #search: SearchProgress | null;
  readonly #exceptions = new Map<string, ExceptionRow>();
  readonly #threads = new ThreadBoard();
  #phase: RunPhase = 'starting';
  /** With all edits so far, and where the last one leads to. */
  #load: LoadProfile;
  #wanted: number | null = null;
  /** What was told last. */
  #points: readonly TimelinePoint[] = [];
  #logged = 0;
  /** Asked for once after each level: it takes a while. */
  #answer: BreakingPoint | null = null;

  constructor(options: LiveRunOptions) {
    this.#options = options;
    const { plan, planLines, wallTime } = options;
    this.#load = plan.load;
    this.#log = new RunLog(plan, wallTime);
    this.#search = plan.search === null ? null : new SearchProgress(plan.search);
    for (const line of planLines) this.#log.say(line);
  }

  get id(): string {
    return this.#options.fold.started?.run.id ?? '';
  }

  get phase(): RunPhase {
    return this.#phase;
  }

  accept(event: RunEvent): void {
    const { fold, answer, changed } = this.#options;
    this.#search?.accept(event);
    if (event.type === 'interval') {
      this.#recent.add(event.snapshot);
      this.#threads.add(event.snapshot);
      if (this.#phase === 'starting') this.#phase = 'running';
    }
    if (event.type === 'judged' || event.type === 'answer') this.#answer = answer();
    if (event.type === 'agents') this.#threads.meet(event);
    if (event.type === 'lost') this.#threads.lose(event.source);
    if (event.type === 'lost') this.exception(`${event.source}: ${event.message}`);
    if (event.type === 'edited') this.#edited(event);
    if (event.type === 'finished') this.#phase = 'ended';
    this.#log.accept(event, fold.timeline);
    changed();
  }

  async close(): Promise<void> {}

  stopping(): void {
    if (this.#phase === 'ended' || this.#phase === 'stopping') return;
    this.#phase = 'stopping';
    this.say('stopping: nothing more is sent, responses under way are waited for');
  }

  say(text: string, kind: LogLine['kind'] = 'plain'): void {
    this.#log.say(text, kind);
    this.#options.changed();
  }

  /** Something went wrong on our own side. */
  exception(message: string): void {
    const now = this.#options.wallTime();
    const known = this.#exceptions.get(message);
    const { count, firstSeen } = known ?? { count: 0, firstSeen: now };
    this.#exceptions.set(message, { count: count + 1, message, firstSeen, lastSeen: now });
    this.say(message, 'bad');
  }

  /** Everything so far; null before the run has begun. */
  whole(): Omit<Frame, 'earlier'> | null {
    const { fold, archive } = this.#options;
    if (fold.started === null) return null;
    const { from, lines } = this.#log.from(0);
    const packed = archive.whole(fold.timeline);
    return { run: this.#state(), whole: true, slotsFrom: 0, pointsFrom: 0, logFrom: from, packed, log: lines };
  }

  /** What is new since the last call; null before the run has begun. */
  changes(): Omit<Frame, 'earlier'> | null {
    const { fold, archive } = this.#options;
    if (fold.started === null) return null;
    const points = fold.timeline;
    let pointsFrom = 0;
    while (pointsFrom < this.#points.length && points[pointsFrom] === this.#points[pointsFrom]) pointsFrom++;
    this.#points = points;
    const { from: slotsFrom, packed } = archive.changes(points.slice(pointsFrom));
    const { from: logFrom, lines } = this.#log.from(this.#logged);
    this.#logged = this.#log.length;
    return { run: this.#state(), whole: false, slotsFrom, pointsFrom, logFrom, packed, log: lines };
  }

  #state(): RunState {
    const { plan, planLines, fold, files } = this.#options;
    return runStateOf({
      phase: this.#phase,
      fold,
      recent: this.#recent,
      status: this.#status(),
      answer: this.#answer,
      exceptions: [...this.#exceptions.values()],
      threads: this.#threads.rows(this.#phase === 'ended'),
      plan: planLines,
      files: files(),
      editable: this.#editable(plan),
      fixed: followsItsPlan(plan) && this.#phase === 'running' ? whyUnchangeable(plan) : null,
    });
  }

  #edited(change: Extract<LoadChange, { type: 'edited' }>): void {
    this.#load = editedLoad(this.#load, [change]);
    this.#wanted = change.edit.model === 'closed' ? change.edit.vus : change.edit.ratePerSec;
  }

  #status(): string {
    const { fold } = this.#options;
    const { timeline } = fold;
    const plan = { ...this.#options.plan, load: this.#load };
    if (this.#phase === 'starting') return 'Starting: waiting for the first interval';
    if (this.#phase === 'stopping') return 'Stopping: waiting for the responses under way';
    return this.#search === null
      ? statusOf({ plan, timeline, worst: '', wanted: this.#wanted, keys: false })
      : searchStatusOf(this.#search.at(timeline, ''));
  }

  #editable(plan: Plan): EditableLoad | null {
    if (!isSteerable(plan) || this.#phase !== 'running') return null;
    const last = this.#options.fold.timeline.at(-1);
    if (last === undefined || last.phase === 'drain') return null;
    // What the load is on its way to: an edit would end the way there.
    const goal = goalAt(this.#load, micros(Math.round(1e6 * last.t)));
    return this.#load.model === 'closed'
      ? { model: 'closed', vus: this.#wanted ?? goal }
      : { model: 'open', ratePerSec: this.#wanted ?? goal };
  }
}
