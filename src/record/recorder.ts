import type { Exchange } from '../core/exchange.ts';
import { OUTCOMES, type Outcome } from '../core/sample.ts';
import type { FailureCount, HistogramData, SeriesSnapshot } from '../core/snapshot.ts';
import type { Micros } from '../core/units.ts';
import { EMPTY_HISTOGRAM, Histogram } from '../stats/histogram.ts';

/** Distinct failure messages kept per request name and interval; further ones are counted together. */
const FAILURE_KINDS = 100;

/** How many requests the load model offered, by (bank, request): see `LoadModel.counts`. */
export interface Offered {
  readonly due: Float64Array;
  readonly sent: Float64Array;
  readonly dropped: Float64Array;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What is known of one request name in the interval that is being recorded. Emptied, not made anew, each interval. */
class Series {
  ok = 0;
  failed = 0;
  leftOut = 0;
  bytesIn = 0;
  bodyBytesIn = 0;
  bytesOut = 0;
  readonly outcomes = new Float64Array(OUTCOMES.length);
  /** By HTTP status; 0 = none. */
  readonly statuses = new Float64Array(1000);
  readonly response = new Histogram();
  readonly service = new Histogram();
  readonly firstByte = new Histogram();
  readonly body = new Histogram();
  readonly connect = new Histogram();
  readonly tls = new Histogram();
  /** Made when there is any. */
  separateConnect: Histogram | null = null;
  separateTls: Histogram | null = null;
  readonly failedResponse = new Histogram();
  readonly unfinished = new Histogram();
  readonly failures = new Map<string, Mutable<FailureCount>>();

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
    if (outcome === 'wrong-answer' && exchange.example !== '') known.example ??= exchange.example;
    known.count++;
    known.lastAt = at;
  }

  get quiet(): boolean {
    return (
      this.ok === 0 &&
      this.failed === 0 &&
      this.outcomes[7] === 0 &&
      this.leftOut === 0 &&
      this.separateConnect === null
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
      byOutcome: this.#byOutcome(),
      byStatus: this.#byStatus(),
      bytesIn: this.bytesIn,
      bodyBytesIn: this.bodyBytesIn,
      bytesOut: this.bytesOut,
      response: takeData(this.response),
      service: takeData(this.service),
      firstByte: takeData(this.firstByte),
      body: takeData(this.body),
      connect: takeData(this.connect),
      tls: takeData(this.tls),
      ...(this.separateConnect === null ? {} : { separateConnect: takeData(this.separateConnect) }),
      ...(this.separateTls === null ? {} : { separateTls: takeData(this.separateTls) }),
      failedResponse: takeData(this.failedResponse),
      ...(this.unfinished.count > 0 ? { unfinished: takeData(this.unfinished) } : {}),
      failures: [...this.failures.values()],
    };
    this.ok = 0;
    this.failed = 0;
    this.leftOut = 0;
    this.bytesIn = 0;
    this.bodyBytesIn = 0;
    this.bytesOut = 0;
    this.outcomes.fill(0);
    this.statuses.fill(0);
    this.failures.clear();
    this.separateConnect = null;
    this.separateTls = null;
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

function takeData(histogram: Histogram): HistogramData {
  if (histogram.count === 0) return EMPTY_HISTOGRAM;
  const data = histogram.toData();
  histogram.reset();
  return data;
}

/**
 * The hot path of measuring: one call per ended request, a handful of array writes, no allocation but for failures.
 * A request is recorded in the bank (warm-up or measured) in which it was due, whenever it ends.
 */
export class Recorder {
  readonly #names: readonly string[];
  readonly #startAt: Micros;
  /** By bank × request; made when there is any. */
  readonly #series: (Series | undefined)[] = [];
  readonly #lag = new Histogram();
  readonly #connectionWait = new Histogram();

  constructor(names: readonly string[], startAt: Micros) {
    this.#names = names;
    this.#startAt = startAt;
  }

  record(exchange: Exchange): void {
    const slot = exchange.bank * this.#names.length + exchange.request;
    const series = this.#series[slot] ?? this.#open(slot);
    const response = exchange.doneAt - exchange.dueAt;
    const { outcome, connectTook } = exchange;
    series.outcomes[outcome] = (series.outcomes[outcome] as number) + 1;
    series.statuses[exchange.status] = (series.statuses[exchange.status] as number) + 1;
    series.bytesIn += exchange.bytesIn;
    series.bodyBytesIn += exchange.bodyBytesIn;
    series.bytesOut += exchange.bytesOut;
    let lag = exchange.sentAt - exchange.dueAt;
    if (connectTook >= 0) {
      series.connect.record(connectTook);
      if (exchange.tlsTook >= 0) series.tls.record(exchange.tlsTook);
      lag -= connectTook;
    }
    if (exchange.sentAt > 0) this.#lag.record(lag);
    if (exchange.waitTook >= 0) this.#connectionWait.record(exchange.waitTook);
    if (outcome === 0) {
      series.ok++;
      series.response.record(response);
      series.service.record(exchange.doneAt - exchange.sentAt);
      series.firstByte.record(exchange.firstByteAt - exchange.sentAt);
      series.body.record(exchange.doneAt - exchange.firstByteAt);
    } else {
      if (outcome === 7) series.unfinished.record(response);
      else {
        series.failed++;
        series.failedResponse.record(response);
      }
      series.fail(exchange, OUTCOMES[outcome], (exchange.doneAt - this.#startAt) as Micros);
    }
  }

  /** Counts a request that was under way while the generator stood still: its times are not the target's. */
  leaveOut(exchange: Exchange): void {
    const slot = exchange.bank * this.#names.length + exchange.request;
    (this.#series[slot] ?? this.#open(slot)).leftOut++;
  }

  /** Records a connection that was opened for its own sake, under the first request's name. @param handshake -1: none. */
  recordSeparateConnect(bank: number, took: Micros, handshake: Micros): void {
    const slot = bank * this.#names.length;
    const series = this.#series[slot] ?? this.#open(slot);
    series.separateConnect ??= new Histogram();
    series.separateConnect.record(took);
    if (handshake < 0) return;
    series.separateTls ??= new Histogram();
    series.separateTls.record(handshake);
  }

  /** Takes and empties one bank: by request name, those with anything in them. `offered` is emptied as well. */
  take(bank: number, offered: Offered): Record<string, SeriesSnapshot> {
    const taken: Record<string, SeriesSnapshot> = {};
    this.#names.forEach((name, request) => {
      const slot = bank * this.#names.length + request;
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

  /** Gives the memory of a bank back that was empty when it was taken. Should anything come for it yet, it is made anew. */
  release(bank: number): void {
    const first = bank * this.#names.length;
    for (let slot = first; slot < first + this.#names.length; slot++)
      if (slot in this.#series) this.#series[slot] = undefined;
  }

  takeLag(): HistogramData {
    return takeData(this.#lag);
  }

  takeConnectionWait(): HistogramData {
    return takeData(this.#connectionWait);
  }

  #open(slot: number): Series {
    const series = new Series();
    this.#series[slot] = series;
    return series;
  }
}
