/** How those requests went over time that a threshold looks at alone. */
import type { TagSet } from '../core/flow.ts';
import type { Plan, Scope } from '../core/plan.ts';
import type { TimelinePoint } from '../core/result.ts';
import { type IntervalSnapshot, seriesWithin } from '../core/snapshot.ts';
import type { StandstillFold } from './standstill.ts';
import { TimelineFold } from './timeline.ts';

/** A timeline for each threshold that is of some requests only. */
export class ScopedTimelines {
  readonly #tags: readonly TagSet[];
  readonly #scoped: { readonly scope: Scope; readonly timeline: TimelineFold }[] = [];

  /** @param tags of the plan. @param standstills see `TimelineFold`. */
  constructor(plan: Plan, tags: readonly TagSet[], standstills: StandstillFold) {
    this.#tags = tags;
    for (const { scope } of plan.thresholds)
      if (scope !== undefined) this.#scoped.push({ scope, timeline: new TimelineFold(plan, standstills) });
  }

  add(snapshot: IntervalSnapshot): void {
    for (const { scope, timeline } of this.#scoped)
      timeline.add({ ...snapshot, series: seriesWithin(snapshot, scope, this.#tags) });
  }

  /** @param scope of one of the plan's thresholds. */
  of(scope: Scope): readonly TimelinePoint[] {
    return this.#scoped.find((each) => sameScope(each.scope, scope))?.timeline.points ?? [];
  }
}

const sameScope = (a: Scope, b: Scope): boolean => a.kind === b.kind && a.name === b.name;
