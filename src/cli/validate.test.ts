import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { saidBy } from './world.fixture.ts';

const GOOD = 'url: http://127.0.0.1:9/\nrate: 5/s\nheaders: { Authorization: Bearer sesame-open }\n';

describe('rampart validate', () => {
  it('shows the plan of a scenario, without its secrets, and asks nobody', async () => {
    const files = { 's.yaml': `${GOOD}data: rows.jsonl\nbody: "{{row}}"\n`, 'rows.jsonl': '{"a":1}\n' };
    const { code, stdout, stderr } = await saidBy(['validate', 's.yaml'], { files });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('s.yaml is right, for rampart run:\n  POST http://127.0.0.1:9/');
    expect(stdout).toContain('1 row of rows.jsonl');
    expect(stdout).not.toContain('sesame-open');
  });

  it('takes a scenario with settings of a search for one', async () => {
    const files = { 's.yaml': 'url: http://127.0.0.1:9/\nslos: p95<1s\n' };
    expect((await saidBy(['validate', 's.yaml'], { files })).stdout).toContain('for rampart find');
    const never = await saidBy(['validate', 's.yaml'], { files: { 's.yaml': 'url: http://h/\nslos: achieved>1/s\n' } });
    expect(never.code).toBe(2);
  });

  it('is of the file alone: not of the environment', async () => {
    const { code } = await saidBy(['validate', 's.yaml'], { files: { 's.yaml': GOOD }, env: { RAMPART_RATE: 'x' } });
    expect(code).toBe(0);
  });

  it('reads one that needs the environment without it, and says what it needs', async () => {
    const scenario = 'url: "{{env.MODEL_URL}}/p"\nheaders: { X-Key: "{{env.MODEL_KEY}}" }\n';
    const { code, stdout } = await saidBy(['validate', 's.yaml'], { files: { 's.yaml': scenario }, env: {} });
    expect([code, stdout]).toEqual([0, expect.stringContaining('needs of the environment: MODEL_URL, MODEL_KEY')]);
  });

  it.each([
    [{ 's.yaml': 'url: h\nraet: 5/s\n' }, /s\.yaml, line 2, column 1: raet is not a setting\n {2}Did you mean rate\?/],
    [{ 's.yaml': 'url: h\ndata: none.csv\nbody: "{{row.a}}"\n' }, /"none\.csv" does not exist/],
    [{}, /scenario: "s\.yaml" does not exist/],
  ])('refuses what is wrong in %j with its place', async (files, says) => {
    const { code, stdout, stderr } = await saidBy(['validate', 's.yaml'], { files });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(says);
  });

  it('tells of several files what is wrong with each', async () => {
    const files = { 'a.yaml': 'url: h\nvus: x\n', 'b.yaml': GOOD, 'c.json': '{"url": "h", "vus": 1,}' };
    const { code, stdout, stderr } = await saidBy(['validate', 'a.yaml', 'b.yaml', 'c.json'], { files });
    expect([code, stdout]).toEqual([2, expect.stringContaining('b.yaml is right')]);
    expect(stderr).toMatch(/a\.yaml, line 2.*c\.json, line 1, column 23 is not JSON/s);
  });

  it('refuses what is no file of a scenario', async () => {
    expect(await saidBy(['validate', 'http://h/'])).toMatchObject({ code: 2 });
  });
});

describe('a scenario in JavaScript', () => {
  // Whoever bundles and imports it reads the disk by itself.
  const path = join(mkdtempSync(join(tmpdir(), 'rampart-module-')), 'load.mjs');
  it.each([
    ['export const x = 1;', 'load.mjs has no default export'],
    ["throw new Error('no luck');", 'load.mjs cannot be loaded: no luck'],
    ["import './none.mjs'; export default {};", 'load.mjs, line 1, column 8: Could not resolve "./none.mjs"'],
    ["export default { url: 'http://h/', vuss: 2 };", 'load.mjs: vuss is not a setting'],
    ["export default { url: 'http://h/', body: async () => 1 };", 'load.mjs: body is an async function'],
    ["export default { url: 'http://h/', vus: () => 1 };", 'load.mjs: vus is a function; functions may stand for'],
    ["export default { url: 'http://h/', body: '{{function 3}}' };", '{{function 3}} is no placeholder'],
    ["export default { url: 'http://h/', requests: [{ path: 5 }] };", 'load.mjs: requests[0].path must be text'],
  ])('says what is wrong with it: %s', async (text, says) => {
    writeFileSync(path, text);
    const { code, stderr } = await saidBy(['validate', path], { files: { [path]: text } });
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });
});
