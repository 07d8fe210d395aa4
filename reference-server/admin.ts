/** The operator's routes, on a port of their own. */
import { createServer } from 'node:http';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { operatorsOnly } from './admin-guard.ts';
import { type Listener, listen } from './listener.ts';
import { OptionError } from './option-syntax.ts';
import { allowOnly, BODY_LIMIT, errorAnswer, requireJson } from './refusals.ts';
import { isVersion, LARGEST_SHARE, MOST_VERSIONS, type Split } from './strategies/versions.ts';

/** What can be done to a running deployment; what is absent, this one cannot do. */
export interface Operations {
  state(): object;
  crashNext?(): void;
  replaceAll?(): Promise<void>;
  setSplit?(split: Split): Promise<void>;
  rollOut?(version: string, steps: number): Promise<void>;
}

/** In how many steps a roll-out moves the traffic, where the caller does not say. */
const STEPS = 4;
/** Each is waited for, and more are no slower a move. */
const MOST_STEPS = 1000;

/** The operator's routes, on a port of their own that only this machine reaches. Each answers when what it does is done. */
export function startAdmin(operations: Operations, port: number, log: (line: string) => void): Promise<Listener> {
  const app = express();
  app.disable('x-powered-by');
  app.use(operatorsOnly);
  const readJson = [requireJson(), express.json({ limit: BODY_LIMIT })];
  const { crashNext, replaceAll, setSplit, rollOut } = operations;
  const done = (response: Response): void => {
    response.json(operations.state());
  };

  app.get('/', (_req, res) => done(res));
  app.post('/crash', able(crashNext), (_req, res) => {
    crashNext?.();
    done(res);
  });
  app.post('/replace', able(replaceAll), async (_req, res) => {
    await replaceAll?.();
    done(res);
  });
  app.put('/split', able(setSplit), readJson, async (req: Request, res: Response) => {
    const split: unknown = req.body;
    const wrong = wrongShareOf(split);
    if (wrong !== undefined) {
      const bounds = `up to ${MOST_VERSIONS} versions, shares from 0 to ${LARGEST_SHARE}`;
      res.status(422).json({ error: `send shares by version, such as {"v1": 90, "v2": 10}; ${bounds}`, ...wrong });
      return;
    }
    await attempt(res, () => setSplit?.(split as Split));
  });
  app.post('/rollout', able(rollOut), readJson, async (req: Request, res: Response) => {
    const { version, steps = STEPS } = (req.body ?? {}) as { version?: unknown; steps?: unknown };
    const named = typeof version === 'string' && isVersion(version);
    if (!named || !isStepCount(steps)) {
      const error = `send {"version": "v2", "steps": 4}; steps from 1 to ${MOST_STEPS}`;
      res.status(422).json({ error, field: named ? 'steps' : 'version' });
      return;
    }
    await attempt(res, () => rollOut?.(version, steps));
  });
  app.all('/', allowOnly('GET, HEAD'));
  app.all('/split', allowOnly('PUT'));
  app.all(['/crash', '/replace', '/rollout'], allowOnly('POST'));
  app.use((_req, res) => {
    res.status(404).json({ error: 'there are GET /, POST /crash, /replace and /rollout, PUT /split' });
  });
  app.use(errorAnswer(log));

  async function attempt(res: Response, act: () => Promise<void> | undefined): Promise<void> {
    try {
      await act();
      done(res);
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      res.status(409).json({ error: error.message });
    }
  }
  return listen(createServer(app), { host: '127.0.0.1', port, drainMs: 1000, log });
}

function able(operation: unknown): RequestHandler {
  return (_req, res, next) => {
    if (operation === undefined) res.status(409).json({ error: 'this strategy cannot do that' });
    else next();
  };
}

const isStepCount = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST_STEPS;

/** What is wrong with shares: the field, where it is one; undefined if nothing is. */
function wrongShareOf(value: unknown): { field?: string } | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const entries = Object.entries(value);
  if (entries.length === 0 || entries.length > MOST_VERSIONS) return {};
  const wrong = entries.find(
    ([version, share]) => !isVersion(version) || typeof share !== 'number' || !(share >= 0 && share <= LARGEST_SHARE),
  );
  return wrong === undefined ? undefined : { field: wrong[0] };
}
