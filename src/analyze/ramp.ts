/** A doubt: the load ended while it was still on its way up. */
import type { LoadChange } from '../core/command.ts';
import { durationOf, goalAt, type LoadProfile, stagesOf, valueAt } from '../core/plan.ts';
import type { Doubt } from '../core/result.ts';
import { type Micros, micros } from '../core/units.ts';
import { formatCount, formatRate } from './wording.ts';

/**
 * Whether the load ended on its way up: the ramp was longer than the run, or the number of requests ended it before.
 *
 * @param load as it was offered, with every edit.
 * @param seconds how long the run was.
 */
export function rampDoubts(load: LoadProfile, changes: readonly LoadChange[], seconds: number): Doubt[] {
  const at = micros(Math.min(Math.round(1e6 * seconds), durationOf(load)));
  const value = valueAt(stagesOf(load), at);
  const reached = load.model === 'closed' ? Math.ceil(value) : value;
  const goal = editedGoal(changes, at) ?? cutGoal(load) ?? goalAt(load, at);
  if (goal <= reached * (1 + 1e-6)) return [];
  const [wanted, got] =
    load.model === 'closed'
      ? [`${formatCount(goal)} virtual users`, formatCount(reached)]
      : [formatRate(goal), formatRate(reached)];
  const message = `The ramp did not reach its goal: of ${wanted} it was at ${got} when the load ended after ${formatCount(Math.round(at / 1e6))} s.`;
  const hint = 'Let it last longer (--duration, --requests), or make the ramp steeper (--spawn-rate).';
  return [{ code: 'ramp-cut', message, hint, invalidates: false }];
}

const cutGoal = (load: LoadProfile): number | undefined => (load.model === 'closed' ? load.goal : undefined);

/** What the last edit asked for, where the end of the run cut the way there; null: the load says it. */
function editedGoal(changes: readonly LoadChange[], at: Micros): number | null {
  const last = changes.findLast((change) => change.type === 'edited' && change.at <= at);
  if (last?.type !== 'edited') return null;
  const { edit, stages } = last;
  const goal = edit.model === 'closed' ? edit.vus : edit.ratePerSec;
  return stages.at(-1)?.to === goal ? null : goal;
}
