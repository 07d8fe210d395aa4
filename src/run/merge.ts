/** Merging snapshots: what several sources tell becomes what one would tell. No source is named here. */

import { addGoodput } from '../core/goodput.ts';
import {
  addConnections,
  BODIES_KEPT,
  EMPTY_HISTOGRAM,
  type FailureCount,
  type GeneratorSnapshot,
  type HistogramData,
  type IntervalSnapshot,
  type SeriesSnapshot,
  type Times,
} from '../core/snapshot.ts';
import { joinStandstills } from '../core/standstill.ts';
import { addStreamCounts } from '../core/streamed.ts';
import { type Bytes, count, type Micros } from '../core/units.ts';
import { mergedHistogram } from '../stats/packed-histogram.ts';

/** What is merged with what: an interval may end one phase and begin another, and be cut by a reset. */
export const intervalKey = ({ index, phase, resets = 0 }: IntervalSnapshot): string => `${index} ${phase} ${resets}`;

let collator: Intl.Collator | null = null;

/** `thread 2` before `thread 10`. Most runs have one thread, and never load what it takes to compare by a language. */
function byName(a: string, b: string): number {
  collator ??= new Intl.Collator('en', { numeric: true });
  return collator.compare(a, b);
}

/**
 * What two lists of snapshots tell together, one for each key, in the order of a stream. Associative and commutative (but for
 * the rounding of sums of fractions), and nothing is its neutral element: sources can be merged in any order, and what was
 * merged can be merged again.
 */
export function merge(a: readonly IntervalSnapshot[], b: readonly IntervalSnapshot[]): IntervalSnapshot[] {
  const groups = new Map<string, IntervalSnapshot[]>();
  for (const snapshot of [...a, ...b]) {
    const key = intervalKey(snapshot);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [snapshot]);
    else known.push(snapshot);
  }
  return [...groups]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, parts]) => joinSnapshots(parts))
    .sort(inOrder);
}

/** By time; of one instant, the one with the generator's health first. */
const inOrder = (a: IntervalSnapshot, b: IntervalSnapshot): number =>
  a.startAt - b.startAt || Number(b.generator !== undefined) - Number(a.generator !== undefined);

/** Snapshots with one key, made one. At least one. */
function joinSnapshots(parts: readonly IntervalSnapshot[]): IntervalSnapshot {
  const [first] = parts as readonly [IntervalSnapshot];
  if (parts.length === 1) return first;
  const generators = parts.flatMap((part) => part.generator ?? []);
  const connections = addConnections(parts.flatMap((part) => part.connections ?? []));
  const flows = joinNames(parts.flatMap((part) => (part.flows === undefined ? [] : [part.flows])));
  const groups = joinNames(parts.flatMap((part) => (part.groups === undefined ? [] : [part.groups])));
  const regions = joinNames(parts.flatMap((part) => (part.regions === undefined ? [] : [part.regions])));
  const sum = (pick: (load: IntervalSnapshot['load']) => number): number =>
    parts.reduce((total, part) => total + pick(part.load), 0);
  return {
    index: first.index,
    startAt: Math.min(...parts.map((part) => part.startAt)) as Micros,
    endAt: Math.max(...parts.map((part) => part.endAt)) as Micros,
    phase: first.phase,
    ...(first.level === undefined ? {} : { level: first.level }),
    ...(first.resets === undefined ? {} : { resets: first.resets }),
    load: {
      due: sum((load) => load.due),
      sent: sum((load) => load.sent),
      dropped: sum((load) => load.dropped),
      ...sumOf(
        'skipped',
        parts.map((part) => part.load),
      ),
      ...sumOf(
        'overran',
        parts.map((part) => part.load),
      ),
      inFlight: sum((load) => load.inFlight),
      vus: count(sum((load) => load.vus)),
    },
    ...missingOf(parts),
    ...(connections === null ? {} : { connections }),
    series: joinNames(parts.map((part) => part.series)) ?? {},
    ...(flows === null ? {} : { flows }),
    ...(groups === null ? {} : { groups }),
    ...(regions === null ? {} : { regions }),
    ...(generators.length > 0 ? { generator: joinGenerators(generators) } : {}),
  };
}

/** A snapshot that tells all of its requests together as those of a region, too. */
export function ofRegion(snapshot: IntervalSnapshot, region: string): IntervalSnapshot {
  return { ...snapshot, regions: { [region]: joinSeries(Object.values(snapshot.series)) } };
}

function missingOf(parts: readonly IntervalSnapshot[]): Pick<IntervalSnapshot, 'missing'> {
  const missing = [...new Set(parts.flatMap((part) => part.missing ?? []))].sort(byName);
  return missing.length === 0 ? {} : { missing };
}

/** By name. Null of nothing. */
function joinNames(parts: readonly Readonly<Record<string, SeriesSnapshot>>[]): Record<string, SeriesSnapshot> | null {
  if (parts.length === 0) return null;
  const joined: Record<string, SeriesSnapshot> = {};
  for (const name of new Set(parts.flatMap((part) => Object.keys(part))))
    joined[name] = joinSeries(parts.flatMap((part) => part[name] ?? []));
  return joined;
}

function joinSeries(parts: readonly SeriesSnapshot[]): SeriesSnapshot {
  const sum = (pick: (part: SeriesSnapshot) => number): number => parts.reduce((total, part) => total + pick(part), 0);
  return {
    due: sum((part) => part.due),
    sent: sum((part) => part.sent),
    dropped: sum((part) => part.dropped),
    ok: sum((part) => part.ok),
    failed: sum((part) => part.failed),
    ...sumOf('leftOut', parts),
    ...sumOf('cut', parts),
    byOutcome: addCounts(parts.map((part) => part.byOutcome)),
    byStatus: addCounts(parts.map((part) => part.byStatus)),
    bytesIn: sum((part) => part.bytesIn),
    bodyBytesIn: sum((part) => part.bodyBytesIn),
    ...sumOf('unfinishedBodyBytesIn', parts),
    ...sumOf('tooLong', parts),
    bytesOut: sum((part) => part.bytesOut),
    times: joinTimes(parts),
    failures: joinFailures(parts.flatMap((part) => part.failures)),
    ...joinStreams(parts),
    ...joinGoodput(parts),
  };
}

function joinStreams(parts: readonly SeriesSnapshot[]): Pick<SeriesSnapshot, 'streams'> {
  const streams = addStreamCounts(parts.flatMap((part) => part.streams ?? []));
  return streams === null ? {} : { streams };
}

function joinGoodput(parts: readonly SeriesSnapshot[]): Pick<SeriesSnapshot, 'goodput'> {
  const goodput = addGoodput(parts.flatMap((part) => part.goodput ?? []));
  return goodput === null ? {} : { goodput };
}

function joinGenerators(parts: readonly GeneratorSnapshot[]): GeneratorSnapshot {
  const worst = (pick: (part: GeneratorSnapshot) => number): number => Math.max(...parts.map(pick));
  const known = (pick: (part: GeneratorSnapshot) => number | null): number | null => {
    const values = parts.map(pick).filter((value) => value !== null);
    return values.length === 0 ? null : Math.max(...values);
  };
  const standstills = joinStandstills(parts.flatMap((part) => part.standstills ?? []));
  return {
    times: joinTimes(parts),
    loopDelayP99: worst((part) => part.loopDelayP99) as Micros,
    loopDelayMax: worst((part) => part.loopDelayMax) as Micros,
    utilization: known((part) => part.utilization),
    gcMax: worst((part) => part.gcMax) as Micros,
    cpu: parts.reduce((total, part) => total + part.cpu, 0),
    cpuWait: known((part) => part.cpuWait),
    rss: worst((part) => part.rss) as Bytes,
    ...joinThreads(parts),
    ...(standstills.length > 0 ? { standstills } : {}),
  };
}

/** The sum of a count that is absent where it is 0; absent itself where the sum is. */
function sumOf<K extends string>(key: K, parts: readonly { readonly [P in K]?: number }[]): { [P in K]?: number } {
  const sum = parts.reduce((total, part) => total + (part[key] ?? 0), 0);
  return sum > 0 ? ({ [key]: sum } as { [P in K]?: number }) : {};
}

function joinThreads(parts: readonly GeneratorSnapshot[]): Pick<GeneratorSnapshot, 'heap' | 'threads'> {
  const heaps = parts.flatMap(({ heap }) => heap ?? []);
  const threads = parts.flatMap((part) => part.threads ?? []);
  return {
    ...(heaps.length > 0 ? { heap: heaps.reduce((sum, heap) => sum + heap, 0) as Bytes } : {}),
    ...(threads.length > 0 ? { threads: threads.sort((a, b) => byName(a.name, b.name)) } : {}),
  };
}

function joinTimes<M extends string>(parts: readonly { readonly times: Times<M> }[]): Times<M> {
  const measures = new Set(parts.flatMap(({ times }) => Object.keys(times) as M[]));
  const joined: { [K in M]?: HistogramData } = {};
  for (const measure of measures) {
    const data = mergeData(parts.flatMap(({ times }) => times[measure] ?? []));
    if (data.count > 0) joined[measure] = data;
  }
  return joined;
}

function mergeData(parts: readonly HistogramData[]): HistogramData {
  const filled = parts.filter((part) => part.count > 0);
  const [only] = filled;
  if (only === undefined) return EMPTY_HISTOGRAM;
  return filled.length === 1 ? only : mergedHistogram(filled);
}

function addCounts<K extends string>(parts: readonly Readonly<Partial<Record<K, number>>>[]): Record<K, number> {
  const total = {} as Record<K, number>;
  for (const part of parts)
    for (const key of Object.keys(part) as K[]) total[key] = (total[key] ?? 0) + (part[key] ?? 0);
  return total;
}

/** One of them, the same in whatever order they come. */
function exampleOf(...parts: readonly FailureCount[]): Pick<FailureCount, 'example'> {
  const [example] = parts.flatMap((part) => part.example ?? []).sort();
  return example === undefined ? {} : { example };
}

/** The first of them, the same in whatever order they come. */
function bodiesOf(...parts: readonly FailureCount[]): Pick<FailureCount, 'bodies'> {
  const bodies = parts.flatMap((part) => part.bodies ?? []).sort();
  return bodies.length === 0 ? {} : { bodies: bodies.slice(0, BODIES_KEPT) };
}

function joinFailures(parts: readonly FailureCount[]): FailureCount[] {
  const joined = new Map<string, FailureCount>();
  for (const part of parts) {
    const key = `${part.outcome} ${part.status} ${part.message}`;
    const known = joined.get(key);
    joined.set(
      key,
      known === undefined
        ? part
        : {
            ...part,
            ...exampleOf(known, part),
            ...bodiesOf(known, part),
            count: known.count + part.count,
            firstAt: Math.min(known.firstAt, part.firstAt) as Micros,
            lastAt: Math.max(known.lastAt, part.lastAt) as Micros,
          },
    );
  }
  return [...joined].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, failure]) => failure);
}
