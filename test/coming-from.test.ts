import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rampart, resultOf, temporaryFolder } from './command.ts';

/** Every scenario of docs/coming-from.md, as it stands there, against the server that the page names. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(`${ROOT}docs/coming-from.md`, 'utf8');
const scenarios = [...page.matchAll(/```yaml\n# rampart run (\S+)\n([^`]+)```/g)].map(([, name = '', text = '']) => ({
  name,
  text,
}));

let server: ChildProcess;
let url = '';
beforeAll(async () => {
  server = spawn(process.execPath, ['examples/behind-login.mjs', '0'], { cwd: ROOT });
  url = await new Promise((resolve) => {
    server.stdout?.setEncoding('utf8').on('data', (text: string) => resolve(/http:\S+/.exec(text)?.[0] ?? ''));
  });
});
afterAll(() => server.kill());

describe('the page for who comes from another tool', () => {
  it('has one of ours for each kind of load', () =>
    expect(scenarios.map(({ name }) => name)).toEqual(['visits.yaml', 'arrivals.yaml']));

  for (const { name, text } of scenarios)
    it(`has a scenario that is right and runs: ${name}`, async () => {
      const cwd = temporaryFolder();
      writeFileSync(join(cwd, name), text);
      copyFileSync(`${ROOT}scenarios/accounts.csv`, join(cwd, 'accounts.csv'));
      const read = await rampart(['validate', name], { cwd });
      expect([read.code, read.stderr]).toEqual([0, '']);
      const { stdout } = await rampart(['run', name, '--json', '--stages', '1s:4,7s:4'], {
        cwd,
        env: { RAMPART_URL: url },
      });
      const { failures, series } = resultOf(stdout);
      expect(failures).toEqual([]);
      expect(series['log in']?.totals.sent).toBeGreaterThan(0);
      expect((series['predict']?.totals.sent ?? 0) + (series['history']?.totals.sent ?? 0)).toBeGreaterThan(5);
    });
});
