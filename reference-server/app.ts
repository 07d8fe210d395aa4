import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { jsonErrorAt } from './json-syntax.ts';
import type { Model } from './models/model.ts';
import { countRequest, noTotals } from './totals.ts';

/** Largest body of a request, bytes. */
const BODY_LIMIT = 100_000;

/** The HTTP contract around a model. `log` gets a line for each unexpected error, and none per request: that would change what is measured. */
export function createApp(model: Model, log: (line: string) => void): Express {
  const totals = noTotals();
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');

  app.all('/predict', (_req, res, next) => {
    countRequest(totals, res);
    next();
  });
  app.post('/predict', requireJson, express.json({ limit: BODY_LIMIT, strict: false }), (req, res) => {
    const answer = model.answer(req.body);
    if (answer.ok) res.json(answer.output);
    else res.status(400).json({ error: answer.error, field: answer.field });
  });
  app.all('/predict', allowOnly('POST'));

  app.get('/health', (_req, res) => {
    res.json({ status: 'ok', model: model.name });
  });
  app.all('/health', allowOnly('GET, HEAD'));

  app.get('/stats', (_req, res) => {
    res.json(totals);
  });
  app.all('/stats', allowOnly('GET, HEAD'));

  app.use((req, res) => {
    res.status(404).json({ error: `nothing at ${req.path}; there are POST /predict, GET /health and GET /stats` });
  });
  app.use(errorAnswer(log));
  return app;
}

const requireJson: RequestHandler = (req, res, next) => {
  // null: no body at all, not even an empty one.
  const matched = req.is('application/json');
  if (matched === null || req.headers['content-length'] === '0') {
    res.status(400).json({ error: 'the body is empty; send one JSON value' });
  } else if (matched === false) {
    const type = req.headers['content-type'];
    res.status(415).json({ error: `the content type must be application/json, got ${type ?? 'none'}` });
  } else {
    next();
  }
};

function allowOnly(methods: string): RequestHandler {
  return (req, res) => {
    res
      .status(405)
      .set('Allow', methods)
      .json({ error: `${req.method} is not allowed here; use ${methods}` });
  };
}

/** Express hands over the body parser's errors here, each with a status and a type; anything else is a bug of ours. */
function errorAnswer(log: (line: string) => void): ErrorRequestHandler {
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
