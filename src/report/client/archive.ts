import type { TimelinePoint } from '../../core/result.ts';
import type { Sparse } from './buckets.ts';

/**
 * The intervals of a run, small enough to be carried by its report: of every interval and request name the counts and,
 * at 2 significant digits, the response and service times of the successes.
 *
 * At rest: base64 of raw deflate of [header, shape, gaps, counts], the first three after their length. Header: JSON
 * (ArchiveHeader). The others are unsigned LEB128 numbers. Shape: for every slot its start (from the end of the one
 * before, zigzag), length and measured time in µs and the number of its cells; for every cell the fields of `Cell` in
 * their order, maps and histograms as their sizes, maps followed by their pairs. Gaps: how far each filled bucket lies
 * beyond the one before (the first: from 0), response before service, in the order of cells. Counts: theirs, less 1.
 */
export interface ArchiveHeader {
  readonly names: readonly string[];
  /** Kinds of failure: those of the failures table first, in its order. */
  readonly kinds: readonly { readonly name: string; readonly outcome: string; readonly status: number }[];
  /** The whole run's timeline, a column per field. */
  readonly timeline: { readonly [Field in keyof TimelinePoint]: readonly TimelinePoint[Field][] };
  /** How many intervals were merged into one slot. */
  readonly merged: number;
}

/** One request name's share of a slot; requests due in the warm-up are kept apart. */
export interface Cell {
  readonly name: number;
  readonly warm: boolean;
  readonly due: number;
  readonly sent: number;
  readonly dropped: number;
  readonly ok: number;
  readonly failed: number;
  readonly bytesIn: number;
  /** Pairs of HTTP status and count. */
  readonly statuses: readonly (readonly [status: number, count: number])[];
  /** Pairs of an index into the header's kinds and count. */
  readonly kinds: readonly (readonly [kind: number, count: number])[];
  readonly response: Sparse;
  readonly service: Sparse;
}

/** A stretch of time, of one interval or of several merged; in seconds since the start. */
export interface Slot {
  readonly from: number;
  readonly to: number;
  /** Seconds of it in which load was offered and measured. */
  readonly measured: number;
  readonly cells: readonly Cell[];
}

export interface Archive {
  readonly names: readonly string[];
  readonly kinds: ArchiveHeader['kinds'];
  readonly timeline: readonly TimelinePoint[];
  readonly merged: number;
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
  const { names, kinds, timeline, merged } = JSON.parse(new TextDecoder().decode(whole.part())) as ArchiveHeader;
  const shape = new Reader(whole.part());
  const gaps = new Reader(whole.part());
  const counts = new Reader(whole.rest());
  const times = (filled: number): Sparse => {
    const bucket = new Uint16Array(filled);
    const count = new Uint32Array(filled);
    let at = 0;
    for (let i = 0; i < filled; i++) {
      at += gaps.number();
      bucket[i] = at;
      count[i] = counts.number() + 1;
    }
    return { bucket, count, from: 0, to: filled };
  };
  const pairs = (): [number, number][] =>
    Array.from({ length: shape.number() }, () => [shape.number(), shape.number()] as [number, number]);
  const cell = (): Cell => ({
    name: shape.number(),
    warm: shape.number() === 1,
    due: shape.number(),
    sent: shape.number(),
    dropped: shape.number(),
    ok: shape.number(),
    failed: shape.number(),
    bytesIn: shape.number(),
    statuses: pairs(),
    kinds: pairs(),
    response: times(shape.number()),
    service: times(shape.number()),
  });
  const slots: Slot[] = [];
  let end = 0;
  while (!shape.done) {
    const zigzag = shape.number();
    const from = end + (zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2);
    end = from + shape.number();
    const measured = shape.number() / 1e6;
    const cells = Array.from({ length: shape.number() }, cell);
    slots.push({ from: from / 1e6, to: end / 1e6, measured, cells });
  }
  return { names, kinds, merged, slots, timeline: rowsOf(timeline) };
}

function rowsOf(columns: ArchiveHeader['timeline']): TimelinePoint[] {
  const fields = Object.entries(columns);
  return columns.t.map(
    (_, i) => Object.fromEntries(fields.map(([field, values]) => [field, values[i]])) as unknown as TimelinePoint,
  );
}

class Reader {
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
