/** Secret values themselves: what a text means by one, and the ways in which another may repeat it. */

/** Shorter ones are not looked for: they would be found in everything. */
const SHORTEST = 4;

/**
 * Whether a value is recognised wherever it stands, even within a word. A short one, or a number, may be a part of
 * something else, and is looked for by itself only.
 */
export function isTelling(value: string): boolean {
  if (value.length < 6 || /^\d+$/.test(value)) return false;
  return value.length >= 8 || (/\p{L}/u.test(value) && /\d/.test(value));
}

/** What a written value means: of JSON its texts and numbers, else the text as it stands and as it was escaped. */
export function meantBy(written: string): string[] {
  if (/^\s*[{["]/.test(written)) {
    try {
      return leavesOf(JSON.parse(written));
    } catch {
      // No JSON after all.
    }
  }
  return [written, ...(asJson(written) ?? []), ...(asUrl(written) ?? [])];
}

/** The parts of a header's value that are secrets each: of cookies their values, of `Basic` the user's password. */
export function partsOf(value: string): string[] {
  const parts = meantBy(value);
  const [, scheme = '', rest] = /^([\w-]+)[ \t]+(\S.*)$/s.exec(value) ?? [];
  if (rest !== undefined) parts.push(rest);
  if (/^basic$/i.test(scheme) && rest !== undefined) {
    const user = latin1OfBase64(rest);
    if (user !== null) parts.push(user, user.slice(user.indexOf(':') + 1));
  }
  for (const [, part = ''] of value.matchAll(/(?:^|[;,]\s*)[^=;,\s]+=("[^"]*"|[^;,]*)/g))
    parts.push(part.replaceAll('"', '').trim());
  return parts;
}

/** A value and how JSON, an address, a form, HTML and Base64 write it. Nothing, where it is too short. */
export function waysToWrite(value: string): string[] {
  if (value.length < SHORTEST) return [];
  const json = JSON.stringify(value).slice(1, -1);
  const url = encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, '\ufffd'));
  const html = value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
  const ways = [value, json, JSON.stringify(json).slice(1, -1), url, url.replaceAll('%20', '+'), html];
  return [...ways, ...(value.length < 8 ? [] : [base64Of(value)])];
}

function leavesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}

function asJson(inside: string): string[] | null {
  if (!inside.includes('\\')) return null;
  try {
    const once = String(JSON.parse(`"${inside}"`));
    return [once, ...(asJson(once) ?? [])];
  } catch {
    return null;
  }
}

function asUrl(text: string): string[] | null {
  if (!/[%+]/.test(text)) return null;
  try {
    return [decodeURIComponent(text), decodeURIComponent(text.replaceAll('+', ' '))];
  } catch {
    return null;
  }
}

function base64Of(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text.slice(0, 4_096)))).replace(/=+$/, '');
}

function latin1OfBase64(text: string): string | null {
  try {
    return atob(text.trim());
  } catch {
    return null;
  }
}
