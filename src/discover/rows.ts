/** Rows of varied bodies: of those that an address accepts as well as the one that was found. */

import type { Json } from '../core/json-value.ts';
import { isAccepted } from './body-search.ts';
import { jsonOf } from './document.ts';
import type { Accepted, Ask, Question } from './exchange.ts';
import type { BodySchema } from './field-value.ts';
import { type Reach, varied } from './vary.ts';

/** So many of a kind are asked before all others are taken for accepted, too. */
const TRIED = 10;
/** Tries for a row that is not there yet. */
const TRIES = 20;

/** Makes rows, each different from those before it as long as there are any. */
export interface RowMaker {
  /** A row as the body that is sent; null: there is no other. */
  next(): string | null;
  /** Leaves out those that the target has seen already. */
  forget(): void;
}

export interface RowsFound {
  readonly make: RowMaker;
  /** How far they go, as it is told. */
  readonly from: string;
}

/**
 * Finds out how far the values of an accepted body may go.
 *
 * @param draw in [0, 1).
 * @returns why there are none, where there are none.
 */
export async function rowsLike(
  { question, from }: Accepted,
  schema: BodySchema | null,
  ask: Ask,
  draw: () => number,
): Promise<RowsFound | string> {
  const base = question.body === null ? null : jsonOf(question.body);
  if (base === null || !isJson(question))
    return 'rows are bodies of JSON, and what it accepts is none; give it rows of your own with --data';
  const described = from.startsWith('the schema') || from.startsWith('the example') ? schema : null;
  for (const reach of ['wide', 'near'] as const) {
    const maker = new Maker(base, described, reach, draw);
    const bodies = Array.from({ length: TRIED }, () => maker.peek()).filter((body) => body !== null);
    if (bodies.every((body) => body === JSON.stringify(base)))
      return 'none of its values can be another: each is a constant, or of a kind that is not known';
    let accepted = true;
    for (const body of bodies) accepted &&= isAccepted(await ask({ ...question, body }));
    if (accepted)
      return {
        make: maker,
        from:
          described === null
            ? 'numbers and texts near those of the body that it accepts'
            : reach === 'wide'
              ? "values within the bounds of the target's description"
              : "values near those of the body that it accepts, within the target's description",
      };
  }
  return 'it refused bodies that differ from the one that it accepts; give it rows of your own with --data';
}

const isJson = ({ headers }: Question): boolean =>
  headers.some(([name, value]) => name.toLowerCase() === 'content-type' && /json/i.test(value));

class Maker implements RowMaker {
  readonly #base: Json;
  readonly #schema: BodySchema | null;
  readonly #reach: Reach;
  readonly #draw: () => number;
  readonly #made = new Set<string>();
  readonly #waiting: string[] = [];

  constructor(base: Json, schema: BodySchema | null, reach: Reach, draw: () => number) {
    this.#base = base;
    this.#schema = schema;
    this.#reach = reach;
    this.#draw = draw;
  }

  next(): string | null {
    return this.#waiting.shift() ?? this.#another();
  }

  forget(): void {
    this.#waiting.length = 0;
  }

  /** One that will be the next, too. */
  peek(): string | null {
    const body = this.#another();
    if (body !== null) this.#waiting.push(body);
    return body;
  }

  #another(): string | null {
    for (let n = 0; n < TRIES; n++) {
      const body = JSON.stringify(
        varied({ base: this.#base, schema: this.#schema, reach: this.#reach, draw: this.#draw }),
      );
      if (this.#made.has(body)) continue;
      this.#made.add(body);
      return body;
    }
    return null;
  }
}
