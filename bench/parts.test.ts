import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { keepPart, keptParts, type Part } from './parts.ts';

const folder = mkdtempSync(join(tmpdir(), 'rampart-parts-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const part = (name: Part['name'], measured = 'on a day: a machine'): Part => ({
  ...{ name, measured, busy: 0.1 },
  tables: [{ title: name, notes: [], head: ['a'], rows: [['1']] }],
});

it('gives back what was kept, in the order of the page; the last of a name counts', () => {
  expect(keptParts(folder)).toEqual([]);
  keepPart(folder, part('timing'));
  keepPart(folder, { ...part('cost'), busy: 2 });
  keepPart(folder, part('cost'));
  expect(keptParts(folder)).toEqual([part('cost'), part('timing')]);
});

it('puts no page together of different days or machines, or of what it cannot read', () => {
  keepPart(folder, part('cost'));
  keepPart(folder, part('memory', 'on another day: a machine'));
  expect(() => keptParts(folder)).toThrow('measured apart: on a day: a machine; on another day: a machine');
  writeFileSync(join(folder, 'memory.json'), '{');
  expect(() => keptParts(folder)).toThrow(/JSON/);
});
