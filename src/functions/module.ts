/** Scenario modules: reading one with all that it imports, and importing it, here and in load threads. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { type FunctionSource, type ScenarioFunction, unfold } from '../core/functions.ts';

/** What a module comes to, or why it cannot be used. */
export type ReadModule =
  | { readonly exported: unknown; readonly source: Omit<FunctionSource, 'places'> }
  | { readonly problem: string; readonly hint: string };

/** What of esbuild is used. */
interface Bundler {
  build(options: Record<string, unknown>): Promise<{ readonly outputFiles: readonly { readonly text: string }[] }>;
}

/**
 * Reads a module, and imports it once. With esbuild it becomes one text with all that it imports, which runs anywhere; without,
 * it runs from its place, as far as this version of Node can.
 *
 * @param file its path, from the working directory. @param text of it.
 */
export async function readModule(file: string, text: string): Promise<ReadModule> {
  const path = resolve(file);
  const sha256 = digestOf(text);
  const bundler = await bundlerFor(path);
  if (bundler !== null) {
    const bundled = await bundle(bundler, path);
    if ('problem' in bundled) return bundled;
    return imported({ file, sha256, text: bundled.text, url: null });
  }
  return imported({ file, sha256, text, url: pathToFileURL(path).href });
}

async function imported(source: Omit<FunctionSource, 'places'>): Promise<ReadModule> {
  try {
    const module = await importSource(source);
    if (!('default' in module)) return { problem: 'has no default export', hint: EXAMPLE };
    return { exported: module['default'], source };
  } catch (error) {
    return { problem: `cannot be loaded: ${messageOf(error)}`, hint: hintFor(error, source.file) };
  }
}

const EXAMPLE = "Write export default scenario({ url: 'http://localhost:8989/predict', vus: 10 }).";
const INSTALL =
  'Install esbuild where the file lies, npm install --save-dev esbuild, or run both at once: npx --package rampart --package esbuild rampart …';

function hintFor(error: unknown, file: string): string {
  const { code, name } = error as NodeJS.ErrnoException;
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION')
    return `This version of Node reads no TypeScript by itself (from 22.18 on it does). ${INSTALL}`;
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') return `Node only leaves types out. ${INSTALL}`;
  if (code === 'ERR_MODULE_NOT_FOUND' && /'rampart'/.test(messageOf(error)))
    return 'Install rampart where the file lies, or export the object by itself: export default { … }.';
  if (name === 'SyntaxError' && /\.js$/i.test(file)) return `Name it .mjs, where it is an ES module. ${INSTALL}`;
  return '';
}

/** The module of a source. What is imported from a text is the same module each time. */
async function importSource({ text, url }: Pick<FunctionSource, 'text' | 'url'>): Promise<Record<string, unknown>> {
  const from = url ?? `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`;
  return (await import(from)) as Record<string, unknown>;
}

/** The functions of a plan, by their numbers. @throws Error where the module is another than when it was read. */
export async function importFunctions(source: FunctionSource): Promise<readonly ScenarioFunction[]> {
  if (source.url !== null && digestOf(readFileSync(fileURLToPath(source.url), 'utf8')) !== source.sha256)
    throw new Error(`${source.file} was changed since the run began`);
  const module = await importSource(source);
  const unfolded = unfold(module['default']);
  if ('problem' in unfolded || unfolded.places.join('\n') !== source.places.join('\n'))
    throw new Error(`${source.file} exports something else in a load thread than where it was read`);
  return unfolded.functions;
}

/** Somebody waits for a single request, in the thread that also reads the keyboard. ms. */
const PATIENCE = 5_000;

/** The functions, each ended where it does not return in time. */
export function bounded(functions: readonly ScenarioFunction[], patience = PATIENCE): readonly ScenarioFunction[] {
  return functions.map((made) => (...args) => {
    try {
      return runInNewContext('call()', { call: () => made(...args) }, { timeout: patience }) as unknown;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      throw new Error(`it did not return within ${patience / 1_000} s`, { cause: error });
    }
  });
}

/** From where the file lies, else from where this package does: npx puts both into one folder. */
async function bundlerFor(path: string): Promise<Bundler | null> {
  const name = 'esbuild';
  try {
    return (await import(pathToFileURL(createRequire(path).resolve(name)).href)) as Bundler;
  } catch {
    return (await import(name).catch(() => null)) as Bundler | null;
  }
}

/** `scenario` only says what type its argument has: the library is not needed for it. */
const SCENARIO = 'export const scenario = (it) => it;';

async function bundle(bundler: Bundler, path: string): Promise<{ text: string } | { problem: string; hint: string }> {
  try {
    const { outputFiles } = await bundler.build({
      ...{ entryPoints: [path], bundle: true, write: false, format: 'esm', platform: 'node', target: 'node20' },
      ...{ logLevel: 'silent', absWorkingDir: dirname(path) },
      define: { 'import.meta.url': JSON.stringify(pathToFileURL(path).href) },
      banner: {
        js: `const require = process.getBuiltinModule('node:module').createRequire(${JSON.stringify(path)});`,
      },
      plugins: [
        {
          name: 'rampart',
          setup: ({ onResolve, onLoad }: Record<string, (filter: object, then: () => object) => void>) => {
            onResolve?.({ filter: /^rampart$/ }, () => ({ path: 'rampart', namespace: 'rampart' }));
            onLoad?.({ filter: /.*/, namespace: 'rampart' }, () => ({ contents: SCENARIO }));
          },
        },
      ],
    });
    return { text: outputFiles[0]?.text ?? '' };
  } catch (error) {
    const [first] = (error as { errors?: readonly BuildError[] }).errors ?? [];
    if (first === undefined) return { problem: `cannot be bundled: ${messageOf(error)}`, hint: '' };
    const { text, location } = first;
    const where = location == null ? '' : `${location.file}, line ${location.line}, column ${location.column + 1}: `;
    return { problem: `cannot be bundled: ${where}${text}`, hint: '' };
  }
}

interface BuildError {
  readonly text: string;
  readonly location?: { readonly file: string; readonly line: number; readonly column: number } | null;
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Anything may be thrown. */
const messageOf = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] ?? '').trim().slice(0, 200) || 'an error without a message';
};
