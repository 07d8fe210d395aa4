/** All doubts about a run, gathered from the files that each know some of them. */

import { PERCENTILES } from '../core/latencies.ts';
import { profilesOf } from '../core/loads.ts';
import { hasLevels } from '../core/procedure.ts';
import { unjudgedIn } from '../core/sample.ts';
import { bears, samplesFor } from '../core/sample-size.ts';
import type { Doubt } from '../core/verdict.ts';
import { connectionDoubts, targetConnectionDoubts } from './connections.ts';
import { errorsAtAnyLoadDoubts } from './errors-at-any-load.ts';
import { doubt, type Evidence } from './evidence.ts';
import { failingStartDoubts } from './failing-start.ts';
import { generatorDoubts, rateDoubts } from './generator-doubts.ts';
import { idleDoubts } from './idle.ts';
import { shareOf } from './latency.ts';
import { outageDoubts } from './outage.ts';
import { samplesMissing } from './percentiles.ts';
import { rampDoubts } from './ramp.ts';
import { responseDoubts } from './response-doubts.ts';
import { clockDoubts, standstillDoubts } from './standstill.ts';
import { starvedDoubts } from './starved.ts';
import { steadinessDoubts } from './steadiness.ts';
import { untilDoubts } from './until.ts';
import { counted, formatCount, formatMs, subjectName, wayOf } from './wording.ts';

/** Every reason to trust the run less, the invalidating ones first. */
export function doubtsOf(evidence: Evidence): Doubt[] {
  if (evidence.ending === 'never-ready') return endingDoubts(evidence);
  // Each level of a search is judged by itself, and void where the generator was unfit.
  if (hasLevels(evidence.plan))
    return [
      ...errorsAtAnyLoadDoubts(evidence.breakingPoint, evidence.failures),
      ...endingDoubts(evidence),
      ...responseDoubts(evidence),
      ...searchDoubts(evidence),
      ...targetConnectionDoubts(evidence),
      ...clockDoubts(evidence.clockSetBy, evidence.missed),
    ];
  const doubts = [
    ...endingDoubts(evidence),
    ...connectionDoubts(evidence),
    ...targetConnectionDoubts(evidence),
    ...responseDoubts(evidence),
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
    ...pacingDoubts(evidence),
    ...(evidence.ending === 'completed' ? rampDoubts(evidence) : []),
  ];
  return [
    ...outageDoubts(evidence.outage, evidence.checks),
    ...doubts.filter((doubt) => doubt.invalidates),
    ...doubts.filter((doubt) => !doubt.invalidates),
  ];
}

function searchDoubts({ plan, breakingPoint, ending }: Evidence): Doubt[] {
  if (breakingPoint?.status === 'rough' && ending === 'completed') {
    const more = breakingPoint.moreSeconds ?? null;
    const longer =
      more === null ? 'a longer --budget' : `--budget ${Math.ceil((breakingPoint.spentSeconds + more) / 60)}m`;
    const { levels } = breakingPoint;
    const spoilt = levels.filter(({ verdict }) => verdict === 'void').length;
    // More time on a busy machine has as many void levels again.
    const elsewhere =
      2 * spoilt < levels.length
        ? ''
        : 'Most of its levels were void: stop what else runs on this machine (rampart doctor shows whether it is fit), or send from another one. ';
    const hint = `${elsewhere}Give it ${longer}, or --budget auto; --allow-rough takes a rough result.`;
    return [doubt(plan.search?.allowRough !== true, 'rough-answer', breakingPoint.summary, hint)];
  }
  // "At least" nothing is no result either: no level was fit to be one.
  const answered = breakingPoint !== null && breakingPoint.status !== 'undecided' && breakingPoint.estimate !== null;
  if ((ending !== 'completed' && ending !== 'stopped') || answered) return [];
  const hint =
    ending === 'stopped'
      ? 'It was stopped before it had one: let it run to its end.'
      : breakingPoint?.status === 'generator-limited'
        ? 'Stop what else runs on this machine, or send from another one; more time with --budget may help too.'
        : 'Give it more time with --budget, or a target with nothing else to do.';
  return [doubt(true, 'no-answer-found', breakingPoint?.summary ?? 'The search gave no result.', hint)];
}

function endingDoubts({ plan, ending, finished, lost, incomplete, seconds, failing, checks }: Evidence): Doubt[] {
  if (ending === 'never-ready') {
    const reason = lost.map(({ message }) => `: ${message}`).join('');
    const hint = lost.some(({ of }) => of === 'agents')
      ? 'Mend what the agent says, or ask for --agents without it.'
      : 'Start it again; if it happens again, try fewer threads with --threads.';
    return [doubt(true, 'thread-never-ready', `The load generator did not start${reason}.`, hint)];
  }
  // A broken threshold is the better verdict on a target that answers.
  const invalid = !checks.some(({ status }) => status === 'failed');
  const doubts = failingStartDoubts(failing, { plan, seconds, invalid });
  if (lost.length > 0 || ending === 'lost') {
    const reason = lost.map(({ source, message }) => `: ${source}: ${message}`).join('');
    if (lost.some(({ of }) => of === 'agents')) {
      const tolerated = lost.every((one) => one.tolerated === true);
      const hint = tolerated
        ? 'Nobody took its share over: the load was smaller from then on than the plan says.'
        : 'Its share of the load is missing: see why it ended, and run again; --tolerate-loss goes on without it.';
      const intervals =
        incomplete === 0
          ? ''
          : ` ${incomplete === 1 ? 'One interval lacks' : `${incomplete} intervals lack`} its part.`;
      doubts.push(doubt(!tolerated, 'agent-lost', `An agent was lost${reason}.${intervals}`, hint));
    } else {
      const hint = 'Its share of the load is missing: run again, and report the message if it comes back.';
      doubts.push(doubt(true, 'thread-lost', `A generator thread was lost${reason}.`, hint));
    }
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

/** One doubt for all percentiles that are left out: those of the request name with the fewest successes. */
function sampleDoubts({ plan, totals, checks, samples, ended }: Evidence): Doubt[] {
  if (totals.ok === 0) return [];
  const names = Object.keys(samples);
  const fewest = names.reduce<string | null>((least, name) => {
    return least === null || (samples[name] ?? 0) < (samples[least] ?? 0) ? name : least;
  }, null);
  const count = fewest === null ? totals.ok : (samples[fewest] ?? 0);
  const missing = PERCENTILES.filter((name) => !bears(shareOf(name), count)).map(
    (name) => `${name} (needs ${formatCount(samplesFor(shareOf(name)))})`,
  );
  const total = totals.ok + totals.failed + unjudgedIn(totals.byOutcome);
  const undecided = plan.thresholds.flatMap((threshold, i) => {
    const sampled = threshold.scope === undefined ? total : ended(threshold.scope);
    const needs = checks[i]?.status === 'undecided' ? samplesMissing(threshold, sampled) : null;
    return needs === null ? [] : [{ threshold, needs, sampled }];
  });
  if (missing.length === 0 && undecided.length === 0) return [];
  // Beside the number of all requests another one wants a name.
  const of = `${names.length > 1 ? `${fewest} has` : 'there are'} ${formatCount(count)}${total > totals.ok ? ' successes' : ''}`;
  const left = missing.length > 0 ? `Too few samples for ${missing.join(', ')}: ${of}.` : '';
  const open = undecided.map(
    ({ threshold, needs, sampled }) =>
      `The threshold ${threshold.text} is undecided: ${subjectName(threshold)} needs ${formatCount(needs)} samples, there are ${formatCount(sampled)}.`,
  );
  const message = [...open, left].filter((part) => part !== '').join(' ');
  return [doubt(undecided.length > 0, 'too-few-samples', message, 'Run longer, or at a higher rate.')];
}

/** Fewer passes began than the pacing says. */
function pacingDoubts({ overran, plan }: Evidence): Doubt[] {
  const paced = profilesOf(plan).flatMap((one) =>
    one.model === 'closed' && one.pacing !== undefined ? [one.pacing] : [],
  );
  const [pacing] = paced;
  if (overran === 0 || pacing === undefined) return [];
  const whose = new Set(paced).size === 1 ? `the pacing of ${formatMs(pacing / 1e3)}` : 'their pacing';
  const message = `${counted(overran, 'pass', 'passes')} of virtual users took longer than ${whose}: the next began at once, and the load was lower than planned.`;
  return [
    doubt(false, 'pacing-missed', message, 'Give more time with --pacing, or take more users for the same load.'),
  ];
}
