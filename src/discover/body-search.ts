/**
 * The search for a request that an address accepts: bodies that it describes or that are usual,
 * each put right by what its refusal says; and why there is none in the end.
 */

import { isObject, type Json, textOf } from '../core/json-value.ts';
import { contradictionIn } from './contradiction.ts';
import { jsonOf } from './document.ts';
import { widthIn } from './error-text.ts';
import {
  type Accepted,
  type Ask,
  type Candidate,
  type Content,
  questionOf,
  type Reply,
  withParameters,
} from './exchange.ts';
import type { BodySchema } from './field-value.ts';
import type { Operation } from './operation.ts';
import { mlflowBody } from './protocols.ts';
import { missingOutside, repaired } from './repair.ts';
import type { Scout } from './scout.ts';

/** Of one source of bodies: tries that an error's text led to without naming a field that is new. */
const TRIES = 6;
/** In all. A target that names one field at a time has as many errors as fields. */
const MOST_REQUESTS = 40;

/** What a target told of a model of its own says more than the description of its route. */
const SURE = /^the model|the first of the target's models/;

/** Statuses that no other body changes. */
const CLOSED = [401, 403, 404, 405, 407, 429];
const UNREADY = [502, 503, 504];

/** Statuses of an error that may be one of the body, whatever it says. */
const SAYS_NOTHING = [400, 422, 500, 501, 503];

/** Where nothing says what a body has. */
const USUAL = 'names that fields usually have';
const USUAL_FIELDS: readonly (readonly [name: string, value: Json])[] = [
  ['input', 1],
  ['input', [1]],
  ['input', 'hello'],
  ['inputs', [[1]]],
  ['inputs', 'hello'],
  ['data', [[1]]],
  ['instances', [[1]]],
  ['features', [1]],
  ['text', 'hello'],
  ['prompt', 'hello'],
  ['x', 1],
];

/** Sends candidates to the address until one is accepted, and learns from what refuses them. */
export class BodySearch {
  accepted: Accepted | null = null;
  refusal: Reply | null = null;
  readonly #ask: Ask;
  readonly #scout: Scout;
  readonly #path: string;
  readonly #operation: Operation | null;
  readonly #sent = new Set<string>();
  #closed = false;

  constructor(ask: Ask, scout: Scout, path: string) {
    this.#ask = ask;
    this.#scout = scout;
    this.#path = path;
    this.#operation = scout.api?.operationAt(scout.pathname) ?? null;
  }

  get bodySchema(): BodySchema | null {
    return this.#operation?.bodySchema ?? null;
  }

  async run(): Promise<void> {
    for (const candidate of this.#candidates()) {
      await this.#improve(candidate);
      if (this.accepted !== null || this.#closed) return;
    }
  }

  *#candidates(): Iterable<Candidate> {
    const path = this.#path;
    for (const [content, from] of this.#scout.bodies)
      if (this.#operation?.describesBody !== true || SURE.test(from) || this.#scout.api === null)
        yield { method: 'POST', path, headers: [], content, from };
    if (this.#operation !== null) yield* this.#operation.candidates(path);
    // A description that takes anything, and an error that says nothing: what fields are usually called.
    if (this.#operation?.takesAnything === true && (this.refusal?.status ?? 0) >= 500) yield* this.#usual();
    // What is described, and not at this address, is not there; a body that is described is the only one.
    if (this.#scout.api !== null && (this.#operation === null || this.#operation.describesBody)) return;
    if (this.#operation?.method === 'GET') return;
    const from = "the target's own errors";
    yield { method: 'GET', path, headers: [], content: null, from: 'the address, which answers a GET' };
    yield { method: 'POST', path, headers: [], content: { kind: 'json', value: {} }, from };
    yield { method: 'POST', path, headers: [], content: { kind: 'json', value: [[1]] }, from };
    yield { method: 'POST', path, headers: [], content: { kind: 'json', value: [1] }, from };
    yield { method: 'POST', path, headers: [], content: { kind: 'form', value: {} }, from };
    yield* this.#usual();
  }

  *#usual(): Iterable<Candidate> {
    const { refusal } = this;
    if (refusal === null || !SAYS_NOTHING.includes(refusal.status)) return;
    // It says what it wants.
    if (repaired({}, refusal.body ?? '', null) !== null) return;
    for (const [name, value] of USUAL_FIELDS)
      yield {
        ...{ method: 'POST', path: this.#path, headers: [], from: USUAL },
        content: { kind: 'json', value: { [name]: value } },
      };
  }

  async #improve(first: Candidate): Promise<void> {
    let candidate = first;
    let tries = 0;
    for (let fields = 0; tries <= TRIES && this.#sent.size < MOST_REQUESTS; ) {
      const question = questionOf(candidate);
      const written = JSON.stringify(question);
      if (this.#sent.has(written)) return;
      this.#sent.add(written);
      const reply = await this.#ask(question);
      if (isAccepted(reply)) {
        const from = candidate === first ? candidate.from : `${candidate.from}, put right by its errors`;
        this.accepted = { question, from, reply };
        return;
      }
      if (candidate.method === 'GET' && this.#operation === null) return;
      // What is said of a form is no help to somebody who sends JSON.
      if (this.refusal === null || candidate.content?.kind === 'json') this.refusal = reply;
      this.#closed = reply.status === 0 || CLOSED.includes(reply.status) || this.#isUnready(reply);
      if (this.#closed) return;
      const next = this.#better(candidate, reply);
      if (next === null) return;
      const size = written.length;
      // One more field each time is progress.
      if (JSON.stringify(questionOf(next)).length <= size || fields >= MOST_REQUESTS) tries++;
      else fields++;
      candidate = next;
    }
  }

  /** What the refusal asks for instead; null: it cannot be told. */
  #better(candidate: Candidate, reply: Reply): Candidate | null {
    const text = reply.body ?? '';
    const { content, path } = candidate;
    const outside = missingOutside(text);
    if (outside.length > 0) {
      const query = outside.filter(
        ({ place, name }) => place === 'query' && !new URLSearchParams(path.split('?')[1]).has(name),
      );
      const added = query.map(({ name }) => [name, '1'] as const);
      if (added.length > 0) return { ...candidate, path: withParameters(path, added) };
    }
    if (content === null) return { ...candidate, content: { kind: 'json', value: {} } };
    if (content.kind === 'text') return wider(candidate, content, text);
    if (content.kind === 'file' || content.kind === 'tensors') return null;
    if (/\/invocations$/.test(path)) {
      const value = mlflowBody(text);
      if (value !== null && JSON.stringify(value) !== JSON.stringify(content.value))
        return { ...candidate, content: { kind: 'json', value } };
    }
    const value = repaired(content.value, text, this.#operation?.bodySchema ?? null);
    return value === null ? null : { ...candidate, content: { ...content, value } };
  }

  /** TorchServe says 503 of bodies that its model fails with. */
  #isUnready({ status }: Reply): boolean {
    return UNREADY.includes(status) && !this.#scout.pathname.includes('/predictions/');
  }

  /** Why none was accepted, and what to do. */
  failure(): { readonly problem: string; readonly hint: string } {
    const { problem, hint } = this.#failure();
    const [unread] = this.#scout.unread;
    return unread === undefined || this.#scout.api !== null
      ? { problem, hint }
      : { problem: `${problem} (GET ${unread} answers more than 1 MiB, or no text: that was not read)`, hint };
  }

  #failure(): { readonly problem: string; readonly hint: string } {
    const { api, pathname, routes } = this.#scout;
    const { refusal } = this;
    const give = 'Give it: -b, --body-file or --data.';
    const posts = routes.filter((route) => route.startsWith('POST '));
    const others =
      posts.length === 0 ? '' : ` It describes ${posts.slice(0, 6).join(', ')}${posts.length > 6 ? ', …' : ''}.`;
    if (api !== null && this.#operation === null) {
      const methods = api.methodsAt(pathname);
      return methods.length === 0
        ? { problem: `its description has nothing at ${pathname}`, hint: others.trim() || give }
        : {
            problem: `it takes ${methods.join(', ')} only, which may change something there`,
            hint: 'If that is meant, name the method with -X, and the body with -b.',
          };
    }
    if (refusal === null) return { problem: 'nothing could be made that it might accept', hint: give };
    if (refusal.status === 0) return { problem: refusal.message, hint: give };
    if (refusal.status === 401 || refusal.status === 403 || (this.#operation?.secrets.length ?? 0) > 0)
      return { problem: 'it wants to know who asks', hint: credentialsHint(this.#operation?.secrets ?? []) };
    if (refusal.status === 404 || refusal.status === 405)
      return {
        problem: `it answers ${refusal.status} there`,
        hint: others.trim() || 'Is the path right, to the last slash?',
      };
    if (/\/graphql$/i.test(pathname) || /"errors".{0,200}\bGraphQL\b/is.test(refusal.body ?? ''))
      return {
        problem: 'it is GraphQL, which answers queries of its own schema',
        hint: `Give it one: -b '{"query": "{ … }"}'.`,
      };
    if (this.#isUnready(refusal))
      return {
        problem: `it answers ${refusal.status}, as where no model behind it is ready`,
        hint: 'Is it loaded, and does it respond by itself? --wait-for URL waits until it does.',
      };
    if (refusal.status === 429)
      return {
        problem: 'it limits how many requests it takes',
        hint: 'Wait, and give the body yourself: -b or --body-file.',
      };
    const foreign = this.#operation?.foreignTypes ?? [];
    if (foreign.length > 0)
      return {
        problem: `it wants a body of ${foreign.join(' or ')}`,
        hint: `Give it: --body-file FILE -H 'content-type: ${foreign[0]}'.`,
      };
    const body = this.bodySchema;
    const contradiction = body === null ? null : contradictionIn(body.schema, body.root);
    if (contradiction !== null)
      return { problem: `no value was found for a field of its description (${contradiction})`, hint: give };
    return { problem: 'what it says of its body did not lead to one that it accepts', hint: give };
  }
}

/** A line of CSV with as many numbers as an error wants. */
function wider(candidate: Candidate, content: Content & { kind: 'text' }, text: string): Candidate | null {
  const width = content.type === 'text/csv' ? widthIn(text) : null;
  if (width === null) return null;
  const value = Array.from({ length: width }, () => '1').join(',');
  return value === content.value ? null : { ...candidate, content: { ...content, value } };
}

function credentialsHint(secrets: readonly string[]): string {
  return `Send what it asks for with each request: ${secrets.length === 0 ? "-H 'Authorization: Bearer TOKEN', -H 'X-API-Key: KEY', or --user name:password" : secrets.join(' or ')}.`;
}

/** A success that tells of an error is none. */
export function isAccepted({ status, body }: Reply): boolean {
  if (status < 200 || status >= 300) return false;
  const text = body ?? '';
  if (text.length > 100_000 || !/^\s*\{/.test(text)) return true;
  const document = jsonOf(text);
  if (!isObject(document)) return true;
  const { error, errors, success, status: state, ok } = document;
  const told = (value: unknown): boolean =>
    typeof value === 'string'
      ? value !== ''
      : typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (told(error) || told(errors) || success === false || ok === false) return false;
  return !/^(error|failed|failure)$/i.test(textOf(state));
}
