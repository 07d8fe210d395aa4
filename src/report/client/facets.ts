/** Looks for requests by name and tag, and says what was found. */
import type { Names } from './selection.ts';

/** What requests have in common: a tag, a flow, a group. */
export interface Facet {
  /** `kind=batch`, `flow buy` */
  readonly name: string;
  /** As it is told: `kind=batch`, `target canary`. */
  readonly label: string;
  /** Their names. */
  readonly requests: readonly string[];
}

export interface Facets {
  readonly tags: readonly Facet[];
  /** Flows and groups. */
  readonly wholes: readonly Facet[];
}

export const NO_FACETS: Facets = { tags: [], wholes: [] };

/** Tags to choose from, those of a key side by side: what is one request, flow or group at several targets, the search finds by its name. */
export function chipsOf({ tags }: Facets): readonly Facet[] {
  const chips = tags.filter(({ name }) => !/^(request|flow|group)=/.test(name));
  const keys = [...new Set(chips.map(keyOf))];
  return keys.flatMap((key) => chips.filter((chip) => keyOf(chip) === key));
}

const keyOf = ({ name }: Facet): string => name.slice(0, name.indexOf('='));

/** With fewer names there is nothing to look for. */
export const FEW_NAMES = 6;

/** What the reader looks for; neither: all. */
export interface Wanted {
  /** Words that are all in a name, or in a tag of it. */
  readonly text: string;
  /** Names of tags: of one key any, of several keys all. */
  readonly tags: ReadonlySet<string>;
}

export const ALL: Wanted = { text: '', tags: new Set() };

/** What there is of what the reader looks for. */
export interface Found {
  /** Null: nothing was looked for. */
  readonly names: Names;
  /** Whether a row of a table is among it: of `request NAME`, `flow NAME`, `group NAME` or `tag NAME`; any other is. */
  readonly shows: (of: string) => boolean;
}

/**
 * A flow or a group is found by its own name, and with any request that is found; where no request has that name, a flow or group
 * that has it stands for the requests in it.
 */
export function found(names: readonly string[], { tags, wholes }: Facets, wanted: Wanted): Found {
  const words = wanted.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0 && wanted.tags.size === 0) return { names: null, shows: () => true };
  const isIn = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word));
  const tagsOf = new Map<string, string[]>();
  for (const { name, requests } of tags)
    for (const request of requests) tagsOf.set(request, [...(tagsOf.get(request) ?? []), name]);
  const tagged = (request: string): boolean => hasTags(tagsOf.get(request) ?? [], wanted.tags);
  const named = names.filter((name) => tagged(name) && isIn([name, ...(tagsOf.get(name) ?? [])].join(' ')));
  const called = wholes.filter(({ name, requests }) => isIn(name) && requests.some(tagged));
  const requests = new Set(
    named.length > 0 ? named : called.flatMap((whole) => whole.requests.filter((request) => tagged(request))),
  );
  const rows = new Set([
    ...[...requests].map((name) => `request ${name}`),
    ...called.map(({ name }) => name),
    ...wholes.filter((whole) => whole.requests.some((name) => requests.has(name))).map(({ name }) => name),
    ...tags.filter((tag) => tag.requests.some((name) => requests.has(name))).map(({ name }) => `tag ${name}`),
  ]);
  return {
    names: new Set(names.flatMap((name, i) => (requests.has(name) ? [i] : []))),
    shows: (of) => !/^(request|flow|group|tag) /.test(of) || rows.has(of),
  };
}

function hasTags(own: readonly string[], wanted: ReadonlySet<string>): boolean {
  const byKey = new Map<string, boolean>();
  for (const tag of wanted) {
    const key = tag.slice(0, tag.indexOf('='));
    byKey.set(key, byKey.get(key) === true || own.includes(tag));
  }
  return [...byKey.values()].every((any) => any);
}

/** `12 of 200 requests: charts and tables are of these.` */
export function foundSentence({ names: hits }: Found, names: readonly string[]): string {
  if (hits?.size === 0) return 'No request is called so, nor has such a tag.';
  return `${hits?.size ?? names.length} of ${names.length} requests: charts and tables are of these.`;
}
