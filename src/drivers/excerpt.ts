import type { Buffer } from 'node:buffer';
import { JsonNumber } from '../core/json-text.ts';

/** How bodies and values are shown in the example of a wrong response: quoted, on one line, and short. */
const EXCERPT = 120;
/** So much of a long text is shown before the place that matters. */
const BEFORE = 40;

export const show = (value: unknown): string => cut(jsonOf(value), EXCERPT);

/** The beginning of a body. */
export function excerpt(bytes: Buffer, start: number, end: number): string {
  if (end <= start) return 'nothing';
  return show(bytes.toString('utf8', start, Math.min(end, start + 2 * EXCERPT)));
}

/** A text around one of its places, with an ellipsis where something is left out. */
function showAround(text: string, at: number): string {
  if (text.length <= EXCERPT) return show(text);
  let from = Math.max(0, Math.min(at - BEFORE, text.length - EXCERPT));
  // Not in the middle of a character.
  if (/[\udc00-\udfff]/.test(text[from] ?? '')) from--;
  const to = from + EXCERPT;
  return `${from > 0 ? '…' : ''}${JSON.stringify(text.slice(from, to))}${to < text.length ? '…' : ''}`;
}

/** Two texts around the first character that differs. */
export function describeTexts(expected: string, actual: string, at: number): string {
  const where = at === 0 ? '' : `at character ${at + 1}: `;
  return `${where}expected ${showAround(expected, at)}, got ${actual === '' ? 'nothing' : showAround(actual, at)}`;
}

export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** What is nested deeper is not shown: a target may nest as deep as it likes. */
const DEEPEST_SHOWN = 8;

/** JSON with the numbers as they were written. */
function jsonOf(value: unknown, depth = 0): string {
  if (value instanceof JsonNumber) return value.text;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (depth > DEEPEST_SHOWN) return '…';
  if (Array.isArray(value)) return `[${value.map((part) => jsonOf(part, depth + 1)).join(',')}]`;
  return `{${Object.entries(value).map(([name, part]) => `${JSON.stringify(name)}:${jsonOf(part, depth + 1)}`)}}`;
}
