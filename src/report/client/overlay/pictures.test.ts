import { inflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { sampleOf } from '../../../../test/sample-stream.ts';
import { timesOf } from '../../../core/snapshot.ts';
import { Histogram } from '../../../stats/histogram.ts';
import { readArchive } from '../archive.ts';
import { gridOfOverlay, loadUnitOf, overlayPictures, thinnedTrace, WHOLE_RUNS } from './pictures.ts';
import type { OverlaidRun } from './run.ts';

const NAMES = ['POST /predict', 'GET /health'];
const SAMPLES = [
  sampleOf({ seconds: 40, names: NAMES, rate: 200, model: 'closed' }),
  sampleOf({ seconds: 60, names: NAMES.slice(0, 1), rate: 100, model: 'closed' }),
];
const RUNS = SAMPLES.map(
  ({ result, intervals }, place): OverlaidRun => ({
    letter: 'AB'[place] ?? '',
    label: `run ${place}`,
    startedAt: result.run.startedAt,
    archive: readArchive(inflateRawSync(Buffer.from(intervals, 'base64'))),
  }),
);

const pictureOf = (id: string, view: Partial<typeof WHOLE_RUNS> = {}) => {
  const found = overlayPictures(RUNS, 'users', { ...WHOLE_RUNS, ...view }).find((picture) => picture.id === id);
  if (found === undefined) throw new Error(`no picture ${id}`);
  return found;
};

it('draws each run at its own times, on one axis that is long enough for all', () => {
  const { traces, x } = pictureOf('tail');
  expect(traces.map(({ letter, points }) => [letter, points.length])).toEqual([
    ['A', 40],
    ['B', 60],
  ]);
  expect(x.end).toBe(60);
  expect(traces[0]?.points.map(({ y }) => y)).toEqual(SAMPLES[0]?.result.timeline.map(({ p95 }) => p95));
});

it('aligned by load, merges all intervals of a load and asks the whole', () => {
  const { traces, axis } = pictureOf('tail', { by: 'load' });
  expect(axis).toBe('virtual users');
  const last = traces[1]?.points.at(-1);
  // The load of the second half.
  expect(last?.x).toBe(50);
  const merged = new Histogram();
  for (const event of SAMPLES[1]?.events ?? []) {
    if (event.type !== 'interval' || event.snapshot.load.vus < 50) continue;
    for (const one of Object.values(event.snapshot.series)) merged.add(timesOf(one, 'response'));
  }
  expect(Math.abs((last?.y ?? 0) * 1_000 - merged.quantile(0.95))).toBeLessThan(merged.quantile(0.95) * 0.01);
});

it('leaves a run without requests of that name empty, and says where none has a value', () => {
  const { traces, empty } = pictureOf('median', { name: 'GET /health' });
  expect(traces.map(({ points }) => points.length)).toEqual([40, 0]);
  expect(empty).toBe('');
  expect(pictureOf('median', { name: 'GET /nothing' }).empty).toBe('No run has a value here.');
});

it('counts load in users where all runs are of users, and else in what was offered', () => {
  expect(loadUnitOf([{ users: true }, { users: true }])).toBe('users');
  expect(loadUnitOf([{ users: true }, { users: false }])).toBe('offered');
});

it('thins a long run without losing its worst second', () => {
  const points = Array.from({ length: 7_200 }, (_, x) => ({ x, y: x === 4_321 ? 900 : x % 7 }));
  const thin = thinnedTrace(points);
  expect(thin.length).toBeLessThanOrEqual(600);
  expect(Math.max(...thin.map(({ y }) => y ?? 0))).toBe(900);
  expect(thin.every(({ x }, i) => i === 0 || x > (thin[i - 1]?.x ?? 0))).toBe(true);
});

it('puts what the runs say at one time into one row', () => {
  const { head, rows } = gridOfOverlay(pictureOf('users'));
  expect(head).toEqual(['Time', 'A', 'B']);
  expect(rows).toHaveLength(60);
  expect(rows[9]).toEqual(['0:10', '18', '18']);
  expect(rows[50]).toEqual(['0:51', '–', '50']);
});

it('zooms to a stretch of time, and leaves hidden runs out', () => {
  const { traces, x } = pictureOf('requests', { span: { from: 10, to: 20 }, hidden: new Set([0]) });
  expect(traces.map(({ letter, points }) => [letter, points.length])).toEqual([['B', 10]]);
  expect([x.start, x.end]).toEqual([10, 20]);
});
