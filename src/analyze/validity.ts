import type { BreakingPoint } from '../core/breaking-point.ts';
import type { LoadChange } from '../core/command.ts';
import type { Ending } from '../core/event.ts';
import type { LoadProfile, Plan } from '../core/plan.ts';
import {
  type Check,
  type Doubt,
  type FailureResult,
  PERCENTILES,
  type TimelinePoint,
  type Totals,
  type UntilResult,
} from '../core/result.ts';
import type { ConnectionCounts } from '../core/snapshot.ts';
import { bears, samplesFor } from '../stats/confidence.ts';
import { connectionDoubts, exhaustionOf, targetConnectionDoubts, waitedForConnections } from './connections.ts';
import { contactOf } from './contact.ts';
import type { GeneratorHealth } from './generator.ts';
import { statusHint } from './hints.ts';
import { idleDoubts, type UserCycle } from './idle.ts';
import { shareOf } from './latency.ts';
import { type Outage, outageDoubts } from './outage.ts';
import { samplesMissing } from './percentiles.ts';
import { rampDoubts } from './ramp.ts';
import { clockDoubts, type Missed, standstillDoubts } from './standstill.ts';
import { type Starved, starvedDoubts } from './starved.ts';
import { type Steadiness, steadinessDoubts } from './steadiness.ts';
import { untilDoubts } from './until.ts';
import { addressOf, counted, formatCount, formatMs, formatShare, metricName, wayOf } from './wording.ts';

/**
 * Where a measurement stops being one of the target. These are proposals, to be calibrated against servers whose truth
 * is known. Times in ms.
 */
export const LIMITS = {
  /**
   * Open model: at least this share of the due requests must have been sent, unless the missing ones are within three
   * standard deviations of a Poisson count. (Lancet accepts ± 10 % of the target rate; 1 % is what a percentile's
   * interval resolves at the usual sample sizes.)
   */
  sent: { share: 0.99, deviations: 3 },
  /** Open model: p99 of the send lag, the larger of a floor and a share of the response's p95. (wrk2 is exact to ± 1 ms.) */
  lag: { floor: 2, shareOfP95: 0.05 },
  /** Beyond it the lag is the measurement: it voids the run. Between the two it is a doubt (decision 5). */
  worstLag: { floor: 10, shareOfP95: 0.1 },
  /** p99 of the intervals' event-loop delay p99: answers are read that much late. The same two bounds. */
  loopDelay: { floor: 20, shareOfP95: 0.1 },
  /**
   * Closed model: mean share of the time in which the event loop did not wait, and cores used per load thread. Above, a
   * virtual user waits for the generator as well as for the target.
   */
  busy: 0.95,
  /** Share of the sent requests that may be unanswered at the end. */
  unanswered: 0.01,
  /** Mean share of the time in which a load thread waited for a core. */
  cpuWait: 0.1,
  /** The same, of a search's level whose requests left in time all the same. */
  starved: 0.5,
  /** Longest garbage collection. */
  gc: 20,
} as const;

/** Everything a run's validity is judged from. */
export interface Evidence {
  readonly plan: Plan;
  readonly ending: Ending;
  /** False for a journal that breaks off, or a run that is still going. */
  readonly finished: boolean;
  /** Generator threads that were lost. */
  readonly lost: readonly { readonly source: string; readonly message: string }[];
  readonly totals: Totals;
  readonly checks: readonly Check[];
  readonly failures: readonly FailureResult[];
  readonly connections: ConnectionCounts;
  /** p95 of the successes, ms, however few they are; null: there are none. */
  readonly responseP95: number | null;
  readonly generator: GeneratorHealth;
  /** Closed model: where a virtual user's time went; null: unknown. */
  readonly cycle: UserCycle | null;
  /** As it was offered: the plan's, with every edit. */
  readonly load: LoadProfile;
  readonly changes: readonly LoadChange[];
  /** How long the run was, s. */
  readonly seconds: number;
  /** Of a search. */
  readonly breakingPoint: BreakingPoint | null;
  /** Null: the run did not go on for something to be known. */
  readonly until: UntilResult | null;
  readonly steadiness: Steadiness;
  readonly missed: Missed;
  readonly starved: Starved | null;
  /** Null: none, or one that the search judges. */
  readonly outage: Outage | null;
  /** By how much the wall clock was set under way, ms. */
  readonly clockSetBy: number;
  /** Successes by request name. */
  readonly samples: Readonly<Record<string, number>>;
}

/** A limit in ms that grows with the response time's p95. */
const bound = (limit: { floor: number; shareOfP95: number }, p95: number | null): number =>
  Math.max(limit.floor, limit.shareOfP95 * (p95 ?? 0));

/** Whether the generator, in this one interval, was so late that its times are not the target's. */
export function isUnfit(point: Pick<TimelinePoint, 'lagP99' | 'loopDelayP99' | 'p95'>, open: boolean): boolean {
  const late = open && (point.lagP99 ?? 0) > bound(LIMITS.worstLag, point.p95);
  return late || (point.loopDelayP99 ?? 0) > bound(LIMITS.loopDelay, point.p95);
}

/** Every reason to trust the run less, the invalidating ones first. */
export function doubtsOf(evidence: Evidence): Doubt[] {
  if (evidence.ending === 'never-ready') return endingDoubts(evidence);
  // Each level of a search is judged by itself, and void where the generator was unfit.
  if (evidence.plan.search !== null)
    return [
      ...endingDoubts(evidence),
      ...answerDoubts(evidence),
      ...searchDoubts(evidence),
      ...targetConnectionDoubts(evidence),
      ...clockDoubts(evidence.clockSetBy, evidence.missed),
    ];
  const doubts = [
    ...endingDoubts(evidence),
    ...connectionDoubts(evidence),
    ...targetConnectionDoubts(evidence),
    ...answerDoubts(evidence),
    // Where the target left all of them waiting, the outage says so.
    ...(evidence.outage === null ? starvedDoubts(evidence.starved) : []),
    ...steadinessDoubts(evidence.steadiness),
    ...rateDoubts(evidence),
    ...standstillDoubts(evidence.missed),
    ...clockDoubts(evidence.clockSetBy, evidence.missed),
    ...generatorDoubts(evidence),
    // Users who waited for a response that never came were not idle, and it has no time.
    ...(evidence.outage === null ? idleDoubts(evidence.cycle) : []),
    ...(evidence.plan.until === undefined || evidence.until === null || evidence.ending !== 'completed'
      ? []
      : untilDoubts(evidence.plan.until, evidence.until)),
    ...sampleDoubts(evidence),
    ...(evidence.ending === 'completed' ? rampDoubts(evidence.load, evidence.changes, evidence.seconds) : []),
  ];
  return [
    ...outageDoubts(evidence.outage, evidence.checks),
    ...doubts.filter((doubt) => doubt.invalidates),
    ...doubts.filter((doubt) => !doubt.invalidates),
  ];
}

function doubt(invalidates: boolean, code: Doubt['code'], message: string, hint: string): Doubt {
  return { code, message, hint, invalidates };
}

function searchDoubts({ plan, breakingPoint, ending }: Evidence): Doubt[] {
  if (breakingPoint?.status === 'rough' && ending === 'completed') {
    const more = breakingPoint.moreSeconds ?? null;
    const longer =
      more === null ? 'a longer --budget' : `--budget ${Math.ceil((breakingPoint.spentSeconds + more) / 60)}m`;
    const hint = `Give it ${longer}, or --budget auto; --allow-rough takes a rough answer.`;
    return [doubt(plan.search?.allowRough !== true, 'rough-answer', breakingPoint.summary, hint)];
  }
  // "At least" nothing is no answer either: no level was fit to be one.
  const answered = breakingPoint !== null && breakingPoint.status !== 'undecided' && breakingPoint.estimate !== null;
  if ((ending !== 'completed' && ending !== 'stopped') || answered) return [];
  const hint =
    ending === 'stopped'
      ? 'It was stopped before it had one: let it run to its end.'
      : 'Give it more time with --budget, or a target with nothing else to do.';
  return [doubt(true, 'no-answer-found', breakingPoint?.summary ?? 'The search gave no answer.', hint)];
}

function endingDoubts({ plan, ending, finished, lost, seconds }: Evidence): Doubt[] {
  if (ending === 'never-ready') {
    const reason = lost.map(({ message }) => `: ${message}`).join('');
    const hint = 'Start it again; if it happens again, try fewer threads with --threads.';
    return [doubt(true, 'thread-never-ready', `The load generator did not start${reason}.`, hint)];
  }
  const doubts: Doubt[] = [];
  if (lost.length > 0 || ending === 'lost') {
    const reason = lost.map(({ source, message }) => `: ${source}: ${message}`).join('');
    const hint = 'Its share of the load is missing: run again, and report the message if it comes back.';
    doubts.push(doubt(true, 'thread-lost', `A generator thread was lost${reason}.`, hint));
  }
  const reached = wayOf(seconds, plan);
  if (!finished) {
    const message = `The run has no end after ${reached}: it was killed, it crashed, or it is still going.`;
    doubts.push(doubt(false, 'interrupted', message, 'Everything until then is shown; run again for the whole.'));
  } else if (ending === 'interrupted') {
    const message = `The run was interrupted after ${reached}.`;
    doubts.push(doubt(false, 'interrupted', message, 'Everything until then is shown; run again for the whole.'));
  }
  return doubts;
}

function answerDoubts(evidence: Evidence): Doubt[] {
  const { plan, totals, failures, checks, ending, finished } = evidence;
  const { sent, ok, failed } = totals;
  const doubts: Doubt[] = [];
  const aborted = totals.byOutcome.aborted ?? 0;
  const ended = ok + failed;
  const contact = contactOf(evidence);
  const address = addressOf(plan.target);
  const worst = failures.find((failure) => failure.outcome !== 'aborted');
  const cause = worst === undefined ? '' : `: ${worst.message || worst.outcome}`;

  if (totals.byOutcome['connect-error'] === ended && exhaustionOf(failures) === null) {
    const message = `No connection to ${address} could be opened${cause} (${counted(ended, 'request')}).`;
    doubts.push(doubt(true, 'unreachable', message, 'Is the server running, and is the address right?'));
  } else if (ended === 0 && sent === 0) {
    const hint = 'Let it run longer than its warm-up, with at least one user or a rate above 0.';
    doubts.push(doubt(true, 'no-samples', 'No request was sent in the measured phase.', hint));
  } else if (contact === 'waiting') {
    const message = `No response came before the run ended: ${counted(aborted, 'request')} were still waiting for one.`;
    const hint = 'Let it run longer than a response takes (--duration, --graceful-stop), or send one request by hand.';
    doubts.push(doubt(true, 'no-samples', message, hint));
  } else if (contact === 'none') {
    const message = `Nothing answered at ${address}${cause} (${counted(sent, 'request')}).`;
    const hint = 'Send one request by hand; allow more time with --timeout if responses are that slow.';
    doubts.push(doubt(true, 'no-samples', message, hint));
  } else if (ok === 0) {
    // A broken threshold is the better verdict on a target that answers, but always with errors.
    const invalidates = !checks.some((check) => check.status === 'failed');
    const fates = [
      ...(failed > 0 ? [`${counted(failed, 'request')} failed${cause}`] : []),
      ...(aborted > 0 ? [`${counted(aborted, 'request')} had not ended when the run did`] : []),
    ];
    const message = `No request succeeded: ${fates.join(', and ')}.`;
    const hint =
      failed > 0
        ? ((worst === undefined ? null : statusHint(worst, plan)) ??
          'Look at the failures; is it the right path, method, body and content type?')
        : 'Does a response ever end? Send one request by hand; allow more time with --duration or --graceful-stop.';
    doubts.push(doubt(invalidates, 'no-samples', message, hint));
  }

  const whole = finished && (ending === 'completed' || ending === 'stopped' || ending === 'aborted');
  if (whole && aborted > 0) {
    const share = aborted / sent;
    const message = `${counted(aborted, 'request')} (${formatShare(share)}) had no response when the run ended.`;
    const hint = 'Give them more time with --graceful-stop, or a --timeout that is shorter than it.';
    doubts.push(doubt(share > LIMITS.unanswered, 'unanswered-at-end', message, hint));
  }
  const { leftOut = 0 } = totals;
  if (whole && sent !== ended + aborted + leftOut) {
    const left = leftOut > 0 ? `, ${formatCount(leftOut)} left out` : '';
    const message =
      `The counts do not add up: ${formatCount(sent)} sent, but ${formatCount(ok)} ok, ${formatCount(failed)} failed${left} ` +
      `and ${formatCount(aborted)} given up. This is a bug.`;
    doubts.push(doubt(true, 'count-mismatch', message, 'Please report it, with the journal of the run.'));
  }
  return doubts;
}

function rateDoubts(evidence: Evidence): Doubt[] {
  const { plan, totals, generator, responseP95 } = evidence;
  if (plan.load.model !== 'open') return [];
  const doubts: Doubt[] = [];
  const { offered, sent, dropped } = totals;
  const missing = offered === 0 ? 0 : (offered - sent) / offered;
  const { share, deviations } = LIMITS.sent;
  if (missing > 1 - share && missing > deviations / Math.sqrt(offered)) {
    const message =
      `The rate was not met: of ${counted(offered, 'request')} offered ${formatCount(sent)} were sent and ` +
      `${formatCount(dropped)} dropped, with at most ${formatCount(plan.load.maxInFlight)} in flight.`;
    const hint =
      dropped > 0
        ? 'The target answers too slowly for this rate: lower the rate, or allow more requests in flight.'
        : 'The generator cannot send that fast: lower the rate, or give it more threads with --threads.';
    doubts.push(doubt(true, 'rate-not-met', message, hint));
  }
  const limit = bound(LIMITS.lag, responseP95);
  // A wait that the plan asked for explains the lag, and has a doubt of its own.
  if (generator.lagP99 !== null && generator.lagP99 > limit && !waitedForConnections(evidence)) {
    const message =
      `Requests left late: the p99 of the send lag was ${formatMs(generator.lagP99)}; up to ${formatMs(limit)} is ` +
      'within the tolerance.';
    const hint = 'Lower the rate, use more threads, or run the generator on a machine with nothing else to do.';
    doubts.push(doubt(generator.lagP99 > bound(LIMITS.worstLag, responseP95), 'send-lag', message, hint));
  }
  return doubts;
}

function generatorDoubts({ plan, generator, responseP95 }: Evidence): Doubt[] {
  const doubts: Doubt[] = [];
  const busy = Math.max(generator.utilization ?? 0, generator.cpu / Math.max(1, generator.threads));
  if (plan.load.model === 'closed' && busy >= LIMITS.busy) {
    const message = `The generator itself was ${formatShare(busy)} busy: virtual users waited for it, not for the target.`;
    const hint = 'Use more threads (--threads), fewer users, or a machine with more cores.';
    doubts.push(doubt(true, 'generator-saturated', message, hint));
  }
  const limit = bound(LIMITS.loopDelay, responseP95);
  if (generator.loopDelayP99 > limit) {
    const message =
      `The generator was held up for ${formatMs(generator.loopDelayP99)} (p99 of the event loop's delay); up to ` +
      `${formatMs(limit)} is within the tolerance.`;
    const hint = 'Run it on a machine with free cores, and not on the one that serves the target.';
    doubts.push(doubt(true, 'loop-delay', message, hint));
  }
  if (generator.cpuWait !== null && generator.cpuWait > LIMITS.cpuWait) {
    const message = `Load threads waited for a core in ${formatShare(generator.cpuWait)} of the time.`;
    const hint = 'Something else uses the cores: stop it, use fewer threads, or move the generator.';
    doubts.push(doubt(false, 'cpu-contended', message, hint));
  }
  if (generator.gcMaxMs > LIMITS.gc) {
    const message = `A garbage collection in the generator took ${formatMs(generator.gcMaxMs)}.`;
    const hint = 'Answers that came during it look that much slower: trust the tail less.';
    doubts.push(doubt(false, 'gc-pause', message, hint));
  }
  return doubts;
}

/** One doubt for all percentiles that are left out: those of the request name with the fewest successes. */
function sampleDoubts({ plan, totals, checks, samples }: Evidence): Doubt[] {
  if (totals.ok === 0) return [];
  const names = Object.keys(samples);
  const fewest = names.reduce<string | null>((least, name) => {
    return least === null || (samples[name] ?? 0) < (samples[least] ?? 0) ? name : least;
  }, null);
  const count = fewest === null ? totals.ok : (samples[fewest] ?? 0);
  const missing = PERCENTILES.filter((name) => !bears(shareOf(name), count)).map(
    (name) => `${name} (needs ${formatCount(samplesFor(shareOf(name)))})`,
  );
  const total = totals.ok + totals.failed + (totals.byOutcome.aborted ?? 0);
  const undecided = plan.thresholds.filter((threshold, i) => {
    return checks[i]?.status === 'undecided' && samplesMissing(threshold, total) !== null;
  });
  if (missing.length === 0 && undecided.length === 0) return [];
  // Beside the number of all requests another one wants a name.
  const of = `${names.length > 1 ? `${fewest} has` : 'there are'} ${formatCount(count)}${total > totals.ok ? ' successes' : ''}`;
  const left = missing.length > 0 ? `Too few samples for ${missing.join(', ')}: ${of}.` : '';
  const open = undecided.map((threshold) => {
    const needs = formatCount(samplesMissing(threshold, total) ?? 0);
    return `The threshold ${threshold.text} is undecided: ${metricName(threshold.metric)} needs ${needs} samples, there are ${formatCount(total)}.`;
  });
  const message = [...open, left].filter((part) => part !== '').join(' ');
  return [doubt(undecided.length > 0, 'too-few-samples', message, 'Run longer, or at a higher rate.')];
}
