/** Requests that are refused before a model sees them, and what becomes of errors. */
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { jsonErrorAt } from './json-syntax.ts';

/** Largest body of a request, bytes. */
export const BODY_LIMIT = 100_000;

/** Lets only JSON pass: 415 for another content type, 400 with `emptyAnswer` where there is no body. */
export function requireJson(emptyAnswer: object = { error: 'the body is empty; send one JSON value' }): RequestHandler {
  return (req, res, next) => {
    // null: no body at all, not even an empty one.
    const matched = req.is('application/json');
    if (matched === null || req.headers['content-length'] === '0') {
      res.status(400).json(emptyAnswer);
    } else if (matched === false) {
      const type = req.headers['content-type'];
      res.status(415).json({ error: `the content type must be application/json, got ${type ?? 'none'}` });
    } else {
      next();
    }
  };
}

/** 405, naming what may be done. */
export function allowOnly(methods: string): RequestHandler {
  return (req, res) => {
    res
      .status(405)
      .set('Allow', methods)
      .json({ error: `${req.method} is not allowed here; use ${methods}` });
  };
}

/** Express hands over the body parser's errors here, each with a status and a type; anything else is a bug of ours. */
export function errorAnswer(log: (line: string) => void): ErrorRequestHandler {
  return (
    error: { status?: number; type?: string; message?: string; body?: unknown; stack?: string },
    _req,
    res,
    next,
  ) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const status = error.status ?? 500;
    if (error.type === 'entity.too.large') {
      res.status(413).json({ error: `the body is larger than ${BODY_LIMIT} bytes` });
    } else if (error.type === 'entity.parse.failed' && typeof error.body === 'string') {
      res.status(400).json({ error: badJson(error.body) });
    } else if (status < 500) {
      res.status(status).json({ error: error.message ?? 'bad request' });
    } else {
      log(`unexpected error: ${error.stack ?? String(error)}`);
      res.status(500).json({ error: 'internal error' });
    }
  };
}

function badJson(text: string): string {
  const at = jsonErrorAt(text) ?? 0;
  if (at >= text.length) return `the body is no valid JSON: it ends too early, at position ${at}`;
  return `the body is no valid JSON: unexpected ${JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))} at position ${at}`;
}
