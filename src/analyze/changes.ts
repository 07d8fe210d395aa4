/** What a person changed while the run went on, and what became of the load by it. */
import { editedLoad, type LoadChange } from '../core/command.ts';
import { type LoadProfile, type Stage, stagesOf, valueAt } from '../core/plan.ts';
import type { RunResult } from '../core/result.ts';
import { micros } from '../core/units.ts';
import { counted, formatLimit } from './wording.ts';

/** When the statistics began anew for the last time, µs since the start; 0: they never did. */
export function countedFrom(changes: readonly LoadChange[] = []): number {
  return changes.reduce((from, change) => (change.type === 'reset' ? change.at : from), 0);
}

/** What tells from when on a run is counted. */
type Counted = Pick<RunResult, 'plan' | 'changes' | 'ramp'>;

/** From when on what was due is in the run's statistics, but for its warm-up: the last reset, or the end of the ramp. */
export function countedSince({ plan, changes, ramp }: Counted): number {
  return Math.max(countedFrom(changes), ramp === undefined ? 0 : (plan.rampEnd ?? 0));
}

/** The load that the run's statistics are of: the plan's with every edit, from then on. */
export function countedStages(result: Counted): readonly Stage<number>[] {
  const { plan, changes = [] } = result;
  return stagesFrom(stagesOf(editedLoad(plan.load, changes)), countedSince(result));
}

/** What of a curve lies beyond an instant. */
function stagesFrom(stages: readonly Stage<number>[], at: number): Stage<number>[] {
  let passed = 0;
  return stages.flatMap((stage) => {
    const begin = passed;
    passed += stage.duration;
    if (passed <= at) return [];
    if (begin >= at) return [stage];
    return [{ duration: micros(passed - at), from: valueAt([stage], micros(at - begin)), to: stage.to }];
  });
}

/** `120 users`, `200/s`. */
export function amountOf({ model }: Pick<LoadProfile, 'model'>, value: number): string {
  const shown = Math.round(value * 100) / 100;
  return model === 'closed' ? counted(shown, 'user') : formatLimit(shown, '1/s');
}

/** `120 users`, `→ 120 users` where it takes a while, `reset`. */
export function changeLabel(change: LoadChange): string {
  if (change.type === 'reset') return 'reset';
  const { edit, stages } = change;
  const amount = amountOf(edit, edit.model === 'closed' ? edit.vus : edit.ratePerSec);
  const [first] = stages;
  return first !== undefined && first.from !== first.to ? `→ ${amount}` : amount;
}

/** How long an edit's ramp takes, µs; 0: it is at once. */
export function rampOf(change: Extract<LoadChange, { type: 'edited' }>): number {
  const [first] = change.stages;
  return first !== undefined && first.from !== first.to ? first.duration : 0;
}
