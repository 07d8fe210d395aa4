/** Fills placeholders for each request: values of rows, random ones, captured ones, and what functions make. */
import { capturedNames } from '../core/capture.ts';
import type { ScenarioFunction } from '../core/functions.ts';
import { cellsOf } from '../core/placeholders.ts';
import { type Plan, type RequestCheck, replayOf } from '../core/plan.ts';
import type { Filling, FunctionCalls, Payloads } from '../core/ports.ts';
import { allChecks } from '../core/request.ts';
import type { RowTable } from '../core/rows.ts';
import {
  cellKey,
  fieldOf,
  isFault,
  LINE_CELL,
  type Place,
  parseTemplate,
  type Style,
  styled,
  WHOLE_ROW,
  writeUntyped,
} from '../core/template.ts';
import { type Step, StepFilling } from './filling.ts';
import { FunctionValues } from './function-values.ts';
import { MadeTexts } from './made-texts.ts';
import { OrderedRows } from './ordered-rows.ts';

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
const isTemplated = (check: RequestCheck): boolean =>
  check.kind === 'json' ? check.expected?.from === 'template' : 'templated' in check && check.templated === true;

/**
 * What differs from request to request, made of plan, seed and the request's number alone: however many threads share
 * the run, request n is the same to the byte. Random values are not a sequence but a function of that number.
 */
export class PlanPayloads implements Payloads {
  readonly functions: FunctionCalls | undefined;
  readonly #cells: ReadonlyMap<string, number>;
  readonly #captured: readonly string[];
  readonly #rows: OrderedRows | null;
  readonly #texts: MadeTexts;

  constructor(plan: Plan, table: RowTable | null, functions: readonly ScenarioFunction[] | null = null) {
    this.#texts = new MadeTexts(plan);
    this.#captured = capturedNames(plan);
    this.#cells = new Map(
      cellsOf(plan, plan.data !== null && replayOf(plan.load) === null).map((cell, number) => [cellKey(cell), number]),
    );
    this.#rows = plan.data === null || table === null ? null : new OrderedRows(table, plan.data, plan.seed);
    this.functions = functions === null ? undefined : new FunctionValues(plan, functions, this.#rowReader());
  }

  compile(parts: readonly { readonly text: string; readonly place: Place | null }[]): Filling {
    const steps: Step[] = [];
    for (const { text, place } of parts) {
      if (place === null) steps.push({ kind: 'bytes', bytes: Buffer.from(text, 'latin1') });
      else steps.push(...this.#stepsOf(text, place));
    }
    return new StepFilling(steps, this.#rows);
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
      if (piece.kind === 'bytes') return { kind: 'bytes', bytes: Buffer.from(piece.base64, 'base64') };
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
        ? { kind: 'text', encoding, make: this.#texts.of(piece, style) }
        : { kind: 'cell', cell: this.#cellOf(field, style) };
    });
  }

  #cellOf(field: string | null, style: Style): number {
    const cell = this.#cells.get(cellKey({ field, style }));
    if (cell === undefined || this.#rows === null) throw new Error('the plan uses a row it does not have');
    return cell;
  }
}
