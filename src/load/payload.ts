/** Fills placeholders for each request: values of rows, random ones, captured ones, and what functions make. */
import { drawAmount } from '../core/amounts.ts';
import { capturedNames } from '../core/capture.ts';
import type { ScenarioFunction } from '../core/functions.ts';
import { cellsOf } from '../core/placeholders.ts';
import { type AnswerCheck, type Plan, replayOf } from '../core/plan.ts';
import type { Filling, FunctionCalls, Payloads } from '../core/ports.ts';
import { allChecks } from '../core/request.ts';
import type { RowTable } from '../core/rows.ts';
import {
  cellKey,
  fieldOf,
  isFault,
  LINE_CELL,
  type Place,
  type Placeholder,
  parseTemplate,
  type Style,
  styled,
  WHOLE_ROW,
  writeText,
  writeUntyped,
} from '../core/template.ts';
import { type TraceKey, traceparentOf } from '../core/trace.ts';
import { FunctionValues } from './function-values.ts';
import { splitmix32 } from './random.ts';
import { createRowOrder, type RowOrder } from './row-order.ts';
import { positionIn } from './row-part.ts';
import { openRows, type Rows } from './rows.ts';
import { CommonWords, wordsOf } from './words.ts';

/** Below this many bytes a loop is quicker than a call that copies. */
const SHORT = 24;

/** Streams of random numbers that several placeholders draw from, apart from those of one each. */
const SAME_STREAMS = 2 ** 20;

/** One step of a filling: bytes as they are, a cell of the row, or a text made up for the request. */
type Step =
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

/** Null where every request is the same. @param rows of the plan's data. @param functions of its scenario; null: it has none. */
export function payloadsOf(
  plan: Plan,
  rows: RowTable | null,
  functions: readonly ScenarioFunction[] | null = null,
): Payloads | null {
  const varying =
    plan.data !== null ||
    plan.requests.some(({ templated }) => templated) ||
    allChecks(plan).some(isTemplated) ||
    functions !== null;
  return varying ? new PlanPayloads(plan, rows, functions) : null;
}

/** Does a check expect something else of each response? */
const isTemplated = (check: AnswerCheck): boolean =>
  check.kind === 'json' ? check.expected?.from === 'template' : 'templated' in check && check.templated === true;

/**
 * What differs from request to request, made of plan, seed and the request's number alone: however many threads share
 * the run, request n is the same to the byte. Random values are not a sequence but a function of that number.
 */
export class PlanPayloads implements Payloads {
  readonly functions: FunctionCalls | undefined;
  readonly #seed: number;
  readonly #trace: TraceKey | undefined;
  readonly #cells: ReadonlyMap<string, number>;
  readonly #captured: readonly string[];
  readonly #rows: RowsInOrder | null;
  /** Every random placeholder draws from a stream of its own. */
  #streams = 0;

  constructor(plan: Plan, table: RowTable | null, functions: readonly ScenarioFunction[] | null = null) {
    this.#seed = plan.seed;
    this.#trace = plan.trace;
    this.#captured = capturedNames(plan);
    this.#cells = new Map(
      cellsOf(plan, plan.data !== null && replayOf(plan.load) === null).map((cell, number) => [cellKey(cell), number]),
    );
    this.#rows =
      plan.data === null || table === null
        ? null
        : new RowsInOrder(table, createRowOrder(plan.data, plan.seed, table.trace), plan.data.rows);
    this.functions = functions === null ? undefined : new FunctionValues(plan, functions, this.#rowReader());
  }

  compile(parts: readonly { readonly text: string; readonly place: Place | null }[]): Filling {
    const steps: Step[] = [];
    for (const { text, place } of parts) {
      if (place === null) steps.push({ kind: 'bytes', bytes: Buffer.from(text, 'latin1') });
      else steps.push(...this.#stepsOf(text, place));
    }
    return new StepFilling(joined(steps), this.#rows);
  }

  field(name: string, index: number, user: number): string {
    return this.#rows?.text(index, user, this.#cellOf(name, 'json')) ?? '';
  }

  rowOf(index: number, user: number): { readonly row: number; readonly line: number } | null {
    const cell = this.#cells.get(cellKey(LINE_CELL));
    if (cell === undefined || this.#rows === null) return null;
    return { row: this.#rows.number(index, user) + 1, line: Number(this.#rows.text(index, user, cell)) };
  }

  #rowReader(): ((index: number, user: number) => string) | null {
    const rows = this.#rows;
    const cell = this.#cells.get(cellKey(WHOLE_ROW));
    return rows === null || cell === undefined ? null : (index, user) => rows.text(index, user, cell);
  }

  #stepsOf(template: string, place: Place): Step[] {
    const pieces = parseTemplate(template);
    if (isFault(pieces)) throw new Error(`a template of the plan is broken: ${pieces.problem}`);
    const encoding = place === 'header' || place === 'path' ? 'latin1' : 'utf8';
    return styled(pieces, place).map(({ piece, style }): Step => {
      if (typeof piece === 'string') return { kind: 'bytes', bytes: Buffer.from(piece, encoding) };
      if (piece.kind === 'captured')
        return {
          ...{ kind: 'captured', encoding },
          place: this.#captured.indexOf(piece.name),
          // A text without a type, as a cell of CSV.
          write: (text) => writeUntyped(text, style),
        };
      if (piece.kind === 'function') return { kind: 'made', encoding, number: piece.number };
      const field = fieldOf(piece);
      return field === undefined
        ? { kind: 'text', encoding, make: this.#maker(piece, style) }
        : { kind: 'cell', cell: this.#cellOf(field, style) };
    });
  }

  #cellOf(field: string | null, style: Style): number {
    const cell = this.#cells.get(cellKey({ field, style }));
    if (cell === undefined || this.#rows === null) throw new Error('the plan uses a row it does not have');
    return cell;
  }

  #maker(placeholder: Placeholder, style: Style): (index: number) => string {
    if (placeholder.kind === 'seq') return String;
    if (placeholder.kind === 'trace') {
      const trace = this.#trace;
      if (trace === undefined) throw new Error('the plan has trace ids and no key for them');
      return (index) => traceparentOf(trace, index, placeholder.request);
    }
    const same = placeholder.kind === 'words' ? placeholder.same : undefined;
    const draw = new Draw(this.#seed, same === undefined ? this.#streams++ : SAME_STREAMS + same);
    switch (placeholder.kind) {
      case 'uuid':
        return (index) => writeText(draw.uuid(index), style);
      case 'int': {
        const { min, max } = placeholder;
        return (index) => String(min + Math.floor(draw.uniform(index) * (max - min + 1)));
      }
      case 'float': {
        const { min, max } = placeholder;
        return (index) => String(min + draw.uniform(index) * (max - min));
      }
      case 'choice': {
        const words = placeholder.words.map((word) => writeUntyped(word, style));
        return (index) => words[Math.floor(draw.uniform(index) * words.length)] as string;
      }
      case 'amount':
        return (index) => String(drawAmount(placeholder.amounts, (which) => draw.uniform(index, which)));
      case 'words':
        return wordsMaker(placeholder, draw, style);
      default:
        throw new Error(`${placeholder.kind} is a cell of a row`);
    }
  }
}

/** Texts whose beginning all have in common, and whose rest is each one's own. */
function wordsMaker(
  { amounts, shared, key }: Extract<Placeholder, { kind: 'words' }>,
  draw: Draw,
  style: Style,
): (index: number) => string {
  const wordsFor = (index: number): number => drawAmount(amounts, (which) => draw.uniform(index, which));
  // Neither seed nor key changes it: a system prompt is the same in every run, and in every level of a search.
  const common = new CommonWords();
  if (shared === 1) {
    const same = writeText(common.first(wordsFor(0)), style);
    return () => same;
  }
  const ownKey = key === undefined ? draw.key : draw.key ^ splitmix32(key | 0);
  return (index) => {
    const words = wordsFor(index);
    const begun = Math.round(words * shared);
    const own = wordsOf(ownKey, index, words - begun);
    return writeText(begun === 0 ? own : `${common.first(begun)} ${own}`.trim(), style);
  };
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

/** The rows in the order in which requests use them. */
class RowsInOrder {
  readonly rows: Rows;
  readonly #order: RowOrder;
  /** Where that row is in the table. */
  readonly #position: RowOrder;

  /** @param rows of the data. */
  constructor(table: RowTable, order: RowOrder, rows: number) {
    this.rows = openRows(table);
    this.#order = order;
    this.#position = table.part === undefined ? order : positionIn(table.part, rows);
  }

  /** Of the row that request `index` of a user uses, from 0. */
  number(index: number, user: number): number {
    return this.#order(index, user);
  }

  /** As `Rows.place`, of the row of request `index`. */
  place(index: number, user: number, cell: number): number {
    return this.rows.place(this.#position(index, user), cell);
  }

  text(index: number, user: number, cell: number): string {
    const { rows } = this;
    const place = this.place(index, user, cell);
    return rows.bytes.toString('utf8', rows.start(place), rows.end(place));
  }
}

class StepFilling implements Filling {
  bytes: Buffer = Buffer.allocUnsafeSlow(1024);
  readonly #steps: readonly Step[];
  readonly #rows: RowsInOrder | null;

  constructor(steps: readonly Step[], rows: RowsInOrder | null) {
    this.#steps = steps;
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
        const order = this.#rows as RowsInOrder;
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

function textOf(
  step: Extract<Step, { encoding: unknown }>,
  index: number,
  captured: readonly string[] | null,
  made: readonly string[] | null,
): string {
  if (step.kind === 'text') return step.make(index);
  return step.kind === 'made' ? (made?.[step.number] ?? '') : step.write(captured?.[step.place] ?? '');
}

/** Random numbers of one placeholder, by the request's number: splitmix32 of the number under four keys of seed and stream. */
class Draw {
  readonly #keys: Int32Array;

  constructor(seed: number, stream: number) {
    const low = splitmix32(seed | 0);
    const high = splitmix32(Math.floor(seed / 2 ** 32) | 0);
    this.#keys = Int32Array.from({ length: 4 }, (_, word) => splitmix32(low ^ splitmix32(high ^ (4 * stream + word))));
  }

  /** Of what else is drawn in the same place. */
  get key(): number {
    return this.#keys[3] as number;
  }

  /** One to one in the number (its lower 32 bits), so that no two requests of a run draw the same UUID. */
  #word(index: number, word: number): number {
    const mixed = splitmix32((this.#keys[word] as number) ^ splitmix32(index | 0));
    return index < 2 ** 32 ? mixed >>> 0 : splitmix32(mixed ^ Math.floor(index / 2 ** 32)) >>> 0;
  }

  /** In [0, 1), of 53 random bits. @param which of two independent ones. */
  uniform(index: number, which: 0 | 1 = 0): number {
    const first = 2 * which;
    return ((this.#word(index, first) >>> 5) * 2 ** 26 + (this.#word(index, first + 1) >>> 6)) / 2 ** 53;
  }

  /** Version 4 (RFC 9562). */
  uuid(index: number): string {
    const second = (this.#word(index, 1) & 0xffff0fff) | 0x4000;
    const third = (this.#word(index, 2) & 0x3fffffff) | 0x80000000;
    const first = this.#word(index, 0);
    const last = this.#word(index, 3);
    return `${half(first >>> 16)}${half(first)}-${half(second >>> 16)}-${half(second)}-${half(third >>> 16)}-${half(third)}${half(last >>> 16)}${half(last)}`;
  }
}

const OCTETS = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));

/** The lower 16 bits as four hexadecimal digits. */
const half = (word: number): string => (OCTETS[(word >>> 8) & 0xff] as string) + (OCTETS[word & 0xff] as string);
