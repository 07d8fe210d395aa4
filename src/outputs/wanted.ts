/** From what a person writes after `--output` to the output that is meant: one of the registry, or a module of somebody else. */
import { RampartError } from '../core/errors.ts';
import type { Output, WantedOutput } from '../core/output.ts';
import type { Machine } from '../core/world.ts';

/** What is known by name is large, and few runs ask for any of it: it is loaded where one does. */
const registry = () => import('./registry.ts');

/** Settings that ask for outputs. */
interface OutputSettings {
  readonly outputs?: string | readonly string[] | undefined;
  readonly metricsPort?: number | string | undefined;
}

/** All that settings ask for. @throws RampartError `bad-output` */
export async function wantedOutputs(
  { outputs = [], metricsPort }: OutputSettings,
  machine: Pick<Machine, 'loadModule'>,
): Promise<WantedOutput[]> {
  const named = [outputs].flat();
  if (metricsPort !== undefined) named.push(`${(await registry()).OF_METRICS_PORT.name}=${metricsPort}`);
  return Promise.all(named.map((text) => wantedOutput(text, machine)));
}

/** Whether an output has standard output for itself. */
export const takesStdout = async (wanted: readonly WantedOutput[]): Promise<boolean> =>
  wanted.length > 0 && wanted.some((await registry()).hasStdout);

/**
 * @param text `NAME`, `NAME=value` or `NAME,option=value,…`; NAME is one of the registry, the path of a module, or a package.
 * @throws RampartError `bad-output`
 */
export async function wantedOutput(text: string, { loadModule }: Pick<Machine, 'loadModule'>): Promise<WantedOutput> {
  const { OUTPUTS } = await registry();
  const { name, options } = readWanted(text, OUTPUTS);
  const output = OUTPUTS.find((known) => known.name === name) ?? (await loaded(name, loadModule, OUTPUTS));
  checkOptions(output, options);
  return { output, options };
}

/** @throws RampartError `bad-output` naming what the output takes. */
export function checkOptions({ name, options: known = {} }: Output, options: Readonly<Record<string, string>>): void {
  const takes = Object.entries(known).map(([option, what]) => `${option} (${what})`);
  for (const option of Object.keys(options))
    if (!Object.hasOwn(known, option))
      throw new RampartError(
        'bad-output',
        `the output ${name} has no option ${JSON.stringify(option)}`,
        takes.length === 0 ? 'It has no options.' : `Its options: ${takes.join(', ')}.`,
      );
}

/** `NAME=value` gives the first option of an output that is known by name; a module's path may have a `=` of its own. */
function piecesOf(
  text: string,
  outputs: readonly Output[],
): { readonly name: string; readonly pieces: readonly string[] } {
  const [name = '', ...pieces] = text.split(',');
  const [before = '', ...behind] = name.split('=');
  const known = outputs.find((output) => output.name === before.trim());
  const [first] = Object.keys(known?.options ?? {});
  if (behind.length === 0 || first === undefined) return { name, pieces };
  return { name: before, pieces: [`${first}=${behind.join('=')}`, ...pieces] };
}

/** A piece that names no option belongs to the value before it, which then had a comma. */
function readWanted(
  text: string,
  outputs: readonly Output[],
): { readonly name: string; readonly options: Readonly<Record<string, string>> } {
  const { name, pieces } = piecesOf(text, outputs);
  if (name.trim() === '')
    throw new RampartError(
      'bad-output',
      'an output has no name',
      `Name one of ${namesOf(outputs)}, a module or a package.`,
    );
  const options: Record<string, string> = {};
  let last: string | null = null;
  for (const piece of pieces) {
    const [, option, value = ''] = /^([A-Za-z][\w-]*)=(.*)$/s.exec(piece) ?? [];
    if (option === undefined && last === null)
      throw new RampartError(
        'bad-output',
        `the output ${name}: ${JSON.stringify(piece)} is no option`,
        'Write option=value after the comma.',
      );
    if (option !== undefined && Object.hasOwn(options, option))
      throw new RampartError('bad-output', `the output ${name}: the option ${option} is given twice`);
    if (option === undefined) options[last ?? ''] += `,${piece}`;
    else options[option] = value;
    last = option ?? last;
  }
  return { name: name.trim(), options };
}

async function loaded(name: string, loadModule: Machine['loadModule'], outputs: readonly Output[]): Promise<Output> {
  const bad = (problem: string, hint = '', cause?: unknown): RampartError =>
    new RampartError('bad-output', `the output ${name} ${problem}`, hint, cause === undefined ? {} : { cause });
  let found: unknown;
  try {
    found = await loadModule(name);
  } catch (error) {
    const { code, message }: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error));
    const [reason = ''] = message.split(/\n| imported from /);
    // A module that is there may ask for another one that is not.
    const missing = /MODULE_NOT_FOUND$/.test(code ?? '') && reason.includes(name.replace(/^(?:\.{1,2}[\\/])+/, ''));
    throw bad(
      missing ? `is not there: ${reason}` : `cannot be loaded: ${reason}`,
      missing
        ? `Name one of ${namesOf(outputs)}, a module by its path (./my-output.mjs), or an installed package.`
        : '',
      error,
    );
  }
  const output = exported(found);
  if (output === null)
    throw bad(
      'is no output',
      'The default export of its module must be { name, open(context) }, where open returns { accept(event), close() }.',
    );
  return output;
}

/** The default export; of a CommonJS module, which may have one of its own in it, too. */
function exported(found: unknown): Output | null {
  const { default: own } = (found ?? {}) as { default?: unknown };
  const { default: inner } = (own ?? {}) as { default?: unknown };
  return [own, inner].find(isOutput) ?? null;
}

function isOutput(value: unknown): value is Output {
  const { name, open, options } = (value ?? {}) as Partial<Output>;
  return (
    typeof name === 'string' &&
    name !== '' &&
    typeof open === 'function' &&
    (options === undefined || (typeof options === 'object' && options !== null))
  );
}

const namesOf = (outputs: readonly Output[]): string => outputs.map(({ name }) => name).join(', ');
