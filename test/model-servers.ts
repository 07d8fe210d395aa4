import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Small servers that answer as servers of models do which no test can start: addresses, statuses, documents and words of errors
 * are theirs, and what a real one refuses is refused.
 */

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Answered {
  readonly status: number;
  /** JSON where it is no text. */
  readonly body?: unknown;
  readonly type?: string;
}

export type Answer = (asked: Asked) => Answered;

/** Where one listens, and what it was asked: `POST /predict`. */
export interface ModelServer {
  readonly origin: string;
  readonly asked: readonly string[];
  /** Of the last request. */
  readonly body: () => Buffer;
  close(): void;
}

export async function modelServer(answer: Answer): Promise<ModelServer> {
  const asked: string[] = [];
  let last = Buffer.alloc(0);
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      asked.push(`${method} ${url}`);
      last = Buffer.concat(pieces);
      const { status, body = '', type } = answer({ method, path: url, headers, body: last });
      const text = typeof body === 'string';
      response.writeHead(status, { 'content-type': type ?? (text ? 'text/plain' : 'application/json') });
      response.end(text ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, asked, body: () => last, close: () => void server.close().closeAllConnections() };
}

export type Json = Record<string, unknown>;

export const ok = (body: unknown): Answered => ({ status: 200, body });
export const refused = (error: unknown, status = 400): Answered => ({
  status,
  body: typeof error === 'string' ? { error } : error,
});
export const NOT_FOUND: Answered = { status: 404 };

export function jsonIn(body: Buffer): Json | null {
  try {
    return JSON.parse(body.toString()) as Json;
  } catch {
    return null;
  }
}

interface Tensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

/** Triton: tensors by their names, types and shapes; numbers of 16 bits in binary only. */
export const triton =
  (inputs: readonly Tensor[]): Answer =>
  ({ method, path, headers, body }) => {
    if (path === '/v2')
      return ok({
        name: 'triton',
        version: '2.41.0',
        extensions: ['classification', 'binary_tensor_data', 'statistics'],
      });
    if (path === '/v2/models/m')
      return ok({ name: 'm', versions: ['1'], platform: 'onnxruntime_onnx', inputs, outputs: [] });
    if (path !== '/v2/models/m/infer') return NOT_FOUND;
    if (method !== 'POST') return { status: 405, body: 'Method Not Allowed' };
    const head = Number(headers['inference-header-content-length'] ?? body.length);
    const sent = (jsonIn(body.subarray(0, head))?.['inputs'] ?? []) as (Tensor & {
      data?: unknown[];
      parameters?: Json;
    })[];
    let binary = body.length - head;
    for (const { name, datatype, shape } of inputs) {
      const one = sent.find((each) => each.name === name);
      if (one === undefined)
        return refused(`expected ${inputs.length} inputs but got ${sent.length} inputs for model 'm'`);
      if (one.datatype !== datatype)
        return refused(`inference input '${name}' data-type is '${one.datatype}', but model 'm' expects '${datatype}'`);
      const fits = one.shape.length === shape.length && shape.every((side, n) => side < 0 || side === one.shape[n]);
      if (!fits)
        return refused(`unexpected shape for input '${name}' for model 'm'. Expected [${shape}], got [${one.shape}]`);
      const numbers = one.shape.reduce((product, side) => product * side, 1);
      const size = one.parameters?.['binary_data_size'];
      if (size === undefined && /^(FP|BF)16$/.test(datatype))
        return refused(
          `sending ${datatype} data via JSON is not supported. Please use the binary data format for input ${name}`,
        );
      if (size !== undefined) binary -= Number(size);
      if (size === undefined ? one.data?.length !== numbers : size !== 2 * numbers)
        return refused(`unable to parse 'inputs': byte size of '${name}' does not match its shape`);
    }
    return binary === 0 ? ok({ model_name: 'm', outputs: [] }) : refused('unexpected additional input data for model');
  };

/** OpenVINO Model Server, with a network that no picture of one pixel goes through. */
export const openVino: Answer = ({ method, path, body }) => {
  const input = { name: 'x', datatype: 'FP32', shape: [-1, 3, -1, -1] };
  if (path === '/v2') return ok({ name: 'OpenVINO Model Server', version: '2023.1.0' });
  if (path === '/v2/models/m')
    return ok({ name: 'm', versions: ['1'], platform: 'OpenVINO', inputs: [input], outputs: [] });
  if (path !== '/v2/models/m/infer') return NOT_FOUND;
  if (method !== 'POST') return { status: 405 };
  const [one] = (jsonIn(body)?.['inputs'] ?? []) as Tensor[];
  if (one?.name !== 'x') return refused('Invalid number of inputs - Expected: 1; Actual: 0');
  return Number(one.shape[2]) >= 32
    ? ok({ outputs: [] })
    : refused('Internal inference error - Exception from node', 500);
};

/** TensorFlow Serving: a picture as bytes, and a number beside it. */
export const tensorFlowServing: Answer = ({ method, path, body }) => {
  const dim = (...sizes: string[]): Json => ({ dim: sizes.map((size) => ({ size, name: '' })), unknown_rank: false });
  const inputs = {
    image_bytes: { dtype: 'DT_STRING', tensor_shape: dim('-1'), name: 'image:0' },
    scale: { dtype: 'DT_FLOAT', tensor_shape: dim('-1', '1'), name: 'scale:0' },
  };
  const signature = { inputs, outputs: {}, method_name: 'tensorflow/serving/predict' };
  if (path === '/v1/models/m') return ok({ model_version_status: [{ version: '1', state: 'AVAILABLE' }] });
  if (path === '/v1/models/m/metadata')
    return ok({
      model_spec: { name: 'm' },
      metadata: { signature_def: { signature_def: { serving_default: signature } } },
    });
  if (path !== '/v1/models/m:predict') return NOT_FOUND;
  if (method !== 'POST') return refused(`Malformed request: ${method} ${path}`);
  const [instance] = (jsonIn(body)?.['instances'] ?? []) as { image_bytes?: { b64?: string }; scale?: unknown[] }[];
  if (instance === undefined) return refused("Missing 'inputs' or 'instances' key");
  const picture = Buffer.from(instance.image_bytes?.b64 ?? '', 'base64')
    .subarray(1, 4)
    .toString();
  if (picture !== 'PNG') return refused('Expected image (JPEG, PNG, or GIF), got unknown format starting with ...');
  return Array.isArray(instance.scale)
    ? ok({ predictions: [[0.5]] })
    : refused('Failed to process element: 0 key: scale');
};

/** A container of Vertex AI, at the route that it is given where nobody names one. */
export const vertex: Answer = ({ method, path, body }) => {
  if (path === '/health') return ok({});
  if (path !== '/v1/endpoints/7/deployedModels/9:predict') return NOT_FOUND;
  if (method !== 'POST') return { status: 405 };
  const [instance] = (jsonIn(body)?.['instances'] ?? []) as unknown[][];
  if (instance?.length !== 4)
    return refused(
      `X has ${instance?.length ?? 0} features, but RandomForestClassifier is expecting 4 features as input.`,
      500,
    );
  return ok({ predictions: [0] });
};

/** TorchServe with a handler of pictures, or of texts: both fail without a word of what was wrong. */
export const torchServe =
  (takes: 'picture' | 'text'): Answer =>
  ({ path, body }) => {
    if (path === '/ping') return ok({ status: 'Healthy' });
    if (path === '/predictions/m') {
      const picture = body.subarray(1, 4).toString() === 'PNG';
      const fits = takes === 'picture' ? picture : body.length > 0 && !picture;
      if (fits) return ok(takes === 'picture' ? { tabby: 0.5 } : 'Positive');
      return refused({ code: 503, type: 'InternalServerException', message: 'Prediction failed' }, 503);
    }
    const message = 'Requested resource is not found, please refer to API document.';
    return refused({ code: 404, type: 'ResourceNotFoundException', message }, 404);
  };

/** A container of SageMaker: lines of CSV, and the width of its trees in the error. */
export const sageMaker: Answer = ({ method, path, headers, body }) => {
  if (path === '/ping') return { status: 200 };
  if (path !== '/invocations') return { status: 404 };
  if (method !== 'POST') return { status: 405 };
  const type = headers['content-type'];
  if (type !== 'text/csv')
    return { status: 415, body: `Content-type ${type} not supported. Supported content-type: libsvm, csv` };
  const width = body.toString().split(',').length;
  if (width === 8) return { status: 200, body: '0.125' };
  return {
    status: 400,
    body: `Unable to evaluate payload provided: Feature size of csv inference data ${width} is not consistent with feature size of trained model 8.`,
  };
};

/** Django REST framework: all that is wrong of all fields, in its words. */
export const djangoRest: Answer = ({ method, path, body }) => {
  if (path !== '/api/predict/') return { status: 404, type: 'text/html', body: '<h1>Not Found</h1>' };
  if (method !== 'POST') return { status: 405, body: { detail: `Method "${method}" not allowed.` } };
  const asked = jsonIn(body);
  if (asked === null || Array.isArray(asked))
    return refused({ non_field_errors: ['Invalid data. Expected a dictionary, but got list.'] });
  const errors: Record<string, unknown> = {};
  const need = (name: string, error: (value: unknown) => unknown): void => {
    const problem = name in asked ? error(asked[name]) : ['This field is required.'];
    if (problem !== null) errors[name] = problem;
  };
  need('city', (value) => (typeof value === 'number' ? null : ['A valid integer is required.']));
  need('state', (value) => (String(value).length > 2 ? ['Ensure this field has no more than 2 characters.'] : null));
  need('at', (value) =>
    /^\d{4}-\d\d-\d\dT/.test(String(value))
      ? null
      : ['Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss].'],
  );
  need('rate', (value) => (Number(value) >= 5 ? null : ['Ensure this value is greater than or equal to 5.']));
  need('owner', (value) =>
    typeof value !== 'object'
      ? { non_field_errors: [`Invalid data. Expected a dictionary, but got ${typeof value}.`] }
      : 'email' in (value as Json)
        ? null
        : { email: ['This field is required.'] },
  );
  need('features', (value) => {
    if (!Array.isArray(value)) return [`Expected a list of items but got type "${typeof value}".`];
    if (value.length < 3) return ['Ensure this field has at least 3 elements.'];
    const wrong = value.flatMap((each, n) => (typeof each === 'number' ? [] : [[n, ['A valid number is required.']]]));
    return wrong.length === 0 ? null : Object.fromEntries(wrong);
  });
  return Object.keys(errors).length === 0 ? ok({ risk: 0.5 }) : refused(errors);
};

/** Spring, whose description is where Spring has it, and whose errors say nothing. */
export const spring: Answer = ({ method, path, body }) => {
  const schema = { type: 'object', required: ['amount'], properties: { amount: { type: 'number', format: 'double' } } };
  if (path === '/v3/api-docs')
    return ok({
      openapi: '3.0.1',
      info: { title: 'Scoring' },
      paths: {
        '/score': {
          post: { requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Loan' } } } } },
        },
      },
      components: { schemas: { Loan: schema } },
    });
  const wrong = (status: number, error: string): Answered =>
    refused({ timestamp: '2026-01-01T00:00:00Z', status, error, path }, status);
  if (path !== '/score') return wrong(404, 'Not Found');
  if (method !== 'POST') return wrong(405, 'Method Not Allowed');
  return typeof jsonIn(body)?.['amount'] === 'number' ? ok({ score: 1 }) : wrong(400, 'Bad Request');
};

/** Swagger 2 as Flask-RESTX writes it: a base path, a body among the parameters, definitions. */
export const swagger: Answer = ({ method, path, body }) => {
  const properties = { text: { type: 'string', example: 'good' }, top: { type: 'integer', default: '3' } };
  if (path === '/api/swagger.json' || path === '/swagger.json')
    return ok({
      swagger: '2.0',
      basePath: '/api',
      info: { title: 'Sentiment' },
      consumes: ['application/json'],
      paths: {
        '/predict': {
          post: {
            parameters: [{ name: 'payload', in: 'body', required: true, schema: { $ref: '#/definitions/Text' } }],
          },
        },
      },
      definitions: { Text: { required: ['text', 'top'], properties, type: 'object' } },
    });
  if (path !== '/api/predict')
    return { status: 404, body: { message: 'The requested URL was not found on the server.' } };
  if (method !== 'POST') return { status: 405, body: { message: 'The method is not allowed for the requested URL.' } };
  const { text, top } = jsonIn(body) ?? {};
  return text === 'good' && Number.isInteger(top)
    ? ok({ label: 'positive' })
    : { status: 500, body: { message: 'Internal Server Error' } };
};

/** Fastify with ajv: one error at a time. */
export const fastify: Answer = ({ method, path, body }) => {
  const wrong = (message: string): Answered =>
    refused({ statusCode: 400, code: 'FST_ERR_VALIDATION', error: 'Bad Request', message });
  if (path !== '/predict' || method !== 'POST')
    return refused({ message: `Route ${method}:${path} not found`, error: 'Not Found', statusCode: 404 }, 404);
  const asked = jsonIn(body);
  if (asked === null || Array.isArray(asked)) return wrong('body must be object');
  for (const name of ['city', 'tags']) if (!(name in asked)) return wrong(`body must have required property '${name}'`);
  if (typeof asked['city'] !== 'number') return wrong('body/city must be number');
  return Array.isArray(asked['tags']) ? ok({ p: 0.5 }) : wrong('body/tags must be array');
};

/** text-embeddings-inference and others in Rust: what a reader of JSON says of it. */
export const rust: Answer = ({ method, path, body }) => {
  if (path !== '/embed') return NOT_FOUND;
  if (method !== 'POST') return { status: 405 };
  const said = 'Failed to deserialize the JSON body into the target type: ';
  const inputs = jsonIn(body)?.['inputs'];
  if (inputs === undefined) return { status: 422, body: `${said}missing field \`inputs\` at line 1 column 2` };
  return typeof inputs === 'string'
    ? ok([[0.1, 0.2]])
    : { status: 422, body: `${said}inputs: data did not match any variant of untagged enum Input at line 1 column 13` };
};

/** As an article has it: a field is read, and what goes wrong is a page that says so. */
export const article: Answer = ({ method, path, body }) => {
  const page = (status: number, title: string): Answered => ({
    status,
    type: 'text/html',
    body: `<!doctype html><title>${status} ${title}</title><h1>${title}</h1>`,
  });
  if (path !== '/predict') return page(404, 'Not Found');
  if (method !== 'POST') return page(405, 'Method Not Allowed');
  return typeof jsonIn(body)?.['text'] === 'string' ? ok({ label: 'positive' }) : page(500, 'Internal Server Error');
};

/** GraphQL takes queries of its own schema. */
export const graphQl: Answer = ({ method, path, body }) => {
  if (path !== '/graphql') return NOT_FOUND;
  const query = method === 'POST' ? jsonIn(body)?.['query'] : undefined;
  const message =
    typeof query === 'string' ? `Syntax Error: Unexpected Name "${query.slice(0, 3)}".` : 'Must provide query string.';
  return refused({ errors: [{ message }] });
};
