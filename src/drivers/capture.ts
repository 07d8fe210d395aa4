/** Takes values out of responses, for the requests that follow in the same pass. */
import { capturedNames } from '../core/capture.ts';
import type { Exchange } from '../core/exchange.ts';
import { mayExceedDoubles } from '../core/json-number.ts';
import { JsonNumber, readExactJson } from '../core/json-text.ts';
import { capturedIn } from '../core/placeholders.ts';
import type { Capture, Plan } from '../core/plan.ts';
import type { Fault } from './expectation.ts';
import { isMissing, type ResponseJson, valueAt } from './json-check.ts';
import type { ResponseBuffer } from './response-buffer.ts';
import { answerText } from './stream/answer-text.ts';

/** Longer values are a slip: they would be sent again and again. Characters. */
const LONGEST = 64 * 1024;

type Taken = { readonly value: string } | { readonly problem: string };

interface Compiled {
  /** Where an exchange keeps it. */
  readonly place: number;
  /** How a message names what was looked for. */
  readonly source: string;
  readonly inHeader: boolean;
  take(exchange: Exchange, response: ResponseBuffer): Taken;
}

/** Takes out of responses what later steps of their flows are made of. */
export class Capturer {
  readonly #names: readonly string[];
  readonly #captures: readonly (readonly Compiled[])[];
  readonly #json: ResponseJson;

  /** Null where nothing is captured. @param json of the response that is dealt with. */
  static of(plan: Plan, json: ResponseJson): Capturer | null {
    return capturedNames(plan).length === 0 ? null : new Capturer(plan, json);
  }

  private constructor(plan: Plan, json: ResponseJson) {
    this.#names = capturedNames(plan);
    this.#json = json;
    const inHeaders = plan.requests
      .flatMap(capturedIn)
      .flatMap(({ name, place }) => (place === 'header' ? [name] : []));
    this.#captures = plan.requests.map(({ captures = [] }) =>
      captures.map((capture) => ({
        place: this.#names.indexOf(capture.name),
        source: sourceOf(capture),
        inHeader: inHeaders.includes(capture.name),
        take: this.#compile(capture),
      })),
    );
  }

  /** Null where everything was found. */
  take(exchange: Exchange, response: ResponseBuffer): Fault | null {
    for (const { place, source, inHeader, take } of this.#captures[exchange.request] ?? []) {
      const taken = take(exchange, response);
      const problem = 'problem' in taken ? taken.problem : problemWith(taken.value, inHeader);
      if (problem !== null || 'problem' in taken)
        return {
          message: `nothing to capture by ${source}: ${problem}`,
          detail: (excerpts) => `got ${excerpts.beginning(response.bytes, response.start, response.end)}`,
        };
      exchange.captured ??= this.#names.map(() => '');
      exchange.captured[place] = taken.value;
    }
    return null;
  }

  #compile(capture: Capture): Compiled['take'] {
    switch (capture.from) {
      case 'status':
        return ({ status }) => ({ value: String(status) });
      case 'answer':
        return (_, response) => {
          const unreadable = response.unreadable();
          if (unreadable !== null) return { problem: unreadable };
          const value = answerText(response.text());
          return value === null
            ? { problem: 'the body is the response of no language model that is known' }
            : { value };
        };
      case 'header': {
        const name = capture.header.toLowerCase();
        return (_, response) => {
          const value = response.header(name);
          return value === null ? { problem: 'the header is missing' } : { value };
        };
      }
      case 'regexp': {
        const pattern = new RegExp(capture.pattern, 'mu');
        return (_, response) => {
          const unreadable = response.unreadable();
          if (unreadable !== null) return { problem: unreadable };
          const match = pattern.exec(response.text());
          const value = match === null ? undefined : match.length > 1 ? match[1] : match[0];
          return value === undefined ? { problem: 'the body does not match' } : { value };
        };
      }
      case 'json':
        return (_, response) => {
          if (!this.#json.read(response)) return { problem: response.unreadable() ?? 'the body is not JSON' };
          const value = valueAt(this.#json.value, capture.steps);
          if (isMissing(value)) return { problem: 'it is not there' };
          if (value === null) return { problem: 'it is null' };
          if (typeof value === 'object' && mayExceedDoubles(this.#json.text))
            return { problem: 'it has numbers of more digits than can be kept' };
          return { value: textOf(value, capture.steps, this.#json.text) };
        };
    }
  }
}

/** A text's characters, any other value as JSON; a number as it is written. */
function textOf(value: unknown, steps: readonly (string | number)[], body: string): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return JSON.stringify(value);
  const exact = valueAt(readExactJson(body), steps, true);
  return exact instanceof JsonNumber ? exact.text : String(value);
}

function problemWith(value: string, inHeader: boolean): string | null {
  if (value.length > LONGEST) return 'it is longer than 64 KiB';
  const fits = !inHeader || /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
  return fits ? null : 'it has a line break or a character that no header can carry';
}

function sourceOf(capture: Capture): string {
  switch (capture.from) {
    case 'json':
      return capture.path;
    case 'header':
      return `the header ${capture.header}`;
    case 'regexp':
      return `/${capture.pattern}/`;
    case 'status':
      return 'the status';
    case 'answer':
      return 'the response’s text';
  }
}
