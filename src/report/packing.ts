/** The bytes of an archive, before they are deflated. */
import { type ArchiveHeader, CELL_COUNTS, type CellCounts, type Extra } from './client/archive.ts';
import { Times } from './client/buckets.ts';
import { joinTimes, type PackedTimes, unpackTimes } from './packed-times.ts';

/** What a flow or a group is called among parts: no request has a line break in its name. */
export const wholeName = (whole: string): string => `\n${whole}`;

const isWhole = ({ name }: Pick<Part, 'name'>): boolean => name.startsWith('\n');

/** One request name's share of a slot, or that of a flow or a group; what was due in the warm-up is kept apart. */
export interface Part extends CellCounts {
  /** Of a flow or a group: see `wholeName`. */
  readonly name: string;
  readonly warm: boolean;
  readonly statuses: ReadonlyMap<number, number>;
  /** By the kind's key. */
  readonly kinds: ReadonlyMap<string, number>;
  readonly response: PackedTimes;
  readonly service: PackedTimes;
}

/** Times in µs since the start. */
export interface ArchiveSlot {
  readonly startAt: number;
  endAt: number;
  measured: number;
  intervals: number;
  readonly parts: Part[];
  /** Times of all measured requests; the service times are in the parts. */
  readonly times: Record<Exclude<Extra, 'service'>, PackedTimes>;
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
  const times: Uint8Array[] = [];
  const histogram = ({ filled, bytes }: PackedTimes): void => {
    shape.number(filled);
    times.push(bytes);
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
    for (const extra of header.extras) histogram(extra === 'service' ? serviceOf(slot) : slot.times[extra]);
    shape.number(slot.parts.length);
    for (const part of slot.parts) {
      shape.number(
        isWhole(part)
          ? header.names.length + header.wholes.indexOf(part.name.slice(1))
          : header.names.indexOf(part.name),
      );
      shape.number(part.warm ? 1 : 0);
      for (const field of CELL_COUNTS) shape.number(part[field]);
      pairs([...part.statuses]);
      pairs([...part.kinds].map(([kind, n]) => [places.get(kind) ?? 0, n] as const));
      shape.number(p95Of(part.service));
      histogram(part.response);
    }
  }
  const parts = [Buffer.from(JSON.stringify(header)), shape.bytes].flatMap((part) => [lengthOf(part), part]);
  return Buffer.concat([...parts, ...times]);
}

/** Service times of all measured requests of the slot. */
function serviceOf({ parts }: ArchiveSlot): PackedTimes {
  return joinTimes(parts.filter((part) => !part.warm && !isWhole(part)).map(({ service }) => service));
}

const TIMES = new Times();

/** In µs; 0 where there is none. */
function p95Of(service: PackedTimes): number {
  TIMES.reset();
  TIMES.add(unpackTimes(service));
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
    // A buffer of its own, not a piece of a shared one: it may be kept for long.
    const bytes = Buffer.allocUnsafeSlow(this.#bytes.length);
    bytes.set(this.#bytes);
    return bytes;
  }
}
