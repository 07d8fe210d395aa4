import type { Plan } from '../core/plan.ts';
import type { RowTable } from '../core/rows.ts';
import type { Segment } from '../core/segment.ts';
import type { Files } from '../core/world.ts';
import { rowsOfPart } from '../load/row-part.ts';
import { decode, encode, type PlanMessage, type RowsQuestion } from './protocol.ts';
import { RowsParcel, tableOfPart } from './rows.ts';
import { segmentOf } from './weights.ts';

type Desk = Pick<Files, 'scratch' | 'discard'>;

/** Where agents get the rows of a session's loads: each those of its own part, the whole only where it may need all of them. */
export class RowsDesk {
  readonly #table: RowTable;
  readonly #files: Desk;
  #whole: RowsParcel | null = null;
  /** By part, since loads of one session have the same parts as a rule. */
  readonly #parts = new Map<string, { readonly table: RowTable; readonly parcel: RowsParcel }>();

  constructor(table: RowTable, files: Desk) {
    this.#table = table;
    this.#files = files;
  }

  /** What an agent is answered; null: it is not of this load, or asks for what there is not. */
  answer(
    question: Uint8Array,
    plan: Plan,
    message: Pick<PlanMessage, 'agents' | 'weights' | 'whole'>,
  ): Uint8Array | null {
    const { agent = '', piece } = decode<RowsQuestion>(question) ?? {};
    const part = segmentOf(message, agent);
    if (part === null) return null;
    const parcel = this.#parcelFor(plan, part);
    return piece == null ? encode(parcel.offer) : parcel.piece(piece);
  }

  /** Gives the room of parts back that are in files. */
  close(): void {
    for (const { table } of this.#parts.values()) if (table.kind === 'file') this.#files.discard(table.descriptor);
    this.#parts.clear();
  }

  #parcelFor(plan: Plan, part: Segment): RowsParcel {
    const own = rowsOfPart(plan, part);
    if (own === null) {
      this.#whole ??= new RowsParcel(this.#table);
      return this.#whole;
    }
    // Another seed shuffles other rows together.
    const key = JSON.stringify([own.part, own.rows, plan.data?.order === 'shuffled' ? plan.seed : null]);
    const known = this.#parts.get(key);
    if (known !== undefined) return known.parcel;
    const table = tableOfPart(this.#table, own, this.#files);
    const parcel = new RowsParcel(table);
    this.#parts.set(key, { table, parcel });
    return parcel;
  }
}
