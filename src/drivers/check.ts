/** Judges responses by the plan's checks, compiled once per request of the plan. */
import { capturedNames } from '../core/capture.ts';
import type { Exchange } from '../core/exchange.ts';
import type { Plan, RequestCheck } from '../core/plan.ts';
import type { Payloads } from '../core/ports.ts';
import { checksOf, hasChecks } from '../core/request.ts';
import { OUTCOME_CODE, type OutcomeCode } from '../core/sample.ts';
import { MASK, Secrets } from '../core/secret.ts';
import { Capturer } from './capture.ts';
import { firstTextDifference } from './difference.ts';
import { cut, Excerpts } from './excerpt.ts';
import { type Compiled, ExpectedText, type Fault } from './expectation.ts';
import { compileFunctionCheck } from './function-check.ts';
import { compileJsonCheck, ResponseJson } from './json-check.ts';
import type { ResponseBuffer } from './response-buffer.ts';
import { SentSecrets } from './sent-secrets.ts';
import { isSuccess, pointerOf, StatusFailures } from './status.ts';

/** Examples of wrong responses per run and thread; of each kind the first. */
const EXAMPLES = 20;
const EXAMPLE_CHARACTERS = 400;

/** What the responses to one request must be. */
interface Demands {
  /** Null: 200 to 299. */
  readonly statuses: readonly (readonly [number, number])[] | null;
  readonly checks: readonly Compiled[];
}

const NONE: readonly Compiled[] = [];

/**
 * Spread over all requests whatever their rows: every tenth of a thousand rows would be the same hundred again and
 * again.
 */
const isSampled = (index: number, every: number): boolean =>
  every === 1 || (Math.imul(index ^ (index >>> 15), 0x9e3779b1) >>> 8) % every === 0;

/**
 * Judges responses by the checks of their requests, and takes out of them what is captured. Makes nothing per response
 * but what JSON takes.
 */
export class ResponseChecker {
  /** Why the last wrong response is wrong. */
  message = '';
  /**
   * What was expected and what came in the last wrong response, or in one that lacks what is captured; empty once there
   * have been enough examples.
   */
  example = '';
  /** By request; requests of one list of checks share them. */
  readonly #demands: readonly Demands[];
  readonly #statuses = new StatusFailures();
  readonly #payloads: Payloads | null;
  readonly #secrets: Secrets;
  readonly #sent: SentSecrets;
  readonly #examples = new Set<string>();
  readonly #json = new ResponseJson();
  readonly #capturer: Capturer | null;
  /** One in so many responses has its body and headers checked. */
  readonly #every: number;
  #found: Fault | null = null;

  /** Null where the plan checks nothing and captures nothing. */
  static of(plan: Plan, payloads: Payloads | null): ResponseChecker | null {
    return !hasChecks(plan) && capturedNames(plan).length === 0 ? null : new ResponseChecker(plan, payloads);
  }

  constructor(plan: Plan, payloads: Payloads | null) {
    this.#payloads = payloads;
    this.#every = plan.checkEvery ?? 1;
    this.#capturer = Capturer.of(plan, this.#json);
    const made = new Map<readonly RequestCheck[], Demands>();
    this.#demands = plan.requests.map((request) => {
      const checks = checksOf(plan, request);
      const demands = made.get(checks) ?? this.#demandsOf(checks, plan.data?.format === 'csv');
      made.set(checks, demands);
      return demands;
    });
    this.#secrets = Secrets.of(plan);
    this.#sent = new SentSecrets(plan, payloads);
  }

  /**
   * A status of 300 or more that is not expected is an error of HTTP; any other response that is not as it must be is a
   * wrong one.
   */
  judge(exchange: Exchange, response: ResponseBuffer): OutcomeCode {
    const { status } = exchange;
    this.message = '';
    this.example = '';
    this.#json.reset();
    const { statuses, checks: all } = this.#demands[exchange.request] as Demands;
    const checks = isSampled(exchange.index, this.#every) ? all : NONE;
    if (!expects(statuses, status)) {
      if (status >= 300) {
        const pointer = pointerOf(
          status,
          response.header('location') ?? undefined,
          response.header('allow') ?? undefined,
        );
        this.message = this.#statuses.messageFor(status, pointer);
        return OUTCOME_CODE['http-error'];
      }
      this.#describe(fault(`status ${status} is not an expected one`, `status ${status}`), exchange);
      return OUTCOME_CODE['wrong-answer'];
    }
    let outcome = this.#outcomeOf(checks, exchange, response);
    if (outcome !== OUTCOME_CODE.ok && response.decode()) {
      this.#json.reset();
      outcome = this.#outcomeOf(checks, exchange, response);
    }
    const found = this.#found;
    if (found !== null) this.#describe(found, exchange);
    return outcome;
  }

  #demandsOf(checks: readonly RequestCheck[], untyped: boolean): Demands {
    const status = checks.find((check) => check.kind === 'status');
    return {
      statuses: status?.statuses ?? null,
      checks: checks.flatMap((check) => this.#compile(check, untyped) ?? []),
    };
  }

  /** What becomes of a response whose status is right; why it is not ok stands in `#found`. */
  #outcomeOf(checks: readonly Compiled[], exchange: Exchange, response: ResponseBuffer): OutcomeCode {
    this.#found = firstFault(checks, exchange, response);
    if (this.#found !== null) return this.#found.outcome ?? OUTCOME_CODE['wrong-answer'];
    this.#found = this.#capturer?.take(exchange, response) ?? null;
    return this.#found === null ? OUTCOME_CODE.ok : OUTCOME_CODE['capture-failed'];
  }

  #describe(found: Fault, exchange: Exchange): void {
    const { epoch, index, user } = exchange;
    this.message = found.message;
    const kind = `${epoch} ${found.message}`;
    if (this.#examples.size < EXAMPLES && !this.#examples.has(kind)) {
      this.#examples.add(kind);
      const place = this.#payloads?.rowOf(index, user) ?? null;
      const where = place === null ? '' : `row ${place.row}, line ${place.line}: `;
      const excerpts = new Excerpts(this.#secrets.knowing(this.#sent.of(exchange, this.#secrets)));
      this.example = cut(`${where}${found.detail(excerpts)}`, EXAMPLE_CHARACTERS);
    }
  }

  #compile(check: RequestCheck, untyped: boolean): Compiled | null {
    switch (check.kind) {
      case 'status':
        return null;
      case 'header': {
        const expected = this.#textOf(check.value, check.templated);
        return (exchange, response) => checkHeader(check.name, expected(exchange).toString(), response);
      }
      case 'body': {
        const expected = this.#textOf(check.text, check.templated);
        return (exchange, response) => checkBody(expected(exchange), check.tolerance ?? 0, response);
      }
      case 'contains': {
        const wanted = this.#textOf(check.text, check.templated);
        return (exchange, response) => checkContained(wanted(exchange), response);
      }
      case 'function':
        return compileFunctionCheck(check.number, this.#payloads);
      case 'json':
        return compileJsonCheck(check, { payloads: this.#payloads, untyped, json: this.#json });
    }
  }

  /** What a text of the plan is for a request: bytes that are valid until the next one's. */
  #textOf(text: string, templated: true | undefined): (exchange: Exchange) => Buffer {
    const constant = Buffer.from(text);
    if (templated !== true) return () => constant;
    const expected = new ExpectedText(this.#payloads, text, 'text');
    return (exchange) => expected.bytesFor(exchange);
  }
}

function firstFault(checks: readonly Compiled[], exchange: Exchange, response: ResponseBuffer): Fault | null {
  for (const check of checks) {
    const found = check(exchange, response);
    if (found !== null) return found;
  }
  return null;
}

function expects(statuses: Demands['statuses'], status: number): boolean {
  if (statuses === null) return isSuccess(status);
  for (const [from, to] of statuses) if (status >= from && status <= to) return true;
  return false;
}

const fault = (message: string, detail: string): Fault => ({ message, detail: () => detail });

function checkHeader(name: string, expected: string, response: ResponseBuffer): Fault | null {
  const value = response.header(name.toLowerCase());
  if (value === expected) return null;
  return {
    message: value === null ? `the header ${name} is missing` : `the header ${name} differs`,
    detail: (excerpts) => {
      const shown = (text: string): string => (excerpts.hides(name) ? MASK : excerpts.of(text));
      return `${name}: expected ${shown(expected)}, got ${value === null ? 'none' : shown(value)}`;
    },
  };
}

function checkBody(expected: Buffer, tolerance: number, response: ResponseBuffer): Fault | null {
  const { bytes, start, end } = response;
  if (!response.tooLarge && end - start === expected.length && expected.compare(bytes, start, end) === 0) return null;
  const unreadable = response.unreadable();
  if (unreadable !== null)
    return { message: unreadable, detail: (excerpts) => `got ${excerpts.beginning(bytes, start, end)}` };
  // Texts that are equal where their bytes are not have characters that are no UTF-8.
  if (tolerance > 0 && firstTextDifference(expected.toString(), response.text(), tolerance) === null) return null;
  return {
    message: 'the body differs',
    detail: (excerpts) => {
      const [wanted, got] = [expected.toString(), response.text()];
      return excerpts.ofTexts(wanted, got, firstTextDifference(wanted, got, tolerance)?.at ?? 0);
    },
  };
}

function checkContained(wanted: Buffer, response: ResponseBuffer): Fault | null {
  const { bytes, start, end } = response;
  const at = bytes.indexOf(wanted, start);
  if (!response.tooLarge && at >= 0 && at + wanted.length <= end) return null;
  return {
    message: response.unreadable() ?? 'the body lacks an expected text',
    detail: (excerpts) => `expected ${excerpts.of(wanted.toString())} within ${excerpts.beginning(bytes, start, end)}`,
  };
}
