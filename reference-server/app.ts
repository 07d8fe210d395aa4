import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import type { Alarms } from './alarms.ts';
import type { Faults, Treatment } from './faults.ts';
import { jsonErrorAt } from './json-syntax.ts';
import { Metrics } from './metrics.ts';
import { type Failure, isFailure, type Model } from './models/model.ts';
import { complete, readCompletion } from './models/tokens/completions.ts';
import { MODEL_VERSION, modelMetadata, readInstances, readTensors, renderTensors } from './open-inference.ts';
import { openApi } from './openapi.ts';
import { type OnBatch, type Prediction, QueueFull, type Strategy, WorkerLost } from './strategies/strategy.ts';
import { countRequest, noTotals, type Totals } from './totals.ts';

/** Largest body of a request, bytes. */
const BODY_LIMIT = 100_000;

export interface AppOptions {
  readonly model: Model;
  readonly faults: Faults;
  readonly alarms: Alarms;
  /** Makes the answer of the model's own route from what the model rendered. */
  readonly wrap: (output: unknown) => unknown;
  /** The session that a request belongs to, where there are sessions. */
  readonly sessionOf: (request: Request) => string | undefined;
  /** Gets a line for each unexpected error, and none per request: that would change what is measured. */
  readonly log: (line: string) => void;
  /** Asks for the figures of all processes, where this one is not alone. */
  readonly whole?: { stats(): Promise<Totals>; metrics(): Promise<string> };
  /** Starts what does the work; its metrics want to know of batches. */
  readonly start: (onBatch: OnBatch) => Promise<Strategy>;
}

/** The HTTP side of a model. */
export interface App {
  readonly handle: Express;
  readonly strategy: Strategy;
  readonly totals: Totals;
  readonly metrics: Metrics;
}

type Read = (body: unknown) => readonly unknown[] | Failure;
type Send = (response: Response, prediction: Prediction, request: Request) => void;

/** The HTTP contract around a model: its own route, Open Inference v1 and v2, and what watches over it. */
export async function createApp(options: AppOptions): Promise<App> {
  const { model, faults, alarms, log } = options;
  const { contract, name } = model;
  const totals = noTotals();
  let inFlight = 0;
  let strategy: Strategy | undefined;
  const metrics = new Metrics(() => ({
    inFlight,
    queued: strategy?.queued ?? 0,
    replicas: () => strategy?.replicas() ?? {},
  }));
  const working = await options.start(metrics.batched);
  strategy = working;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');

  const count: RequestHandler = (req, res, next) => {
    countRequest(totals, res);
    inFlight++;
    res.locals['arrivedAt'] = performance.now();
    req.once('end', () => {
      res.locals['arrivedAt'] = performance.now();
    });
    res.once('close', () => {
      inFlight--;
      if (!res.writableFinished) return;
      metrics.answered(
        res.statusCode,
        res.locals['version'] ?? '',
        (performance.now() - res.locals['arrivedAt']) / 1e3,
      );
    });
    next();
  };

  const readJson = [
    requireJson(name === 'forecast' ? { message: 'no data' } : undefined),
    express.json({ limit: BODY_LIMIT, strict: false }),
  ];

  /** Lets a request meet its fault: the treatment of one that is to be answered, or undefined. */
  async function treat(req: Request, res: Response): Promise<Treatment | undefined> {
    const now = performance.now();
    const treatment = faults.next(now);
    if (treatment.fate === 'hung') return undefined;
    if (treatment.fate === 'dropped') {
      req.socket.destroy();
      return undefined;
    }
    const thawsAt = faults.endOf(now, 0);
    if (thawsAt > now) await alarms.until(thawsAt);
    if (treatment.fate === 'answered') return treatment;
    stamp(res).status(500).json({ error: 'injected fault' });
    return undefined;
  }

  const predicting = (read: Read, send: Send): RequestHandler => {
    return async (req, res) => {
      const rows = read(req.body);
      if (isFailure(rows)) {
        stamp(res).status(rows.status).json(rows.body);
        return;
      }
      const treatment = await treat(req, res);
      if (treatment === undefined) return;
      const begun = performance.now();
      let prediction: Prediction;
      try {
        prediction = await working.predict(rows, options.sessionOf(req));
      } catch (error) {
        if (error instanceof QueueFull) stamp(res).status(503).set('Retry-After', '1').json({ error: error.message });
        else if (error instanceof WorkerLost) stamp(res).status(500).json({ error: error.message });
        else throw error;
        return;
      }
      const done = performance.now();
      const leavesAt = faults.endOf(done, (done - begun) * (treatment.stretch - 1));
      if (leavesAt > done) await alarms.until(leavesAt);
      if (prediction.version !== undefined) {
        res.locals['version'] = prediction.version;
        res.set('x-model-version', prediction.version);
      }
      if (prediction.instance !== undefined) res.set('x-instance', prediction.instance);
      send(stamp(res), prediction, req);
    };
  };

  const post = (path: string | string[], read: Read, send: Send): void => {
    app.all(path, count);
    app.post(path, readJson, predicting(read, send));
    app.all(path, allowOnly('POST'));
  };
  const get = (path: string | string[], answer: () => object | Promise<object>): void => {
    app.get(path, async (_req, res) => {
      res.json(await answer());
    });
    app.all(path, allowOnly('GET, HEAD'));
  };

  if (name === 'tokens') {
    for (const [path, chat] of [
      ['/v1/completions', false],
      ['/v1/chat/completions', true],
    ] as const) {
      app.all(path, count);
      app.post(path, readJson, async (req: Request, res: Response) => {
        const completion = readCompletion(req.body, chat);
        if ('status' in completion) {
          stamp(res).status(completion.status).json(completion.body);
          return;
        }
        const treatment = await treat(req, res);
        if (treatment !== undefined) await complete(completion, res, alarms, treatment.stretch);
      });
      app.all(path, allowOnly('POST'));
    }
  } else {
    post(
      contract.route,
      (body) => model.readBody(body),
      (res, { outputs }) => {
        const output = options.wrap(model.render(outputs));
        if (typeof output === 'string' && contract.contentType === 'text/html') res.type('html').send(output);
        else res.json(output);
      },
    );
  }
  post(
    `/v1/models/${name}\\:predict`,
    (body) => readInstances(model, body),
    (res, { outputs }) => res.json({ predictions: outputs }),
  );
  post(
    [`/v2/models/${name}/infer`, `/v2/models/${name}/versions/${MODEL_VERSION}/infer`],
    (body) => readTensors(model, body),
    (res, { outputs, version }, req) =>
      res.json(renderTensors(model, outputs, (req.body as { id?: unknown }).id, version ?? MODEL_VERSION)),
  );
  get('/v1/models', () =>
    name === 'tokens'
      ? { object: 'list', data: [{ id: name, object: 'model', created: 0, owned_by: 'rampart' }], models: [name] }
      : { models: [name] },
  );
  get(`/v1/models/${name}`, () => ({ name, ready: working.ready }));
  get('/v2', () => ({ name: 'rampart-reference', version: MODEL_VERSION, extensions: [] }));
  get('/v2/models', () => ({ models: [name] }));
  get('/v2/health/live', () => ({ live: true }));
  get([`/v2/models/${name}`, `/v2/models/${name}/versions/${MODEL_VERSION}`], () => modelMetadata(model));
  const isReady: RequestHandler = (_req, res) => {
    res.status(working.ready ? 200 : 503).json({ name, ready: working.ready });
  };
  app.get(['/ready', '/v2/health/ready', `/v2/models/${name}/ready`], isReady);

  if (contract.greeting !== undefined) {
    app.get('/', (_req, res) => {
      res.type('html').send(contract.greeting);
    });
  }
  get('/health', () => ({ status: 'ok', model: name }));
  get('/stats', () => options.whole?.stats() ?? totals);
  get('/openapi.json', () => openApi(model));
  app.get('/metrics', async (_req, res) => {
    res.type(metrics.registry.contentType);
    res.send(await (options.whole?.metrics() ?? metrics.registry.metrics()));
  });

  app.use((req, res) => {
    res.status(404).json({ error: `nothing at ${req.path}; GET /openapi.json lists what there is` });
  });
  app.use(errorAnswer(log));
  return { handle: app, strategy: working, totals, metrics };
}

/** Says in a header how long the request has been here, microseconds. */
function stamp(res: Response): Response {
  const sojourn = Math.round((performance.now() - res.locals['arrivedAt']) * 1e3);
  return res.set('x-sojourn-us', String(sojourn));
}

function requireJson(emptyAnswer: object = { error: 'the body is empty; send one JSON value' }): RequestHandler {
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
