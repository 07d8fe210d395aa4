/**
 * Changes of a body, whatever asks for them: longer or deeper lists, one more field, another value at a path.
 * Each makes a new body of an old one; no list or text of it is longer than WIDEST because of one.
 */
import { isObject, type Json, objectOf } from '../core/json-value.ts';

/** No list or text is made longer because an error says so. */
export const WIDEST = 10_000;
/** No body has more values because errors say so: lists in lists multiply. */
export const MOST_VALUES = 100_000;

/** How many values a body has, lists and objects among them; counted as far as `MOST_VALUES` and a little. */
export function valuesIn(body: Json | undefined): number {
  if (typeof body !== 'object' || body === null) return 1;
  let count = 1;
  for (const part of Object.values(body)) if (count <= MOST_VALUES) count += valuesIn(part);
  return count;
}

/** What is there now, to what should be there; undefined: nothing. */
export type Make = (now: Json | undefined) => Json | undefined;

/** What an error says should be otherwise: of a field of the body, the query or the headers; a null value: it should go. */
export interface Change {
  readonly place: 'body' | 'query' | 'header';
  readonly path: readonly (string | number)[];
  readonly make: Make;
}

/** A body with what a path leads to made anew; as it is where the path leads nowhere. */
export function applied(body: Json, path: readonly (string | number)[], make: Make): Json {
  const [step, ...rest] = path;
  if (step === undefined) return make(body) ?? {};
  if (Array.isArray(body)) {
    if (typeof step !== 'number') return rest.length === 0 ? body : applied(body, rest, make);
    if (step > body.length || (step === body.length && rest.length > 0)) return body;
    const copy = [...body];
    const value = rest.length === 0 ? make(copy[step]) : applied(copy[step] ?? null, rest, make);
    if (value === undefined) copy.splice(step, 1);
    else copy[step] = value;
    return copy;
  }
  if (!isObject(body)) return rest.length === 0 && typeof step === 'string' ? applied({}, path, make) : body;
  const name = String(step);
  // A path names the members of unions, too: those are no fields.
  if (!Object.hasOwn(body, name) && rest.length > 0) return applied(body, rest, make);
  const { [name]: now, ...others } = body;
  const value = rest.length === 0 ? make(now) : applied(now ?? null, rest, make);
  return value === undefined ? (others as Json) : ({ ...body, [name]: value } as Json);
}

/** The innermost list with that many of its kind; where there is none, a list of numbers. As it is where that would be too much. */
export function widened(now: Json | undefined, width: number): Json {
  const wanted = Math.min(width, WIDEST);
  return now !== undefined && valuesIn(now) * wanted > MOST_VALUES && innermostLists(now) * wanted > MOST_VALUES
    ? now
    : widenedWhole(now, wanted);
}

/** How many lists of a body hold no list and no object. */
function innermostLists(now: Json): number {
  if (Array.isArray(now) && !Array.isArray(now[0]) && !isObject(now[0])) return 1;
  if (typeof now !== 'object' || now === null) return 0;
  return Object.values(now).reduce<number>((sum, part) => sum + innermostLists(part ?? null), 0);
}

function widenedWhole(now: Json | undefined, width: number): Json {
  if (Array.isArray(now)) {
    const [first] = now;
    return Array.isArray(first) || isObject(first)
      ? now.map((each) => widenedWhole(each, width))
      : stretched(now, width);
  }
  if (isObject(now)) {
    const entries = Object.entries(now);
    const lists = entries.filter(([, part]) => Array.isArray(part));
    if (lists.length > 0)
      return { ...now, ...Object.fromEntries(lists.map(([name, part]) => [name, widenedWhole(part, width)])) };
    if (entries.length === 0) return stretched([], width);
    const [[name]] = entries as [[string, Json]];
    return { ...now, [name]: stretched([], width) };
  }
  return stretched([], width);
}

export function stretched(now: Json | undefined, length: number): Json[] {
  const list = Array.isArray(now) ? now : now === undefined ? [] : [now];
  const largest = list.reduce<number>((most, each) => Math.max(most, valuesIn(each)), 1);
  const most = Math.max(list.length, Math.floor(MOST_VALUES / largest));
  return Array.from({ length: Math.min(length, WIDEST, most) }, (_, n) => structuredClone(list[n] ?? list.at(-1) ?? 1));
}

export function deepened(now: Json | undefined): Json {
  if (!isObject(now)) return [now ?? 1];
  return Object.fromEntries(
    Object.entries(now).map(([name, part]) => [name, Array.isArray(part) ? [part] : (part as Json)]),
  );
}

export function everywhere(now: Json | undefined, change: (value: Json) => Json): Json {
  if (Array.isArray(now)) return now.map((each) => everywhere(each, change));
  if (isObject(now))
    return Object.fromEntries(Object.entries(now).map(([name, part]) => [name, everywhere(part, change)]));
  return change(now ?? null);
}

/** In each record of a list, or in the object. */
export function withField(now: Json | undefined, name: string, value: Json): Json {
  if (Array.isArray(now)) return now.map((each) => (isObject(each) ? withField(each, name, value) : each));
  return { ...objectOf(now), [name]: value } as Json;
}

export function asList(now: Json | undefined, records: boolean): Json {
  if (Array.isArray(now)) return records ? now.map((each) => (isObject(each) ? each : {})) : [now];
  if (isObject(now)) return [records || Object.keys(now).length > 0 ? now : 1];
  return [records ? {} : (now ?? 1)];
}
