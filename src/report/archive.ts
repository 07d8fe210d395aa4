import { deflateRawSync } from 'node:zlib';
import type { FailureResult, TimelinePoint } from '../core/result.ts';
import type { FailureCount, HistogramData, IntervalSnapshot, SeriesSnapshot } from '../core/snapshot.ts';
import { lowestOf as finestOf } from '../stats/histogram.ts';
import type { ArchiveHeader } from './client/archive.ts';
import { bucketOf } from './client/buckets.ts';

/** The report's size does not depend on the length of the run: beyond this, neighbouring intervals are merged. */
const BUDGET = 440_000;
/** Fewer slots than this are no help to anybody who looks for a moment. */
const FEWEST = 30;

type Counts = Map<number, number>;

interface Part {
  due: number;
  sent: number;
  dropped: number;
  ok: number;
  failed: number;
  bytesIn: number;
  readonly statuses: Counts;
  readonly kinds: Map<string, number>;
  readonly response: Counts;
  readonly service: Counts;
}

interface Stretch {
  startAt: number;
  endAt: number;
  measured: number;
  /** By request name and whether it was due in the warm-up. */
  readonly parts: Map<string, { readonly name: string; readonly warm: boolean; readonly part: Part }>;
}

type Kind = Pick<FailureResult, 'name' | 'outcome' | 'status' | 'message'>;

/** Gathers from the stream what the report needs to recompute its numbers for any stretch of time. */
export class IntervalArchive {
  readonly #stretches: Stretch[] = [];
  readonly #names: string[] = [];
  readonly #kinds = new Map<string, Kind>();

  add({ startAt, endAt, phase, series, generator }: IntervalSnapshot): void {
    const stretch = this.#stretchAt(startAt, endAt);
    // The snapshot with the generator's health says which phase the interval is; another adds counts, not time.
    if (generator !== undefined && phase === 'measure') stretch.measured = endAt - startAt;
    for (const [name, snapshot] of Object.entries(series)) {
      if (!this.#names.includes(name)) this.#names.push(name);
      addTo(stretch, { name, warm: phase === 'warmup', part: this.#partOf(name, snapshot) });
    }
  }

  /**
   * For the report: base64 of the packed archive. The same stream gives the same text.
   *
   * @param failures rows of the failures table; their order is that of the counts.
   */
  pack(timeline: readonly TimelinePoint[], failures: readonly FailureResult[], budget = BUDGET): string {
    const kinds = new Map<string, Kind>(failures.map((failure) => [keyOf(failure.name, failure), failure]));
    for (const [key, kind] of this.#kinds) if (!kinds.has(key)) kinds.set(key, kind);
    const places = new Map([...kinds.keys()].map((key, place) => [key, place]));
    let stretches = this.#stretches;
    for (let merged = 1; ; ) {
      const header: ArchiveHeader = {
        names: this.#names,
        kinds: [...kinds.values()].map(({ name, outcome, status }) => ({ name, outcome, status })),
        timeline: columnsOf(timeline),
        merged,
      };
      const packed = deflateRawSync(bytesOf(header, stretches, places), { level: 9 }).toString('base64');
      const slots = Math.floor((stretches.length * budget) / packed.length);
      if (packed.length <= budget || stretches.length <= FEWEST) return packed;
      // Merged slots have more filled buckets than one, so the first guess may be too small: then again.
      merged = Math.max(merged + 1, Math.ceil(this.#stretches.length / Math.max(FEWEST, slots)));
      stretches = mergedBy(this.#stretches, merged);
    }
  }

  #stretchAt(startAt: number, endAt: number): Stretch {
    let at = this.#stretches.length;
    while (at > 0 && (this.#stretches[at - 1] as Stretch).startAt > startAt) at--;
    const known = this.#stretches[at - 1];
    if (known?.startAt === startAt) {
      known.endAt = Math.max(known.endAt, endAt);
      return known;
    }
    const stretch: Stretch = { startAt, endAt, measured: 0, parts: new Map() };
    this.#stretches.splice(at, 0, stretch);
    return stretch;
  }

  #partOf(name: string, snapshot: SeriesSnapshot): Part {
    const kinds = new Map<string, number>();
    for (const failure of snapshot.failures) {
      const key = keyOf(name, failure);
      if (!this.#kinds.has(key)) this.#kinds.set(key, { name, ...failure });
      kinds.set(key, (kinds.get(key) ?? 0) + failure.count);
    }
    const { due, sent, dropped, ok, failed, bytesIn } = snapshot;
    return {
      ...{ due, sent, dropped, ok, failed, bytesIn },
      statuses: new Map(Object.entries(snapshot.byStatus).map(([status, n]) => [Number(status), n])),
      kinds,
      response: coarse(snapshot.response),
      service: coarse(snapshot.service),
    };
  }
}

function keyOf(name: string, { outcome, status, message }: Pick<FailureCount, 'outcome' | 'status' | 'message'>): string {
  return `${name}\n${outcome} ${status} ${message}`;
}

/** A bucket of 3 digits lies whole within one of 2 digits. */
function coarse({ buckets }: HistogramData): Counts {
  const counts: Counts = new Map();
  let fine = 0;
  for (let i = 0; i < buckets.length; i += 2) {
    fine += buckets[i] as number;
    addCount(counts, bucketOf(finestOf(fine)), buckets[i + 1] as number);
  }
  return counts;
}

function addTo({ parts }: Stretch, entry: { name: string; warm: boolean; part: Part }): void {
  const key = `${entry.warm ? 1 : 0} ${entry.name}`;
  const known = parts.get(key)?.part;
  if (known === undefined) {
    parts.set(key, entry);
    return;
  }
  const { part } = entry;
  for (const field of ['due', 'sent', 'dropped', 'ok', 'failed', 'bytesIn'] as const) known[field] += part[field];
  for (const field of ['statuses', 'response', 'service'] as const)
    for (const [at, n] of part[field]) addCount(known[field], at, n);
  for (const [kind, n] of part.kinds) known.kinds.set(kind, (known.kinds.get(kind) ?? 0) + n);
}

function addCount(counts: Counts, at: number, n: number): void {
  counts.set(at, (counts.get(at) ?? 0) + n);
}

function mergedBy(stretches: readonly Stretch[], size: number): Stretch[] {
  const merged: Stretch[] = [];
  for (let first = 0; first < stretches.length; first += size) {
    const group = stretches.slice(first, first + size);
    const whole: Stretch = { startAt: Number.POSITIVE_INFINITY, endAt: 0, measured: 0, parts: new Map() };
    for (const { startAt, endAt, measured, parts } of group) {
      whole.startAt = Math.min(whole.startAt, startAt);
      whole.endAt = Math.max(whole.endAt, endAt);
      whole.measured += measured;
      for (const { name, warm, part } of parts.values()) addTo(whole, { name, warm, part: copyOf(part) });
    }
    merged.push(whole);
  }
  return merged;
}

function copyOf(part: Part): Part {
  return {
    ...part,
    statuses: new Map(part.statuses),
    kinds: new Map(part.kinds),
    response: new Map(part.response),
    service: new Map(part.service),
  };
}

function columnsOf(timeline: readonly TimelinePoint[]): ArchiveHeader['timeline'] {
  const column = <Field extends keyof TimelinePoint>(field: Field): TimelinePoint[Field][] =>
    timeline.map((point) => point[field]);
  return {
    t: column('t'),
    phase: column('phase'),
    seconds: column('seconds'),
    vus: column('vus'),
    offered: column('offered'),
    sent: column('sent'),
    dropped: column('dropped'),
    ok: column('ok'),
    failed: column('failed'),
    p50: column('p50'),
    p95: column('p95'),
    p99: column('p99'),
    serviceP95: column('serviceP95'),
    inFlight: column('inFlight'),
    lagP99: column('lagP99'),
    loopDelayP99: column('loopDelayP99'),
    cpu: column('cpu'),
    unfit: column('unfit'),
  };

}

function bytesOf(header: ArchiveHeader, stretches: readonly Stretch[], places: ReadonlyMap<string, number>): Buffer {
  const shape = new Writer();
  const gaps = new Writer();
  const counts = new Writer();
  const times = (filled: Counts): void => {
    let before = 0;
    for (const [bucket, n] of inOrder(filled)) {
      gaps.number(bucket - before);
      counts.number(n - 1);
      before = bucket;
    }
  };
  const pairs = (filled: Counts): void => {
    shape.number(filled.size);
    for (const [key, n] of inOrder(filled)) {
      shape.number(key);
      shape.number(n);
    }
  };
  let end = 0;
  for (const { startAt, endAt, measured, parts } of stretches) {
    const apart = Math.round(startAt) - end;
    shape.number(apart < 0 ? -2 * apart - 1 : 2 * apart);
    end = Math.round(endAt);
    shape.number(end - Math.round(startAt));
    shape.number(Math.round(measured));
    shape.number(parts.size);
    for (const { name, warm, part } of parts.values()) {
      shape.number(header.names.indexOf(name));
      shape.number(warm ? 1 : 0);
      for (const field of ['due', 'sent', 'dropped', 'ok', 'failed', 'bytesIn'] as const) shape.number(part[field]);
      pairs(part.statuses);
      pairs(new Map([...part.kinds].map(([kind, n]) => [places.get(kind) ?? 0, n])));
      shape.number(part.response.size);
      shape.number(part.service.size);
      times(part.response);
      times(part.service);
    }
  }
  const json = Buffer.from(JSON.stringify(header));
  const parts = [json, shape.bytes, gaps.bytes].flatMap((part) => [lengthOf(part), part]);
  return Buffer.concat([...parts, counts.bytes]);
}

function inOrder(counts: Counts): [number, number][] {
  return [...counts].sort(([a], [b]) => a - b);
}

function lengthOf(part: Buffer): Buffer {
  const length = new Writer();
  length.number(part.length);
  return length.bytes;
}

/** Unsigned LEB128. */
class Writer {
  readonly #bytes: number[] = [];

  number(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.#bytes.push((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.#bytes.push(rest);
  }

  get bytes(): Buffer {
    return Buffer.from(this.#bytes);
  }
}
