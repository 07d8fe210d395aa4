import { describe, expect, it } from 'vitest';
import { type Discovery, discover } from './discover.ts';
import type { Question, Reply } from './exchange.ts';

type Answers = (question: Question) => { status: number; body?: unknown } | undefined;

/** Asks a server of one function; every request takes `each` ms. */
async function asked(
  path: string,
  answers: Answers,
  each = 1,
): Promise<Discovery & { readonly questions: Question[] }> {
  const questions: Question[] = [];
  let now = 0;
  const found = await discover({
    path,
    now: () => now,
    ask: async (question): Promise<Reply> => {
      questions.push(question);
      now += each;
      const { status, body = '' } = answers(question) ?? { status: 404 };
      return { status, headers: [], body: typeof body === 'string' ? body : JSON.stringify(body), message: '' };
    },
  });
  return { ...found, questions };
}

const bodyOf = ({ accepted }: Discovery): unknown => JSON.parse(accepted?.question.body ?? 'null');

/** A route that accepts what a test wants of it. */
const route =
  (path: string, wanted: (body: never) => boolean, refusal: unknown = 'no'): Answers =>
  ({ method, path: at, body }) =>
    method === 'POST' && at === path
      ? wanted(JSON.parse(body || 'null') as never)
        ? { status: 200, body: { p: 1 } }
        : { status: 400, body: refusal }
      : undefined;

const either =
  (...all: Answers[]): Answers =>
  (question) =>
    all.map((each) => each(question)).find((each) => each !== undefined);
const document =
  (path: string, body: unknown): Answers =>
  ({ method, path: at }) =>
    method === 'GET' && at === path ? { status: 200, body } : undefined;

describe('the laws', () => {
  it('POSTs go to the address that was asked for and to no other, whatever the target says', async () => {
    const operation = (n: number) => ({
      post: { requestBody: { content: { 'application/json': { example: { n } } } } },
    });
    const api = {
      openapi: '3.1.0',
      info: { title: 'x' },
      paths: { '/predict': operation(1), '/train': operation(2), '/delete-all': operation(3) },
    };
    const { questions, routes } = await asked(
      '/predict',
      either(
        document('/openapi.json', api),
        route('/predict', () => false),
      ),
    );
    expect(
      questions
        .filter(({ method }) => method !== 'GET')
        .every(({ method, path }) => method === 'POST' && path === '/predict'),
    ).toBe(true);
    expect(routes).toContain('POST /train');
    const none = await asked('/nothing', either(document('/openapi.json', api)));
    expect(none.questions.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(none.problem).toContain('nothing at /nothing');
  });

  it('a route that only changes something is not asked', async () => {
    const api = { openapi: '3.0.0', info: {}, paths: { '/model': { delete: {}, put: {} } } };
    const { questions, problem } = await asked('/model', document('/openapi.json', api));
    expect(questions.every(({ method }) => method === 'GET')).toBe(true);
    expect(problem).toContain('PUT, DELETE only');
  });

  it('GETs end after five seconds, and requests after forty', async () => {
    const slow = await asked('/a/b/c/predict', () => undefined, 2_000);
    expect(slow.questions.filter(({ path }) => path !== '/a/b/c/predict')).toHaveLength(3);
    let n = 0;
    const endless = await asked('/predict', ({ method }) =>
      method === 'POST' ? { status: 400, body: `missing field 'f${n++}'` } : undefined,
    );
    expect(endless.questions.filter(({ method }) => method === 'POST').length).toBeLessThanOrEqual(41);
    expect(endless.accepted).toBeNull();
  });

  it('a description that is hostile is refused, and nothing elsewhere is asked', async () => {
    const remote = {
      openapi: '3.0.0',
      paths: {
        '/predict': {
          post: { requestBody: { content: { 'application/json': { schema: { $ref: 'http://evil/x' } } } } },
        },
      },
    };
    await expect(asked('/predict', document('/openapi.json', remote))).rejects.toThrow('which is not fetched');
    await expect(asked('/predict', document('/openapi.json', `${'['.repeat(1e6)}`))).rejects.toThrow(
      'nested more than 100',
    );
    const page = '<script>SwaggerUIBundle({url: "http://evil.example/openapi.json"})</script>';
    const { questions } = await asked('/predict', document('/docs', page));
    expect(questions.every(({ path }) => path.startsWith('/'))).toBe(true);
  });

  it('a field that no value satisfies is named', async () => {
    const schema = {
      type: 'object',
      required: ['age'],
      properties: { age: { type: 'integer', minimum: 9, maximum: 3 } },
    };
    const post = { requestBody: { content: { 'application/json': { schema } } } };
    const api = document('/openapi.json', { openapi: '3.1.0', paths: { '/predict': { post } } });
    const { problem, hint } = await asked(
      '/predict',
      either(
        api,
        route('/predict', () => false),
      ),
    );
    expect([problem, hint]).toEqual([
      'no value was found for a field of its description ($.age: at least 9 and at most 3)',
      expect.stringContaining('-b, --body-file or --data'),
    ]);
  });

  it('a credential is asked for, never guessed', async () => {
    const answer: Answers = ({ method }) => (method === 'POST' ? { status: 401, body: 'who are you?' } : undefined);
    const { questions, problem, hint } = await asked('/predict', answer);
    expect(questions.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect([problem, hint]).toEqual(['it wants to know who asks', expect.stringContaining('Authorization: Bearer')]);
  });
});

describe('what an address is', () => {
  it('OpenAPI, behind a prefix, and moved to where a page says', async () => {
    const api = {
      swagger: '2.0',
      info: { title: 'Old' },
      paths: {
        '/predict': {
          post: {
            parameters: [
              {
                in: 'body',
                name: 'b',
                schema: { type: 'object', required: ['x'], properties: { x: { type: 'number' } } },
              },
            ],
          },
        },
      },
    };
    const accepts = route('/api/v2/predict', ({ x }: { x: unknown }) => x === 1);
    const behind = await asked('/api/v2/predict', either(document('/api/v2/openapi.json', api), accepts));
    expect([behind.target, bodyOf(behind)]).toEqual(['Old (Swagger 2.0)', { x: 1 }]);
    const page = document('/docs', "SwaggerUIBundle({url: '/moved/schema.json'})");
    const moved = await asked('/api/v2/predict', either(page, document('/moved/schema.json', api), accepts));
    expect(moved.evidence).toEqual(['GET /moved/schema.json is its description']);
    expect(bodyOf(moved)).toEqual({ x: 1 });
  });

  it('the Open Inference Protocol', async () => {
    const metadata = {
      name: 'm',
      inputs: [
        { name: 'x', datatype: 'FP32', shape: [-1, 3] },
        { name: 's', datatype: 'BYTES', shape: [-1] },
      ],
    };
    const path = '/v2/models/m/infer';
    const found = await asked(
      path,
      either(
        document('/v2/models/m', metadata),
        route(path, ({ inputs }: { inputs: unknown[] }) => inputs?.length === 2),
      ),
    );
    expect(found.target).toBe('the Open Inference Protocol v2');
    expect(bodyOf(found)).toEqual({
      inputs: [
        { name: 'x', shape: [1, 3], datatype: 'FP32', data: [0.5, 0.5, 0.5] },
        { name: 's', shape: [1], datatype: 'BYTES', data: ['text'] },
      ],
    });
  });

  it("TensorFlow Serving's signature, and KServe's error", async () => {
    const inputs = { x: { dtype: 'DT_FLOAT', tensor_shape: { dim: [{ size: '-1' }, { size: '4' }] } } };
    const metadata = { metadata: { signature_def: { signature_def: { serving_default: { inputs } } } } };
    const path = '/v1/models/m:predict';
    const four = route(
      path,
      ({ instances }: { instances: unknown[][] }) => instances?.[0]?.length === 4,
      'X has 1 features, but SVC is expecting 4 features',
    );
    const told = await asked(path, either(document('/v1/models/m/metadata', metadata), four));
    expect(bodyOf(told)).toEqual({ instances: [[0.5, 0.5, 0.5, 0.5]] });
    expect(bodyOf(await asked(path, four))).toEqual({ instances: [[1, 1, 1, 1]] });
  });

  it('a model of the Open Inference Protocol that says nothing of its inputs, nor why it refuses them', async () => {
    const path = '/v2/models/m/infer';
    const model = document('/v2/models/m', { name: 'm', inputs: [], outputs: [] });
    const operation = {
      requestBody: { content: { 'application/json': { schema: { type: 'object', properties: {} } } } },
    };
    const api = document('/openapi.json', { openapi: '3.1.0', paths: { [path]: { post: operation } } });
    const fitting =
      (width: number): Answers =>
      ({ method, path: at, body }) =>
        method === 'POST' && at === path
          ? {
              status: JSON.parse(body ?? '').inputs?.[0]?.data.length === width ? 200 : 500,
              body: 'Internal Server Error',
            }
          : undefined;
    const found = await asked(path, either(model, api, fitting(7)));
    expect(bodyOf(found)).toMatchObject({ inputs: [{ shape: [1, 7], datatype: 'FP32', data: Array(7).fill(0.5) }] });
    const never = await asked(path, either(model, api, fitting(777)));
    expect(never.accepted).toBeNull();
    expect(never.questions.length).toBeLessThan(40);
  });

  it('a server that describes no body and refuses each with the same words, by what fields are usually called', async () => {
    const api = document('/openapi.json', { openapi: '3.1.0', paths: { '/predict': { post: {} } } });
    const predict: Answers = ({ method, path, body }) =>
      method === 'POST' && path === '/predict'
        ? {
            status: body !== null && 'prompt' in JSON.parse(body) ? 200 : 500,
            body: { detail: 'Internal server error' },
          }
        : undefined;
    const found = await asked('/predict', either(api, predict));
    expect(bodyOf(found)).toEqual({ prompt: 'hello' });
    expect(found.accepted?.from).toBe('names that fields usually have');
  });

  it("MLflow's error, where its server describes itself but no body", async () => {
    const path = '/invocations';
    const error = "Failed to enforce schema. Expected schema ['age': long (required), 'city': string (required)]";
    const api = document('/openapi.json', { openapi: '3.1.0', paths: { [path]: { post: {} } } });
    const found = await asked(
      path,
      either(
        api,
        route(path, (body: object | null) => JSON.stringify(body ?? '').includes('age'), error),
      ),
    );
    expect(bodyOf(found)).toMatchObject({ dataframe_split: { columns: ['age', 'city'] } });
  });

  it("MLflow's schema in its error", async () => {
    const error =
      "Failed to enforce schema of data. Expected schema ['age': long (required), 'city': string (required)]";
    const path = '/invocations';
    const found = await asked(
      path,
      either(
        document('/version', '2.9.2'),
        route(path, (body: object) => 'dataframe_split' in body && JSON.stringify(body).includes('age'), error),
      ),
    );
    expect(bodyOf(found)).toEqual({ dataframe_split: { columns: ['age', 'city'], data: [[1, 'text']] } });
  });

  it("OpenAI's protocol, with the first of its models", async () => {
    const models = document('/v1/models', { object: 'list', data: [{ id: 'tiny' }] });
    for (const [name, field] of [
      ['chat/completions', 'messages'],
      ['completions', 'prompt'],
      ['embeddings', 'input'],
    ] as const) {
      const path = `/v1/${name}`;
      const found = await asked(
        path,
        either(
          models,
          route(path, (body: { model?: string }) => body.model === 'tiny'),
        ),
      );
      expect(bodyOf(found)).toMatchObject({ model: 'tiny', [field]: expect.anything() });
    }
  });

  it("Ollama's protocol, with the first of its models", async () => {
    const tags = document('/api/tags', { models: [{ name: 'tiny:1b', size: 1 }, { name: 'large:70b' }] });
    for (const [path, field] of [
      ['/api/chat', 'messages'],
      ['/api/generate', 'prompt'],
    ] as const) {
      const found = await asked(
        path,
        either(
          tags,
          route(path, (body: { model?: string }) => body.model === 'tiny:1b', { error: 'model is required' }),
        ),
      );
      expect(bodyOf(found)).toEqual({
        model: 'tiny:1b',
        [field]: expect.anything(),
        options: { num_predict: expect.any(Number) },
      });
      expect(found.accepted?.from).toBe("the address, and the first of the target's models (tiny:1b)");
    }
  });

  it.each([
    ['/v1/messages', 'messages'],
    ['/v2/models/m/generate_stream', 'text_input'],
    ['/generate_stream', 'inputs'],
  ])('a language model at %s', async (path, field) => {
    const found = await asked(
      path,
      route(path, (body: object) => field in body),
    );
    expect(bodyOf(found)).toMatchObject({ [field]: expect.anything() });
    expect(found.accepted?.from).toBe('the address');
  });

  it('nothing that describes itself: a GET, or what its errors say, or an honest word', async () => {
    const page = await asked('/health', document('/health', 'ok'));
    expect(page.accepted?.question).toMatchObject({ method: 'GET', body: null });
    const told = await asked(
      '/predict',
      route('/predict', (body: object) => 'text' in body, { error: "'text' is a required property" }),
    );
    expect(bodyOf(told)).toHaveProperty('text');
    const silent = await asked('/predict', ({ method }) =>
      method === 'POST' ? { status: 500, body: 'Internal Server Error' } : undefined,
    );
    expect([silent.accepted, silent.hint]).toEqual([null, 'Give it: -b, --body-file or --data.']);
  });
});

it('a target whose model is not ready is asked no more', async () => {
  const found = await asked('/predict', ({ method }) => ({
    status: method === 'POST' ? 503 : 404,
    body: 'no upstream',
  }));
  expect(found.questions.filter(({ method }) => method === 'POST')).toHaveLength(1);
  expect([found.problem, found.hint]).toEqual([
    'it answers 503, as where no model behind it is ready',
    expect.stringContaining('--wait-for'),
  ]);
});

it('a parameter that an error names is added, even where its name is no text of Unicode', async () => {
  const missing = { detail: [{ loc: ['query', 'a\ud800'], type: 'missing', msg: '' }] };
  const found = await asked('/predict', ({ method, path }) =>
    method === 'POST' ? (path.includes('?') ? { status: 200 } : { status: 422, body: missing }) : undefined,
  );
  expect(found.accepted?.question.path).toBe('/predict?a%EF%BF%BD=1');
});

it('an address of slashes alone is asked as any other', async () => {
  const page: Answers = ({ method }) => (method === 'GET' ? { status: 200, body: 'url: "a.json"' } : undefined);
  expect((await asked('//', page)).accepted?.question.method).toBe('GET');
});
