/** The main phase of a search: each level goes where the posterior is widest, until it is narrow enough. */
import type { SearchStop } from '../../core/breaking-point.ts';
import { repeating } from './afterwards.ts';
import { CLIFF_ROOM } from './estimate.ts';
import type { Level } from './level.ts';
import { loadOf, suspectLoad } from './monotone.ts';
import type { Phase, Progress } from './progress.ts';
import { narrowingRequests } from './window.ts';

/** More levels than this do not narrow an interval that is still too wide. */
const MOST_LEVELS = 80;
/** Where the next level goes, as quantiles of the posterior, in turn. */
const PROBES = { cliff: [0.3, 0.7, 0.5], slope: [0.05, 0.95, 0.5] } as const;
/** So sure that an SLO is broken at any load, the search is over; so probable, every other level looks at a low load. */
const NEVER = { sure: 0.99, possible: 0.2, share: 0.8 } as const;
/** Beyond so many times its capacity a target only piles up. */
const OVER = 1.1;
/** What was so sure, and comes otherwise, lets one look whether the target changed: so often at most. */
const SURPRISE = 0.9;
const MOST_LOOKS = 2;
/** A load that seems to fail below one that passes is looked at as closely as if the interval were so wide. */
const SUSPECT_WIDTH = 0.15;

/**
 * Levels where the posterior is widest, until precision, budget, bound or resolution.
 * @param reserved share of the budget that is not its own. @param fewest levels, however narrow it is already.
 */
export function* narrowing(progress: Progress, reserved: number, fewest = 0): Phase<SearchStop> {
  const { budget, precision, unit, maxLoad } = progress.options;
  const steps = progress.steps;
  let surprised = false;
  let looks = 0;
  for (let count = 0; ; count++) {
    // Half of the levels are for nothing, if only the end shows that the target changed.
    if (fewest > 0 && surprised && looks < MOST_LOOKS) {
      looks++;
      surprised = false;
      yield* repeating(progress);
    }
    const { limit, bound } = progress;
    // Of a target that pauses any level may seem to fail.
    const suspect = progress.pauses === null ? suspectLoad(progress.present.levels, unit) : null;
    if (limit !== null && heldAt(progress, bound)) return bound === maxLoad ? 'bound' : 'generator';
    if (limit !== null && limit.never >= NEVER.sure) return 'fails-at-every-load';
    if (suspect === null && limit !== null && limit.width <= precision && count >= fewest) return 'precision';
    if (progress.levels.length >= MOST_LEVELS) return 'resolution';
    const load = steps.onAxis(Math.min(bound, suspect ?? within(progress, probeOf(progress, count))));
    const left = budget * (1 - reserved) - progress.spent;
    const wanted = narrowingRequests(suspect === null ? (limit?.width ?? 1) : SUSPECT_WIDTH, steps.strictest);
    // Half of what is left at a time, but no level too short to say anything.
    const shortest = Math.min(wanted, narrowingRequests(1, steps.strictest));
    if (count > 0 && left < 0.5 * steps.secondsFor(shortest, load)) return 'budget';
    const longest = left / 2 < steps.secondsFor(shortest, load) ? left : left / 2;
    const step = steps.stepAt('narrow', load, wanted, longest, left, limit?.width ?? 1);
    if (left < steps.shortest) return 'budget';
    const level = yield* progress.measure(step);
    if (level === 'lost') return 'target-lost';
    if (level === 'void' && progress.ceiling !== null && count > 6) return 'generator';
    if (level !== 'void' && limit !== null && isSurprise(level, limit.cdf(load))) surprised = true;
  }
}

/** Whether a level is decided otherwise than was nearly sure. @param breaks the probability that it would break an SLO. */
function isSurprise({ result: { verdict } }: Level, breaks: number): boolean {
  if (verdict === 'pass') return breaks > SURPRISE;
  return (verdict === 'fail' || verdict === 'overloaded') && breaks < 1 - SURPRISE;
}

function probeOf(progress: Progress, count: number): number {
  const { limit, capacity } = progress;
  if (limit === null) return (capacity?.perSec ?? 1) / 2;
  if (limit.never > NEVER.possible && count % 2 === 0) return NEVER.share * lowestLoad(progress);
  const { criterion, posterior } = limit.binding;
  const probes = criterion.kind !== 'errors' && posterior.shape < CLIFF_ROOM ? PROBES.cliff : PROBES.slope;
  return limit.place(probes[count % probes.length] as number);
}

/** A load that is not beyond what levels leave open, nor far beyond capacity: there is nothing to learn there. */
function within({ limit, capacity, options }: Progress, load: number): number {
  if (limit === null || limit.never > NEVER.possible) return load;
  const [passes, fails] = limit.between;
  const full = options.unit !== 'vus' && capacity?.reached === true ? OVER * Math.max(capacity.perSec, passes) : fails;
  return Math.max(passes, Math.min(load, fails, full));
}

/** Of the levels on the axis. */
function lowestLoad({ present, options }: Progress): number {
  return Math.min(...present.levels.flatMap((level) => loadOf(level, options.unit) ?? []));
}

/** Whether a level at the bound passed, and nothing speaks for a limit below it. */
function heldAt(progress: Progress, bound: number): boolean {
  if (bound === Number.POSITIVE_INFINITY) return false;
  const passed = progress.decided('pass').some(({ load }) => load >= bound * 0.999);
  return passed && (progress.limit?.cdf(bound) ?? 1) < 0.2;
}
