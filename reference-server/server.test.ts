import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import scenario from '../scenarios/loan.json' with { type: 'json' };
import { startServer } from './server.ts';

type Server = Awaited<ReturnType<typeof startServer>>;

const body = JSON.stringify(scenario);
const json = { 'content-type': 'application/json' };
let server: Server;
let logged: string[];

const start = (drainMs = 5000) => startServer({ model: 'loan', port: 0, log: (line) => logged.push(line), drainMs });

beforeEach(async () => {
  logged = [];
  server = await start();
});

afterEach(() => server.close());

const post = (sent: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = json) =>
  fetch(`${server.url}/predict`, { method: 'POST', body: sent, headers });

const stats = async () => (await fetch(`${server.url}/stats`)).json();

/** The whole answer to bytes written as they are. */
async function raw(bytes: string): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  socket.write(bytes);
  return text(socket);
}

describe('POST /predict', () => {
  test('answers an application with its default probability, and nothing about the server', async () => {
    const response = await post(body);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect(response.headers.get('etag')).toBeNull();
    const answer = (await response.json()) as { default_probability: number };
    expect(Object.keys(answer)).toEqual(['default_probability']);
    expect(answer.default_probability).toBeGreaterThan(0);
    expect(answer.default_probability).toBeLessThan(1);
  });

  test('answers the same application the same', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, async () => (await post(body)).text()));
    expect(new Set(answers).size).toBe(1);
  });

  test.each(['application/json; charset=utf-8', 'Application/JSON'])('takes the content type %s', async (type) => {
    expect((await post(body, { 'content-type': type })).status).toBe(200);
  });

  test('takes a compressed body', async () => {
    expect((await post(gzipSync(body), { ...json, 'content-encoding': 'gzip' })).status).toBe(200);
  });

  test.each([
    ['missing field', { ...scenario, Term: undefined }, 'Term is missing', 'Term'],
    ['wrong field', { ...scenario, GrAppv: 'abc' }, 'GrAppv must be a number, got "abc"', 'GrAppv'],
    ['empty object', {}, 'Term is missing', 'Term'],
  ])('400 for a %s, with its name', async (_name, application, error, field) => {
    const response = await post(JSON.stringify(application));
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error, field });
  });

  test.each([
    ['{"Term": 84, "NoEmp": }', 'the body is no valid JSON: unexpected "}" at position 22'],
    ['{"Term": 84', 'the body is no valid JSON: it ends too early, at position 11'],
    ['{"Term": NaN}', 'the body is no valid JSON: unexpected "N" at position 9'],
    ['Term=84', 'the body is no valid JSON: unexpected "T" at position 0'],
    ['', 'the body is empty; send one JSON value'],
  ])('400 for the body %j', async (sent, error) => {
    const response = await post(sent);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error });
  });

  test.each(['[]', '84'])('400 for the body %s, which is JSON but no application', async (sent) => {
    const response = await post(sent);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: `a loan application must be a JSON object, got ${sent}` });
  });

  test('400 for no body at all', async () => {
    const answer = await raw('POST /predict HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('the body is empty');
  });

  test('400 for a body that is not as compressed as it says', async () => {
    expect((await post(body, { ...json, 'content-encoding': 'gzip' })).status).toBe(400);
  });

  test('413 above 100 kB, declared or not, and compressed; 400 for the same at the limit', async () => {
    const sized = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;
    expect(sized(100_000).length).toBe(100_000);
    expect((await post(sized(100_000))).status).toBe(400);
    const response = await post(sized(100_001));
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({ error: 'the body is larger than 100000 bytes' });
    expect((await post(gzipSync(sized(100_001)), { ...json, 'content-encoding': 'gzip' })).status).toBe(413);

    const chunked = request(`${server.url}/predict`, { method: 'POST', headers: json });
    chunked.write(sized(100_001));
    chunked.end();
    const [answer] = await once(chunked, 'response');
    answer.resume();
    expect(answer.statusCode).toBe(413);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])('415 for %s', async (type) => {
    const response = await post(body, { 'content-type': type });
    expect(response.status).toBe(415);
    expect(await response.json()).toEqual({ error: `the content type must be application/json, got ${type}` });
  });

  test('415 for no content type, an unknown charset or encoding', async () => {
    const untyped = await post(new TextEncoder().encode(body), {});
    expect(untyped.status).toBe(415);
    expect(await untyped.json()).toEqual({ error: 'the content type must be application/json, got none' });
    expect((await post(body, { 'content-type': 'application/json; charset=latin1' })).status).toBe(415);
    expect((await post(body, { ...json, 'content-encoding': 'lzma' })).status).toBe(415);
  });
});

describe('other routes', () => {
  test('GET /health', async () => {
    const response = await fetch(`${server.url}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok', model: 'loan' });
  });

  test('404 for an unknown one, as JSON', async () => {
    const response = await fetch(`${server.url}/predictt`, { method: 'POST', body, headers: json });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: 'nothing at /predictt; GET /openapi.json lists what there is',
    });
  });

  test('404, and no stack, for a path that cannot be decoded', async () => {
    const answer = await raw('GET /%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 404 /);
    expect(logged).toEqual([]);
  });

  test.each([
    ['GET', '/predict', 'POST'],
    ['PUT', '/predict', 'POST'],
    ['POST', '/health', 'GET, HEAD'],
    ['DELETE', '/stats', 'GET, HEAD'],
  ])('405 for %s %s, which allows %s', async (method, path, allowed) => {
    const response = await fetch(server.url + path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allowed);
    expect(await response.json()).toEqual({ error: `${method} is not allowed here; use ${allowed}` });
  });
});

describe('GET /stats', () => {
  test('counts requests to the predict route, by status', async () => {
    expect(await stats()).toEqual({ received: 0, answered: 0, byStatus: {} });
    await Promise.all(Array.from({ length: 30 }, async () => (await post(body)).arrayBuffer()));
    await (await post('{')).arrayBuffer();
    await (await post(body, { 'content-type': 'text/plain' })).arrayBuffer();
    await (await fetch(`${server.url}/predict`)).arrayBuffer();
    await (await fetch(`${server.url}/health`)).arrayBuffer();
    expect(await stats()).toEqual({ received: 33, answered: 33, byStatus: { 200: 30, 400: 1, 405: 1, 415: 1 } });
  });

  test('a request given up half-way is received and never answered', async () => {
    const socket = await halfSent(server);
    socket.destroy();
    await expect.poll(stats).toEqual({ received: 1, answered: 0, byStatus: {} });
    // The server must have met the broken connection before the next answer is looked at.
    expect((await post(body)).status).toBe(200);
    await expect.poll(stats).toEqual({ received: 2, answered: 1, byStatus: { 200: 1 } });
    expect(logged).toEqual([]);
  });
});

describe('starting', () => {
  test('a port that is taken rejects, naming it', async () => {
    await expect(startServer({ model: 'loan', port: server.port })).rejects.toMatchObject({
      message: `cannot listen on port ${server.port} of 127.0.0.1: it is already in use`,
      code: 'EADDRINUSE',
    });
  });

  test('an address that is not ours rejects with the code of the system', async () => {
    await expect(startServer({ model: 'loan', host: '192.0.2.1', port: 0 })).rejects.toMatchObject({
      message: expect.stringContaining('192.0.2.1'),
      code: 'EADDRNOTAVAIL',
    });
  });
});

/** Sends the head and half of the body, and waits until the server has met the request. */
async function halfSent(to: Server): Promise<Socket> {
  const socket = connect(to.port, '127.0.0.1');
  const head = `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  socket.write(head + body.slice(0, body.length / 2));
  const received = async () => ((await (await fetch(`${to.url}/stats`)).json()) as { received: number }).received;
  await expect.poll(received).toBeGreaterThan(0);
  return socket;
}

describe('closing', () => {
  test('a request in flight is answered, on a connection that then ends; new ones are refused', async () => {
    const socket = await halfSent(server);
    const closed = server.close();
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
    socket.write(body.slice(body.length / 2));
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(answer).toMatch(/\r\nConnection: close\r\n/);
    expect(answer).toContain('{"default_probability":');
    await closed;
    expect(logged).toEqual([]);
  });

  test('idle connections, used or never used, do not hold it up', async () => {
    const unused = connect(server.port, '127.0.0.1');
    await once(unused, 'connect');
    const used = connect(server.port, '127.0.0.1');
    used.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(used, 'data');
    const ended = Promise.all([once(unused.resume(), 'close'), once(used.resume(), 'close')]);
    await server.close();
    await ended;
    // Nothing was cut off by the deadline, which would have been logged.
    expect(logged).toEqual([]);
  });

  test('a request that never ends is cut off at the deadline, and that is logged', async () => {
    const hasty = await start(50);
    const socket = await halfSent(hasty);
    const ended = text(socket).catch((error: Error) => error.message);
    await hasty.close();
    expect(await ended).not.toContain('200');
    expect(logged).toEqual(['1 still in flight after 50 ms: cut off']);
  });

  test('closing twice is closing once', async () => {
    const first = server.close();
    expect(server.close()).toBe(first);
    await first;
  });
});
