/** Gathers every interval of a run, small enough to go with its report. */
import { deflateRawSync } from 'node:zlib';
import { CARRIED_MEASURES } from '../core/measures.ts';
import type { FailureResult, TimelinePoint } from '../core/result.ts';
import type { Outcome } from '../core/sample.ts';
import { type FailureCount, type IntervalSnapshot, type SeriesSnapshot, timesOf } from '../core/snapshot.ts';
import { micros } from '../core/units.ts';
import { discarded, emptySlot, mergedBy, OF_REQUESTS, OF_SLOTS, summedByName } from './archive-slots.ts';
import type { ArchiveHeader, Extra } from './client/archive.ts';
import { coarse, joinTimes, type PackedTimes } from './packed-times.ts';
import { type ArchiveSlot, type Part, packedBytes, wholeName } from './packing.ts';
import { wholesOf } from './request-rows.ts';
import { Shelf } from './shelf.ts';
import { thinnedTimeline } from './thinned-timeline.ts';

/** Characters of base64: the report's size does not depend on the length of the run, neighbouring intervals are merged. */
const BUDGET = 445_000;
/** Slots kept in memory; twice as many are merged in pairs. */
const MOST = 1_200;
/** A search's levels have short intervals: neighbours share a slot of about this length, µs. */
const LEVEL_SLOT = 1_020_000;
/** Fewer slots than this are no help to anybody who looks for a moment. */
const FEWEST = 30;
/** So many parts of the response time are carried where there is no room for all. */
const FEW = 3;

/** What came of a slot and is not in it yet. */
interface Fresh {
  readonly slot: ArchiveSlot;
  readonly parts: Part[];
  readonly times: Readonly<Record<(typeof OF_SLOTS)[number], PackedTimes[]>>;
}

type Kind = Pick<FailureResult, 'name' | 'outcome' | 'status' | 'message'>;

/** Gathers from the stream what the report needs to recompute its numbers for any stretch of time. */
export class IntervalArchive {
  readonly #slots = new Shelf<ArchiveSlot>();
  /** Joined all at once, since every sum costs as much as the whole is large. */
  #fresh: Fresh | null = null;
  /** Intervals to a slot, so far. */
  #merged = 1;
  #resets = 0;
  /** The level of a search that the newest slot belongs to. */
  #level: number | undefined;
  readonly #names: string[] = [];
  /** Flows and groups. */
  readonly #wholes: string[] = [];
  readonly #kinds = new Map<string, Kind>();
  /** Where the newest interval begins in which load was offered and measured. */
  #measuredAt = -1;
  /** The first slot that is not as `changes` told it last. */
  #changed = 0;

  add(snapshot: IntervalSnapshot): void {
    const { startAt, endAt, phase, level, series, flows = {}, groups = {}, generator, resets = 0 } = snapshot;
    if (resets > this.#resets) {
      this.#resets = resets;
      this.#settle();
      this.#slots.replace([...this.#slots].map(discarded));
      this.#changed = 0;
    }
    const counts = phase !== 'warmup' && resets === this.#resets;
    const slot = this.#slotAt(startAt, endAt, level);
    // The snapshot with the generator's health says which phase the interval is; another adds counts, not time.
    if (generator !== undefined && phase === 'measure') {
      slot.measured += endAt - startAt;
      this.#measuredAt = startAt;
    }
    const achieves = counts ? phase === 'measure' : startAt === this.#measuredAt;
    const { parts, times } = this.#freshOf(slot);
    if (generator !== undefined && counts) times.lag.push(coarse(timesOf(generator, 'lag')));
    for (const [name, each] of Object.entries(series)) {
      if (!this.#names.includes(name)) this.#names.push(name);
      parts.push(this.#partOf(name, !counts, each, achieves));
      if (counts) for (const extra of OF_REQUESTS) times[extra].push(coarse(timesOf(each, extra)));
    }
    for (const { kind, name, part } of wholesOf({ flows, groups })) {
      const whole = `${kind} ${name}`;
      if (!this.#wholes.includes(whole)) this.#wholes.push(whole);
      parts.push(this.#partOf(wholeName(whole), !counts, { ...part, failures: failuresOf(part) }, achieves));
    }
    if (this.#slots.length < 2 * MOST) return;
    this.#settle();
    this.#slots.replace(mergedBy([...this.#slots], 2));
    this.#merged *= 2;
    this.#changed = 0;
  }

  /**
   * For a page that follows the run: what is new since the last call, slots that changed included, at full resolution
   * and not deflated. One caller only.
   *
   * @param timeline the points that are new or changed.
   * @returns base64, and the index of the first slot in it.
   */
  changes(timeline: readonly TimelinePoint[]): { readonly from: number; readonly packed: string } {
    this.#settle();
    const from = Math.min(this.#changed, this.#slots.length);
    this.#changed = this.#slots.length;
    return { from, packed: this.#plain([...this.#slots.from(from)], timeline) };
  }

  /** All that `changes` has told until now, and what is newer. */
  whole(timeline: readonly TimelinePoint[]): string {
    this.#settle();
    return this.#plain([...this.#slots], timeline);
  }

  /**
   * For the report: base64 of the packed archive. The same stream gives the same text.
   *
   * @param failures rows of the failures table; their order is that of the counts.
   */
  pack(timeline: readonly TimelinePoint[], failures: readonly FailureResult[], budget = BUDGET): string {
    this.#settle();
    const kinds = new Map<string, Kind>(failures.map((failure) => [keyOf(failure.name, failure), failure]));
    for (const [key, kind] of this.#kinds) if (!kinds.has(key)) kinds.set(key, kind);
    const places = new Map([...kinds.keys()].map((key, place) => [key, place]));
    const all = [...this.#slots];
    const drawn = columnsOf(timeline.length > 2 * MOST ? thinnedTimeline(timeline, all) : timeline);
    const pack = (slots: readonly ArchiveSlot[], times: number, extras: readonly Extra[]): string => {
      const header: ArchiveHeader = {
        names: this.#names,
        wholes: this.#wholes,
        kinds: [...kinds.values()].map(({ name, outcome, status }) => ({ name, outcome, status })),
        extras,
        merged: this.#merged * times,
        timeline: drawn,
      };
      return deflateRawSync(packedBytes(header, slots, places), { level: 7 }).toString('base64');
    };
    const extras = CARRIED_MEASURES.slice(0, FEW);
    for (let times = 1, slots: readonly ArchiveSlot[] = all; ; ) {
      const packed = pack(slots, times, extras);
      if (times === 1 && packed.length <= budget) {
        const rich = pack(all, 1, carriedIn(all));
        return rich.length <= budget ? rich : packed;
      }
      if (packed.length <= budget || slots.length <= FEWEST) return packed;
      // Merged slots have more filled buckets than one, so the first guess may be too small: then again.
      const wanted = Math.max(FEWEST, Math.floor((slots.length * budget) / packed.length));
      times = Math.max(times + 1, Math.ceil(all.length / wanted));
      slots = mergedBy(all, times);
    }
  }

  #plain(slots: readonly ArchiveSlot[], timeline: readonly TimelinePoint[]): string {
    const kinds = [...this.#kinds.values()].map(({ name, outcome, status }) => ({ name, outcome, status }));
    const places = new Map([...this.#kinds.keys()].map((key, place) => [key, place]));
    const header = {
      names: this.#names,
      wholes: this.#wholes,
      kinds,
      // A page that follows the run puts steps together, of which the next may have streams.
      extras: CARRIED_MEASURES,
      merged: this.#merged,
      timeline: columnsOf(timeline),
    };
    return packedBytes(header, slots, places).toString('base64');
  }

  #slotAt(startAt: number, endAt: number, level: number | undefined): ArchiveSlot {
    const { open } = this.#slots;
    while (this.#slots.shelved > 0 && (open[0]?.startAt ?? 0) > startAt) this.#slots.reopen();
    let at = open.length;
    while (at > 0 && (open[at - 1] as ArchiveSlot).startAt > startAt) at--;
    const known = open[at - 1];
    const inside = known !== undefined && startAt < known.endAt;
    const newest = at === open.length;
    const place = this.#slots.shelved + at;
    const short = level !== undefined && level === this.#level && endAt - (known?.startAt ?? 0) <= LEVEL_SLOT;
    const unfilled = known !== undefined && newest && (known.intervals < this.#merged || short);
    if (newest) this.#level = level;
    if (known !== undefined && (inside || unfilled)) {
      if (!inside) known.intervals++;
      known.endAt = Math.max(known.endAt, endAt);
      this.#changed = Math.min(this.#changed, place - 1);
      return known;
    }
    this.#changed = Math.min(this.#changed, place);
    const slot = emptySlot(startAt, endAt);
    // Older ones may go to the shelf, whole.
    this.#settle();
    if (newest) this.#slots.push(slot);
    else open.splice(at, 0, slot);
    return slot;
  }

  #freshOf(slot: ArchiveSlot): Fresh {
    if (this.#fresh?.slot === slot) return this.#fresh;
    this.#settle();
    const times = Object.fromEntries(OF_SLOTS.map((each): [string, PackedTimes[]] => [each, []])) as Fresh['times'];
    this.#fresh = { slot, parts: [], times };
    return this.#fresh;
  }

  #settle(): void {
    if (this.#fresh === null) return;
    const { slot, parts, times } = this.#fresh;
    this.#fresh = null;
    for (const each of OF_SLOTS) slot.times[each] = joinTimes([slot.times[each], ...times[each]]);
    slot.parts.push(...summedByName([...slot.parts.splice(0), ...parts]));
  }

  #partOf(name: string, warm: boolean, snapshot: SeriesSnapshot, achieves: boolean): Part {
    const kinds = new Map<string, number>();
    for (const failure of snapshot.failures) {
      const key = keyOf(name, failure);
      if (!this.#kinds.has(key)) this.#kinds.set(key, { name, ...failure });
      kinds.set(key, (kinds.get(key) ?? 0) + failure.count);
    }
    const { due, sent, dropped, ok, failed, bytesIn, bodyBytesIn, unfinishedBodyBytesIn = 0, tooLong = 0 } = snapshot;
    return {
      ...{ name, warm, due, sent, dropped, ok, achieved: achieves ? ok : 0, failed },
      ...{ bytesIn, bodyBytesIn, unfinishedBodyBytesIn, tooLong },
      statuses: new Map(Object.entries(snapshot.byStatus).map(([status, n]) => [Number(status), n])),
      kinds,
      response: coarse(timesOf(snapshot, 'response')),
      service: coarse(timesOf(snapshot, 'service')),
    };
  }
}

/** Times of streams only where there are any. */
function carriedIn(slots: readonly ArchiveSlot[]): readonly Extra[] {
  const streamed = slots.some(({ times }) => times.interTokenLatency.filled + times.timeToFirstToken.filled > 0);
  return CARRIED_MEASURES.filter((each) => streamed || (each !== 'timeToFirstToken' && each !== 'interTokenLatency'));
}

/** Of a flow or a group by outcome alone. What the end of the load cut is in no percentile of them. */
const failuresOf = ({ byOutcome }: SeriesSnapshot): readonly FailureCount[] =>
  Object.entries(byOutcome).flatMap(([outcome, count]) =>
    outcome === 'ok' || outcome === 'aborted' || count === undefined
      ? []
      : [{ outcome: outcome as Outcome, status: 0, message: '', count, firstAt: NEVER, lastAt: NEVER }],
  );

const NEVER = micros(0);

function keyOf(name: string, kind: Pick<FailureCount, 'outcome' | 'status' | 'message'>): string {
  return `${name}\n${kind.outcome} ${kind.status} ${kind.message}`;
}

function columnsOf(timeline: readonly TimelinePoint[]): ArchiveHeader['timeline'] {
  // Some only have what was streamed.
  const fields = [...new Set(timeline.flatMap((point) => Object.keys(point)))] as (keyof TimelinePoint)[];
  return Object.fromEntries(fields.map((field) => [field, timeline.map((point) => point[field])]));
}
