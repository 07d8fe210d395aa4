import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isPath, loadModule } from './modules.ts';

const folder = mkdtempSync(join(tmpdir(), 'rampart-modules-'));
afterAll(() => rmSync(folder, { recursive: true }));

function put(path: string, content: string | object): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
}

const of = async (name: string): Promise<unknown> =>
  ((await loadModule(name, join(folder, 'project'))) as { default: unknown }).default;

describe('loading a module of somebody else', () => {
  it('takes a path from the working directory', async () => {
    put('project/own.mjs', 'export default "own";');
    expect(await of('./own.mjs')).toBe('own');
    expect(await of('own.mjs')).toBe('own');
    expect(await of(join(folder, 'project/own.mjs'))).toBe('own');
  });

  it('takes a package that is installed there, or above', async () => {
    put('node_modules/plain/package.json', { name: 'plain', main: 'main.cjs' });
    put('node_modules/plain/main.cjs', 'module.exports = "plain";');
    expect(await of('plain')).toBe('plain');
  });

  it('takes a package that can only be imported', async () => {
    const exports = {
      '.': { types: './x.d.ts', browser: './no.js', import: { default: './main.js' } },
      './other': './other.js',
    };
    put('project/node_modules/@some/modern/package.json', { name: '@some/modern', type: 'module', exports });
    put('project/node_modules/@some/modern/main.js', 'export default "modern";');
    put('project/node_modules/@some/modern/other.js', 'export default "other";');
    expect(await of('@some/modern')).toBe('modern');
    expect(await of('@some/modern/other')).toBe('other');
    await expect(of('@some/modern/none')).rejects.toMatchObject({ code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
  });

  it('says what Node says where there is none', async () => {
    await expect(of('./none.mjs')).rejects.toMatchObject({ code: 'ERR_MODULE_NOT_FOUND' });
    await expect(of('none')).rejects.toMatchObject({ code: 'MODULE_NOT_FOUND' });
  });
});

it('knows paths from names of packages', () => {
  const paths = ['./a', '../a.js', '/a/b', 'C:\\a.mjs', 'a.mjs', 'out/a.ts', 'file:///a.mjs'];
  const names = ['a', '@a/b', 'a/b', '@scope/name.js', 'a-b'];
  expect(paths.filter(isPath)).toEqual(paths);
  expect(names.filter(isPath)).toEqual([]);
});
