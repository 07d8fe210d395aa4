import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Discovery } from '../src/discover/discover.ts';
import { rampart, temporaryFolder } from './command.ts';
import { type PythonTargets, pythonTargets } from './python.ts';
import { type Served, serve } from './served.ts';
import { httpTarget, type TestTarget } from './target.ts';
import { rampartIn } from './world.ts';

/** Endpoints of which nothing is given but the address, against real servers: by the built command, or in this process where there are many. */

let served: Served | null = null;
let targets: PythonTargets | null = null;
let target: TestTarget | null = null;
afterEach(async () => {
  await served?.stop();
  await target?.close();
  targets?.stop();
  served = null;
  targets = null;
  target = null;
});

async function discovered(url: string): Promise<Discovery> {
  const { stdout, stderr } = await rampartIn({}, ['discover', url, '--json']);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Discovery;
}

describe('the reference server', () => {
  it.each([
    ['loan', '--strategy', 'per-request'],
    ['fancy', '--strategy', 'global'],
    ['forecast', '--strategy', 'pool', '--workers', '2'],
    ['iris-svm', '--strategy', 'cluster', '--replicas', '2'],
    ['iris-logistic', '--strategy', 'autoscale', '--replicas', '1-2'],
    ['tokens', '--strategy', 'global'],
    ['loan', '--strategy', 'batch'],
  ])('%s %s %s is known, at all of its addresses', async (model, ...strategy) => {
    served = await serve(model, ...strategy);
    const { origin } = new URL(served.url);
    const addresses = [
      served.url,
      ...(model === 'tokens'
        ? [`${origin}/v1/completions`]
        : [`${origin}/v1/models/${model}:predict`, `${origin}/v2/models/${model}/infer`]),
    ];
    for (const url of addresses) {
      const { accepted, problem } = await discovered(url);
      expect([url, problem, (accepted as { method?: string } | null)?.method]).toEqual([url, '', 'POST']);
    }
  });

  it('is searched and run by its address alone, and says what it sends', async () => {
    served = await serve('loan');
    const probe = await rampart(['probe', served.url, '-n', '20']);
    expect(probe.code).not.toBe(4);
    expect(probe.stderr).toContain('Found: Rampart reference server: loan (OpenAPI 3.1.0)');
    expect(probe.stderr).toContain('"State":"FL"');
    expect(probe.stdout).toContain('none failed');
    const find = await rampart(['find', served.url, '--budget', '10s', '--allow-rough']);
    expect(find.stderr).toContain('Sends POST /predict');
    expect([0, 5]).toContain(find.code);
    const cwd = temporaryFolder();
    const flags = ['-u', '2', '-n', '40', '-o', 'out'];
    await rampart(['run', served.url, ...flags], { cwd });
    const result = JSON.parse(readFileSync(join(cwd, 'out/result.json'), 'utf8'));
    expect(result.totals).toMatchObject({ ok: 40, failed: 0 });
    expect(result.plan.requests[0]).toMatchObject({ method: 'POST', path: '/predict' });
  });

  it('leaves a scenario that runs as it stands', async () => {
    served = await serve('iris-svm');
    const cwd = temporaryFolder();
    const { code, stdout, stderr } = await rampart(['discover', served.url, '-o', 'scenario.yaml'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('Accepted: POST /predict');
    expect(stderr).toContain('Scenario: scenario.yaml');
    const scenario = parse(readFileSync(join(cwd, 'scenario.yaml'), 'utf8'));
    expect(scenario).toMatchObject({ url: served.url, method: 'POST', body: [{ sepal_length: expect.any(Number) }] });
    expect((await rampart(['discover', served.url, '-o', 'scenario.yaml'], { cwd })).code).toBe(2);
    const run = await rampart(['probe', 'scenario.yaml', '-n', '10', '--no-discover'], { cwd });
    expect(run.stdout).toContain('none failed');
  });
});

describe('--no-discover', () => {
  it('sends what was given and nothing else; so does a method', async () => {
    served = await serve('loan');
    const off = await rampart(['probe', served.url, '--no-discover']);
    expect([off.code, off.stderr]).toEqual([4, expect.stringContaining('HTTP 405')]);
    const method = await rampart(['probe', served.url, '-X', 'GET']);
    expect([method.code, method.stderr]).toEqual([4, expect.stringContaining('HTTP 405')]);
  });
});

describe('sixty FastAPI applications', () => {
  it('accept what was found for nine in ten, say why of the rest, and change nothing', async (test) => {
    targets = await pythonTargets('fastapi_apps.py', test);
    const { origin, cases } = targets;
    expect(cases.length).toBeGreaterThanOrEqual(60);
    const refused: Record<string, string> = {};
    for (const { name, path } of cases) {
      const { accepted, problem, hint } = await discovered(origin + path);
      if (accepted === null) refused[name] = `${problem}: ${hint}`;
    }
    const counts = (await (await fetch(`${origin}/counts`)).json()) as Record<
      'accepted' | 'changed',
      Record<string, number>
    >;
    expect(Object.values(counts.changed).every((n) => n === 0)).toBe(true);
    // The servers' own count agrees.
    const taken = Object.entries(counts.accepted).filter(([, n]) => n > 0);
    expect(taken.length).toBe(cases.length - Object.keys(refused).length);
    expect(taken.length).toBeGreaterThanOrEqual(0.9 * cases.length);
    expect(refused).toEqual({
      'a key': expect.stringMatching(/who asks.*X-Model-Key/),
      'what no schema says': expect.stringContaining('-b, --body-file or --data'),
    });
  }, 400_000);

  it('are run by their address alone', async (test) => {
    targets = await pythonTargets('fastapi_apps.py', test);
    const { origin, cases } = targets;
    const path = cases.find(({ name }) => name === 'the loan fields')?.path ?? '';
    const { code, stdout, stderr } = await rampart(['find', origin + path, '--budget', '10s', '--allow-rough']);
    expect(stderr).toContain('Found: the loan fields (OpenAPI 3.1.0)');
    expect([0, 5]).toContain(code);
    expect(stdout).not.toBe('');
  });
});

describe('Flask applications that describe nothing', () => {
  it('are known by the text of their errors, or it is said that they are not', async (test) => {
    targets = await pythonTargets('flask_apps.py', test);
    const { origin, cases } = targets;
    for (const { name, path } of cases) {
      const { accepted, hint } = await discovered(origin + path);
      expect([name, accepted !== null]).toEqual([name, name !== 'nothing but a status']);
      if (accepted === null) expect(hint).toContain('-b, --body-file or --data');
    }
  });
});

describe('a hostile target', () => {
  it('has a description of 50 MB given up, in bounded memory, and is asked nothing elsewhere', async () => {
    const asked = new Set<string>();
    let left = 50;
    target = await httpTarget(({ method, url = '' }, response) => {
      asked.add(`${method} ${url}`);
      if (method === 'POST') return void response.writeHead(400).end('no');
      if (url !== '/openapi.json') return void response.writeHead(404).end();
      response.writeHead(200, { 'content-type': 'application/json' });
      const piece = `"${'x'.repeat(1 << 20)}",`;
      const more = (): void => {
        while (left-- > 0 && response.write(piece));
        if (left < 0) response.end();
      };
      response.write('[');
      response.on('drain', more);
      more();
    });
    const started = performance.now();
    const { code, stderr } = await rampart(['run', target.url]);
    expect(code).toBe(4);
    expect(stderr).toContain('nothing was found that /predict accepts');
    expect(stderr).toContain('-b, --body-file or --data');
    expect(performance.now() - started).toBeLessThan(60_000);
    // Most of it was never taken off the connection.
    expect(left).toBeGreaterThan(25);
    expect([...asked].filter((each) => !each.startsWith('GET '))).toEqual(['POST /predict']);
  });

  it.each([
    ['a reference to a file', { $ref: 'file:///etc/passwd' }, 'which is not fetched'],
    ['a prototype', JSON.parse('{"__proto__": {"type": "object"}}'), '__proto__'],
  ])('with %s in its description is refused with the place', async (_, schema, says) => {
    const api = {
      openapi: '3.0.0',
      paths: { '/predict': { post: { requestBody: { content: { 'application/json': { schema } } } } } },
    };
    target = await httpTarget(({ url }, response) => {
      if (url === '/openapi.json') response.end(JSON.stringify(api));
      else response.writeHead(405).end();
    });
    const { code, stderr } = await rampart(['run', target.url]);
    expect([code, stderr]).toEqual([4, expect.stringContaining(says)]);
  });
});
