/** The phase after the ramp: a coarse look along the axis, from low loads to beyond the capacity. */
import type { SearchStop } from '../../core/breaking-point.ts';
import type { Criterion } from './criteria.ts';
import { loadOf } from './monotone.ts';
import type { Phase, Progress } from './progress.ts';
import { allowedShare } from './share.ts';
import { exploration, SHARES } from './window.ts';

/** Where nothing seems to break until there: near the capacity that was seen, then beyond it, further each time. */
const BEYOND = { first: 0.85, ratio: 1.35 } as const;
/** Requests that show that a load beyond capacity piles up. */
const PILING_REQUESTS = 800;

/** A coarse look along the axis, past failing levels too: it shows whether the curve is monotone. */
export function* exploring(progress: Progress): Phase<SearchStop | null> {
  const { budget } = progress.options;
  const steps = progress.steps;
  const capacity = progress.capacity;
  if (capacity === null) return 'generator';
  const longest = SHARES.explore * budget;
  const { shares, more } = exploration(
    capacity.perSec,
    (share) => steps.decidingRequests(share),
    longest,
    progress.options.pass === undefined ? undefined : steps.shortest,
  );
  for (const share of shares) {
    const rate = Math.min(share * capacity.perSec, progress.bound);
    const window = Math.min((more * steps.decidingRequests(share)) / rate, longest);
    const level = yield* progress.measure(steps.openStep('explore', rate, window));
    if (level === 'lost') return 'target-lost';
    if (level === 'void' && progress.ceiling === null) continue;
    if (level === 'void' || level.result.verdict === 'overloaded' || rate >= progress.bound) return null;
  }
  const tried = Math.max(...shares) * capacity.perSec;
  for (
    let rate = Math.max(BEYOND.first * capacity.perSec, BEYOND.ratio * tried);
    !seemsBroken(progress);
    rate *= BEYOND.ratio
  ) {
    const load = Math.min(rate, progress.bound);
    const level = yield* progress.measure(steps.openStep('explore', load, Math.min(PILING_REQUESTS / load, longest)));
    if (level === 'lost') return 'target-lost';
    if (level === 'void' || load >= progress.bound || progress.spent > budget / 2) return null;
  }
  return null;
}

/** Whether any level on the axis failed, or had more bad requests than are allowed. */
function seemsBroken({ levels, criteria, options }: Progress): boolean {
  return levels.some((level) => {
    if (loadOf(level, options.unit) === null) return false;
    return level.margins.some((margin, i) => {
      if (margin.kind === 'share') return margin.share.bad > allowedShare(criteria[i] as Criterion) * margin.share.n;
      return margin.kind === 'above' || margin.y > 0;
    });
  });
}
