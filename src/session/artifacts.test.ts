import { HistogramLogReader } from 'hdr-histogram-js';
import { expect, it } from 'vitest';
import { finishedOf, planOf, secondOf, spread, startedOf } from '../analyze/events.fixture.ts';
import type { Machine } from '../core/world.ts';
import { Artifacts } from './artifacts.ts';

it('logs the warm-up apart, so that what has the name of a request adds up to the result', async () => {
  const artifacts = new Artifacts();
  const events = [
    startedOf(planOf()),
    secondOf(0, { ok: [900_000] }, { phase: 'warmup' }),
    secondOf(1, { ok: spread(10, 1_000, 1_900) }),
    secondOf(2, { ok: spread(20, 1_000, 1_900) }),
    finishedOf('completed', 3),
  ];
  for (const event of events) await artifacts.accept(event);
  const result = artifacts.fold.result();
  const contents = artifacts.contents({} as Pick<Machine, 'files' | 'assets'>, result);
  const reader = new HistogramLogReader(contents['latency.hlog']());
  const counts: Record<string, number> = {};
  for (let read = reader.nextIntervalHistogram(); read !== null; read = reader.nextIntervalHistogram()) {
    const tag = decodeURIComponent(String(read.tag));
    counts[tag] = (counts[tag] ?? 0) + read.totalCount;
  }
  expect(counts).toEqual({ 'warmup POST /predict': 1, 'POST /predict': 30 });
  expect(result.latency.response.count).toBe(30);
});
