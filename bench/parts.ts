/** The parts of the benchmark, and how they are kept until the page is made. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Table } from './table.ts';

/** What can be measured by itself, in the order of the page. */
export const PARTS = ['cost', 'lanes', 'features', 'agreement', 'timing', 'memory', 'accuracy'] as const;

export type PartName = (typeof PARTS)[number];

/** A measured part, as it is kept: a page may be put together of parts that were measured one after the other. */
export interface Part {
  readonly name: PartName;
  /** Date and machine; parts of different ones make no page. */
  readonly measured: string;
  /** What else ran in the minute before, in cores. */
  readonly busy: number;
  readonly note?: string;
  readonly tables: readonly Table[];
}

const fileOf = (folder: string, name: PartName): string => join(folder, `${name}.json`);

export function keepPart(folder: string, part: Part): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(folder, part.name), JSON.stringify(part, null, 2));
}

/** The parts in a folder, in the order of the page. @throws Error where they are of different days or machines. */
export function keptParts(folder: string): readonly Part[] {
  const parts = PARTS.flatMap((name) => {
    try {
      return [JSON.parse(readFileSync(fileOf(folder, name), 'utf8')) as Part];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  });
  const when = [...new Set(parts.map(({ measured }) => measured))];
  if (when.length > 1) throw new Error(`the parts in ${folder} were measured apart: ${when.join('; ')}`);
  return parts;
}
