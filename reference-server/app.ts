/** The HTTP side of a model: its own route, Open Inference v1 and v2, and what an operator asks. */
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import type { Alarms } from './alarms.ts';
import type { Faults, Treatment } from './faults.ts';
import { Metrics } from './metrics.ts';
import { type Failure, isFailure, type Model } from './models/model.ts';
import { observeBatch } from './models/tokens/batch-metrics.ts';
import { complete, readCompletion } from './models/tokens/completions.ts';
import { type BatchRules, ContinuousBatch, USUAL_RULES } from './models/tokens/continuous-batch.ts';
import { MODEL_VERSION, modelMetadata, readInstances, readTensors, renderTensors } from './open-inference.ts';
import { openApi } from './openapi.ts';
import { allowOnly, BODY_LIMIT, errorAnswer, requireJson } from './refusals.ts';
import { arrivalOf, stamped } from './stamp.ts';
import { type OnBatch, type Prediction, QueueFull, type Strategy, WorkerLost } from './strategies/strategy.ts';
import { countRequest, noTotals, type Totals } from './totals.ts';

export interface AppOptions {
  readonly model: Model;
  readonly faults: Faults;
  readonly alarms: Alarms;
  /** Makes the answer of the model's own route from what the model rendered. */
  readonly wrap: (output: unknown) => unknown;
  /** The session that a request belongs to, where there are sessions. */
  readonly sessionOf: (request: Request) => string | undefined;
  /** Of `tokens`, where it differs from the usual. */
  readonly batch?: Partial<BatchRules>;
  /** Gets a line for each unexpected error, and none per request: that would change what is measured. */
  readonly log: (line: string) => void;
  /** Asks for the figures of all processes, where this one is not alone. */
  readonly whole?: { stats(): Promise<Totals>; metrics(): Promise<string> };
  /** Called when the totals have changed. */
  readonly counted?: () => void;
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
  app.use(stamped());

  const count: RequestHandler = (_req, res, next) => {
    countRequest(totals, res, options.counted);
    inFlight++;
    res.once('close', () => {
      inFlight--;
      if (!res.writableFinished) return;
      metrics.answered(res.statusCode, res.locals['version'] ?? '', (performance.now() - arrivalOf(res)) / 1e3);
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
    res.status(500).json({ error: 'injected fault' });
    return undefined;
  }

  const predicting = (read: Read, send: Send): RequestHandler => {
    return async (req, res) => {
      const rows = read(req.body);
      if (isFailure(rows)) {
        res.status(rows.status).json(rows.body);
        return;
      }
      const treatment = await treat(req, res);
      if (treatment === undefined) return;
      const begun = performance.now();
      let prediction: Prediction;
      try {
        prediction = await working.predict(rows, options.sessionOf(req));
      } catch (error) {
        if (error instanceof QueueFull) res.status(503).set('Retry-After', '1').json({ error: error.message });
        else if (error instanceof WorkerLost) res.status(500).json({ error: error.message });
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
      send(res, prediction, req);
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
    const batch = new ContinuousBatch(alarms, { ...USUAL_RULES, ...options.batch });
    observeBatch(batch, metrics.registry);
    for (const [path, chat] of [
      ['/v1/completions', false],
      ['/v1/chat/completions', true],
    ] as const) {
      app.all(path, count);
      app.post(path, readJson, async (req: Request, res: Response) => {
        const completion = readCompletion(req.body, chat);
        if ('status' in completion) {
          res.status(completion.status).json(completion.body);
          return;
        }
        const treatment = await treat(req, res);
        if (treatment === undefined) return;
        try {
          complete(completion, res, batch, treatment.stretch);
        } catch (error) {
          if (!(error instanceof QueueFull)) throw error;
          res.status(503).set('Retry-After', '1').json({ error: error.message });
        }
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
  get('/openapi.json', () => openApi(model, options.wrap));
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
