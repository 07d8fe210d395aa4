/** A check that is a function of the scenario. */
import type { CheckedResponse } from '../core/functions.ts';
import type { Payloads } from '../core/ports.ts';
import { OUTCOME_CODE } from '../core/sample.ts';
import type { AnswerBuffer } from './answer.ts';
import type { Excerpts } from './excerpt.ts';
import type { Compiled } from './expectation.ts';

export function compileFunctionCheck(number: number, payloads: Payloads | null): Compiled {
  const functions = payloads?.functions;
  if (functions === undefined) throw new Error('the plan has functions, and nobody calls them');
  return (exchange, answer) => {
    const unreadable = answer.unreadable();
    const said = unreadable ?? functions.check(number, exchange, new ResponseView(exchange.status, answer));
    if (said === null) return null;
    const detail = (excerpts: Excerpts): string => `got ${excerpts.beginning(answer.bytes, answer.start, answer.end)}`;
    return said === undefined
      ? { message: functions.message, detail, outcome: OUTCOME_CODE['function-failed'] }
      : { message: said, detail };
  };
}

/** What a function sees of a response, valid within its call. */
class ResponseView implements CheckedResponse {
  readonly status: number;
  readonly #answer: AnswerBuffer;

  constructor(status: number, answer: AnswerBuffer) {
    this.status = status;
    this.#answer = answer;
  }

  get text(): string {
    return this.#answer.text();
  }

  header(name: string): string | null {
    return this.#answer.header(name.toLowerCase());
  }

  json(): unknown {
    return JSON.parse(this.#answer.text());
  }
}
