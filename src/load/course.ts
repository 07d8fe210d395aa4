/** Compiles the steps of flows to lists of moves, so that going on is cheap. */
import type { CapturedTest, Distribution, Flow, RequestTemplate, Step } from '../core/plan.ts';
import { Mix } from './mix.ts';
import { splitmix32 } from './random.ts';

/** One thing that a pass through a flow does; where it goes on elsewhere, `to` is the place of that. */
export type Move =
  | {
      readonly kind: 'send';
      readonly request: number;
      /** Later steps may be made of its response. */
      readonly needed: boolean;
      /** Nothing can be sent behind it, whatever its response. */
      last: boolean;
    }
  | { readonly kind: 'pause'; readonly time: Distribution }
  /** The loop's counter begins anew. */
  | { readonly kind: 'loop'; readonly counter: number }
  | { readonly kind: 'again'; readonly counter: number; readonly times: number; readonly to: number }
  | { readonly kind: 'choose'; readonly choice: Choice; readonly to: number[] }
  | { readonly kind: 'if'; readonly place: number; readonly holds: (text: string) => boolean; to: number }
  | { readonly kind: 'jump'; to: number }
  /** A group, or the flow itself, begins and ends. */
  | { readonly kind: 'open'; readonly measured: number }
  | { readonly kind: 'close' };

/** One of several branches. */
export interface Choice {
  readonly mix: Mix;
  /** What it lies within, from the outermost: by it the choices of one pass are told apart. */
  readonly within: readonly Enclosure[];
}

type Enclosure =
  | { readonly kind: 'loop'; readonly counter: number; readonly times: number }
  | { readonly kind: 'choice'; readonly mix: Mix };

/** A flow as it is gone through. */
export interface Course {
  readonly moves: readonly Move[];
  /** How many loops count at most. */
  readonly counters: number;
  /** Behind all requests, before the user's next pass. */
  readonly after: readonly Distribution[];
}

interface Surroundings {
  readonly requests: readonly RequestTemplate[];
  readonly captured: readonly string[];
  readonly seed: number;
  /** The place of a flow's, and of a group's, measurements. */
  readonly placeOfFlow: (flow: number) => number;
  readonly placeOfGroup: (name: string) => number;
}

/** Flows as lists of moves, so that going on costs no more than the next of them. */
export function coursesOf(flows: readonly Flow[], surroundings: Surroundings): readonly Course[] {
  // Each choice of the plan has another order, whatever flow it is in.
  const choices = { made: 0 };
  return flows.map(({ steps }, flow) => new Compiler(surroundings, choices).courseOf(steps, flow));
}

class Compiler {
  readonly #moves: Move[] = [];
  readonly #surroundings: Surroundings;
  readonly #choices: { made: number };
  #counters = 0;

  constructor(surroundings: Surroundings, choices: { made: number }) {
    this.#surroundings = surroundings;
    this.#choices = choices;
  }

  courseOf(steps: readonly Step[], flow: number): Course {
    const moves = this.#moves;
    moves.push({ kind: 'open', measured: this.#surroundings.placeOfFlow(flow) });
    this.#add(steps, []);
    moves.push({ kind: 'close' });
    markLast(moves);
    const end = steps.findLastIndex(({ kind }) => kind !== 'pause') + 1;
    const after = steps.slice(end).flatMap((step) => (step.kind === 'pause' ? [step.time] : []));
    return { moves, counters: this.#counters, after };
  }

  #add(steps: readonly Step[], within: readonly Enclosure[]): void {
    for (const step of steps) this.#addStep(step, within);
  }

  #addStep(step: Step, within: readonly Enclosure[]): void {
    const moves = this.#moves;
    switch (step.kind) {
      case 'request': {
        const { captures = [] } = this.#surroundings.requests[step.request] as RequestTemplate;
        moves.push({ kind: 'send', request: step.request, needed: captures.length > 0, last: false });
        break;
      }
      case 'pause':
        moves.push({ kind: 'pause', time: step.time });
        break;
      case 'repeat': {
        const { times, steps } = step;
        const counter = this.#counters++;
        moves.push({ kind: 'loop', counter });
        const to = moves.length;
        this.#add(steps, [...within, { kind: 'loop', counter, times }]);
        moves.push({ kind: 'again', counter, times, to });
        break;
      }
      case 'choose':
        this.#addChoice(step, within);
        break;
      case 'if':
        this.#addIf(step, within);
        break;
      case 'group':
        moves.push({ kind: 'open', measured: this.#surroundings.placeOfGroup(step.name) });
        this.#add(step.steps, within);
        moves.push({ kind: 'close' });
    }
  }

  #addChoice({ of }: Extract<Step, { kind: 'choose' }>, within: readonly Enclosure[]): void {
    const moves = this.#moves;
    const { seed } = this.#surroundings;
    this.#choices.made += 1;
    const weights = of.map(({ weight }) => weight);
    const mix = new Mix(weights, splitmix32(seed ^ splitmix32(this.#choices.made)) >>> 0);
    const to: number[] = [];
    moves.push({ kind: 'choose', choice: { mix, within }, to });
    const ends = of.map(({ steps }) => {
      to.push(moves.length);
      this.#add(steps, [...within, { kind: 'choice', mix }]);
      return this.#jump();
    });
    for (const jump of ends) jump.to = moves.length;
  }

  #addIf({ captured, test, steps, otherwise }: Extract<Step, { kind: 'if' }>, within: readonly Enclosure[]): void {
    const moves = this.#moves;
    const place = this.#surroundings.captured.indexOf(captured);
    const branch: Extract<Move, { kind: 'if' }> = { kind: 'if', place, holds: testOf(test), to: 0 };
    moves.push(branch);
    this.#add(steps, within);
    const jump = otherwise.length === 0 ? null : this.#jump();
    branch.to = moves.length;
    this.#add(otherwise, within);
    if (jump !== null) jump.to = moves.length;
  }

  #jump(): Extract<Move, { kind: 'jump' }> {
    const jump: Extract<Move, { kind: 'jump' }> = { kind: 'jump', to: 0 };
    this.#moves.push(jump);
    return jump;
  }
}

/** Whether a captured text is what a test wants. */
export function testOf(test: CapturedTest): (text: string) => boolean {
  if (test.kind === 'matches') {
    const pattern = new RegExp(test.pattern, 'mu');
    return (text) => pattern.test(text);
  }
  const { kind, values } = test;
  return (text) => values.includes(text) === (kind === 'is');
}

/** Which requests are surely the last: from none of their successors another is reached. */
function markLast(moves: readonly Move[]): void {
  const leads = new Array<boolean>(moves.length + 1).fill(false);
  // A loop leads back: what it leads to is known in the second round.
  for (let round = 0; round < 2; round++)
    for (let at = moves.length - 1; at >= 0; at--) {
      const move = moves[at] as Move;
      if (move.kind === 'send') {
        move.last = leads[at + 1] === false;
        leads[at] = true;
      } else leads[at] = nextOf(move, at).some((next) => leads[next]);
    }
}

function nextOf(move: Move, at: number): readonly number[] {
  switch (move.kind) {
    case 'again':
    case 'if':
      return [at + 1, move.to];
    case 'choose':
      return move.to;
    case 'jump':
      return [move.to];
    default:
      return [at + 1];
  }
}
