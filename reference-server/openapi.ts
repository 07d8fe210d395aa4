/** The description of a server's routes, in OpenAPI 3.1. */
import type { Model } from './models/model.ts';
import { MODEL_VERSION, renderTensors } from './open-inference.ts';

const REFUSALS = {
  400: 'The body is no JSON, or empty, or (loan) a field is wrong',
  413: 'The body is too large',
  415: 'The content type is not application/json',
  422: 'A field of the body is wrong',
  500: 'The worker failed',
  503: 'The queue is full; see Retry-After',
};

/** A POST route: what to send, and what comes back for that. */
function post(operationId: string, summary: string, body: object, content: object): object {
  const refused = Object.entries(REFUSALS).map(([status, description]) => [status, { description }]);
  return {
    post: {
      operationId,
      summary,
      requestBody: { required: true, content: { 'application/json': body } },
      responses: { 200: { description: 'The prediction', content }, ...Object.fromEntries(refused) },
    },
  };
}

/**
 * The server's routes in OpenAPI 3.1, each with a valid example and its answer; the model's own route is the first.
 *
 * @param wrap what this deployment makes of the model's answer.
 */
export function openApi(model: Model, wrap: (output: unknown) => unknown): object {
  const { contract, name } = model;
  const rows = model.readBody(contract.example) as readonly unknown[];
  const outputs = model.load().predict(rows);
  const rendered = wrap(model.render(outputs));
  // A row is what the Open Inference protocol calls an instance.
  const [instance] = rows;
  const streams = name === 'tokens';
  const answer = streams
    ? { 'text/event-stream': { schema: { type: 'string' } }, 'application/json': { schema: contract.answerSchema } }
    : typeof rendered === 'string'
      ? { [contract.contentType]: { schema: contract.answerSchema, example: rendered } }
      : {
          'application/json': {
            schema: contract.contentType === 'application/json' ? contract.answerSchema : { type: 'object' },
            example: rendered,
          },
        };
  const list = (of: string): object => ({ type: 'object', required: [of], properties: { [of]: { type: 'array' } } });
  const paths: Record<string, object> = {
    [contract.route]: post('predict', contract.summary, { schema: contract.schema, example: contract.example }, answer),
    [`/v1/models/${name}:predict`]: post(
      'predictV1',
      'The same in the Open Inference protocol v1',
      { schema: list('instances'), example: { instances: [instance] } },
      { 'application/json': { schema: list('predictions'), example: { predictions: outputs.slice(0, 1) } } },
    ),
    [`/v2/models/${name}/infer`]: post(
      'inferV2',
      'The same in the Open Inference protocol v2',
      { schema: list('inputs'), example: { inputs: tensorsOf(model, instance) } },
      {
        'application/json': {
          schema: list('outputs'),
          example: renderTensors(model, outputs.slice(0, 1), undefined, MODEL_VERSION),
        },
      },
    ),
  };
  for (const [path, summary] of [
    ['/health', 'Whether the server lives'],
    ['/ready', 'Whether a model is loaded'],
    ['/stats', 'The server’s own count of requests'],
    ['/metrics', 'The same and more for Prometheus'],
    ['/v1/models', 'The models, in the Open Inference protocol v1'],
    ['/v2', 'The server, in the Open Inference protocol v2'],
    [`/v2/models/${name}`, 'The model’s tensors'],
  ] as const)
    paths[path] = { get: { summary, responses: { 200: { description: 'What was asked for' } } } };
  return {
    openapi: '3.1.0',
    info: { title: `Rampart reference server: ${name}`, version: '1' },
    paths,
  };
}

function tensorsOf(model: Model, instance: unknown): object[] {
  return model.inputs.map(({ name, datatype, width }) => {
    const value = model.inputs.length === 1 ? instance : (instance as Record<string, unknown>)[name];
    const shape = width === undefined ? [1] : [1, width];
    return { name, datatype, shape, data: width === undefined ? [value] : value };
  });
}
