/**
 * Traces of a run: spans for a tracing backend, and the slowest requests with their ids, where a person asks for them.
 */
import type { Plan } from '../core/plan.ts';
import type { SampleBatch } from '../core/request-samples.ts';
import type { SlowTrace } from '../core/result.ts';
import { OUTCOMES } from '../core/sample.ts';
import { targetOf } from '../core/targets.ts';
import { spanIdOf, type TraceKey, traceIdOf } from '../core/trace.ts';
import type { Machine } from '../core/world.ts';
import { Delivery } from '../outputs/delivery.ts';
import { receiverOf } from '../outputs/http-receiver.ts';
import { postOtlp } from '../outputs/otlp/partial.ts';
import { type RequestSpan, spansRequest } from '../outputs/otlp/spans.ts';
import { phaseOf, type Sample, samplesIn } from '../report/request-samples.ts';
import type { OutputOutcome } from './output-queue.ts';

export interface SpanSettings {
  /** Where spans go; null: nowhere. */
  readonly url: string | null;
}

/** Requests whose ids are kept. */
const SLOWEST = 10;
/** Spans in one message: collectors take 4 MB by default. */
const MOST_SPANS = 2_000;

export class TraceSpans {
  readonly #plan: Plan;
  readonly #key: TraceKey;
  readonly #run: string;
  /** From the clock of the instants to the wall clock, µs. */
  readonly #offset: number;
  readonly #delivery: Delivery<string> | null;
  #slowest: Sample[] = [];
  #taken = 0;
  #dropped = 0;

  /** @param plan fit to be published, with a key for its traces. @throws RampartError `bad-output` */
  constructor(
    machine: Pick<Machine, 'clock' | 'wallTime'>,
    { url }: SpanSettings,
    {
      plan,
      key,
      id,
      warn,
    }: { readonly plan: Plan; readonly key: TraceKey; readonly id: string; readonly warn: (problem: string) => void },
  ) {
    this.#plan = plan;
    this.#key = key;
    this.#run = id;
    this.#offset = machine.wallTime().getTime() * 1e3 - machine.clock.now();
    if (url === null) this.#delivery = null;
    else {
      const given = receiverOf('trace', url, { 'content-type': 'application/json' });
      const receiver =
        new URL(given.url).pathname === '/' ? { ...given, url: new URL('/v1/traces', given.url).href } : given;
      this.#delivery = new Delivery((body) => postOtlp(receiver, body), { clock: machine.clock, warn });
    }
  }

  accept(batch: SampleBatch): void {
    this.#dropped += batch.dropped;
    const samples = [...samplesIn(batch)];
    const measured = samples.filter((sample) => phaseOf(sample, this.#plan) === 'measured');
    this.#slowest = [...this.#slowest, ...measured].sort((a, b) => tookOf(b) - tookOf(a)).slice(0, SLOWEST);
    this.#taken += samples.length;
    if (this.#delivery === null) return;
    for (let at = 0; at < samples.length; at += MOST_SPANS) {
      const spans = samples.slice(at, at + MOST_SPANS).map((sample) => this.#spanOf(sample, batch.messages));
      this.#delivery.offer(JSON.stringify(spansRequest(spans, this.#run)));
    }
  }

  slowest(): readonly SlowTrace[] {
    return this.#slowest.map((sample) => ({
      ...this.#idsOf(sample),
      name: this.#nameOf(sample),
      dueAt: new Date((sample.dueAt + this.#offset) / 1e3).toISOString(),
      responseMs: tookOf(sample) / 1e3,
      outcome: OUTCOMES[sample.outcome] ?? 'ok',
    }));
  }

  /** What became of the spans. */
  async close(): Promise<OutputOutcome> {
    const error =
      (await this.#delivery?.finish().then(
        () => null,
        (problem: Error) => problem,
      )) ?? null;
    return { name: 'trace', delivered: this.#taken, dropped: this.#dropped, error };
  }

  #nameOf = ({ request }: Sample): string => this.#plan.requests[request]?.name ?? '';

  #idsOf({ index, request }: Sample): { readonly traceId: string; readonly spanId: string } {
    return { traceId: traceIdOf(this.#key, index), spanId: spanIdOf(this.#key, index, request) };
  }

  #spanOf(sample: Sample, messages: readonly string[]): RequestSpan {
    const { dueAt, sentAt, firstByteAt, doneAt, status } = sample;
    const at = (instant: number): number | null => (instant > 0 ? instant + this.#offset : null);
    return {
      ...this.#idsOf(sample),
      name: this.#nameOf(sample),
      method: this.#plan.requests[sample.request]?.method ?? '',
      url: new URL(
        this.#plan.requests[sample.request]?.path.replace(/[?{].*$/s, '') ?? '',
        targetOf(this.#plan, this.#plan.requests[sample.request] ?? {}).url,
      ).href,
      startedAt: dueAt + this.#offset,
      endedAt: doneAt + this.#offset,
      sentAt: at(sentAt),
      firstByteAt: at(firstByteAt),
      status,
      failure:
        (OUTCOMES[sample.outcome] ?? 'ok') === 'ok'
          ? null
          : `${OUTCOMES[sample.outcome]}${messages[sample.message] === undefined ? '' : `: ${messages[sample.message]}`}`,
    };
  }
}

const tookOf = ({ dueAt, doneAt }: Sample): number => doneAt - dueAt;
