/** The text of a scenario file as values with their places, and the reader of those in JSON. */
import { compactJson, elementTexts, fieldTexts } from '../core/json-text.ts';
import { checkJson, type JsonPath, positionsIn, type TextPlace } from './json.ts';
import { withoutComments } from './json-comments.ts';
import type { WrittenFunctions } from './raw-settings.ts';

/** What a scenario file says, and where. */
export interface ScenarioDocument {
  /** As `JSON.parse` gives it. */
  readonly value: unknown;
  /** Where the field or element of that path is, or what it would be in; null: a program made it. */
  placeOf(path: JsonPath): TextPlace | null;
  /** The body of the file, or of one of its requests, as the JSON that is sent; null: there is none. */
  bodyOf(request: RequestPlace | null): string | null;
  /** The list of that path, rows of `data`, as JSON with its numbers as they are written; null: a program made it. */
  rowsOf(path: JsonPath): string | null;
  /** Of a module with functions. */
  readonly functions?: WrittenFunctions;
}

/** Where in a file a request is. */
export type RequestPlace = readonly [list: (typeof LISTS)[number], index: number];

/** The lists of requests that a file may have. */
const LISTS = ['requests', 'setup', 'teardown'] as const;

/** Why a text is no scenario. `problem` goes on from the file's name and the place. */
export interface DocumentFault extends TextPlace {
  readonly problem: string;
}

/** The same of a module, which has no places in a text. */
export interface ModuleFault {
  readonly problem: string;
  readonly hint: string;
}

/** Reads the text of a scenario file. @returns a fault as a value: who calls knows the file's name. */
export type DocumentReader = (text: string) => ScenarioDocument | { readonly fault: DocumentFault | ModuleFault };

/** Places of a file by path; a path that has none is where its container is. */
export class Places {
  readonly #offsets = new Map<string, number>();
  /** Where an offset is. */
  readonly at: (offset: number) => TextPlace;

  constructor(text: string) {
    this.at = positionsIn(text);
  }

  /** @returns false where the path had a place already. */
  add(path: JsonPath, offset: number): boolean {
    const key = JSON.stringify(path);
    const first = !this.#offsets.has(key);
    this.#offsets.set(key, offset);
    return first;
  }

  of(path: JsonPath): TextPlace {
    for (let length = path.length; length > 0; length--) {
      const known = this.#offsets.get(JSON.stringify(path.slice(0, length)));
      if (known !== undefined) return this.at(known);
    }
    return this.at(0);
  }
}

/** Whether a path leads to a setting, of all or of one request: not into a body, where anything may stand. */
export const isSetting = (path: JsonPath): boolean => {
  const [first, , second] = path;
  const ofRequest = LISTS.some((list) => list === first);
  return path.length === 1 || (first !== 'body' && !(ofRequest && second === 'body' && path.length > 3));
};

/** Whether a path leads to the `data` of the file, or of one of its environments. */
export const isData = (path: JsonPath): boolean =>
  path.at(-1) === 'data' && (path.length === 1 || (path.length === 3 && path[0] === 'environments'));

/** `requests[2].timeout` */
export const shownPath = (path: JsonPath): string =>
  path.map((part, place) => (typeof part === 'number' ? `[${part}]` : place === 0 ? part : `.${part}`)).join('');

/** Longer lines are no scenario that somebody wrote; reading them takes minutes. Characters. */
const LONGEST_LINE = 4 * 2 ** 20;

/** The first line that is too long to be read. */
export function longLine(text: string): DocumentFault | null {
  let line = 1;
  for (let start = 0; start < text.length; line++) {
    const end = text.indexOf('\n', start);
    const length = (end < 0 ? text.length : end) - start;
    if (length > LONGEST_LINE)
      return { line, column: 1, problem: 'is longer than 4 MiB: put a large body into a file of its own (bodyFile)' };
    if (end < 0) break;
    start = end + 1;
  }
  return null;
}

/** A scenario in JSON, which may have comments. */
export const readJsonDocument: DocumentReader = (written) => {
  const text = withoutComments(written);
  const places = new Places(text);
  let twice: JsonPath | null = null;
  const fault =
    longLine(text) ??
    notJson(text, (path, offset) => {
      if (isSetting(path) && !places.add(path, offset)) twice ??= [...path];
    });
  if (fault !== null) return { fault };
  if (twice !== null) return { fault: { ...places.of(twice), problem: givenTwice(twice) } };
  let bodies: ReturnType<typeof bodiesIn> | null = null;
  return {
    value: JSON.parse(text) as unknown,
    placeOf: (path) => places.of(path),
    bodyOf: (request) => {
      bodies ??= bodiesIn(text);
      const body = request === null ? bodies.whole : bodies.ofRequests[request[0]][request[1]];
      return body == null ? null : bodyText(body);
    },
    rowsOf: (path) => {
      let within = text;
      for (const name of path) within = fieldTexts(within).get(String(name)) ?? '';
      return within.startsWith('[') ? within : null;
    },
  };
};

function notJson(text: string, onPart: (path: JsonPath, offset: number) => void): DocumentFault | null {
  const fault = checkJson(text, onPart);
  return fault === null ? null : { ...fault, problem: `is not JSON: ${fault.problem}` };
}

/** The colon parts what is at the place from what is wrong with it. */
export const givenTwice = (path: JsonPath): string => `: ${shownPath(path)} is given twice`;

/** Read once, for all requests. */
function bodiesIn(text: string): {
  readonly whole: string | null;
  readonly ofRequests: Readonly<Record<RequestPlace[0], readonly (string | null)[]>>;
} {
  const fields = fieldTexts(text);
  const within = (list: RequestPlace[0]): (string | null)[] => {
    const written = fields.get(list)?.trim() ?? '[]';
    return written.startsWith('[')
      ? elementTexts(written).map((request) => fieldTexts(request).get('body') ?? null)
      : [];
  };
  return {
    whole: fields.get('body') ?? null,
    ofRequests: { requests: within('requests'), setup: within('setup'), teardown: within('teardown') },
  };
}

/** A body as it is written, but for the scenario's indentation. Escapes within a placeholder's name are the scenario's, too. */
function bodyText(json: string): string {
  return compactJson(json, (written) => {
    const text = JSON.parse(written) as string;
    return text.includes('{{') ? JSON.stringify(text) : written;
  });
}
