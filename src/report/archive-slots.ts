/** Slots of the archive: empty ones, the sum of several, and what a reset leaves of one. */
import { CARRIED_MEASURES } from '../core/measures.ts';
import { CELL_COUNTS, zeroCounts } from './client/archive.ts';
import { joinTimes, NO_TIMES } from './packed-times.ts';
import type { ArchiveSlot, Part } from './packing.ts';

/** Kept by slot; service times are kept by request name. */
export const OF_SLOTS = CARRIED_MEASURES.filter((each) => each !== 'service');
export const OF_REQUESTS = OF_SLOTS.filter((each) => each !== 'lag');

export function emptySlot(startAt: number, endAt: number): ArchiveSlot {
  const times = Object.fromEntries(OF_SLOTS.map((each) => [each, NO_TIMES])) as ArchiveSlot['times'];
  return { startAt, endAt, measured: 0, intervals: 1, parts: [], times };
}

/** As if it had been warm-up: what a reset leaves of a slot. */
export function discarded(slot: ArchiveSlot): ArchiveSlot {
  const { startAt, endAt, intervals } = slot;
  const parts = new Map<string, [Part, ...Part[]]>();
  for (const part of slot.parts)
    parts.set(part.name, [{ ...part, warm: true, achieved: 0 }, ...(parts.get(part.name) ?? [])]);
  return { ...emptySlot(startAt, endAt), intervals, parts: [...parts.values()].map(summed) };
}

/** The sum of parts of one request name, which are all of the warm-up, or none is. */
function summed(parts: readonly [Part, ...Part[]]): Part {
  const [{ name, warm }] = parts;
  const sum = zeroCounts();
  const statuses = new Map<number, number>();
  const kinds = new Map<string, number>();
  for (const part of parts) {
    for (const field of CELL_COUNTS) sum[field] += part[field];
    for (const [status, n] of part.statuses) statuses.set(status, (statuses.get(status) ?? 0) + n);
    for (const [kind, n] of part.kinds) kinds.set(kind, (kinds.get(kind) ?? 0) + n);
  }
  const response = joinTimes(parts.map((part) => part.response));
  const service = joinTimes(parts.map((part) => part.service));
  return { name, warm, ...sum, statuses, kinds, response, service };
}

export function mergedBy(slots: readonly ArchiveSlot[], times: number): ArchiveSlot[] {
  const merged: ArchiveSlot[] = [];
  for (let first = 0; first < slots.length; first += times) merged.push(oneOf(slots.slice(first, first + times)));
  return merged;
}

function oneOf(group: readonly ArchiveSlot[]): ArchiveSlot {
  const whole = emptySlot(group[0]?.startAt ?? 0, Math.max(...group.map(({ endAt }) => endAt)));
  whole.intervals = group.reduce((sum, { intervals }) => sum + intervals, 0);
  whole.measured = group.reduce((sum, { measured }) => sum + measured, 0);
  for (const each of OF_SLOTS) whole.times[each] = joinTimes(group.map(({ times }) => times[each]));
  whole.parts.push(...summedByName(group.flatMap((slot) => slot.parts)));
  return whole;
}

/** In the order in which the names come first; the warm-up's apart. */
export function summedByName(all: readonly Part[]): Part[] {
  const parts = new Map<string, [Part, ...Part[]]>();
  for (const part of all) {
    const key = `${part.warm} ${part.name}`;
    const known = parts.get(key);
    if (known === undefined) parts.set(key, [part]);
    else known.push(part);
  }
  return [...parts.values()].map((same) => (same.length === 1 ? same[0] : summed(same)));
}
