import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { counted, type Finished, rampart, resultOf, temporaryFolder } from './command.ts';
import { afterEachAttempt, codeOf, undisturbed } from './disturbed.ts';

/** Data, templates and checks, by the built command, against a server that keeps what it got. */

interface Got {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let server: Server | null = null;
afterEachAttempt(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
  server = null;
});

type Answer = (got: Got, response: ServerResponse) => void;

async function recorder(answer: Answer = (_, response) => response.end('{}')) {
  const got: Got[] = [];
  let connections = 0;
  const listening = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const one = { url: request.url ?? '', headers: request.headers, body: Buffer.concat(pieces).toString() };
      got.push(one);
      response.setHeader('content-type', 'application/json');
      answer(one, response);
    });
  });
  listening.on('connection', () => connections++);
  listening.keepAliveTimeout = 60_000;
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/predict`, port, got, connections: () => connections };
}

/** Runs in a folder with these files; the result is that of the run, where there is one. */
async function run(files: Readonly<Record<string, string>>, args: readonly string[]) {
  const cwd = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
  const ended: Finished = await rampart(['run', ...args, '-o', 'out', '-q', '--no-preflight'], { cwd });
  const read = (name: string): string => readFileSync(join(cwd, 'out', name), 'utf8');
  return { ...ended, read, result: (): RunResult => resultOf(read('result.json')) };
}

const jsonLines = (rows: number, row: (n: number) => unknown): string =>
  Array.from({ length: rows }, (_, n) => `${JSON.stringify(row(n))}\n`).join('');

describe('rows of users', () => {
  it('are one for each, on any number of threads, in requests, checks and functions', async () => {
    const { url, got } = await recorder(({ body }, response) => response.end(body));
    const rows = Array.from({ length: 7 }, (_, n) => ({ id: n }));
    const scenario = {
      ...{ url, data: rows, dataOrder: 'per-user', vus: 5, threads: 2, maxRequests: 200 },
      ...{ body: '{"id": {{row.id}}}', expectJson: '$.id={{row.id}}' },
    };
    const ended = await run({ 's.json': JSON.stringify(scenario) }, ['s.json']);
    // A run of some milliseconds, whose threads a neighbour may hold up for longer: which rows were sent is the question.
    expect(counted(ended.result().totals).ok).toBe(200);
    const used = new Map<string, number>();
    for (const { body } of got) used.set(body, (used.get(body) ?? 0) + 1);
    expect([...used.keys()].sort()).toEqual([0, 1, 2, 3, 4].map((id) => `{"id": ${id}}`));
    for (const times of used.values()) expect(times).toBeGreaterThan(1);
  });

  it('are those that functions are given', async () => {
    const { url, got } = await recorder();
    const text = `export default { url: ${JSON.stringify(url)}, vus: 4, maxRequests: 100, dataOrder: 'per-user',
      data: [{ id: 0 }, { id: 1 }, { id: 2 }, { id: 3 }], body: ({ user, row }) => ({ user, id: row.id }) };`;
    const ended = await run({ 's.mjs': text }, ['s.mjs']);
    expect(counted(ended.result().totals).ok).toBe(100);
    const sent = got.map(({ body }) => JSON.parse(body) as { user: number | null; id: number });
    expect(sent.filter(({ user, id }) => user !== null && user !== id)).toEqual([]);
    expect(new Set(sent.map(({ id }) => id)).size).toBe(4);
  });
});

describe('rows', () => {
  it('are each sent exactly once with --data-order once, over three threads', async () => {
    const target = await recorder();
    const rows = jsonLines(3_001, (n) => ({ n, text: `zeile ${n} ü` }));
    const args = [target.url, '--data', 'r.jsonl', '--data-order', 'once', '--vus', '10', '--threads', '3'];
    const { result } = await run({ 'r.jsonl': rows }, args);
    expect(target.got.map(({ body }) => `${body}\n`).sort()).toEqual(rows.split(/(?<=\n)/).sort());
    expect(counted(result().totals)).toMatchObject({ offered: 3_001, sent: 3_001, ok: 3_001, failed: 0 });
    expect(result().plan.data).toEqual({ file: 'r.jsonl', format: 'jsonl', order: 'once', rows: 3_001 });
  });

  it(
    'are each sent exactly once at a rate',
    undisturbed(async () => {
      const target = await recorder();
      const rows = jsonLines(200, (n) => n);
      const args = [target.url, '--data', 'r.jsonl', '--data-order', 'once', '--rate', '400/s', '--threads', '2'];
      const { result } = await run({ 'r.jsonl': rows }, args);
      expect(target.got.map(({ body }) => Number(body)).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 200 }, (_, n) => n),
      );
      expect(result().totals).toMatchObject({ sent: 200, ok: 200 });
    }),
  );

  it('make the same requests on one thread and on three, by the seed', async () => {
    const files = { 'r.csv': `id,name\n${Array.from({ length: 40 }, (_, n) => `${n},"N ""${n}"""`).join('\n')}\n` };
    const sent = async (threads: string, seed: string): Promise<string[]> => {
      const target = await recorder();
      const request = [`${target.url}/{{row.id}}?at={{random.int 1 100}}`, '-H', 'X-Id: {{uuid}}'];
      const body = ['--body', '{"seq":{{seq}},"name":"{{row.name}}"}', '--data', 'r.csv', '--data-order', 'shuffled'];
      await run(files, [...request, ...body, '-n', '120', '--vus', '6', '--threads', threads, '--seed', seed]);
      server?.closeAllConnections();
      server?.close();
      return target.got.map(({ url, headers, body: text }) => `${url} ${String(headers['x-id'])} ${text}`).sort();
    };
    const one = await sent('1', '5');
    expect(await sent('3', '5')).toEqual(one);
    expect(await sent('3', '6')).not.toEqual(one);
    const names = one.map((line) => (JSON.parse(/\{.*/.exec(line)?.[0] ?? '') as { name: string }).name);
    for (let n = 0; n < 40; n++) expect(names.filter((name) => name === `N "${n}"`)).toHaveLength(3);
  });

  it('that are more than memory is given to are each sent once all the same', async () => {
    const counts = new Map<number, number>();
    const target = await recorder(({ body }, response) => {
      const { n } = JSON.parse(body) as { n: number };
      counts.set(n, (counts.get(n) ?? 0) + 1);
      response.end(JSON.stringify({ n }));
    });
    const text = 'x'.repeat(16_000);
    const rows = jsonLines(24_000, (n) => ({ n, text }));
    const order = ['--data', 'r.jsonl', '--data-order', 'once', '--vus', '4', '--threads', '2'];
    const { result } = await run({ 'r.jsonl': rows }, [target.url, ...order, '--expect-json', '$.n={{row.n}}']);
    expect(counted(result().totals)).toMatchObject({ sent: 24_000, ok: 24_000, failed: 0 });
    expect([counts.size, Math.max(...counts.values())]).toEqual([24_000, 1]);
    target.got.length = 0;
    // 380 MB of rows: they and the file as it was read would be 760 MB, beside the 100 MB that a run takes anyway.
    expect(result().generator.rssBytes).toBeLessThan(650e6);
  });

  it('arrive with their numbers as they are written, in whole, in part and in a URL', async () => {
    const target = await recorder(({ body }, response) => response.end(body));
    const row = '{"id": 9007199254740993, "price": 1.0, "big": 1e400}';
    const url = `${target.url}?id={{row.id}}&p={{row.price}}`;
    const body = ['-b', '{"nr": {{row.id}}, "text": "{{row.big}}", "p": {{row.price}}}', '-n', '3', '--vus', '1'];
    const { result } = await run({ 'r.jsonl': row }, [
      url,
      '--data',
      'r.jsonl',
      ...body,
      '--expect-json',
      '$.nr={{row.id}}',
    ]);
    expect(counted(result().totals)).toMatchObject({ ok: 3, failed: 0 });
    expect(target.got[0]).toMatchObject({
      url: '/predict?id=9007199254740993&p=1.0',
      body: '{"nr": 9007199254740993, "text": "1e400", "p": 1.0}',
    });
    const wrong = await run({ 'r.jsonl': row }, [
      url,
      '--data',
      'r.jsonl',
      ...body,
      '--expect-json',
      '$.nr=9007199254740992',
    ]);
    expect(wrong.result().failures[0]?.example).toBe(
      'row 1, line 1: $.nr: expected 9007199254740992, got 9007199254740993',
    );
  });
});

describe('answers', () => {
  const double: Answer = ({ body }, response) => {
    const { x } = JSON.parse(body) as { x: number };
    response.end(JSON.stringify({ y: x % 3 === 0 ? -1 : 2 * x, token: 's3cr3t' }));
  };

  it('are compared with the row they belong to: as many wrong ones as there are', async () => {
    const target = await recorder(double);
    const rows = jsonLines(300, (x) => ({ x, want: { y: 2 * x } }));
    const args = [target.url, '--data', 'r.jsonl', '--data-order', 'once', '--vus', '9', '--threads', '3'];
    const { result, read } = await run({ 'r.jsonl': rows }, [...args, '--expect-field', 'want']);
    const { totals, failures } = result();
    expect(totals).toMatchObject({ sent: 300, ok: 200, failed: 100, byOutcome: { ok: 200, 'wrong-answer': 100 } });
    expect(totals.byStatus).toEqual({ 200: 300 });
    expect(failures).toMatchObject([{ outcome: 'wrong-answer', status: 200, message: '$.y differs', count: 100 }]);
    expect(failures[0]?.example).toMatch(/^row (\d+), line \1: \$\.y: expected \d+, got -1, \d+ less$/);
    expect(read('report.html')).toContain(failures[0]?.example);
    expect(target.got.every(({ body }) => !body.includes('want'))).toBe(true);
    // A wrong answer is whole: its connection is used again.
    expect(target.connections()).toBeLessThanOrEqual(10);
  });

  it('that come in pieces, chunked and with an expected error status, are read whole', async () => {
    const target = await recorder((_, response) => {
      response.writeHead(404);
      response.write('{"y":"');
      setTimeout(() => response.end(`${'ü'.repeat(70_000)}"}`), 2);
    });
    const files = { 'r.jsonl': jsonLines(2, (x) => ({ x, y: 'ü'.repeat(70_000) })) };
    const args = [target.url, '--data', 'r.jsonl', '--body', '{{row.x}}', '-n', '20', '--vus', '3'];
    const { result } = await run(files, [...args, '--expect-status', '404', '--expect-json', '$.y={{row.y}}']);
    const { totals } = result();
    expect(counted(totals)).toMatchObject({ sent: 20, ok: 20, failed: 0, byStatus: { 404: totals.ok } });
  });

  it('that are texts are compared with their rows, the place that differs told in the terminal', async () => {
    const target = await recorder(({ body }, response) => {
      const { x } = JSON.parse(body) as { x: number };
      response.setHeader('content-type', 'text/plain');
      response.end(x === 3 ? 'class 0.49 setosa' : `class ${x}.5001 setosa\n`);
    });
    const rows = jsonLines(4, (x) => ({ x, label: `class ${x}.5 setosa` }));
    const args = [target.url, '--data', 'r.jsonl', '--data-order', 'once', '--vus', '1'];
    const { result, stdout } = await run({ 'r.jsonl': rows }, [...args, '--expect-field', 'label±0.001']);
    expect(result().totals).toMatchObject({ sent: 4, ok: 3, failed: 1 });
    expect(stdout.replaceAll('\n', ' ')).toContain(
      'the body differs, for example: row 4, line 4: at character 7: expected "class 3.5 setosa", got "class 0.49 setosa"',
    );
    const body = ['-b', '{"x": {{row.x}}}', '--expect-contains', 'class {{row.x}}.5'];
    const contained = await run({ 'r.jsonl': rows }, [...args, ...body]);
    expect(contained.result().totals).toMatchObject({ ok: 3, failed: 1 });
  });

  it('leave no secret behind', async () => {
    const target = await recorder((_, response) => response.end('{"token":"s3cr3t","echo":"Bearer hunter2"}'));
    const secret = ['-H', 'Authorization: Bearer hunter2', '--expect-contains', 'nothing like it'];
    const { result, read } = await run({}, [target.url, '-n', '5', ...secret]);
    expect(result().failures[0]?.example).toContain('***');
    for (const name of ['journal.ndjson', 'result.json', 'report.html'])
      expect(read(name)).not.toMatch(/s3cr3t|hunter2/);
  });
});

describe('docs/requests.md', () => {
  const page = readFileSync(fileURLToPath(new URL('../docs/requests.md', import.meta.url)), 'utf8');
  const blocks = (kind: string): string[] =>
    [...page.matchAll(new RegExp(`\`\`\`${kind}\n([^\`]+\n)\`\`\``, 'g'))].map(([, text]) => text ?? '');
  const model: Answer = ({ body }, response) => {
    const { income, amount } = JSON.parse(body) as { income: number; amount: number };
    const probability = Math.round((amount / income) * 1e4) / 1e4;
    const decision = probability < 0.5 ? 'approve' : 'decline';
    response.end(JSON.stringify({ default_probability: probability, decision, model: 'v1' }));
  };
  const files = { 'loans.csv': blocks('csv')[0] ?? '', 'loans.jsonl': blocks('jsonl')[0] ?? '' };

  it('has its commands', () => expect(blocks('sh')).toHaveLength(7));
  for (const command of blocks('sh'))
    it(`runs: ${command.trim()}`, async () => {
      const target = await recorder(model);
      const here = command.replace('http://127.0.0.1:8989/predict', target.url);
      const words = [...here.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
      expect(words.slice(0, 2)).toEqual(['rampart', 'run']);
      const { code, stderr, result } = await run(files, words.slice(2));
      expect(stderr).not.toContain('rampart:');
      const expected = command.includes('once') ? 3 : 200;
      expect(counted(result().totals)).toMatchObject({ sent: expected, ok: expected, failed: 0 });
      expect(target.got).toHaveLength(expected);
      expect(code).toBe(codeOf(result(), 0));
    });
});
