/** A check that is a function of the scenario. */
import type { CheckedResponse } from '../core/functions.ts';
import type { Payloads } from '../core/ports.ts';
import { OUTCOME_CODE } from '../core/sample.ts';
import type { Excerpts } from './excerpt.ts';
import type { Compiled } from './expectation.ts';
import type { ResponseBuffer } from './response-buffer.ts';

export function compileFunctionCheck(number: number, payloads: Payloads | null): Compiled {
  const functions = payloads?.functions;
  if (functions === undefined) throw new Error('the plan has functions, and nobody calls them');
  return (exchange, response) => {
    const unreadable = response.unreadable();
    const said = unreadable ?? functions.check(number, exchange, new ResponseView(exchange.status, response));
    if (said === null) return null;
    const detail = (excerpts: Excerpts): string =>
      `got ${excerpts.beginning(response.bytes, response.start, response.end)}`;
    return said === undefined
      ? { message: functions.message, detail, outcome: OUTCOME_CODE['function-failed'] }
      : { message: said, detail };
  };
}

/** What a function sees of a response, valid within its call. */
class ResponseView implements CheckedResponse {
  readonly status: number;
  readonly #response: ResponseBuffer;

  constructor(status: number, response: ResponseBuffer) {
    this.status = status;
    this.#response = response;
  }

  get text(): string {
    return this.#response.text();
  }

  header(name: string): string | null {
    return this.#response.header(name.toLowerCase());
  }

  json(): unknown {
    return JSON.parse(this.#response.text());
  }
}
