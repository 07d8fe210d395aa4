import type { Exchange, StreamedTimes } from '../core/exchange.ts';
import type { MeasuredNames } from '../core/flow.ts';
import { GENERATOR_MEASURES, type GeneratorMeasure, SERIES_MEASURES } from '../core/measures.ts';
import { OUTCOMES, type Outcome, type OutcomeCode } from '../core/sample.ts';
import {
  BODIES_KEPT,
  type FailureCount,
  type HistogramData,
  type IntervalSnapshot,
  type SeriesSnapshot,
  type Times,
} from '../core/snapshot.ts';
import { FINISHES, type Finish, type StreamCounts } from '../core/streamed.ts';
import type { Micros } from '../core/units.ts';
import { Histogram } from '../stats/histogram.ts';

/** Distinct failure messages kept per request name and interval; further ones are counted together. */
const FAILURE_KINDS = 100;

/** How many of what is measured the load model offered, by (epoch, measured): see `LoadModel.counts`. */
export interface Offered {
  readonly due: Float64Array;
  readonly sent: Float64Array;
  readonly dropped: Float64Array;
}

/** Failures of which an example is kept. */
const SHOWN: ReadonlySet<Outcome> = new Set<Outcome>(['wrong-answer', 'capture-failed', 'stream-error']);
/** What a group of requests, or a pass through a flow, came to: see `load/walk`. */
export interface RecordedSpan {
  readonly measured: number;
  readonly epoch: number;
  readonly response: number;
  readonly service: number;
  readonly bytesIn: number;
  readonly bodyBytesIn: number;
  readonly bytesOut: number;
  readonly outcome: OutcomeCode;
  readonly cut: boolean;
  readonly leftOut: boolean;
}

/** What one epoch has, by name. */
export type TakenSeries = Pick<IntervalSnapshot, 'series' | 'flows' | 'groups'>;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What is known of one request name in the interval that is being recorded. Emptied, not made anew, each interval. */
class Series {
  ok = 0;
  failed = 0;
  leftOut = 0;
  cut = 0;
  bytesIn = 0;
  bodyBytesIn = 0;
  bytesOut = 0;
  readonly outcomes = new Float64Array(OUTCOMES.length);
  /** By HTTP status; 0 = none. */
  readonly statuses = new Float64Array(1000);
  readonly times = histogramsOf(SERIES_MEASURES);
  readonly failures = new Map<string, Mutable<FailureCount>>();
  /** Made with the first streamed response. */
  streams: Streams | null = null;

  fail(exchange: Exchange, outcome: Outcome, at: Micros): void {
    const { status, message } = exchange;
    let key = `${outcome} ${status} ${message}`;
    let known = this.failures.get(key);
    if (known === undefined) {
      let shown = message;
      if (this.failures.size >= FAILURE_KINDS) {
        shown = 'further messages';
        key = `${outcome} ${status} ${shown}`;
        known = this.failures.get(key);
      }
      if (known === undefined) {
        known = { outcome, status, message: shown, count: 0, firstAt: at, lastAt: at };
        this.failures.set(key, known);
      }
    }
    if (exchange.body !== '') known.bodies = [...(known.bodies ?? []), exchange.body].slice(0, BODIES_KEPT);
    if (SHOWN.has(outcome) && exchange.example !== '') known.example ??= exchange.example;
    known.count++;
    known.lastAt = at;
  }

  get quiet(): boolean {
    return (
      this.ok === 0 &&
      this.failed === 0 &&
      this.outcomes[7] === 0 &&
      this.leftOut === 0 &&
      (this.streams === null || this.streams.pieces === 0) &&
      this.cut === 0 &&
      this.times.separateConnect.count === 0
    );
  }

  take(due: number, sent: number, dropped: number): SeriesSnapshot {
    const snapshot: SeriesSnapshot = {
      due,
      sent,
      dropped,
      ok: this.ok,
      failed: this.failed,
      ...(this.leftOut > 0 ? { leftOut: this.leftOut } : {}),
      ...(this.cut > 0 ? { cut: this.cut } : {}),
      byOutcome: this.#byOutcome(),
      byStatus: this.#byStatus(),
      bytesIn: this.bytesIn,
      bodyBytesIn: this.bodyBytesIn,
      bytesOut: this.bytesOut,
      times: takeTimes(this.times),
      failures: [...this.failures.values()],
      ...(this.streams === null || this.streams.quiet ? {} : { streams: this.streams.take() }),
    };
    this.ok = 0;
    this.failed = 0;
    this.leftOut = 0;
    this.cut = 0;
    this.bytesIn = 0;
    this.bodyBytesIn = 0;
    this.bytesOut = 0;
    this.outcomes.fill(0);
    this.statuses.fill(0);
    this.failures.clear();
    return snapshot;
  }

  #byOutcome(): Partial<Record<Outcome, number>> {
    const counts: Partial<Record<Outcome, number>> = {};
    OUTCOMES.forEach((outcome, code) => {
      const n = this.outcomes[code] as number;
      if (n > 0) counts[outcome] = n;
    });
    return counts;
  }

  #byStatus(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (let status = 1; status < 1000; status++) {
      const n = this.statuses[status] as number;
      if (n > 0) counts[status] = n;
    }
    return counts;
  }
}

/** Streamed responses to one request name in the interval. */
class Streams {
  pieces = 0;
  ended = 0;
  outputTokens = 0;
  inputTokens = 0;
  toldOutput = 0;
  toldInput = 0;
  readonly finishes = new Float64Array(FINISHES.length);

  get quiet(): boolean {
    return this.pieces === 0 && this.ended === 0;
  }

  end({ pieces, outputTokens, inputTokens, finish }: StreamedTimes): void {
    this.ended++;
    this.outputTokens += outputTokens >= 0 ? outputTokens : pieces;
    if (outputTokens >= 0) this.toldOutput++;
    if (inputTokens >= 0) {
      this.toldInput++;
      this.inputTokens += inputTokens;
    }
    this.finishes[finish] = (this.finishes[finish] as number) + 1;
  }

  take(): StreamCounts {
    const finishes: { [F in Finish]?: number } = {};
    FINISHES.forEach((finish, code) => {
      const n = this.finishes[code] as number;
      if (n > 0) finishes[finish] = n;
    });
    const { pieces, ended, outputTokens, inputTokens, toldOutput, toldInput } = this;
    this.pieces = 0;
    this.ended = 0;
    this.outputTokens = 0;
    this.inputTokens = 0;
    this.toldOutput = 0;
    this.toldInput = 0;
    this.finishes.fill(0);
    return { pieces, ended, outputTokens, inputTokens, toldOutput, toldInput, finishes };
  }
}

/** One for each: an object of one fixed shape, so that reaching one costs what a field does. */
function histogramsOf<M extends string>(measures: readonly M[]): Readonly<Record<M, Histogram>> {
  const histograms = {} as Record<M, Histogram>;
  for (const measure of measures) histograms[measure] = new Histogram();
  return histograms;
}

/** Those with a sample, which are then empty. */
function takeTimes<M extends string>(histograms: Readonly<Record<M, Histogram>>): Times<M> {
  const times: { [K in M]?: HistogramData } = {};
  for (const measure of Object.keys(histograms) as M[]) {
    const histogram = histograms[measure];
    if (histogram.count === 0) continue;
    times[measure] = histogram.toData();
    histogram.reset();
  }
  return times;
}

/**
 * The hot path of measuring: one call per ended request, a handful of array writes, no allocation but for failures.
 * A request is recorded in the epoch (warm-up or measured) in which it was due, whenever it ends.
 */
export class Recorder {
  readonly #names: MeasuredNames;
  /** How many these are. */
  readonly #count: number;
  readonly #startAt: Micros;
  /** By epoch × what is measured: requests, flows, groups; made when there is any. */
  readonly #series: (Series | undefined)[] = [];
  readonly #times = histogramsOf(GENERATOR_MEASURES);

  constructor(names: MeasuredNames, startAt: Micros) {
    this.#names = names;
    this.#count = names.requests.length + names.flows.length + names.groups.length;
    this.#startAt = startAt;
  }

  record(exchange: Exchange): void {
    const slot = exchange.epoch * this.#count + exchange.request;
    const series = this.#series[slot] ?? this.#open(slot);
    const response = exchange.doneAt - exchange.dueAt;
    const { outcome, connectTook } = exchange;
    const { times } = series;
    series.outcomes[outcome] = (series.outcomes[outcome] as number) + 1;
    series.statuses[exchange.status] = (series.statuses[exchange.status] as number) + 1;
    series.bytesIn += exchange.bytesIn;
    series.bodyBytesIn += exchange.bodyBytesIn;
    series.bytesOut += exchange.bytesOut;
    let lag = exchange.sentAt - exchange.dueAt;
    if (connectTook >= 0) {
      times.connect.record(connectTook);
      if (exchange.tlsTook >= 0) times.tls.record(exchange.tlsTook);
      lag -= connectTook;
    }
    if (exchange.sentAt > 0) this.#times.lag.record(lag);
    if (exchange.waitTook >= 0) this.#times.connectionWait.record(exchange.waitTook);
    if (outcome === 0) {
      series.ok++;
      times.response.record(response);
      times.service.record(exchange.doneAt - exchange.sentAt);
      times.firstByte.record(exchange.firstByteAt - exchange.sentAt);
      times.body.record(exchange.doneAt - exchange.firstByteAt);
      if (exchange.stream !== null) recordStream(series, exchange, exchange.stream);
    } else {
      if (outcome === 7) {
        times.unfinished.record(response);
        if (series.streams !== null) recordGivenUp(times, exchange);
      } else {
        series.failed++;
        times.failedResponse.record(response);
      }
      series.fail(exchange, OUTCOMES[outcome], (exchange.doneAt - this.#startAt) as Micros);
    }
  }

  /**
   * Records pieces of a streamed response that came in one read: see `Driver.onPieces`.
   *
   * @param gap -1: it is not known, or says nothing of the target.
   */
  recordPieces({ epoch, request }: Exchange, pieces: number, gap: number): void {
    const slot = epoch * this.#count + request;
    const series = this.#series[slot] ?? this.#open(slot);
    series.streams ??= new Streams();
    series.streams.pieces += pieces;
    if (gap >= 0) series.times.interTokenLatency.record(gap);
    if (pieces > 1) series.times.interTokenLatency.record(0, pieces - 1);
  }

  /** Counts a request that was under way while the generator stood still: its times are not the target's. */
  leaveOut(exchange: Exchange): void {
    const slot = exchange.epoch * this.#count + exchange.request;
    (this.#series[slot] ?? this.#open(slot)).leftOut++;
  }

  /** Records a connection that was opened for its own sake, under the first request's name. @param handshake -1: none. */
  recordSeparateConnect(epoch: number, took: Micros, handshake: Micros): void {
    const slot = epoch * this.#count;
    const series = this.#series[slot] ?? this.#open(slot);
    series.times.separateConnect.record(took);
    if (handshake >= 0) series.times.separateTls.record(handshake);
  }

  /** A group of requests, or a pass through a flow, has ended. */
  recordSpan(span: RecordedSpan): void {
    const slot = span.epoch * this.#count + span.measured;
    const series = this.#series[slot] ?? this.#open(slot);
    const { outcome, response } = span;
    if (span.leftOut) {
      series.leftOut++;
      return;
    }
    if (span.cut && outcome === 0) {
      series.cut++;
      return;
    }
    series.outcomes[outcome] = (series.outcomes[outcome] as number) + 1;
    series.bytesIn += span.bytesIn;
    series.bodyBytesIn += span.bodyBytesIn;
    series.bytesOut += span.bytesOut;
    if (outcome === 0) {
      series.ok++;
      series.times.response.record(response);
      series.times.service.record(span.service);
    } else if (outcome === 7) series.times.unfinished.record(response);
    else {
      series.failed++;
      series.times.failedResponse.record(response);
    }
  }

  /** Takes and empties one epoch: by name, those with anything in them. `offered` is emptied as well. */
  take(epoch: number, offered: Offered): TakenSeries {
    const { requests, flows, groups } = this.#names;
    const series = this.#taken(requests, epoch * this.#count, offered);
    if (flows.length === 0) return { series };
    return {
      series,
      flows: this.#taken(flows, epoch * this.#count + requests.length, offered),
      groups: this.#taken(groups, epoch * this.#count + requests.length + flows.length, offered),
    };
  }

  #taken(names: readonly string[], first: number, offered: Offered): Record<string, SeriesSnapshot> {
    const taken: Record<string, SeriesSnapshot> = {};
    names.forEach((name, place) => {
      const slot = first + place;
      const due = offered.due[slot] as number;
      const sent = offered.sent[slot] as number;
      const dropped = offered.dropped[slot] as number;
      const series = this.#series[slot];
      if (due + sent + dropped === 0 && (series === undefined || series.quiet)) return;
      taken[name] = (series ?? this.#open(slot)).take(due, sent, dropped);
      offered.due[slot] = 0;
      offered.sent[slot] = 0;
      offered.dropped[slot] = 0;
    });
    return taken;
  }

  /** Gives the memory of an epoch back that was empty when it was taken. Should anything come for it yet, it is made anew. */
  release(epoch: number): void {
    const first = epoch * this.#count;
    for (let slot = first; slot < first + this.#count; slot++) if (slot in this.#series) this.#series[slot] = undefined;
  }

  /** Takes and empties the generator's own times. */
  takeTimes(): Times<GeneratorMeasure> {
    return takeTimes(this.#times);
  }

  #open(slot: number): Series {
    const series = new Series();
    this.#series[slot] = series;
    return series;
  }
}

/** Of a stream that the run gives up at its end the first token is known, or that it had not come yet. */
function recordGivenUp(times: Series['times'], { stream, dueAt, doneAt }: Exchange): void {
  if (stream !== null && stream.pieces > 0) times.timeToFirstToken.record(stream.firstAt - dueAt);
  else times.waitedForFirstToken.record(doneAt - dueAt);
}

function recordStream(series: Series, exchange: Exchange, stream: StreamedTimes): void {
  series.streams ??= new Streams();
  series.streams.end(stream);
  const { pieces, firstAt, lastAt, outputTokens } = stream;
  if (pieces === 0) return;
  const { times } = series;
  times.timeToFirstToken.record(firstAt - exchange.dueAt);
  const tokens = outputTokens >= 0 ? outputTokens : pieces;
  if (pieces < 2 || tokens < 2) return;
  times.timePerOutputToken.record((lastAt - firstAt) / (tokens - 1));
  times.longestGap.record(stream.longestGap);
}
