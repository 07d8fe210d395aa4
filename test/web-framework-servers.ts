/** Small servers that answer as those do which people build with frameworks around a model: see `model-server.ts`. */
import { type Answer, type Answered, type Json, jsonIn, NOT_FOUND, ok, refused } from './model-server.ts';

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
