/** A HAR file, as browsers and proxies record it: what was asked, in turn. */

import { Buffer } from 'node:buffer';
import { listOf, objectOf } from '../core/json-value.ts';
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
import { parsed, scalarText, type Tree } from './json-tree.ts';

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
  const entries = listOf(objectOf(log)['entries']);
  if (entries.length === 0) throw unusable('is a HAR file without a request');
  const leftOut = new LeftOut();
  const requests: ImportedRequest[] = [];
  let end: number | null = null;
  for (const entry of entries) {
    const read = requestOf(objectOf(entry), leftOut);
    if (read === null) continue;
    const start = Date.parse(scalarText(objectOf(entry)['startedDateTime']));
    const pause = end === null || Number.isNaN(start) ? 0 : start - end;
    take(requests, pause > 0 ? { ...read, pause } : read, 'Record less of it.');
    const took = Number(objectOf(entry)['time']);
    end = Number.isNaN(start) ? null : start + Math.max(0, took || 0);
  }
  if (requests.length === 0)
    throw unusable('has no request that could be a load', `Left out: ${leftOut.sentences.join(', ')}.`);
  return { requests, inOrder: true, leftOut: leftOut.sentences };
}

/** Null where it is left out. */
function requestOf(entry: Tree, leftOut: LeftOut): ImportedRequest | null {
  const request = objectOf(entry['request']);
  const method = scalarText(request['method']).toUpperCase();
  const url = addressOf(scalarText(request['url']));
  if (url === null || method === 'CONNECT' || method === '') {
    leftOut.add('request of another kind than HTTP');
    return null;
  }
  const type = scalarText(objectOf(objectOf(entry['response'])['content'])['mimeType']);
  const resource = scalarText(entry['_resourceType']);
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
    .map(objectOf)
    .map((header): Header => [scalarText(header['name']), scalarText(header['value'])]);
  if (method === 'OPTIONS' && headerValue(headers, 'access-control-request-method') !== undefined) {
    leftOut.add('preflight of a browser (CORS)');
    return null;
  }
  const post = objectOf(request['postData']);
  if (/base64/i.test(scalarText(post['encoding']) || scalarText(post['_encoding']))) {
    leftOut.add('request with a body of bytes (give it with bodyFile)');
    return null;
  }
  const body = bodyOf(post);
  const own = kept(headers).map(([name, value]): Header => [name, literalText(value)]);
  const typed =
    body === null || headerValue(own, 'content-type') !== undefined || scalarText(post['mimeType']) === ''
      ? own
      : [...own, ['content-type', literalText(scalarText(post['mimeType']))] as const];
  return {
    name: `${method} ${url.pathname}`,
    method,
    url: literalText(`${url.origin}${url.pathname}${url.search}`),
    headers: typed,
    body: body === null ? null : literalText(body),
    response: responseOf(objectOf(entry['response'])),
  };
}

/** Longer ones are no log-in, characters. */
const LONGEST_RESPONSE = 1_000_000;

function responseOf(response: Tree): RecordedResponse {
  const headers = listOf(response['headers'])
    .map(objectOf)
    .map((header): Header => [scalarText(header['name']), scalarText(header['value'])]);
  const content = objectOf(response['content']);
  const written = scalarText(content['text']);
  if (!/json/i.test(scalarText(content['mimeType'])) || written.length > LONGEST_RESPONSE) return { headers };
  const text = /base64/i.test(scalarText(content['encoding']))
    ? Buffer.from(written, 'base64').toString('utf8')
    : written;
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
  const text = scalarText(post['text']);
  if (text !== '') return text;
  const params = listOf(post['params']).map(objectOf);
  if (params.length === 0) return null;
  return new URLSearchParams(
    params.map((param): [string, string] => [scalarText(param['name']), scalarText(param['value'])]),
  ).toString();
}
