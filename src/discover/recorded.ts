/** Responses that a target gave, as what is expected of it later: what differs between repeats is left out, numbers get a tolerance. */
import { isObject, type Json, type JsonObject } from '../core/json-value.ts';

/** A number that differs by more of itself between repeats is no result, but a time or a chance. */
const MOST_SPREAD = 0.01;
/** Of what was seen to differ; more may. */
const SAFETY = 10;
/** Where nothing differed: the last digits may, on another number of threads. */
const LEAST_RELATIVE = 1e-9;
/** One tolerance is for all numbers of a response. No number of a field would be checked where it is more of the field than this, */
const MOST_OF_A_FIELD = 0.01;
/** unless the field's numbers are smaller than that. */
const SMALL = 1e-3;

/** What repeats of the same requests show. */
export interface Steadiness {
  /** Fields that differ from repeat to repeat: `$.id`; empty: none does. */
  readonly unsteady: readonly string[];
  /** How far numbers may lie apart. */
  readonly tolerance: number;
}

/** The numbers of a field, over all repeats. */
interface Numbers {
  /** How far those of one request lie apart. */
  spread: number;
  largest: number;
  /** Whole numbers are counts and labels, and those are exact. */
  whole: boolean;
}

/** @param repeats responses to the same request, for each of some requests. */
export function steadinessOf(repeats: readonly (readonly Json[])[]): Steadiness {
  const unsteady = new Set<string>();
  const seen = new Map<string, Numbers>();
  for (const [first, ...others] of repeats)
    if (first !== undefined) for (const other of others) compare(first, other, '$', unsteady, seen, 0);
  for (const path of seen.keys()) if ([...unsteady].some((left) => isWithin(path, left))) seen.delete(path);
  let tolerance = 0;
  for (const [path, { spread, largest, whole }] of [...seen].sort(([, a], [, b]) => b.spread - a.spread)) {
    const wanted = Math.max(spread * SAFETY, whole ? 0 : largest * LEAST_RELATIVE);
    const tooMuch = [...seen].some(([other, numbers]) => other !== path && wanted > mostOf(numbers));
    if (!tooMuch) tolerance = Math.max(tolerance, wanted);
    else if (spread > 0) {
      // A time, most likely.
      unsteady.add(path);
      seen.delete(path);
    }
  }
  return { unsteady: [...unsteady], tolerance: tolerance === 0 ? 0 : Number(tolerance.toPrecision(1)) };
}

/** The most tolerance that a field bears: whole numbers differ by one. */
const mostOf = ({ largest, whole }: Numbers): number => (whole ? 0.5 : MOST_OF_A_FIELD * Math.max(largest, SMALL));

function compare(
  first: Json,
  second: Json,
  path: string,
  unsteady: Set<string>,
  seen: Map<string, Numbers>,
  depth: number,
): void {
  if (unsteady.has(path)) return;
  if (typeof first === 'number' && typeof second === 'number') {
    const apart = Math.abs(first - second);
    const largest = Math.max(Math.abs(first), Math.abs(second));
    const whole = Number.isInteger(first) && Number.isInteger(second);
    // Digits beyond those of a double are lost here, and a run looks at them.
    const lost = whole && largest > Number.MAX_SAFE_INTEGER;
    if (apart > largest * MOST_SPREAD || (whole && apart > 0) || lost) unsteady.add(path);
    else {
      const known = seen.get(path) ?? { spread: 0, largest: 0, whole: true };
      known.spread = Math.max(known.spread, apart);
      known.largest = Math.max(known.largest, largest);
      known.whole &&= whole;
      seen.set(path, known);
    }
  } else if (typeof first === 'string' && typeof second === 'string') {
    const within = new Set<string>();
    if (first.replaceAll(FRACTION, '#') !== second.replaceAll(FRACTION, '#')) unsteady.add(path);
    else compare(fractionsIn(first), fractionsIn(second), path, within, seen, depth + 1);
    if (within.size > 0) unsteady.add(path);
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

/** A number with a fraction, as sentences and JSON within texts have it: whole ones are often numbers of something. */
const FRACTION = /-?\d+\.\d+(?:e[+-]?\d+)?/gi;
const fractionsIn = (text: string): number[] => [...text.matchAll(FRACTION)].map(([number]) => Number(number));

function compareField(
  first: Json | undefined,
  second: Json | undefined,
  path: string,
  unsteady: Set<string>,
  seen: Map<string, Numbers>,
  depth: number,
): void {
  if (first === undefined || second === undefined) unsteady.add(path);
  else compare(first, second, path, unsteady, seen, depth + 1);
}

const isWithin = (path: string, whole: string): boolean =>
  path === whole || path.startsWith(`${whole}.`) || path.startsWith(`${whole}[`);

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
