import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { rampart, temporaryFolder } from './command.ts';
import { type Served, serve } from './served.ts';
import { httpTarget, type TestTarget } from './target.ts';

/** Scenario files as the built command makes, reads and tries them. */

let served: Served | null = null;
let target: TestTarget | null = null;
afterEach(async () => {
  await served?.stop();
  await target?.close();
  served = null;
  target = null;
});

describe('rampart init', () => {
  it('writes what an address accepts, which is right and runs', async () => {
    served = await serve('iris-svm');
    const cwd = temporaryFolder();
    const made = await rampart(['init', served.url], { cwd });
    expect([made.code, made.stderr]).toEqual([0, expect.stringContaining('Scenario: scenario.yaml')]);
    expect(readFileSync(join(cwd, 'scenario.yaml'), 'utf8')).toMatch(/^# A load test.*^url: .*^rate: 50\/s$/ms);
    expect((await rampart(['init', served.url], { cwd })).code).toBe(2);
    expect((await rampart(['validate', 'scenario.yaml'], { cwd })).code).toBe(0);
    const tried = await rampart(['run', 'scenario.yaml', '--dry-run'], { cwd });
    expect([tried.code, tried.stderr]).toEqual([0, '']);
    expect(tried.stdout).toMatch(
      /^POST .*50 requests\/s for 30 s.*POST \/predict: HTTP 200 after .*No load was sent\.$/ms,
    );
    expect(existsSync(join(cwd, 'reports'))).toBe(false);
  });

  it('writes a starter without one', async () => {
    const cwd = temporaryFolder();
    expect(await rampart(['init', '-o', 'mine.yaml'], { cwd })).toMatchObject({ code: 0, stderr: '' });
    expect((await rampart(['validate', 'mine.yaml'], { cwd })).code).toBe(0);
    expect(readdirSync(cwd)).toEqual(['mine.yaml']);
  });
});

describe('one request of each kind', () => {
  it('goes before the load, which does not begin where one is wrong', async () => {
    target = await httpTarget((_, response) => response.end('fine'));
    const cwd = temporaryFolder();
    const requests = [
      { name: 'a', path: '/a', body: 'x' },
      { name: 'b', path: '/b', body: 'x' },
      { name: 'c', path: '/c', body: 'y', expectContains: 'z' },
    ];
    writeFileSync(join(cwd, 's.json'), JSON.stringify({ url: target.url, requests, vus: 1, maxRequests: 5 }));
    const refused = await rampart(['run', 's.json'], { cwd });
    expect([refused.code, target.received()]).toEqual([4, 3]);
    expect(refused.stderr).toContain('so no load was sent; 2 before it were right');
    writeFileSync(join(cwd, 's.json'), JSON.stringify({ url: target.url, requests: requests.slice(0, 2), vus: 1 }));
    const tried = await rampart(['run', 's.json', '--dry-run'], { cwd });
    expect([tried.code, target.received()]).toEqual([0, 5]);
    expect(tried.stdout).toMatch(/^a: HTTP 200 after .*\n^b: HTTP 200 after /m);
  });
});
