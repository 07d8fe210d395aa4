/** Ends a load that fails alike from its first request on, and says why. */

import type { FailingAlike } from '../core/event.ts';
import { durationOf, type Plan, type Threshold } from '../core/plan.ts';
import { hasLevels } from '../core/procedure.ts';
import type { FailureResult } from '../core/result.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import type { Doubt } from '../core/verdict.ts';
import { causeOf, doubt } from './evidence.ts';
import { sharedHint } from './hints.ts';
import { counted, wayOf } from './wording.ts';

/** So many requests show that no other will succeed; or fewer, where these took so long, µs. */
const MANY = 100;
const FEW = 10;
const LONG = 3_000_000;

/** What a target that starts, or is asked too much, may stop to do in a moment. */
const PASSING = { outcomes: ['connect-error', 'reset', 'timeout'], statuses: [429, 502, 503, 504] } as const;

type Watched = Pick<Plan, 'load' | 'maxRequests' | 'keepFailing' | 'thresholds' | 'search'>;

/** Watches the beginning of a load for requests that all fail alike: thousands more would tell nothing new. */
export class FailingStart {
  readonly #plan: Watched;
  #so: FailingAlike | null = null;
  #over: boolean;

  constructor(plan: Watched) {
    this.#plan = plan;
    this.#over = plan.keepFailing === true || [...plan.thresholds, ...(plan.search?.slos ?? [])].some(bearsFailures);
  }

  /** Takes the next interval. What all requests failed with, where that is certain by now; else null. */
  add({ series, endAt, phase }: IntervalSnapshot): FailingAlike | null {
    if (this.#over) return null;
    for (const { ok, failures } of Object.values(series)) {
      if (ok > 0) return this.#end();
      for (const failure of failures) {
        if (failure.outcome === 'aborted') continue;
        const { outcome, status, message, count } = failure;
        const known = this.#so ?? { outcome, status, message, count: 0 };
        if (known.outcome !== outcome || known.status !== status || known.message !== message) return this.#end();
        this.#so = { ...known, count: known.count + count };
      }
    }
    const so = this.#so;
    return so !== null && isCertain(so, endAt) && phase !== 'drain' && !this.#endsAnyway(so, endAt) ? so : null;
  }

  #end(): null {
    this.#over = true;
    return null;
  }

  #endsAnyway({ count }: FailingAlike, at: number): boolean {
    const { load, maxRequests } = this.#plan;
    return (!hasLevels(this.#plan) && at >= durationOf(load)) || (maxRequests !== null && count >= maxRequests);
  }
}

function isCertain({ outcome, status, count }: FailingAlike, at: number): boolean {
  const passing = PASSING.outcomes.some((each) => each === outcome) || PASSING.statuses.some((each) => each === status);
  return (count >= MANY && (!passing || at >= LONG)) || (count >= FEW && at >= LONG);
}

/** Whether a threshold may hold although all requests fail: then failures are what is looked for. */
function bearsFailures({ metric, op, limit, unit }: Threshold): boolean {
  if (metric.kind !== 'errors') return false;
  return op.startsWith('>') || (unit === 'share' ? limit >= 1 : limit >= MANY);
}

/** That a run ended for it. */
export function failingStartDoubts(
  failing: FailingAlike | null,
  { plan, seconds, invalid }: { readonly plan: Plan; readonly seconds: number; readonly invalid: boolean },
): Doubt[] {
  if (failing === null) return [];
  const failure: FailureResult = { ...failing, name: '', firstSeen: '', lastSeen: '' };
  const all = `all ${counted(failing.count, 'request')} until then failed alike${causeOf(failure)}`;
  const message = `The load ended by itself after ${wayOf(seconds, plan)}: ${all}.`;
  const hint =
    sharedHint(failure, plan.requests, plan) ??
    'Look at the failures; is it the right path, method, body and content type?';
  return [doubt(invalid, 'failing-alike', message, `${hint} --keep-failing goes on.`)];
}
