/** A run under way in words: the block of the live view, and the lines of a log. */

import { counted, formatClock, formatCount, formatMs, formatRate, formatShare } from '../analyze/wording.ts';
import type { Ending } from '../core/event.ts';
import { hasSteps } from '../core/flow.ts';
import { durationOf, isEndless, type Plan, type Stage, stagesOf } from '../core/plan.ts';
import { isOneAtATime } from '../core/procedure.ts';
import type { TimelinePoint } from '../core/result.ts';
import { toSeconds } from '../core/units.ts';
import { cellsOf, progressBar, type Span, sparkline } from './terminal.ts';

/** What the live view knows at one moment of the run. */
export interface Moment {
  /** Its load with all edits so far. */
  readonly plan: Plan;
  /** Where the last edit leads to, in users or 1/s; null: there was none. */
  readonly wanted: number | null;
  /** Whether keys change the load. */
  readonly keys: boolean;
  /** The latest last; warm-up included. */
  readonly timeline: readonly TimelinePoint[];
  /** The most frequent failure message so far, fit to print; empty: none. */
  readonly worst: string;
}

const LABEL = 12;
const SPARK = 40;

/** At most 12 lines; none of the spans holds a line break. */
export function liveBlock(moment: Moment, columns: number): Span[][] {
  const { plan, timeline, worst, wanted } = moment;
  const point = timeline.at(-1);
  const hint: Span[] = [[hintOf(moment), 'gray']];
  if (point === undefined) {
    return [[[`Starting: ${counted(plan.threads, 'thread')}, waiting for the first interval`, 'bold']], hint];
  }
  const { ok, failed, dropped } = countsOf(kept(timeline));
  const ended = point.phase === 'drain';
  // The drain offers nothing: its low end would look like a collapse.
  const loaded = timeline.filter((each) => each.phase !== 'drain');
  const achieved: Span[] = [
    ['offered ', 'gray'],
    formatRate(rate(point, point.offered)),
    ...(wanted === null || plan.load.model === 'closed' || ended ? [] : aim(formatRate(wanted))),
    ['   achieved ', 'gray'],
    [formatRate(rate(point, point.ok)), 'green'],
  ];
  const response: Span[] = [
    ['p50 ', 'gray'],
    [orDash(point.p50), 'yellow'],
    ['   p95 ', 'gray'],
    [orDash(point.p95), 'magenta'],
  ];
  const failures: Span[] =
    failed === 0
      ? ['none so far']
      : [[`■ ${formatCount(failed)} (${formatShare(failed / (ok + failed))})`, 'red'], `   ${worst}`];
  const spark = (spans: readonly Span[], values: readonly (number | null)[], ink: 'green' | 'magenta'): Span[] => {
    const room = Math.min(SPARK, columns - LABEL - spansWidth(spans) - 3);
    return room < 4 ? [...spans] : [...spans, '   ', [sparkline(values, room), ink]];
  };
  const drops: Span[] =
    dropped > 0
      ? [
          ['   dropped ', 'gray'],
          [formatCount(dropped), 'red'],
        ]
      : [];
  const load =
    plan.load.model === 'open'
      ? row('in flight', [formatCount(point.inFlight), ...drops])
      : row('users', [
          [formatCount(point.vus), 'blue'],
          ...(wanted === null || wanted === point.vus || ended ? [] : aim(formatCount(wanted))),
          ['   in flight ', 'gray'],
          formatCount(point.inFlight),
          ...drops,
        ]);
  return [
    [[statusOf(moment), 'bold']],
    progressOf(moment, point, columns),
    load,
    row(
      'requests/s',
      spark(
        achieved,
        loaded.map((each) => rate(each, each.ok)),
        'green',
      ),
    ),
    row(
      'response',
      spark(
        response,
        loaded.map((each) => each.p95),
        'magenta',
      ),
    ),
    row('failures', failures),
    row('generator', [
      point.unfit ? ['■ unfit', 'red'] : ['● fit', 'green'],
      ['   loop delay p99 ', 'gray'],
      orDash(point.loopDelayP99),
      ['   lag p99 ', 'gray'],
      orDash(point.lagP99),
      ['   CPU ', 'gray'],
      point.cpu === null ? '–' : formatShare(point.cpu / plan.threads),
    ]),
    hint,
  ];
}

/** What the load was edited to, and is not yet. */
const aim = (amount: string): Span[] => [' → ', [amount, 'blue']];

function hintOf({ plan, keys }: Moment): string {
  if (!keys) return 'Ctrl-C stops and still writes the report';
  const unit = plan.load.model === 'open' ? 'request/s' : 'user';
  return `w/s ±1 ${unit}, W/S ±10, q or Ctrl-C stops and still writes the report`;
}

/**
 * One interval in one line, for logs. `failed`, `cancelled` and `dropped` are since the start, so that a log that leaves intervals
 * out leaves no failure out.
 */
export function logLine(timeline: readonly TimelinePoint[]): string {
  const point = timeline.at(-1);
  if (point === undefined) return '';
  const { failed, dropped, cancelled } = countsOf(kept(timeline));
  return [
    formatClock(point.t),
    `users ${formatCount(point.vus)}`,
    `offered ${formatRate(rate(point, point.offered))}`,
    `achieved ${formatRate(rate(point, point.ok))}`,
    `p50 ${orDash(point.p50)}`,
    `p95 ${orDash(point.p95)}`,
    `failed ${formatCount(failed)}`,
    ...(cancelled > 0 ? [`cancelled ${formatCount(cancelled)}`] : []),
    ...(dropped > 0 ? [`dropped ${formatCount(dropped)}`] : []),
    `in flight ${formatCount(point.inFlight)}`,
    ...(point.unfit ? ['■ generator unfit'] : []),
  ].join('  ');
}

const ENDINGS: Readonly<Record<Ending, string>> = {
  completed: '● Completed',
  stopped: '● Stopped by hand',
  interrupted: '○ Interrupted',
  aborted: '■ Ended by itself',
  lost: '■ Ended by the loss of a generator thread',
  'never-ready': '■ Did not start',
};

/** What is left in the terminal when the run is over: one line, of all of it, whatever was taken out of the statistics. */
export function closingLine(timeline: readonly TimelinePoint[], ending: Ending): string {
  // Not since the reset alone: responses to requests from before it come after it, and there would be more of them than sent.
  const { sent, ok, failed, cancelled } = countsOf(timeline);
  const left = cancelled === 0 ? '' : `, ${formatCount(cancelled)} cancelled by their users`;
  const counts = `${counted(sent, 'request')} sent, ${formatCount(ok)} ok, ${formatCount(failed)} failed${left}`;
  return `${ENDINGS[ending]} after ${formatClock(timeline.at(-1)?.t ?? 0)}: ${counts}.`;
}

/** The sentence: `Ramping: 45 of 100 users, 92.0 requests/s, p95 61.0 ms`. */
export function statusOf({ plan, timeline }: Moment): string {
  const point = timeline.at(-1);
  if (point === undefined) return 'Starting';
  if (point.phase === 'drain' && point.inFlight === 0) return 'Finishing';
  if (point.phase === 'drain') return `Waiting for ${counted(point.inFlight, 'response')} still under way`;
  const times = `p95 ${orDash(point.p95)}`;
  if (isOneAtATime(plan)) {
    const { sent } = countsOf(kept(timeline));
    const all = plan.maxRequests === null ? '' : ` of ${formatCount(plan.maxRequests)}`;
    return `Probing: ${formatCount(sent)}${all} requests, p50 ${orDash(point.p50)}, ${times}`;
  }
  const stages = stagesOf(plan.load);
  const peak = Math.max(...stages.map((stage) => Math.max(stage.from, stage.to)));
  const ways = [stages, ...(plan.load.model === 'mixed' ? [plan.load.vus] : [])].map((one) =>
    directionOf(one, point.t),
  );
  const direction = point.phase === 'warmup' ? 'Warming up' : (ways.find((way) => way !== 'Holding') ?? 'Holding');
  const offered = formatRate(rate(point, point.offered));
  // Of flows it is their rate that is planned, and requests that are counted.
  const untold = direction === 'Holding' || (plan.load.model !== 'closed' && hasSteps(plan));
  const of = untold ? '' : ` of ${plan.load.model === 'open' ? formatRate(peak) : formatCount(peak)}`;
  const load =
    plan.load.model === 'open'
      ? `${offered}${of} offered`
      : plan.load.model === 'mixed'
        ? `${counted(point.vus, 'user')}, ${offered} offered in all`
        : `${formatCount(point.vus)}${of} ${peak === 1 ? 'user' : 'users'}`;
  return `${direction}: ${load}, ${formatRate(rate(point, point.ok)).replace('/s', '')} requests/s, ${times}`;
}

/** Which way the load goes at an instant (s since the start); at a corner, the way it goes from there. */
function directionOf(stages: readonly Stage<number>[], t: number): string {
  let end = 0;
  for (const stage of stages) {
    end += toSeconds(stage.duration);
    if (t < end || stage === stages.at(-1)) {
      if (stage.to > stage.from) return 'Ramping';
      return stage.to < stage.from ? 'Ramping down' : 'Holding';
    }
  }
  return 'Holding';
}

function progressOf({ plan, timeline }: Moment, point: TimelinePoint, columns: number): Span[] {
  const endless = isEndless(plan.load);
  const total = toSeconds(durationOf(plan.load));
  const byTime = total > 0 ? point.t / total : 0;
  const sent = timeline.reduce((sum, each) => sum + each.sent, 0);
  const byCount = plan.maxRequests === null ? 0 : sent / plan.maxRequests;
  const clock = `${formatClock(point.t)} `;
  // A probe ends by its number of requests; its duration is only a limit.
  const end = isOneAtATime(plan) || endless ? '' : ` ${formatClock(total)}`;
  const width = Math.min(48, columns - cellsOf(clock) - cellsOf(end));
  const [done, open] = progressBar(point.phase === 'drain' ? 1 : Math.max(byTime, byCount), width);
  return [clock, [done, 'blue'], [open, 'gray'], end];
}

const row = (label: string, spans: readonly Span[]): Span[] => [[label.padEnd(LABEL), 'gray'], ...spans];
const orDash = (ms: number | null): string => (ms === null ? '–' : formatMs(ms));
const rate = (point: TimelinePoint, n: number): number => (point.seconds > 0 ? n / point.seconds : 0);
const spansWidth = (spans: readonly Span[]): number =>
  spans.reduce((sum, span) => sum + cellsOf(typeof span === 'string' ? span : span[0]), 0);

/** Without what a reset took out of the statistics. */
const kept = (timeline: readonly TimelinePoint[]): readonly TimelinePoint[] =>
  timeline.filter(({ phase }) => phase !== 'discarded' && phase !== 'ramp');

type Counted = 'sent' | 'ok' | 'failed' | 'dropped' | 'cancelled';

function countsOf(timeline: readonly TimelinePoint[]): Record<Counted, number> {
  const sum = (key: Counted): number => timeline.reduce((total, point) => total + (point[key] ?? 0), 0);
  return {
    sent: sum('sent'),
    ok: sum('ok'),
    failed: sum('failed'),
    dropped: sum('dropped'),
    cancelled: sum('cancelled'),
  };
}
