/** Cookies of one user: what is kept of a response, and what goes with a request. */
import { isIP } from 'node:net';

/** What a server may ask to be kept, at most: RFC 6265, 6.1, asks for no less. */
const MOST = 50;
const LONGEST = 4_096;

interface Cookie {
  readonly name: string;
  value: string;
  readonly domain: string;
  /** Only the very host that set it gets it. */
  readonly hostOnly: boolean;
  /** Of one that has a host only: the target that set it. */
  readonly target: string | undefined;
  readonly path: string;
  secure: boolean;
  /** ms of the wall clock; Infinity: the end of the session. */
  expiresAt: number;
}

/** Where a request goes, or a response comes from. */
export interface CookiePlace {
  /** In lower case, without port. */
  readonly host: string;
  /** Path and query. */
  readonly path: string;
  readonly secure: boolean;
  /** Of several targets which one: replicas of one host are told apart. Absent: there is one. */
  readonly target?: string | undefined;
}

/**
 * The cookies of one virtual user, by RFC 6265. Small lists: a session has a handful of them.
 *
 * Browsers know no ports and would mix up the sessions of two targets on one host: a cookie that asks for no domain is of the
 * target that set it, as if each had a host of its own.
 */
export class CookieJar {
  #cookies: Cookie[] = [];
  /** Is there one that ends before the session? Else nobody asks for the time. */
  #mayExpire = false;

  get size(): number {
    return this.#cookies.length;
  }

  clear(): void {
    if (this.#cookies.length > 0) this.#cookies = [];
    this.#mayExpire = false;
  }

  /** Takes what a `Set-Cookie` line asks for (5.3). @returns whether it was one that may be kept. */
  store(line: string, place: CookiePlace, now: number): boolean {
    const parsed = parseSetCookie(line);
    if (parsed === null || parsed.name.length + parsed.value.length > LONGEST) return false;
    const { name, value, attributes } = parsed;
    const asked = attributes.domain;
    if (asked !== '' && !domainMatches(place.host, asked)) return false;
    if (attributes.secure && !place.secure) return false;
    const domain = asked === '' ? place.host : asked;
    const path = attributes.path.startsWith('/') ? attributes.path : defaultPath(place.path);
    const expiresAt = expiryOf(attributes, now);
    const target = asked === '' ? place.target : undefined;
    const at = this.#cookies.findIndex(
      (one) =>
        one.name === name &&
        one.domain === domain &&
        one.path === path &&
        (one.target === undefined || one.target === place.target),
    );
    if (expiresAt <= now) {
      if (at >= 0) this.#cookies.splice(at, 1);
      return true;
    }
    if (expiresAt !== Number.POSITIVE_INFINITY) this.#mayExpire = true;
    const known = this.#cookies[at];
    const cookie = { name, value, domain, hostOnly: asked === '', target, path, secure: attributes.secure, expiresAt };
    // One that is set again keeps its place among those sent.
    if (known !== undefined) this.#cookies[at] = cookie;
    else {
      if (this.#cookies.length >= MOST) this.#cookies.shift();
      this.#cookies.push(cookie);
    }
    return true;
  }

  /** The value of `Cookie` for a request (5.4); empty: there is none to send. */
  header({ host, path, secure, target }: CookiePlace, wallTime: () => number): string {
    if (this.#cookies.length === 0) return '';
    if (this.#mayExpire) {
      const now = wallTime();
      this.#cookies = this.#cookies.filter(({ expiresAt }) => expiresAt > now);
    }
    const question = path.indexOf('?');
    const plain = question < 0 ? path : path.slice(0, question);
    const sent = this.#cookies.filter(
      (one) =>
        (one.hostOnly ? one.domain === host && one.target === target : domainMatches(host, one.domain)) &&
        pathMatches(plain, one.path) &&
        (secure || !one.secure),
    );
    // Longer paths first; of equal ones the earlier.
    if (sent.length > 1) sent.sort((a, b) => b.path.length - a.path.length);
    return sent.map(({ name, value }) => (name === '' ? value : `${name}=${value}`)).join('; ');
  }
}

interface Attributes {
  domain: string;
  path: string;
  secure: boolean;
  /** As it stands there; empty: it does not, or is none. */
  maxAge: string;
  expires: number | null;
}

/** RFC 6265, 5.2. Null: it is to be ignored. */
function parseSetCookie(line: string): { name: string; value: string; attributes: Attributes } | null {
  const [pair = '', ...parts] = line.split(';');
  const equals = pair.indexOf('=');
  if (equals < 0) return null;
  const name = pair.slice(0, equals).trim();
  const value = pair.slice(equals + 1).trim();
  if (name === '') return null;
  const attributes: Attributes = { domain: '', path: '', secure: false, maxAge: '', expires: null };
  for (const part of parts) {
    const at = part.indexOf('=');
    const key = (at < 0 ? part : part.slice(0, at)).trim().toLowerCase();
    const text = at < 0 ? '' : part.slice(at + 1).trim();
    if (key === 'secure') attributes.secure = true;
    else if (key === 'path') attributes.path = text;
    else if (key === 'domain') {
      if (text !== '') attributes.domain = text.replace(/^\./, '').toLowerCase();
    } else if (key === 'max-age') {
      if (/^-?\d+$/.test(text)) attributes.maxAge = text;
    } else if (key === 'expires') {
      const expires = parseCookieDate(text);
      if (expires !== null) attributes.expires = expires;
    }
  }
  return { name, value, attributes };
}

function expiryOf({ maxAge, expires }: Attributes, now: number): number {
  if (maxAge !== '') {
    const seconds = Number(maxAge);
    return seconds <= 0 ? Number.NEGATIVE_INFINITY : now + seconds * 1e3;
  }
  return expires ?? Number.POSITIVE_INFINITY;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** A date as servers have written them in thirty years (5.1.1). Null: it is none. */
export function parseCookieDate(text: string): number | null {
  let time: readonly number[] | null = null;
  let day: number | null = null;
  let month: number | null = null;
  let year: number | null = null;
  for (const token of text.split(/[\t\u0020-\u002f\u003b-\u0040\u005b-\u0060\u007b-\u007e]+/)) {
    if (token === '') continue;
    if (time === null) {
      const [, hours, minutes, seconds] = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D.*)?$/.exec(token) ?? [];
      if (hours !== undefined) {
        time = [Number(hours), Number(minutes), Number(seconds)];
        continue;
      }
    }
    const days = /^(\d{1,2})(?:\D.*)?$/.exec(token)?.[1];
    if (day === null && days !== undefined) {
      day = Number(days);
      continue;
    }
    const named = MONTHS.indexOf(token.slice(0, 3).toLowerCase());
    if (month === null && named >= 0) {
      month = named;
      continue;
    }
    const years = /^(\d{2,4})(?:\D.*)?$/.exec(token)?.[1];
    if (year === null && years !== undefined) year = Number(years);
  }
  if (time === null || day === null || month === null || year === null) return null;
  if (year >= 70 && year <= 99) year += 1_900;
  else if (year <= 69) year += 2_000;
  const [hours = 0, minutes = 0, seconds = 0] = time;
  if (day < 1 || day > 31 || year < 1_601 || hours > 23 || minutes > 59 || seconds > 59) return null;
  const at = new Date(Date.UTC(year, month, day, hours, minutes, seconds));
  return at.getUTCDate() === day ? at.getTime() : null;
}

/** RFC 6265, 5.1.3: an address has no domains above it. */
function domainMatches(host: string, domain: string): boolean {
  if (host === domain) return true;
  return host.endsWith(`.${domain}`) && isIP(host) === 0;
}

/** 5.1.4 */
function pathMatches(path: string, wanted: string): boolean {
  if (path === wanted) return true;
  return path.startsWith(wanted) && (wanted.endsWith('/') || path[wanted.length] === '/');
}

/** 5.1.4: up to the last slash but the first. */
function defaultPath(path: string): string {
  const question = path.indexOf('?');
  const plain = question < 0 ? path : path.slice(0, question);
  const slash = plain.lastIndexOf('/');
  return plain.startsWith('/') && slash > 0 ? plain.slice(0, slash) : '/';
}
