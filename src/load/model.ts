/** What a load model is and needs, and the counts that each of them keeps. */
import type { Exchange } from '../core/exchange.ts';
import type { Stage } from '../core/plan.ts';
import type { Clock, Driver } from '../core/ports.ts';
import type { Micros } from '../core/units.ts';
import type { Epochs } from './epochs.ts';
import type { Flows } from './flows.ts';
import type { Pulse } from './pulse.ts';
import type { SpanSink } from './walk.ts';

/** Decides when to send what. `open` and `closed` are the two kinds. */
export interface LoadModel {
  /** Begins to send at an instant of the clock (now or later), never within this call. Once only. */
  start(startAt: Micros): void;
  /** From now on nothing new is sent. What is under way stays under way. */
  stop(): void;
  /**
   * Replaces the rest of the curve, up to the same end. Nothing under way is cut, and no request is lost.
   *
   * @param at since the start, the same in every segment; a little ahead, as a rule. Not before that of the last edit.
   */
  edit(at: Micros, rest: readonly Stage<number>[]): void;
  /**
   * Gives an exchange back: to be called from `Driver.onDone`, after recording, since it may be sent again at once.
   *
   * @param leftOut the generator stood still meanwhile: what it is a part of is left out as well.
   */
  done(exchange: Exchange, leftOut?: boolean): void;
  /** No request will ever be sent again: the curve has ended, `maxRequests` are sent, or it was stopped. */
  readonly finished: boolean;
  /** Called once, when `finished` becomes true. */
  onFinished: () => void;
  /** Virtual users that the curve asks for now and that will send again; 0 in the open model. */
  readonly vus: number;
  /** Requests since the last `takeCounts`, of all epochs and requests together. */
  readonly due: number;
  readonly sent: number;
  readonly dropped: number;
  /** Returns the three and sets them to 0; `counts` has its own `reset`. */
  takeCounts(): LoadTotals;
  readonly counts: LoadCounts;
}

export interface LoadTotals {
  readonly due: number;
  readonly sent: number;
  readonly dropped: number;
}

/** What a load model needs besides its profile and its segment. */
export interface LoadOptions {
  readonly clock: Clock;
  readonly driver: Driver;
  readonly seed: number;
  /** Of all segments together, warm-up included; of flows with several requests, passes through them. Null: no cap. */
  readonly maxRequests: number | null;
  readonly epochs: Epochs;
  /** Knows when the thread stood still: arrivals from that time are not made up for. Absent: it never does. */
  readonly pulse?: Pulse;
  /** So many requests at the start (of all segments together) belong to epoch 0, whenever they are due. */
  readonly warmupRequests: number;
  /** What users or arrivals do. */
  readonly flows: Flows;
  /** Is told what became of groups and passes. Absent: nobody is. */
  readonly spans?: Pick<SpanSink, 'ended'>;
  /** Of one of several loads. Absent: it is the only one. */
  readonly among?: PlaceAmong;
}

/** What one of several loads needs to know of the others. */
export interface PlaceAmong {
  /** Passes of all loads are numbered as cards are dealt: pass n of load `place` is pass n · `loads` + `place` of the run. */
  readonly loads: number;
  readonly place: number;
  /** The number of its first virtual user among those of all loads. */
  readonly firstUser: number;
  /** Which all of them count in. */
  readonly counts: LoadCounts;
}

export const ALONE = { loads: 1, place: 0, firstUser: 0 } as const;

/** Where those go that nobody is told of. */
const NOBODY: Pick<SpanSink, 'ended'> = { ended: () => {} };

/** Counts what begins, and passes on what has ended. */
export function spansOf({ counts }: Pick<LoadModel, 'counts'>, { flows, spans = NOBODY }: LoadOptions): SpanSink {
  return {
    begun({ epoch, measured }) {
      const slot = epoch * flows.seriesCount + measured;
      counts.due[slot] = (counts.due[slot] as number) + 1;
      counts.sent[slot] = (counts.sent[slot] as number) + 1;
    },
    ended: (span) => spans.ended(span),
  };
}

/**
 * What became due, was sent and was dropped since it was last taken, by `epoch · seriesCount + measured` (see `Epochs` and
 * `Flows`): requests first, then flows and groups.
 */
export class LoadCounts {
  due: Float64Array;
  sent: Float64Array;
  dropped: Float64Array;
  /** Of all epochs and requests: due while the thread stood still, and in none of the others. */
  skipped = 0;
  /** Passes that took longer than their pacing. */
  overran = 0;

  constructor(seriesCount: number) {
    this.due = new Float64Array(2 * seriesCount);
    this.sent = new Float64Array(2 * seriesCount);
    this.dropped = new Float64Array(2 * seriesCount);
  }

  /** Makes room for more. */
  grow(length: number): void {
    this.due = longer(this.due, length);
    this.sent = longer(this.sent, length);
    this.dropped = longer(this.dropped, length);
  }

  reset(): void {
    this.due.fill(0);
    this.sent.fill(0);
    this.dropped.fill(0);
    this.skipped = 0;
    this.overran = 0;
  }
}

function longer(counts: Float64Array, length: number): Float64Array {
  const grown = new Float64Array(length);
  grown.set(counts);
  return grown;
}
