import type { RunEvent } from '../core/event.ts';
import { finishedOf, generatorOf, intervalOf, planOf, secondOf, seriesOf, startedOf } from './events.fixture.ts';

/** A warm-up, two seconds of two kinds of requests with failures, and an end: for the tests of every exporter. */
export const EVENTS: readonly RunEvent[] = [
  startedOf(planOf()),
  secondOf(0, { ok: [5_000, 6_000] }, { phase: 'warmup' }),
  intervalOf({
    index: 1,
    series: {
      'POST /predict': seriesOf({ ok: [10_000, 20_000, 30_000], ended: { timeout: 1 }, connect: [400], dropped: 2 }),
      'GET "a\\b",c d': seriesOf({ ok: [0, 1, 2_000_000] }),
    },
    generator: generatorOf(),
    inFlight: 3,
  }),
  secondOf(2, { ok: [12_000], ended: { 'http-error': 2 }, status: 503, message: 'HTTP 503' }, { inFlight: 1 }),
  finishedOf('completed', 3),
];
