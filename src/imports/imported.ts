/** Requests that were written for another program, or recorded by one, as a scenario can have them. */
import { RampartError } from '../core/errors.ts';

export type Header = readonly [name: string, value: string];

/** What came back, where it was recorded: what later requests may have been made of. */
export interface RecordedResponse {
  readonly headers: readonly Header[];
  /** Absent: none, or not recorded. */
  readonly json?: unknown;
}

/** Its texts are templates: placeholders of ours, and two braces as such written `{{{{`. */
export interface ImportedRequest {
  readonly name: string;
  readonly method: string;
  /** Whole, with its host. */
  readonly url: string;
  readonly headers: readonly Header[];
  readonly body: string | null;
  /** File that is the body, from the folder of the file that names it. */
  readonly bodyFile?: string;
  /** How long after the end of the one before it was sent, where that is known; ms. */
  readonly pause?: number;
  readonly response?: RecordedResponse;
  /** What its response gives to later ones, as a scenario writes it, by the name that they say. */
  readonly captures?: Readonly<Record<string, string>>;
}

export interface Imported {
  /** Not empty. */
  readonly requests: readonly ImportedRequest[];
  /** Whether one was sent after the other. */
  readonly inOrder: boolean;
  /** What is not in them, a sentence for each. */
  readonly leftOut: readonly string[];
}

export type ImportKind = 'har' | 'postman' | 'http' | 'curl';

/** A scenario has no more. */
const MOST_REQUESTS = 1_000;
/** How deep folders, and values of JSON, may lie within each other. */
export const DEEPEST = 100;

/** @param what is wrong with the file, which who calls names. */
export const unusable = (what: string, hint = ''): RampartError => new RampartError('bad-file', what, hint);

/** Takes one more. @param less how there would be fewer. @throws RampartError where it is one too many for a scenario. */
export function take(requests: ImportedRequest[], request: ImportedRequest, less: string): void {
  requests.push(request);
  if (requests.length > MOST_REQUESTS)
    throw unusable(`has more than ${MOST_REQUESTS.toLocaleString('en')} requests`, less);
}

/** How many of what was left out: `3 images, 1 script`. */
export class LeftOut {
  readonly #counts = new Map<string, number>();

  add(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  get sentences(): string[] {
    return [...this.#counts].map(([what, count]) => `${count} × ${what}`);
  }
}

/** What sends headers does so by itself: lengths, connections, and what only browsers say. */
const OF_THE_SENDER =
  /^(?::.*|host|connection|keep-alive|proxy-connection|content-length|transfer-encoding|upgrade|te|trailer|accept-encoding|sec-(?:fetch|ch|gpc|websocket).*|upgrade-insecure-requests|dnt|priority|pragma|cache-control|if-none-match|if-modified-since|referer|user-agent|postman-token)$/i;

/** Headers that belong to the request, not to the program that sent it. */
export const kept = (headers: readonly Header[]): Header[] => headers.filter(([name]) => !OF_THE_SENDER.test(name));

export const headerValue = (headers: readonly Header[], wanted: string): string | undefined =>
  headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
