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

/** Counts one request, and its answer when it has gone. */
export function countRequest(totals: Totals, response: ServerResponse): void {
  totals.received++;
  response.once('finish', () => {
    totals.answered++;
    totals.byStatus[response.statusCode] = (totals.byStatus[response.statusCode] ?? 0) + 1;
  });
}
