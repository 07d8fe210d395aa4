/** The most that an agent sends (`--max-rate`), whoever asks it. */
import { type LoadProfile, type Stage, stagesOf } from '../core/plan.ts';
import { fractionOf, type Segment } from '../core/segment.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import type { PerSecond } from '../core/units.ts';

/** Chance alone makes more than the mean of an interval: deviations of a Poisson count. */
const DEVIATIONS = 4;

/** What an agent sends at most, whoever asks it: `--max-rate`. */
export class RateCeiling {
  readonly #rate: PerSecond;

  constructor(rate: PerSecond) {
    this.#rate = rate;
  }

  /** Why a part of a load is refused; null: it is not. How much virtual users send is only seen. */
  refusal(load: LoadProfile, part: Segment): string | null {
    return load.model === 'closed' ? null : this.refusalOf(stagesOf(load), part);
  }

  /** The same of an arrival rate. */
  refusalOf(stages: readonly Stage<number>[], part: Segment): string | null {
    const peak = Math.max(0, ...stages.flatMap(({ from, to }) => [from, to])) * fractionOf(part);
    return peak > this.#rate ? `its part is ${shown(peak)}, and its --max-rate is ${shown(this.#rate)}` : null;
  }

  /** Why an interval is too much; null: it is not. */
  excess({ startAt, endAt, load: { sent } }: IntervalSnapshot): string | null {
    const due = (this.#rate * (endAt - startAt)) / 1e6;
    if (sent <= due + DEVIATIONS * Math.sqrt(due) + 1) return null;
    const rate = shown((sent * 1e6) / (endAt - startAt));
    return `it sent ${rate}, and its --max-rate is ${shown(this.#rate)}: its load is ended`;
  }
}

const shown = (rate: number): string => `${Number(rate.toPrecision(3))}/s`;
