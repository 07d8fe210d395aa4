import type { Exchange } from '../core/exchange.ts';
import { mayExceedDoubles } from '../core/json-number.ts';
import { JsonNumber, readExactJson } from '../core/json-text.ts';
import type { AnswerCheck, Plan } from '../core/plan.ts';
import type { Payloads } from '../core/ports.ts';
import { OUTCOME_CODE, type OutcomeCode } from '../core/sample.ts';
import { SECRET_NAME } from '../core/secret.ts';
import type { AnswerBuffer } from './answer.ts';
import { type Difference, firstDifference, hasStep, pathAfter } from './difference.ts';

/** Examples of wrong answers per run and thread; of each kind the first. */
const EXAMPLES = 20;
const EXAMPLE_CHARACTERS = 300;
const EXCERPT = 120;

type JsonCheck = Extract<AnswerCheck, { kind: 'json' }>;

/** One check, compiled. Returns what is wrong in words that are equal for equal causes, or ''. */
type Compiled = (exchange: Exchange, answer: AnswerBuffer) => string;

/** Judges answers by the plan's checks. Makes nothing per answer but what JSON takes. */
export class AnswerChecker {
  /** Of the last one that was not ok. */
  message = '';
  /** Of the last wrong answer: what was expected and what came; empty where there have been examples enough. */
  example = '';
  readonly #statuses: readonly (readonly [number, number])[] | null;
  readonly #checks: readonly Compiled[];
  readonly #payloads: Payloads | null;
  readonly #untyped: boolean;
  readonly #secrets: readonly string[];
  readonly #examples = new Set<string>();
  /** What a failed check has to say beyond its message. */
  #detail: () => string = () => '';
  /** The answer's JSON, parsed once for all checks of it. */
  #json: unknown;
  #parsed = false;

  /** Null where the plan checks nothing. */
  static of(plan: Plan, payloads: Payloads | null): AnswerChecker | null {
    return plan.checks.length === 0 ? null : new AnswerChecker(plan, payloads);
  }

  constructor(plan: Plan, payloads: Payloads | null) {
    const status = plan.checks.find((check) => check.kind === 'status');
    this.#statuses = status?.statuses ?? null;
    this.#checks = plan.checks.flatMap((check) => this.#compile(check) ?? []);
    this.#payloads = payloads;
    this.#untyped = plan.data?.format === 'csv';
    this.#secrets = secretsOf(plan);
  }

  /**
   * A status of 400 or more that is not expected is an error of HTTP; any other answer that is not as it must be is a
   * wrong one.
   */
  judge(exchange: Exchange, answer: AnswerBuffer): OutcomeCode {
    const { status } = exchange;
    this.message = '';
    this.example = '';
    this.#parsed = false;
    if (!this.#expects(status)) {
      if (status >= 400) {
        this.message = `HTTP ${status}`;
        return OUTCOME_CODE['http-error'];
      }
      this.#detail = () => `status ${status}`;
      return this.#wrong(`status ${status} is not an expected one`, exchange);
    }
    for (const check of this.#checks) {
      const message = check(exchange, answer);
      if (message !== '') return this.#wrong(message, exchange);
    }
    return OUTCOME_CODE.ok;
  }

  #expects(status: number): boolean {
    if (this.#statuses === null) return status < 400;
    for (const [from, to] of this.#statuses) if (status >= from && status <= to) return true;
    return false;
  }

  #wrong(message: string, { bank }: Exchange): OutcomeCode {
    this.message = message;
    const kind = `${bank} ${message}`;
    if (this.#examples.size < EXAMPLES && !this.#examples.has(kind)) {
      this.#examples.add(kind);
      this.example = cut(this.#mask(this.#detail()), EXAMPLE_CHARACTERS);
    }
    return OUTCOME_CODE['wrong-answer'];
  }

  #compile(check: AnswerCheck): Compiled | null {
    switch (check.kind) {
      case 'status':
        return null;
      case 'header':
        return (_, answer) => this.#header(check.name, check.value, answer);
      case 'body': {
        const expected = Buffer.from(check.text);
        return (_, answer) => this.#body(expected, answer);
      }
      case 'contains': {
        const wanted = Buffer.from(check.text);
        return (_, answer) => this.#contains(wanted, check.text, answer);
      }
      case 'json':
        return this.#compileJson(check);
    }
  }

  #header(name: string, expected: string, answer: AnswerBuffer): string {
    const value = answer.header(name.toLowerCase());
    if (value === expected) return '';
    const shown = SECRET_NAME.test(name) ? '***' : null;
    this.#detail = () =>
      `${name}: expected ${shown ?? show(expected)}, got ${value === null ? 'none' : (shown ?? show(value))}`;
    return value === null ? `the header ${name} is missing` : `the header ${name} differs`;
  }

  #body(expected: Buffer, answer: AnswerBuffer): string {
    const { bytes, start, end } = answer;
    if (!answer.tooLarge && end - start === expected.length && expected.compare(bytes, start, end) === 0) return '';
    this.#detail = () => {
      const length = Math.min(expected.length, end - start);
      let at = 0;
      while (at < length && expected[at] === bytes[start + at]) at++;
      const from = Math.max(0, at - 20);
      return `from byte ${from}: expected ${excerpt(expected, from, expected.length)}, got ${excerpt(bytes, start + from, end)}`;
    };
    return unreadable(answer) ?? 'the body differs';
  }

  #contains(wanted: Buffer, text: string, answer: AnswerBuffer): string {
    const { bytes, start, end } = answer;
    const at = bytes.indexOf(wanted, start);
    if (!answer.tooLarge && at >= 0 && at + wanted.length <= end) return '';
    this.#detail = () => `expected ${show(text)} within ${excerpt(bytes, start, end)}`;
    return unreadable(answer) ?? 'the body lacks an expected text';
  }

  #compileJson(check: JsonCheck): Compiled {
    const { steps, path, expected, tolerance } = check;
    const constant = expected?.from === 'plan' ? expectedOf(expected.json) : null;
    return (exchange, answer) => {
      if (!this.#parse(answer)) {
        const { bytes, start, end } = answer;
        this.#detail = () => `got ${excerpt(bytes, start, end)}`;
        return unreadable(answer) ?? 'the body is not JSON';
      }
      let actual = this.#json;
      for (const step of steps) {
        if (!hasStep(actual, step)) {
          this.#detail = () => `${path}: not in ${excerpt(answer.bytes, answer.start, answer.end)}`;
          return `${path} is missing`;
        }
        actual = (actual as Record<string | number, unknown>)[step];
      }
      if (expected === null) return '';
      let wanted = constant;
      if (expected.from === 'row') {
        const json = this.#payloads?.field(expected.field, exchange.index) ?? 'null';
        if (this.#untyped && actual === json) return '';
        wanted = expectedOf(json);
      }
      if (wanted === null) return '';
      const { json, value, exact } = wanted;
      /** With every number as it is written. */
      const asWritten = (): Difference | null =>
        firstDifference(readExactJson(json), valueAt(readExactJson(textOf(answer)), steps), tolerance);
      const difference = exact ? asWritten() : firstDifference(value, actual, tolerance);
      if (difference === null) return '';
      const secret = [...steps, ...difference.steps].some((step) => typeof step === 'string' && SECRET_NAME.test(step));
      this.#detail = () => {
        const told = (part: unknown): string => (secret ? '***' : part === undefined ? 'nothing' : show(part));
        const { steps: within, expected: one, actual: other } = asWritten() ?? difference;
        return `${pathAfter(path, within, true)}: expected ${told(one)}, got ${told(other)}`;
      };
      return `${pathAfter(path, difference.steps, false)} ${difference.actual === undefined ? 'is missing' : 'differs'}`;
    };
  }

  #parse(answer: AnswerBuffer): boolean {
    if (this.#parsed) return true;
    if (answer.tooLarge) return false;
    try {
      this.#json = JSON.parse(textOf(answer));
      this.#parsed = true;
      return true;
    } catch {
      return false;
    }
  }

  #mask(text: string): string {
    let masked = text;
    for (const secret of this.#secrets) masked = masked.replaceAll(secret, '***');
    return masked
      .replaceAll(/(\\?"([^"\\]{1,80})\\?"\s*:\s*)(\\?"(?:[^"\\]|\\[^"])*\\?"?|[^\s,}\]]+)/g, (whole, name, word) =>
        SECRET_NAME.test(String(word)) ? `${String(name)}***` : String(whole),
      )
      .replaceAll(/\b(bearer|basic)\s+[\w.~+/=-]{4,}/gi, '$1 ***');
  }
}

/** Why no check of the body could hold; null: it could. */
function unreadable(answer: AnswerBuffer): string | null {
  if (answer.tooLarge) return 'the body is larger than 1 MiB';
  const coding = answer.header('content-encoding')?.toLowerCase() ?? 'identity';
  return coding === 'identity' || coding === '' ? null : `the body is compressed (${cut(coding, 20)})`;
}

/** Values that were sent as secrets: a target that echoes them must not put them into a report. */
function secretsOf({ requests }: Plan): string[] {
  const values = requests.flatMap(({ headers }) =>
    headers.filter(([name]) => SECRET_NAME.test(name)).flatMap(([, value]) => [value, value.replace(/^\w+\s+/, '')]),
  );
  return [...new Set(values)].filter((value) => value.length >= 4).sort((a, b) => b.length - a.length);
}

/** What a JSON text means, and whether it holds a number that a double may not: then numbers are compared as written. */
const expectedOf = (json: string) => ({ json, value: JSON.parse(json) as unknown, exact: mayExceedDoubles(json) });

const textOf = ({ bytes, start, end }: AnswerBuffer): string => bytes.toString('utf8', start, end);

function valueAt(value: unknown, steps: readonly (string | number)[]): unknown {
  return steps.reduce<unknown>((within, step) => (within as Record<string | number, unknown>)[step], value);
}

const show = (value: unknown): string => cut(jsonOf(value), EXCERPT);

/** What is nested deeper is not shown: a target may nest as deep as it likes. */
const DEEPEST_SHOWN = 8;

/** JSON with the numbers as they were written. */
function jsonOf(value: unknown, depth = 0): string {
  if (value instanceof JsonNumber) return value.text;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (depth > DEEPEST_SHOWN) return '…';
  if (Array.isArray(value)) return `[${value.map((part) => jsonOf(part, depth + 1)).join(',')}]`;
  return `{${Object.entries(value).map(([name, part]) => `${JSON.stringify(name)}:${jsonOf(part, depth + 1)}`)}}`;
}

function excerpt(bytes: Buffer, start: number, end: number): string {
  if (end <= start) return 'nothing';
  return show(bytes.toString('utf8', start, Math.min(end, start + 2 * EXCERPT)));
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
