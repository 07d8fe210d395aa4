/** The request that tools send, where they read it from files. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Load } from '../peer.ts';

export const JSON_TYPE = 'application/json';

/** A file for the tool to read; its path. */
export function write(load: Load, name: string, text: string): string {
  const file = join(load.folder, name);
  writeFileSync(file, text);
  return file;
}
