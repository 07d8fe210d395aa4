/** Short pieces of bodies for messages, with no secret in them. */
import type { Buffer } from 'node:buffer';
import { JsonNumber } from '../core/json-text.ts';
import { MARGIN, type Secrets } from '../core/secret.ts';

/** How bodies and values are shown in the example of a wrong response: quoted, on one line, and short. */
const EXCERPT = 120;
/** So much of a long text is shown before the place that matters. */
const BEFORE = 40;

/** Shows what was expected and what came, without the secrets in it. */
export class Excerpts {
  readonly #secrets: Secrets;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** Whether what stands under a name, or at the end of a JSON path, is not to be shown at all. */
  hides(...steps: (string | number)[]): boolean {
    return this.#secrets.isSecretPath(steps);
  }

  /** A value, as JSON. */
  of(value: unknown): string {
    const text = typeof value === 'string';
    const shown = this.#secrets.excerpt(text ? value : jsonOf(value), 0, EXCERPT);
    return text ? JSON.stringify(shown) : shown;
  }

  /** The beginning of a body. */
  beginning(bytes: Buffer, start: number, end: number): string {
    if (end <= start) return 'nothing';
    return this.of(bytes.toString('utf8', start, Math.min(end, start + 4 * EXCERPT + MARGIN)));
  }

  /** Two texts around the first character that differs. */
  ofTexts(expected: string, actual: string, at: number): string {
    const where = at === 0 ? '' : `at character ${at + 1}: `;
    return `${where}expected ${this.#around(expected, at)}, got ${actual === '' ? 'nothing' : this.#around(actual, at)}`;
  }

  /** A text around one of its places, with an ellipsis where something is left out. */
  #around(text: string, at: number): string {
    if (text.length <= EXCERPT) return this.of(text);
    let from = Math.max(0, Math.min(at - BEFORE, text.length - EXCERPT));
    // Not in the middle of a character.
    if (/[\udc00-\udfff]/.test(text[from] ?? '')) from--;
    const shown = this.#secrets.excerpt(text, from, EXCERPT, '');
    return `${from > 0 ? '…' : ''}${JSON.stringify(shown)}${from + EXCERPT < text.length ? '…' : ''}`;
  }
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
