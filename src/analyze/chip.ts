/** The short word on the measurement itself (valid, doubtful, invalid) that stands beside every headline. */
import type { Plan } from '../core/plan.ts';
import type { GeneratorResult, RunResult } from '../core/result.ts';
import type { Doubt, DoubtCode } from '../core/verdict.ts';
import { counted, formatMs, formatShare } from './wording.ts';

/** The verdict on the measurement itself, not on the target. */
export interface Chip {
  readonly status: 'valid' | 'doubtful' | 'invalid';
  readonly text: string;
}

/** What is wrong with the measurement, after a colon: no more and no less than the doubt itself says. */
export const REASONS: Readonly<Record<DoubtCode, string>> = {
  'no-samples': 'no request succeeded',
  'failing-alike': 'all requests failed alike',
  unreachable: 'nothing answered',
  'thread-lost': 'a generator thread was lost',
  'agent-lost': 'an agent was lost',
  'thread-never-ready': 'the generator did not start',
  interrupted: 'it was interrupted',
  'rate-not-met': 'the rate was not met',
  'piling-up': 'requests piled up',
  'starved-users': 'users waited for a response all along',
  'cold-start': 'the start was slower than the rest',
  drifting: 'response times drifted',
  'send-lag': 'requests left late',
  'loop-delay': 'the generator was held up',
  'stood-still': 'the generator stood still',
  'generator-saturated': 'virtual users waited for the generator',
  'cpu-contended': 'load threads waited for a core',
  'gc-pause': 'the generator paused to collect garbage',
  'too-few-samples': 'too few samples',
  'unanswered-at-end': 'some requests had no response at the end',
  'count-mismatch': 'the counts do not add up',
  'hidden-idle': 'the generator held its virtual users up',
  'no-answer-found': 'the search gave no result',
  'rough-answer': 'the result of the search is rough',
  'not-known': 'it ended before what was asked for was known',
  'generator-exhausted': 'the generator ran out of ports, files or memory for sockets',
  'connection-wait': 'requests waited for a free connection',
  'reused-connection-closed': 'the target closed connections as they were used again',
  'pacing-missed': 'passes took longer than their pacing',
  'ramp-cut': 'the ramp did not reach its goal',
  'closed-unannounced': 'the target closed connections after responses that did not say so',
  'surplus-bytes': 'the target sent bytes that nobody had asked for',
  'target-down': 'the target failed part of the time',
  'errors-at-any-load': 'errors came whatever the load',
  'clock-set': 'the clock was set under way',
};

/** Percentiles left out for want of samples cast no doubt on those that are shown. */
function isDoubtful({ code, invalidates }: Doubt): boolean {
  return invalidates || code !== 'too-few-samples';
}

export function chipOf({ plan, verdict, generator, breakingPoint }: RunResult): Chip {
  const doubts = verdict.doubts.filter(isDoubtful);
  const worst = doubts.find((doubt) => doubt.invalidates) ?? doubts[0];
  if (worst !== undefined) {
    const status = worst.invalidates ? 'invalid' : 'doubtful';
    return { status, text: `${status}: ${REASONS[worst.code]}` };
  }
  if (breakingPoint !== undefined) {
    const { levels } = breakingPoint;
    const used = levels.filter((level) => level.used).length;
    return { status: 'valid', text: `valid: the generator was fit in ${used} of ${counted(levels.length, 'level')}` };
  }
  return { status: 'valid', text: `valid: ${roomOf(generator, plan.load.model)}` };
}

/** How far the generator was from its limits: `the generator used 11 % of a core, lag p99 0.060 ms`. */
function roomOf({ cpu, threads, lagP99, loopDelayP99 }: GeneratorResult, model: Plan['load']['model']): string {
  const cores = cpu < 1 ? `${formatShare(cpu)} of a core` : `${cpu.toFixed(1)} cores`;
  const used = `the generator used ${cores}${threads > 1 ? ` in ${threads} threads` : ''}`;
  // Whether requests leave late is known of an open load; of virtual users, how late responses were read.
  if (model === 'closed') return `${used}, event-loop delay p99 ${formatMs(loopDelayP99)}`;
  return lagP99 === null ? used : `${used}, lag p99 ${formatMs(lagP99)}`;
}
