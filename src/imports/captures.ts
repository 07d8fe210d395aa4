/** What a recorded response gave to later requests, as captures: a token of a log-in, the id of a job. */

import { isSecretName } from '../core/secret-names.ts';
import type { Header, ImportedRequest, RecordedResponse } from './imported.ts';

/** A value that a response had, and where. */
interface Given {
  readonly value: string;
  /** `$.access_token`, or `header X-Token`. */
  readonly from: string;
  /** What it is called there. */
  readonly name: string;
  /** The request whose response had it. */
  readonly index: number;
}

/** Values that can be followed: a shorter one may be there by chance, and one with other characters is written in many ways. */
const LINKABLE = /^[\w.~+/=:-]{8,4096}$/;
/** A word of letters alone is more likely a word than an id. */
const ID_LIKE = /\d/;
const WORD = /[A-Za-z\d_-]{4,}/g;
/** Values that are looked at in one response. */
const MOST_VALUES = 2_000;
const DEEPEST = 20;

/**
 * Requests in their order, of which those that send what an earlier response gave are made of it. A value that was sent before
 * it was given, or in the very request that got it, is the caller's own, and stays as it is.
 */
export function withCaptures(requests: readonly ImportedRequest[]): ImportedRequest[] {
  const given = new Map<string, Given>();
  /** By a word of theirs, so that not all are looked for in each request. */
  const byWord = new Map<string, Given[]>();
  const sent = new Set<string>();
  const linked: ImportedRequest[] = [];
  const captures = new Map<number, Record<string, string>>();
  const names = new Names();
  for (const [index, { response, ...request }] of requests.entries()) {
    const words = new Set(textsOf(request).flatMap((text) => text.match(WORD) ?? []));
    const used = [...words].flatMap((word) => byWord.get(word) ?? []);
    let made: ImportedRequest = request;
    // The longest first: one may be a part of another.
    for (const one of used.toSorted((a, b) => b.value.length - a.value.length)) {
      const name = names.of(linked[one.index] as ImportedRequest, one);
      const next = replaced(made, one.value, name);
      if (next === made) continue;
      made = next;
      captures.set(one.index, { ...captures.get(one.index), [name]: one.from });
    }
    linked.push(made);
    for (const word of words) sent.add(word);
    for (const one of valuesOf(response, index)) {
      const word = longestWord(one.value);
      if (word === null || sent.has(word) || given.has(one.value)) continue;
      given.set(one.value, one);
      byWord.set(word, [...(byWord.get(word) ?? []), one]);
    }
  }
  return linked.map((request, index) => {
    const own = captures.get(index);
    return own === undefined ? request : { ...request, captures: own };
  });
}

/** The same value of the same response has one name, however often it was recorded. */
class Names {
  readonly #byPlace = new Map<string, string>();
  readonly #taken = new Set<string>();

  of(request: ImportedRequest, { from, name }: Given): string {
    const { pause: _, captures: __, ...sent } = request;
    const place = JSON.stringify([sent, from]);
    const known = this.#byPlace.get(place);
    if (known !== undefined) return known;
    const plain =
      name
        .replaceAll(/[^\w-]+/g, '_')
        .replace(/^[^A-Za-z_]+/, '')
        .slice(0, 40) || 'value';
    let own = plain;
    for (let n = 2; this.#taken.has(own); n++) own = `${plain}_${n}`;
    this.#taken.add(own);
    this.#byPlace.set(place, own);
    return own;
  }
}

const textsOf = ({ url, headers, body }: ImportedRequest): string[] => [
  url,
  ...headers.map(([, value]) => value),
  body ?? '',
];

const longestWord = (value: string): string | null =>
  (value.match(WORD) ?? []).toSorted((a, b) => b.length - a.length)[0] ?? null;

/** @param name of the capture that stands in the place of the value. */
function replaced(request: ImportedRequest, value: string, name: string): ImportedRequest {
  const pattern = new RegExp(
    `(?<![\\w-])(?:${[...new Set([value, encodeURIComponent(value)])].map(escaped).join('|')})(?![\\w-])`,
    'g',
  );
  const within = (text: string, by = `{{captured.${name}}}`): string => text.replaceAll(pattern, () => by);
  // The host of an address is none of its values.
  const origin = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i.exec(request.url)?.[0] ?? '';
  const url = origin + within(request.url.slice(origin.length));
  const headers = request.headers.map(([field, text]): Header => [field, within(text)]);
  const body = request.body === null ? null : within(request.body);
  const same =
    url === request.url && body === request.body && headers.every(([, text], n) => text === request.headers[n]?.[1]);
  return same ? request : { ...request, name: within(request.name, `:${name}`), url, headers, body };
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

function valuesOf(response: RecordedResponse | undefined, index: number): Given[] {
  if (response === undefined) return [];
  const found: Given[] = [];
  const add = (value: unknown, from: string, name: string): void => {
    if (typeof value !== 'string' || !LINKABLE.test(value) || found.length >= MOST_VALUES) return;
    if (isSecretName(name) || ID_LIKE.test(value)) found.push({ value, from, name, index });
  };
  for (const [name, value] of response.headers)
    if (/^x-/i.test(name) || isSecretName(name)) add(value, `header ${name}`, name);
  const walk = (value: unknown, path: string, name: string, depth: number): void => {
    if (depth > DEEPEST || found.length >= MOST_VALUES) return;
    if (Array.isArray(value)) for (const [n, item] of value.entries()) walk(item, `${path}[${n}]`, name, depth + 1);
    else if (typeof value === 'object' && value !== null)
      for (const [key, item] of Object.entries(value)) {
        const step = /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : /["\\\]]/.test(key) ? null : `["${key}"]`;
        if (step !== null) walk(item, `${path}${step}`, key, depth + 1);
      }
    else add(value, path, name);
  };
  walk(response.json, '$', 'value', 0);
  return found;
}
