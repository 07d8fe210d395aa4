/** For tests: plans made of flags and scenario files in memory, with no target that could be asked. */
import { mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Plan } from '../core/plan.ts';
import type { ScratchFile } from '../core/world.ts';
import { errorOf } from './error.fixture.ts';
import type { RawSettings } from './raw-settings.ts';
import { type PlanWorld, type PreparedRun, preparedBy } from './resolve.ts';
import { readJsonDocument } from './scenario-document.ts';
import { fromScenario } from './scenario-source.ts';
import { readBy, type Sources } from './sources.ts';

type Content = string | Uint8Array;

/** A world of four cores, whose random seed is 7, with the files handed in. */
export function worldWith(files: Readonly<Record<string, Content>> = {}, cores = 4): PlanWorld {
  const readBytes = (path: string): Uint8Array => {
    const content = files[path];
    if (content === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
    return typeof content === 'string' ? new TextEncoder().encode(content) : content;
  };
  return {
    files: { readBytes, pieces: (path) => inPieces(readBytes(path), 7), scratch: temporaryFile },
    host: { cores },
    version: '1.2.3',
    randomSeed: () => 7,
  };
}

/** Each in the same memory, as a file is read. */
export function* inPieces(content: Uint8Array, size: number): Iterable<Uint8Array> {
  const shared = Buffer.alloc(size);
  for (let at = 0; at < content.length; at += size) {
    const piece = content.subarray(at, at + size);
    shared.set(piece);
    yield shared.subarray(0, piece.length);
  }
}

/** Without a name. */
export function temporaryFile(): ScratchFile {
  const path = join(mkdtempSync(join(tmpdir(), 'rampart-rows-')), 'rows');
  const descriptor = openSync(path, 'wx+');
  rmSync(dirname(path), { recursive: true });
  return { descriptor, append: (bytes) => void writeSync(descriptor, bytes) };
}

interface Setting {
  readonly kind?: Plan['kind'];
  readonly target?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, Content>>;
  readonly cores?: number;
}

/** What is written down, with a scenario file in JSON. */
export const readWritten = (sources: Sources, files: PlanWorld['files']): RawSettings =>
  readBy((path, environment) => fromScenario(path, files, readJsonDocument, environment), sources);

/** What `prepareRun` comes to, without a target that could be asked. */
export function preparedOf(sources: Sources, world: PlanWorld): PreparedRun {
  return preparedBy(readWritten(sources, world.files), sources.kind, world);
}

/** The plan of some flags; the target is `http://h:1/p` where none is given. */
export function planOf(flags: Readonly<Record<string, unknown>> = {}, setting: Setting = {}): Plan {
  const { kind = 'run', target = 'http://h:1/p', env = {}, files, cores } = setting;
  return preparedOf({ kind, target, env, flags }, worldWith(files, cores)).plan;
}

/** The same with a scenario file of these settings, written out with a line for each. */
export function planOfScenario(
  settings: Readonly<Record<string, unknown>>,
  flags: Readonly<Record<string, unknown>> = {},
  setting: Omit<Setting, 'target'> = {},
): Plan {
  const files = { 'dir/s.json': JSON.stringify({ url: 'http://h:1/p', ...settings }, null, 2), ...setting.files };
  return planOf(flags, { ...setting, target: 'dir/s.json', files });
}

/** What is wrong with a scenario of these settings: where, what, and what to do. */
export const wrongWith = (settings: Readonly<Record<string, unknown>>): string =>
  errorOf(() => planOfScenario(settings)).replace('bad-scenario dir/s.json, ', '');
