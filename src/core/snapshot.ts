/** The shape of an interval of a run: counts and histograms by name. Snapshots of several sources merge into one. */
import type { TagSet } from './flow.ts';
import type { GoodputCounts } from './goodput.ts';
import type { GeneratorMeasure, SeriesMeasure } from './measures.ts';
import type { MeasuredKind, Scope } from './plan.ts';
import type { Outcome } from './sample.ts';
import type { Standstill } from './standstill.ts';
import type { StreamCounts } from './streamed.ts';
import type { Bytes, Count, Micros } from './units.ts';

/**
 * A histogram at rest: HdrHistogram's bucket layout for 3 significant digits from 1 µs (see `stats/histogram`), sparse.
 * `min`, `max` and `sum` are exact, not bucketed; all three are 0 when `count` is 0.
 */
export interface HistogramData {
  readonly count: number;
  readonly min: Micros;
  readonly max: Micros;
  readonly sum: number;
  /** Flat pairs `[gap, count, gap, count, …]`; gap = bucket index less the index before it (the first: less 0). */
  readonly buckets: readonly number[];
}

export const EMPTY_HISTOGRAM: HistogramData = { count: 0, min: 0 as Micros, max: 0 as Micros, sum: 0, buckets: [] };

/** By measure (see `core/measures`). Absent: there is no sample. A journal of a later version may have further ones. */
export type Times<M extends string> = { readonly [K in M]?: HistogramData };

/** The times of one measure, be there any or none. */
export function timesOf<M extends string>(part: { readonly times: Times<M> }, measure: M): HistogramData {
  return part.times[measure] ?? EMPTY_HISTOGRAM;
}

/** Bodies that are kept for one cause of failure. */
export const BODIES_KEPT = 5;

export interface FailureCount {
  readonly outcome: Outcome;
  /** HTTP status, or 0. */
  readonly status: number;
  readonly message: string;
  /** What one of them looked like; short, secrets masked. */
  readonly example?: string;
  /** Bodies of the first of these responses, `BODIES_KEPT` at most; short, secrets masked. Absent: there is none. */
  readonly bodies?: readonly string[];
  readonly count: number;
  /** Since the start of the run. */
  readonly firstAt: Micros;
  readonly lastAt: Micros;
}

/** Counts of requests, in an interval or in all. Those of a flow or a group are of its passes, with the bytes of the requests in it. */
export interface RequestCounts {
  readonly sent: number;
  readonly dropped: number;
  readonly ok: number;
  /** Ended, and neither ok nor aborted nor cancelled: sent = ok + failed + aborted + cancelled + left out + still under way. */
  readonly failed: number;
  /** Ended, but under way while the generator stood still: in no other count than what was due and sent, no time and no byte. Absent: 0. */
  readonly leftOut?: number;
  /** Passes through a flow or a group that ended before their last step, with their user or with the load; in no other count. Absent: 0. */
  readonly cut?: number;
  readonly byOutcome: Readonly<Partial<Record<Outcome, number>>>;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly bytesIn: number;
  /** The part of `bytesIn` that is bodies: without heads and chunk framing, compressed as they came. */
  readonly bodyBytesIn: number;
  /** The part of `bodyBytesIn` that is of bodies which did not come to their end: cancelled, late, cut off, too long. Absent: 0. */
  readonly unfinishedBodyBytesIn?: number;
  /** Responses whose body was given up, since it is longer than `maxBody` allows. Absent: 0. */
  readonly tooLong?: number;
  readonly bytesOut: number;
}

/**
 * What happened to one request name in one interval; or to a flow or a group, of which times and bytes are the sums over the
 * requests in it, and which failed with the first of them that did.
 */
export interface SeriesSnapshot extends RequestCounts {
  readonly due: number;
  readonly times: Times<SeriesMeasure>;
  readonly failures: readonly FailureCount[];
  /** Absent: no response was streamed. */
  readonly streams?: StreamCounts;
  /** Absent: it is not counted, or none ended. Of a flow or a group: never. */
  readonly goodput?: GoodputCounts;
}

/** The load generator's own health. Over several threads: the worst of each, but `cpu` is the sum. */
export interface GeneratorSnapshot {
  /** The generator's own times, over all requests. */
  readonly times: Times<GeneratorMeasure>;
  readonly loopDelayP99: Micros;
  readonly loopDelayMax: Micros;
  /** Share of the time in which the event loop did not wait, 0..1; null when the loop turns on purpose (precise timing). */
  readonly utilization: number | null;
  readonly gcMax: Micros;
  /** Cores used by the load threads, e.g. 0.31. */
  readonly cpu: number;
  /** Share of the time in which the load thread was ready to run but got no core; null where the system does not tell. */
  readonly cpuWait: number | null;
  /** Memory of the whole process. */
  readonly rss: Bytes;
  /** Memory of the thread's own heap; over several threads: the sum. */
  readonly heap?: Bytes;
  /** Noticed in this interval; they may reach over many. Absent: none. */
  readonly standstills?: readonly Standstill[];
  /** Each thread by itself. */
  readonly threads?: readonly ThreadSnapshot[];
}

/** One load thread in one interval. */
export interface ThreadSnapshot {
  /** `thread 1`, as in the message of its loss. */
  readonly name: string;
  /** At the end of the interval. */
  readonly vus: Count;
  readonly inFlight: number;
  /** Requests. Absent: it is of a journal of before they were told of each. */
  readonly sent?: number;
  /** Cores. */
  readonly cpu: number;
  /** Null where nothing was sent. */
  readonly lagP99: Micros | null;
  readonly loopDelayP99: Micros;
  readonly heap: Bytes | null;
  /** Whose it is. Absent: this machine's. */
  readonly agent?: AgentSnapshot;
}

/** An agent's own health: the worst of its threads, shares of the time, null where unknown. */
export interface AgentSnapshot {
  readonly name: string;
  readonly cpuWait: number | null;
  readonly utilization: number | null;
}

/** What the target did with its connections without a word. */
export interface ConnectionCounts {
  /** Connections that it closed right after a response that did not say so. */
  readonly closedUnannounced: number;
  /** Connections on which bytes came that nobody had asked for, behind a whole response. */
  readonly surplus: number;
  /** Redirects that were followed. Absent: none. */
  readonly redirects?: number;
  /** Calls of a scenario's functions, and what they took, µs. Absent: there were none. */
  readonly functions?: FunctionTime;
  /** What bodies held, where compressed ones were asked for. Absent: none were, or none came. */
  readonly decoded?: DecodedCounts;
}

/** What calls of a scenario's functions took, of the generator's time. */
export interface FunctionTime {
  readonly calls: number;
  readonly spent: Micros;
}

/** All of them together; null of none. */
export function addCalls(parts: readonly FunctionTime[]): FunctionTime | null {
  if (parts.length === 0) return null;
  const sum = (pick: (part: FunctionTime) => number): number => parts.reduce((total, part) => total + pick(part), 0);
  return { calls: sum(({ calls }) => calls), spent: sum(({ spent }) => spent) as Micros };
}

/** Bodies of responses, compressed and not. */
export interface DecodedCounts {
  readonly responses: number;
  /** As they came, and what they hold. */
  readonly wireBytes: number;
  readonly bytes: number;
  /** Further ones, which could not be decoded, or hold more than 1 MiB: in none of the others. */
  readonly undecoded: number;
}

/** All of them together; null of none. */
export function addDecoded(parts: readonly DecodedCounts[]): DecodedCounts | null {
  if (parts.length === 0) return null;
  const sum = (pick: (part: DecodedCounts) => number): number => parts.reduce((total, part) => total + pick(part), 0);
  return {
    responses: sum(({ responses }) => responses),
    wireBytes: sum(({ wireBytes }) => wireBytes),
    bytes: sum(({ bytes }) => bytes),
    undecoded: sum(({ undecoded }) => undecoded),
  };
}

/** All of them together; null of none. */
export function addConnections(parts: readonly ConnectionCounts[]): ConnectionCounts | null {
  if (parts.length === 0) return null;
  const redirects = parts.reduce((sum, part) => sum + (part.redirects ?? 0), 0);
  const decoded = addDecoded(parts.flatMap((part) => part.decoded ?? []));
  const functions = addCalls(parts.flatMap((part) => part.functions ?? []));
  return {
    ...(functions === null ? {} : { functions }),
    ...(redirects === 0 ? {} : { redirects }),
    ...(decoded === null ? {} : { decoded }),
    closedUnannounced: parts.reduce((sum, part) => sum + part.closedUnannounced, 0),
    surplus: parts.reduce((sum, part) => sum + part.surplus, 0),
  };
}

export type Phase = 'warmup' | 'measure' | 'drain';

/**
 * One interval of the run, of one segment or of all of them joined. Mergeable, and its size does not depend on the rate.
 * The key is (index, phase, resets): where a phase ends within the responses of an interval there are two with one index,
 * since a request counts in the phase in which it was due, whenever it ended.
 */
export interface IntervalSnapshot {
  readonly index: number;
  /** Since the start of the run. */
  readonly startAt: Micros;
  readonly endAt: Micros;
  readonly phase: Phase;
  /** Which level of a search it belongs to. Absent: this is no search. */
  readonly level?: number;
  /** How many resets of the statistics its requests were due after; absent: none. Only the latest count. */
  readonly resets?: number;
  readonly load: {
    readonly due: number;
    readonly sent: number;
    readonly dropped: number;
    /** Were due while the generator stood still, and were not sent: neither due nor dropped. Absent: 0. */
    readonly skipped?: number;
    /** Passes of users that took longer than their pacing. Absent: 0. */
    readonly overran?: number;
    /** At the end of the interval. */
    readonly inFlight: number;
    readonly vus: Count;
  };
  /** Sources that were lost, whose parts are not in it. Absent: none. */
  readonly missing?: readonly string[];
  /** Absent: nothing of the kind. On the first snapshot of an interval. */
  readonly connections?: ConnectionCounts;
  /** By request name. */
  readonly series: Readonly<Record<string, SeriesSnapshot>>;
  /** Passes through flows of several steps, and groups of requests in them, by name. Absent: there are none. */
  readonly flows?: Readonly<Record<string, SeriesSnapshot>>;
  readonly groups?: Readonly<Record<string, SeriesSnapshot>>;
  /** All requests of the agents of a region together, by its name. Absent: no agent says where it is. */
  readonly regions?: Readonly<Record<string, SeriesSnapshot>>;
  /** Absent on the second snapshot of an interval: the one that has it says which phase the interval is. */
  readonly generator?: GeneratorSnapshot;
}

/** What an interval has of requests, of groups or of flows, by name. */
export function seriesIn(
  { series, flows = {}, groups = {} }: IntervalSnapshot,
  kind: MeasuredKind,
): Readonly<Record<string, SeriesSnapshot>> {
  return { request: series, flow: flows, group: groups }[kind];
}

/** What an interval has within a scope, by name. @param tags of the plan. */
export function seriesWithin(
  snapshot: IntervalSnapshot,
  { kind, name }: Scope,
  tags: readonly TagSet[],
): Readonly<Record<string, SeriesSnapshot>> {
  const set = kind === 'tag' ? tags.find((tag) => tag.name === name) : null;
  if (set === undefined) return {};
  const all = seriesIn(snapshot, set?.kind ?? (kind as MeasuredKind));
  const members = set?.members ?? [name];
  return Object.fromEntries(
    members.flatMap((member) => {
      const one = all[member];
      return one === undefined ? [] : [[member, one] as const];
    }),
  );
}
