/**
 * What a response must be (`--expect-…`): statuses, headers, bodies and JSON fields, read into the checks of a plan.
 */
import { RampartError } from '../core/errors.ts';
import type { ExpectedJson, RequestCheck } from '../core/plan.ts';
import { checkHeader, parseHeader } from './header.ts';
import { isJson } from './json.ts';
import { blame, type RawSettings, read } from './raw-settings.ts';
import { quote } from './syntax.ts';
import { hasPlaceholder, literalOf, readTemplate, sampleOf } from './template.ts';

/** What a response must be, cheap checks first. @throws RampartError */
export function resolveChecks(given: RawSettings): RequestCheck[] {
  const { expectBody } = given.settings;
  const status = read(given, 'expectStatus', parseStatuses);
  const field = read(given, 'expectField', parseExpectedField);
  return [
    ...(status === undefined ? [] : [status]),
    ...readAll(given, 'expectHeaders', parseExpectedHeader),
    ...(expectBody === undefined ? [] : [blame(given.originOf('expectBody'), (label) => parseBody(expectBody, label))]),
    ...readAll(given, 'expectContains', parseContained),
    ...readAll(given, 'expectJson', parseJsonCheck),
    ...(field === undefined ? [] : [field]),
  ];
}

/** The row's field with the expected response, by its name; null: there is none. @throws RampartError */
export function expectedField(given: RawSettings): string | null {
  return read(given, 'expectField', (text, label) => splitTolerance(text, label).value) ?? null;
}

function readAll(
  given: RawSettings,
  name: 'expectHeaders' | 'expectContains' | 'expectJson',
  parse: (text: string, label: string) => RequestCheck,
): RequestCheck[] {
  const written = given.settings[name] ?? [];
  // In the environment there is one text: a line for each.
  const texts = typeof written === 'string' ? written.split(/\r?\n/) : written;
  return blame(given.originOf(name), (label) => texts.map((text) => parse(text, label)));
}

/** `200`, `200,201`, `200-299`. */
function parseStatuses(text: string, label: string): RequestCheck {
  const statuses = text.split(',').map((part) => {
    const [, from, to = from] = /^\s*([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?\s*$/.exec(part) ?? [];
    if (from === undefined || Number(from) > Number(to))
      throw new RampartError('bad-flag', `${label}: ${quote(text)} is no list of statuses; write 200,201 or 200-299`);
    return [Number(from), Number(to)] as const;
  });
  return { kind: 'status', statuses };
}

function parseExpectedHeader(text: string, label: string): RequestCheck {
  // Length, connection and the like may be looked at, though a request may not set them.
  const framing = /^\s*(connection|keep-alive|content-length|transfer-encoding|upgrade)\s*:(.*)$/is.exec(text);
  const [name, value] =
    framing === null ? parseHeader(text, label) : checkHeader(`x-${framing[1]}`, framing[2] ?? '', label);
  const { text: expected, ...templated } = readExpected(value, label);
  return { kind: 'header', name: framing?.[1] ?? name, value: expected, ...templated };
}

/** `TEXT`, and behind a placeholder a tolerance: `{{row.y}}±0.01`. */
function parseBody(text: string, label: string): RequestCheck {
  if (!/\}\}\s*(?:±|\+-)[^}]*$/.test(text)) return { kind: 'body', ...readExpected(text, label) };
  const { value, tolerance } = splitTolerance(text, label);
  return { kind: 'body', ...readExpected(value, label), tolerance };
}

function parseContained(text: string, label: string): RequestCheck {
  if (text === '') throw new RampartError('bad-flag', `${label} is empty: every body contains that`);
  return { kind: 'contains', ...readExpected(text, label) };
}

/** Placeholders that a response can be held against: what is drawn at random is drawn anew for each place. */
const EXPECTABLE = ['row', 'field', 'seq'];

/** A text with the request's own placeholders, or as it stands. @throws RampartError */
function readExpected(text: string, label: string): { readonly text: string; readonly templated?: true } {
  const pieces = readTemplate(text, label);
  if (!hasPlaceholder(pieces)) return { text: literalOf(pieces) };
  const random = pieces.find((piece) => typeof piece !== 'string' && !EXPECTABLE.includes(piece.kind));
  if (random !== undefined && typeof random !== 'string' && random.kind === 'captured')
    throw new RampartError(
      'bad-flag',
      `${label}: ${quote(text)} expects a captured value; only requests are made of them`,
    );
  if (random !== undefined)
    throw new RampartError(
      'bad-flag',
      `${label}: ${quote(text)} expects a random value, which is another one in each place`,
      'Expect {{row.NAME}}, {{row}} or {{seq}}.',
    );
  return { text, templated: true };
}

const JSON_EXAMPLE = "write '$.field=value', '$.field=0.5±1e-9' or '$.field'";

/** `$.a.b[0]['c']`, alone or with `=` and what it must be. */
function parseJsonCheck(text: string, label: string): RequestCheck {
  const { steps, length } = parsePath(text, label);
  const path = text.slice(0, length).trim();
  const rest = text.slice(length).trimStart();
  if (rest === '') return { kind: 'json', path, steps, expected: null, tolerance: 0 };
  if (!rest.startsWith('='))
    throw new RampartError(
      'bad-flag',
      `${label}, column ${text.length - rest.length + 1}: ${quote(rest)} does not go on a path like $.a.b[0]['c']; ${JSON_EXAMPLE}`,
    );
  const written = rest.slice(1).trim();
  const { value, tolerance } = splitTolerance(written, label);
  const expected = parseExpected(value, label);
  if (tolerance > 0 && expected.from === 'plan' && !/\d/.test(expected.json))
    throw new RampartError(
      'bad-flag',
      `${label}: ${quote(written)} has a tolerance, but ${quote(value)} has no number in it`,
    );
  return { kind: 'json', path, steps, expected, tolerance };
}

/** `{{row.NAME}}`, JSON, or a text without quotes; the last two may have placeholders in them. */
function parseExpected(value: string, label: string): ExpectedJson {
  const field = /^\{\{\s*row\.([^{}]+?)\s*\}\}$/.exec(value)?.[1];
  if (field !== undefined) return { from: 'row', field };
  const { text, templated } = value.includes('{{') ? readExpected(value, label) : { text: value };
  if (templated) return { from: 'template', text, place: isJson(sampleOf(text)) ? 'json' : 'text' };
  return { from: 'plan', json: isJson(text) ? text : JSON.stringify(text) };
}

function parseExpectedField(text: string, label: string): RequestCheck {
  const { value, tolerance } = splitTolerance(text, label);
  if (value === '') throw new RampartError('bad-flag', `${label} is empty; write the name of a field`);
  return { kind: 'json', path: '$', steps: [], expected: { from: 'row', field: value }, tolerance };
}

/** What stands before `±` (or `+-`) and the number after it. */
function splitTolerance(text: string, label: string): { readonly value: string; readonly tolerance: number } {
  const [, value, written] = /^(.*?)\s*(?:±|\+-(?=\s*[\d.]))\s*([^±]*)$/s.exec(text.trim()) ?? [];
  if (value === undefined || written === undefined) return { value: text.trim(), tolerance: 0 };
  if (!/^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(written))
    throw new RampartError('bad-flag', `${label}: ${quote(written)} is no tolerance; write a number as in 0.5±1e-9`);
  return { value, tolerance: Number(written) };
}

/** A singular path and nothing else. @throws RampartError 'bad-flag' */
export function parseJsonPath(
  text: string,
  label: string,
): { readonly path: string; readonly steps: readonly (string | number)[] } {
  const { steps, length } = parsePath(text, label);
  if (length < text.trimEnd().length)
    throw new RampartError('bad-flag', `${label}: ${quote(text)} is no path like $.a.b[0]['c']`);
  return { path: text.trim(), steps };
}

/** A singular path (RFC 9535, 2.3.5.1; indices from the start only) at the start of a text. */
function parsePath(text: string, label: string): { readonly steps: (string | number)[]; readonly length: number } {
  const start = /^\s*\$/.exec(text)?.[0].length;
  if (start === undefined)
    throw new RampartError('bad-flag', `${label}: ${quote(text)} does not begin with $; ${JSON_EXAMPLE}`);
  const steps: (string | number)[] = [];
  const step =
    /\.([\p{L}_][\p{L}\p{N}_]*)|\[\s*(0|[1-9]\d{0,8})\s*\]|\[\s*'((?:[^'\\]|\\.)*)'\s*\]|\[\s*"((?:[^"\\]|\\.)*)"\s*\]/uy;
  let length = start;
  step.lastIndex = start;
  for (let match = step.exec(text); match !== null; match = step.exec(text)) {
    const [, name, index, single, double] = match;
    if (index !== undefined) steps.push(Number(index));
    else steps.push(name ?? (single ?? double ?? '').replaceAll(/\\(.)/gs, '$1'));
    length = step.lastIndex;
  }
  return { steps, length };
}
