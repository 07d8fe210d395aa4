/** The second phase of a search: users are doubled until throughput stops growing. */
import type { SearchStop } from '../../core/breaking-point.ts';
import { capacityOf } from './capacity.ts';
import type { Level } from './level.ts';
import type { Phase, Progress } from './progress.ts';
import { SHARES } from './window.ts';

/**
 * The ramp ends when throughput grew by less than `gain`, twice running, at `users` at the earliest (a batching server
 * gains nothing from its second user, and much from its eighth); or when so many requests fail.
 */
const RAMP = { gain: 0.05, flat: 2, users: 8, errors: 0.1, requests: 5_000, levelShare: 0.022 } as const;

/** Users doubled until throughput stops growing; in the closed search until an SLO breaks. */
export function* ramping(progress: Progress): Phase<SearchStop | null> {
  const { budget, unit, maxLoad, maxVus } = progress.options;
  const steps = progress.steps;
  const closedSearch = unit === 'vus';
  const most = closedSearch ? (maxLoad ?? maxVus) : maxVus;
  // Levels of flows with pauses last long.
  const until = progress.spent + (closedSearch || progress.options.pass !== undefined ? 2 : 1) * SHARES.ramp * budget;
  let flat = 0;
  let reached = false;
  let held = false;
  let best = 0;
  for (let atATime = closedSearch ? 1 : 2; progress.spent < until; atATime *= 2) {
    const users = closedSearch ? atATime : steps.usersFor(atATime, best);
    if (users > most) break;
    const level = yield* progress.measure(steps.closedStep('ramp', users, RAMP.requests, RAMP.levelShare * budget));
    if (level === 'lost') return 'target-lost';
    if (level === 'void' && closedSearch) break;
    // A generator that is not fit may hold the target back, so that throughput stops growing without having reached anything.
    held ||= level === 'void';
    const { result } = level === 'void' ? (progress.levels.at(-1) as Level) : level;
    const { achievedPerSec, errorShare, verdict } = result;
    flat = achievedPerSec < best * (1 + RAMP.gain) ? flat + 1 : 0;
    best = Math.max(best, achievedPerSec);
    reached ||= (flat >= RAMP.flat && atATime >= RAMP.users) || errorShare > RAMP.errors;
    const broken = verdict === 'fail' && atATime > 2;
    if (errorShare > RAMP.errors || (closedSearch ? broken : reached)) break;
  }
  progress.rampCapacity = capacityOf(progress.levels, reached && !held);
  return null;
}
