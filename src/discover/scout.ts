/**
 * What a target says of itself: its description, the metadata of its protocol, its pages for people.
 * GETs of well-known routes, all of them together bounded in time.
 */
import type { Json } from '../core/json-value.ts';
import { readDocument } from './document.ts';
import type { Ask, Reply } from './exchange.ts';
import { ApiDocument } from './openapi.ts';
import type { Protocol } from './protocol.ts';
import { modelRoutes, protocolAt, SIGNS } from './protocols.ts';

/** All GETs of well-known routes together, ms. */
const PATIENCE = 5_000;

/** Asks the well-known routes, and keeps what they say. */
export class Scout {
  name = '';
  readonly evidence: string[] = [];
  readonly routes: string[] = [];
  api: ApiDocument | null = null;
  /** Bodies that the protocol of the address knows, the likeliest first. */
  bodies: ReturnType<Protocol['bodies']> = [];
  /** Routes whose response was too large to be read, or no text. */
  readonly unread: string[] = [];
  readonly pathname: string;
  readonly #ask: Ask;
  readonly #now: () => number;
  readonly #until: number;

  constructor(ask: Ask, now: () => number, path: string) {
    this.#ask = ask;
    this.#now = now;
    this.pathname = path.split(/[?#]/)[0] ?? '/';
    this.#until = now() + PATIENCE;
  }

  async look(): Promise<void> {
    const protocol = protocolAt(this.pathname);
    const metadata: (Json | null)[] = [];
    for (const path of protocol?.metadata ?? []) metadata.push((await this.#document(path))?.value ?? null);
    this.bodies = protocol?.bodies(metadata) ?? [];
    const signs: (string | null)[] = [];
    for (const path of protocol?.signs ?? []) signs.push((await this.#document(path))?.text ?? null);
    if (protocol !== null) {
      this.name = protocol.nameBy?.(signs) ?? protocol.name;
      this.evidence.push(`the address is one of ${this.name}`);
      for (const [n, path] of (protocol.signs ?? []).entries())
        if (signs[n] !== null) this.evidence.push(`GET ${path} answers`);
    }
    if (this.bodies.length > 0 && metadata.some((each) => each !== null)) {
      const [path] = protocol?.metadata ?? [];
      this.evidence.push(
        `GET ${path} ${/\/(?:models|tags)$/.test(path ?? '') ? 'lists its models' : 'describes its inputs'}`,
      );
      // Inputs may have more rules than their metadata says.
      await this.#read('/openapi.json');
      return;
    }
    const prefixes = prefixesOf(this.pathname);
    for (const prefix of prefixes)
      for (const name of ['openapi.json', 'swagger.json', 'docs.json', 'swagger/v1/swagger.json']) {
        if (this.api === null && (prefix === '' || !name.includes('swagger'))) await this.#read(`${prefix}/${name}`);
      }
    for (const path of OTHER_DESCRIPTIONS) if (this.api === null) await this.#read(path);
    if (this.api === null) await this.#readPages(prefixes);
    if (this.api !== null) return;
    for (const { path, shows } of SIGNS) {
      if (protocol?.signs?.includes(path)) continue;
      const found = await this.#document(path);
      const shown = found === null ? null : shows(found.text, found.value);
      if (found === null || shown === null) continue;
      this.name ||= shown;
      this.evidence.push(`GET ${path} is one of ${shown}`);
      this.routes.push(...modelRoutes(found.value));
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
        const text = reply?.body ?? '';
        const link = (LINK_OF_VIEWER.exec(text) ?? LINK_TO_JSON.exec(text))?.[1];
        const path = link === undefined ? null : sameOrigin(link, page);
        if (path !== null) await this.#read(path);
        if (this.api !== null) return;
      }
  }

  async #document(path: string): Promise<{ readonly value: Json | null; readonly text: string } | null> {
    const reply = await this.#get(path);
    if (reply === null || reply.status < 200 || reply.status >= 300) return null;
    // One that was given up while it came has the status of its head, and says why it has no body.
    if (reply.body === null || (reply.body === '' && reply.message !== '')) {
      this.unread.push(path);
      return null;
    }
    return { value: readDocument(reply.body, `the target's ${path}`), text: reply.body };
  }

  async #get(path: string): Promise<Reply | null> {
    return this.#now() >= this.#until ? null : this.#ask({ method: 'GET', path, headers: [], body: null });
  }
}

/** Where Spring, ASP.NET, and servers of Rust have their descriptions. */
const OTHER_DESCRIPTIONS = ['/v3/api-docs', '/openapi/v1.json', '/api-doc/openapi.json'];

/** What viewers of descriptions are given: any address, of JSON whatever its name. */
const LINK_OF_VIEWER = /(?:\burl:\s*|spec-url=|data-url=|openapi_url["':=\s]+)["']([^"'\s]{1,300})["']/i;
const LINK_TO_JSON = /href=["']([^"'\s]{1,300}\.json)["']/i;

/** `''`, `/a`, `/a/b` of `/a/b/predict`. */
function prefixesOf(pathname: string): string[] {
  const steps = pathname.split('/').slice(1, -1).slice(0, 3);
  return ['', ...steps.map((_, n) => `/${steps.slice(0, n + 1).join('/')}`)];
}

/** A link's path; null where it leads elsewhere. */
function sameOrigin(link: string, page: string): string | null {
  try {
    const base = new URL(page, 'http://here.invalid');
    const url = new URL(link, base);
    return url.origin === base.origin ? url.pathname + url.search : null;
  } catch {
    return null;
  }
}
