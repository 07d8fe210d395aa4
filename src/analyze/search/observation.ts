/** A level to run, and what was observed of it: what the judge and its criteria read. */
import type { LevelLoad, LevelPurpose, Settled } from '../../core/breaking-point.ts';
import type { Scope } from '../../core/plan.ts';
import { EMPTY_HISTOGRAM } from '../../core/snapshot.ts';
import type { StreamMetric } from '../../core/streamed.ts';
import type { Batch } from '../../stats/confidence.ts';
import type { Criterion } from './criteria.ts';
import type { Lateness } from './generator-fitness.ts';
import type { Passes } from './passes.ts';
import type { StreamedTokens } from './tokens.ts';

/** The next level to run. Durations in s. */
export interface SearchStep {
  readonly purpose: LevelPurpose;
  readonly load: LevelLoad;
  /** Requests due in it count in nothing. */
  readonly warmup: number;
  /** The measured window; cut it into intervals of `duration / BATCHES`. */
  readonly duration: number;
  /** Before it, wait at most this long under the same load until the target is steady, for an autoscaler; 0: don't. */
  readonly settle: number;
}

/** What a criterion is held against. */
export interface Sample {
  readonly batches: readonly Batch[];
  readonly dropped: number;
  /** The same of streams' times; absent: no response was streamed. */
  readonly streams?: StreamBatches;
  /** Of as many stretches; absent: goodput is not counted. */
  readonly goodput?: readonly GoodputBatch[];
}

/** Requests that met all their limits, or did not, in one stretch. */
export interface GoodputBatch {
  readonly bad: number;
  readonly n: number;
}

type StreamBatches = Readonly<Record<StreamMetric, readonly Batch[]>>;

/** Of what a criterion looks at, or of all requests; and of the time that it looks at. */
export function sampleOf({ scope, of }: Pick<Criterion, 'scope' | 'of'>, observation: Observation): Sample {
  const none: Sample = { batches: observation.batches.map(() => EMPTY_BATCH), dropped: 0 };
  const sample: Sample = scope === undefined ? observation : (scopedSample(scope, observation) ?? none);
  if (of === undefined) return sample;
  // A gap is no request: those that were dropped had none.
  return { batches: sample.streams?.[of] ?? none.batches, dropped: of === 'itl' ? 0 : sample.dropped };
}

function scopedSample({ kind, name }: Scope, observation: Observation): Sample | undefined {
  if (kind === 'request') return observation.requests === undefined ? observation : observation.requests[name];
  return { flow: observation.flows, group: observation.groups, tag: observation.tags }[kind]?.[name];
}

const EMPTY_BATCH: Batch = { times: EMPTY_HISTOGRAM, infinite: 0 };

/** A level that was run, as the judge wants it. Counts are of the requests due in the measured window. */
export interface Observation {
  /** The measured window, s. */
  readonly seconds: number;
  /** What the step took: warm-up, window and drain, s. Settling comes on top of the budget. */
  readonly elapsed: number;
  readonly offered: number;
  readonly sent: number;
  readonly dropped: number;
  readonly ok: number;
  /** Failed, or given up at the end. */
  readonly failed: number;
  /** Of the failed ones, those that got no response at all. */
  readonly unanswered: number;
  readonly inFlightAtStart: number;
  readonly inFlightAtEnd: number;
  /** Response times of equal stretches of the window, in order of time; `infinite` counts the failed ones. */
  readonly batches: readonly Batch[];
  /** The same of streams' times; absent: no response was streamed. */
  readonly streams?: StreamBatches;
  readonly goodput?: readonly GoodputBatch[];
  /** Absent: nothing was streamed. */
  readonly tokens?: StreamedTokens;
  /** The same of each request, by name; absent: there is one. */
  readonly requests?: Readonly<Record<string, Sample>>;
  /** The same of flows and groups that ended in the window; absent: there are none. */
  readonly flows?: Readonly<Record<string, Sample>>;
  readonly groups?: Readonly<Record<string, Sample>>;
  /** Of what has a tag, by `key=value`; absent: there are none. */
  readonly tags?: Readonly<Record<string, Sample>>;
  /** What arrives, where that are flows with steps; absent: requests do. */
  readonly passes?: Passes;
  /** When the window began, on one clock for all levels, s; absent: the levels follow each other without a gap. */
  readonly windowAt?: number;
  /** Why the generator was not fit to measure this level; null: it was. */
  readonly unfit: string | null;
  /** How late the generator was, where its times are not the target's alone; absent: not so late. */
  readonly late?: Lateness;
  /** Of a step with `settle`: how the target came to rest before it. */
  readonly settled?: Settled;
}
