/** Requests before and behind a load (`setup`, `teardown`), and the values that the load has of them. */
import { type Attempted, requestInTurn } from '../client/single.ts';
import { capturedNames } from '../core/capture.ts';
import { RampartError } from '../core/errors.ts';
import type { RunEvent, TornDown } from '../core/event.ts';
import { capturedIn } from '../core/placeholders.ts';
import type { FrameRequest, Plan } from '../core/plan.ts';
import type { Clock } from '../core/ports.ts';
import { Secrets } from '../core/secret.ts';
import type { Micros } from '../core/units.ts';
import { withCaptured } from '../plan/captured-values.ts';
import { setupLine, setupRefusal, valueRefusal } from '../report/preflight.ts';
import { printable } from '../report/terminal.ts';

export const isFramed = ({ setup, teardown }: Plan): boolean => setup !== undefined || teardown !== undefined;

export function withoutFrame({ setup: _, teardown: __, ...rest }: Plan): Plan {
  return rest;
}

/** A line break would be another header. */
const IN_HEADER = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * What stands around a load: requests before it, whose captured values all later requests have, and requests behind it,
 * however it ended.
 */
export class Frame {
  /** As it was written. */
  readonly written: Plan;
  /** With what was captured in the place of its placeholders. */
  readonly plan: Plan;
  readonly told: readonly string[];
  readonly #values: ReadonlyMap<string, string>;
  readonly #clock: Clock;
  #tornDown: Promise<TornDown | null> | null = null;

  /**
   * Sends the set-up of a plan. Where it fails, what can be is torn down.
   *
   * @param signal ends it behind the request under way: what that made is to be torn down.
   * @throws RampartError 'unusable' where a request of it failed for good, 'interrupted' where the signal ended it.
   */
  static async setUp(
    plan: Plan,
    clock: Clock,
    secretsOf: (plan: Plan) => Secrets,
    signal?: AbortSignal,
  ): Promise<Frame> {
    const { setup = [] } = plan;
    const names = capturedNames({ requests: setup });
    const values = new Map<string, string>();
    const attempts: Attempted[] = [];
    const failed = async (error: RampartError): Promise<never> => {
      const frame = new Frame(plan, plan, values, [], clock);
      throw frame.withUndone(error, await frame.tearDown());
    };
    for await (const attempted of setup.length === 0 ? [] : requestInTurn(plan, setup, clock, signal)) {
      const { response, captured } = attempted;
      const request = setup[attempts.length] as FrameRequest;
      if (signal?.aborted === true)
        return failed(new RampartError('interrupted', 'ended in its set-up: no load was sent'));
      const secrets = secretsOf(plan).knowing(values.values());
      if (response.outcome !== 'ok') return failed(setupRefusal(plan, request, attempted, secrets, attempts.length));
      for (const { name } of request.captures ?? []) values.set(name, captured?.[names.indexOf(name)] ?? '');
      attempts.push(attempted);
    }
    const wrong = [...plan.requests, ...(plan.teardown ?? [])]
      .flatMap((request) => capturedIn(request))
      .find(({ name, place }) => place === 'header' && !IN_HEADER.test(values.get(name) ?? ''));
    if (wrong !== undefined) return failed(valueRefusal(wrong.name));
    try {
      const ready = { ...plan, requests: plan.requests.map((request) => withCaptured(request, values)) };
      return new Frame(plan, ready, values, attempts.length === 0 ? [] : [setupLine(attempts)], clock);
    } catch (error) {
      if (error instanceof RampartError) return failed(error);
      throw error;
    }
  }

  private constructor(
    written: Plan,
    plan: Plan,
    values: ReadonlyMap<string, string>,
    told: readonly string[],
    clock: Clock,
  ) {
    this.written = written;
    this.plan = plan;
    this.#values = values;
    this.told = told;
    this.#clock = clock;
  }

  /** What was captured. */
  get captured(): ReadonlySet<string> {
    return new Set(this.#values.values());
  }

  /** What is known to be secret, and what was captured. */
  secrets(known: Secrets): Secrets {
    return this.#values.size === 0 ? known : known.knowing(this.#values.values());
  }

  /** Once, however often it is asked for. Null: there is nothing to do. */
  tearDown(): Promise<TornDown | null> {
    this.#tornDown ??= this.#undo();
    return this.#tornDown;
  }

  /** An error that ended it before the load, and what of it could not be undone. */
  withUndone(error: RampartError, tornDown: TornDown | null): RampartError {
    const undone = tornDown?.failures ?? [];
    if (undone.length === 0) return error;
    const secrets = this.secrets(new Secrets());
    const lines = undone.map(({ request, message }) => `tear-down: ${request} failed: ${secrets.mask(message)}`);
    return new RampartError(error.code, [error.message, ...lines.map(printable)].join('\n  '), error.hint, {
      cause: error.cause,
    });
  }

  /** The events of a run, and behind them what came of the tear-down. */
  async *around(events: AsyncIterable<RunEvent>): AsyncGenerator<RunEvent, void, undefined> {
    const begun = this.#clock.now();
    const torn = async (): Promise<RunEvent[]> => {
      const came = await this.tearDown();
      return came === null ? [] : [{ type: 'torn-down', at: (this.#clock.now() - begun) as Micros, ...came }];
    };
    try {
      yield* events;
    } catch (error) {
      yield* await torn();
      throw error;
    }
    yield* await torn();
  }

  /** Requests that are made of what was never captured have nothing to undo. */
  async #undo(): Promise<TornDown | null> {
    const { teardown = [] } = this.plan;
    const own = capturedNames({ requests: teardown });
    const wanted = teardown.filter((request) =>
      capturedIn(request).every(({ name }) => this.#values.has(name) || own.includes(name)),
    );
    if (wanted.length === 0) return null;
    const failures: TornDown['failures'][number][] = [];
    let requests: readonly FrameRequest[];
    try {
      requests = wanted.map((request) => withCaptured(request, this.#values));
    } catch (error) {
      return {
        requests: 0,
        failures: [{ request: wanted[0]?.name ?? '', status: 0, message: (error as Error).message }],
      };
    }
    for await (const { response } of requestInTurn(this.plan, requests, this.#clock)) {
      const { request, outcome, status, message } = response;
      if (outcome !== 'ok') failures.push({ request, status, message });
    }
    return { requests: wanted.length, failures };
  }
}
