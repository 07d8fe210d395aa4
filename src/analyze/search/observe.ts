/** From the snapshots of a level's run to its observation: counts, and response times in stretches of its window. */
import type { TagSet } from '../../core/flow.ts';
import { addGoodput } from '../../core/goodput.ts';
import type { SeriesMeasure } from '../../core/measures.ts';
import type { Pass } from '../../core/pass.ts';
import { ANSWERED } from '../../core/sample.ts';
import { EMPTY_HISTOGRAM, type IntervalSnapshot, type SeriesSnapshot, timesOf } from '../../core/snapshot.ts';
import { STREAM_METRICS } from '../../core/streamed.ts';
import type { Batch } from '../../stats/confidence.ts';
import { Histogram } from '../../stats/histogram.ts';
import { fitnessOf, latenessOf, type Pace, unfitReason } from './generator-fitness.ts';
import type { GoodputBatch, Observation, Sample } from './observation.ts';
import { passesIn, spansIn, uncutUntil } from './passes.ts';
import { tokensIn } from './tokens.ts';

/**
 * The snapshots of one level's run -> what the judge wants. Responses count in the batch in which they came; those of the
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
