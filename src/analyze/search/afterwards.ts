/** The last phases of a search: levels that confirm the result, the ramp's last level again, and recovery. */
import { type LimitEstimate, UNDECIDED_WIDTH } from './estimate.ts';
import type { Phase, Progress } from './progress.ts';
import { hasRecovered } from './recovery.ts';
import { narrowingRequests, SHARES, SHORTEST } from './window.ts';

/** How far beyond the interval's ends a level is that should pass or fail beyond doubt, and the share of the budget it may take. */
const DECIDING = { pass: 0.85, fail: 1.15, share: 0.08 } as const;

/** Half the load is taken to be so much of the capacity. */
const RECOVERING = 0.3;

/** One level that passes beyond doubt, and one that fails: where there is none yet, it is run now. */
export function* confirming(progress: Progress): Phase<void> {
  const { budget } = progress.options;
  for (const verdict of ['pass', 'fail'] as const) {
    const { limit, steps, bound } = progress;
    if (limit === null || !isLocated(limit)) return;
    const decided = progress.decided(verdict);
    if (decided.some(({ load }) => (verdict === 'pass' ? load < limit.estimate : load > limit.estimate))) continue;
    if (budget * (1 - SHARES.repeat - SHARES.recover) - progress.spent < steps.shortest) return;
    const load = steps.onAxis(
      Math.min(bound, verdict === 'pass' ? DECIDING.pass * limit.low : DECIDING.fail * limit.high),
    );
    const wanted = narrowingRequests(limit.width, steps.strictest);
    const level = yield* progress.measure(steps.briefStep(`confirm-${verdict}`, load, wanted, DECIDING.share * budget));
    if (typeof level === 'string') return;
  }
}

/** The ramp's last level again: is the target still what it was? */
export function* repeating(progress: Progress): Phase<void> {
  const { levels } = progress;
  const last = levels.findLast(({ step, margins }) => step.purpose === 'ramp' && margins.length > 0)?.step;
  if (last !== undefined) yield* progress.measure({ ...last, purpose: 'repeat', settle: 0 });
}

/** Half the load: does latency come back? Asked again if not: a target that was slow for a moment is not damaged. */
export function* recovering(progress: Progress): Phase<void> {
  const { options, limit, steps, levels } = progress;
  if (limit === null || !isLocated(limit)) return;
  const load = steps.onAxis(limit.estimate / 2);
  const wanted = steps.decidingRequests(RECOVERING);
  for (let attempt = 0; attempt < 2 && progress.recovered !== true; attempt++) {
    const longest = Math.max(2 * SHORTEST, SHARES.recover * options.budget);
    const level = yield* progress.measure(steps.briefStep('recover', load, wanted, longest));
    if (typeof level === 'string') return;
    progress.recovered = hasRecovered(level, load, levels, options.unit);
  }
}

/** Whether there is a place to look beside: a limit that is somewhere. */
const isLocated = ({ width, never }: LimitEstimate): boolean => width < UNDECIDED_WIDTH && never <= 0.5;
