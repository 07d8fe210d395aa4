/** Doubts about the generator: rates that were not met, late sending, and a machine without time for it. */
import type { Doubt } from '../core/verdict.ts';
import { waitedForConnections } from './connections.ts';
import { doubt, type Evidence } from './evidence.ts';
import { bound, LIMITS } from './limits.ts';
import { counted, formatCount, formatMs, formatShare } from './wording.ts';

/** Whether all that was due was sent, and in time. */
export function rateDoubts(evidence: Evidence): Doubt[] {
  const { plan, totals, generator, responseP95 } = evidence;
  if (plan.load.model === 'closed') return [];
  const doubts: Doubt[] = [];
  const { offered, sent, dropped } = totals;
  if (plan.loads !== undefined) doubts.push(...loadDoubts(evidence));
  else if (isUnmet(offered, offered - sent)) {
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

/** More is missing than chance and tolerance explain. */
function isUnmet(offered: number, missing: number): boolean {
  const { share, deviations } = LIMITS.sent;
  return offered > 0 && missing / offered > 1 - share && missing / offered > deviations / Math.sqrt(offered);
}

/** Of several loads each by itself: a small one that drops everything would not be seen among all requests. */
function loadDoubts({ plan: { flows = [], loads = [] }, flows: told }: Evidence): Doubt[] {
  return loads.flatMap(({ flow, profile }, place): Doubt[] => {
    if (profile.model === 'closed') return [];
    const own = flows.flatMap(({ name, load }) => (load === place ? (told[name]?.totals ?? []) : []));
    const offered = own.reduce((sum, totals) => sum + totals.offered, 0);
    const dropped = own.reduce((sum, totals) => sum + totals.dropped, 0);
    if (!isUnmet(offered, dropped)) return [];
    const whose = flow === null ? 'the flows without a load of their own' : `flow ${flow}`;
    const message =
      `The rate of ${whose} was not met: of ${counted(offered, 'pass', 'passes')} offered ${formatCount(dropped)} were dropped, ` +
      `with at most ${formatCount(profile.maxInFlight)} in flight.`;
    const hint = 'The target answers too slowly for this rate: lower it, or allow more in flight.';
    return [doubt(true, 'rate-not-met', message, hint)];
  });
}

/** Whether the generator had the time and the cores that it needed. */
export function generatorDoubts({ plan, generator, responseP95 }: Evidence): Doubt[] {
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
    const hint = 'Responses that came during it look that much slower: trust the tail less.';
    doubts.push(doubt(false, 'gc-pause', message, hint));
  }
  return doubts;
}
