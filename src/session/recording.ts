/** The responses of a target to varied bodies, kept as what is expected of it under load. */

import { isObject, type Json } from '../core/json-value.ts';
import { isAccepted } from '../discover/body-search.ts';
import { jsonOf } from '../discover/document.ts';
import type { Ask, Question } from '../discover/exchange.ts';
import { expectedOf, steadinessOf } from '../discover/recorded.ts';
import type { RowMaker } from '../discover/rows.ts';

/** Rows that are asked three times, to see what differs. */
const REPEATED = 20;
const REPEATS = 3;
/** All bodies and responses together, characters. */
const MOST_CHARACTERS = 512 * 2 ** 20;

export interface Recording {
  /** A row each, with its body and what is expected. */
  readonly lines: readonly string[];
  /** The field of a row that has what is expected. */
  readonly field: string;
  /** The field with the body, where that is no object; null: the row is the body. */
  readonly bodyField: string | null;
  /** Rows whose responses were no successes. */
  readonly refused: number;
  readonly unsteady: readonly string[];
  readonly tolerance: number;
  /** Whether there were no more different bodies. */
  readonly exhausted: boolean;
}

/** Asks each row once, some three times. */
export async function recordingOf(question: Question, make: RowMaker, ask: Ask, rows: number): Promise<Recording> {
  const kept: { readonly body: string; readonly response: Json }[] = [];
  const repeats: Json[][] = [];
  let refused = 0;
  let size = 0;
  let exhausted = false;
  for (let n = 0; n < rows && size < MOST_CHARACTERS; n++) {
    const body = make.next();
    if (body === null) {
      exhausted = true;
      break;
    }
    const responses: Json[] = [];
    for (let time = 0; time < (repeats.length < REPEATED ? REPEATS : 1); time++) {
      const reply = await ask({ ...question, body });
      if (isAccepted(reply) && reply.body !== null) responses.push(jsonOf(reply.body) ?? reply.body);
      else break;
    }
    const [first] = responses;
    if (first === undefined) {
      refused++;
      if (refused === REPEATED && kept.length === 0) break;
      continue;
    }
    if (responses.length > 1) repeats.push(responses);
    kept.push({ body, response: first });
    size += body.length + JSON.stringify(first).length;
  }
  const { unsteady, tolerance } = steadinessOf(repeats);
  const bodies = kept.map(({ body }) => jsonOf(body));
  const asObjects = bodies.every(isObject);
  const field = ['expected', 'expected_response', 'rampart_expected'].find((name) =>
    bodies.every((body) => !isObject(body) || !Object.hasOwn(body, name)),
  );
  const lines = kept.flatMap(({ body, response }) => {
    const expected = expectedOf(response, unsteady);
    if (expected === undefined) return [];
    const written = `${JSON.stringify(field ?? 'expected')}:${JSON.stringify(expected)}`;
    return [asObjects && body !== '{}' ? `${body.slice(0, -1)},${written}}` : `{"body":${body},${written}}`];
  });
  return {
    lines,
    field: field ?? 'expected',
    bodyField: asObjects ? null : 'body',
    ...{ refused, unsteady, tolerance, exhausted },
  };
}
