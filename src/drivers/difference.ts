import { sameDoubles, sameNumber } from '../core/json-number.ts';
import { JsonNumber } from '../core/json-text.ts';

/** Where two JSON values part company: the way there, and both values; `actual` undefined: it is not there. */
export interface Difference {
  readonly steps: readonly (string | number)[];
  readonly expected: unknown;
  readonly actual: unknown;
}

/**
 * The first place at which `actual` is not what is expected. Objects may have more fields than expected; numbers may lie
 * `tolerance` apart. Numbers are doubles, or `JsonNumber`s where the double would not do.
 */
export function firstDifference(expected: unknown, actual: unknown, tolerance: number): Difference | null {
  if (expected === actual) return null;
  const differs = { steps: [], expected, actual };
  if (typeof expected === 'number' && typeof actual === 'number')
    return sameDoubles(expected, actual, tolerance) ? null : differs;
  if (expected instanceof JsonNumber || actual instanceof JsonNumber) {
    const same =
      expected instanceof JsonNumber &&
      actual instanceof JsonNumber &&
      sameNumber(expected.text, actual.text, tolerance);
    return same ? null : differs;
  }
  if (typeof expected !== 'object' || typeof actual !== 'object' || expected === null || actual === null)
    return differs;
  if (Array.isArray(expected) !== Array.isArray(actual)) return differs;
  if (Array.isArray(expected) && expected.length !== (actual as unknown[]).length)
    return { steps: ['length'], expected: expected.length, actual: (actual as unknown[]).length };
  for (const key of Object.keys(expected)) {
    const step = Array.isArray(expected) ? Number(key) : key;
    const wanted = (expected as Record<string, unknown>)[key];
    if (!hasStep(actual, step)) return { steps: [step], expected: wanted, actual: undefined };
    const within = firstDifference(wanted, (actual as Record<string, unknown>)[key], tolerance);
    if (within !== null) return { ...within, steps: [step, ...within.steps] };
  }
  return null;
}

/** Has a JSON value that field or element? */
export function hasStep(value: unknown, step: string | number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) ? typeof step === 'number' && step < value.length : Object.hasOwn(value, step);
}

/** A path and the steps after it. Without `exact` every element of a list is `[*]`, so that equal causes read the same. */
export function pathAfter(path: string, steps: readonly (string | number)[], exact: boolean): string {
  return steps.reduce<string>((whole, step) => {
    if (typeof step === 'number') return `${whole}[${exact ? step : '*'}]`;
    return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(step) ? `${whole}.${step}` : `${whole}['${step}']`;
  }, path);
}
