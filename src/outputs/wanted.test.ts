import { describe, expect, it } from 'vitest';
import { RampartError } from '../core/errors.ts';
import type { RunEvent } from '../core/event.ts';
import type { Output, OutputContext } from '../core/output.ts';
import { FILES } from '../core/run-files.ts';
import { FILE_OUTPUTS } from './files.ts';
import { OUTPUTS } from './registry.ts';
import { wantedOutput } from './wanted.ts';

const mine: Output = { name: 'mine', options: { to: 'where' }, open: () => ({ accept: () => {}, close: () => {} }) };

/** What is made of a text, where a module of any name has that content. */
const wanted = (text: string, module: unknown = { default: mine }) =>
  wantedOutput(text, {
    loadModule: () => (module instanceof Error ? Promise.reject(module) : Promise.resolve(module)),
  });

const refusalOf = async (text: string, module?: unknown): Promise<string> => {
  const error = await wanted(text, module).catch((reason: unknown) => reason);
  if (!(error instanceof RampartError)) throw error;
  expect(error.code).toBe('bad-output');
  return `${error.message} | ${error.hint}`;
};

describe('an output that is asked for', () => {
  it('is one of the registry by its name, with its options', async () => {
    const { output, options } = await wanted('junit,file=out/a.xml');
    expect(OUTPUTS).toContain(output);
    expect([output.name, options]).toEqual(['junit', { file: 'out/a.xml' }]);
  });

  it('may be given its first option with the name', async () => {
    expect((await wanted('junit=out/a.xml')).options).toEqual({ file: 'out/a.xml' });
    expect((await wanted('otlp=http://h:4318/a?b=c,every=1s')).options).toEqual({
      url: 'http://h:4318/a?b=c',
      every: '1s',
    });
    expect((await wanted('./a=b.mjs')).output).toBe(mine);
  });

  it('is the default export of a module, be it of CommonJS', async () => {
    expect(await wanted('./mine.mjs')).toEqual({ output: mine, options: {} });
    expect((await wanted('mine', { default: { default: mine } })).output).toBe(mine);
  });

  it('may have commas in the values of its options', async () => {
    const { options } = await wanted('./mine.mjs,to=http://h/a,b,c');
    expect(options).toEqual({ to: 'http://h/a,b,c' });
  });

  it.each([
    ['', 'has no name'],
    ['junit,out.xml', '"out.xml" is no option'],
    ['junit,files=x', 'has no option "files" | Its options: file'],
    ['junit,file=a,file=b', 'file is given twice'],
  ])('is refused as %j', async (text, why) => {
    expect(await refusalOf(text)).toContain(why);
  });

  it.each([
    [{}, 'is no output'],
    [{ default: 3 }, 'is no output'],
    [{ default: { name: 'x' } }, 'is no output'],
    [{ default: { ...mine, name: '' } }, 'is no output'],
  ])('is refused where its module has %j', async (module, why) => {
    expect(await refusalOf('./mine.mjs', module)).toContain(why);
  });

  it('is told from one whose module cannot be loaded', async () => {
    const missing = (path: string, from: string): Error =>
      Object.assign(new Error(`Cannot find module '${path}' imported from ${from}`), { code: 'ERR_MODULE_NOT_FOUND' });
    expect(await refusalOf('./mine.mjs', missing('/a/mine.mjs', '/rampart/chunk.js'))).toMatch(/is not there.*html/);
    const inner = await refusalOf('./mine.mjs', missing('/a/other.mjs', '/a/mine.mjs'));
    expect(inner).toContain("cannot be loaded: Cannot find module '/a/other.mjs'");
    expect(await refusalOf('./mine.mjs', new SyntaxError('Unexpected token'))).toContain('Unexpected token');
  });
});

describe('the files of a run as outputs', () => {
  const finished = { type: 'finished' } as RunEvent;

  /** What is written by an output that saw these events. */
  async function written(name: string, events: readonly RunEvent[], options = {}): Promise<Record<string, string>> {
    const files: Record<string, string> = {};
    const context = {
      options,
      file: async (file: string) => `of ${file}`,
      write: async (path: string, text: string) => {
        files[path] = text;
      },
    } as unknown as OutputContext;
    const sink = await OUTPUTS.find((output) => output.name === name)?.open(context);
    for (const event of events) await sink?.accept(event);
    await sink?.close();
    return files;
  }

  it('are all of them', async () => {
    const all = await Promise.all(FILE_OUTPUTS.map(({ name }) => written(name, [finished])));
    expect(Object.assign({}, ...all)).toEqual(Object.fromEntries(FILES.map((file) => [file, `of ${file}`])));
  });

  it('go where they are told', async () => {
    expect(await written('json', [finished], { file: 'a/b.json' })).toEqual({ 'a/b.json': 'of result.json' });
  });

  it('are not written of a run that has no end', async () => {
    expect(await written('json', [])).toEqual({});
  });
});
