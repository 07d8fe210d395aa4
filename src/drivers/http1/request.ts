/** The bytes of requests: rendered once, or made for each of placeholders. */
import type { Exchange } from '../../core/exchange.ts';
import type { Plan, RequestTemplate, Target } from '../../core/plan.ts';
import type { Filling, Payloads } from '../../core/ports.ts';
import { bodyPlace, type Place } from '../../core/template.ts';
import type { Amender } from '../amender.ts';

/** The bytes of a request, rendered once and sent many times. */
export function renderRequest(request: RequestTemplate, target: Target, keepAlive: boolean): Buffer {
  const body = bodyOf(request);
  const head = headParts(request, target)
    .map(({ text }) => text)
    .join('');
  const length = hasLength(request) ? `Content-Length: ${body?.length ?? 0}\r\n` : '';
  const whole = Buffer.from(`${head}${length}${headEnd(keepAlive)}`, 'latin1');
  return body === null ? whole : Buffer.concat([whole, body]);
}

interface Part {
  readonly text: string;
  /** Null: no placeholders are read in it. */
  readonly place: Place | null;
}

/** Request line and headers, but for those about the body and the connection. */
function headParts({ method, path, headers }: RequestTemplate, target: Target): Part[] {
  const as = (text: string): Part => ({ text, place: null });
  const parts = [as(`${method} `), { text: path, place: 'path' as const }, as(' HTTP/1.1\r\n')];
  if (!headers.some(([name]) => name.toLowerCase() === 'host')) parts.push(as(`Host: ${hostHeader(target)}\r\n`));
  for (const [name, value] of headers)
    parts.push(as(`${name}: `), { text: value, place: 'header' as const }, as('\r\n'));
  return parts;
}

const headEnd = (keepAlive: boolean): string => (keepAlive ? '\r\n' : 'Connection: close\r\n\r\n');

function bodyOf({ body }: RequestTemplate): Buffer | null {
  return body === null ? null : Buffer.from(body.data, body.encoding);
}

/** A method that usually carries a body says so even when it is empty (RFC 9110, 8.6). */
function hasLength({ method, body }: RequestTemplate): boolean {
  return body !== null || /^(POST|PUT|PATCH)$/.test(method);
}

/** A request with placeholders, compiled. */
interface Varying {
  readonly head: Filling;
  /** A body with placeholders, or one that is always the same. */
  readonly body: Filling | Buffer;
}

/** Makes the bytes of requests that differ. */
interface Rendering {
  render(exchange: Exchange): Buffer;
}

/** The bytes of a plan's requests, as an exchange asks for them. */
export class RequestBytes {
  readonly #constant: readonly Buffer[];
  readonly #varying: Rendering | null;

  constructor(plan: Plan, payloads: Payloads | null, amender: Amender | null) {
    this.#constant = plan.requests.map((request) => renderRequest(request, plan.target, plan.keepAlive));
    const varying = payloads === null ? null : VaryingRequests.of(plan, payloads);
    this.#varying = amender === null ? varying : new AmendedRequests(varying ?? this.#constant, amender);
  }

  /** They may differ each time; else a request has the same buffer always. */
  get varying(): boolean {
    return this.#varying !== null;
  }

  of(exchange: Exchange): Buffer {
    return this.#varying?.render(exchange) ?? (this.#constant[exchange.request] as Buffer);
  }
}

/** Requests that something is changed of before they leave. */
class AmendedRequests implements Rendering {
  readonly #plain: Rendering | readonly Buffer[];
  readonly #amender: Amender;

  /** @param plain as the plan has them: made anew each time, or always the same. */
  constructor(plain: Rendering | readonly Buffer[], amender: Amender) {
    this.#plain = plain;
    this.#amender = amender;
  }

  render(exchange: Exchange): Buffer {
    const plain = this.#plain;
    const bytes = 'render' in plain ? plain.render(exchange) : (plain[exchange.request] as Buffer);
    return this.#amender.bytes(exchange, bytes);
  }
}

/** The bytes of requests that differ from one to the next. */
export class VaryingRequests implements Rendering {
  readonly #requests: readonly (Varying | Buffer)[];
  readonly #end: Buffer;

  /** Null where all requests are constant. */
  static of(plan: Plan, payloads: Payloads): VaryingRequests | null {
    return plan.requests.some(({ templated }) => templated) ? new VaryingRequests(plan, payloads) : null;
  }

  constructor({ requests, target, keepAlive }: Plan, payloads: Payloads) {
    this.#end = Buffer.from(`\r\n${headEnd(keepAlive)}`);
    this.#requests = requests.map((request) => {
      if (request.templated !== true) return renderRequest(request, target, keepAlive);
      const parts = [...headParts(request, target), { text: 'Content-Length: ', place: null }];
      const { body } = request;
      const text = body?.encoding === 'utf8' ? [{ text: body.data, place: bodyPlace(request) }] : null;
      const constant = bodyOf(request) ?? Buffer.alloc(0);
      return { head: payloads.compile(parts), body: text === null ? constant : payloads.compile(text) };
    });
  }

  /** New memory each time: the kernel may not have taken the bytes of the last one yet. */
  render({ request, index, captured, made, user }: Exchange): Buffer {
    const varying = this.#requests[request] as Varying | Buffer;
    if (Buffer.isBuffer(varying)) return varying;
    const { head, body } = varying;
    const headLength = head.fill(index, captured, made, user);
    const constant = Buffer.isBuffer(body);
    const bodyLength = constant ? body.length : body.fill(index, captured, made, user);
    const digits = String(bodyLength);
    const end = this.#end;
    const bytes = Buffer.allocUnsafe(headLength + digits.length + end.length + bodyLength);
    head.bytes.copy(bytes, 0, 0, headLength);
    let at = headLength;
    for (let i = 0; i < digits.length; i++) bytes[at++] = digits.charCodeAt(i);
    for (let i = 0; i < end.length; i++) bytes[at++] = end[i] as number;
    (constant ? body : body.bytes).copy(bytes, at, 0, bodyLength);
    return bytes;
  }
}

/** Of a target: its name, and its port where that is not the usual one. */
export function hostHeader(target: Target): string {
  const name = target.host.includes(':') ? `[${target.host}]` : target.host;
  const usual = target.protocol === 'https:' ? 443 : 80;
  return target.port === usual ? name : `${name}:${target.port}`;
}
