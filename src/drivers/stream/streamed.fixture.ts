/** One streamed response of a test's server, over one of the ways, and what the driver makes of it. */
import type { ServerResponse } from 'node:http';
import { createExchange, type Exchange } from '../../core/exchange.ts';
import { planFixture } from '../../core/plan.fixture.ts';
import type { Plan } from '../../core/plan.ts';
import type { Clock } from '../../core/ports.ts';
import { OUTCOMES } from '../../core/sample.ts';
import { seconds } from '../../core/units.ts';
import { ownEngineFor } from '../own.ts';
import { type Respond, reachedBy, type Way } from './ways.fixture.ts';

/** Of each response: what closes its connection. */
export const cuts = new WeakMap<ServerResponse, () => void>();
/** What ends what a test has begun. */
export const endings: (() => void)[] = [];
/** For `afterEach`. */
export const endAll = (): void => {
  for (const end of endings.splice(0).reverse()) end();
};

export interface Seen {
  readonly outcome: string;
  readonly tooLong: boolean;
  readonly message: string;
  readonly example: string;
  readonly stream: {
    readonly pieces: number;
    readonly outputTokens: number;
    readonly inputTokens: number;
    readonly finish: number;
  } | null;
  readonly gaps: readonly number[];
  readonly firstAfter: number;
}

/** @param clock the real one. @param onPiece is told of each piece, and may have the request cancelled. */
export async function streamedOn(
  clock: Clock,
  way: Way,
  response: Respond,
  changes: Partial<Plan> = {},
  onPiece: (cancel: () => void) => void = () => {},
): Promise<Seen> {
  const server = await reachedBy(way, (answering, request) => {
    cuts.set(answering, server.cut);
    response(answering, request);
  });
  endings.push(server.close);
  const plan = planFixture({ ...server.plan, timeout: seconds(5), ...changes });
  const driver = (await ownEngineFor(plan, null))(plan, clock, { index: 0, count: 1 });
  endings.push(() => driver.close());
  const gaps: number[] = [];
  driver.onPieces = (_, pieces, gap) => {
    if (gap >= 0) gaps.push(gap);
    for (let n = 1; n < pieces; n++) gaps.push(0);
    setImmediate(onPiece, () => driver.cancel?.(exchange));
  };
  const exchange = createExchange(0);
  const done = await new Promise<Exchange>((resolve) => {
    driver.onDone = (back) =>
      resolve({ ...back, stream: back.stream === null ? null : Object.assign(Object.create(null), back.stream) });
    exchange.dueAt = clock.now();
    driver.send(exchange);
  });
  const { outcome, tooLong, message, example, stream, dueAt } = done;
  return {
    outcome: OUTCOMES[outcome],
    tooLong,
    message,
    example,
    stream:
      stream === null
        ? null
        : {
            pieces: stream.pieces,
            outputTokens: stream.outputTokens,
            inputTokens: stream.inputTokens,
            finish: stream.finish,
          },
    gaps,
    firstAfter: stream === null ? -1 : stream.firstAt - dueAt,
  };
}

export const SSE = { 'content-type': 'text/event-stream; charset=utf-8' };
export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
export const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
