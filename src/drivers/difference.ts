/** Where a body differs from the expected one, as a path and two values. */
import { mayExceedDoubles, sameDoubles, sameNumber } from '../core/json-number.ts';
import { JsonNumber, readExactJson } from '../core/json-text.ts';

/** Where two JSON values part company: the way there, and both values; `actual` undefined: it is not there. */
export interface Difference {
  readonly steps: readonly (string | number)[];
  readonly expected: unknown;
  readonly actual: unknown;
  /** Where both are texts: the first character that differs, counted from 0. */
  readonly at?: number;
}

/**
 * The first place at which `actual` is not what is expected. Objects may have more fields than expected; numbers may lie
 * `tolerance` apart, in texts as well. Numbers are doubles, or `JsonNumber`s where the double would not do.
 *
 * A list or an object that stands as JSON in a text is compared as what it is.
 */
export function firstDifference(expected: unknown, actual: unknown, tolerance: number): Difference | null {
  if (expected === actual) return null;
  const differs = { steps: [], expected, actual };
  if (typeof expected === 'number' && typeof actual === 'number')
    return sameDoubles(expected, actual, tolerance) ? null : differs;
  const [wantedNumber, number] = [numberText(expected), numberText(actual)];
  if (wantedNumber !== null && number !== null) return sameNumber(wantedNumber, number, tolerance) ? null : differs;
  if (typeof actual === 'string') {
    if (typeof expected !== 'string' && !isContainer(expected)) return differs;
    const within = containersIn(expected, actual);
    if (within !== null) return firstDifference(within.expected, within.actual, tolerance);
    return typeof expected === 'string' ? firstTextDifference(expected, actual, tolerance) : differs;
  }
  if (!isContainer(expected) || !isContainer(actual) || Array.isArray(expected) !== Array.isArray(actual))
    return differs;
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

function numberText(value: unknown): string | null {
  if (value instanceof JsonNumber) return value.text;
  return typeof value === 'number' ? String(value) : null;
}

const isContainer = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof JsonNumber);

/** Both as lists or objects, where a text holds one: `"[0.1, 0.2]"`. */
function containersIn(expected: unknown, actual: string): { expected: object; actual: object } | null {
  const exact = mayExceedDoubles(actual) || hasExactNumbers(expected);
  const wanted = typeof expected === 'string' ? containerIn(expected, exact) : expected;
  const got = wanted === null ? null : containerIn(actual, exact);
  return isContainer(wanted) && isContainer(got) ? { expected: wanted, actual: got } : null;
}

/** The list or object whose JSON a text is, or null. */
export function containerIn(text: string, exact: boolean): object | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    const value: unknown = exact ? readExactJson(text) : JSON.parse(text);
    return isContainer(value) ? value : null;
  } catch {
    return null;
  }
}

function hasExactNumbers(value: unknown): boolean {
  if (value instanceof JsonNumber) return true;
  if (typeof value === 'string') return mayExceedDoubles(value);
  return isContainer(value) && Object.values(value).some(hasExactNumbers);
}

const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/g;

/** The first place at which a text is not the expected one, numbers in it within the tolerance. */
export function firstTextDifference(expected: string, actual: string, tolerance: number): Difference | null {
  if (expected === actual) return null;
  const differsAt = (at: number): Difference => ({ steps: [], expected, actual, at });
  if (tolerance === 0) return differsAt(firstOther(expected, actual));
  const wanted = [...expected.matchAll(NUMBER)];
  const got = [...actual.matchAll(NUMBER)];
  let wantedAt = 0;
  let gotAt = 0;
  for (let n = 0; n <= wanted.length; n++) {
    const [one, other] = [wanted[n], got[n]];
    const before = expected.slice(wantedAt, one?.index);
    const beforeGot = actual.slice(gotAt, other?.index);
    if (before !== beforeGot || (one === undefined) !== (other === undefined))
      return differsAt(gotAt + firstOther(expected.slice(wantedAt), actual.slice(gotAt)));
    if (one === undefined || other === undefined) return null;
    if (!sameNumber(decimalText(one[0]), decimalText(other[0]), tolerance)) return differsAt(other.index);
    wantedAt = one.index + one[0].length;
    gotAt = other.index + other[0].length;
  }
  return null;
}

/** `+.5` and `5.` as JSON would write them. */
const decimalText = (text: string): string =>
  text
    .replace(/^\+/, '')
    .replace(/^-?(?=\.)/, '$&0')
    .replace(/\.(?=$|e)/i, '');

function firstOther(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  let at = 0;
  while (at < length && one[at] === other[at]) at++;
  return at;
}

/** Has a JSON value that field or element? */
export function hasStep(value: unknown, step: string | number): boolean {
  if (!isContainer(value)) return false;
  return Array.isArray(value) ? typeof step === 'number' && step < value.length : Object.hasOwn(value, step);
}

/**
 * A path and the steps after it. Without `exact` every element of a list is `[*]`, so that equal causes read the same.
 */
export function pathAfter(path: string, steps: readonly (string | number)[], exact: boolean): string {
  return steps.reduce<string>((whole, step) => {
    if (typeof step === 'number') return `${whole}[${exact ? step : '*'}]`;
    return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(step) ? `${whole}.${step}` : `${whole}['${step}']`;
  }, path);
}
