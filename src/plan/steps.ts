/** Reads the steps of a flow: requests by name, pauses, repeats, choices, branches and groups, and their bounds. */
import { capturedNames } from '../core/capture.ts';
import { RampartError } from '../core/errors.ts';
import { sendsNothing } from '../core/flow.ts';
import type { Branch, CapturedTest, RequestTemplate, Step } from '../core/plan.ts';
import { count } from '../core/units.ts';
import { type CheckCaptured, notCaptured } from './captures.ts';
import { isMade } from './parts.ts';
import { blame, type Origin, type WrittenFlow, type WrittenPath, type WrittenStep } from './raw-settings.ts';
import { meantAmong } from './suggest.ts';
import { parseThinkTime, quote } from './syntax.ts';

/** What `load/mix` shares out exactly. */
const MOST_TOGETHER = 1_000_000;
/** Requests of one pass through a flow, counted at their most. */
const MOST_SENT = 100_000;

export const refusal = ({ code, label }: Origin, problem: string, hint = ''): RampartError =>
  new RampartError(code, `${label} ${problem}`, hint);

/** @throws RampartError where nothing of it would ever be chosen, or too much to share out exactly. */
export function checkWeights(weights: readonly number[], origin: Origin): void {
  const together = weights.reduce((sum, weight) => sum + weight, 0);
  if (together === 0) throw refusal(origin, 'weigh 0, all of them');
  if (together > MOST_TOGETHER) throw refusal(origin, `weigh ${together} together; at most ${MOST_TOGETHER}`);
}

/** The requests that steps may name. */
export interface StepRequests {
  readonly requests: readonly RequestTemplate[];
  /** By name: where in `requests`. */
  readonly places: ReadonlyMap<string, number>;
  readonly checkCaptured: CheckCaptured;
  /** What the set-up captures. */
  readonly before: readonly string[];
}

/** By name, the first that has it. */
export function firstPlaces(named: readonly { readonly name: string }[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const [place, { name }] of named.entries()) if (!places.has(name)) places.set(name, place);
  return places;
}

/** @throws RampartError with the place of what is wrong. */
export function resolveSteps(flow: WrittenFlow, requests: StepRequests): readonly Step[] {
  const steps = new StepReader(flow, requests).read(flow.steps, []);
  const sent = mostSent(steps);
  if (sent > MOST_SENT)
    throw refusal(flow.originOf('steps'), `send up to ${sent} requests in one pass; at most ${MOST_SENT}`);
  return steps;
}

const mostSent = (steps: readonly Step[]): number => steps.reduce((sum, step) => sum + mostSentBy(step), 0);

function mostSentBy(step: Step): number {
  switch (step.kind) {
    case 'request':
      return 1;
    case 'pause':
      return 0;
    case 'repeat':
      return step.times * mostSent(step.steps);
    case 'group':
      return mostSent(step.steps);
    case 'choose':
      return Math.max(...step.of.map((branch) => mostSent(branch.steps)));
    case 'if':
      return Math.max(mostSent(step.steps), mostSent(step.otherwise));
  }
}

class StepReader {
  readonly #flow: string;
  readonly #originOf: (...path: WrittenPath) => Origin;
  readonly #requests: readonly RequestTemplate[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #checkCaptured: CheckCaptured;
  readonly #before: readonly string[];
  /** Groups that are open. */
  readonly #groups: string[] = [];
  /** Whether anything was sent before, whatever was chosen. */
  #begun = false;
  /** What is captured before, whatever was chosen. */
  #known: ReadonlySet<string> = new Set();

  constructor({ name, originOf }: WrittenFlow, { requests, places, checkCaptured, before }: StepRequests) {
    this.#flow = name;
    this.#originOf = (...path) => originOf('steps', ...path);
    this.#requests = requests;
    this.#places = places;
    this.#checkCaptured = checkCaptured;
    this.#before = before;
  }

  read(steps: readonly WrittenStep[], path: WrittenPath): readonly Step[] {
    return steps.flatMap((step, place) => this.#step(step, [...path, place]));
  }

  #step(step: WrittenStep, path: WrittenPath): readonly Step[] {
    if ('request' in step) return [this.#request(step.request, path)];
    if ('pause' in step) return this.#pause(step.pause, path);
    if ('choose' in step) return [this.#choice(step.choose, path)];
    if ('if' in step) return [this.#condition(step, path)];
    if ('repeat' in step) {
      const steps = this.read(step.steps, [...path, 'steps']);
      this.#needRequest(steps, path, 'a repeat');
      return [{ kind: 'repeat', times: count(step.repeat), steps }];
    }
    if (this.#groups.includes(step.group))
      throw refusal(this.#originOf(...path), `is a group ${quote(step.group)} within a group of that name`);
    this.#groups.push(step.group);
    const steps = this.read(step.steps, [...path, 'steps']);
    this.#groups.pop();
    this.#needRequest(steps, path, 'a group');
    return [{ kind: 'group', name: step.group, steps }];
  }

  #request(name: string, path: WrittenPath): Step {
    const request = this.#places.get(name);
    if (request === undefined)
      throw refusal(
        this.#originOf(...path),
        `is ${quote(name)}, and there is no such request`,
        meantAmong(name, [...this.#places.keys()]),
      );
    this.#checkCaptured(request, this.#known, this.#flow);
    const captured = capturedNames({ requests: [this.#requests[request] as RequestTemplate] });
    if (captured.some((each) => !this.#known.has(each))) this.#known = new Set([...this.#known, ...captured]);
    this.#begun = true;
    return { kind: 'request', request };
  }

  #pause(text: string, path: WrittenPath): readonly Step[] {
    const origin = this.#originOf(...path);
    const time = blame(origin, (label) => parseThinkTime(text, label));
    if (!this.#begun)
      throw refusal(
        origin,
        'is a pause: a flow begins with a request',
        'A pause at the end of a flow comes before the next one.',
      );
    return time.kind === 'constant' && time.value === 0 ? [] : [{ kind: 'pause', time }];
  }

  #choice(choices: Extract<WrittenStep, { choose: unknown }>['choose'], path: WrittenPath): Step {
    checkWeights(
      choices.map(({ weight }) => weight),
      this.#originOf(...path, 'choose'),
    );
    const before = this.#begun;
    const branches = choices.map(({ weight, steps }, place) => (): Branch => {
      const within = [...path, 'choose', place, 'steps'];
      this.#begun = before;
      const branch = { weight, steps: this.read(steps, within) };
      if (!this.#begun)
        throw refusal(
          this.#originOf(...within),
          'sends nothing, and no request comes before: a flow begins with a request',
        );
      return branch;
    });
    return { kind: 'choose', of: this.#either(branches) };
  }

  /** What is captured whichever of them comes is known behind them. */
  #either<Read>(branches: readonly (() => Read)[]): readonly Read[] {
    const before = this.#known;
    const after: ReadonlySet<string>[] = [];
    const read = branches.map((branch) => {
      this.#known = before;
      const steps = branch();
      after.push(this.#known);
      return steps;
    });
    this.#known = new Set([...(after[0] ?? before)].filter((name) => after.every((known) => known.has(name))));
    return read;
  }

  #condition(step: Extract<WrittenStep, { if: string }>, path: WrittenPath): Step {
    const { if: captured, is, isNot, matches } = step;
    const [, named] = /^\s*\{\{\s*captured\.(.+?)\s*\}\}\s*$/.exec(captured) ?? [];
    if (named !== undefined)
      throw refusal(this.#originOf(...path, 'if'), 'is the name of a captured value', `Write "if": "${named}".`);
    for (const [field, values] of Object.entries({ is, isNot }))
      if (values?.some((value) => isMade(value)) === true)
        throw refusal(this.#originOf(...path, field), 'has a placeholder, and is compared as it stands');
    const tests: CapturedTest[] = [];
    if (is !== undefined) tests.push({ kind: 'is', values: is });
    if (isNot !== undefined) tests.push({ kind: 'is-not', values: isNot });
    if (matches !== undefined) tests.push(this.#matching(matches, [...path, 'matches']));
    const [test] = tests;
    if (test === undefined || tests.length > 1)
      throw refusal(
        this.#originOf(...path, 'if'),
        test === undefined ? 'does not say what the value must be' : 'says more than once what the value must be',
        `Write {"if": ${JSON.stringify(captured)}, "is": "done", "steps": […]}; or "isNot", or "matches".`,
      );
    if (this.#before.includes(captured))
      throw refusal(
        this.#originOf(...path, 'if'),
        `${quote(captured)} is captured by the set-up: it is the same in every pass, so that there is nothing to decide`,
      );
    if (!this.#known.has(captured))
      throw notCaptured(captured, this.#requests, this.#flow, this.#originOf(...path, 'if'));
    const [steps = [], otherwise = []] = this.#either([
      () => this.read(step.steps, [...path, 'steps']),
      () => this.read(step.else, [...path, 'else']),
    ]);
    return { kind: 'if', captured, test, steps, otherwise };
  }

  #matching(pattern: string, path: WrittenPath): CapturedTest {
    try {
      new RegExp(pattern, 'mu');
    } catch (error) {
      const reason = (error as Error).message.replace(/^Invalid regular expression: /, '');
      throw refusal(this.#originOf(...path), `${quote(pattern)} is no regular expression: ${reason}`);
    }
    return { kind: 'matches', pattern };
  }

  /** Else it would be gone through in no time at all, or have nothing to measure. */
  #needRequest(steps: readonly Step[], path: WrittenPath, what: string): void {
    if (sendsNothing(steps)) throw refusal(this.#originOf(...path), `is ${what} without a request in it`);
  }
}
