/** Prompts of language models: made of words, or taken from conversations, and put into the body where its protocol has them. */
import { type Amounts, amountsText } from '../core/amounts.ts';
import { isRecord, objectOf } from '../core/json-value.ts';
import type { Plan, RequestTemplate } from '../core/plan.ts';
import type { SettingName } from '../settings/table.ts';
import { isConversationsFile } from './conversations.ts';
import { heldBody } from './held-body.ts';
import { jsonOf } from './json-of.ts';
import { blame, type RawSettings, read, refuse } from './raw-settings.ts';
import { asTemplate, utf8Body } from './request.ts';
import { parseShareOrNumber } from './syntax.ts';
import { readValue } from './value.ts';

const SETTINGS_OF_PROMPTS = ['promptTokens', 'maxTokens', 'sharedPrefix', 'uniquePrompts'] as const;

/** What stands in the places of a protocol: texts with placeholders. */
interface PromptSettings {
  /** The setting that asks for it. */
  readonly by: SettingName;
  /** Null: the prompt of the body stays. */
  readonly prompt: string | null;
  /** What a prompt of the body is begun with; empty: nothing. */
  readonly before: string;
  /** Null: the limit of the body stays. */
  readonly limit: string | null;
}

/** A message names so many paths. */
const PATHS_SHOWN = 3;

/** Words before a prompt that others had before: no block of a cache of prefixes then begins alike. */
const UNIQUE_WORDS = 8;

/** What a plan needs to make prompts. */
export interface PromptMeans {
  readonly files: Parameters<typeof isConversationsFile>[1];
  randomSeed(): number;
}

const asksForPrompts = ({ settings }: RawSettings): boolean =>
  SETTINGS_OF_PROMPTS.some((name) => settings[name] !== undefined && settings[name] !== false);

/**
 * The requests with their prompts in them. Where nothing is known of the body yet, and the target is still to be asked for it,
 * they stay as they are.
 *
 * @throws RampartError where no request asks a language model anything.
 */
export function withPrompts(
  requests: readonly RequestTemplate[],
  given: RawSettings,
  means: PromptMeans,
): readonly RequestTemplate[] {
  const settings = promptSettingsOf(given, means);
  if (settings === null) return requests;
  const made = requests.map((request) => promptedBy(request, settings, given));
  if (made.every((request) => request === null)) {
    if (isYetUnknown(requests, given)) return requests;
    refuse(
      given,
      settings.by,
      `is for language models, and ${whatIsSent(requests)} has no prompt`,
      'Name the route of one (/v1/chat/completions, /v1/completions, /v1/responses, /generate_stream, /api/chat), or write {{random.words 512}} into a --body of your own.',
    );
  }
  return made.map((request, place) => request ?? (requests[place] as RequestTemplate));
}

/** The subject of a sentence. */
function whatIsSent(requests: readonly RequestTemplate[]): string {
  const paths = [...new Set(requests.map(({ path }) => path))];
  const more = paths.length > PATHS_SHOWN ? ` and ${paths.length - PATHS_SHOWN} more` : '';
  return `what is sent to ${paths.slice(0, PATHS_SHOWN).join(', ')}${more}`;
}

/** Nobody has said what to send: the target is asked. */
function isYetUnknown(requests: readonly RequestTemplate[], { settings, mix }: RawSettings): boolean {
  const { method, discover } = settings;
  return mix === undefined && requests.every(isBare) && method === undefined && discover !== false;
}

/** It has no body but a row as it is. */
const isBare = ({ body }: RequestTemplate): boolean => body === null || body.data === WHOLE_ROW;

const WHOLE_ROW = '{{row}}';

/** Rows of conversations, and no body that says where they go. */
export const isMadeOfConversations = ({ data }: Pick<Plan, 'data'>, given: RawSettings): boolean =>
  data?.format === 'conversations' && given.mix === undefined && !hasOwnBody(given);

/** Prompts were asked for, and are in no request yet, since nobody knows what the target accepts. */
export const lacksPrompts = (plan: Plan, given: RawSettings): boolean =>
  (asksForPrompts(given) || isMadeOfConversations(plan, given)) && !hasOwnBody(given) && plan.requests.every(isBare);

/** @returns null: nothing asks for prompts. */
function promptSettingsOf(given: RawSettings, means: PromptMeans): PromptSettings | null {
  const words = readValue(given, 'promptTokens');
  const tokens = readValue(given, 'maxTokens');
  const shared = read(given, 'sharedPrefix', parseShareOrNumber);
  const unique = given.settings.uniquePrompts === true;
  const { data } = given.settings;
  const talks =
    data !== undefined &&
    given.mix === undefined &&
    !hasOwnBody(given) &&
    blame(given.originOf('data'), (label) => isConversationsFile(data, means.files, label));
  const by = SETTINGS_OF_PROMPTS.find((name) => given.settings[name] !== undefined && given.settings[name] !== false);
  if (by === undefined && !talks) return null;
  if (words === undefined && shared !== undefined && shared > 0)
    refuse(
      given,
      'sharedPrefix',
      'is a share of prompts that are made',
      'Say how long they are with --prompt-tokens 512.',
    );
  const key = unique ? ` key:${means.randomSeed() >>> 0}` : '';
  return {
    by: by ?? 'data',
    prompt: words !== undefined ? wordsOf(words, shared ?? 0, key) : talks ? '{{row.prompt}}' : null,
    before: unique && words === undefined ? `{{random.words ${UNIQUE_WORDS}${key}}} ` : '',
    limit: tokens !== undefined ? `{{random.int ${numbers(tokens)}}}` : talks ? '{{row.answerTokens}}' : null,
  };
}

/** One that somebody wrote, and nobody found out. */
const hasOwnBody = ({ settings, originOf }: RawSettings): boolean =>
  settings.bodyFile !== undefined || (settings.body !== undefined && originOf('body').layer !== 'discovery');

function wordsOf(amounts: Amounts, shared: number, key: string): string {
  const share = shared === 0 ? '' : shared === 1 ? ' shared' : ` shared:${Number((100 * shared).toFixed(4))}%`;
  return `{{random.words ${amountsText(amounts)}${share}${key}}}`;
}

/** As `{{random.int}}` has them. */
const numbers = (amounts: Amounts): string =>
  amounts.kind === 'uniform' ? `${amounts.min} ${amounts.max}` : amountsText(amounts);

/** What counts tokens where the server does not. @throws RampartError */
export function resolveTokenizer(given: RawSettings): Pick<Plan, 'tokenizer'> {
  const { tokenizer } = given.settings;
  if (tokenizer === undefined) return {};
  if (tokenizer.trim() === '')
    refuse(given, 'tokenizer', 'is empty', 'Name one: gpt-tokenizer, the path of a module, or words.');
  if (given.settings.stream === 'off')
    refuse(given, 'tokenizer', 'counts what streams say, and --stream off reads none', 'Leave one of them out.');
  return { tokenizer: tokenizer.trim() };
}

type Json = Record<string, unknown>;

/** Where a protocol has prompt and limit. */
interface Form {
  prompt(body: Json): string;
  put(body: Json, prompt: string): void;
  /** Null: there is none. */
  readonly limit: readonly string[] | null;
}

function promptedBy(request: RequestTemplate, settings: PromptSettings, given: RawSettings): RequestTemplate | null {
  const [pathname = ''] = request.path.split('?');
  const template = asTemplate(request);
  // Rows of conversations are no bodies by themselves.
  const body = request.body?.data === WHOLE_ROW ? null : request.body;
  if (body !== null && body.encoding !== 'utf8') return null;
  const own = body === null ? null : heldBody(template.body?.data ?? '');
  const json = own === null ? emptyBody(pathname) : own.json;
  if (json === null || (body !== null && own === null)) return null;
  const form = formOf(json, pathname);
  if (form === null) return null;
  const before = form.prompt(json);
  if (settings.prompt !== null && own?.holds(before) === true)
    refuse(
      given,
      'promptTokens',
      'makes prompts, and the prompt of the body is made of something else already',
      'Leave one of them out: {{random.words 512}} may stand in a body, too.',
    );
  const hold = own ?? heldBody('{}');
  if (hold === null) return null;
  const prompt = settings.prompt === null ? before : hold.hold(settings.prompt, true);
  form.put(json, settings.before === '' ? prompt : `${hold.hold(settings.before, true)}${prompt}`);
  if (settings.limit !== null) {
    if (form.limit === null) {
      if (given.settings.maxTokens !== undefined)
        refuse(given, 'maxTokens', `has no place in what is sent to ${pathname}`, 'Leave it out.');
    } else putAt(json, form.limit, hold.hold(settings.limit, false));
  }
  if (!hasOwnBody(given) && given.mix === undefined) askForStream(json, pathname);
  const written = hold.write(json);
  const typed = template.headers.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    ...template,
    ...(body === null && request.method === 'GET'
      ? { method: 'POST', name: request.name.replace(/^GET /, 'POST ') }
      : {}),
    headers: typed ? template.headers : [...template.headers, ['content-type', 'application/json'] as const],
    body: utf8Body(written),
    templated: true,
  };
}

/** What the address alone says of a body; null: nothing. */
function emptyBody(pathname: string): Json | null {
  if (/\/(?:chat\/completions|api\/chat|v1\/messages)$/.test(pathname))
    return { messages: [{ role: 'user', content: '' }] };
  if (/\/(?:completions|api\/generate)$/.test(pathname)) return { prompt: '' };
  if (/\/v1\/responses$/.test(pathname)) return { input: '' };
  if (/\/v2\/models\/[^/]+(?:\/versions\/[^/]+)?\/generate(?:_stream)?$/.test(pathname)) return { text_input: '' };
  if (/\/generate(?:_stream)?$/.test(pathname)) return { inputs: '' };
  return null;
}

function formOf(body: Json, pathname: string): Form | null {
  const ollama = /\/api\/(?:chat|generate)$/.test(pathname);
  const limit = ollama
    ? ['options', 'num_predict']
    : [body['max_completion_tokens'] === undefined ? 'max_tokens' : 'max_completion_tokens'];
  const { messages } = body;
  if (Array.isArray(messages) && messages.length > 0) {
    const asked = messages.findLast((each) => objectOf(each)['role'] === 'user') ?? messages.at(-1);
    const message = objectOf(asked);
    if (typeof message['content'] !== 'string') return null;
    return {
      prompt: () => message['content'] as string,
      put: (_, prompt) => {
        message['content'] = prompt;
      },
      limit,
    };
  }
  if (typeof body['prompt'] === 'string') return { ...textIn('prompt'), limit };
  if (typeof body['text_input'] === 'string') return { ...textIn('text_input'), limit: ['parameters', 'max_tokens'] };
  if (/\/generate(?:_stream)?$/.test(pathname) && typeof body['inputs'] === 'string')
    return { ...textIn('inputs'), limit: ['parameters', 'max_new_tokens'] };
  if (typeof body['input'] === 'string' && /\/(?:responses|embeddings)$/.test(pathname))
    return { ...textIn('input'), limit: pathname.endsWith('/responses') ? ['max_output_tokens'] : null };
  return null;
}

const textIn = (name: string): Pick<Form, 'prompt' | 'put'> => ({
  prompt: (body) => String(body[name]),
  put: (body, prompt) => {
    body[name] = prompt;
  },
});

function putAt(body: Json, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) body[name] = value;
  else {
    const inner = { ...objectOf(body[name]) };
    putAt(inner, rest, value);
    body[name] = inner;
  }
}

/** A body that nobody wrote, of a protocol that streams, asking for a stream; null: of none, or it asks for one already. */
export function streamingBody(body: string, pathname: string): string | null {
  const json = jsonOf(body);
  // Not all that is called messages is a model's.
  if (!isRecord(json) || !['messages', 'prompt', 'input'].some((name) => name in json)) return null;
  const asking: Json = { ...json };
  // As a description has it by default.
  if (asking['stream'] === false) delete asking['stream'];
  askForStream(asking, pathname);
  const written = JSON.stringify(asking);
  return written === JSON.stringify(json) ? null : written;
}

/** A body that nobody wrote asks for what such models are judged by. */
function askForStream(body: Json, pathname: string): void {
  if (!/\/(?:completions|responses|messages|api\/chat|api\/generate)$/.test(pathname)) return;
  body['stream'] ??= true;
  if (body['stream'] === true && /\/completions$/.test(pathname)) body['stream_options'] ??= { include_usage: true };
}
