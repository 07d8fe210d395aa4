/** A server that serves an exact queue in place of a model: what a load tester should measure of it is known. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Alarms } from '../alarms.ts';
import { Faults } from '../faults.ts';
import { type Listener, listen } from '../listener.ts';
import { seededRandom } from '../random.ts';
import { countRequest, noTotals, type Totals } from '../totals.ts';
import { ServiceQueue } from './queue.ts';
import { parseServiceLaw } from './service-law.ts';

interface LawOptions {
  /** How long a service takes: `fixed:50ms`, `exp:5ms`, `uniform:2ms-8ms`, `bimodal:5ms,50ms,10%`. */
  law: string;
  /** How many are served at once. Default Infinity: nobody waits. */
  slots?: number;
  /** How many may wait; the next one gets 503. Default Infinity. */
  queue?: number;
  faults?: readonly string[];
  /** Of the service times and the faults. Default 1. */
  seed?: number;
  /** Default 127.0.0.1: this machine only. */
  host?: string;
  /** Default 0: a free one. */
  port?: number;
  /** How long a close waits for requests in flight, milliseconds. Default 5000. */
  drainMs?: number;
  /** Gets a line for each thing that should not happen. Default: standard error. */
  log?: (line: string) => void;
}

/** A law server that accepts requests. */
export interface LawServer extends Listener {
  readonly totals: Readonly<Totals>;
}

const ANSWER = '{"ok":true}';
const FULL = '{"error":"the queue is full"}';
const FAILED = '{"error":"injected fault"}';

/**
 * Serves an exact queue instead of a model: answers leave at computed instants, asleep in between, so that what a load tester
 * should measure is known. Any method on any path is a request, but for GET /health, /ready and /stats. The header
 * `x-sojourn-us` says how long the request truly took: from read in full to handed to the socket, microseconds.
 *
 * @throws OptionError (as a rejection) for a law or fault that is none; ListenError if it cannot listen.
 */
export async function startLawServer(options: LawOptions): Promise<LawServer> {
  const { slots = Number.POSITIVE_INFINITY, queue: capacity = Number.POSITIVE_INFINITY, seed = 1 } = options;
  const { host = '127.0.0.1', port = 0, drainMs = 5000, log = console.error } = options;
  const law = parseServiceLaw(options.law);
  const faults = new Faults(options.faults ?? [], seed, performance.now());
  const random = seededRandom(seed * 31);
  const queue = new ServiceQueue(slots, capacity);
  const alarms = new Alarms();
  const totals = noTotals();

  function arrive(response: ServerResponse): void {
    const arrivedAt = performance.now();
    const { fate, stretch } = faults.next(arrivedAt);
    if (fate === 'hung') return;
    if (fate === 'dropped') {
      response.destroy();
      return;
    }
    if (fate === 'failed') {
      alarms.at(faults.endOf(arrivedAt, 0), () => answer(response, 500, FAILED, arrivedAt));
      return;
    }
    const leavesAt = queue.admit(arrivedAt, law.draw(random) * stretch, faults.endOf);
    if (leavesAt === undefined) {
      response.setHeader('Retry-After', '1');
      alarms.at(faults.endOf(arrivedAt, 0), () => answer(response, 503, FULL, arrivedAt));
    } else alarms.at(leavesAt, () => answer(response, 200, ANSWER, arrivedAt));
  }

  const server = createServer((request, response) => {
    if (request.method === 'GET' && handleAside(request, response, totals)) return;
    countRequest(totals, response);
    request.once('end', () => arrive(response));
    request.resume();
  });
  const listener = await listen(server, { host, port, drainMs, log });
  return { ...listener, totals };
}

function answer(response: ServerResponse, status: number, body: string, arrivedAt: number): void {
  if (response.destroyed) return;
  const sojourn = Math.round((performance.now() - arrivedAt) * 1e3);
  response.sendDate = false;
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    'x-sojourn-us': sojourn,
  });
  response.end(body);
}

/** The routes that are no load. */
function handleAside(request: IncomingMessage, response: ServerResponse, totals: Totals): boolean {
  let body: object;
  if (request.url === '/stats') body = totals;
  else if (request.url === '/health' || request.url === '/ready') body = { status: 'ok' };
  else return false;
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(body));
  return true;
}
