/** The server's own count of requests to the model. */
import type { ServerResponse } from 'node:http';

/** The server's own count of requests to the model, for a load tester to compare with its own. */
export interface Totals {
  /** Requests whose head arrived. */
  received: number;
  /** Answers handed whole to the operating system; fewer than `received` while some are in flight, or were given up. */
  answered: number;
  byStatus: Record<string, number>;
}

export function noTotals(): Totals {
  return { received: 0, answered: 0, byStatus: {} };
}

/** Counts one request, and its answer when it has gone; `counted` is called each time. */
export function countRequest(totals: Totals, response: ServerResponse, counted?: () => void): void {
  totals.received++;
  counted?.();
  response.once('finish', () => {
    totals.answered++;
    totals.byStatus[response.statusCode] = (totals.byStatus[response.statusCode] ?? 0) + 1;
    counted?.();
  });
}

export function sumOf(all: Iterable<Totals>): Totals {
  const sum = noTotals();
  for (const { received, answered, byStatus } of all) {
    sum.received += received;
    sum.answered += answered;
    for (const [status, count] of Object.entries(byStatus)) sum.byStatus[status] = (sum.byStatus[status] ?? 0) + count;
  }
  return sum;
}
