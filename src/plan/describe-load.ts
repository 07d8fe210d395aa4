/** The load of a plan in words, and what of it may not be meant as it is written. */
import { hasSteps } from '../core/flow.ts';
import {
  arrivalsName,
  type Distribution,
  durationOf,
  isEndless,
  type LeftOutLines,
  type LoadProfile,
  type OneLoad,
  type Plan,
  type ReplayedTrace,
  replayOf,
  type Stage,
  stagesOf,
  type Threshold,
  type Until,
} from '../core/plan.ts';
import type { Micros } from '../core/units.ts';
import { UNTIL_COUNTED } from './load.ts';
import { describeTime, formatDuration, formatNumber, plural } from './plan-words.ts';

/** Of a plan with several loads a line for each. */
export function describeLoads(plan: Plan): string[] {
  const { load, loads } = plan;
  if (loads === undefined) return load.model === 'mixed' ? [] : [describeLoad(plan, load)];
  return loads.map(({ flow, profile, maxPasses }) => {
    const limit = profile.model === 'open' ? `, at most ${formatNumber(profile.maxInFlight)} in flight` : '';
    return `${flow ?? 'the other flows'}: ${describeLoad({ ...plan, maxRequests: maxPasses }, profile)}${limit}`;
  });
}

/** What may not be meant as it is written. */
export function describeTraps(plan: Plan): string[] {
  const { load, thresholds, maxRequests } = plan;
  const lines: string[] = [];
  const loads = plan.loads ?? [{ flow: null, profile: load, maxPasses: maxRequests }];
  for (const { flow, profile } of loads) {
    if (profile.model !== 'closed' || profile.goal === undefined) continue;
    const users = `${formatNumber(profile.goal)} virtual users`;
    lines.push(
      flow === null
        ? `Note: the ramp is cut short: ${users} take longer to start than the run lasts. Give it a longer --duration or a higher --spawn-rate.`
        : `Note: the ramp of flow ${flow} is cut short: ${users} take longer to start than its load lasts. Give that a longer duration or a higher spawnRate.`,
    );
  }
  if (loads.some(({ profile, maxPasses }) => isEndless(profile) && maxPasses === null))
    lines.push(
      'Note: nothing ends this run but you: Stop on the page, q, or Ctrl-C. Its journal and its report grow with every ' +
        'second; where nobody watches, give it a --duration.',
    );
  const leftOut = replayOf(load)?.leftOut;
  if (leftOut !== undefined) lines.push(...describeLeftOut(leftOut));
  // Of a search's SLOs a count is refused.
  for (const { metric, unit, text, op, limit } of thresholds)
    if (metric.kind === 'errors' && unit === 'count' && op.startsWith('<'))
      lines.push(
        `Note: ${text} counts requests: ${mostFailures(op, limit)} may fail. A share of them is written with %: ${text}%.`,
      );
  return lines;
}

function mostFailures(op: Threshold['op'], limit: number): string {
  const most = op === '<' ? limit - 1 : limit;
  return most === 0 ? 'not one' : `at most ${formatNumber(most)}`;
}

const metricOf = ({ p }: Until): string => `p${p}`;

function describeLoad(plan: Plan, load: OneLoad): string {
  const { maxRequests, rampEnd, until } = plan;
  const walked = hasSteps(plan);
  const [things, manner] =
    load.model === 'closed'
      ? [
          'virtual users',
          `closed model: each waits for its response${describeThinking(load.thinkTime)}${load.pacing === undefined ? '' : `, a pass every ${formatDuration(load.pacing)}`}`,
        ]
      : [walked ? 'flows/s' : 'requests/s', `open model: ${arrivalsName(load.arrivals)}, no response is waited for`];
  const counted =
    maxRequests === null
      ? ''
      : walked
        ? `, until ${formatNumber(maxRequests)} ${maxRequests === 1 ? 'flow has' : 'flows have'} been gone through`
        : `, until ${formatNumber(maxRequests)} ${maxRequests === 1 ? 'request is' : 'requests are'} sent`;
  const known =
    until === undefined
      ? ''
      : `, at most: until ${metricOf(until)} is known to ±${formatNumber(100 * until.precision)} %`;
  const apart = rampEnd === undefined ? '' : ', the ramp counted apart';
  const replay = replayOf(load);
  if (replay !== null) return `${describeReplay(replay, load)}${counted} (${manner})`;
  return `${describeStages(load, things)}${counted}${apart}${known} (${manner})`;
}

function describeReplay({ file, arrivals, speed, loop }: ReplayedTrace, load: LoadProfile): string {
  const fast = speed === 1 ? '' : ` at ${formatNumber(speed)}x`;
  const again = loop === true ? ', again and again' : '';
  const whole = durationOf(load);
  const long = whole === UNTIL_COUNTED ? '' : `, ${formatDuration(rounded(whole))}`;
  return `${formatNumber(arrivals)} ${plural(arrivals, 'arrival')} of ${file}${fast}${again}${long}`;
}

/** To a tenth of a second, where it is that long. */
const rounded = (duration: Micros): Micros => (duration < 1e6 ? duration : Math.round(duration / 1e5) * 1e5) as Micros;

/** What of a log is not sent. */
function describeLeftOut({ changing, unsendable }: LeftOutLines): string[] {
  const methods = Object.entries(changing).map(([method, lines]) => `${formatNumber(lines)} ${method}`);
  const lines: string[] = [];
  if (methods.length > 0)
    lines.push(
      `Note: ${methods.join(', ')} of the log may change something, and are not sent; --replay-all sends them, without bodies.`,
    );
  if (unsendable > 0)
    lines.push(
      `Note: ${formatNumber(unsendable)} ${plural(unsendable, 'line')} of the log hold no request that could be sent.`,
    );
  return lines;
}

/** More stages than this are summed up. */
const STAGES_TOLD = 6;

function describeStages(load: LoadProfile, things: string): string {
  const stages = stagesOf(load);
  const values = stages.flatMap(({ from, to }) => [from, to]);
  const show = (value: number): string => formatNumber(load.model === 'closed' ? Math.ceil(value) : value);
  if (stages.length > STAGES_TOLD)
    return `${stages.length} stages between ${show(Math.min(...values))} and ${show(Math.max(...values))} ${things}, ${formatDuration(durationOf(load))} in all`;
  const told = (stage: Stage<number>, index: number): string => {
    const unit = index > 0 ? '' : load.model === 'closed' && stage.to === 1 ? ' virtual user' : ` ${things}`;
    if (stage.from !== stage.to)
      return `${show(stage.from)} → ${show(stage.to)}${unit} over ${formatDuration(stage.duration)}`;
    return `${show(stage.to)}${unit}${endOf(load, stage, index)}`;
  };
  return stages.map(told).join(', then ');
}

function endOf(load: LoadProfile, { duration }: Stage<number>, index: number): string {
  const { length } = stagesOf(load);
  if (isEndless(load) && index === length - 1) return ' until it is stopped';
  return duration === UNTIL_COUNTED && length === 1 ? '' : ` for ${formatDuration(duration)}`;
}

export function describeThinking(thinkTime: Distribution | null): string {
  return thinkTime === null ? '' : `, then thinks ${describeTime(thinkTime)}`;
}
