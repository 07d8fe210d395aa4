/** A short run as its stream of events, for the tests of whatever reads one. */
import type { RunEvent } from '../core/event.ts';
import type { SeriesSnapshot } from '../core/snapshot.ts';
import {
  dataOf,
  finishedOf,
  generatorOf,
  intervalOf,
  planOf,
  secondOf,
  seriesOf,
  startedOf,
} from './events.fixture.ts';

/** Three of whose responses were streamed, with 3, 4 and 5 tokens; two of them were good. */
const streamed = (series: SeriesSnapshot): SeriesSnapshot => ({
  ...series,
  times: {
    ...series.times,
    timeToFirstToken: dataOf([4_000, 6_000, 9_000]),
    timePerOutputToken: dataOf([2_000, 3_000, 4_000]),
    interTokenLatency: dataOf([1_000, 2_000, 3_000, 4_000, 5_000]),
    longestGap: dataOf([3_000, 4_000, 5_000]),
  },
  streams: {
    ...{ pieces: 11, ended: 3, outputTokens: 12, inputTokens: 30, toldOutput: 3, toldInput: 2 },
    finishes: { stop: 2, length: 1 },
  },
  goodput: { good: 2, bad: 2, open: 0 },
});

/** A warm-up, two seconds of two kinds of requests with failures, and an end: for the tests of every exporter. */
export const EVENTS: readonly RunEvent[] = [
  startedOf(
    planOf({
      requests: [
        { name: 'POST /predict', method: 'POST', path: '/predict', headers: [], body: null, tags: { kind: 'model' } },
        { name: 'GET "a\\b",c d', method: 'GET', path: '/', headers: [], body: null, tags: { kind: 'odd, one' } },
      ],
    }),
  ),
  secondOf(0, { ok: [5_000, 6_000] }, { phase: 'warmup' }),
  intervalOf({
    index: 1,
    series: {
      'POST /predict': streamed(
        seriesOf({ ok: [10_000, 20_000, 30_000], ended: { timeout: 1 }, connect: [400], dropped: 2 }),
      ),
      'GET "a\\b",c d': seriesOf({ ok: [0, 1, 2_000_000] }),
    },
    generator: generatorOf(),
    inFlight: 3,
  }),
  secondOf(2, { ok: [12_000], ended: { 'http-error': 2 }, status: 503, message: 'HTTP 503' }, { inFlight: 1 }),
  finishedOf('completed', 3),
];
