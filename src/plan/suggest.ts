/** What somebody meant by a word that is no setting: the nearest name, or what another tool calls it. */
import type { SettingName } from '../settings/table.ts';

/**
 * The candidate a mistyped word was most likely meant to be, or null where none is near. Case, `-` and `_` don't count:
 * `spawn_rate` is `spawnRate`.
 *
 * @param limit most slips: letters too many, too few, other or swapped.
 */
export function suggest(
  word: string,
  candidates: Iterable<string>,
  // In a short word two slips make another word.
  limit: number = plain(word).length < 4 ? 1 : 2,
): string | null {
  const given = plain(word);
  let best: string | null = null;
  let nearest = limit + 1;
  for (const candidate of candidates) {
    const wanted = plain(candidate);
    if (Math.abs(wanted.length - given.length) >= nearest) continue;
    const distance = editDistance(given, wanted);
    if (distance < nearest && distance < given.length) {
      best = candidate;
      nearest = distance;
    }
  }
  return best;
}

/** What others call our settings. */
const ELSEWHERE: Readonly<Record<string, SettingName>> = {
  users: 'vus',
  clients: 'vus',
  concurrency: 'vus',
  runtime: 'duration',
  hatchrate: 'spawnRate',
  rampup: 'spawnRate',
  rps: 'rate',
  qps: 'rate',
  iterations: 'requests',
  payload: 'body',
  host: 'url',
  target: 'url',
};

/** The setting that other tools know by that name, or null. */
export const settingMeant = (word: string): SettingName | null => ELSEWHERE[plain(word)] ?? null;

/** ` Did you mean …?` for an error's hint, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const meant = suggest(word, candidates);
  return meant === null ? '' : `Did you mean ${meant}?`;
}

/** The same, or all that there are: of requests, which a person has named. */
export const meantAmong = (word: string, names: readonly string[]): string =>
  didYouMean(word, names) ||
  `There ${names.length === 1 ? 'is' : 'are'} ${names.slice(0, MOST_NAMED).join(', ')}${names.length > MOST_NAMED ? ', …' : ''}.`;

const MOST_NAMED = 20;

const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_]/g, '');

/** Damerau–Levenshtein distance in its optimal string alignment form: a swap of two neighbours is one slip. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
