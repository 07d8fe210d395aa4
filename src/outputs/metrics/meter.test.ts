import { describe, expect, it } from 'vitest';
import { finishedOf, foldOf, planOf, secondOf, startedOf } from '../../analyze/events.fixture.ts';
import { EVENTS } from '../../analyze/few-events.fixture.ts';
import type { RunEvent } from '../../core/event.ts';
import { GENERATOR_MEASURES, SERIES_MEASURES } from '../../core/measures.ts';
import { seconds } from '../../core/units.ts';
import type { Family } from './family.ts';
import { prometheusName, snakeCase } from './family.ts';
import { Meter } from './meter.ts';

function familiesOf(events: readonly RunEvent[]): Map<string, Family> {
  const meter = new Meter();
  for (const event of events) meter.accept(event);
  return new Map(meter.families().map((family) => [prometheusName(family), family]));
}

/** The sum of a counter's points with these labels. */
function sumOf(families: ReadonlyMap<string, Family>, name: string, labels: Readonly<Record<string, string>>): number {
  const family = families.get(name);
  if (family === undefined || family.kind === 'histogram') throw new Error(`no counter ${name}`);
  return family.points
    .filter((point) => Object.entries(labels).every(([label, value]) => point.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

describe('metrics of a run', () => {
  it('come to the figures of its result, the warm-up apart', () => {
    const { totals } = foldOf(EVENTS).result();
    const families = familiesOf(EVENTS);
    const phase = { phase: 'measured' };
    expect(sumOf(families, 'rampart_requests_offered_total', phase)).toBe(totals.offered);
    expect(sumOf(families, 'rampart_requests_sent_total', phase)).toBe(totals.sent);
    expect(sumOf(families, 'rampart_requests_dropped_total', phase)).toBe(totals.dropped);
    expect(sumOf(families, 'rampart_received_bytes_total', phase)).toBe(totals.bytesIn);
    for (const [outcome, n] of Object.entries(totals.byOutcome))
      expect(sumOf(families, 'rampart_requests_ended_total', { ...phase, outcome })).toBe(n);
    expect(sumOf(families, 'rampart_requests_sent_total', { phase: 'warmup' })).toBe(2);
  });

  it('have a histogram for each measure of the table that has a sample, and no other', () => {
    const sampled = new Set(
      EVENTS.flatMap((event) =>
        event.type === 'interval'
          ? [...Object.values(event.snapshot.series), ...(event.snapshot.generator ? [event.snapshot.generator] : [])]
          : [],
      ).flatMap(({ times }) => Object.entries(times).flatMap(([name, data]) => (data.count > 0 ? [name] : []))),
    );
    const wanted = [...SERIES_MEASURES, ...GENERATOR_MEASURES].filter((measure) => sampled.has(measure));
    const histograms = [...familiesOf(EVENTS).values()].filter(({ kind }) => kind === 'histogram');
    expect(histograms.map(prometheusName)).toEqual(wanted.map((measure) => `rampart_${snakeCase(measure)}_seconds`));
    expect(wanted.length).toBeGreaterThan(5);
  });

  it('tell the ramp of users from what is measured, and what came after a reset from what came before', () => {
    const families = familiesOf([
      startedOf(planOf({ rampEnd: seconds(1) })),
      secondOf(0, { ok: [1_000] }),
      secondOf(1, { ok: [1_000, 1_000] }, { resets: 1 }),
      secondOf(2, { ok: [1_000, 1_000, 1_000] }, { resets: 2 }),
      finishedOf(),
    ]);
    const sent = families.get('rampart_requests_sent_total');
    expect(sent?.points.map(({ labels }) => labels)).toEqual([
      { request: 'POST /predict', phase: 'ramp' },
      { request: 'POST /predict', phase: 'measured' },
      { request: 'POST /predict', phase: 'measured', resets: '1' },
    ]);
  });
});
