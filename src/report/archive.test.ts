import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Sample, sampleOf } from '../../test/sample-stream.ts';
import { RunFold } from '../analyze/fold.ts';
import type { RunEvent } from '../core/event.ts';
import { timesOf } from '../core/snapshot.ts';
import { micros } from '../core/units.ts';
import { Histogram } from '../stats/histogram.ts';
import { IntervalArchive } from './archive.ts';
import { type Archive, inflated, readArchive, wholeIndex } from './client/archive.ts';
import { bucketOf, highestOf, lowestOf, Times } from './client/buckets.ts';
import { heatOf } from './client/heat.ts';
import type { Span } from './client/picture.ts';
import { extraOf, onlyName, slotsIn, snapped, tallyOf, timelineOf } from './client/selection.ts';
import { recomputed } from './client/tables.ts';

const NAMES = ['POST /predict', 'GET /health'];
const SMALL = sampleOf({ seconds: 60, names: NAMES, rate: 200, warmup: 5 });

const unpacked = (packed: string): Archive => readArchive(inflateRawSync(Buffer.from(packed, 'base64')));

/** The measured response times of a stretch, at full resolution, straight from the events. */
function exactly({ events }: Sample, { from, to }: Span, name: string | null): Histogram {
  const times = new Histogram();
  for (const event of events) {
    if (event.type !== 'interval' || event.snapshot.phase === 'warmup') continue;
    const { startAt, endAt, series } = event.snapshot;
    if (startAt < from * 1e6 - 1 || endAt > to * 1e6 + 1) continue;
    for (const [own, part] of Object.entries(series))
      if (name === null || own === name) times.add(timesOf(part, 'response'));
  }
  return times;
}

describe('buckets of 2 digits', () => {
  it('are never wider than a 128th of their values, and follow each other without a gap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (value) => {
        const bucket = bucketOf(value);
        expect(lowestOf(bucket)).toBeLessThanOrEqual(value);
        expect(highestOf(bucket)).toBeGreaterThanOrEqual(value);
        expect(highestOf(bucket) - lowestOf(bucket)).toBeLessThanOrEqual(value / 128);
        expect(lowestOf(bucket + 1)).toBe(highestOf(bucket) + 1);
      }),
    );
  });
});

describe('the archive', () => {
  const archive = unpacked(SMALL.intervals);

  it('is what the browser inflates, byte for byte', async () => {
    expect(readArchive(await inflated(SMALL.intervals))).toEqual(archive);
  });

  it('keeps the timeline of the result', () => {
    expect(archive.timeline).toEqual(SMALL.result.timeline);
    expect(archive.slots).toHaveLength(60);
    expect(archive.merged).toBe(1);
  });

  it('has the counts of the result for the whole run, without the warm-up', () => {
    for (const [i, name] of [...NAMES, null].entries()) {
      const { totals } = name === null ? SMALL.result : SMALL.result.series[name]!;
      const tally = tallyOf(archive, null, onlyName(name === null ? null : i));
      expect(tally).toMatchObject({
        due: totals.offered,
        sent: totals.sent,
        ok: totals.ok,
        failed: totals.failed,
        bytesIn: totals.bytesIn,
        bodyBytesIn: totals.bodyBytesIn,
        unfinishedBodyBytesIn: totals.unfinishedBodyBytesIn ?? 0,
        tooLong: totals.tooLong ?? 0,
        seconds: totals.durationMs / 1_000,
      });
      expect(Object.fromEntries(tally.statuses)).toEqual(
        Object.fromEntries(Object.entries(totals.byStatus).map(([status, n]) => [Number(status), n])),
      );
    }
    const { kinds } = tallyOf(archive, null, null);
    expect(SMALL.result.failures.map((_, i) => kinds.get(i))).toEqual(SMALL.result.failures.map(({ count }) => count));
  });

  it('gives any stretch’s percentiles within 1 % of a recomputation from the stream, and its counts exactly', () => {
    const second = fc.integer({ min: 5, max: 59 });
    fc.assert(
      fc.property(second, second, fc.constantFrom(0, 1, null), (a, b, name) => {
        const span = { from: Math.min(a, b), to: Math.max(a, b) + 1 };
        const exact = exactly(SMALL, span, name === null ? null : NAMES[name]!);
        const { response, ok } = tallyOf(archive, span, onlyName(name));
        expect(ok).toBe(exact.count);
        expect(response.count).toBe(exact.count);
        for (const p of [0.5, 0.95, 0.99]) expect(within(response.quantile(p), exact.quantile(p))).toBe(true);
        expect(within(response.min, exact.min)).toBe(true);
        expect(within(response.max, exact.max)).toBe(true);
        expect(within(response.mean, exact.mean)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps the other parts of the time for all requests together', () => {
    const { latency } = SMALL.result;
    for (const extra of ['service', 'connect', 'firstByte', 'body', 'lag'] as const) {
      const times = extraOf(archive, null, extra);
      const whole = latency[extra];
      expect(times?.count, extra).toBe(whole?.count ?? 0);
      if (whole?.p50 != null) expect(within(times!.quantile(0.5), whole.p50 * 1_000), extra).toBe(true);
    }
  });

  it('adds names up: counts exactly, times within 1 %, and no service time, which does not follow', () => {
    const both = new Set([0, 1]);
    const sum = tallyOf(archive, null, both);
    const [first, second] = [0, 1].map((name) => tallyOf(archive, null, onlyName(name)));
    expect(sum.ok).toBe((first?.ok ?? 0) + (second?.ok ?? 0));
    expect(sum.response.count).toBe(sum.ok);
    const timeline = timelineOf(archive, both);
    expect(timeline[29]!.ok).toBe(timelineOf(archive, onlyName(0))[29]!.ok + timelineOf(archive, onlyName(1))[29]!.ok);
    expect([timeline[29]!.serviceP95, timelineOf(archive, onlyName(0))[29]!.serviceP95 === null]).toEqual([
      null,
      false,
    ]);
    expect(tallyOf(archive, null, new Set()).sent).toBe(0);
  });

  it('keeps flows and groups beside the requests that they are made of', () => {
    const archived = new IntervalArchive();
    const [name = ''] = NAMES;
    for (const event of SMALL.events) {
      if (event.type !== 'interval') continue;
      const series = event.snapshot.series[name]!;
      archived.add({ ...event.snapshot, flows: { visit: series }, groups: { pay: series } });
    }
    const { result } = SMALL;
    const whole = unpacked(archived.pack(result.timeline, result.failures));
    expect([whole.names, whole.wholes]).toEqual([NAMES, ['group pay', 'flow visit']]);
    const span = { from: 20, to: 40 };
    const { sent, ok, failed, response } = tallyOf(whole, span, onlyName(0));
    for (const place of [0, 1]) {
      const flow = tallyOf(whole, span, onlyName(wholeIndex(place)));
      expect([flow.sent, flow.ok, flow.failed]).toEqual([sent, ok, failed]);
      expect(flow.response.quantile(0.95)).toBe(response.quantile(0.95));
      expect(timelineOf(whole, onlyName(wholeIndex(place))).map((point) => point.ok)).toEqual(
        timelineOf(whole, onlyName(0)).map((point) => point.ok),
      );
    }
    // Of all requests they are no part.
    expect(tallyOf(whole, null, null).sent).toBe(result.totals.sent);
    expect(extraOf(whole, null, 'service')?.count).toBe(result.latency.service.count);
  });

  it('draws one name’s own timeline', () => {
    const timeline = timelineOf(archive, onlyName(1));
    expect(timeline).toHaveLength(60);
    const exact = exactly(SMALL, { from: 29, to: 30 }, 'GET /health');
    expect(timeline[29]).toMatchObject({ t: 30, seconds: 1, ok: exact.count, cpu: archive.timeline[29]!.cpu });
    expect(within(timeline[29]!.p95, exact.quantile(0.95))).toBe(true);
    expect(timeline[2]).toMatchObject({ phase: 'warmup' });
    expect(timeline[2]!.ok).toBeGreaterThan(0);
  });

  it('merges intervals beyond its budget, and loses no request', () => {
    const { result, events } = SMALL;
    const archived = new IntervalArchive();
    for (const event of events) if (event.type === 'interval') archived.add(event.snapshot);
    const packed = archived.pack(result.timeline, result.failures, 18_000);
    const merged = unpacked(packed);
    expect(packed.length).toBeLessThan(18_000);
    expect(merged.merged).toBeGreaterThan(1);
    expect(merged.slots.length).toBeLessThan(60);
    const { ok, response, seconds } = tallyOf(merged, null, null);
    expect([ok, response.count, seconds]).toEqual([result.totals.ok, result.totals.ok, 55]);
    expect(within(response.quantile(0.95), exactly(SMALL, { from: 5, to: 60 }, null).quantile(0.95))).toBe(true);
  });

  it('needs no more room for ten minutes of three names at 1,000/s than the report has', () => {
    const { intervals } = sampleOf({ seconds: 600, names: ['a', 'b', 'c'], rate: 1_000 });
    expect(intervals.length).toBeLessThanOrEqual(445_000);
    expect(unpacked(intervals).merged).toBe(1);
  });

  it('holds little of a long run while it is gathered', () => {
    const archived = new IntervalArchive();
    const { result, events } = sampleOf({ seconds: 5_000, names: ['a'], rate: 2 });
    for (const event of events) if (event.type === 'interval') archived.add(event.snapshot);
    const { slots, merged, timeline } = unpacked(archived.pack(result.timeline, result.failures));
    expect(merged).toBe(4);
    expect(slots).toHaveLength(1_250);
    expect(slots[17]).toMatchObject({ from: 68, to: 72, measured: 4 });
    // The pictures have a point for each slot, and every request.
    expect(timeline).toHaveLength(1_250);
    expect(timeline[17]).toMatchObject({ t: 72, seconds: 4, phase: 'measure' });
    expect(timeline.reduce((sum, { ok }) => sum + ok, 0)).toBe(result.totals.ok);
    const four = result.timeline.slice(68, 72);
    expect(timeline[17]!.loopDelayP99).toBe(Math.max(...four.map(({ loopDelayP99 }) => loopDelayP99 ?? 0)));
    expect(
      within(timeline[17]!.p50, exactly({ events, result } as Sample, { from: 68, to: 72 }, null).quantile(0.5)),
    ).toBe(true);
    expect(
      tallyOf({ slots, names: ['a'], wholes: [], kinds: [], extras: [], merged, timeline: [] }, null, onlyName(0)).ok,
    ).toBe(result.totals.ok);
  });
});

describe('a stretch', () => {
  const archive = unpacked(SMALL.intervals);

  it('begins and ends with intervals', () => {
    expect(snapped(archive, { from: 10.4, to: 20.7 })).toEqual({ from: 10, to: 21 });
    expect(snapped(archive, { from: 10.6, to: 10.8 })).toEqual({ from: 10, to: 11 });
    expect(slotsIn(archive, { from: 10, to: 21 })).toHaveLength(11);
  });

  it('fills the tables: a row for each name, dashes where the sample bears no percentile', () => {
    const { cells, facts } = recomputed(archive, { from: 55, to: 57 });
    const { totals } = SMALL.result;
    expect([...cells.keys()]).toEqual(expect.arrayContaining(['requests', 'requests GET /health', 'times service']));
    expect(cells.get('requests GET /health')![5]).toBe('–');
    expect(cells.get('requests')![10]).toMatch(/^\d+\.\d$/);
    const late = SMALL.result.failures.flatMap(({ outcome }, i) => (outcome === 'timeout' ? [i] : []));
    expect(late).toHaveLength(2);
    expect(Number(Object.fromEntries(facts)['timeout'])).toBe(
      late.reduce((sum, i) => sum + Number(cells.get(`failures ${i}`)![0]), 0),
    );
    const whole = recomputed(archive, null);
    expect(whole.cells.get('requests')![0]).toBe(totals.sent.toLocaleString('en-US'));
    expect(whole.cells.get('times callers')!.at(-1)).toBe('∞');
    expect(whole.cells.get('requests')!.slice(7, 9)[0]).toBe('∞');
    expect(whole.cells.get('successes')!.slice(3)).toEqual(
      whole.cells.get('times response')!.slice(1).concat('', '', ''),
    );
  });

  it('is drawn as a heat map that holds every answer', () => {
    const heat = heatOf(slotsIn(archive, null), null, { from: 0, to: 60 }, { bands: [], marks: [] })!;
    const sum = heat.columns.reduce(
      (all, { density, from, to }) => all + [...density.values()].reduce((a, b) => a + b, 0) * (to - from),
      0,
    );
    expect(Math.round(sum)).toBe(SMALL.result.timeline.reduce((all, { ok }) => all + ok, 0));
    expect(heatOf([], null, { from: 0, to: 60 }, { bands: [], marks: [] })).toBeNull();
  });
});

it('keeps a second of a search’s short intervals in a slot, but no two levels', () => {
  const archive = new IntervalArchive();
  const interval = SMALL.events.find((event) => event.type === 'interval')!;
  if (interval.type !== 'interval') throw new Error('no interval');
  const { level: _, ...snapshot } = interval.snapshot;
  const add = (n: number, level?: number): void => {
    const place = { index: n, startAt: micros(n * 50_000), endAt: micros((n + 1) * 50_000) };
    archive.add({ ...snapshot, ...place, ...(level === undefined ? {} : { level }) });
  };
  for (let n = 0; n < 30; n++) add(n, 0);
  for (let n = 30; n < 40; n++) add(n, 1);
  const lengths = unpacked(archive.pack([], [])).slots.map(({ from, to }) => Number((to - from).toFixed(3)));
  expect(lengths).toEqual([1, 0.5, 0.5]);
  add(40);
  add(41);
  expect(unpacked(archive.pack([], [])).slots).toHaveLength(5);
});

it('says nothing of no times', () => {
  const none = new Times();
  expect([none.quantile(0.5), none.min, none.max, none.mean]).toEqual([null, null, null, null]);
});

/** @param ms what the page says; @param micros the truth. */
function within(ms: number | null, micros: number): boolean {
  return ms !== null && Math.abs(ms * 1_000 - micros) <= micros * 0.01;
}

it('tells a page that follows the run what is new or changed: the steps put together are the whole', () => {
  // Long enough that slots are merged on the way.
  const { events, result } = sampleOf({ seconds: 2_500, names: NAMES, rate: 5, warmup: 5 });
  const archive = new IntervalArchive();
  let slots: Archive['slots'] = [];
  const follow = (): void => {
    const { from, packed } = archive.changes([]);
    slots = [...slots.slice(0, from), ...readArchive(Buffer.from(packed, 'base64')).slots];
  };
  let steps = 0;
  for (const event of events) {
    if (event.type !== 'interval') continue;
    archive.add(event.snapshot);
    if (++steps % 7 === 0) follow();
  }
  follow();
  const whole = readArchive(Buffer.from(archive.whole(result.timeline), 'base64'));
  expect(whole.merged).toBe(2);
  expect(slots).toEqual(whole.slots);
  expect(whole.timeline).toEqual(result.timeline);
  const nothing = readArchive(Buffer.from(archive.changes([]).packed, 'base64'));
  expect([nothing.slots, nothing.timeline]).toEqual([[], []]);
});

it('tells a page that follows the run of a reset: what was before counts no more', () => {
  const { events } = sampleOf({ seconds: 20, names: NAMES, rate: 50 });
  const archive = new IntervalArchive();
  let slots: Archive['slots'] = [];
  let steps = 0;
  for (const event of events) {
    if (event.type !== 'interval') continue;
    archive.add(++steps > 10 ? { ...event.snapshot, resets: 1 } : event.snapshot);
    const { from, packed } = archive.changes([]);
    slots = [...slots.slice(0, from), ...readArchive(Buffer.from(packed, 'base64')).slots];
  }
  const whole = readArchive(Buffer.from(archive.whole([]), 'base64'));
  expect(whole.slots.filter(({ measured }) => measured > 0).length).toBeLessThan(steps);
  expect(slots).toEqual(whole.slots);
});

describe('the archive of a run whose statistics were reset', () => {
  const RESET = 30;
  const events = SMALL.events.flatMap((event): RunEvent[] => {
    if (event.type !== 'interval' || event.snapshot.index < RESET) return [event];
    const { generator: _, ...answers } = event.snapshot;
    const counted: RunEvent = { ...event, snapshot: { ...event.snapshot, resets: 1 } };
    // As many answers once more, to what was due before.
    return event.snapshot.index === RESET ? [counted, { type: 'interval', snapshot: answers }] : [counted];
  });

  it('has the counts of the result, for the whole run and for each half', () => {
    const fold = new RunFold();
    const gathered = new IntervalArchive();
    for (const event of events) {
      fold.accept(event);
      if (event.type === 'interval') gathered.add(event.snapshot);
    }
    const { totals, timeline, failures, latency } = fold.result();
    const archive = unpacked(gathered.pack(timeline, failures));
    const after = { from: RESET, to: 60 };
    for (const span of [null, after]) {
      const tally = tallyOf(archive, span, null);
      const { offered: due, sent, ok, failed, dropped } = totals;
      expect(tally).toMatchObject({ due, sent, ok, failed, dropped, seconds: 30 });
      expect(tally.response.count).toBe(latency.response.count);
      expect(extraOf(archive, span, 'firstByte')?.count).toBe(latency.firstByte.count);
    }
    expect(tallyOf(archive, { from: 0, to: RESET }, null)).toMatchObject({ seconds: 0, sent: 0, ok: 0, failed: 0 });
    expect(extraOf(archive, { from: 0, to: RESET }, 'lag')?.count).toBe(0);
    // The pictures keep all of it.
    const drawn = timelineOf(archive, null).map(({ ok, failed }) => [ok, failed]);
    expect(drawn).toEqual(timeline.map(({ ok, failed }) => [ok, failed]));
    expect(drawn[RESET]?.[0]).toBe(2 * (drawn[RESET + 1]?.[0] as number));
  });
});
