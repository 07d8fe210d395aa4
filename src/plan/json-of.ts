/** Text as an object of a scenario file, where writing it so loses nothing. */
import { compactJson } from '../core/json-text.ts';

/** Text that is nested deeper is no body that somebody edits. */
const DEEPEST = 100;

/**
 * A text as an object or a list of a scenario, where nothing is lost: it is sent as it was, but for spaces between its parts.
 * Null: it is written as text.
 */
export function jsonOf(text: string): object | null {
  if (!/^\s*[[{]/.test(text) || text.includes('__proto__')) return null;
  try {
    const value: unknown = JSON.parse(text);
    const compact = compactJson(text, (written) => written);
    // Numbers of twenty digits, 1.0, and fields that stand there twice would be others.
    const same = !isDeep(compact) && JSON.stringify(value) === compact;
    return same && typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

function isDeep(json: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (quoted) {
      if (character === '\\') at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '[' || character === '{') {
      if (++depth > DEEPEST) return true;
    } else if (character === ']' || character === '}') depth--;
  }
  return false;
}
