/** Responses that a target gave, as what is expected of it later: what differs between repeats is left out, numbers get a tolerance. */
import { isObject, type Json, type JsonObject } from './document.ts';

/** A number that differs by more of itself between repeats is no result, but a time or a chance. */
const MOST_SPREAD = 0.01;
/** Of what was seen to differ; more may. */
const SAFETY = 10;
/** Where nothing differed: the last digits may, on another number of threads. */
const LEAST_RELATIVE = 1e-9;

/** What repeats of the same requests show. */
export interface Steadiness {
  /** Fields that differ from repeat to repeat: `$.id`; empty: none does. */
  readonly unsteady: readonly string[];
  /** How far numbers may lie apart. */
  readonly tolerance: number;
}

/** @param repeats responses to the same request, for each of some requests. */
export function steadinessOf(repeats: readonly (readonly Json[])[]): Steadiness {
  const unsteady = new Set<string>();
  const seen = { spread: 0, largest: 0 };
  for (const [first, ...others] of repeats)
    if (first !== undefined) for (const other of others) compare(first, other, '$', unsteady, seen, 0);
  const tolerance = Math.max(seen.spread * SAFETY, seen.largest * LEAST_RELATIVE);
  return { unsteady: [...unsteady], tolerance: tolerance === 0 ? 0 : Number(tolerance.toPrecision(1)) };
}

function compare(
  first: Json,
  second: Json,
  path: string,
  unsteady: Set<string>,
  seen: { spread: number; largest: number },
  depth: number,
): void {
  if (unsteady.has(path)) return;
  if (typeof first === 'number' && typeof second === 'number') {
    const apart = Math.abs(first - second);
    const largest = Math.max(Math.abs(first), Math.abs(second));
    if (apart > largest * MOST_SPREAD) unsteady.add(path);
    else {
      seen.spread = Math.max(seen.spread, apart);
      // Whole numbers are counts and labels, and those are exact.
      if (!Number.isInteger(first)) seen.largest = Math.max(seen.largest, largest);
    }
  } else if (Array.isArray(first) && Array.isArray(second) && first.length === second.length && depth < 100) {
    // What differs in a list is all of it: it is compared as a whole.
    const within = new Set<string>();
    for (const [n, each] of first.entries()) compare(each, second[n] ?? null, path, within, seen, depth + 1);
    if (within.size > 0) unsteady.add(path);
  } else if (isObject(first) && isObject(second) && depth < 100) {
    for (const name of new Set([...Object.keys(first), ...Object.keys(second)]))
      compareField(first[name], second[name], pathTo(path, name), unsteady, seen, depth);
  } else if (JSON.stringify(first) !== JSON.stringify(second)) unsteady.add(path);
}

function compareField(
  first: Json | undefined,
  second: Json | undefined,
  path: string,
  unsteady: Set<string>,
  seen: { spread: number; largest: number },
  depth: number,
): void {
  if (first === undefined || second === undefined) unsteady.add(path);
  else compare(first, second, path, unsteady, seen, depth + 1);
}

const pathTo = (path: string, name: string): string =>
  /^[A-Za-z_]\w*$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`;

/** A response without what differs; undefined: then nothing is left. */
export function expectedOf(response: Json, unsteady: readonly string[]): Json | undefined {
  return steadyPart(response, '$', new Set(unsteady), 0);
}

function steadyPart(value: Json, path: string, unsteady: ReadonlySet<string>, depth: number): Json | undefined {
  if (unsteady.has(path)) return undefined;
  if (!isObject(value) || depth > 100) return value;
  const kept: JsonObject = {};
  for (const [name, part] of Object.entries(value)) {
    const inside = part === undefined ? undefined : steadyPart(part, pathTo(path, name), unsteady, depth + 1);
    if (inside !== undefined) kept[name] = inside;
  }
  return Object.keys(kept).length === 0 && Object.keys(value).length > 0 ? undefined : kept;
}
