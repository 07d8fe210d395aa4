/**
 * Which names have values that are nobody else's business: of headers, cookies, query parameters, form fields and JSON
 * fields. The one place that decides it.
 */

/** Wherever one of these words stands in a name, its value is secret: `x-auth-user`, `passwordHash`. */
const ANYWHERE = new Set([
  'auth',
  'authorization',
  'authentication',
  'oauth',
  'bearer',
  'cookie',
  'cookies',
  'credential',
  'credentials',
  'creds',
  'dpop',
  'jwt',
  'passcode',
  'passphrase',
  'passwd',
  'password',
  'passwords',
  'pwd',
  'secret',
  'secrets',
]);

/** These say what the value is, so they count at the end of a name only: an API key is secret, a key metric is not. */
const AT_THE_END = new Set([
  'apikey',
  'apikeys',
  'assertion',
  'csrf',
  'key',
  'otp',
  'pass',
  'session',
  'sessid',
  'sid',
  'sig',
  'signature',
  'token',
  'xsrf',
]);

/** These are secret only where they are the whole name: `?code=` is a key, a ZIP code is not. */
const ALONE = new Set(['code', 'pin']);

/** Words behind the one that counts: `sessionId`, `token_value`, `key2`. */
const TRAILERS = new Set(['b64', 'base64', 'code', 'data', 'hash', 'hex', 'id', 'string', 'value', 'verifier']);

/** Names of one word that are two: `authtoken`, `PHPSESSID`, `aspsessionid`. */
const GLUED =
  /(?:token|secret|password|passwd|passphrase|cookie|signature|credentials?|jwt|sessid|session|sessionid|(?:api|access|auth|private|session|shared|signing|subscription)keys?)$/;

/** Tokens that are pieces of text, in the requests of language models. */
const TEXT_TOKENS = /^(?:bos|cls|completion|eos|mask|max|min|new|num|pad|prompt|sep|special|stop|total|unk)$/;

/** As names are compared: without case, separators or percent-encoding. */
export function plainName(name: string): string {
  return decoded(name)
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Whether the value under a name is secret. */
export function isSecretName(name: string): boolean {
  const words = wordsOf(decoded(name));
  if (words.some((word) => ANYWHERE.has(word) || (GLUED.test(word) && !AT_THE_END.has(word)))) return true;
  if (/^(?:access|device|reset|security|verification)$/.test(words.at(-2) ?? '') && words.at(-1) === 'code')
    return true;
  while (words.length > 1 && TRAILERS.has(words.at(-1) ?? '')) words.pop();
  const last = words.at(-1) ?? '';
  if (words.length === 1 && ALONE.has(last)) return true;
  if (last === 'token' && TEXT_TOKENS.test(words.at(-2) ?? '')) return false;
  return AT_THE_END.has(last);
}

/** `X-API-Key`, `apiKey` and `api_key` are words all the same; a number is none. */
function wordsOf(name: string): string[] {
  return (name.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}]+/gu) ?? []).map((word) => word.toLowerCase());
}

/** As a server would read it; a malformed escape is left as it is. */
function decoded(name: string): string {
  if (!/[%\\]/.test(name)) return name;
  const unescaped = name.replaceAll(/\\+u([0-9a-f]{4})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return unescaped.replaceAll(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}
