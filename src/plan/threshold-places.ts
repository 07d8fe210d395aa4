/** The line and column of each threshold in a scenario file, for annotations in a pull request. */
import type { FilePlace, RawSettings } from './raw-settings.ts';
import { parseThreshold, resolveOwnThresholds, separated } from './threshold.ts';

/**
 * Where thresholds stand in a scenario file, by their texts as checks tell them; those of flags and of the environment stand
 * nowhere. Of two with one text it is the first.
 *
 * @param names of the requests, in the order of the file.
 */
export function thresholdPlaces(given: RawSettings, names: readonly string[]): ReadonlyMap<string, FilePlace> {
  const places = new Map<string, FilePlace>();
  const add = (text: string, place: FilePlace | null | undefined): void => {
    if (place && !places.has(text)) places.set(text, place);
  };
  for (const name of ['thresholds', 'slos', 'abortOn'] as const) {
    const value = given.settings[name] ?? [];
    const texts = typeof value === 'string' ? [value] : value;
    texts.forEach((text, i) => {
      const { place } = given.originOf(name, typeof value === 'string' ? [] : [i]);
      // One that ends a run is told as it is written: with its "over" and "after" it is no plain threshold.
      for (const part of separated(text))
        add(name === 'abortOn' ? part.trim() : parseThreshold(part, name).text, place);
    });
  }
  given.mix?.requests.forEach(({ thresholds, originOf }, index) => {
    thresholds.forEach((text, i) => {
      const { place } = originOf('thresholds', i);
      for (const { text: told } of resolveOwnThresholds([text], names[index] ?? '', 'thresholds')) add(told, place);
    });
  });
  return places;
}
