/** Calls a scenario's functions for requests and responses, keeps what they made, and counts the time that they took. */
import { capturedNames } from '../core/capture.ts';
import type { Exchange } from '../core/exchange.ts';
import type { CheckedResponse, RequestContext, ScenarioFunction } from '../core/functions.ts';
import { functionsOf } from '../core/placeholders.ts';
import type { Plan } from '../core/plan.ts';
import type { Clock, FunctionCalls } from '../core/ports.ts';
import type { Place } from '../core/template.ts';
import { randomOfStep } from './pauses.ts';
import { Random, splitmix32 } from './random.ts';

/** Numbers of functions are no numbers of pauses. */
const STREAM = 0x66_6e_63_74;

/** The row of a request, by its number and its user (-1: none), as JSON. */
type RowReader = (index: number, user: number) => string;

/** One function of a request, and what its value must be. */
interface Made {
  readonly number: number;
  readonly place: Place;
}

export class FunctionValues implements FunctionCalls {
  /** Why the last value could not be made, or a response not be checked. */
  message = '';
  calls = 0;
  /** µs. */
  spent = 0;
  clock: Clock | null = null;
  readonly #functions: readonly ScenarioFunction[];
  readonly #places: readonly string[];
  /** By request. */
  readonly #made: readonly (readonly Made[])[];
  readonly #context: Context;

  /** @param rowOf null: there is no data. */
  constructor(plan: Plan, functions: readonly ScenarioFunction[], rowOf: RowReader | null) {
    this.#functions = functions;
    this.#places = plan.functions?.places ?? [];
    this.#made = plan.requests.map(functionsOf);
    this.#context = new Context(plan, rowOf);
  }

  /** Makes what a request needs, into the exchange. @returns false: a function failed, see `message`. */
  make(exchange: Exchange): boolean {
    const wanted = this.#made[exchange.request] ?? [];
    if (wanted.length === 0) return true;
    const from = this.#begin();
    exchange.made ??= [];
    this.#context.enter(exchange);
    let current = 0;
    try {
      for (const { number, place } of wanted) {
        current = number;
        exchange.made[number] = written((this.#functions[number] as ScenarioFunction)(this.#context), place);
      }
      return true;
    } catch (error) {
      this.message = this.#failure(current, error);
      return false;
    } finally {
      this.#end(from, wanted.length);
    }
  }

  /** @returns why a response is wrong, null: it is not; undefined: the function failed, see `message`. */
  check(number: number, exchange: Exchange, response: CheckedResponse): string | null | undefined {
    const from = this.#begin();
    this.#context.enter(exchange);
    try {
      const said = (this.#functions[number] as ScenarioFunction)(response, this.#context);
      if (said === true) return null;
      if (said === false) return `${this.#places[number] ?? 'check'} says no`;
      if (typeof said === 'string') return said === '' ? 'check says no' : oneLine(said);
      this.message = `${this.#places[number]}: a check returns true, false, or what is wrong as text, not ${nameOf(said)}`;
      return undefined;
    } catch (error) {
      this.message = this.#failure(number, error);
      return undefined;
    } finally {
      this.#end(from, 1);
    }
  }

  #begin(): number {
    return this.clock?.now() ?? 0;
  }

  #end(from: number, calls: number): void {
    this.calls += calls;
    this.spent += (this.clock?.now() ?? 0) - from;
  }

  #failure(number: number, error: unknown): string {
    const message = error instanceof Error ? error.message : String(error);
    return `${this.#places[number] ?? 'a function'}: ${oneLine(message) || 'an error without a message'}`;
  }
}

const oneLine = (text: string): string => (text.split('\n')[0] ?? '').trim().slice(0, 200);

const nameOf = (value: unknown): string => {
  if (value === null || value === undefined) return String(value);
  return value instanceof Promise ? 'a promise, which nobody can wait for' : `a value of type ${typeof value}`;
};

/** A value as it goes into the request. @throws Error where it cannot stand there. */
function written(value: unknown, place: Place): string {
  if (place === 'path' || place === 'header') {
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    if (typeof text !== 'string') throw new Error(`must return text, not ${nameOf(value)}`);
    if (place === 'header') {
      if (!HEADER.test(text)) throw new Error('returned characters that no header may have');
    } else if (!PATH.test(text)) throw new Error('must return a path that begins with / and has no blanks or controls');
    return text;
  }
  if (typeof value === 'string') return value;
  const json = value instanceof Promise ? undefined : JSON.stringify(value);
  if (json === undefined) throw new Error(`must return text or something that is sent as JSON, not ${nameOf(value)}`);
  return json;
}

/** RFC 9110, 5.5, in Latin-1; RFC 9112, 3.2. */
const HEADER = /^[\t\x20-\x7e\x80-\xff]*$/;
const PATH = /^\/[\x21-\x7e]*$/;

/** One object for all calls: what is dear is made where it is asked for. */
class Context implements RequestContext {
  user: number | null = null;
  seq = 0;
  readonly random: () => number;
  readonly #seed: number;
  readonly #names: readonly string[];
  readonly #rowOf: RowReader | null;
  /** Of virtual users. */
  readonly #randoms = new Map<number, Random>();
  #exchange: Exchange | null = null;
  #random: Random | null = null;
  #row: RequestContext['row'] | undefined;

  constructor(plan: Plan, rowOf: RowReader | null) {
    this.#seed = splitmix32(plan.seed ^ STREAM) >>> 0;
    this.#names = capturedNames(plan);
    this.#rowOf = rowOf;
    this.random = () => {
      this.#random ??= this.#randomOf(this.#exchange as Exchange);
      return this.#random.uniform();
    };
  }

  get row(): RequestContext['row'] {
    if (this.#row === undefined)
      this.#row =
        this.#rowOf === null ? null : (JSON.parse(this.#rowOf(this.seq, this.user ?? -1)) as RequestContext['row']);
    return this.#row ?? null;
  }

  get captured(): Readonly<Record<string, string>> {
    const values = this.#exchange?.captured ?? [];
    return Object.fromEntries(this.#names.map((name, place) => [name, values[place] ?? '']));
  }

  enter(exchange: Exchange): void {
    this.#exchange = exchange;
    this.user = exchange.user < 0 ? null : exchange.user;
    this.seq = exchange.index;
    this.#random = null;
    this.#row = undefined;
  }

  #randomOf({ user, index, step }: Exchange): Random {
    if (user < 0) return randomOfStep(this.#seed, index, step);
    const known = this.#randoms.get(user) ?? new Random(this.#seed, 1 + user);
    this.#randoms.set(user, known);
    return known;
  }
}
