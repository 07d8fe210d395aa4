/** What a status means: a success, a redirect, or a failure with a name. */

/** So many different addresses are named; redirects to any other are counted together. */
const NAMED = 20;
const LONGEST = 160;
/** Methods, as Allow lists them. */
const METHODS = /^[A-Za-z]{1,20}(?:\s*,\s*[A-Za-z]{1,20}){0,9}$/;

/** Whether a status is a success by itself, where no check says which are expected. */
export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** Whether a response may say in `Location` where to go instead. */
export const isRedirect = (status: number): boolean => status >= 300 && status < 400 && status !== 304;

/** What a response says to ask instead: of a redirect its Location, of a 405 its Allow (RFC 9110, 10.2.1); null: nothing. */
export function pointerOf(
  status: number,
  location: string | string[] | undefined,
  allow: string | string[] | undefined,
): string | null {
  const [pointer = null] = [status === 405 ? allow : isRedirect(status) ? location : undefined].flat();
  return pointer;
}

/** What a response is called whose status makes it a failure: `HTTP 503`, `307 redirect to /predict/`. */
export class StatusFailures {
  readonly #named = new Set<string>();

  /** @param pointer what the response says to ask instead (see `pointerOf`), or null. */
  messageFor(status: number, pointer: string | null): string {
    if (status === 405 && pointer !== null && METHODS.test(pointer)) return `HTTP 405 (allows ${pointer})`;
    if (!isRedirect(status) || pointer === null || pointer === '') return `HTTP ${status}`;
    const place = placeOf(pointer);
    if (this.#named.size >= NAMED && !this.#named.has(place)) return `${status} redirect to further addresses`;
    this.#named.add(place);
    return `${status} redirect to ${place}`;
  }
}

/** An address without what differs from one response to the next or is nobody's business: user name, query, fragment. */
function placeOf(location: string): string {
  const address = location.replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/?#]*@/i, '$1//');
  const [path = ''] = address.split(/[?#]/, 1);
  const shown = path.replace(/[^\x21-\x7e]/g, escaped);
  const cut = shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown;
  return `${cut}${address.length > path.length ? `${address.charAt(path.length)}…` : ''}`;
}

/** Header values are bytes: Latin-1 as they come from the wire. */
function escaped(char: string): string {
  const code = char.charCodeAt(0);
  return code < 256 ? `%${code.toString(16).toUpperCase().padStart(2, '0')}` : '%EF%BF%BD';
}
