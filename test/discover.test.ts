import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Discovery } from '../src/discover/discover.ts';
import { counted, rampart, start, temporaryFolder } from './command.ts';
import { openVino, sageMaker, tensorFlowServing, torchServe, triton, vertex } from './inference-servers.ts';
import { ollama, openAi } from './language-model-servers.ts';
import { modelServer } from './model-server.ts';
import { type PythonTargets, pythonTargets } from './python.ts';
import { type Served, serve } from './served.ts';
import { httpTarget, type TestTarget } from './target.ts';
import { article, djangoRest, fastify, graphQl, rust, spring, swagger } from './web-framework-servers.ts';
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
    ['tokens', '--strategy', 'global', '--prefill', '2ms', '--decode', '1ms'],
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
    const find = await rampart(['find', served.url, '--budget', '5s', '--allow-rough']);
    expect(find.stderr).toContain('Sends POST /predict');
    expect([0, 5]).toContain(find.code);
    const cwd = temporaryFolder();
    const flags = ['-u', '2', '-n', '40', '-o', 'out'];
    await rampart(['run', served.url, ...flags], { cwd });
    const result = JSON.parse(readFileSync(join(cwd, 'out/result.json'), 'utf8'));
    expect(counted(result.totals)).toMatchObject({ ok: 40, failed: 0 });
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

describe('a cache in the target', () => {
  it('is told by discover and before a search, with what to do', async () => {
    // A model that takes far longer than anything else on a busy machine.
    const seen = new Set<string>();
    const server = createServer((request, response) => {
      if (request.method !== 'POST') return void response.writeHead(405).end();
      let body = '';
      request.setEncoding('utf8').on('data', (piece: string) => {
        body += piece;
      });
      request.on('end', () => {
        if (!('text' in JSON.parse(body)))
          return void response.writeHead(400).end('{"error": "missing field \'text\'"}');
        setTimeout(() => response.end('{"y": 1}'), seen.has(body) ? 0 : 80);
        seen.add(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/predict`;
    const { code, stdout } = await rampart(['discover', url]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/Cache: .*a body that it has seen takes it .*--rows 1000/s),
    ]);
    const told = "so its capacity with one body is not the model's";
    // It is told before the first level, and no level is waited for.
    const toldBy = async (args: readonly string[]): Promise<void> => {
      const search = start([...args, '--budget', '60s']);
      await search.shown(told);
      search.kill('SIGKILL');
      await search.finished;
    };
    await toldBy(['find', url]);
    // Of a body that was given, too; but not where no load is sent, or nothing is to be found out.
    const given = ['find', url, '-b', '{"text": "a day by the sea"}'];
    const before = seen.size;
    const tried = await rampart([...given, '--dry-run']);
    expect(tried.stdout + tried.stderr).not.toContain(told);
    expect(seen.size).toBe(before + 1);
    await toldBy(given);
    server.close().closeAllConnections();
  });

  it('that is not there raises no alarm, again and again', async () => {
    served = await serve('fancy');
    for (let n = 0; n < 5; n++) {
      const { stdout } = await rampart(['discover', served.url, '--json']);
      expect(JSON.parse(stdout).cache).toMatchObject({ cached: false, turns: expect.any(Number) });
    }
  });
});

describe('rows', () => {
  it('are as many as were asked for, different, and all accepted; the seed makes them again', async () => {
    served = await serve('loan');
    const cwd = temporaryFolder();
    const args = ['discover', served.url, '--rows', '1000', '--seed', '7'];
    const { code, stdout, stderr } = await rampart(args, { cwd });
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining(
        "1,000 rows: values near those of the body that it accepts, within the target's description",
      ),
    ]);
    const rows = stdout.trimEnd().split('\n');
    expect(new Set(rows).size).toBe(1000);
    expect((await rampart(args, { cwd })).stdout).toBe(stdout);
    writeFileSync(join(cwd, 'rows.jsonl'), stdout);
    const flags = ['--data', 'rows.jsonl', '--data-order', 'once', '-u', '2', '--json'];
    const run = await rampart(['run', served.url, ...flags], { cwd });
    expect(JSON.parse(run.stdout).totals).toMatchObject({ sent: 1000, failed: 0 });
  });

  it('recorded with their responses are what a run expects; a wrong one is told with row, line and difference', async () => {
    served = await serve('loan');
    const cwd = temporaryFolder();
    const args = ['discover', served.url, '--rows', '60', '--record', 'r.jsonl', '-o', 's.yaml'];
    const { code, stdout, stderr } = await rampart(args, { cwd });
    expect([code, stdout, stderr]).toEqual([0, '', expect.stringContaining('r.jsonl: 60 rows with their responses')]);
    const [, field = ''] = /--expect-field '([^']+)'/.exec(stderr) ?? [];
    expect(field).toMatch(/^expected±/);
    const again = ['--data', 'r.jsonl', '--expect-field', field, '-n', '120', '-u', '2', '--json'];
    const right = await rampart(['run', served.url, ...again], { cwd });
    expect(counted(JSON.parse(right.stdout).totals)).toMatchObject({ ok: 120, failed: 0 });
    expect((await rampart(['run', 's.yaml', '--dry-run'], { cwd })).code).toBe(0);
    const lines = readFileSync(join(cwd, 'r.jsonl'), 'utf8').split('\n');
    lines[16] = (lines[16] ?? '').replace(/("default_probability":0\.)/, '$19');
    writeFileSync(join(cwd, 'r.jsonl'), lines.join('\n'));
    const wrong = JSON.parse((await rampart(['run', served.url, ...again], { cwd })).stdout);
    expect(counted(wrong.totals)).toMatchObject({ ok: 118, failed: 2 });
    expect(wrong.failures[0].example).toMatch(
      /^row 17, line 17: \$\.default_probability: expected 0\.9\d+.*, got 0\.\d+/,
    );
  });

  it('are none where bodies cannot be varied, and it is said why', async () => {
    target = await httpTarget((request, response) => {
      if (request.url !== '/openapi.json')
        return void response.writeHead(request.method === 'POST' ? 200 : 405).end('{}');
      const schema = { type: 'object', required: ['k'], properties: { k: { const: 'x' } } };
      const post = { requestBody: { content: { 'application/json': { schema } } } };
      response.end(JSON.stringify({ openapi: '3.0.0', paths: { '/predict': { post } } }));
    });
    const { code, stdout, stderr } = await rampart(['discover', target.url, '--rows', '10']);
    expect([code, stdout, stderr]).toEqual([
      4,
      '',
      expect.stringContaining('no rows were made: none of its values can be another'),
    ]);
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
    targets = await pythonTargets(test, 'fastapi_apps.py');
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
    targets = await pythonTargets(test, 'fastapi_apps.py');
    const { origin, cases } = targets;
    const path = cases.find(({ name }) => name === 'the loan fields')?.path ?? '';
    const { code, stdout, stderr } = await rampart(['run', origin + path, '-u', '2', '-n', '40']);
    expect(stderr).toContain('Found: the loan fields (OpenAPI 3.1.0)');
    expect([0, 5]).toContain(code);
    expect(stdout).toMatch(/\b40\b/);
  });
});

describe('Flask applications that describe nothing', () => {
  it('are known by the text of their errors, or it is said that they are not', async (test) => {
    targets = await pythonTargets(test, 'flask_apps.py');
    const { origin, cases } = targets;
    for (const { name, path } of cases) {
      const { accepted, hint } = await discovered(origin + path);
      expect([name, accepted !== null]).toEqual([name, name !== 'nothing but a status']);
      if (accepted === null) expect(hint).toContain('-b, --body-file or --data');
    }
  });
});

describe('servers of models', () => {
  const FP32 = { name: 'x', datatype: 'FP32', shape: [-1, 4] };
  const words = { name: 't', datatype: 'BYTES', shape: [1, 1] };
  const ids = { name: 'ids', datatype: 'INT64', shape: [1, 8] };
  const half = { name: 'h', datatype: 'FP16', shape: [-1, 2] };
  const infer = '/v2/models/m/infer';
  const chat = { model: 'tiny-1b', messages: [expect.anything()] };
  const cases: [string, Parameters<typeof modelServer>[0], string, unknown][] = [
    [
      'Triton',
      triton([FP32, ids, words]),
      infer,
      { inputs: [{ shape: [1, 4] }, { data: Array(8).fill(1) }, { data: ['text'] }] },
    ],
    ['Triton with numbers of 16 bits', triton([FP32, half]), infer, null],
    ['OpenVINO Model Server', openVino, infer, { inputs: [{ shape: [1, 3, 64, 64] }] }],
    ['TensorFlow Serving', tensorFlowServing, '/v1/models/m:predict', { instances: [{ scale: [0.5] }] }],
    ['Vertex AI', vertex, '/v1/endpoints/7/deployedModels/9:predict', { instances: [[1, 1, 1, 1]] }],
    ['TorchServe with pictures', torchServe('picture'), '/predictions/m', null],
    ['TorchServe with texts', torchServe('text'), '/predictions/m', expect.stringContaining('sea')],
    ["SageMaker's container", sageMaker, '/invocations', '1,1,1,1,1,1,1,1'],
    ['chat of OpenAI', openAi(), '/v1/chat/completions', chat],
    ['completions of OpenAI', openAi(), '/v1/completions', { prompt: expect.any(String) }],
    ['chat of Ollama', ollama, '/api/chat', { ...chat, model: 'tiny:1b' }],
    ['generation of Ollama', ollama, '/api/generate', { model: 'tiny:1b', prompt: expect.any(String) }],
    ['embeddings', openAi(), '/v1/embeddings', { input: expect.any(String) }],
    ['rerank', openAi(), '/v1/rerank', { documents: expect.any(Array) }],
    ['rerank of texts', openAi({ texts: 'texts' }), '/v1/rerank', { texts: expect.any(Array) }],
    [
      'Django REST framework',
      djangoRest,
      '/api/predict/',
      { features: [1, 1, 1], owner: { email: expect.any(String) } },
    ],
    ['Spring', spring, '/score', { amount: 1 }],
    ['Swagger 2', swagger, '/api/predict', { text: 'good', top: 1 }],
    ['Fastify', fastify, '/predict', { city: 1.5, tags: [1] }],
    ['a server in Rust', rust, '/embed', { inputs: expect.any(String) }],
    ['an article', article, '/predict', { text: expect.any(String) }],
  ];
  it.each(cases)('%s is known by its address alone', async (_, answer, path, body) => {
    const server = await modelServer(answer);
    try {
      const { stdout, stderr } = await rampartIn({}, ['probe', server.origin + path, '-n', '5', '--json']);
      expect(stderr).toContain(`Sends POST ${path}`);
      expect(counted(JSON.parse(stdout).totals)).toMatchObject({ ok: 5, failed: 0 });
      const text = server.body().toString();
      const sent = body === null ? null : /^[[{]/.test(text) ? JSON.parse(text) : text;
      expect({ sent }).toMatchObject({ sent: body });
      // To the address that was asked for, and to no other.
      expect(server.asked.filter((each) => !each.startsWith('GET ') && each !== `POST ${path}`)).toEqual([]);
    } finally {
      server.close();
    }
  });

  it('of which one streams is asked for a stream, where a threshold looks at one', async () => {
    const server = await modelServer(openAi());
    const cwd = temporaryFolder();
    for (const path of ['/v1/chat/completions', '/v1/completions']) {
      const flags = ['-n', '40', '-u', '1', '--threshold', 'ttft_p50<10s', '-o', path.replaceAll('/', '-').slice(1)];
      const { code, stderr } = await rampart(['run', server.origin + path, ...flags], { cwd });
      // So short a run may be told as such.
      expect([code === 0 || code === 5, stderr]).toEqual([
        true,
        expect.stringMatching(/Sends POST .*"stream":true.*as a stream for ttft_p50<10s/s),
      ]);
    }
    server.close();
  });

  it('of which one streams is asked for a stream, unless the user wants none', async () => {
    const server = await modelServer(openAi());
    const asked = ['run', `${server.origin}/v1/chat/completions`, '-n', '20', '-u', '1', '--json'];
    const named = await rampart([...asked, '--stream', 'sse'], { cwd: temporaryFolder() });
    expect(named.stderr).toMatch(/Sends POST .*"stream":true.*as a stream for --stream sse/s);
    expect(JSON.parse(named.stdout).streams).toMatchObject({ ended: 20 });
    const plain = await rampart(asked, { cwd: temporaryFolder() });
    expect(plain.stderr).toMatch(/Sends POST .*"stream":true.*as a stream \(in one piece: --stream off\)/s);
    expect(JSON.parse(plain.stdout).streams).toMatchObject({ ended: 20 });
    const off = await rampart([...asked, '--stream', 'off'], { cwd: temporaryFolder() });
    expect(off.stderr).not.toContain('"stream"');
    expect(counted(JSON.parse(off.stdout).totals).ok).toBe(20);
    expect(JSON.parse(off.stdout).streams).toBeUndefined();
    server.close();
  });

  it('of which one refuses to stream is taken as it is, unless the user wants a stream', async () => {
    const server = await modelServer(openAi({ whole: true }));
    const asked = ['run', `${server.origin}/v1/chat/completions`, '-n', '20', '-u', '1', '--json'];
    const plain = await rampart(asked, { cwd: temporaryFolder() });
    expect(plain.stderr).not.toContain('"stream"');
    expect(counted(JSON.parse(plain.stdout).totals).ok).toBe(20);
    const named = await rampart([...asked, '--stream', 'sse'], { cwd: temporaryFolder() });
    expect([named.code, named.stderr]).toEqual([4, expect.stringContaining('stream is not supported')]);
    server.close();
  });

  it('of which one streams is asked for a stream, where a tokenizer is to count it', async () => {
    const server = await modelServer(openAi());
    const url = `${server.origin}/v1/chat/completions`;
    const flags = ['-n', '40', '-u', '1', '--tokenizer', 'words'];
    const { stdout, stderr } = await rampart(['run', url, ...flags, '--json'], { cwd: temporaryFolder() });
    expect(stderr).toMatch(/Sends POST .*"stream":true.*as a stream for --tokenizer words/s);
    expect(JSON.parse(stdout).streams).toMatchObject({ ended: 40 });
    const given = await rampart(['run', url, ...flags, '--body', '{"model":"tiny-1b","messages":[]}'], {
      cwd: temporaryFolder(),
    });
    expect([given.code, given.stderr]).toEqual([4, expect.stringContaining('--tokenizer words looks at streams')]);
    server.close();
  });

  it('that want a key, or are GraphQL, are told as such', async () => {
    const keyed = await modelServer(openAi({ key: 'sk-1' }));
    const url = `${keyed.origin}/v1/chat/completions`;
    const without = await rampartIn({}, ['run', url]);
    expect([without.code, without.stderr]).toEqual([
      4,
      expect.stringMatching(/HTTP 401.*provide an API key.*Authorization: Bearer/s),
    ]);
    const found = await rampartIn({}, ['discover', url, '-H', 'Authorization: Bearer sk-1']);
    expect([found.code, found.stdout.includes('sk-1')]).toEqual([0, false]);
    keyed.close();
    const graph = await modelServer(graphQl);
    const { code, stderr } = await rampartIn({}, ['run', `${graph.origin}/graphql`]);
    expect([code, stderr]).toEqual([4, expect.stringMatching(/GraphQL.*Must provide query string.*"query"/s)]);
    graph.close();
  });

  it('have addresses that predict nothing: that is told before the load', async () => {
    const server = await modelServer(triton([FP32]));
    const { stderr } = await rampartIn({}, ['probe', `${server.origin}/v2/models/m`, '-n', '5']);
    expect(stderr).toContain('GET /v2/models/m is what tells of a model, which predicts nothing');
    expect(stderr).toContain('POST /v2/models/m/infer');
    server.close();
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
    expect(stderr).toContain('GET /openapi.json answers more than 1 MiB, or no text: that was not read');
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
