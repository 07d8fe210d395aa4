import { Buffer } from 'node:buffer';
import type { Plan } from '../core/plan.ts';
import type { Clock } from '../core/ports.ts';
import { timeoutOf } from '../core/request.ts';
import type { RowTable } from '../core/rows.ts';
import { OUTCOMES } from '../core/sample.ts';
import { Secrets } from '../core/secret.ts';
import type { SingleResponse } from '../core/single-response.ts';
import { type Micros, millis, toMillis } from '../core/units.ts';
import { type AnswerBuffer, BODY_LIMIT } from '../drivers/answer.ts';
import { decodeBody } from '../drivers/decoding.ts';
import { SentSecrets } from '../drivers/sent-secrets.ts';
import { payloadsOf } from '../load/payload.ts';
import { Client } from './client.ts';

/** A person waits for it. */
const LONGEST = millis(30_000);

/**
 * Sends the first request of a plan, over the way that its load would take, and judges the response as a run would.
 *
 * @param longest it may take, however long the plan's requests may; null: as long as they.
 */
export async function requestOnce(
  plan: Plan,
  rows: RowTable | null,
  clock: Clock,
  longest: Micros | null = LONGEST,
): Promise<SingleResponse> {
  const payloads = payloadsOf(plan, rows);
  const requests = plan.requests.map((request) => ({
    ...request,
    timeout: Math.min(timeoutOf(plan, request), longest ?? Number.POSITIVE_INFINITY) as Micros,
  }));
  const client = await Client.open({ ...plan, requests }, clock, payloads, contentsOf);
  const { exchange, seen } = await client.send().finally(() => client.close());
  const { outcome, status, message, example, dueAt, doneAt, connectTook } = exchange;
  return {
    request: plan.requests[exchange.request]?.name ?? '',
    outcome: OUTCOMES[outcome],
    status,
    message,
    example,
    ...(seen ?? { headers: [], body: '', bodyBytes: 0 }),
    responseMs: toMillis((doneAt - dueAt) as Micros),
    sentSecrets: new SentSecrets(plan, payloads).of(exchange, Secrets.of(plan)),
    connectMs: toMillis(Math.max(0, connectTook) as Micros),
  };
}

function contentsOf(answer: AnswerBuffer): Pick<SingleResponse, 'headers' | 'body' | 'bodyBytes'> {
  const coding = answer.header('content-encoding')?.toLowerCase() ?? '';
  const bytes = Buffer.from(answer.bytes.subarray(answer.start, answer.end));
  const decoded = answer.tooLarge ? 'too large' : decodeBody(bytes, coding, BODY_LIMIT);
  return {
    headers: answer.headers(),
    body: typeof decoded === 'string' ? null : textOf(decoded),
    bodyBytes: bytes.length,
  };
}

function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
