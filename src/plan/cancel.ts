/** Users who leave before they have their whole response. */
import type { Distribution, Plan, Threshold } from '../core/plan.ts';
import { type RawSettings, refuse } from './raw-settings.ts';
import { readOrDefault, readValue } from './value.ts';

/** @param held thresholds or SLOs. @throws RampartError */
export function resolveCancel(given: RawSettings, held: readonly Threshold[]): Pick<Plan, 'cancel'> {
  const after = readValue(given, 'cancelAfter');
  if (after === undefined) {
    if (given.settings.cancelShare !== undefined)
      refuse(given, 'cancelShare', 'says how many leave, and not when', 'Say it with --cancel-after 2s.');
    return {};
  }
  const share = readOrDefault(given, 'cancelShare');
  if (share === 0) return {};
  const earliest = earliestOf(after);
  const unknown = held.find(
    ({ metric, limit, unit }) =>
      'of' in metric && metric.of === 'ttft' && unit === 'µs' && earliest !== null && earliest < limit,
  );
  if (unknown !== undefined)
    refuse(
      given,
      'cancelAfter',
      `has users leave who have not waited as long as ${unknown.text} allows: nobody would know whether it held`,
      'Have them leave later than that.',
    );
  return { cancel: { share, after } };
}

/** Null: there is no such time. */
function earliestOf(after: Distribution): number | null {
  if (after.kind === 'constant') return after.value;
  return after.kind === 'uniform' ? after.min : null;
}
