/** Checks of fields of JSON bodies: a path, a value, a tolerance. */
import type { Exchange } from '../core/exchange.ts';
import { mayExceedDoubles } from '../core/json-number.ts';
import { JsonNumber, readExactJson } from '../core/json-text.ts';
import type { ExpectedJson, RequestCheck } from '../core/plan.ts';
import type { Payloads } from '../core/ports.ts';
import { MASK } from '../core/secret.ts';
import {
  containerIn,
  type Difference,
  firstDifference,
  firstTextDifference,
  hasStep,
  pathAfter,
} from './difference.ts';
import { type Compiled, ExpectedText, type Fault } from './expectation.ts';
import type { ResponseBuffer } from './response-buffer.ts';

type JsonCheck = Extract<RequestCheck, { kind: 'json' }>;
type Steps = JsonCheck['steps'];

/** The JSON of a response, parsed once for all checks of it. */
export class ResponseJson {
  value: unknown;
  /** Its text, where it is JSON. */
  text = '';
  #state: 'unread' | 'json' | 'other' = 'unread';

  reset(): void {
    this.#state = 'unread';
  }

  /** Whether it is JSON; then `value` is its value. */
  read(response: ResponseBuffer): boolean {
    if (this.#state !== 'unread') return this.#state === 'json';
    this.#state = 'other';
    if (response.tooLarge) return false;
    try {
      this.text = response.text();
      this.value = JSON.parse(this.text);
      this.#state = 'json';
    } catch {
      // A text like any other.
    }
    return this.#state === 'json';
  }
}

export interface JsonCheckContext {
  readonly payloads: Payloads | null;
  /** Rows have texts without a type: what reads as a number may be meant as a text. */
  readonly untyped: boolean;
  readonly json: ResponseJson;
}

/** What is expected of a response. */
interface Expected {
  readonly json: string;
  readonly value: unknown;
  /** It holds a number that a double may not: numbers are compared as they are written. */
  readonly exact: boolean;
  /** As a text: of a string its characters; null where it can be no text. */
  readonly text: string | null;
}

const expectedOf = (json: string, untyped: boolean): Expected => {
  const value: unknown = JSON.parse(json);
  const text = typeof value === 'string' ? value : untyped ? json : null;
  return { json, value, exact: mayExceedDoubles(json), text };
};

export function compileJsonCheck(check: JsonCheck, context: JsonCheckContext): Compiled {
  const { steps, path, expected, tolerance } = check;
  const { json } = context;
  const wantedFor = expected === null ? null : compileExpected(expected, context);
  return (exchange, response) => {
    const wanted = wantedFor === null ? null : wantedFor(exchange);
    // A text that reads as JSON (the label 0) is a text all the same.
    const text = steps.length === 0 && wanted !== null ? wanted.text : null;
    if (!json.read(response)) {
      if (text === null || response.unreadable() !== null) return notJson(response);
      return holdsAsText(text, bodyText(response), tolerance) ? null : otherText(text, tolerance, response);
    }
    const actual = valueAt(json.value, steps);
    if (actual === MISSING) return missing(path, response);
    if (wanted === null) return null;
    const difference = differenceOf(wanted, actual, steps, tolerance, response);
    if (difference === null) return null;
    if (typeof actual === 'string' && wanted.text !== null && holdsAsText(wanted.text, actual, tolerance)) return null;
    if (text !== null) {
      if (holdsAsText(text, bodyText(response), tolerance)) return null;
      if (typeof actual !== 'object' && difference.steps.length === 0) return otherText(text, tolerance, response);
    }
    return other(check, wanted, difference, response);
  };
}

const holdsAsText = (expected: string, actual: string, tolerance: number): boolean =>
  firstDifference(expected, actual, tolerance) === null;

function compileExpected(
  expected: ExpectedJson,
  { payloads, untyped }: JsonCheckContext,
): (exchange: Exchange) => Expected {
  switch (expected.from) {
    case 'plan': {
      const constant = expectedOf(expected.json, false);
      return () => constant;
    }
    case 'row':
      return ({ index, user }) => expectedOf(payloads?.field(expected.field, index, user) ?? 'null', untyped);
    case 'template': {
      const { text, place } = expected;
      const filled = new ExpectedText(payloads, text, place);
      return (exchange) => {
        const written = filled.bytesFor(exchange).toString();
        return expectedOf(place === 'text' ? JSON.stringify(written) : written, false);
      };
    }
  }
}

function differenceOf(
  { json, value, exact }: Expected,
  actual: unknown,
  steps: Steps,
  tolerance: number,
  response: ResponseBuffer,
): Difference | null {
  return exact ? differenceAsWritten(json, steps, tolerance, response) : firstDifference(value, actual, tolerance);
}

/** The difference with every number as it is written. */
function differenceAsWritten(
  json: string,
  steps: Steps,
  tolerance: number,
  response: ResponseBuffer,
): Difference | null {
  return firstDifference(readExactJson(json), valueAt(readExactJson(response.text()), steps, true), tolerance);
}

const MISSING = Symbol('missing');

/** Whether a path led to nothing. */
export const isMissing = (value: unknown): boolean => value === MISSING;

/**
 * The value at a path; see `isMissing`. It leads on into a list or an object that stands as JSON in a text.
 *
 * @param exact numbers are kept as they are written.
 */
export function valueAt(value: unknown, steps: Steps, exact = false): unknown {
  let at = value;
  for (const step of steps) {
    if (typeof at === 'string') at = containerIn(at, exact);
    if (!hasStep(at, step)) return MISSING;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}

/** A text that is the whole body; the line end that many servers put behind it is no part of it. */
const bodyText = (response: ResponseBuffer): string => response.text().replace(/\r?\n$/, '');

function notJson(response: ResponseBuffer): Fault {
  const { bytes, start, end } = response;
  return {
    message: response.unreadable() ?? 'the body is not JSON',
    detail: (excerpts) => `got ${excerpts.beginning(bytes, start, end)}`,
  };
}

function missing(path: string, response: ResponseBuffer): Fault {
  const { bytes, start, end } = response;
  return {
    message: `${path} is missing`,
    detail: (excerpts) => `${path}: not in ${excerpts.beginning(bytes, start, end)}`,
  };
}

function otherText(expected: string, tolerance: number, response: ResponseBuffer): Fault {
  return {
    message: 'the body differs',
    detail: (excerpts) => {
      const got = bodyText(response);
      return excerpts.ofTexts(expected, got, firstTextDifference(expected, got, tolerance)?.at ?? 0);
    },
  };
}

/** By how much two numbers differ: `, 0.08 more`. */
function apart(expected: unknown, actual: unknown): string {
  if (!(expected instanceof JsonNumber) || !(actual instanceof JsonNumber)) return '';
  const difference = Number((Number(actual.text) - Number(expected.text)).toPrecision(3));
  // Doubles cannot tell the two apart.
  if (difference === 0 || !Number.isFinite(difference)) return '';
  return `, ${Math.abs(difference)} ${difference > 0 ? 'more' : 'less'}`;
}

function other(
  { path, steps, tolerance }: JsonCheck,
  { json }: Expected,
  found: Difference,
  response: ResponseBuffer,
): Fault {
  return {
    message: `${pathAfter(path, found.steps, false)} ${found.actual === undefined ? 'is missing' : 'differs'}`,
    detail: (excerpts) => {
      const {
        steps: within,
        expected,
        actual,
        at = 0,
      } = differenceAsWritten(json, steps, tolerance, response) ?? found;
      const where = pathAfter(path, within, true);
      if (excerpts.hides(...steps, ...within)) return `${where}: expected ${MASK}, got ${MASK}`;
      if (typeof expected === 'string' && typeof actual === 'string')
        return `${where}${at === 0 ? ': ' : ' '}${excerpts.ofTexts(expected, actual, at)}`;
      return `${where}: expected ${excerpts.of(expected)}, got ${actual === undefined ? 'nothing' : excerpts.of(actual)}${apart(expected, actual)}`;
    },
  };
}
