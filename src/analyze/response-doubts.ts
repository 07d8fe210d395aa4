/** Doubts about the responses: none at all, none that is a success, or too many missing at the end. */
import { requestNamed } from '../core/request.ts';
import type { Doubt } from '../core/verdict.ts';
import { exhaustionOf } from './connections.ts';
import { contactOf } from './contact.ts';
import { causeOf, doubt, type Evidence, worstOf } from './evidence.ts';
import { statusHint } from './hints.ts';
import { LIMITS } from './limits.ts';
import { addressesOf, counted, formatCount, formatShare } from './wording.ts';

/** Whether there were responses, to all that was sent. */
export function responseDoubts(evidence: Evidence): Doubt[] {
  const { plan, totals, failures, checks, ending, finished, failing } = evidence;
  const { sent, ok, failed } = totals;
  const doubts: Doubt[] = [];
  const { aborted = 0, cancelled = 0 } = totals.byOutcome;
  const ended = ok + failed;
  const contact = contactOf(evidence);
  const address = addressesOf(plan);
  const worst = worstOf(failures);
  const cause = causeOf(worst);

  if (totals.byOutcome['connect-error'] === ended && exhaustionOf(failures) === null) {
    const message = `No connection to ${address} could be opened${cause} (${counted(ended, 'request')}).`;
    doubts.push(doubt(true, 'unreachable', message, 'Is the server running, and is the address right?'));
  } else if (ended === 0 && sent === 0 && failing === null) {
    const hint = 'Let it run longer than its warm-up, with at least one user or a rate above 0.';
    doubts.push(doubt(true, 'no-samples', 'No request was sent in the measured phase.', hint));
  } else if (contact === 'waiting') {
    const message = `No response came before the run ended: ${counted(aborted, 'request')} were still waiting for one.`;
    const hint = 'Let it run longer than a response takes (--duration, --graceful-stop), or send one request by hand.';
    doubts.push(doubt(true, 'no-samples', message, hint));
  } else if (contact === 'missed') {
    const all = sent === 1 ? 'the only one was' : `all ${formatCount(sent)} were`;
    const message = `No request counts: the generator stood still while ${all} under way.`;
    doubts.push(
      doubt(true, 'no-samples', message, 'Run again, on a machine that is not paused and has a core to spare.'),
    );
  } else if (contact === 'none') {
    const message = `Nothing answered at ${address}${cause} (${counted(sent, 'request')}).`;
    const hint = 'Send one request by hand; allow more time with --timeout if responses are that slow.';
    doubts.push(doubt(true, 'no-samples', message, hint));
  } else if (ok === 0 && failing === null) {
    // A broken threshold is the better verdict on a target that answers, but always with errors.
    const invalidates = !checks.some((check) => check.status === 'failed');
    const fates = [
      ...(failed > 0 ? [`${counted(failed, 'request')} failed${cause}`] : []),
      ...(aborted > 0 ? [`${counted(aborted, 'request')} had not ended when the run did`] : []),
      ...(cancelled > 0 ? [`of ${counted(cancelled, 'request')} the user had left (--cancel-after)`] : []),
    ];
    const message = `No request succeeded: ${fates.join(', and ')}.`;
    const hint =
      failed > 0
        ? ((worst === undefined ? null : statusHint(worst, requestNamed(plan, worst.name), plan)) ??
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
  if (whole && sent !== ended + aborted + cancelled + leftOut) {
    const left = leftOut > 0 ? `, ${formatCount(leftOut)} left out` : '';
    const message =
      `The counts do not add up: ${formatCount(sent)} sent, but ${formatCount(ok)} ok, ${formatCount(failed)} failed${left} ` +
      `and ${formatCount(aborted)} given up. This is a bug.`;
    doubts.push(doubt(true, 'count-mismatch', message, 'Please report it, with the journal of the run.'));
  }
  return doubts;
}
