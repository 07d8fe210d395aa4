/** The ways in which single requests are sent: the first one, one of each, or several in turn with retries. */
import { Buffer } from 'node:buffer';
import { capturedNames } from '../core/capture.ts';
import type { Exchange } from '../core/exchange.ts';
import { firstPasses, flowsOf, requestsIn } from '../core/flow.ts';
import type { FrameRequest, Plan } from '../core/plan.ts';
import type { Clock } from '../core/ports.ts';
import { timeoutOf } from '../core/request.ts';
import type { RowTable } from '../core/rows.ts';
import { OUTCOMES } from '../core/sample.ts';
import { Secrets } from '../core/secret.ts';
import type { SingleResponse } from '../core/single-response.ts';
import { type Micros, millis, toMillis } from '../core/units.ts';
import { decodeBody, utf8Text } from '../drivers/decoding.ts';
import { BODY_LIMIT, type ResponseBuffer } from '../drivers/response-buffer.ts';
import { SentSecrets } from '../drivers/sent-secrets.ts';
import { testOf } from '../load/course.ts';
import { Client, type PassStep } from './client.ts';
import { singlePayloads } from './payloads.ts';

/** A person waits for it. */
const LONGEST = millis(30_000);

/**
 * Sends the first request of a plan, over the way that its load would take, and judges the response as a run would.
 *
 * @param longest it may take, however long the plan's requests may; null: as long as they.
 * @param signal ends it at once, and is thrown.
 */
export async function requestOnce(
  plan: Plan,
  rows: RowTable | null,
  clock: Clock,
  longest: Micros | null = LONGEST,
  signal?: AbortSignal,
): Promise<SingleResponse> {
  const first = await Singles.open(plan, rows, clock, longest, signal);
  const { response } = await first.send().finally(() => first.close());
  return response;
}

/**
 * The same for each request of a plan that its load would send, one after the other, as users come to them (see `firstPasses`):
 * what is captured goes into the next. Each is told once, but for one that fails. Pauses are left out.
 *
 * @param signal ends it at once, and is thrown.
 */
export async function* requestEach(
  plan: Plan,
  rows: RowTable | null,
  clock: Clock,
  signal?: AbortSignal,
): AsyncGenerator<SingleResponse, void, undefined> {
  const singles = await Singles.open(plan, rows, clock, null, signal);
  try {
    const told = new Set<number>();
    const names = capturedNames(plan);
    let place = -1;
    let captured: string[] | null = null;
    const passes = firstPasses(plan, ({ captured: name, test }) => testOf(test)(captured?.[names.indexOf(name)] ?? ''));
    // In a log each method has lines of its own: the path of another line was never asked for with it.
    const traced = rows?.trace?.flows;
    for (const pass of passes) {
      place += 1;
      captured = null;
      let after: Exchange | undefined;
      for (const request of pass) {
        const index = traced === undefined ? place : traced.indexOf(methodOf(plan, request));
        const sent = await singles.send({ request, index, captured, after });
        captured = sent.captured;
        after = sent.exchange;
        if (sent.response.outcome !== 'ok' || !told.has(request)) yield sent.response;
        told.add(request);
      }
    }
  } finally {
    singles.close();
  }
}

/** Which of a log's methods a request has, whatever its target. */
function methodOf(plan: Plan, request: number): number {
  const flows = flowsOf(plan).map(({ name, shared, steps }) => ({ name: shared?.name ?? name, steps }));
  const own = flows.find(({ steps }) => [...requestsIn(steps)].includes(request));
  return [...new Set(flows.map(({ name }) => name))].indexOf(own?.name ?? '');
}

/** What came of a request before or behind a load. */
export interface Attempted {
  /** What came of the last attempt. */
  readonly response: SingleResponse;
  readonly attempts: number;
  /** What the responses so far gave, by `capturedNames` of the plan. */
  readonly captured: readonly string[] | null;
}

/**
 * Sends requests in turn, each again where it fails as often as it may be; what is captured goes into the next.
 *
 * @param plan over whose way.
 * @param signal ends it before the next attempt.
 */
export async function* requestInTurn(
  plan: Plan,
  requests: readonly FrameRequest[],
  clock: Clock,
  signal?: AbortSignal,
): AsyncGenerator<Attempted, void, undefined> {
  const { flows: _, ...rest } = plan;
  const alone: Plan = { ...rest, requests, data: null, checks: [] };
  const ended = (): boolean => signal?.aborted === true;
  const singles = await Singles.open(alone, null, clock, null);
  try {
    let captured: string[] | null = null;
    let after: Exchange | undefined;
    for (const [request, { retries, retryPause }] of requests.entries()) {
      let sent = await singles.send({ request, index: 0, captured, after });
      let attempts = 1;
      for (; sent.response.outcome !== 'ok' && attempts <= retries && !ended(); attempts++) {
        await new Promise<void>((resolve) => {
          clock.after(retryPause, resolve);
        });
        if (ended()) break;
        sent = await singles.send({ request, index: 0, captured, after });
      }
      ({ captured } = sent);
      after = sent.exchange;
      yield { response: sent.response, attempts, captured };
      if (ended()) return;
    }
  } finally {
    singles.close();
  }
}

/** Single requests of a plan over one way. */
class Singles {
  readonly #plan: Plan;
  readonly #client: Client<ReturnType<typeof contentsOf>>;
  readonly #sentSecrets: SentSecrets;
  readonly #signal: AbortSignal | undefined;
  readonly #abort = (): void => this.#client.abort();

  static async open(
    plan: Plan,
    rows: RowTable | null,
    clock: Clock,
    longest: Micros | null,
    signal?: AbortSignal,
  ): Promise<Singles> {
    const payloads = await singlePayloads(plan, rows);
    const requests = plan.requests.map((request) => ({
      ...request,
      timeout: Math.min(timeoutOf(plan, request), longest ?? Number.POSITIVE_INFINITY) as Micros,
    }));
    const client = await Client.open({ ...plan, requests }, clock, payloads, contentsOf);
    return new Singles(plan, client, new SentSecrets(plan, payloads), signal);
  }

  private constructor(
    plan: Plan,
    client: Client<ReturnType<typeof contentsOf>>,
    sentSecrets: SentSecrets,
    signal: AbortSignal | undefined,
  ) {
    this.#plan = plan;
    this.#client = client;
    this.#sentSecrets = sentSecrets;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#abort);
  }

  /** `captured`: what the responses of its pass gave, this one included. */
  async send(step?: PassStep): Promise<{
    readonly response: SingleResponse;
    readonly captured: string[] | null;
    readonly exchange: Exchange;
  }> {
    this.#signal?.throwIfAborted();
    const { exchange, seen } = await this.#client.send(step);
    this.#signal?.throwIfAborted();
    const { outcome, status, message, example, dueAt, doneAt, connectTook, stream } = exchange;
    const response: SingleResponse = {
      request: this.#plan.requests[exchange.request]?.name ?? '',
      outcome: OUTCOMES[outcome],
      status,
      message,
      example,
      ...(seen ?? { headers: [], body: '', bodyBytes: 0 }),
      responseMs: toMillis((doneAt - dueAt) as Micros),
      sentSecrets: this.#sentSecrets.of(exchange, Secrets.of(this.#plan)),
      connectMs: toMillis(Math.max(0, connectTook) as Micros),
      streamed: stream !== null,
    };
    return { response, captured: exchange.captured, exchange };
  }

  close(): void {
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#client.close();
  }
}

function contentsOf(response: ResponseBuffer): Pick<SingleResponse, 'headers' | 'body' | 'bodyBytes'> {
  const coding = response.header('content-encoding')?.toLowerCase() ?? '';
  const bytes = Buffer.from(response.bytes.subarray(response.start, response.end));
  const decoded = response.tooLarge ? 'too large' : decodeBody(bytes, coding, BODY_LIMIT);
  return {
    headers: response.headers(),
    body: typeof decoded === 'string' ? null : utf8Text(decoded),
    bodyBytes: bytes.length,
  };
}
