/**
 * What the workers of a source do together: begin at one instant, change and end together, be missed when they are
 * silent.
 */
import type { CommandReply, Commands, LoadChange, LoadCommand } from '../core/command.ts';
import type { LoadProfile, Plan } from '../core/plan.ts';
import type { Clock } from '../core/ports.ts';
import type { SampleSettings } from '../core/request-samples.ts';
import type { RowTable } from '../core/rows.ts';
import type { Segment } from '../core/segment.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import { type Micros, millis, seconds } from '../core/units.ts';
import { partsOf } from '../load/shares.ts';
import { JoinedSnapshots, type Stoppable } from './joined-snapshots.ts';
import { LoadChanges } from './load-changes.ts';
import { NeverReady, SourceLost } from './lost.ts';
import type { FromThread, ToThread } from './protocol.ts';
import { named, threadName } from './source-names.ts';

/**
 * Between "all are ready" and the common start, or between an order and its instant: enough for it to reach every
 * thread.
 */
const HEAD_START = millis(20);
const READY_WITHIN = seconds(20);
/** A thread that is silent for so many of our seconds does not measure any more: it hangs. */
const SILENT_FOR = 10;

/** Who works on a segment: a thread, or the calling event loop. */
export interface SegmentWorker {
  postMessage(order: ToThread): void;
  terminate(): unknown;
}

/** One plan under way on several workers: each has its part of the segment, and their snapshots are merged. */
export class WorkerGroup implements Stoppable {
  readonly #joined: JoinedSnapshots;
  readonly #plan: Plan;
  readonly #clock: Clock;
  readonly #workers: readonly SegmentWorker[];
  readonly #patience: unknown;
  /**
   * For each thread, how many of this thread's own seconds have passed since its last word. The clock is not asked: if
   * this thread stood still too, it must not blame the others.
   */
  readonly #silent: number[];
  #watch: unknown = null;
  #waitingFor: number;
  #started = false;
  #startAt = 0 as Micros;
  readonly #changes: LoadChanges;
  readonly #begin: (() => Promise<Micros>) | undefined;
  /** Sends no more: it was stopped, or its load has ended. */
  #over = false;
  /** The change that was told last. */
  #told: LoadChange | null = null;

  /** @param begin see `LoadSource`. */
  constructor(
    plan: Plan,
    segment: Segment,
    rows: RowTable | null,
    workers: readonly SegmentWorker[],
    clock: Clock,
    begin?: () => Promise<Micros>,
    samples?: SampleSettings,
  ) {
    this.#plan = plan;
    this.#changes = new LoadChanges(plan);
    this.#begin = begin;
    this.#clock = clock;
    const parts = partsOf(plan, segment, workers.length);
    const busy = workers.slice(0, parts.length);
    this.#workers = busy;
    this.#waitingFor = busy.length;
    this.#silent = busy.map(() => 0);
    this.#joined = new JoinedSnapshots(busy.length);
    parts.forEach((part, index) => {
      const order = { type: 'prepare', plan, rows, segment: part } as const;
      busy[index]?.postMessage(samples === undefined ? order : { ...order, samples });
    });
    this.#patience = clock.after(READY_WITHIN, () => {
      const loss = new SourceLost('threads', 'the generator', 'not all its threads were ready in time');
      const hint = 'Ask for fewer --threads.';
      this.#joined.fail(new NeverReady(loss, 'not all generator threads were ready in time', hint));
    });
  }

  hear(index: number, message: Exclude<FromThread, { type: 'samples' }>): void {
    this.#silent[index] = 0;
    if (message.type === 'interval') {
      this.#over ||= message.snapshots.some(({ phase }) => phase === 'drain');
      this.#joined.accept(
        index,
        message.snapshots.map((snapshot) => named(snapshot, threadName(index))),
      );
    } else if (message.type === 'ready') this.#ready();
    else this.#joined.end(index);
  }

  stop(): void {
    this.#over = true;
    this.#tell({ type: 'stop' });
  }

  get load(): LoadProfile {
    return this.#changes.load;
  }

  get elapsed(): Micros {
    return (this.#started ? this.#clock.now() - this.#startAt : -1) as Micros;
  }

  get soonest(): Micros {
    return Math.max(0, Math.ceil(this.elapsed + HEAD_START)) as Micros;
  }

  carryOut(command: LoadCommand): CommandReply {
    if (!this.#started) return { ok: false, reason: 'The load has not begun yet.' };
    const reply = this.#changes.carryOut(command, this.soonest, this.#over);
    if (reply.ok && reply.change !== this.#told) {
      this.#told = reply.change;
      this.#tell({ type: 'change', change: reply.change });
    }
    return reply;
  }

  apply(change: LoadChange): void {
    this.#changes.apply(change);
    this.#tell({ type: 'change', change });
  }

  /** A thread is gone. Before the start nothing of this plan is measured; after it, the others are stopped and still heard. */
  lose(thread: string, message: string, index?: number): void {
    const loss = new SourceLost('threads', thread, message);
    if (!this.#started) {
      this.#joined.fail(new NeverReady(loss, `generator ${thread} did not start: ${message}`));
      return;
    }
    this.#joined.failAtEnd(loss);
    this.stop();
    if (index !== undefined) this.#joined.end(index);
  }

  /** The snapshots, to the end of the drain; once. */
  async *run(signal: AbortSignal, commands: Commands | undefined): AsyncGenerator<IntervalSnapshot, void, undefined> {
    try {
      yield* this.#joined.read(this, signal, commands);
    } finally {
      // Who reads no further wants no more load.
      if (this.#joined.working.size > 0) this.stop();
      this.#clock.cancel(this.#patience);
      if (this.#watch !== null) this.#clock.cancel(this.#watch);
    }
  }

  /** A thread in an endless loop says nothing, hears nothing, and would be waited for for ever. */
  #listen(): void {
    this.#watch = this.#clock.after(seconds(1), () => {
      const patience = SILENT_FOR + (3 * this.#plan.interval) / 1e6;
      for (const index of [...this.#joined.working]) {
        const silent = (this.#silent[index] ?? 0) + 1;
        this.#silent[index] = silent;
        if (silent < patience) continue;
        this.lose(threadName(index), `it said nothing for ${silent} s, as one that hangs`, index);
        void this.#workers[index]?.terminate();
      }
      this.#listen();
    });
  }

  #ready(): void {
    if (--this.#waitingFor > 0 || this.#joined.failure !== null) return;
    this.#clock.cancel(this.#patience);
    if (this.#begin === undefined) this.#start((this.#clock.now() + HEAD_START) as Micros);
    else
      this.#begin().then(
        (at) => this.#start(at),
        (error: Error) => this.#joined.fail(error),
      );
  }

  #start(at: Micros): void {
    if (this.#joined.failure !== null || this.#joined.working.size === 0) return;
    this.#started = true;
    this.#startAt = at;
    this.#tell({ type: 'start', startAt: at });
    this.#silent.fill(0);
    this.#listen();
  }

  #tell(message: ToThread): void {
    for (const worker of this.#workers) worker.postMessage(message);
  }
}
