/** Scenarios that are programs: functions that stand where values do, and what they are called with. */
import { isRecord } from './json-value.ts';

/** A module whose functions make values of requests and check responses. It is run in every load thread. */
export interface FunctionSource {
  /** As it was given. */
  readonly file: string;
  /** SHA-256 of the file's own text, hexadecimal. */
  readonly sha256: string;
  /** What is run: the module with all that it imports; or the file's own text, where that is run from its place. */
  readonly text: string;
  /** Where to import it from; null: `text` is all of it. */
  readonly url: string | null;
  /** Where each function stands: `requests[0].body`. Their number is how templates and checks name them. */
  readonly places: readonly string[];
}

/** What a request is made of. The same object for every call: what is to be kept must be taken out of it. */
export interface RequestContext {
  /** The virtual user, from 0; null: requests arrive without users. */
  readonly user: number | null;
  /** The request's number among all, from 0; of flows with steps, that of its pass. */
  readonly seq: number;
  /** The row of `data` that the request uses; null: there is no data. */
  readonly row: Readonly<Record<string, unknown>> | null;
  /** A number from 0 up to 1. Of equal seeds the same, on any number of threads: each user, or arrival, has numbers of its own. */
  readonly random: () => number;
  /** What responses of the same pass gave. */
  readonly captured: Readonly<Record<string, string>>;
}

/** A response as checks see it. */
export interface CheckedResponse {
  readonly status: number;
  /** The body as text. */
  readonly text: string;
  /** The value of a header, whatever its case; null: there is none. */
  header(name: string): string | null;
  /** The body as JSON; it throws where it is none. */
  json(): unknown;
}

export type ScenarioFunction = (...args: unknown[]) => unknown;

/** What is wrong with a module's export, and where in it. */
export interface ExportFault {
  readonly path: readonly (string | number)[];
  readonly problem: string;
}

/** A scenario with a template in the place of each function; those that check stand beside it. */
export interface Unfolded {
  readonly value: Record<string, unknown>;
  readonly functions: readonly ScenarioFunction[];
  readonly places: readonly string[];
  /** By the request in the list `requests`, or null for the whole file: which function checks. */
  readonly checks: ReadonlyMap<number | null, number>;
}

const ALLOWED = 'functions may stand for body, path, values of headers and check';

/** Takes the functions out of what a scenario module exports, in the order in which they stand. */
export function unfold(exported: unknown): Unfolded | ExportFault {
  if (exported instanceof Promise)
    return { path: [], problem: 'must export a scenario, not a promise of one: export default await …' };
  if (!isRecord(exported))
    return {
      path: [],
      problem: `must export a scenario: export default scenario({ url: 'http://…', vus: 10 })${
        typeof exported === 'function' ? ', not a function' : ''
      }`,
    };
  const functions: ScenarioFunction[] = [];
  const places: string[] = [];
  const checks = new Map<number | null, number>();
  let fault: ExportFault | null = null;
  const take = (path: readonly (string | number)[], made: ScenarioFunction): number => {
    const kind = made.constructor.name;
    if (kind !== 'Function')
      fault ??= {
        path,
        problem: `is ${kind === 'AsyncFunction' ? 'an async' : 'a generator'} function: a request is made when it is due, and cannot wait for anything`,
      };
    functions.push(made);
    places.push(shown(path));
    return functions.length - 1;
  };
  /** Objects that are being copied, from the outermost. */
  const within: unknown[] = [];
  const copy = (value: unknown, path: readonly (string | number)[]): unknown => {
    if (within.includes(value)) {
      fault ??= { path, problem: 'is one of those that it lies within: it would have no end' };
      return null;
    }
    within.push(value);
    const copied = copyOf(value, path);
    within.pop();
    return copied;
  };
  const copyOf = (value: unknown, path: readonly (string | number)[]): unknown => {
    if (typeof value === 'function') {
      if (!mayStand(path)) fault ??= { path, problem: `is a function; ${ALLOWED}` };
      return `{{function ${take(path, value as ScenarioFunction)}}}`;
    }
    if (typeof value === 'bigint' || typeof value === 'symbol') {
      fault ??= { path, problem: `is a ${typeof value}, which no JSON has: write it as text` };
      return null;
    }
    if (Array.isArray(value)) return value.map((part, at) => copy(part, [...path, at]));
    if (!isRecord(value)) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, part]): [string, unknown][] => {
        const inside = [...path, key];
        if (part === undefined) return [];
        if (key !== 'check' || !isRequest(path)) return [[key, copy(part, inside)]];
        if (typeof part === 'function') checks.set(ofRequest(path), take(inside, part as ScenarioFunction));
        else fault ??= { path: inside, problem: 'must be a function of a response' };
        return [];
      }),
    );
  };
  const value = copy(exported, []) as Record<string, unknown>;
  return fault ?? { value, functions, places, checks };
}

/** Where values of a request are, of all or of one in the list. */
const isRequest = (path: readonly (string | number)[]): boolean =>
  path.length === 0 || (path.length === 2 && path[0] === 'requests');

const ofRequest = (path: readonly (string | number)[]): number | null =>
  path.length === 0 ? null : (path[1] as number);

function mayStand(path: readonly (string | number)[]): boolean {
  const inside = path[0] === 'requests' && typeof path[1] === 'number' ? path.slice(2) : path;
  const [field, ...deeper] = inside;
  if (field === 'headers') return deeper.length === 1 && typeof deeper[0] === 'string';
  return deeper.length === 0 && (field === 'body' || (field === 'path' && inside !== path));
}

/** `requests[2].headers.x-id` */
const shown = (path: readonly (string | number)[]): string =>
  path.map((part, at) => (typeof part === 'number' ? `[${part}]` : at === 0 ? part : `.${part}`)).join('');
