/** What the reader of a result must know: a cold start, a cliff, pauses, a target that changed. */
import type { SearchWarning } from '../../core/breaking-point.ts';
import { micros, toSeconds } from '../../core/units.ts';
import { counted, formatMs, formatRate } from '../wording.ts';
import { type CapacityChange, capacityChange } from './change.ts';
import type { LimitEstimate } from './estimate.ts';
import { idleLevels, idleTimes, timesOf } from './idle-levels.ts';
import { contradicts, type Level } from './level.ts';
import type { Pauses } from './pauses.ts';
import type { SearchState } from './state.ts';
import { changedBy, isVoid, statusOf } from './status.ts';
import { PERIODS, WINDOW_SHARE } from './steps.ts';

/** h (room between limit and capacity) below which the curve is a cliff. */
const CLIFF = 0.015;

/** What the reader of a result must know. */
export function warningsOf(state: SearchState): SearchWarning[] {
  const { levels, estimate, pauses, recovered, options, criteria } = state;
  const warnings: SearchWarning[] = [];
  const warn = (code: SearchWarning['code'], message: string): void => void warnings.push({ code, message });
  if (options.slos.length === 0 && criteria.length > 0)
    warn('slo-assumed', `No SLO was given; assumed: ${criteria.map(({ slo }) => slo).join(' and ')}.`);
  const cold = coldStart(levels);
  if (cold !== null)
    warn(
      'cold-start',
      `It was ${cold.times.toFixed(1)} times slower in its first ${formatMs(1000 * cold.seconds)}: the search began when that was over.`,
    );
  if (estimate !== null && !estimate.monotone)
    warn('non-monotone', 'Latency does not grow with the load everywhere: the limit is the first crossing from below.');
  if (estimate !== null && isCliff(estimate))
    warn('cliff', 'There is next to no warning before the limit: latency is flat until it breaks.');
  if (pauses !== null) warn('pauses', pausesSentence(pauses, options.budget));
  const contradicted = levels.filter(contradicts);
  if (contradicted.length > 0)
    warn(
      'confirmation-failed',
      `An end of the interval was contradicted: ${contradicted.map(({ result }) => result.reason).join(' ')}`,
    );
  if (recovered === false)
    warn(
      'not-recovered',
      'At half the load latency did not come back to what it was before: the target was left damaged.',
    );
  const spoilt = levels.filter(isVoid);
  if (spoilt.length > 0)
    warn('void-levels', `${spoilt.length} of ${levels.length} levels are void: ${spoilt[0]?.result.reason ?? ''}`);
  const settled = levels.flatMap(({ observation }) => observation.settled ?? []);
  const restless = settled.filter(({ steady }) => !steady).length;
  if (restless > 0)
    warn(
      'not-settled',
      `Before ${restless} of ${settled.length} increases the target was not steady in time: give it longer with --settle.`,
    );
  const instances = settled.flatMap((one) => one.instances ?? []);
  const [fewest, most] = [Math.min(...instances), Math.max(...instances)];
  const change = capacityChange(levels);
  if (fewest < most)
    warn(
      'capacity-changed',
      `The target scaled: ${fewest} to ${counted(most, 'instance')} answered. The limit is that of the target and its autoscaler.`,
    );
  else if (change !== null) warn('capacity-changed', changeSentence(change, state));
  return warnings;
}

function changeSentence({ users, first, last }: CapacityChange, state: SearchState): string {
  const seen =
    `With ${counted(users, 'user')} the target answered ${formatRate(first)} at first, and ${formatRate(last)} at the end: ` +
    'its capacity changed under way.';
  if (state.present.length < state.levels.length)
    return `${seen} What was measured before that was seen counts for nothing.`;
  return changedBy(state) > 1 && statusOf(state) === 'rough' ? `${seen} The interval allows for either of them.` : seen;
}

/** An idle target that was at least so many times slower at first was cold. */
const COLD = 1.8;

/** How much slower the idle target was at first, and until when, s; null: it was not. */
function coldStart(levels: readonly Level[]): { readonly times: number; readonly seconds: number } | null {
  const idle = idleLevels(levels);
  const [first] = idle;
  const settled = idleTimes(levels).quantile(0.5);
  const medianOf = (level: Level): number => timesOf(level).quantile(0.5);
  if (first === undefined || idle.length < 3 || !(medianOf(first) > COLD * settled)) return null;
  const warm = idle.find((level) => medianOf(level) < COLD * settled);
  return { times: medianOf(first) / settled, seconds: toSeconds(warm?.result.startedAfter ?? micros(0)) };
}

export function isCliff({ binding }: LimitEstimate): boolean {
  return binding.criterion.kind !== 'errors' && binding.posterior.shape < CLIFF;
}

/** What a search of a target that pauses needs: windows of five periods are at most a tenth of the budget. */
function pausesSentence({ period, length }: Pauses, budget: number): string {
  const needed = (PERIODS * period) / WINDOW_SHARE;
  const seconds = (value: number): string => formatMs(1000 * value);
  const advice =
    budget >= needed ? '' : ` Windows that hold ${PERIODS} of them take --budget ${Math.ceil(needed / 60)}m.`;
  return `Every ${seconds(period)} it stood still for about ${seconds(length)} (garbage collection, a checkpoint?): requests of that while are slow at any load.${advice}`;
}
