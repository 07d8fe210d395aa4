/** Capacity as users who wait had it, beside what arrivals did that wait for nobody: what either means, and which to believe. */
import type { BreakingPoint, OpenAndClosed } from '../../core/breaking-point.ts';
import { counted, formatMs, formatRate } from '../wording.ts';
import { type ClosedThroughput, closedThroughput, throughputOf } from './capacity.ts';
import type { Level } from './level.ts';
import { TWO_SIDED } from './share.ts';
import type { SearchState } from './state.ts';

/** Levels of one target differ by so much (share) at least. */
const LEAST_ERROR = 0.02;

type Answer = Pick<BreakingPoint, 'status' | 'unit' | 'estimate' | 'interval' | 'criterion'>;

/** @returns null where only one of them was measured, or nothing is to be said of both. */
export function openAndClosed(state: SearchState, answer: Answer): OpenAndClosed | null {
  const closed = closedThroughput(state.present);
  const { status, unit, estimate, interval } = answer;
  if (closed === null || unit === 'vus' || status === 'fails-at-every-load' || estimate === null) return null;
  const half = TWO_SIDED * Math.max(LEAST_ERROR, closed.relativeError);
  const [low, high] = [closed.perSec * (1 - half), closed.perSec * (1 + half)];
  const say = (relation: OpenAndClosed['relation'], message: string): OpenAndClosed => ({
    relation,
    vus: closed.vus,
    closed: { estimate: closed.perSec, interval: [low, state.rampReached ? high : null] },
    message: `${usersSentence(closed, state.rampReached)}${message}`,
  });
  const carried = mostCarried(state.present, closed, half);
  if (carried !== null) {
    const why = state.rampReached ? 'it did more then than while the users were there' : 'so few users did not fill it';
    return say(
      'more',
      `; arrivals that wait for nobody got ${formatRate(carried)} with every SLO held, which is more: ${why}. Believe the arrivals: so much was seen.`,
    );
  }
  if ((status !== 'found' && status !== 'rough') || interval === null) return null;
  const near = status === 'rough' ? 'near ' : 'at ';
  const breaks = `; with arrivals that wait for nobody ${brokenBy(answer)} breaks ${near}${formatRate(estimate)}`;
  const [from, to] = interval;
  if (to !== null && to < low)
    return say(
      'below',
      `${breaks} already. Both are true: capacity is throughput alone, whatever it takes; and waiting users send only when a response has come, arrivals also while others are under way.`,
    );
  if (from > high && state.rampReached) return null;
  if (answer.criterion === 'capacity')
    return say('full', `${breaks}: as far as is known that is the same, it is full there.`);
  return say(
    'unclear',
    `${breaks}. How far that limit may lie reaches to what the users got: whether it breaks before it is full is not known.`,
  );
}

/** `p95<=100ms`; where the target is full, any of them. */
const brokenBy = ({ criterion }: Answer): string =>
  criterion === null || criterion === 'capacity' ? 'the SLO' : criterion;

/** `64 users who each wait for their response got 950/s out of it, at 67.4 ms each`. */
function usersSentence({ vus, perSec, meanMs }: ClosedThroughput, reached: boolean): string {
  const took = meanMs === null ? '' : `, at ${formatMs(meanMs)} each`;
  return `${counted(vus, 'user')} who each wait for their response got ${formatRate(perSec)} out of it${reached ? '' : ', and more of them might have got more'}${took}`;
}

/** What the fullest open level carried that passed, where that is more than the users got beyond both uncertainties, 1/s. */
function mostCarried(levels: readonly Level[], closed: ClosedThroughput, half: number): number | null {
  const beyond = levels.flatMap((level) => {
    if (level.step.load.model !== 'open' || level.result.verdict !== 'pass') return [];
    const { perSec, relativeError } = throughputOf(level);
    const own = TWO_SIDED * Math.max(relativeError, 1 / Math.sqrt(Math.max(1, level.result.ok)));
    return Math.log(perSec / closed.perSec) > Math.hypot(half, own) ? [perSec] : [];
  });
  return beyond.length === 0 ? null : Math.max(...beyond);
}
