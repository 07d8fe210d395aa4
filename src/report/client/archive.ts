/** The format in which a report carries its intervals, and its reader in the browser. */
import type { CarriedMeasure } from '../../core/measures.ts';
import type { TimelinePoint } from '../../core/result.ts';
import type { Sparse } from './buckets.ts';

/** Measures of all requests together, besides the response times of each. */
export type Extra = CarriedMeasure;

/**
 * The intervals of a run, small enough to be carried by its report: of every interval and request name the counts and,
 * at 2 significant digits, the response times of the successes.
 *
 * At rest: base64 of raw deflate of [header, shape, times], the first two after their length. Header: JSON
 * (ArchiveHeader). The others are unsigned LEB128 numbers. Shape: for every slot its start (from the end of the one
 * before, zigzag), length and measured time in µs, the header's extras, and the number of its cells; for every cell the
 * fields of `Cell` in their order (times in µs, 0 for none), pairs after their number, histograms as the number of their
 * filled buckets. Times: those histograms, bucket by bucket from 0 on: a count n > 0 as 2n − 1, a run of n empty buckets
 * as 2n − 2.
 */
export interface ArchiveHeader {
  readonly names: readonly string[];
  /** Flows and groups: `flow buy`. */
  readonly wholes: readonly string[];
  /** Kinds of failure: those of the failures table first, in its order. */
  readonly kinds: readonly { readonly name: string; readonly outcome: string; readonly status: number }[];
  readonly extras: readonly Extra[];
  /** How many intervals were merged into one slot. */
  readonly merged: number;
  /** The whole run's timeline, a column per field. */
  readonly timeline: { readonly [Field in keyof TimelinePoint]?: readonly TimelinePoint[Field][] };
}

/** What is counted of a cell, in the order of the format. */
export const CELL_COUNTS = [
  ...(['due', 'sent', 'dropped', 'ok', 'achieved', 'failed'] as const),
  ...(['bytesIn', 'bodyBytesIn', 'unfinishedBodyBytesIn', 'tooLong'] as const),
] as const;
export type CellCounts = { readonly [Field in (typeof CELL_COUNTS)[number]]: number };

/** All of them 0, to be added to. */
export function zeroCounts(): Record<keyof CellCounts, number> {
  return Object.fromEntries(CELL_COUNTS.map((field) => [field, 0])) as Record<keyof CellCounts, number>;
}

/** How the n-th flow or group is told from request names: by a number below 0. */
export const wholeIndex = (place: number): number => -1 - place;

/**
 * One request name's share of a slot, or that of a flow or a group; requests due in the warm-up are kept apart. `achieved` are the successes that came
 * while load was offered and measured: none of the drain's.
 */
export interface Cell extends CellCounts {
  /** Index into the header's names; of a flow or a group: see `wholeIndex`. */
  readonly name: number;
  readonly warm: boolean;
  readonly statuses: readonly (readonly [status: number, count: number])[];
  /** By index into the header's kinds. */
  readonly kinds: readonly (readonly [kind: number, count: number])[];
  /** In ms; null where nothing succeeded. */
  readonly serviceP95: number | null;
  readonly response: Sparse;
}

/** A stretch of time, of one interval or of several merged; in seconds since the start. */
export interface Slot {
  readonly from: number;
  readonly to: number;
  /** Seconds of it in which load was offered and measured. */
  readonly measured: number;
  readonly extras: { readonly [E in Extra]?: Sparse };
  /** Of requests. */
  readonly cells: readonly Cell[];
  /** Of flows and groups, whose requests are in the others. */
  readonly wholes: readonly Cell[];
}

export interface Archive extends Pick<ArchiveHeader, 'names' | 'wholes' | 'kinds' | 'extras' | 'merged'> {
  readonly timeline: readonly TimelinePoint[];
  readonly slots: readonly Slot[];
}

/** Undoes the base64 and the deflate. */
export async function inflated(base64: string): Promise<Uint8Array> {
  const packed = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export function readArchive(bytes: Uint8Array): Archive {
  const whole = new Reader(bytes);
  const { timeline, ...header } = JSON.parse(new TextDecoder().decode(whole.part())) as ArchiveHeader;
  const shape = new Reader(whole.part());
  const times = new Reader(whole.rest());
  const histogram = (): Sparse => timesFrom(times, shape.number());
  const pairs = (): [number, number][] =>
    Array.from({ length: shape.number() }, () => [shape.number(), shape.number()] as [number, number]);
  const nameAt = (place: number): number =>
    place < header.names.length ? place : wholeIndex(place - header.names.length);
  const cell = (): Cell => ({
    name: nameAt(shape.number()),
    warm: shape.number() === 1,
    ...countsFrom(shape),
    statuses: pairs(),
    kinds: pairs(),
    serviceP95: shape.number() / 1_000 || null,
    response: histogram(),
  });
  const slots: Slot[] = [];
  let end = 0;
  while (!shape.done) {
    const zigzag = shape.number();
    const from = end + (zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2);
    end = from + shape.number();
    const measured = shape.number() / 1e6;
    const extras = Object.fromEntries(header.extras.map((extra) => [extra, histogram()]));
    const all = Array.from({ length: shape.number() }, cell);
    const cells = all.filter(({ name }) => name >= 0);
    const wholes = all.filter(({ name }) => name < 0);
    slots.push({ from: from / 1e6, to: end / 1e6, measured, extras, cells, wholes });
  }
  return { ...header, slots, timeline: rowsOf(timeline) };
}

function countsFrom(numbers: Reader): CellCounts {
  return Object.fromEntries(CELL_COUNTS.map((field) => [field, numbers.number()])) as CellCounts;
}

/** A histogram of so many filled buckets. */
export function timesFrom(tokens: Reader, filled: number): Sparse {
  const bucket = new Uint16Array(filled);
  const count = new Uint32Array(filled);
  let at = 0;
  for (let i = 0; i < filled; ) {
    const token = tokens.number();
    if (token % 2 === 0) {
      at += token / 2 + 1;
      continue;
    }
    bucket[i] = at++;
    count[i++] = (token + 1) / 2;
  }
  return { bucket, count };
}

function rowsOf(columns: ArchiveHeader['timeline']): TimelinePoint[] {
  const fields = Object.entries(columns);
  return (columns.t ?? []).map(
    (_, i) => Object.fromEntries(fields.map(([field, values]) => [field, values[i]])) as unknown as TimelinePoint,
  );
}

export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Up to 2⁵³: no shifting of bits, which ends at 2³¹. */
  number(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.#at++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  }

  part(): Uint8Array {
    const length = this.number();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }
}
