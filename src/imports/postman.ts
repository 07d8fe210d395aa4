/** A Postman collection (format 2.1, and 2.0): its requests, with the variables of it and of its folders. */
import { listOf, objectOf } from '../core/json-value.ts';
import { isSecretName } from '../core/secret-names.ts';
import { formOf, headOf, multipartOf } from '../plan/form-body.ts';
import {
  DEEPEST,
  type Header,
  headerValue,
  type Imported,
  type ImportedRequest,
  kept,
  LeftOut,
  take,
  unusable,
} from './imported.ts';
import { parsed, scalarText, type Tree } from './json-tree.ts';
import { envPlaceholder, type Lookup, withVariables } from './variables.ts';

/** What holds for all within a folder. */
interface Surroundings {
  readonly names: readonly string[];
  readonly variables: ReadonlyMap<string, string>;
  readonly auth: Tree | null;
}

interface Gathered {
  readonly requests: ImportedRequest[];
  readonly leftOut: LeftOut;
}

/** @throws RampartError */
export function readPostman(text: string): Imported {
  const collection = parsed(text, 'Postman collection');
  const leftOut = new LeftOut();
  const to: Gathered = { requests: [], leftOut };
  const outside: Surroundings = { names: [], variables: new Map(), auth: null };
  gather(listOf(collection['item']), within(outside, collection, ''), to);
  if (listOf(collection['event']).length > 0) leftOut.add('script of the collection');
  if (to.requests.length === 0)
    throw unusable(
      'is a Postman collection without a request',
      leftOut.sentences.length === 0 ? '' : `Left out: ${leftOut.sentences.join(', ')}.`,
    );
  return { requests: to.requests, inOrder: false, leftOut: leftOut.sentences };
}

function within(outer: Surroundings, item: Tree, name: string): Surroundings {
  const variables = new Map(outer.variables);
  for (const each of listOf(item['variable']).map(objectOf)) {
    const key = scalarText(each['key']) || scalarText(each['id']);
    if (each['disabled'] !== true && key !== '') variables.set(key, scalarText(each['value']));
  }
  const auth = objectOf(item['auth']);
  const kind = scalarText(auth['type']);
  return {
    names: name === '' ? outer.names : [...outer.names, name],
    variables,
    auth: kind === '' || kind === 'inherit' ? outer.auth : auth,
  };
}

function gather(items: readonly unknown[], surroundings: Surroundings, to: Gathered): void {
  if (surroundings.names.length > DEEPEST) throw unusable(`has folders more than ${DEEPEST} within each other`);
  for (const raw of items) {
    const item = objectOf(raw);
    const name = scalarText(item['name']).trim() || 'unnamed';
    if (Array.isArray(item['item'])) {
      gather(item['item'], within(surroundings, item, name), to);
      if (listOf(item['event']).length > 0) to.leftOut.add('script of a folder');
      continue;
    }
    if (item['request'] === undefined) continue;
    if (
      listOf(item['event']).some((event) =>
        listOf(objectOf(objectOf(event)['script'])['exec']).some((line) => line !== ''),
      )
    )
      to.leftOut.add('script of a request (its tests and what it sets are not carried over)');
    const request = requestOf(item, within(surroundings, item, name), to.leftOut);
    if (request !== null) take(to.requests, request, 'Export a part of it.');
  }
}

/** Null where it is left out. */
function requestOf(item: Tree, { names, variables, auth }: Surroundings, leftOut: LeftOut): ImportedRequest | null {
  const raw = item['request'];
  const request = typeof raw === 'string' ? { url: raw } : objectOf(raw);
  const lookup: Lookup = (name) => {
    const value = variables.get(name);
    // What is secret, or has no value in the file, is given by the environment.
    return value === undefined || value === '' || isSecretName(name) ? null : value;
  };
  const meant = (text: unknown): string => withVariables(scalarText(text), lookup);
  const url = meant(addressOf(request['url'], lookup));
  if (url === '') {
    leftOut.add('request without an address');
    return null;
  }
  const headers = kept(
    listOf(request['header'])
      .map(objectOf)
      .filter((header) => header['disabled'] !== true)
      .map((header): Header => [scalarText(header['key']).trim(), meant(header['value'])]),
  );
  const own = objectOf(request['auth']);
  const authorization = authOf(scalarText(own['type']) === '' ? auth : own, meant, leftOut);
  const body = bodyOf(objectOf(request['body']), meant);
  if (body === 'files') {
    leftOut.add(`request with a file in its form (${names.at(-1)}: give all of it with bodyFile)`);
    return null;
  }
  const method = (scalarText(request['method']) || (body === null ? 'GET' : 'POST')).toUpperCase();
  const typed: Header[] =
    body === null ||
    body.type === '' ||
    (headerValue(headers, 'content-type') !== undefined && !body.type.includes('boundary'))
      ? headers
      : [...headers.filter(([name]) => name.toLowerCase() !== 'content-type'), ['content-type', body.type]];
  const signed =
    authorization?.header === undefined || headerValue(typed, authorization.header[0].toLowerCase()) !== undefined
      ? typed
      : [...typed, authorization.header];
  const query = authorization?.query ?? '';
  return {
    name: names.join(' / '),
    method,
    url: /^(?:[a-z]+:\/\/|\{\{env\.)/i.test(url) ? withQuery(url, query) : withQuery(`http://${url}`, query),
    headers: signed,
    body: body === null || body.text === null ? null : body.text,
    ...(body?.file === undefined ? {} : { bodyFile: body.file }),
  };
}

const withQuery = (url: string, query: string): string =>
  query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`;

/** As it is written, with the path's own variables (`:id`). */
function addressOf(url: unknown, lookup: Lookup): string {
  if (typeof url === 'string') return url.trim();
  const parts = objectOf(url);
  const raw = scalarText(parts['raw']).trim() || assembled(parts);
  const enabled = listOf(parts['query']).map(objectOf);
  const [route = '', ...rest] = raw.split('?');
  // A parameter that is switched off is not in the raw address; older files have it there.
  const off = enabled.filter((each) => each['disabled'] === true).map((each) => scalarText(each['key']));
  const query = rest
    .join('?')
    .split('&')
    .filter((pair) => pair !== '' && !off.includes(pair.split('=')[0] ?? ''));
  let filled = route;
  for (const variable of listOf(parts['variable']).map(objectOf)) {
    const key = scalarText(variable['key']);
    const value = scalarText(variable['value']) || lookup(key) || `{{${key}}}`;
    if (key !== '')
      filled = filled
        .split('/')
        .map((step) => (step === `:${key}` ? value : step))
        .join('/');
  }
  return query.length === 0 ? filled : `${filled}?${query.join('&')}`;
}

function assembled(parts: Tree): string {
  const host = Array.isArray(parts['host'])
    ? listOf(parts['host']).map(scalarText).join('.')
    : scalarText(parts['host']);
  const path = Array.isArray(parts['path'])
    ? listOf(parts['path'])
        .map((step) => scalarText(step) || scalarText(objectOf(step)['value']))
        .join('/')
    : scalarText(parts['path']);
  const protocol = scalarText(parts['protocol']);
  const port = scalarText(parts['port']);
  if (host === '') return '';
  return `${protocol === '' ? '' : `${protocol}://`}${host}${port === '' ? '' : `:${port}`}/${path.replace(/^\//, '')}`;
}

/** How one proves who asks. Values lie in a list of key and value, in older files in an object. */
function authOf(
  auth: Tree | null,
  meant: (text: unknown) => string,
  leftOut: LeftOut,
): { readonly header?: Header; readonly query?: string } | null {
  const type = scalarText(auth?.['type']);
  if (auth === null || type === '' || type === 'noauth') return null;
  const given = auth[type];
  const value = (key: string, otherwise: string): string => {
    const found = Array.isArray(given)
      ? objectOf(given.map(objectOf).find((each) => scalarText(each['key']) === key))['value']
      : objectOf(given)[key];
    return scalarText(found) === '' ? otherwise : meant(found);
  };
  switch (type) {
    case 'bearer':
      return { header: ['Authorization', `Bearer ${value('token', '{{env.TOKEN}}')}`] };
    case 'basic': {
      const user = value('username', '');
      const password = value('password', '');
      const known = !`${user}${password}`.includes('{{env.');
      return {
        header: ['Authorization', `Basic ${known ? base64Of(`${user}:${password}`) : '{{env.BASIC_CREDENTIALS}}'}`],
      };
    }
    case 'apikey': {
      const key = value('key', 'X-API-Key');
      const secret = value('value', envPlaceholder(key));
      return value('in', 'header') === 'query' ? { query: `${key}=${secret}` } : { header: [key, secret] };
    }
    default:
      leftOut.add(`authorization by ${type} (give its header)`);
      return null;
  }
}

const base64Of = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

/** Content type of a raw body, by the language that was chosen for it. */
const TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  xml: 'application/xml',
  html: 'text/html',
  javascript: 'application/javascript',
  text: 'text/plain',
};

function bodyOf(
  body: Tree,
  meant: (text: unknown) => string,
): { readonly text: string | null; readonly type: string; readonly file?: string } | 'files' | null {
  if (body['disabled'] === true) return null;
  const fields = (name: string): Tree[] =>
    listOf(body[name])
      .map(objectOf)
      .filter((field) => field['disabled'] !== true);
  switch (scalarText(body['mode'])) {
    case 'raw': {
      const text = meant(body['raw']);
      const language = scalarText(objectOf(objectOf(body['options'])['raw'])['language']);
      return text === '' ? null : { text, type: TYPES[language] ?? '' };
    }
    case 'urlencoded':
      return {
        text: formOf(fields('urlencoded').map((field) => [meant(field['key']), meant(field['value'])])),
        type: 'application/x-www-form-urlencoded',
      };
    case 'formdata': {
      const parts = fields('formdata');
      if (parts.some((part) => scalarText(part['type']) === 'file')) return 'files';
      const { bytes, type } = multipartOf(
        parts.map((part) => ({ head: headOf(meant(part['key'])), bytes: Buffer.from(meant(part['value'])) })),
      );
      return { text: bytes.toString(), type };
    }
    case 'graphql': {
      const { query, variables } = objectOf(body['graphql']);
      const given = scalarText(variables).trim();
      const text = `{"query": ${JSON.stringify(scalarText(query))}${given === '' ? '' : `, "variables": ${given}`}}`;
      return { text: meant(text), type: 'application/json' };
    }
    case 'file': {
      const src = scalarText(objectOf(body['file'])['src']);
      return src === '' ? 'files' : { text: null, type: '', file: src };
    }
    default:
      return null;
  }
}
