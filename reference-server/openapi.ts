import type { Model } from './models/model.ts';

const REFUSALS = {
  400: 'The body is no JSON, or empty, or (loan) a field is wrong',
  413: 'The body is too large',
  415: 'The content type is not application/json',
  422: 'A field of the body is wrong',
  500: 'The worker failed',
  503: 'The queue is full; see Retry-After',
};

/** The server's routes in OpenAPI 3.1, each with an example that is valid. */
export function openApi(model: Model): object {
  const { contract } = model;
  const answers = (content: object) => ({
    200: { description: 'The prediction', content },
    ...Object.fromEntries(Object.entries(REFUSALS).map(([status, description]) => [status, { description }])),
  });
  const paths: Record<string, object> = {
    [contract.route]: {
      post: {
        operationId: 'predict',
        summary: contract.summary,
        requestBody: {
          required: true,
          content: { 'application/json': { schema: contract.schema, example: contract.example } },
        },
        responses: answers({ [contract.contentType]: { schema: contract.answerSchema } }),
      },
    },
  };
  for (const [path, summary] of [
    ['/health', 'Whether the server lives'],
    ['/ready', 'Whether a model is loaded'],
    ['/stats', 'The server’s own count of requests'],
    ['/metrics', 'The same and more for Prometheus'],
    ['/v1/models', 'The models, in the Open Inference protocol v1'],
    ['/v2', 'The server, in the Open Inference protocol v2'],
    [`/v2/models/${model.name}`, 'The model’s tensors'],
  ] as const)
    paths[path] = { get: { summary, responses: { 200: { description: 'What was asked for' } } } };
  return {
    openapi: '3.1.0',
    info: { title: `Rampart reference server: ${model.name}`, version: '1' },
    paths,
  };
}
