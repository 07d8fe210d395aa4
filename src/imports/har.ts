/** A HAR file, as browsers and proxies record it: what was asked, in turn. */
import { Buffer } from 'node:buffer';
import { literalText } from '../plan/template.ts';
import {
  type Header,
  headerValue,
  type Imported,
  type ImportedRequest,
  kept,
  LeftOut,
  type RecordedResponse,
  take,
  unusable,
} from './imported.ts';
import { listOf, parsed, type Tree, textOf, treeOf } from './json-tree.ts';

/** What a page consists of, which no model answers. By the browser's own word, else by type, else by name. */
const STATIC: readonly (readonly [what: string, resource: RegExp, type: RegExp, path: RegExp])[] = [
  ['image', /^image$/, /^image\//, /\.(?:png|jpe?g|gif|webp|avif|svg|ico|bmp)$/i],
  ['style sheet', /^stylesheet$/, /^text\/css/, /\.css$/i],
  ['script', /^(?:script|wasm)$/, /javascript|ecmascript|wasm/, /\.(?:m?js|wasm)$/i],
  ['font', /^font$/, /^(?:font\/|application\/(?:x-)?font)/, /\.(?:woff2?|ttf|otf|eot)$/i],
  ['video or sound', /^media$/, /^(?:video|audio)\//, /\.(?:mp4|webm|mp3|ogg|wav)$/i],
  ['source map', /^sourcemap$/, /^$/, /\.map$/i],
  ['manifest', /^manifest$/, /manifest\+json/, /\.webmanifest$/i],
];

/** @throws RampartError */
export function readHar(text: string): Imported {
  const { log } = parsed(text, 'HAR file');
  const entries = listOf(treeOf(log)['entries']);
  if (entries.length === 0) throw unusable('is a HAR file without a request');
  const leftOut = new LeftOut();
  const requests: ImportedRequest[] = [];
  let end: number | null = null;
  for (const entry of entries) {
    const read = requestOf(treeOf(entry), leftOut);
    if (read === null) continue;
    const start = Date.parse(textOf(treeOf(entry)['startedDateTime']));
    const pause = end === null || Number.isNaN(start) ? 0 : start - end;
    take(requests, pause > 0 ? { ...read, pause } : read, 'Record less of it.');
    const took = Number(treeOf(entry)['time']);
    end = Number.isNaN(start) ? null : start + Math.max(0, took || 0);
  }
  if (requests.length === 0)
    throw unusable('has no request that could be a load', `Left out: ${leftOut.sentences.join(', ')}.`);
  return { requests, inOrder: true, leftOut: leftOut.sentences };
}

/** Null where it is left out. */
function requestOf(entry: Tree, leftOut: LeftOut): ImportedRequest | null {
  const request = treeOf(entry['request']);
  const method = textOf(request['method']).toUpperCase();
  const url = addressOf(textOf(request['url']));
  if (url === null || method === 'CONNECT' || method === '') {
    leftOut.add('request of another kind than HTTP');
    return null;
  }
  const type = textOf(treeOf(treeOf(entry['response'])['content'])['mimeType']);
  const resource = textOf(entry['_resourceType']);
  const known = STATIC.find(([, byResource, byType, byPath]) =>
    resource !== '' && resource !== 'other'
      ? byResource.test(resource)
      : byPath.test(url.pathname) || (type !== '' && byType.test(type)),
  );
  if (known !== undefined && method === 'GET') {
    leftOut.add(known[0]);
    return null;
  }
  const headers = listOf(request['headers'])
    .map(treeOf)
    .map((header): Header => [textOf(header['name']), textOf(header['value'])]);
  if (method === 'OPTIONS' && headerValue(headers, 'access-control-request-method') !== undefined) {
    leftOut.add('preflight of a browser (CORS)');
    return null;
  }
  const post = treeOf(request['postData']);
  if (/base64/i.test(textOf(post['encoding']) || textOf(post['_encoding']))) {
    leftOut.add('request with a body of bytes (give it with bodyFile)');
    return null;
  }
  const body = bodyOf(post);
  const own = kept(headers).map(([name, value]): Header => [name, literalText(value)]);
  const typed =
    body === null || headerValue(own, 'content-type') !== undefined || textOf(post['mimeType']) === ''
      ? own
      : [...own, ['content-type', literalText(textOf(post['mimeType']))] as const];
  return {
    name: `${method} ${url.pathname}`,
    method,
    url: literalText(`${url.origin}${url.pathname}${url.search}`),
    headers: typed,
    body: body === null ? null : literalText(body),
    response: responseOf(treeOf(entry['response'])),
  };
}

/** Longer ones are no log-in, characters. */
const LONGEST_RESPONSE = 1_000_000;

function responseOf(response: Tree): RecordedResponse {
  const headers = listOf(response['headers'])
    .map(treeOf)
    .map((header): Header => [textOf(header['name']), textOf(header['value'])]);
  const content = treeOf(response['content']);
  const written = textOf(content['text']);
  if (!/json/i.test(textOf(content['mimeType'])) || written.length > LONGEST_RESPONSE) return { headers };
  const text = /base64/i.test(textOf(content['encoding'])) ? Buffer.from(written, 'base64').toString('utf8') : written;
  try {
    return { headers, json: JSON.parse(text) as unknown };
  } catch {
    return { headers };
  }
}

function addressOf(text: string): URL | null {
  try {
    const url = new URL(text);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : null;
  } catch {
    return null;
  }
}

function bodyOf(post: Tree): string | null {
  const text = textOf(post['text']);
  if (text !== '') return text;
  const params = listOf(post['params']).map(treeOf);
  if (params.length === 0) return null;
  return new URLSearchParams(
    params.map((param): [string, string] => [textOf(param['name']), textOf(param['value'])]),
  ).toString();
}
