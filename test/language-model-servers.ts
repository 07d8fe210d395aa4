/** Small servers that answer as those of language models do: see `model-server.ts`. */
import { type Answer, type Answered, type Json, jsonIn, NOT_FOUND, ok, refused } from './model-server.ts';

/** OpenAI's protocol, whole and in pieces; `key`: who asks without it is told so; `whole`: it refuses to stream. */
export const openAi =
  ({
    key,
    texts = 'documents',
    whole = false,
  }: {
    readonly key?: string;
    readonly texts?: string;
    readonly whole?: boolean;
  } = {}): Answer =>
  ({ method, path, headers, body }) => {
    const wrong = (message: string, status = 400): Answered =>
      refused({ error: { message, type: 'invalid_request_error', param: null, code: null } }, status);
    if (key !== undefined && headers.authorization !== `Bearer ${key}`)
      return wrong(
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth.",
        401,
      );
    // As vLLM describes it, whose models nobody finds by that.
    if (path === '/openapi.json') {
      const properties = {
        messages: { type: 'array', items: { type: 'object' } },
        model: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      };
      const schema = { type: 'object', required: ['messages'], properties };
      const post = { requestBody: { required: true, content: { 'application/json': { schema } } } };
      return ok({ openapi: '3.1.0', info: { title: 'FastAPI' }, paths: { '/v1/chat/completions': { post } } });
    }
    if (path === '/v1/models') return ok({ object: 'list', data: [{ id: 'tiny-1b', object: 'model' }] });
    if (!/^\/v1\/(?:chat\/completions|completions|embeddings|rerank)$/.test(path))
      return { status: 404, body: { detail: 'Not Found' } };
    if (method !== 'POST') return { status: 405, body: { detail: 'Method Not Allowed' } };
    const asked = jsonIn(body) ?? {};
    if (asked['model'] !== 'tiny-1b') return wrong(`The model \`${String(asked['model'])}\` does not exist.`, 404);
    if (path === '/v1/rerank')
      return Array.isArray(asked[texts]) && typeof asked['query'] === 'string'
        ? ok({ results: [{ index: 0, relevance_score: 0.5 }] })
        : wrong(`1 validation error: {'loc': ('body', '${texts}')}`);
    if (path === '/v1/embeddings')
      return typeof asked['input'] === 'string' ? ok({ object: 'list', data: [{ embedding: [0.1] }] }) : wrong('input');
    const chat = path === '/v1/chat/completions';
    if (!(chat ? Array.isArray(asked['messages']) : typeof asked['prompt'] === 'string')) return wrong('no prompt');
    const piece = (content: string): Json => (chat ? { delta: { content } } : { text: content });
    if (asked['stream'] !== true)
      return ok({ choices: [chat ? { message: { content: 'The sea.' } } : { text: 'The sea.' }] });
    if (whole) return wrong('stream is not supported');
    const events = [
      { choices: [piece('The ')] },
      { choices: [piece('sea.')] },
      { choices: [], usage: { completion_tokens: 2 } },
    ];
    const stream = [...events.map((event) => JSON.stringify(event)), '[DONE]']
      .map((event) => `data: ${event}\n\n`)
      .join('');
    return { status: 200, type: 'text/event-stream', body: stream };
  };

/** Ollama, in lines of JSON unless it is asked not to. */
export const ollama: Answer = ({ method, path, body }) => {
  if (path === '/api/tags') return ok({ models: [{ name: 'tiny:1b', model: 'tiny:1b', size: 1 }] });
  if (!/^\/api\/(?:chat|generate)$/.test(path)) return NOT_FOUND;
  if (method !== 'POST') return { status: 405 };
  const { model, messages, prompt, stream = true } = jsonIn(body) ?? {};
  if (model === undefined) return refused('model is required');
  if (model !== 'tiny:1b') return refused(`model '${String(model)}' not found`, 404);
  const chat = path === '/api/chat';
  if (!(chat ? Array.isArray(messages) : typeof prompt === 'string')) return refused('invalid request');
  const line = (text: string, done: boolean): Json => ({
    ...{ model, created_at: '2026-01-01T00:00:00Z', done },
    ...(chat ? { message: { role: 'assistant', content: text } } : { response: text }),
    ...(done ? { done_reason: 'stop', prompt_eval_count: 9, eval_count: 2 } : {}),
  });
  if (stream === false) return ok(line('The sea.', true));
  const lines = [line('The ', false), line('sea.', false), line('', true)];
  const text = lines.map((each) => `${JSON.stringify(each)}\n`).join('');
  return { status: 200, type: 'application/x-ndjson', body: text };
};
