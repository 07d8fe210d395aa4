/** The first phase of a search: one request at a time, until the target takes what it keeps taking. */
import type { SearchStop } from '../../core/breaking-point.ts';
import { seconds } from '../../core/units.ts';
import { assumedCriteria, type Criterion } from './criteria.ts';
import { idleLevels, idleTimes, timesOf } from './idle-levels.ts';
import { judge, type Level } from './level.ts';
import type { Phase, Progress } from './progress.ts';
import { allowedShare, shareOf } from './share.ts';
import { SHORTEST } from './window.ts';

/**
 * Idle is one request in ten response times or, of a slow target, a few a second: one user at full speed is more than many a
 * rate limiter allows. Windows hold that many responses at least; they go on until two agree, up to a quarter of the
 * budget: a target that has just been started is slow at first.
 */
const PACE = { timesResponse: 9, least: 0.02, most: 0.2, first: 0.1 } as const;
const WINDOW = { share: 0.02, responses: 8, passes: 2.5 } as const;
const LONGEST_SHARE = 0.25;
/** Medians that differ by no more are the same; chance adds to it. */
const SAME = Math.log(1.25);
const CHANCE = 2.2;

/** One request at a time, until the target is what it stays. */
export function* idling(progress: Progress): Phase<SearchStop | null> {
  const { options, levels } = progress;
  const longest = LONGEST_SHARE * options.budget;
  for (;;) {
    const level = yield* progress.measure(idleStep(progress));
    if (level === 'lost') return 'target-lost';
    if (level === 'void') {
      // What disturbs the generator may go by.
      if (progress.spent >= longest) return 'generator';
      continue;
    }
    if (options.slos.length === 0) assume(progress);
    const [before, last] = idleLevels(levels).slice(-2);
    if (before === undefined || last === undefined) continue;
    const steady = areSame(before, last);
    const fails = [before, last].every(({ result }) => result.verdict === 'fail');
    if (steady && !isTroubled([before, last], progress.criteria)) return null;
    if (progress.spent >= longest) return steady && fails ? 'fails-at-idle' : null;
  }
}

function idleStep({ options, levels }: Progress) {
  const median = idleTimes(levels).quantile(0.5) / 1e6;
  const known = Number.isFinite(median);
  const pause =
    known && median > 0 ? Math.min(PACE.most, Math.max(PACE.least, PACE.timesResponse * median)) : PACE.first;
  const { pass } = options;
  const wanted =
    pass !== undefined
      ? Math.max(WINDOW.passes, WINDOW.responses / pass.requests) *
        ((known ? pass.requests * median : 0) + (known ? pass.pause : pass.longest) + pause)
      : known
        ? WINDOW.responses * (median + pause)
        : 0;
  const longest = (LONGEST_SHARE * options.budget) / 2;
  return {
    purpose: 'idle' as const,
    load: { model: 'closed' as const, vus: 1, pause: seconds(pause) },
    warmup: levels.length === 0 ? Math.min(0.5, 0.005 * options.budget) : 0,
    duration: Math.max(SHORTEST, WINDOW.share * options.budget, Math.min(wanted, longest)),
    settle: 0,
  };
}

/** Where no SLO was given: those that follow from the idle target. Its levels are judged by them. */
function assume(progress: Progress): void {
  const median = idleTimes(progress.levels).quantile(0.5);
  progress.criteria = assumedCriteria(median);
  progress.levels.forEach((one, i) => {
    const { step, observation, result } = one;
    progress.levels[i] = judge(step, observation, progress.criteria, result.index, result.startedAfter);
  });
}

/** Whether more are too slow already than an SLO allows, be they enough to be sure of it or not: a cold target may need longer. */
function isTroubled(levels: readonly Level[], criteria: readonly Criterion[]): boolean {
  return criteria.some((criterion) => {
    if (criterion.kind === 'errors' || criterion.p === null)
      return levels.every(({ result }) => result.verdict === 'fail');
    const shares = levels.map(({ observation }) => shareOf(criterion, observation));
    const bad = shares.reduce((sum, one) => sum + one.bad, 0);
    return bad > allowedShare(criterion) * shares.reduce((sum, one) => sum + one.n, 0);
  });
}

function areSame(a: Level, b: Level): boolean {
  const [before, last] = [timesOf(a), timesOf(b)];
  if (before.count === 0 || last.count === 0) return before.count === last.count;
  const apart = Math.abs(Math.log(last.quantile(0.5) / Math.max(1, before.quantile(0.5))));
  return apart <= SAME + CHANCE * Math.sqrt(1 / before.count + 1 / last.count);
}
