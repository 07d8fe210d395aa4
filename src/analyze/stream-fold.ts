/** The part of a series that is about streamed responses: tokens, events, and how generation ended. */
import type { StreamResult } from '../core/result.ts';
import { type SeriesSnapshot, timesOf } from '../core/snapshot.ts';
import { addStreamCounts, type StreamCounts, TOKEN_SOURCES } from '../core/streamed.ts';
import { Histogram } from '../stats/histogram.ts';
import { infiniteIn } from './batches.ts';
import { perSecond } from './per-second.ts';
import { arrivedIn, TokenWeight } from './token-weight.ts';

/** The streamed responses to one request name, or to all. */
export class StreamFold {
  /** How many never had what a metric of streams looks at. */
  infinite = 0;
  #counts: StreamCounts | null = null;
  /** Events that came while load was offered, those of streams that failed by then left out. */
  #arrived = 0;
  /** Output tokens that came with streams' ends then. */
  #ended = 0;
  readonly #weight = new TokenWeight();
  readonly #waitedForFirstToken = new Histogram();

  get any(): boolean {
    return this.#counts !== null;
  }

  /** @param loaded whether load was offered then. */
  add(series: SeriesSnapshot, loaded: boolean): void {
    this.infinite += infiniteIn(series);
    this.#waitedForFirstToken.add(timesOf(series, 'waitedForFirstToken'));
    const { streams } = series;
    if (streams === undefined) return;
    this.#counts = this.#counts === null ? streams : addStreamCounts([this.#counts, streams]);
    this.#weight.add(streams);
    if (loaded) this.#offer(streams);
  }

  /** What came within the measured time of requests that were due before it. */
  addEarlier({ streams }: SeriesSnapshot): void {
    if (streams === undefined) return;
    this.#weight.add(streams);
    this.#offer(streams);
  }

  #offer(streams: StreamCounts): void {
    this.#arrived += arrivedIn(streams);
    this.#ended += streams.outputTokens;
  }

  /** Times to the first token, and of those that had none how long they had waited for it. */
  withThoseThatWait(times: Histogram): Histogram {
    const waited = this.#waitedForFirstToken;
    return waited.count === 0 ? times : Histogram.of(times.toData(), waited.toData());
  }

  /** Null: no response was streamed. */
  result(durationMs: number): StreamResult | null {
    if (this.#counts === null) return null;
    const { ended, pieces, outputTokens, inputTokens, toldOutput, toldInput, finishes } = this.#counts;
    const { countedOutput = 0, countedInput = 0 } = this.#counts;
    const by = { usage: toldOutput, tokenizer: countedOutput, events: ended - toldOutput - countedOutput };
    const sources = TOKEN_SOURCES.filter((source) => by[source] > 0);
    const [only = 'events'] = sources;
    return {
      ended,
      events: pieces,
      outputTokens,
      ...(toldInput + countedInput > 0 ? { inputTokens } : {}),
      ...(countedInput === 0 ? {} : { inputTokensFrom: toldInput === 0 ? ('tokenizer' as const) : ('both' as const) }),
      tokensFrom: sources.length > 1 ? 'both' : only,
      ...(sources.length > 1 ? { tokensBy: Object.fromEntries(sources.map((source) => [source, by[source]])) } : {}),
      outputTokensPerSec: perSecond(this.#weight.tokensOf(this.#arrived, this.#ended), durationMs),
      finishes,
    };
  }
}
