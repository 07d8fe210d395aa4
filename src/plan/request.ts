/** One request from its settings: method, path, headers and body, rendered once or with placeholders. */
import { RampartError } from '../core/errors.ts';
import { cellsOf } from '../core/placeholders.ts';
import type { RequestBody, RequestTemplate } from '../core/plan.ts';
import { bodyPlace, isJsonType, type Piece } from '../core/template.ts';
import { bytes } from '../core/units.ts';
import type { Files } from '../core/world.ts';
import type { Address } from './address.ts';
import { dataUrlBytes, isDataUrl } from './data-url.ts';
import { decodeUtf8, readInput } from './file.ts';
import { type Header, isHeaderName } from './header.ts';
import { checkJson, isJson } from './json.ts';
import { blame, type Origin, type RawSettings, read, refuse } from './raw-settings.ts';
import { quote } from './syntax.ts';
import { hasPlaceholder, literalOf, literalText, readTemplate, sampleOf } from './template.ts';

/**
 * One request that is sent.
 *
 * @param alone there is no other: then rows may be bodies by themselves.
 * @throws RampartError
 */
export function resolveRequest(
  given: RawSettings,
  address: Address,
  files: Pick<Files, 'readBytes'>,
  version: string,
  alone = true,
): RequestTemplate {
  const headers: Header[] = [...given.headers];
  const declared = headerValue(headers, 'content-type');
  const content =
    resolveBody(given, declared !== undefined && isJsonType(declared), files) ??
    (alone ? rowBody(given, address, headers) : null);
  if (content?.isJson && declared === undefined) headers.push(['content-type', 'application/json']);
  if (given.settings.compressed === true && headerValue(headers, 'accept-encoding') === undefined)
    headers.push(['accept-encoding', 'gzip, deflate, br']);
  if (headerValue(headers, 'accept') === undefined) headers.push(['accept', '*/*']);
  if (headerValue(headers, 'user-agent') === undefined) headers.push(['user-agent', `rampart/${version}`]);
  const method = read(given, 'method', parseMethod) ?? (content === null ? 'GET' : 'POST');
  const body = content?.body ?? null;
  return withTemplates({ name: `${method} ${address.pathname}`, method, path: address.path, headers, body }, given);
}

/** Marks a request that has placeholders; takes `{{{{` for what it means in one that has none. */
function withTemplates(request: RequestTemplate, given: RawSettings): RequestTemplate {
  const { name, path, headers, body } = request;
  const paths = readTemplate(path, given.originOf('url').label);
  const values = headers.map(([header, value]) => {
    const origin = given.originOf('headers', [header]);
    // A place in a file says which of them it is.
    return blame(origin, (label) => readTemplate(value, origin.layer === 'scenario' ? label : `${label} ${header}`));
  });
  const source = given.settings.bodyFile === undefined ? 'body' : 'bodyFile';
  const bodies =
    body?.encoding === 'utf8' ? blame(given.originOf(source), (label) => readTemplate(body.data, label)) : [];
  refuseBytes(paths, given.originOf('url'));
  for (const [n, [header]] of headers.entries()) refuseBytes(values[n] ?? [], given.originOf('headers', [header]));
  if (bodyPlace(request) !== 'text') refuseBytes(bodies, given.originOf(source));
  if ([paths, ...values, bodies].some(hasPlaceholder)) return { ...request, templated: true };
  const braces = (text: string): string => text.replaceAll('{{{{', '%7B%7B');
  return {
    ...request,
    name: braces(name),
    path: braces(path),
    headers: headers.map(([header], number) => [header, literalOf(values[number] ?? [])]),
    body: body?.encoding === 'utf8' ? utf8Body(literalOf(bodies)) : body,
  };
}

/** @throws RampartError with the place, where there are bytes that are no text. */
function refuseBytes(pieces: readonly Piece[], { code, label }: Origin): void {
  if (pieces.some((piece) => typeof piece !== 'string' && piece.kind === 'bytes'))
    throw new RampartError(code, `${label}: {{base64}} is for a body that is neither JSON nor a form’s fields`);
}

/** The same request as one whose texts are read for placeholders. */
export function asTemplate(request: RequestTemplate): RequestTemplate & { readonly templated: true } {
  if (request.templated === true) return { ...request, templated: true };
  const { path, headers, body } = request;
  return {
    ...request,
    path: literalText(path),
    headers: headers.map(([name, value]) => [name, literalText(value)] as const),
    body: body?.encoding === 'utf8' ? utf8Body(literalText(body.data)) : body,
    templated: true,
  };
}

/** A row of JSON is a body by itself, where nothing else is said. */
function rowBody(given: RawSettings, { path }: Address, headers: readonly Header[]): Content | null {
  const { data, method } = given.settings;
  if (data === undefined || !(isDataUrl(data) || /\.(?:jsonl|ndjson|json)$/i.test(data))) return null;
  if (method !== undefined && /^\s*(?:get|head)\s*$/i.test(method)) return null;
  const requests = [{ name: '', method: '', path, headers, body: null, templated: true as const }];
  return cellsOf({ requests, checks: [] }, true).length > 0 ? null : { body: utf8Body('{{row}}'), isJson: true };
}

const KNOWN_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY'];

/** A method by RFC 9110, section 9.1; the usual ones in any case, since nobody means a method called `post`. */
function parseMethod(text: string, flag: string): string {
  const method = text.trim();
  const known = KNOWN_METHODS.find((name) => name === method.toUpperCase());
  if (known !== undefined) return known;
  if (method.toUpperCase() === 'CONNECT')
    throw new RampartError('bad-flag', `${flag}: CONNECT opens a tunnel and has no response to measure`);
  // The same characters as a header's name (RFC 9110, section 9.1).
  if (!isHeaderName(method))
    throw new RampartError('bad-flag', `${flag}: ${quote(text)} is not an HTTP method; write GET, POST, PUT, …`);
  return method;
}

interface Content {
  readonly body: RequestBody;
  readonly isJson: boolean;
}

function resolveBody(given: RawSettings, mustBeJson: boolean, files: Pick<Files, 'readBytes'>): Content | null {
  const { body, bodyFile } = given.settings;
  if (body !== undefined && bodyFile !== undefined)
    refuse(given, 'bodyFile', `and ${given.originOf('body').label} are both given; a request has one body`);
  if (bodyFile !== undefined)
    return blame(given.originOf('bodyFile'), (label) => fileBody(bodyFile, label, mustBeJson, files));
  if (body === undefined) return null;
  const data = typeof body === 'string' ? body : JSON.stringify(body);
  const content = textContent(data);
  if (mustBeJson && !content.isJson)
    blame(given.originOf('body'), (label) => {
      throw new RampartError('bad-flag', `${label} ${notJson(data)}`, DECLARED);
    });
  return content;
}

const DECLARED = 'The content-type header says JSON: change that header, or the body.';

function fileBody(path: string, label: string, declaredJson: boolean, files: Pick<Files, 'readBytes'>): Content {
  if (path === '') throw new RampartError('bad-flag', `${label} is empty; write the path of a file`);
  if (path === '-')
    throw new RampartError('bad-flag', `${label}: the standard input is not read; write the path of a file`);
  const raw = isDataUrl(path) ? dataUrlBytes(path, label) : readInput(files, path, label);
  const mustBeJson = declaredJson || /\.json$/i.test(path);
  const hint = declaredJson ? DECLARED : 'A file named .json must hold JSON: name it otherwise to send it as it is.';
  const text = decodeUtf8(raw);
  if (text === null) {
    if (mustBeJson) throw new RampartError('bad-file', `${label}: ${quote(path)} is not UTF-8 text, so not JSON`, hint);
    const data = Buffer.from(raw).toString('base64');
    return { body: { encoding: 'base64', data, bytes: bytes(raw.byteLength) }, isJson: false };
  }
  const content = textContent(text);
  if (mustBeJson && !content.isJson)
    throw new RampartError('bad-file', `${label}: ${quote(path)} ${notJson(text)}`, hint);
  return content;
}

function textContent(data: string): Content {
  return { body: utf8Body(data), isJson: isJson(sampleOf(data)) };
}

export function utf8Body(data: string): RequestBody {
  return { encoding: 'utf8', data, bytes: bytes(Buffer.byteLength(data)) };
}

function notJson(text: string): string {
  const fault = checkJson(sampleOf(text));
  return fault === null ? 'is not JSON' : `is not JSON: line ${fault.line}, column ${fault.column}: ${fault.problem}`;
}

function headerValue(headers: readonly Header[], wanted: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}
