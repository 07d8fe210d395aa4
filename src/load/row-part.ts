/** Which rows of the data a part of a load uses, so that no agent has to be sent the others. */
import type { DataSource, Plan } from '../core/plan.ts';
import type { RowsPart } from '../core/rows.ts';
import { commonDivisor, numberAt, placeIn, type Segment, segmentModulo, shareOf } from '../core/segment.ts';
import { createRowOrder, type RowOrder } from './row-order.ts';

export interface PartRows {
  readonly part: RowsPart;
  readonly rows: number;
  /** Which row of the data is row `k` of the part, both from 0. */
  rowAt(k: number): number;
}

/**
 * Null: it may use any of them. A row is used by one request where no pass is begun twice: then the parts divide the rows exactly,
 * as they do where each user has one of its own.
 * Rows in turn come back, and a part meets those that have the same remainder as its requests.
 */
export function rowsOfPart(
  plan: Pick<Plan, 'data' | 'seed' | 'maxRequests' | 'loads'>,
  segment: Segment,
): PartRows | null {
  const { data, seed, maxRequests, loads } = plan;
  // Of several loads each has rows between those of the others.
  if (data === null || segment.count === 1 || loads !== undefined) return null;
  const { rows, order } = data;
  // There are no more users than rows.
  if (order === 'per-user') return { part: segment, rows: shareOf(rows, segment), rowAt: (k) => numberAt(segment, k) };
  const requests = Math.min(
    maxRequests ?? Number.POSITIVE_INFINITY,
    order === 'once' ? rows : Number.POSITIVE_INFINITY,
  );
  if (requests <= rows) {
    const rowOf = createRowOrder(data, seed);
    return {
      ...{ part: segment, rows: shareOf(requests, segment) },
      rowAt: (k) => rowOf(numberAt(segment, k)),
    };
  }
  const part = order === 'sequential' ? segmentModulo(segment, commonDivisor(segment.count, rows)) : null;
  if (part === null || shareOf(rows, part) === rows) return null;
  return { part, rows: shareOf(rows, part), rowAt: (k) => numberAt(part, k) };
}

/** Where the row of a request is among those of a part. */
export function positionIn(part: RowsPart, { rows, order }: Pick<DataSource, 'rows' | 'order'>): RowOrder {
  const whose = order === 'per-user' ? 'user' : 'request';
  return (index, user = -1) => {
    const number = whose === 'request' ? index : user;
    // As in `createRowOrder`: without a user it is like the first one's.
    const position = number < 0 ? 0 : placeIn(part, number % rows);
    // Rather no request than one with the row of another.
    if (position < 0) throw new Error(`${whose} ${number} is of another part of the rows`);
    return position;
  };
}
