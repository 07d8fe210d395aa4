/** What a search knows so far, shared by its phases, and the one way in which they measure. */
import { type Capacity, capacityNow } from './capacity.ts';
import { ceilingOf, trustedBelow } from './ceiling.ts';
import { type Present, presentOf } from './change.ts';
import type { Criterion } from './criteria.ts';
import { estimateLimit, type LimitEstimate } from './estimate.ts';
import type { Level } from './level.ts';
import { decided, type Placed } from './monotone.ts';
import type { SearchStep } from './observation.ts';
import { type Pauses, pausesOf } from './pauses.ts';
import type { SearchOptions } from './state.ts';
import { Steps } from './steps.ts';

/** What a phase of the search yields, is told, and at last says: why the search ends, or null to go on. */
export type Phase<Result> = Generator<SearchStep, Result, Level>;

/** A search that may go on takes so many times its budget. */
const EXTENDED = 1.5;

/** What follows from the levels, made once for each number of them. */
class Remembered<Value> {
  #known: { readonly levels: number; readonly value: Value } | null = null;

  of(levels: number, make: () => Value): Value {
    if (this.#known?.levels !== levels) this.#known = { levels, value: make() };
    return this.#known.value;
  }
}

/** What a search knows so far. Its phases read it, and add to it by measuring. */
export class Progress {
  options: SearchOptions;
  readonly levels: Level[] = [];
  criteria: readonly Criterion[];
  /** Of the budget, s. */
  spent = 0;
  /** As the closed ramp had it. */
  rampCapacity: Capacity | null = null;
  recovered: boolean | null = null;
  readonly #limit = new Remembered<LimitEstimate | null>();
  readonly #pauses = new Remembered<Pauses | null>();

  constructor(options: SearchOptions, criteria: readonly Criterion[]) {
    this.options = options;
    this.criteria = criteria;
  }

  /** What is about the target as it is now; of one that may scale, all is. */
  get present(): Present {
    const { levels, rampCapacity, options } = this;
    return options.settle === 0 ? presentOf(levels, rampCapacity) : { levels, capacity: rampCapacity };
  }

  get capacity(): Capacity | null {
    const { levels, capacity } = this.present;
    return capacityNow(capacity, levels);
  }

  /** Where the limit is, as far as all levels tell. */
  get limit(): LimitEstimate | null {
    const { levels, criteria, options } = this;
    return this.#limit.of(levels.length, () =>
      estimateLimit(this.present.levels, criteria, options.unit, this.capacity),
    );
  }

  get pauses(): Pauses | null {
    const { levels, criteria } = this;
    return this.#pauses.of(levels.length, () => pausesOf(levels, criteria));
  }

  /** Made of what is known now. */
  get steps(): Steps {
    return new Steps(this.options, this.criteria, this.levels, this.capacity, this.pauses);
  }

  get ceiling(): number | null {
    return ceilingOf(this.levels, this.options.unit);
  }

  /** The highest load that may be tried. */
  get bound(): number {
    return Math.min(this.options.maxLoad ?? Number.POSITIVE_INFINITY, trustedBelow(this.ceiling));
  }

  /** More budget where there is more to have and the interval is too wide. Returns whether there was. */
  extend(): boolean {
    const { budget, extendTo, precision } = this.options;
    if (extendTo === undefined || budget >= extendTo || (this.limit?.width ?? 0) <= precision) return false;
    this.options = { ...this.options, budget: Math.min(extendTo, EXTENDED * budget) };
    return true;
  }

  /** The levels on the searched axis with such a verdict beyond doubt, ascending. */
  decided(verdict: 'pass' | 'fail'): Placed[] {
    return decided(this.present.levels, this.options.unit, verdict);
  }

  /** Runs a level; a void one is repeated once. `void`: twice; `lost`: the target is gone. */
  *measure(step: SearchStep): Phase<Level | 'void' | 'lost'> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const level = yield step;
      if (this.isLost) return 'lost';
      if (level.result.verdict !== 'void') return level;
    }
    return 'void';
  }

  /** The very first level without one response; or two running without one success, of a target that had one before or gives none. */
  get isLost(): boolean {
    const [before, last] = this.levels.slice(-2).map(({ observation }) => observation);
    if (before === undefined) return false;
    if (last === undefined) return before.unfit === null && before.ok === 0 && before.failed === before.unanswered;
    if (![before, last].every(({ ok, unfit }) => ok === 0 && unfit === null)) return false;
    return last.failed === last.unanswered || this.levels.some(({ observation }) => observation.ok > 0);
  }
}
