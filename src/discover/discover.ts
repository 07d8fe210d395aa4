import { isObject, type Json, readDocument, textOf } from './document.ts';
import { type Ask, type Candidate, type Question, questionOf, type Reply, withParameters } from './exchange.ts';
import { ApiDocument, type Operation } from './openapi.ts';
import { mlflowBody, modelRoutes, protocolAt, SIGNS } from './protocols.ts';
import { missingOutside, repaired } from './repair.ts';

/** All GETs of well-known routes together, ms. */
const PATIENCE = 5_000;
/** Of one source of bodies: tries that an error's text led to without naming a field that is new. */
const TRIES = 6;
/** In all. A target that names one field at a time has as many errors as fields. */
const MOST_REQUESTS = 40;
const _LONGEST_EXCERPT = 500;

/** What was asked, and what for an answer. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** What is known of an address after it was asked. Texts of the target in it are as they came. */
export interface Discovery {
  /** What it is: `FastAPI (OpenAPI 3.1.0)`; empty: unknown. */
  readonly target: string;
  readonly evidence: readonly string[];
  readonly routes: readonly string[];
  readonly asked: readonly Asked[];
  /** A request that was accepted, and where its body comes from. */
  readonly accepted: { readonly question: Question; readonly from: string; readonly reply: Reply } | null;
  /** Why there is none, and what to do. */
  readonly problem: string;
  readonly hint: string;
  /** The last response that refused one; null: none did. */
  readonly refusal: Reply | null;
}

export interface DiscoverOptions {
  readonly ask: Ask;
  /** ms. */
  readonly now: () => number;
  /** Path and query of the address that was asked for: no other gets a POST. */
  readonly path: string;
}

/** Finds out what an address is and what it accepts. GETs of well-known routes, then requests to the address itself. */
export async function discover({ ask, now, path }: DiscoverOptions): Promise<Discovery> {
  const asked: Asked[] = [];
  const asking: Ask = async (question) => {
    const reply = await ask(question);
    asked.push({ method: question.method, path: question.path, status: reply.status });
    return reply;
  };
  const scout = new Scout(asking, now, path);
  await scout.look();
  const search = new BodySearch(asking, scout, path);
  await search.run();
  const { accepted, refusal } = search;
  return {
    target: scout.name,
    evidence: scout.evidence,
    routes: scout.routes,
    asked,
    accepted,
    refusal,
    ...(accepted === null ? search.failure() : { problem: '', hint: '' }),
  };
}

/** Asks the well-known routes, and keeps what they say. */
class Scout {
  name = '';
  readonly evidence: string[] = [];
  readonly routes: string[] = [];
  api: ApiDocument | null = null;
  metadata: (Json | null)[] = [];
  readonly #ask: Ask;
  readonly #now: () => number;
  readonly #pathname: string;
  readonly #until: number;

  constructor(ask: Ask, now: () => number, path: string) {
    this.#ask = ask;
    this.#now = now;
    this.#pathname = path.split(/[?#]/)[0] ?? '/';
    this.#until = now() + PATIENCE;
  }

  async look(): Promise<void> {
    const protocol = protocolAt(this.#pathname);
    for (const path of protocol?.metadata ?? []) this.metadata.push((await this.#document(path))?.value ?? null);
    if (protocol !== null) {
      this.name = protocol.name;
      this.evidence.push(`the address is one of ${protocol.name}`);
    }
    const described = this.metadata.some((each) => each !== null) && (protocol?.bodies(this.metadata).length ?? 0) > 0;
    if (described) {
      this.evidence.push(`GET ${protocol?.metadata[0]} describes its inputs`);
      // Inputs may have more rules than their metadata says.
      await this.#read('/openapi.json');
      return;
    }
    const prefixes = prefixesOf(this.#pathname);
    for (const prefix of prefixes)
      for (const name of ['openapi.json', 'swagger.json', 'docs.json', 'swagger/v1/swagger.json']) {
        if (this.api === null && (prefix === '' || !name.includes('swagger'))) await this.#read(`${prefix}/${name}`);
      }
    if (this.api === null) await this.#readPages(prefixes);
    if (this.api !== null) return;
    for (const { path, shows } of SIGNS) {
      const found = await this.#document(path);
      const shown = found === null ? null : shows(found.text, found.value);
      if (found === null || shown === null) continue;
      this.name ||= shown;
      this.evidence.push(`GET ${path} is one of ${shown}`);
      this.routes.push(...modelRoutes(path, found.value));
    }
  }

  /** A description at its own address, with what it says of the target. */
  async #read(path: string): Promise<void> {
    const found = await this.#document(path);
    const api = ApiDocument.of(found?.value ?? null);
    if (api === null) return;
    this.api = api;
    this.name = `${api.title === '' ? 'a described server' : api.title} (${api.version})`;
    this.evidence.push(`GET ${path} is its description`);
    this.routes.push(...api.routes);
  }

  /** Pages for people name the description they show. */
  async #readPages(prefixes: readonly string[]): Promise<void> {
    for (const prefix of prefixes)
      for (const name of ['docs', 'redoc', '']) {
        const page = `${prefix}/${name}`;
        const reply = await this.#get(page);
        const link = /(?:url:\s*|spec-url=|data-url=|openapi_url["':=\s]+|href=)["']([^"'\s]{1,300}\.json)["']/i.exec(
          reply?.body ?? '',
        )?.[1];
        const path = link === undefined ? null : sameOrigin(link, page);
        if (path !== null) await this.#read(path);
        if (this.api !== null) return;
      }
  }

  async #document(path: string): Promise<{ readonly value: Json | null; readonly text: string } | null> {
    const reply = await this.#get(path);
    if (reply === null || reply.status < 200 || reply.status >= 300 || reply.body === null) return null;
    return { value: readDocument(reply.body, `the target's ${path}`), text: reply.body };
  }

  async #get(path: string): Promise<Reply | null> {
    return this.#now() >= this.#until ? null : this.#ask({ method: 'GET', path, headers: [], body: null });
  }
}

/** `''`, `/a`, `/a/b` of `/a/b/predict`. */
function prefixesOf(pathname: string): string[] {
  const steps = pathname.split('/').slice(1, -1).slice(0, 3);
  return ['', ...steps.map((_, n) => `/${steps.slice(0, n + 1).join('/')}`)];
}

/** A link's path; null where it leads elsewhere. */
function sameOrigin(link: string, page: string): string | null {
  const base = new URL(page, 'http://here.invalid');
  try {
    const url = new URL(link, base);
    return url.origin === base.origin ? url.pathname + url.search : null;
  } catch {
    return null;
  }
}

/** Sends candidates to the address until one is accepted, and learns from what refuses them. */
class BodySearch {
  accepted: Discovery['accepted'] = null;
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
    this.#operation = scout.api?.operationAt(path.split(/[?#]/)[0] ?? '/') ?? null;
  }

  async run(): Promise<void> {
    for (const candidate of this.#candidates()) {
      await this.#improve(candidate);
      if (this.accepted !== null || this.#closed) return;
    }
  }

  *#candidates(): Iterable<Candidate> {
    const path = this.#path;
    const protocol = protocolAt(path.split(/[?#]/)[0] ?? '/');
    for (const [content, from] of protocol?.bodies(this.#scout.metadata) ?? [])
      if (this.#operation === null || from.startsWith('the model') || this.#scout.api === null)
        yield { method: 'POST', path, headers: [], content, from };
    if (this.#operation !== null) yield* this.#operation.candidates(path, null);
    // What is described, and not at this address, is not there; a body that is described is the only one.
    if (this.#scout.api !== null && (this.#operation === null || this.#operation.describesBody)) return;
    if (this.#operation?.method === 'GET') return;
    const from = "the target's own errors";
    yield { method: 'GET', path, headers: [], content: null, from: 'the address, which answers a GET' };
    yield { method: 'POST', path, headers: [], content: { kind: 'json', value: {} }, from };
    yield { method: 'POST', path, headers: [], content: { kind: 'json', value: [[1]] }, from };
    yield { method: 'POST', path, headers: [], content: { kind: 'json', value: [1] }, from };
    yield { method: 'POST', path, headers: [], content: { kind: 'form', value: {}, files: [] }, from };
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
      this.#closed = reply.status === 0 || [401, 403, 404, 405, 407, 429].includes(reply.status);
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
    if (content.kind === 'text') return null;
    if (/\/invocations$/.test(path)) {
      const value = mlflowBody(text);
      if (value !== null && JSON.stringify(value) !== JSON.stringify(content.value))
        return { ...candidate, content: { kind: 'json', value } };
    }
    const value = repaired(content.value, text, this.#operation?.bodySchema ?? null);
    return value === null ? null : { ...candidate, content: { ...content, value } };
  }

  failure(): Pick<Discovery, 'problem' | 'hint'> {
    const { api } = this.#scout;
    const { refusal } = this;
    const pathname = this.#path.split(/[?#]/)[0] ?? '/';
    const give = 'Give it: -b, --body-file or --data.';
    const posts = this.#scout.routes.filter((route) => route.startsWith('POST '));
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
    return { problem: 'what it says of its body did not lead to one that it accepts', hint: give };
  }
}

function credentialsHint(secrets: readonly string[]): string {
  return `Send what it asks for with each request: ${secrets.length === 0 ? "-H 'Authorization: Bearer TOKEN', -H 'X-API-Key: KEY', or --user name:password" : secrets.join(' or ')}.`;
}

/** A success that tells of an error is none. */
export function isAccepted({ status, body }: Reply): boolean {
  if (status < 200 || status >= 300) return false;
  const text = body ?? '';
  if (text.length > 100_000 || !/^\s*\{/.test(text)) return true;
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return true;
  }
  if (!isObject(document)) return true;
  const { error, errors, success, status: state, ok } = document;
  const told = (value: unknown): boolean =>
    typeof value === 'string'
      ? value !== ''
      : typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (told(error) || told(errors) || success === false || ok === false) return false;
  return !/^(error|failed|failure)$/i.test(textOf(state));
}
