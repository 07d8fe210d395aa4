/** Secrets of imported requests, taken out: a scenario names the variable of the environment that has each. */
import { isSecretName } from '../core/secret-names.ts';
import type { Header, ImportedRequest } from './imported.ts';
import { envName } from './variables.ts';

/** A JSON Web Token, wherever it stands. */
const TOKEN = /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g;

/** Before the host of an address. */
const USER = /^[a-z]+:\/\/([^/?#@]+)@/i;

/** Takes the secrets out of requests, one after the other: a value has one name in all of them. */
export class SecretTaker {
  /** Variables of the environment that must be set. */
  readonly names = new Set<string>();
  readonly #byValue = new Map<string, string>();

  take(request: ImportedRequest): ImportedRequest {
    const [, user] = USER.exec(request.url) ?? [];
    const named = request.headers.map(([name, value]): Header => [name, this.#header(name, value)]);
    const headers: Header[] =
      user === undefined
        ? named
        : [...named, ['Authorization', `Basic ${this.#placeholder('basic credentials', btoa(decoded(user)))}`]];
    const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
    const taken = {
      ...request,
      headers,
      url: this.#tokens(this.#address(request.url)),
      body: request.body === null ? null : this.#tokens(this.#body(request.body, type)),
    };
    for (const text of [taken.url, taken.body ?? '', ...headers.map(([, value]) => value)])
      for (const [, name = ''] of text.matchAll(/\{\{\{\{|\{\{\s*env\.(\w+)\s*\}\}/g))
        if (name !== '') this.names.add(name);
    return taken;
  }

  /** What stands in the place of a value; as it is where it is none, or already taken from somewhere. */
  #placeholder(name: string, value: string): string {
    if (value === '' || /(?<!\{)\{\{[^{]/.test(value)) return value;
    const known = this.#byValue.get(value);
    if (known !== undefined) return `{{env.${known}}}`;
    const wanted = envName(name);
    let own = wanted;
    for (let n = 2; this.names.has(own); n++) own = `${wanted}_${n}`;
    this.names.add(own);
    this.#byValue.set(value, own);
    return `{{env.${own}}}`;
  }

  #header(name: string, value: string): string {
    if (!isSecretName(name)) return this.#tokens(value);
    const [, scheme, rest] = /^(Bearer|Basic|Token|ApiKey|Api-Key|Key)\s+(\S.*)$/i.exec(value) ?? [];
    if (scheme === undefined || rest === undefined) return this.#placeholder(name, value);
    const called = /^basic$/i.test(scheme) ? 'basic credentials' : /^bearer$/i.test(scheme) ? 'token' : name;
    return `${scheme} ${this.#placeholder(called, rest)}`;
  }

  #tokens(text: string): string {
    return text.replaceAll(TOKEN, (token) => this.#placeholder('token', token));
  }

  #address(url: string): string {
    const [route = '', ...query] = url.replace(USER, (whole, user: string) => whole.replace(`${user}@`, '')).split('?');
    return query.length === 0 ? route : `${route}?${this.#pairs(query.join('?'))}`;
  }

  #pairs(text: string): string {
    return text
      .split('&')
      .map((pair) => {
        const equals = pair.indexOf('=');
        if (equals < 1 || !isSecretName(pair.slice(0, equals))) return pair;
        return `${pair.slice(0, equals)}=${this.#placeholder(decoded(pair.slice(0, equals)), decoded(pair.slice(equals + 1)))}`;
      })
      .join('&');
  }

  #body(body: string, type: string): string {
    if (/^application\/x-www-form-urlencoded\b/i.test(type)) return this.#pairs(body);
    if (/^multipart\/form-data\b/i.test(type))
      return body.replaceAll(
        /(name="([^"\r\n]{1,200})"\r?\n\r?\n)([^\r\n]*)/g,
        (whole, before: string, name: string, value: string) =>
          isSecretName(name) ? before + this.#placeholder(name, value) : whole,
      );
    return /^\s*[[{]/.test(body) ? this.#json(body) : body;
  }

  /** Values of secret names, in a text that is JSON or nearly so: one way through, whatever it is. */
  #json(text: string): string {
    let made = '';
    let copied = 0;
    let name: string | null = null;
    for (let at = 0; at < text.length; ) {
      const character = text[at];
      if (character === '"') {
        const end = stringEnd(text, at);
        const next = behindSpace(text, end);
        if (text[next] === ':') {
          name = text.slice(at + 1, end - 1);
          at = next + 1;
          continue;
        }
        if (name !== null && isSecretName(name)) {
          made += `${text.slice(copied, at)}"${this.#placeholder(name, meantBy(text.slice(at, end)))}"`;
          copied = end;
        }
        name = null;
        at = end;
      } else if (/[\d-]/.test(character ?? '') && name !== null) {
        const [number = ''] = /^-?[\d.eE+-]+/.exec(text.slice(at, at + 400)) ?? [];
        if (number.length > 1 && isSecretName(name)) {
          made += text.slice(copied, at) + this.#placeholder(name, number);
          copied = at + number.length;
        }
        name = null;
        at += Math.max(1, number.length);
      } else {
        if (character === ',' || character === '{' || character === '[' || character === '}') name = null;
        at++;
      }
    }
    return made + text.slice(copied);
  }
}

/** Behind the closing quote. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return Math.min(at + 1, text.length);
}

function behindSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && ' \t\r\n'.includes(text[at] ?? '')) at++;
  return at;
}

function meantBy(json: string): string {
  try {
    return String(JSON.parse(json));
  } catch {
    return json.slice(1, -1);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
