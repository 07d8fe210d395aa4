import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCertificates } from '../src/drivers/certificates.fixture.ts';
import { counted, rampart, temporaryFolder } from './command.ts';
import { echoTarget, httpTarget, type TestTarget } from './target.ts';

/** One request before any load: a wrong one is told in the target's own words, and nothing more is sent. */

const targets: TestTarget[] = [];
afterEach(async () => {
  for (const target of targets.splice(0)) await target.close();
});
const kept = async <Target extends TestTarget>(target: Promise<Target>): Promise<Target> => {
  const one = await target;
  targets.push(one);
  return one;
};

/** As a framework answers that knows neither the method nor the body. */
const strict = (): Promise<TestTarget> =>
  kept(
    httpTarget(({ method }, response) => {
      response.setHeader('content-type', 'application/json');
      if (method === 'POST')
        response.writeHead(422).end('{"detail":[{"loc":["body","State"],"msg":"Field required"}]}');
      else response.writeHead(405, { allow: 'POST' }).end('{"detail":"Method Not Allowed"}');
    }),
  );

describe('a first request that is answered with an error', () => {
  it.each([['run'], ['find'], ['probe']])('is the only one: %s ends with exit code 4', async (command) => {
    const target = await strict();
    const cwd = temporaryFolder();
    const { code, stdout, stderr } = await rampart([command, target.url, '--no-discover'], { cwd });
    expect([code, stdout, target.received()]).toEqual([4, '', 1]);
    for (const words of ['HTTP 405 (allows POST)', 'nothing more was sent', 'allow: POST', 'application/json'])
      expect(stderr).toContain(words);
    expect(stderr).toContain('{"detail":"Method Not Allowed"}');
    expect(stderr).toMatch(/a body \(-b, --body-file or --data\) makes it a POST/);
    expect(existsSync(join(cwd, 'reports')) ? readdirSync(join(cwd, 'reports')) : []).toEqual([]);
  });

  it('is followed by those that find out what is wanted, and by no load where nothing is found', async () => {
    const target = await strict();
    const cwd = temporaryFolder();
    const { code, stdout, stderr } = await rampart(['run', target.url], { cwd });
    expect([code, stdout]).toEqual([4, '']);
    expect(stderr).toContain('nothing was found that /predict accepts');
    expect(stderr).toContain('"loc":["body","State"]');
    expect(target.received()).toBeLessThan(60);
    expect(existsSync(join(cwd, 'reports')) ? readdirSync(join(cwd, 'reports')) : []).toEqual([]);
  });

  it('is told in its own words', async () => {
    const target = await strict();
    const { code, stderr } = await rampart(['run', target.url, '-b', '{"Term": 84}']);
    expect([code, target.received()]).toEqual([4, 1]);
    expect(stderr).toContain('"loc":["body","State"],"msg":"Field required"');
  });

  it('leaves an earlier run as it is', async () => {
    let good = true;
    const target = await kept(httpTarget((_request, response) => void response.writeHead(good ? 200 : 500).end('{}')));
    const cwd = temporaryFolder();
    const flags = ['run', target.url, '-n', '20', '-o', 'out', '--overwrite', '-q'];
    await rampart(flags, { cwd });
    const before = readFileSync(join(cwd, 'out/result.json'), 'utf8');
    good = false;
    expect((await rampart(flags, { cwd })).code).toBe(4);
    expect(readFileSync(join(cwd, 'out/result.json'), 'utf8')).toBe(before);
  });

  it('may be one that a check refuses, of the first row', async () => {
    const target = await kept(httpTarget((_request, response) => void response.end('setosa')));
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'rows.jsonl'), '{"x":1,"want":"virginica"}\n');
    const data = ['--data', 'rows.jsonl', '--expect-field', 'want'];
    const { code, stderr } = await rampart(['run', target.url, ...data], { cwd });
    expect([code, target.received()]).toEqual([4, 1]);
    expect(stderr).toMatch(/HTTP 200, .*row 1, line 1: .*virginica.*setosa/s);
  });

  it.each([
    ['a flag', ['--no-preflight'], {}],
    ['the environment', [], { RAMPART_PREFLIGHT: 'false' }],
  ])('is not asked for where %s says so', async (_, flags, env) => {
    const target = await strict();
    const { code, stderr } = await rampart(['probe', target.url, '-n', '10', ...flags], { env });
    expect(code).not.toBe(4);
    expect(stderr).not.toContain('Preflight');
    expect(target.received()).toBe(15);
  });
});

describe('a first request that is answered well', () => {
  it('is told, counted nowhere, and the same as the first of the load', async () => {
    const target = await kept(echoTarget(createServer()));
    const cwd = temporaryFolder();
    const parts = ['-b', '{"n":{{seq}}}', '-H', 'x-id: a', '--seed', '1'];
    const { stderr } = await rampart(['run', target.url, ...parts, '-n', '20', '-u', '1', '-o', 'out'], { cwd });
    expect(stderr).toMatch(/Preflight: HTTP 200 after .* ms.*; this request is not counted/);
    expect(JSON.parse(readFileSync(join(cwd, 'out/result.json'), 'utf8')).totals.sent).toBe(20);
    expect(target.got).toHaveLength(21);
    expect(target.got[0]).toBe(target.got[1]);
  });

  it('goes the way of the load: over HTTP/2, through a proxy', async () => {
    const asked: string[] = [];
    const proxy = await kept(
      httpTarget(({ url = '' }, response) => {
        asked.push(url);
        response.writeHead(502).end('no such model');
      }),
    );
    const { code, stderr } = await rampart(['run', 'http://model.invalid/p', '--proxy', `127.0.0.1:${proxy.port}`]);
    expect([code, asked]).toEqual([4, ['http://model.invalid/p']]);
    expect(stderr).toContain('no such model');
    const plain = await strict();
    const over2 = await rampart(['run', plain.url, '--http2']);
    expect([over2.code, plain.received()]).toEqual([4, 0]);
  });
});

describe('a port that speaks something else than HTTP', () => {
  const certified = (): { key: string; cert: string } => {
    const { key, cert } = makeCertificates().good;
    return { key, cert };
  };
  it.each([
    [
      'TLS',
      () => createTlsServer(certified(), (_, response) => void response.end()),
      /It speaks TLS there: ask https:\/\/127/,
    ],
    ['HTTP/2 alone, as gRPC does', () => createHttp2Server(), /HTTP\/2 only, as gRPC does: --http2/],
  ] as const)('is known: %s', async (_, make, says) => {
    const server = make();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { code, stderr } = await rampart([
      'run',
      `http://127.0.0.1:${(server.address() as AddressInfo).port}/predict`,
    ]);
    server.close();
    expect([code, stderr]).toEqual([4, expect.stringMatching(says)]);
  });

  it('or says itself that it wants TLS', async () => {
    const target = await kept(
      httpTarget(
        (_request, response) => void response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.\n'),
      ),
    );
    const { code, stderr } = await rampart(['run', target.url]);
    expect([code, target.received()]).toEqual([4, 1]);
    expect(stderr).toContain('It speaks TLS there: ask https://127.0.0.1');
  });
});

it('has the time that its own request has, and not that of the others', async () => {
  const slow = await kept(
    httpTarget((_, response) => {
      setTimeout(() => response.end('ok'), 600);
    }),
  );
  const cwd = temporaryFolder();
  const requests = [{ name: 'slow', path: '/slow', timeout: '20s' }];
  const scenario = { url: slow.url, timeout: '200ms', vus: 1, maxRequests: 2, requests };
  writeFileSync(join(cwd, 'scenario.json'), JSON.stringify(scenario));
  const { stderr } = await rampart(['run', 'scenario.json'], { cwd });
  expect(stderr).toContain('Preflight: HTTP 200');
  expect(slow.received()).toBe(3);
});

describe('a program', () => {
  /** The library as it is built: its threads lie beside it. */
  const library = (): Promise<typeof import('../src/index.ts')> =>
    import(new URL('../dist/src/index.js', import.meta.url).href);

  it('is told of a wrong first request, as an error with a code, and no load follows', async () => {
    const target = await strict();
    const { run } = await library();
    const out = join(temporaryFolder(), 'out');
    const error = await run({ url: target.url, body: '{}', out }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'RampartError', code: 'unusable', exitCode: 4 });
    expect(`${(error as Error).message}`).toContain('Field required');
    expect([target.received(), existsSync(join(out, 'journal.ndjson'))]).toEqual([1, false]);
  });

  it('needs no more than an address, as the command does', async () => {
    const fields = '{"detail":[{"type":"missing","loc":["body","amount"],"msg":"Field required"}]}';
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (piece) => {
        body += piece;
      });
      request.on('end', () => {
        response.setHeader('content-type', 'application/json');
        if (request.method !== 'POST') response.writeHead(405, { allow: 'POST' }).end('{"detail":"no"}');
        else if (!body.includes('"amount"')) response.writeHead(422).end(fields);
        else {
          bodies.push(body);
          response.end('{"price":1}');
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { run } = await library();
    const result = await run({ url: `http://127.0.0.1:${port}/predict`, vus: 1, requests: 20 });
    expect(counted(result.totals)).toMatchObject({ ok: 20, failed: 0 });
    expect(result.plan.requests[0]).toMatchObject({ method: 'POST' });
    expect(bodies.length).toBeGreaterThan(20);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('requests that all fail alike', () => {
  it('end a run by themselves, over several threads, unless it is to go on', async () => {
    let first = true;
    const target = await kept(
      httpTarget((_request, response) => {
        response
          .writeHead(first ? 200 : 500)
          .end(first ? '{}' : `{"error": "<out of memory>", "pad": "${'x'.repeat(3_000)}"}`);
        first = false;
      }),
    );
    const load = ['run', target.url, '-u', '4', '--threads', '2', '-d', '4s', '-b', '{}'];
    const cwd = temporaryFolder();
    const ended = await rampart([...load, '-o', 'out'], { cwd });
    expect(ended.code).toBe(4);
    expect(ended.stdout).toMatch(
      /The load ended by itself after \d(\.\d)? s of 4 s: all [\d,]+ requests until then failed\s+alike/,
    );
    expect(ended.stderr).toContain('Ended by itself');
    // What the target said of it is kept, of the first few, and not without end.
    expect(ended.stdout).toContain('<out of memory>');
    const read = (name: string): string => readFileSync(join(cwd, 'out', name), 'utf8');
    const [failure] = JSON.parse(read('result.json')).failures;
    expect(failure.bodies).toHaveLength(5);
    expect(Math.max(...failure.bodies.map((body: string) => body.length))).toBeLessThanOrEqual(2_001);
    expect(read('report.html')).toMatch(/<pre>\{.{1,30}error.{1,30}&lt;out of memory&gt;/);
    expect(read('failures.csv')).toContain('<out of memory>');
    const all = await rampart([...load, '-n', '200', '--threshold', 'errors>99%'], { cwd: temporaryFolder() });
    expect(all.stdout).not.toContain('ended by itself');
  });
});
