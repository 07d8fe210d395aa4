/** A text with placeholders as steps that write it anew for each request, into memory that is used again. */
import type { Filling } from '../core/ports.ts';
import type { OrderedRows } from './ordered-rows.ts';

/** Below this many bytes a loop is quicker than a call that copies. */
const SHORT = 24;

/** One step of a filling: bytes as they are, a cell of the row, or a text made up for the request. */
export type Step =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'cell'; readonly cell: number }
  | {
      readonly kind: 'captured';
      readonly place: number;
      readonly encoding: 'latin1' | 'utf8';
      readonly write: (text: string) => string;
    }
  | { readonly kind: 'made'; readonly number: number; readonly encoding: 'latin1' | 'utf8' }
  | { readonly kind: 'text'; readonly encoding: 'latin1' | 'utf8'; readonly make: (index: number) => string };

/** Writes the steps one behind the other. */
export class StepFilling implements Filling {
  bytes: Buffer = Buffer.allocUnsafeSlow(1024);
  readonly #steps: readonly Step[];
  readonly #rows: OrderedRows | null;

  constructor(steps: readonly Step[], rows: OrderedRows | null) {
    this.#steps = joined(steps);
    this.#rows = rows;
  }

  fill(
    index: number,
    captured: readonly string[] | null = null,
    made: readonly string[] | null = null,
    user = -1,
  ): number {
    let at = 0;
    for (const step of this.#steps) {
      if (step.kind === 'bytes') at = this.#copy(step.bytes, 0, step.bytes.length, at);
      else if (step.kind === 'cell') {
        const order = this.#rows as OrderedRows;
        const place = order.place(index, user, step.cell);
        const { rows } = order;
        at = this.#copy(rows.bytes, rows.start(place), rows.end(place), at);
      } else {
        const text = textOf(step, index, captured, made);
        // A character is at most three bytes of UTF-8; those outside the basic plane are two characters and four bytes.
        this.#reserve(at, 3 * text.length);
        at += this.bytes.write(text, at, step.encoding);
      }
    }
    return at;
  }

  #copy(source: Buffer, start: number, end: number, at: number): number {
    const length = end - start;
    this.#reserve(at, length);
    const { bytes } = this;
    if (length < SHORT) for (let i = 0; i < length; i++) bytes[at + i] = source[start + i] as number;
    else source.copy(bytes, at, start, end);
    return at + length;
  }

  #reserve(at: number, length: number): void {
    if (at + length <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(2 * (at + length));
    this.bytes.copy(grown, 0, 0, at);
    this.bytes = grown;
  }
}

/** Neighbouring bytes made one. */
function joined(steps: readonly Step[]): Step[] {
  const all: Step[] = [];
  for (const step of steps) {
    const last = all.at(-1);
    if (step.kind === 'bytes' && last?.kind === 'bytes')
      all[all.length - 1] = { kind: 'bytes', bytes: Buffer.concat([last.bytes, step.bytes]) };
    else all.push(step);
  }
  return all;
}

function textOf(
  step: Extract<Step, { encoding: unknown }>,
  index: number,
  captured: readonly string[] | null,
  made: readonly string[] | null,
): string {
  if (step.kind === 'text') return step.make(index);
  return step.kind === 'made' ? (made?.[step.number] ?? '') : step.write(captured?.[step.place] ?? '');
}
