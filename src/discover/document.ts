/** Documents that a target sends: read within bounds, with nothing taken for granted of their shape. */
import { RampartError } from '../core/errors.ts';
import { isObject, type Json } from '../core/json-value.ts';

/** A document of a server is nested ten deep; a hostile one a million. */
const DEEPEST = 100;

/**
 * Reads a document that a target sent. Bounded before it is parsed; it makes nothing but plain values.
 *
 * @param what it is called where it is refused.
 * @throws RampartError 'unusable' naming the place of what is hostile in it; null where it is no JSON.
 */
export function readDocument(text: string, what: string): Json | null {
  let depth = 0;
  for (let at = 0, quoted = false; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (quoted) {
      if (character === BACKSLASH) at++;
      else if (character === QUOTE) quoted = false;
    } else if (character === QUOTE) quoted = true;
    else if (character === OPEN_LIST || character === OPEN_OBJECT) {
      depth++;
      if (depth > DEEPEST) throw refused(what, `is nested more than ${DEEPEST} deep at character ${at + 1}`);
    } else if (character === CLOSE_LIST || character === CLOSE_OBJECT) depth--;
  }
  const value = jsonOf(text);
  const place = prototypeIn(value, '$');
  if (place !== null) throw refused(what, `names __proto__ at ${place}`);
  return value;
}

/** Null where a text is no JSON. */
export function jsonOf(text: string): Json | null {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

const [QUOTE, BACKSLASH] = [34, 92];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125];

function refused(what: string, problem: string): RampartError {
  return new RampartError('unusable', `${what} ${problem}`, 'Give the body yourself: -b, --body-file or --data.');
}

function prototypeIn(value: unknown, path: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, part] of Object.entries(value)) {
    if (name === '__proto__') return path;
    const found = prototypeIn(part, `${path}.${name}`);
    if (found !== null) return found;
  }
  return null;
}

/** What a `$ref` of a document points to. Nothing is ever fetched or read for one. */
export function resolveRef(root: Json, ref: string): Json {
  if (!ref.startsWith('#'))
    throw new RampartError(
      'unusable',
      `the target's description refers to another document (${JSON.stringify(ref.slice(0, 80))}), which is not fetched`,
      'Give the body yourself: -b, --body-file or --data.',
    );
  let value: Json | undefined = root;
  for (const step of ref.slice(1).split('/').slice(1)) {
    const name = decoded(step).replaceAll('~1', '/').replaceAll('~0', '~');
    value = Array.isArray(value)
      ? value[Number(name)]
      : isObject(value) && Object.hasOwn(value, name)
        ? value[name]
        : undefined;
  }
  return value ?? null;
}

/** Where its escapes are no text: as it is. */
export function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
