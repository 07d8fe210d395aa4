import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sampleOf } from '../../../test/sample-stream.ts';
import { pictureSourceOf } from '../html/pictures.ts';
import { readArchive } from './archive.ts';
import { valueAxis } from './axis.ts';
import type { Drawing } from './card.ts';
import { drawingsOf, type Scene } from './drawings.ts';
import type { LoadPicture } from './load-picture.ts';
import type { Span } from './picture.ts';
import { limitsOf } from './pictures.ts';
import { CURVE, curveAt, scattersOf } from './scatter.ts';
import { onlyName } from './selection.ts';
import { themeOf } from './theme.ts';

const { result, intervals } = sampleOf({ seconds: 60, names: ['a', 'b'], rate: 100, model: 'closed' });
const archive = readArchive(inflateRawSync(Buffer.from(intervals, 'base64')));

function draw(span: Span | null, name: number | null = null, parts: Partial<Scene> = {}): Record<string, Drawing> {
  const shown = drawingsOf({
    source: pictureSourceOf(result),
    loads: [],
    archive,
    names: onlyName(name),
    view: { span, toggled: new Set() },
    theme: themeOf((property) => property),
    reader: { instant: null, brush: null },
    toggle: () => {},
    ...parts,
  });
  return Object.fromEntries(shown.flatMap(({ id, drawing }) => (drawing === null ? [] : [[id, drawing]])));
}

describe('every picture', () => {
  it('is there, with its unit, its sentence and its numbers', () => {
    const drawings = draw(null);
    expect(Object.keys(drawings)).toEqual([
      'requests',
      'response',
      'users',
      'generator',
      'heat',
      'spectrum',
      'outcomes',
      'against-rate',
      'against-users',
    ]);
    for (const { description, grid, title } of Object.values(drawings)) {
      expect(description).toContain(title);
      const { head, rows } = grid();
      expect(rows.length).toBeGreaterThan(10);
      for (const row of rows) expect(row).toHaveLength(head.length);
    }
  });

  it('follows the stretch', () => {
    const { requests, heat, 'against-users': users } = draw({ from: 20, to: 30 });
    for (const drawing of [requests, heat]) {
      expect(drawing!.config.options!.scales!['x']).toMatchObject({ min: 20, max: 30 });
      expect(drawing!.grid().rows).toHaveLength(10);
    }
    expect(users!.grid().rows).toHaveLength(10);
  });
});

it('draws statuses, and outcomes that have none', () => {
  const { outcomes } = draw(null);
  expect(outcomes!.grid().head).toEqual(['Time', '200', '503', 'timeout']);
  const last = outcomes!.grid().rows.at(-1)!;
  const point = result.timeline.at(-1)!;
  expect(Number(last[1])).toBe(point.ok);
  expect(Number(last[2]) + Number(last[3])).toBe(point.failed);
});

it('draws the spectrum as far as the sample bears it: p99.9 of 3,688 answers, not of fewer', () => {
  const farthest = (span: Span | null): string => draw(span)['spectrum']!.grid().rows.at(-1)![0]!;
  expect(farthest({ from: 0, to: 30 })).toMatch(/^99\.8\d* %$/);
  expect(Number.parseFloat(farthest(null))).toBeGreaterThan(99.9);
});

it('draws first tokens and the gaps between tokens beside the response, where the report carries them', () => {
  const slots = archive.slots.map((slot) => {
    const [{ response } = { response: { bucket: new Uint16Array(), count: new Uint32Array() } }] = slot.cells;
    return { ...slot, extras: { ...slot.extras, timeToFirstToken: response, interTokenLatency: response } };
  });
  const extras = [...archive.extras, 'timeToFirstToken', 'interTokenLatency'] as const;
  const { spectrum } = draw(null, null, { archive: { ...archive, slots, extras } });
  const { head, rows } = spectrum!.grid();
  expect(head).toEqual(['Percentile', 'response', 'first token', 'between tokens']);
  expect(rows[0]?.slice(2)).not.toContain('–');
  // Fewer of them than of all responses: their sample does not bear the farthest percentile.
  expect(rows.at(-1)?.slice(2)).toEqual(['–', '–']);
  expect(spectrum!.description).toContain('first tokens');
  expect(draw(null)['spectrum']!.grid().head).toEqual(['Percentile', 'response']);
});

it('marks the stage at which the users stop growing', () => {
  expect(pictureSourceOf(result).marks).toEqual([{ at: 30, label: '50 users' }]);
});

it('says why nothing is drawn where nothing succeeded', () => {
  const slots = archive.slots.map((slot) => ({ ...slot, cells: [] }));
  const drawings = draw(null, null, { archive: { ...archive, slots } });
  expect(Object.keys(drawings)).not.toContain('heat');
  expect(Object.keys(drawings)).not.toContain('spectrum');
});

describe('response time against load', () => {
  const waiting = (curve: LoadPicture['curve']): LoadPicture => ({
    ...{ id: 'waiting', title: '', unit: '', axis: '', pointLabel: '', curveLabel: '', colour: 'users', points: [] },
    ...{ range: null, limit: null, mark: null, x: valueAxis(50), y: valueAxis(50), curve },
  });
  const line = [0, 100].map((x) => ({ x, y: 10 + x / 10 }));
  const fitted = [0, 10, 20, 30, 40, 50, 60].map((x) => ({ x, y: 10 + x / 10 }));
  const curvesOf = (drawing: Drawing | undefined) =>
    drawing?.config.data.datasets.filter(({ label }) => label === CURVE).map(({ data }) => data);

  it('has the line of every threshold on a percentile', () => {
    const p95 = {
      text: 'p95<30ms',
      metric: { kind: 'percentile', p: 95 },
      op: '<',
      limit: 30_000,
      unit: 'µs',
    } as const;
    const errors = { text: 'errors<1%', metric: { kind: 'errors' }, op: '<', limit: 0.01, unit: 'share' } as const;
    const scatters = scattersOf(
      result.timeline,
      false,
      limitsOf([p95, errors], ({ metric }) => metric.kind === 'percentile', 1_000),
    );
    for (const { limits, y } of scatters) {
      expect(limits).toEqual([{ label: 'p95 < 30ms', value: 30 }]);
      expect(y.end).toBeGreaterThanOrEqual(30);
    }
  });

  it('has the curve of a search through all requests, against users only, within the picture', () => {
    const { 'against-rate': rate, 'against-users': users } = draw(null, null, { loads: [waiting(fitted)] });
    expect(curvesOf(rate)).toEqual([]);
    const end = Number(users!.config.options!.scales!['x']!.max);
    expect(curvesOf(users)).toEqual([fitted.filter(({ x }) => x <= end)]);
    expect(users!.legend.map(({ label }) => label)).toEqual(['p50', 'p95', CURVE]);
    const { head, rows } = users!.grid();
    expect(head[3]).toBe(CURVE);
    for (const row of rows) expect(Number(row[3])).toBeCloseTo(10 + Number(row[0]) / 10, 1);
    expect(curvesOf(draw(null, 0, { loads: [waiting(fitted)] })['against-users'])).toEqual([]);
    expect(curvesOf(draw(null)['against-users'])).toEqual([]);
  });

  it('reads the curve between its points, not beyond them', () => {
    expect([0, 25, 100].map((x) => curveAt(line, x))).toEqual([10, 12.5, 20]);
    expect([-1, 101].map((x) => curveAt(line, x))).toEqual([null, null]);
    expect(curveAt([], 1)).toBeNull();
  });
});
