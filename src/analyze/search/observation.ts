import type { LevelLoad, LevelPurpose, Settled } from '../../core/breaking-point.ts';
import type { TagSet } from '../../core/flow.ts';
import { addGoodput } from '../../core/goodput.ts';
import type { SeriesMeasure } from '../../core/measures.ts';
import type { Pass } from '../../core/pass.ts';
import type { Scope } from '../../core/plan.ts';
import { ANSWERED } from '../../core/sample.ts';
import { EMPTY_HISTOGRAM, type IntervalSnapshot, type SeriesSnapshot, timesOf } from '../../core/snapshot.ts';
import { STREAM_METRICS, type StreamMetric } from '../../core/streamed.ts';
import { meanOf } from '../../stats/average.ts';
import type { Batch } from '../../stats/confidence.ts';
import { Histogram } from '../../stats/histogram.ts';
import { inMs } from '../latency.ts';
import { isUnfit, LIMITS } from '../limits.ts';
import { formatMs, formatShare } from '../wording.ts';
import { type AgentHealth, agentsHealth, worstOf } from './agents-health.ts';
import type { Criterion } from './criteria.ts';
import { type Passes, passesIn, spansIn, uncutUntil } from './passes.ts';
import { type StreamedTokens, tokensIn } from './tokens.ts';

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
  /** Of the failed ones, those that got no answer at all. */
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

/** How requests follow each other: by a schedule, one after another with a pause between them, or at once. */
type Pace = 'open' | 'paced' | 'closed';

export const paceOf = (load: LevelLoad): Pace =>
  load.model === 'closed' && (load.pause ?? 0) > 0 ? 'paced' : load.model;

/**
 * The snapshots of one level's run -> what the judge wants. Answers count in the batch in which they came; those of the
 * drain in the last.
 * @param warmup of the level, settling included, s.
 * @param batches into how many stretches the window is cut, at most.
 * @param pass through flows with steps; null: requests come by themselves.
 * @param tags of the plan.
 */
export function observe(
  snapshots: readonly IntervalSnapshot[],
  warmup: number,
  pace: Pace,
  batches: number,
  pass: Pass | null = null,
  tags: readonly TagSet[] = [],
): Observation {
  const from = warmup * 1e6;
  const measured = snapshots.filter((one) => one.phase !== 'warmup');
  const windows = snapshots.filter(
    (one) => one.generator !== undefined && one.startAt >= from && one.phase !== 'drain',
  );
  const endAt = windows.reduce((latest, one) => Math.max(latest, one.endAt), from);
  const lastAt = snapshots.reduce((latest, one) => Math.max(latest, one.endAt), endAt);
  const seconds = (endAt - from) / 1e6;
  const m = Math.max(1, Math.min(batches, windows.length));
  const byRequest = new Map<string, Own>();
  const totals = { offered: 0, sent: 0, dropped: 0, ok: 0, failed: 0, unanswered: 0 };
  for (const snapshot of measured) {
    const middle = (snapshot.startAt + snapshot.endAt) / 2 - from;
    const place = snapshot.phase === 'drain' ? m - 1 : Math.floor((middle / (endAt - from)) * m);
    const at = Math.max(0, Math.min(m - 1, place));
    for (const [name, series] of Object.entries(snapshot.series)) {
      const failed = failedOrGivenUp(series);
      totals.offered += series.due;
      totals.sent += series.sent;
      totals.dropped += series.dropped;
      totals.ok += series.ok;
      totals.failed += failed;
      const { byOutcome } = series;
      for (const outcome of ANSWERED) totals.unanswered -= byOutcome[outcome] ?? 0;
      totals.unanswered += failed;
      const own = byRequest.get(name) ?? { parts: Array.from({ length: m }, () => []), dropped: 0, streamed: false };
      byRequest.set(name, own);
      own.dropped += series.dropped;
      own.streamed ||= series.streams !== undefined;
      own.parts[at]?.push(series);
    }
  }
  const until = uncutUntil(windows, endAt);
  const tokens = tokensIn(measured.flatMap(({ series }) => Object.values(series)));
  const whole = until < endAt ? m - 1 : m;
  const spans = pass === null ? null : spansByName(snapshots, from, until, whole);
  const fitness = fitnessOf(windows, measured, pace);
  const late = fitness === null ? null : latenessOf(fitness);
  return {
    ...totals,
    seconds,
    elapsed: lastAt / 1e6,
    inFlightAtStart: inFlightAt(snapshots, from),
    inFlightAtEnd: inFlightAt(snapshots, endAt),
    ...batchesOf([...byRequest.values()], m),
    ...(tokens === null ? {} : { tokens }),
    ...(byRequest.size < 2 ? {} : { requests: samplesOf(byRequest, m) }),
    ...(spans === null || pass === null
      ? {}
      : {
          passes: passesIn(snapshots, from, until, pass),
          flows: samplesOf(spans.flow, whole),
          groups: samplesOf(spans.group, whole),
        }),
    ...(tags.length === 0
      ? {}
      : {
          tags: {
            ...taggedSamples(tags, 'request', byRequest, m),
            ...taggedSamples(tags, 'flow', spans?.flow ?? new Map(), whole),
            ...taggedSamples(tags, 'group', spans?.group ?? new Map(), whole),
          },
        }),
    unfit: fitness === null ? 'the generator delivered no interval' : unfitReason(fitness),
    ...(late === null ? {} : { late }),
  };
}

/** What is known of one request name: its snapshots, by batch. */
interface Own {
  readonly parts: SeriesSnapshot[][];
  dropped: number;
  streamed: boolean;
}

/** Of several names as of one. */
function batchesOf(names: readonly Own[], m: number): Pick<Sample, 'batches' | 'streams' | 'goodput'> {
  const cut = (of: readonly Own[], measures: readonly SeriesMeasure[], infinite: (one: SeriesSnapshot) => number) =>
    Array.from({ length: m }, (_, at): Batch => {
      const all = of.flatMap(({ parts }) => parts[at] ?? []);
      const times = all.flatMap((series) => measures.map((measure) => timesOf(series, measure)));
      return {
        times: times.length === 0 ? EMPTY_HISTOGRAM : Histogram.of(...times).toData(),
        infinite: all.reduce((sum, series) => sum + infinite(series), 0),
      };
    });
  const batches = cut(names, ['response'], failedOrGivenUp);
  const streamed = names.filter((own) => own.streamed);
  const goodput = goodputOf(names, m);
  if (streamed.length === 0) return { batches, ...goodput };
  const failed = ({ failed }: SeriesSnapshot): number => failed;
  // What was given up without a first token never had one within the level.
  const tokenless = (series: SeriesSnapshot): number => series.failed + timesOf(series, 'waitedForFirstToken').count;
  return {
    batches,
    ...goodput,
    streams: {
      ttft: cut(streamed, [STREAM_METRICS.ttft], tokenless),
      tpot: cut(streamed, [STREAM_METRICS.tpot], failed),
      itl: cut(streamed, [STREAM_METRICS.itl], () => 0),
    },
  };
}

/** What was given up and over no limit until then is in neither. */
function goodputOf(names: readonly Own[], m: number): Pick<Sample, 'goodput'> {
  if (!names.some(({ parts }) => parts.some((part) => part.some(({ goodput }) => goodput !== undefined)))) return {};
  return {
    goodput: Array.from({ length: m }, (_, at): GoodputBatch => {
      const counted = addGoodput(
        names.flatMap(({ parts }) => (parts[at] ?? []).flatMap(({ goodput }) => goodput ?? [])),
      );
      return { bad: counted?.bad ?? 0, n: (counted?.good ?? 0) + (counted?.bad ?? 0) };
    }),
  };
}

const failedOrGivenUp = ({ failed, byOutcome }: SeriesSnapshot): number => failed + (byOutcome.aborted ?? 0);

function samplesOf(byRequest: ReadonlyMap<string, Own>, m: number): Record<string, Sample> {
  const samples = [...byRequest].map(([name, own]) => [name, { ...batchesOf([own], m), dropped: own.dropped }]);
  return Object.fromEntries(samples) as Record<string, Sample>;
}

/** Of all that have a tag of one kind. */
function taggedSamples(
  tags: readonly TagSet[],
  kind: TagSet['kind'],
  owns: ReadonlyMap<string, Own>,
  m: number,
): Record<string, Sample> {
  const samples = tags
    .filter((tag) => tag.kind === kind)
    .map(({ name, members }): [string, Sample] => {
      const own = members.flatMap((member) => owns.get(member) ?? []);
      return [name, { ...batchesOf(own, m), dropped: own.reduce((sum, { dropped }) => sum + dropped, 0) }];
    });
  return Object.fromEntries(samples);
}

function spansByName(
  snapshots: readonly IntervalSnapshot[],
  from: number,
  until: number,
  m: number,
): Readonly<Record<'flow' | 'group', ReadonlyMap<string, Own>>> {
  const owns = { flow: new Map<string, Own>(), group: new Map<string, Own>() };
  for (const { kind, name, series, at } of spansIn(snapshots, from, until)) {
    const own = owns[kind].get(name) ?? { parts: Array.from({ length: m }, () => []), dropped: 0, streamed: false };
    owns[kind].set(name, own);
    own.dropped += series.dropped;
    own.parts[Math.min(m - 1, Math.floor((at / (until - from)) * m))]?.push(series);
  }
  return owns;
}

/** Requests under way at an instant that an interval ends at; 0 at the very start. */
function inFlightAt(snapshots: readonly IntervalSnapshot[], at: number): number {
  let latest: IntervalSnapshot | null = null;
  for (const one of snapshots) if (one.endAt <= at + 1 && (latest === null || one.endAt >= latest.endAt)) latest = one;
  return latest?.load.inFlight ?? 0;
}

function fitnessOf(
  windows: readonly IntervalSnapshot[],
  measured: readonly IntervalSnapshot[],
  pace: Pace,
): Fitness | null {
  const generators = windows.flatMap((one) => one.generator ?? []);
  if (generators.length === 0) return null;
  const response = Histogram.of(
    ...measured.flatMap((one) => Object.values(one.series).map((series) => timesOf(series, 'response'))),
  );
  const waits = generators.flatMap((one) => one.cpuWait ?? []);
  const utilizations = generators.flatMap((one) => one.utilization ?? []);
  const delays = new Histogram();
  for (const one of generators) delays.record(one.loopDelayP99);
  const due = measured.reduce((sum, one) => sum + one.load.due, 0);
  const gone = measured.reduce((sum, one) => sum + one.load.sent + one.load.dropped, 0);
  return {
    pace,
    lag: Histogram.of(...generators.map((one) => timesOf(one, 'lag'))),
    loopDelayP99: delays.quantile(0.99),
    cpuWait: waits.length === 0 ? null : meanOf(waits),
    utilization: utilizations.length === 0 ? null : meanOf(utilizations),
    responseP95: response.count > 0 ? response.quantile(0.95) : null,
    missing: due === 0 ? 0 : (due - gone) / due,
    due,
    agents: agentsHealth(windows),
  };
}

/** The generator's health over one window; times in µs. */
export interface Fitness {
  readonly pace: Pace;
  readonly lag: Histogram;
  readonly loopDelayP99: number;
  /** Shares of the time, or null where unknown. */
  readonly cpuWait: number | null;
  readonly utilization: number | null;
  readonly responseP95: number | null;
  /** Share of the due requests that were neither sent nor dropped for too many in flight. */
  readonly missing: number;
  readonly due: number;
  /** Each by itself; empty where this machine's threads make the load. */
  readonly agents: readonly AgentHealth[];
}

/** How late the generator was. */
export interface Lateness {
  /** Requests left, or responses were read, up to so much late (p99), ms. */
  readonly ms: number;
  readonly reason: string;
}

/** Why the generator was not fit, by the limits of `analyze/limits`; null: it was, but for its lateness. */
export function unfitReason(fitness: Fitness): string | null {
  const { pace, missing, due, cpuWait, utilization, agents } = fitness;
  if (pace === 'open' && missing > 1 - LIMITS.sent.share && missing > LIMITS.sent.deviations / Math.sqrt(due))
    return `the generator did not send ${formatShare(missing)} of the due requests`;
  // Users without a pause are slowed down as a whole by a generator that waits for a core; what it does to others is lateness.
  if (pace === 'closed' && cpuWait !== null && cpuWait > 2 * LIMITS.cpuWait) return waiting(fitness);
  if (pace === 'closed' && utilization !== null && utilization >= LIMITS.busy)
    return `the generator itself${ofAgent(worstOf(agents, (one) => one.utilization))} was ${formatShare(utilization)} busy`;
  return null;
}

const waiting = ({ agents, cpuWait }: Fitness): string =>
  `load threads${ofAgent(worstOf(agents, (one) => one.cpuWait))} waited for a core in ${formatShare(cpuWait ?? 0)} of the time`;

/**
 * The lateness beyond the limits of `analyze/limits`; null: it is within them. An agent that is late is so by itself too: among
 * many others its requests would be too few to show in a percentile of all, and are late all the same.
 */
export function latenessOf(fitness: Fitness): Lateness | null {
  const { pace, lag, loopDelayP99, responseP95, agents, cpuWait } = fitness;
  // Where that was most of the time nobody knows how late requests were, but that they were.
  if (pace !== 'closed' && cpuWait !== null && cpuWait > LIMITS.starved)
    return { ms: Number.POSITIVE_INFINITY, reason: waiting(fitness) };
  const open = pace === 'open';
  const ofAll = open && lag.count > 0 ? lag.quantile(0.99) : 0;
  const latest = open ? worstOf(agents, (agent) => agent.lagP99) : null;
  const lagP99 = inMs(Math.max(ofAll, latest?.value ?? 0));
  const loop = inMs(loopDelayP99);
  const p95 = responseP95 === null ? null : inMs(responseP95);
  if (!isUnfit({ lagP99, loopDelayP99: loop, p95 }, open)) return null;
  if (lagP99 >= loop)
    return { ms: lagP99, reason: `requests${ofAgent(latest)} left late: p99 of the send lag ${formatMs(lagP99)}` };
  const slowest = ofAgent(worstOf(agents, (agent) => agent.loopDelayP99));
  return { ms: loop, reason: `the generator's event loop${slowest} was held up: p99 ${formatMs(loop)}` };
}

/** Names the worst, so that a person knows where to look. */
const ofAgent = (worst: { readonly name: string } | null): string => (worst === null ? '' : ` of agent ${worst.name}`);
