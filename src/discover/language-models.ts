/** The protocols of servers of language models, by their addresses: a short prompt to the first of their models. */
import { type Json, type JsonObject, listOf, objectOf, textOf } from '../core/json-value.ts';
import type { Content } from './exchange.ts';
import type { Protocol } from './protocol.ts';

export const PROMPT = 'Write one short sentence about the sea.';
const MOST_TOKENS = 32;
const MESSAGES: Json = [{ role: 'user', content: PROMPT }];

type Bodies = ReturnType<Protocol['bodies']>;

/** The protocol that the address itself names; null: none. */
export function languageModelAt(pathname: string): Protocol | null {
  const openAi = /^(.*?)\/(chat\/completions|completions|embeddings|rerank|responses)$/.exec(pathname);
  if (openAi !== null) return openAiAt(openAi[1] ?? '', openAi[2] ?? '');
  const ollama = /^(.*)\/api\/(chat|generate)$/.exec(pathname);
  if (ollama !== null) return ollamaAt(ollama[1] ?? '', ollama[2] ?? '');
  const anthropic = /^(.*\/v1)\/messages$/.exec(pathname);
  if (anthropic !== null)
    return {
      name: "Anthropic's protocol",
      metadata: [`${anthropic[1]}/models`],
      bodies: ([models]) => toFirst(idsIn(models), [{ messages: MESSAGES, max_tokens: MOST_TOKENS }]),
    };
  if (/\/v2\/models\/[^/]+(?:\/versions\/[^/]+)?\/generate(?:_stream)?$/.test(pathname))
    return {
      name: 'the generate extension of the Open Inference Protocol',
      metadata: [],
      bodies: () =>
        toFirst([], [{ text_input: PROMPT, parameters: { max_tokens: MOST_TOKENS } }, { text_input: PROMPT }]),
    };
  if (/\/generate_stream$/.test(pathname))
    return {
      name: 'the protocol of text-generation-inference',
      metadata: [],
      bodies: () => toFirst([], [{ inputs: PROMPT, parameters: { max_new_tokens: MOST_TOKENS } }]),
    };
  return null;
}

function openAiAt(base: string, route: string): Protocol {
  return {
    name: "OpenAI's protocol",
    metadata: [`${base}/models`],
    bodies: ([models]) => {
      const ids = idsIn(models);
      if (route === 'chat/completions') return toFirst(ids, [{ messages: MESSAGES, max_tokens: MOST_TOKENS }]);
      if (route === 'completions') return toFirst(ids, [{ prompt: PROMPT, max_tokens: MOST_TOKENS }]);
      if (route === 'rerank')
        // As Cohere and Jina have it, and as text-embeddings-inference does.
        return ['documents', 'texts'].flatMap((texts) =>
          toFirst(ids, [{ query: 'the sea', [texts]: [PROMPT, 'A mountain.'] }]),
        );
      return toFirst(ids, [{ input: PROMPT }]);
    },
  };
}

/** It streams unless it is asked not to. */
function ollamaAt(base: string, route: string): Protocol {
  const asked: JsonObject = route === 'chat' ? { messages: MESSAGES } : { prompt: PROMPT };
  return {
    name: "Ollama's protocol",
    metadata: [`${base}/api/tags`],
    bodies: ([tags]) => {
      const names = listOf(objectOf(tags)['models']).map((each) => textOf(objectOf(each)['name']));
      return toFirst(names, [{ ...asked, options: { num_predict: MOST_TOKENS } }]);
    },
  };
}

const idsIn = (models: Json | null | undefined): string[] =>
  listOf(objectOf(models)['data']).map((each) => textOf(objectOf(each)['id']));

/** @param models that the target tells of; none: the body names none. */
function toFirst([model = '']: readonly string[], bodies: readonly JsonObject[]): Bodies {
  const named: JsonObject = model === '' ? {} : { model };
  const from = model === '' ? 'the address' : `the address, and the first of the target's models (${model})`;
  return bodies.map((body): [Content, string] => [{ kind: 'json', value: { ...named, ...body } }, from]);
}
