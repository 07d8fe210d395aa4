import type { ArchiveHeader } from './client/archive.ts';
import { joined, type Sparse, Times } from './client/buckets.ts';

/** One request name's share of a slot; requests due in the warm-up are kept apart. */
export interface Part {
  readonly name: string;
  readonly warm: boolean;
  readonly due: number;
  readonly sent: number;
  readonly dropped: number;
  readonly ok: number;
  readonly failed: number;
  readonly bytesIn: number;
  readonly statuses: ReadonlyMap<number, number>;
  /** By the kind's key. */
  readonly kinds: ReadonlyMap<string, number>;
  readonly response: Sparse;
  readonly service: Sparse;
}

/** Times in µs since the start. */
export interface ArchiveSlot {
  readonly startAt: number;
  endAt: number;
  measured: number;
  intervals: number;
  readonly parts: Part[];
  connect: Sparse;
  tls: Sparse;
  firstByte: Sparse;
  body: Sparse;
  lag: Sparse;
}

/**
 * An archive's bytes, before they are deflated: see `client/archive` for the format.
 *
 * @param places of the kinds of failure in the header, by their keys.
 */
export function packedBytes(
  header: ArchiveHeader,
  slots: readonly ArchiveSlot[],
  places: ReadonlyMap<string, number>,
): Buffer {
  const shape = new Writer();
  const times = new Writer();
  const histogram = ({ bucket, count }: Sparse): void => {
    shape.number(bucket.length);
    let next = 0;
    for (let i = 0; i < bucket.length; i++) {
      const at = bucket[i] as number;
      if (at > next) times.number(2 * (at - next - 1));
      times.number(2 * (count[i] as number) - 1);
      next = at + 1;
    }
  };
  const pairs = (counts: readonly (readonly [number, number])[]): void => {
    shape.number(counts.length);
    for (const [key, n] of counts) {
      shape.number(key);
      shape.number(n);
    }
  };
  let end = 0;
  for (const slot of slots) {
    const apart = Math.round(slot.startAt) - end;
    shape.number(apart < 0 ? -2 * apart - 1 : 2 * apart);
    end = Math.round(slot.endAt);
    shape.number(end - Math.round(slot.startAt));
    shape.number(Math.round(slot.measured));
    for (const extra of header.extras) histogram(extra === 'service' ? serviceOf(slot) : slot[extra]);
    shape.number(slot.parts.length);
    for (const part of slot.parts) {
      shape.number(header.names.indexOf(part.name));
      shape.number(part.warm ? 1 : 0);
      for (const field of ['due', 'sent', 'dropped', 'ok', 'failed', 'bytesIn'] as const) shape.number(part[field]);
      pairs([...part.statuses]);
      pairs([...part.kinds].map(([kind, n]) => [places.get(kind) ?? 0, n] as const));
      shape.number(p95Of(part.service));
      histogram(part.response);
    }
  }
  const parts = [Buffer.from(JSON.stringify(header)), shape.bytes].flatMap((part) => [lengthOf(part), part]);
  return Buffer.concat([...parts, times.bytes]);
}

/** Of all measured requests of the slot. */
function serviceOf({ parts }: ArchiveSlot): Sparse {
  return joined(parts.filter(({ warm }) => !warm).map(({ service }) => service));
}

const TIMES = new Times();

/** In µs; 0 where there is none. */
function p95Of(service: Sparse): number {
  TIMES.reset();
  TIMES.add(service);
  return Math.round((TIMES.quantile(0.95) ?? 0) * 1_000);
}

function lengthOf(part: Buffer): Buffer {
  const length = new Writer();
  length.number(part.length);
  return length.bytes;
}

/** Unsigned LEB128, up to 2⁵³. */
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
