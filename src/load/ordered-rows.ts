/** The rows of a plan's data, by the number of the request that uses them. */
import type { DataSource } from '../core/plan.ts';
import type { RowTable } from '../core/rows.ts';
import { createRowOrder, type RowOrder } from './row-order.ts';
import { positionIn } from './row-part.ts';
import { openRows, type Rows } from './rows.ts';

/** The rows in the order in which requests use them. */
export class OrderedRows {
  readonly rows: Rows;
  readonly #order: RowOrder;
  /** Where that row is in the table. */
  readonly #position: RowOrder;

  constructor(table: RowTable, data: DataSource, seed: number) {
    this.rows = openRows(table);
    this.#order = createRowOrder(data, seed, table.trace);
    this.#position = table.part === undefined ? this.#order : positionIn(table.part, data);
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
