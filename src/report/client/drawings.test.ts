import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sampleOf } from '../../../test/sample-stream.ts';
import { pictureSourceOf } from '../html/pictures.ts';
import { readArchive } from './archive.ts';
import type { Drawing } from './card.ts';
import { drawingsOf, type Scene } from './drawings.ts';
import type { Span } from './picture.ts';
import { themeOf } from './theme.ts';

const { result, intervals } = sampleOf({ seconds: 60, names: ['a', 'b'], rate: 100, model: 'closed' });
const archive = readArchive(inflateRawSync(Buffer.from(intervals, 'base64')));

function draw(span: Span | null, name: number | null = null, parts: Partial<Scene> = {}): Record<string, Drawing> {
  const shown = drawingsOf({
    source: pictureSourceOf(result),
    loads: [],
    archive,
    name,
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

it('marks the stage at which the users stop growing', () => {
  expect(pictureSourceOf(result).marks).toEqual([{ at: 30, label: '50 users' }]);
});

it('says why nothing is drawn where nothing succeeded', () => {
  const slots = archive.slots.map((slot) => ({ ...slot, cells: [] }));
  const drawings = draw(null, null, { archive: { ...archive, slots } });
  expect(Object.keys(drawings)).not.toContain('heat');
  expect(Object.keys(drawings)).not.toContain('spectrum');
});
