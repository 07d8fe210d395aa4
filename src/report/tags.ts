/** What has a tag in common, as tables tell it. */
import { scopeLabel } from '../analyze/wording.ts';
import { tagSets } from '../core/flow.ts';
import type { RunResult, SeriesResult } from '../core/result.ts';

export interface ToldTag {
  /** `target=canary`. */
  readonly name: string;
  /** `target canary`; of a tag that was written `kind=batch`. */
  readonly label: string;
  /** Whether a single request has it: then that says the same. */
  readonly isOfOne: boolean;
  readonly part: SeriesResult;
}

/** Without those of which all has one, so that they say nothing more. */
export function toldTags({ tags = {}, totals, plan }: Pick<RunResult, 'tags' | 'totals' | 'plan'>): readonly ToldTag[] {
  const sizes = new Map(tagSets(plan).map(({ name, members }) => [name, members.length]));
  return Object.entries(tags).flatMap(([name, part]): ToldTag[] => {
    if (name.startsWith('request=') && part.totals.offered === totals.offered) return [];
    return [{ name, label: scopeLabel({ kind: 'tag', name }), isOfOne: sizes.get(name) === 1, part }];
  });
}
