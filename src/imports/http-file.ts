/** Requests as the HTTP clients of JetBrains and VS Code write them: `###` between them, `@name = value`, `{{name}}`. */

import { isSecretName } from '../core/secret-names.ts';
import {
  type Header,
  headerValue,
  type Imported,
  type ImportedRequest,
  kept,
  LeftOut,
  take,
  unusable,
} from './imported.ts';
import { type Lookup, withVariables } from './variables.ts';

const METHOD = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE|QUERY)\s+(\S.*)$/;

/** @throws RampartError with the line of what is wrong. */
export function readHttpFile(text: string): Imported {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const variables = variablesIn(lines);
  const lookup: Lookup = (name) => (isSecretName(name) ? null : (variables.get(name) ?? null));
  const leftOut = new LeftOut();
  const requests: ImportedRequest[] = [];
  for (const block of blocksOf(lines)) {
    const request = requestOf(block, lookup, leftOut);
    if (request !== null) take(requests, request, 'Take a part of it.');
  }
  if (requests.length === 0)
    throw unusable(
      'has no request',
      leftOut.sentences.length === 0
        ? 'A request begins with a line like: POST https://api.test/predict.'
        : `Left out: ${leftOut.sentences.join(', ')}.`,
    );
  return { requests, inOrder: false, leftOut: leftOut.sentences };
}

interface Block {
  /** Behind `###`. */
  readonly title: string;
  /** Number of its first line, from 1. */
  readonly line: number;
  readonly lines: readonly string[];
}

function blocksOf(lines: readonly string[]): Block[] {
  const starts = [-1, ...lines.flatMap((line, n) => (line.startsWith('###') ? [n] : []))];
  return starts.map((start, n) => ({
    title: start < 0 ? '' : (lines[start] ?? '').replace(/^#+/, '').trim(),
    line: start + 2,
    lines: lines.slice(start + 1, starts[n + 1]),
  }));
}

/** The variables of the whole file: they stand anywhere before a request begins. */
function variablesIn(lines: readonly string[]): Map<string, string> {
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const [, name, value] = /^@([\w.-]+)\s*=\s*(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value.trim()]];
    }),
  );
}

/** Null where it has none, or one that is left out. */
function requestOf({ title, line, lines }: Block, lookup: Lookup, leftOut: LeftOut): ImportedRequest | null {
  const reader = new Reader(lines);
  let name = title;
  for (let next = reader.peek(); next !== null; next = reader.peek()) {
    const named = /^\s*(?:#|\/\/)\s*@name\s*=?\s*(.+)$/.exec(next)?.[1];
    if (named !== undefined) name = named.trim();
    else if (/^\s*<\s*\{%/.test(next)) {
      leftOut.add('script before a request');
      reader.skipScript();
      continue;
    } else if (next.trim() !== '' && !/^\s*(?:#|\/\/)|^@[\w.-]+\s*=/.test(next)) break;
    reader.take();
  }
  const first = reader.take();
  if (first === null) return null;
  const at = line + reader.at - 1;
  const [method, address] = requestLine(first.trim(), at);
  let url = address;
  for (let more = reader.peek(); more !== null && /^\s+\S/.test(more); more = reader.peek()) {
    url += more.trim();
    reader.take();
  }
  const meant = (text: string): string => withVariables(text, lookup);
  const headers: Header[] = [];
  for (let next = reader.take(); next !== null && next.trim() !== ''; next = reader.take()) {
    if (/^\s*(?:#|\/\/)/.test(next)) continue;
    const colon = next.indexOf(':');
    if (colon < 1) throw unusable(`line ${line + reader.at - 1} is neither a header nor empty`, HEADER);
    headers.push([next.slice(0, colon).trim(), meant(next.slice(colon + 1).trim())]);
  }
  const own = kept(headers);
  const { body, file } = bodyOf(reader, own, leftOut);
  if (body !== null && file !== undefined) {
    leftOut.add(`request with a file in its body (${name === '' ? `line ${at}` : name}: give all of it with bodyFile)`);
    return null;
  }
  const whole = absolute(meant(url), headers, at);
  const verb = method ?? (body === null && file === undefined ? 'GET' : 'POST');
  return {
    name: name === '' ? `${verb} ${whole.replace(/^[a-z]+:\/\/[^/?#]*|[?#].*$/gi, '') || '/'}` : name,
    method: verb,
    url: whole,
    headers: own,
    body: body === null ? null : meant(body),
    ...(file === undefined ? {} : { bodyFile: file }),
  };
}

const HEADER = 'Headers are "Name: value", and an empty line stands before the body.';

function requestLine(line: string, at: number): [method: string | null, url: string] {
  const plain = line.replace(/\s+HTTP\/\d(?:\.\d)?$/i, '');
  const found = METHOD.exec(plain);
  if (found !== null) return [found[1] ?? '', found[2]?.trim() ?? ''];
  if (/^(?:https?:\/\/|\{\{)\S+$/i.test(plain)) return [null, plain];
  throw unusable(
    `line ${at} is no request: ${JSON.stringify(plain.slice(0, 60))}`,
    'A request begins with a line like: POST https://api.test/predict.',
  );
}

/** A request line may have the path alone; then the header says the host. */
function absolute(url: string, headers: readonly Header[], at: number): string {
  if (/^(?:[a-z]+:\/\/|\{\{)/i.test(url)) return url;
  const host = headerValue(headers, 'host');
  if (!url.startsWith('/')) return `http://${url}`;
  if (host !== undefined) return `http://${host}${url}`;
  throw unusable(`line ${at} has a path and no host`, 'Write the whole address, or a header Host.');
}

/** What follows the headers, but for what is done with the response: text, a file, or text with files in it. */
function bodyOf(
  reader: Reader,
  headers: readonly Header[],
  leftOut: LeftOut,
): { readonly body: string | null; readonly file?: string } {
  const lines: string[] = [];
  const files: string[] = [];
  for (let next = reader.peek(); next !== null; next = reader.peek()) {
    if (/^\s*>\s*\{%/.test(next)) {
      leftOut.add('script behind a request');
      reader.skipScript();
      continue;
    }
    reader.take();
    const named = /^<@?[\w-]*\s+(\S.*)$/.exec(next)?.[1];
    if (named !== undefined) files.push(named.trim());
    // What a response is kept as, or handled by.
    else if (!/^<>\s|^>>!?\s|^>\s+\S+\.js\s*$/.test(next)) lines.push(next);
  }
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop();
  while (lines.length > 0 && lines[0]?.trim() === '') lines.shift();
  const [file] = files;
  const named = file === undefined ? {} : { file };
  if (lines.length === 0) return { body: null, ...named };
  const type = headerValue(headers, 'content-type') ?? '';
  const parts = /^multipart\//i.test(type);
  // A form may have a field a line.
  const form = /^application\/x-www-form-urlencoded\b/i.test(type);
  const body = form ? lines.map((line) => line.trim()).join('') : lines.join(parts ? '\r\n' : '\n');
  return { body: parts ? `${body}\r\n` : body, ...named };
}

class Reader {
  at = 0;
  readonly #lines: readonly string[];

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  peek(): string | null {
    return this.#lines[this.at] ?? null;
  }

  take(): string | null {
    const line = this.peek();
    if (line !== null) this.at++;
    return line;
  }

  /** From its beginning to `%}`. */
  skipScript(): void {
    for (let line = this.take(); line !== null && !line.includes('%}'); line = this.take());
  }
}
