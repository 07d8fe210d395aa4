/** From ended requests to an interval's series: the hot path of measuring. */
import type { Exchange, StreamedTimes } from '../core/exchange.ts';
import type { MeasuredNames } from '../core/flow.ts';
import { GENERATOR_MEASURES, type GeneratorMeasure } from '../core/measures.ts';
import { IS_WHOLE, OUTCOME_CODE, OUTCOMES, type OutcomeCode } from '../core/sample.ts';
import type { IntervalSnapshot, SeriesSnapshot, Times } from '../core/snapshot.ts';
import type { Micros } from '../core/units.ts';
import { IntervalSeries } from './interval-series.ts';
import { IntervalStreams } from './interval-streams.ts';
import { histogramsOf, takeTimes } from './times.ts';

/** How many of what is measured the load model offered, by (epoch, measured): see `LoadModel.counts`. */
export interface Offered {
  readonly due: Float64Array;
  readonly sent: Float64Array;
  readonly dropped: Float64Array;
}

/** What a group of requests, or a pass through a flow, came to: see `load/walk`. */
export interface RecordedSpan {
  readonly measured: number;
  readonly epoch: number;
  readonly response: number;
  readonly service: number;
  readonly bytesIn: number;
  readonly bodyBytesIn: number;
  readonly tooLong: boolean;
  readonly bytesOut: number;
  readonly outcome: OutcomeCode;
  readonly cut: boolean;
  readonly leftOut: boolean;
}

/** What one epoch has, by name. */
export type TakenSeries = Pick<IntervalSnapshot, 'series' | 'flows' | 'groups'>;

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
  readonly #series: (IntervalSeries | undefined)[] = [];
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
    if (exchange.tooLong) series.tooLong++;
    if (exchange.tooLong || IS_WHOLE[outcome] === false) series.unfinishedBodyBytesIn += exchange.bodyBytesIn;
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
      // Who would have left has a quick response only: all times but the first token's are of those who stay.
      if (exchange.impatient) {
        recordImpatient(series, exchange);
        return;
      }
      times.response.record(response);
      times.service.record(exchange.doneAt - exchange.sentAt);
      times.firstByte.record(exchange.firstByteAt - exchange.sentAt);
      times.body.record(exchange.doneAt - exchange.firstByteAt);
      if (exchange.stream !== null) recordStream(series, exchange, exchange.stream);
    } else if (outcome === OUTCOME_CODE.cancelled) {
      if (series.streams !== null) recordGivenUp(times, exchange);
    } else {
      if (outcome === 7) {
        times.unfinished.record(response);
        if (series.streams !== null) recordGivenUp(times, exchange);
      } else {
        series.failed++;
        times.failedResponse.record(response);
        if (exchange.stream !== null) {
          series.streams ??= new IntervalStreams();
          series.streams.failedPieces += exchange.stream.pieces;
        }
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
    series.streams ??= new IntervalStreams();
    series.streams.pieces += pieces;
    if (gap >= 0) series.times.interTokenLatency.record(gap);
    if (pieces > 1) series.times.interTokenLatency.record(0, pieces - 1);
  }

  /** Counts a request that was under way while the generator stood still: its times are not the target's. */
  leaveOut(exchange: Exchange): void {
    const slot = exchange.epoch * this.#count + exchange.request;
    (this.#series[slot] ?? this.#open(slot)).leaveOut(exchange);
  }

  /** Records a connection that was opened for its own sake, under a request's name. @param handshake -1: none. */
  recordSeparateConnect(epoch: number, request: number, took: Micros, handshake: Micros): void {
    const slot = epoch * this.#count + request;
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
    if (span.tooLong) series.tooLong++;
    if (span.tooLong || IS_WHOLE[outcome] === false) series.unfinishedBodyBytesIn += span.bodyBytesIn;
    series.bytesOut += span.bytesOut;
    if (outcome === 0) {
      series.ok++;
      series.times.response.record(response);
      series.times.service.record(span.service);
    } else if (outcome === 7) series.times.unfinished.record(response);
    else if (outcome !== OUTCOME_CODE.cancelled) {
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

  /**
   * Gives the memory of an epoch back that was empty when it was taken. Should anything come for it yet, it is made
   * anew.
   */
  release(epoch: number): void {
    const first = epoch * this.#count;
    for (let slot = first; slot < first + this.#count; slot++) if (slot in this.#series) this.#series[slot] = undefined;
  }

  /** Takes and empties the generator's own times. */
  takeTimes(): Times<GeneratorMeasure> {
    return takeTimes(this.#times);
  }

  #open(slot: number): IntervalSeries {
    const series = new IntervalSeries();
    this.#series[slot] = series;
    return series;
  }
}

/** Records a response that was whole before its user would have left. */
function recordImpatient(series: IntervalSeries, { stream, dueAt }: Exchange): void {
  if (stream === null) return;
  series.streams ??= new IntervalStreams();
  series.streams.end(stream);
  if (stream.pieces > 0) series.times.timeToFirstToken.record(stream.firstAt - dueAt);
}

/**
 * Records a stream that was given up, or that its user left: when its first token came, or how long it had not come.
 */
function recordGivenUp(times: IntervalSeries['times'], { stream, dueAt, doneAt }: Exchange): void {
  if (stream !== null && stream.pieces > 0) times.timeToFirstToken.record(stream.firstAt - dueAt);
  else times.waitedForFirstToken.record(doneAt - dueAt);
}

function recordStream(series: IntervalSeries, exchange: Exchange, stream: StreamedTimes): void {
  series.streams ??= new IntervalStreams();
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
