/** Says on each answer how long its request was here. */
import type { RequestHandler, Response } from 'express';
import { instanceOf } from './instance.ts';

/** How long the request was here, microseconds: from read in full to the answer handed over. */
const SOJOURN = 'x-sojourn-us';

/** When a request was here in full, by `performance.now()`. */
export function arrivalOf(res: Response): number {
  return res.locals['arrivedAt'] as number;
}

/**
 * Says in the head of every answer how long the request was here (`x-sojourn-us`) and which process did the work
 * (`x-instance`). A stream of events knows its time only at its end, and says it in a trailer: see `stampEnd`.
 */
export function stamped(): RequestHandler {
  const self = instanceOf(process.pid);
  return (req, res, next) => {
    const arrive = (): void => {
      res.locals['arrivedAt'] = performance.now();
    };
    arrive();
    req.once('end', arrive);
    const writeHead = res.writeHead.bind(res) as (...args: unknown[]) => Response;
    res.writeHead = (...args: unknown[]) => {
      if (!res.hasHeader('x-instance')) res.setHeader('x-instance', self);
      if (res.getHeader('content-type') === 'text/event-stream') res.setHeader('Trailer', SOJOURN);
      else res.setHeader(SOJOURN, sojournOf(res));
      return writeHead(...args);
    };
    next();
  };
}

/** Adds to a stream's end what `stamped` could not say at its beginning. */
export function stampEnd(res: Response): void {
  res.addTrailers({ [SOJOURN]: sojournOf(res) });
}

function sojournOf(res: Response): string {
  return String(Math.round((performance.now() - arrivalOf(res)) * 1e3));
}
