/** A doubt: the load ended while it was still on its way up. */
import type { LoadChange } from '../core/command.ts';
import { durationOf, goalAt, type LoadProfile, stagesOf, valueAt } from '../core/plan.ts';
import { type Micros, micros } from '../core/units.ts';
import type { Doubt } from '../core/verdict.ts';
import type { Evidence } from './evidence.ts';
import { formatCount, formatRate } from './wording.ts';

/** Whether a load ended on its way up: the ramp was longer than the run, or the number of requests ended it before. */
export function rampDoubts({ plan, load, changes, seconds, loadEnds }: Offered): Doubt[] {
  const { loads } = plan;
  if (loads === undefined) return rampDoubt(load, changes, seconds, '');
  // Of several each has a ramp and an end of its own, and none is edited.
  return loads.flatMap(({ flow, profile }, place) =>
    rampDoubt(
      profile,
      [],
      Math.min(seconds, loadEnds[place] ?? seconds),
      flow === null ? ' of the flows without a load of their own' : ` of flow ${flow}`,
    ),
  );
}

/** What was offered, and for how long: all of it, as it was with every edit. */
export type Offered = Pick<Evidence, 'plan' | 'load' | 'changes' | 'seconds' | 'loadEnds'>;

/** @param whose of several loads: which flows'; empty: it is the only one. */
function rampDoubt(load: LoadProfile, changes: readonly LoadChange[], seconds: number, whose: string): Doubt[] {
  const at = micros(Math.min(Math.round(1e6 * seconds), durationOf(load)));
  const value = valueAt(stagesOf(load), at);
  const reached = load.model === 'closed' ? Math.ceil(value) : value;
  const goal = editedGoal(changes, at) ?? cutGoal(load) ?? goalAt(load, at);
  if (goal <= reached * (1 + 1e-6)) return [];
  const [wanted, got] =
    load.model === 'closed'
      ? [`${formatCount(goal)} virtual users`, formatCount(reached)]
      : [formatRate(goal), formatRate(reached)];
  const message = `The ramp${whose} did not reach its goal: of ${wanted} it was at ${got} when the load ended after ${formatCount(Math.round(at / 1e6))} s.`;
  const hint =
    whose === ''
      ? 'Let it last longer (--duration, --requests), or make the ramp steeper (--spawn-rate).'
      : 'Let its load last longer (duration, iterations), or make the ramp steeper (spawnRate, stages).';
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
