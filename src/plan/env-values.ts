/**
 * `{{env.NAME}}` in a scenario file: a value of the environment, so that a file that is shared holds no secret. It is put in
 * when the file is read, as its place asks, before any other placeholder is looked at.
 */
import { compactJson } from '../core/json-text.ts';
import { type Placeholder, styled, writeText, writeUntyped } from '../core/template.ts';
import { isJson } from './json.ts';
import type { WrittenPath } from './raw-settings.ts';
import { literalText, sampleOf } from './template.ts';

/** The value of a variable; `place` is the setting that needs it. */
export type EnvValueOf = (name: string, place: WrittenPath) => string;

/** Two braces that are meant as such, or a variable of the environment. */
const VARIABLE = /\{\{\{\{|\{\{\s*env\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g;

const mentions = (text: string): boolean => /\{\{\s*env\./.test(text);

/** Settings that have no placeholders of other kinds: braces of a value stay as they are. */
const PLAIN = new Set(['user', 'proxy']);

/** The settings of a scenario with the environment's values in them. Bodies that are no text are left: see `bodyWithEnvironment`. */
export function withEnvironment(
  settings: Readonly<Record<string, unknown>>,
  readValue: EnvValueOf,
  at: WrittenPath = [],
): Readonly<Record<string, unknown>> {
  return fieldsOf(settings, at, readValue);
}

function fieldsOf(
  fields: Readonly<Record<string, unknown>>,
  path: WrittenPath,
  readValue: EnvValueOf,
): Record<string, unknown> {
  const form = isForm(fields['headers']);
  const filled: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const inside = [...path, name];
    const of = (): unknown => {
      if (name === 'body') return typeof value === 'string' ? bodyText(value, form, inside, readValue) : value;
      return valueAt(value, inside, readValue);
    };
    Object.defineProperty(filled, name, { value: of(), enumerable: true, configurable: true, writable: true });
  }
  return filled;
}

function valueAt(value: unknown, path: WrittenPath, readValue: EnvValueOf): unknown {
  if (typeof value === 'string') return settingText(value, path, readValue);
  if (Array.isArray(value)) return value.map((each: unknown, index) => valueAt(each, [...path, index], readValue));
  if (typeof value !== 'object' || value === null) return value;
  return fieldsOf(value as Record<string, unknown>, path, readValue);
}

function settingText(text: string, path: WrittenPath, readValue: EnvValueOf): string {
  if (!mentions(text)) return text;
  const setting = String(path.findLast((step) => typeof step === 'string'));
  const isAddress = path.length <= 3 && (setting === 'url' || setting === 'path');
  return text.replaceAll(VARIABLE, (whole, name: string | undefined, offset: number) => {
    if (name === undefined) return whole;
    const value = readValue(name, path);
    if (PLAIN.has(setting)) return value;
    // What stands before the query may be a whole address.
    return literalText(isAddress && text.slice(0, offset).includes('?') ? writeText(value, 'url') : value);
  });
}

/** A text that is sent: in a form a value is percent-encoded, in JSON it stays within its place. */
function bodyText(text: string, form: boolean, path: WrittenPath, readValue: EnvValueOf): string {
  if (!mentions(text)) return text;
  return filledBody(text, form ? 'form' : isJson(sampleOf(text)) ? 'json' : 'text', path, readValue);
}

/** A body that is JSON, as it is written. */
export const bodyWithEnvironment = (json: string, path: WrittenPath, readValue: EnvValueOf): string =>
  mentions(json) ? filledBody(json, 'json', path, readValue) : json;

/** Rows that are JSON, without the spaces between their parts: no placeholders are read in what a row holds. */
export const rowsWithEnvironment = (json: string, path: WrittenPath, readValue: EnvValueOf): string =>
  compactJson(json, (written) => {
    if (!written.includes('{{')) return written;
    const text = JSON.parse(written) as string;
    if (!mentions(text)) return written;
    return JSON.stringify(
      text.replaceAll(VARIABLE, (whole, name: string | undefined) =>
        name === undefined ? whole : readValue(name, path),
      ),
    );
  });

function filledBody(text: string, place: 'json' | 'form' | 'text', path: WrittenPath, readValue: EnvValueOf): string {
  const pieces: (string | Variable)[] = [];
  let at = 0;
  for (const { 0: written, 1: name, index } of text.matchAll(VARIABLE)) {
    if (name === undefined) continue;
    pieces.push(text.slice(at, index), { kind: 'captured', name });
    at = index + written.length;
  }
  pieces.push(text.slice(at));
  // The texts around a variable say whether it stands within quotes.
  return styled(pieces, place)
    .map(({ piece, style }) =>
      typeof piece === 'string' ? piece : literalText(writeUntyped(readValue((piece as Variable).name, path), style)),
    )
    .join('');
}

/** Stands where any value may stand. */
type Variable = Extract<Placeholder, { readonly kind: 'captured' }>;

/** Whether headers say that the body is a form. */
function isForm(headers: unknown): boolean {
  const lines = Array.isArray(headers)
    ? headers.map(String)
    : Object.entries(typeof headers === 'object' && headers !== null ? headers : {}).map(
        ([name, value]) => `${name}:${String(value)}`,
      );
  return lines.some((line) => /^\s*content-type\s*:\s*application\/x-www-form-urlencoded\b/i.test(line));
}
