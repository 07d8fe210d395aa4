/** Loads modules of others: by a path, or by the name of a package that is installed where the command is called. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** @throws what Node throws where there is no such module, or it cannot be run. */
export async function loadModule(name: string, from = resolve('.')): Promise<unknown> {
  const path = isPath(name) ? pathOf(name, from) : packageEntry(name, from);
  return import(pathToFileURL(path).href);
}

/** What is no bare name of a package. */
export function isPath(name: string): boolean {
  return /^(?:\.{1,2}[\\/]|[\\/]|[a-z]:[\\/]|file:)|\.(?:[cm]?js|[cm]?ts)$/i.test(name) && !/^@/.test(name);
}

const pathOf = (name: string, from: string): string =>
  /^file:/i.test(name) ? fileURLToPath(name) : resolve(from, name);

function packageEntry(name: string, from: string): string {
  try {
    return createRequire(join(from, 'x.js')).resolve(name);
  } catch (error) {
    // A package of ES modules may have no entry for `require`.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error;
    const entry = importedEntry(name, from);
    if (entry === null) throw error;
    return entry;
  }
}

/** The entry that the package's manifest names for `import`. */
function importedEntry(name: string, from: string): string | null {
  const [, own = '', inside = ''] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(name) ?? [];
  for (let folder = from; ; folder = dirname(folder)) {
    const place = join(folder, 'node_modules', own);
    const manifest = join(place, 'package.json');
    if (existsSync(manifest)) {
      const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports?: unknown };
      const entry = chosen(exports, `.${inside}`);
      return entry === null ? null : join(place, entry);
    }
    if (dirname(folder) === folder) return null;
  }
}

function chosen(exports: unknown, inside: string): string | null {
  if (typeof exports === 'string') return inside === '.' ? exports : null;
  if (typeof exports !== 'object' || exports === null) return null;
  const entries = exports as Readonly<Record<string, unknown>>;
  const paths = Object.keys(entries).some((key) => key.startsWith('.'));
  return paths ? conditional(entries[inside]) : inside === '.' ? conditional(entries) : null;
}

/** By the conditions that hold here, in the order of the manifest. */
function conditional(target: unknown): string | null {
  if (typeof target === 'string') return target;
  if (typeof target !== 'object' || target === null) return null;
  for (const [condition, value] of Object.entries(target))
    if (['node', 'import', 'module-sync', 'default'].includes(condition)) {
      const entry = conditional(value);
      if (entry !== null) return entry;
    }
  return null;
}
