import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { heldUp } from '../test/held-up.ts';
import { MODELS, type ModelName, modelNamed } from './models/catalogue.ts';
import forecastGolden from './models/forecast/golden.json' with { type: 'json' };
import tokensGolden from './models/tokens/golden.json' with { type: 'json' };
import { type ModelServer, type ServerOptions, startServer } from './server.ts';

/** Does each model keep its article's contract: status, body, content type, bad input? */

let server: ModelServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(model: ModelName, options: Partial<ServerOptions> = {}): Promise<void> {
  server = await startServer({ model, port: 0, passing: 'asleep', drainMs: 100, log: () => {}, ...options });
}

const get = (path: string) => fetch(`${server?.url}${path}`);
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${server?.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

async function answer(response: Response): Promise<[number, string | null, unknown]> {
  const text = await response.text();
  const type = response.headers.get('content-type');
  return [response.status, type, type?.startsWith('application/json') === true ? JSON.parse(text) : text];
}

const JSON_TYPE = 'application/json; charset=utf-8';
const HTML = 'text/html; charset=utf-8';

describe('fancy', () => {
  test('answers a sentence with the text in it', async () => {
    await serve('fancy');
    const [status, type, text] = await answer(await post('/predict', { text: 'héllo' }));
    expect([status, type]).toEqual([200, HTML]);
    expect(text).toContain('héllo');
  });

  test.each([
    [{}, 'text is missing', 'text'],
    [{ text: 7 }, 'text must be a string, got 7', 'text'],
    [[], 'the body must be a JSON object, got []', undefined],
  ])('422 for %j', async (body, error, field) => {
    await serve('fancy');
    expect(await answer(await post('/predict', body))).toEqual([
      422,
      JSON_TYPE,
      { error, ...(field ? { field } : {}) },
    ]);
  });

  test('takes 5 ms a request, one at a time, and 50 ms more where it is loaded for each', async () => {
    await serve('fancy');
    const begun = performance.now();
    await Promise.all(Array.from({ length: 10 }, async () => (await post('/predict', { text: 'x' })).text()));
    expect(performance.now() - begun).toBeGreaterThanOrEqual(50);
    await server?.close();
    await serve('fancy', { strategy: 'per-request' });
    const response = await post('/predict', { text: 'x' });
    expect(Number(response.headers.get('x-sojourn-us'))).toBeGreaterThanOrEqual(55_000);
  });
});

describe('iris-logistic', () => {
  test('greets at /', async () => {
    await serve('iris-logistic');
    expect(await answer(await get('/'))).toEqual([200, HTML, 'Hello World!']);
  });

  test.each([
    [[5.9, 3.0, 5.1, 1.8], 'virginica'],
    [[5.1, 3.5, 1.4, 0.2], 'setosa'],
  ])('answers %j with the label as text', async (body, label) => {
    await serve('iris-logistic');
    expect(await answer(await post('/predict', body))).toEqual([200, HTML, label]);
  });

  test.each([
    [{ a: 1 }, undefined, 'the body must be an array of 4 numbers'],
    [[1, 2, 3], undefined, 'got 3'],
    [[1, 2, '3', 4], '[2]', '[2] (petal_length) must be a number, got "3"'],
    [[1, 2, 3, null], '[3]', 'got null'],
  ])('422 for %j', async (body, field, error) => {
    await serve('iris-logistic');
    const [status, type, said] = await answer(await post('/predict', body));
    expect([status, type]).toEqual([422, JSON_TYPE]);
    expect(said).toMatchObject({ error: expect.stringContaining(error), ...(field ? { field } : {}) });
  });
});

describe('iris-svm', () => {
  const record = { sepal_length: 6.3, sepal_width: 2.3, petal_length: 4.4, petal_width: 1.3 };

  test('answers a list of records with the list of labels', async () => {
    await serve('iris-svm');
    const other = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };
    expect(await answer(await post('/predict', [record]))).toEqual([200, JSON_TYPE, ['versicolor']]);
    expect(await answer(await post('/predict', [other, record]))).toEqual([200, JSON_TYPE, ['setosa', 'versicolor']]);
  });

  test.each([
    [record, 422, undefined],
    [[], 400, undefined],
    [[record, 7], 422, '[1]'],
    [[{ ...record, petal_width: 'wide' }], 422, '[0].petal_width'],
    [[record, { ...record, sepal_width: undefined }], 422, '[1].sepal_width'],
  ])('%j has the status %d', async (body, wanted, field) => {
    await serve('iris-svm');
    const [status, , said] = await answer(await post('/predict', body));
    expect(status).toBe(wanted);
    expect((said as { field?: string }).field).toBe(field);
  });
});

describe('forecast', () => {
  test('answers the 691 days with a list in a string, equal to the local forecasts', async () => {
    await serve('forecast');
    const { columns, index, data, y_pred } = forecastGolden;
    const [status, type, said] = await answer(await post('/forecast', { columns, index, data }));
    expect([status, type]).toEqual([200, JSON_TYPE]);
    expect(Object.keys(said as object)).toEqual(['y_pred']);
    expect(JSON.parse((said as { y_pred: string }).y_pred)).toEqual(y_pred);
  });

  test.each(['', '{}', 'null', '{"columns":[],"index":[],"data":[]}'])('400 "no data" for %j', async (body) => {
    await serve('forecast');
    expect(await answer(await post('/forecast', body))).toEqual([400, JSON_TYPE, { message: 'no data' }]);
  });

  test.each([
    ['[]', undefined],
    ['{"data":[[1]]}', 'columns'],
    ['{"columns":["open"],"data":[[1]]}', 'columns'],
    ['{"columns":["open","high","low","close","volume"],"data":[[1,2,3,4]]}', 'data[0]'],
    ['{"columns":["open","high","low","close","volume"],"data":[[1,2,3,4,5],[1,2,3,"x",5]]}', 'data[1][3]'],
  ])('422 for %s', async (body, field) => {
    await serve('forecast');
    const [status, , said] = await answer(await post('/forecast', body));
    expect(status).toBe(422);
    expect((said as { field?: string }).field).toBe(field);
  });

  test('is not at /predict', async () => {
    await serve('forecast');
    expect((await post('/predict', {})).status).toBe(404);
  });
});

describe('tokens', () => {
  const { prompt, words } = tokensGolden.rows[1]!;
  const events = async (response: Response) =>
    (await response.text())
      .split('\n\n')
      .filter(Boolean)
      .map((line) => line.replace(/^data: /, ''));

  test('streams a completion word by word, and says when it is done', async () => {
    await serve('tokens');
    const body = { prompt, max_tokens: 5, stream: true, stream_options: { include_usage: true } };
    const begun = performance.now();
    const response = await post('/v1/completions', body);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const said = await events(response);
    // Prefill, and four more words.
    expect(performance.now() - begun).toBeGreaterThanOrEqual(20 + 4 * 10);
    expect(said.at(-1)).toBe('[DONE]');
    const pieces = said.slice(0, -1).map((text) => JSON.parse(text));
    expect(
      pieces
        .slice(0, -1)
        .map((piece) => piece.choices[0].text)
        .join(''),
    ).toBe(words.slice(0, 5).join(' '));
    expect(pieces.slice(0, -1).map((piece) => piece.choices[0].finish_reason)).toEqual([
      null,
      null,
      null,
      null,
      'length',
    ]);
    expect(pieces.at(-1).usage).toEqual({ prompt_tokens: 2, completion_tokens: 5, total_tokens: 7 });
  });

  test('says in a trailer how long a stream took', async () => {
    await serve('tokens');
    const trailers = await new Promise<NodeJS.Dict<string>>((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const sent = request(`${server?.url}/v1/completions`, { method: 'POST', headers }, (response) => {
        response.resume().once('end', () => resolve(response.trailers));
      });
      sent.once('error', reject).end(JSON.stringify({ prompt, max_tokens: 3, stream: true }));
    });
    expect(Number(trailers['x-sojourn-us'])).toBeGreaterThanOrEqual(40_000);
  });

  test('chats, in one piece or streamed', async () => {
    await serve('tokens');
    const messages = [{ role: 'user', content: prompt }];
    const whole = (await (await post('/v1/chat/completions', { messages, max_tokens: 4 })).json()) as never;
    const text = words.slice(0, 4).join(' ');
    expect(whole).toMatchObject({ choices: [{ message: { role: 'assistant', content: text } }] });
    const said = await events(await post('/v1/chat/completions', { messages, max_tokens: 4, stream: true }));
    expect(
      said
        .slice(0, -1)
        .map((one) => JSON.parse(one).choices[0].delta.content)
        .join(''),
    ).toBe(text);
  });

  test('lists its model in both protocols', async () => {
    await serve('tokens');
    expect(await (await get('/v1/models')).json()).toMatchObject({
      object: 'list',
      data: [{ id: 'tokens' }],
      models: ['tokens'],
    });
  });

  test.each([
    ['/v1/completions', {}, 'prompt'],
    ['/v1/completions', { prompt: 'x', max_tokens: 0 }, 'max_tokens'],
    ['/v1/completions', { prompt: 'x', stream: 'yes' }, 'stream'],
    ['/v1/chat/completions', { messages: [] }, 'messages'],
    ['/v1/chat/completions', { messages: [{ content: 'a' }, {}] }, 'messages[1].content'],
  ])('%s: 422 for %j', async (path, body, field) => {
    await serve('tokens');
    const [status, , said] = await answer(await post(path, body));
    expect(status).toBe(422);
    expect((said as { field?: string }).field).toBe(field);
  });
});

describe.each(MODELS)('%s', (name) => {
  const model = modelNamed(name);

  test('answers every example of /openapi.json as it says there', async () => {
    await serve(name);
    type Content = Record<string, { example?: unknown }>;
    const { paths } = (await (await get('/openapi.json')).json()) as {
      paths: Record<
        string,
        { post?: { requestBody: { content: Content }; responses: Record<number, { content: Content }> } }
      >;
    };
    const routes = Object.entries(paths).flatMap(([route, { post: item }]) =>
      item === undefined ? [] : [{ route, item }],
    );
    expect(routes.map(({ route }) => route)).toEqual([
      model.contract.route,
      `/v1/models/${name}:predict`,
      `/v2/models/${name}/infer`,
    ]);
    for (const { route, item } of routes) {
      const response = await post(route, item.requestBody.content['application/json']!.example);
      const [status, type, said] = await answer(response);
      expect(status).toBe(200);
      const [mediaType] = type!.split(';');
      const { example } = item.responses[200]!.content[mediaType!]!;
      if (name === 'tokens' && route === model.contract.route) expect(said).toContain('[DONE]');
      else expect(said).toEqual(example);
    }
  });

  test('speaks Open Inference v2 from its own metadata', async () => {
    await serve(name);
    expect(await (await get('/v2')).json()).toMatchObject({ name: 'rampart-reference', extensions: [] });
    expect(await (await get('/v2/models')).json()).toEqual({ models: [name] });
    expect(await (await get(`/v2/models/${name}/ready`)).json()).toEqual({ name, ready: true });
    const metadata = (await (await get(`/v2/models/${name}`)).json()) as {
      inputs: { name: string; datatype: string; shape: number[] }[];
    };
    const example = model.contract.example as Record<string, unknown>;
    const inputs = metadata.inputs.map((input) => {
      const value = name === 'loan' ? example[input.name] : input.datatype === 'BYTES' ? 'a text' : 1.5;
      const width = input.shape[1] ?? 1;
      return { ...input, shape: [2, ...input.shape.slice(1)], data: new Array(2 * width).fill(value) };
    });
    const response = await post(`/v2/models/${name}/infer`, { id: 'x1', inputs });
    const said = (await response.json()) as { outputs: { data: unknown[] }[] };
    expect(said).toMatchObject({ model_name: name, model_version: '1', id: 'x1', outputs: [{ shape: [2] }] });
    expect(said.outputs[0]!.data[0]).toEqual(said.outputs[0]!.data[1]);

    for (const wrong of [{}, { inputs: [] }, { inputs: [{ ...inputs[0], shape: [3] }, ...inputs.slice(1)] }]) {
      const refused = await post(`/v2/models/${name}/infer`, wrong);
      expect(refused.status).toBe(400);
      expect(Object.keys((await refused.json()) as object)).toEqual(['error']);
    }
  });

  test('speaks Open Inference v1', async () => {
    await serve(name);
    expect(await (await get(`/v1/models/${name}`)).json()).toEqual({ name, ready: true });
    const width = model.inputs[0]!.width;
    const instance =
      name === 'loan' ? model.contract.example : width === undefined ? 'a text' : new Array(width).fill(1);
    const response = await post(`/v1/models/${name}:predict`, { instances: [instance, instance] });
    expect(((await response.json()) as { predictions: unknown[] }).predictions.length).toBe(2);
    const refused = await post(`/v1/models/${name}:predict`, { instances: [instance, true] });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ field: 'instances[1]' });
    expect((await post(`/v1/models/${name}:predict`, { instances: [] })).status).toBe(400);
  });

  test('has metrics, health and readiness', async () => {
    await serve(name);
    await (await post(model.contract.route, model.contract.example)).text();
    await expect
      .poll(async () => (await get('/metrics')).text())
      .toMatch(/model_requests_total\{status="200",version=""\} 1/);
    const metrics = await (await get('/metrics')).text();
    for (const metric of ['model_requests_in_flight 0', 'model_queue_depth 0', 'model_replicas{version=""} 1'])
      expect(metrics).toContain(metric);
    expect(await (await get('/health')).json()).toEqual({ status: 'ok', model: name });
    expect(await (await get('/ready')).json()).toEqual({ name, ready: true });
  });
});

test('every answer says how long the request was here, and which process answered it', async () => {
  await serve('fancy');
  const answers = await Promise.all([
    post('/predict', { text: 'x' }),
    post('/predict', '{'),
    post('/predict', {}),
    post('/predict', 'x', { 'content-type': 'text/plain' }),
    post('/v1/models/fancy:predict', { instances: ['x'] }),
    get('/predict'),
    get('/health'),
    get('/nothing'),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 400, 422, 415, 200, 405, 200, 404]);
  for (const { headers } of answers) {
    expect(headers.get('x-sojourn-us')).toMatch(/^\d+$/);
    expect(headers.get('x-instance')).toMatch(new RegExp(`-${process.pid}$`));
  }
  expect(Number(answers[0]!.headers.get('x-sojourn-us'))).toBeGreaterThanOrEqual(5000);
});

describe('strategies in one process', () => {
  test('batch predicts together what comes together, and answers each its own', async () => {
    await serve('fancy', { strategy: 'batch', maxBatch: 4, maxWaitMs: 30 });
    const texts = Array.from({ length: 8 }, (_, n) => `text ${n}`);
    const answers = await Promise.all(texts.map(async (text) => (await post('/predict', { text })).text()));
    for (const [n, text] of texts.entries()) expect(answers[n]).toContain(`"${text}"`);
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toMatch(/model_batch_rows_sum 8/);
    expect(Number(/model_batch_rows_count (\d+)/.exec(metrics)![1])).toBeLessThanOrEqual(4);
  });

  test('a lone request of a batch waits, and no longer than it must', async () => {
    const held = heldUp();
    await serve('fancy', { strategy: 'batch', maxBatch: 4, maxWaitMs: 60 });
    const sojourn = Number((await post('/predict', { text: 'x' })).headers.get('x-sojourn-us'));
    expect(sojourn).toBeGreaterThanOrEqual(65_000);
    expect(sojourn).toBeLessThan(200_000 + held());
  });

  test.each(['global', 'per-request', 'batch'] as const)(
    '%s refuses with 503 what finds the queue full',
    async (strategy) => {
      await serve('fancy', { strategy, queue: 2, maxBatch: 1 });
      const statuses = await Promise.all(
        Array.from({ length: 60 }, async () => {
          const response = await post('/predict', { text: 'x' });
          if (response.status === 503) {
            expect(response.headers.get('retry-after')).toBe('1');
            expect(await response.json()).toEqual({ error: 'the queue is full' });
          }
          return response.status;
        }),
      );
      expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(3);
      expect(statuses.filter((status) => status === 503).length).toBeGreaterThanOrEqual(1);
      expect(new Set(statuses)).toEqual(new Set([200, 503]));
    },
  );

  test('a cache answers again without the model', async () => {
    await serve('fancy', { strategy: 'per-request', cache: 2 });
    const ask = async (text: string) =>
      Number((await post('/predict', { text })).headers.get('x-sojourn-us')) >= 55_000 ? 'worked' : 'known';
    const asked: string[] = [];
    for (const text of ['a', 'a', 'b', 'a', 'c', 'a', 'b']) asked.push(await ask(text));
    expect(asked).toEqual(['worked', 'known', 'worked', 'known', 'worked', 'known', 'worked']);
  });
});

describe('faults of a model', () => {
  test('fail, stretch and stall its answers', async () => {
    await serve('loan', { faults: ['error:100%'] });
    expect(await answer(await post('/predict', modelNamed('loan').contract.example))).toEqual([
      500,
      JSON_TYPE,
      { error: 'injected fault' },
    ]);
    await server?.close();
    await serve('fancy', { faults: ['slow:100%x10'] });
    const slow = await post('/predict', { text: 'x' });
    expect(Number(slow.headers.get('x-sojourn-us'))).toBeGreaterThanOrEqual(50_000);
  });

  test('cut the connection', async () => {
    await serve('fancy', { faults: ['drop:100%'] });
    await expect(post('/predict', { text: 'x' })).rejects.toThrow();
    expect(server?.app.totals).toEqual({ received: 1, answered: 0, byStatus: {} });
  });
});
