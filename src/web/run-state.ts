/** The state of a run as the live page shows it at one moment. */

import { fatesOf } from '../analyze/account.ts';
import type { RunFold } from '../analyze/fold.ts';
import { headline } from '../analyze/headline.ts';
import { percentileText } from '../analyze/percentiles.ts';
import { counted, formatBytes, formatMs, formatShare, plannedFor } from '../analyze/wording.ts';
import { averageBody } from '../core/body-size.ts';
import type { BreakingPoint } from '../core/breaking-point.ts';
import { requestShares, tagSets } from '../core/flow.ts';
import { hasLevels } from '../core/procedure.ts';
import type { RunResult, SeriesResult, TimelinePoint } from '../core/result.ts';
import type {
  EditableLoad,
  ExceptionRow,
  RunPhase,
  RunState,
  StatRow,
  ThreadRow,
} from '../report/client/live/frame.ts';
import { facetsOf } from '../report/facets.ts';
import { targetOf } from '../report/html/answer.ts';
import { loadPicturesOf } from '../report/html/load-pictures.ts';
import { pictureSourceOf } from '../report/html/pictures.ts';
import { wholesOf } from '../report/request-rows.ts';
import { toldTags } from '../report/tags.ts';
import { levelsGrid, limitsOf } from './levels.ts';
import type { Among, Recent } from './recent.ts';

/** What a run's page shows, besides the intervals. */
export interface RunView {
  readonly phase: RunPhase;
  readonly fold: RunFold;
  readonly recent: Recent;
  /** The sentence while it runs. */
  readonly status: string;
  /** A search's result so far; null: there is none. */
  readonly answer: BreakingPoint | null;
  readonly exceptions: readonly ExceptionRow[];
  readonly threads: readonly ThreadRow[];
  readonly plan: readonly string[];
  readonly files: readonly string[];
  readonly editable: EditableLoad | null;
  readonly fixed: string | null;
}

/** The state of a run at this moment. Its numbers are those of `result.json`, were the run to end now. */
export function runStateOf(view: RunView): RunState {
  const { phase, fold, recent, answer } = view;
  const judged = soFar(fold.result(phase === 'ended'), phase, answer);
  const { plan, run, timeline, totals, verdict, generator } = judged;
  const ended = phase === 'ended';
  const { sentence, why, chip } = headline(judged);
  const point = timeline.at(-1);
  const rates = recent.rates(null);
  const whole = totals.ok + totals.failed;
  const { breakingPoint } = judged;
  const { timeline: _, ...picture } = pictureSourceOf(judged);
  return {
    id: run.id,
    kind: plan.kind,
    target: targetOf(judged),
    startedAt: run.startedAt,
    phase,
    ending: ended ? run.ending : null,
    sentence: ended ? sentence : view.status,
    why: ended ? why : progressOf(judged),
    chip: ended || whole > 0 ? chip : null,
    elapsed: point?.t ?? 0,
    whole: plannedFor(judged.plan),
    vus: point === undefined || usersUnknown(judged, point) ? null : point.vus,
    inFlight: point?.inFlight ?? 0,
    achievedPerSec: ended ? judged.rates.achievedPerSec : rates === null ? null : rates.perSec - rates.failuresPerSec,
    offeredPerSec: ended ? judged.rates.offeredPerSec : (rates?.offeredPerSec ?? null),
    p95: ended ? percentileText(judged.latency.responseWithFailures, 'p95') : p95Of(point),
    failedShare: whole === 0 ? null : totals.failed / whole,
    verdict: !ended && (whole === 0 || hasLevels(plan)) ? 'undecided' : verdict.status,
    checks: verdict.checks,
    doubts: verdict.doubts,
    editable: view.editable,
    fixed: view.fixed,
    statistics: statisticsOf(judged, recent, ended),
    failures: judged.failures.map((failure) => ({ ...failure, method: methodOf(judged, failure.name) })),
    exceptions: view.exceptions,
    mix: mixOf(judged),
    // Arrivals have no users.
    threads: view.threads.map((row) => (row.vus === 0 && !usersOnly(plan) ? { ...row, vus: null } : row)),
    generator: [
      ['CPU per thread', formatShare(generator.threads > 0 ? generator.cpu / generator.threads : generator.cpu)],
      ['send lag p99', generator.lagP99 === null ? '–' : formatMs(generator.lagP99)],
      ['loop delay p99', formatMs(generator.loopDelayP99)],
      ['longest GC', formatMs(generator.gcMaxMs)],
      ['memory', formatBytes(generator.rssBytes)],
    ],
    picture,
    facets: facetsOf(plan),
    loads: breakingPoint === undefined ? [] : loadPicturesOf(breakingPoint),
    levels: breakingPoint === undefined ? null : levelsGrid(breakingPoint),
    limits: breakingPoint === undefined ? [] : limitsOf(breakingPoint),
    plan: view.plan,
    files: view.files,
  };
}

/** The p95 of the last interval, in words. */
function p95Of(point: TimelinePoint | undefined): string | null {
  return point == null || point.p95 === null ? null : formatMs(point.p95);
}

/** A run that is still on is no interrupted one, and a search that is on may have a result yet. */
function soFar(result: RunResult, phase: RunPhase, answer: BreakingPoint | null): RunResult {
  if (phase === 'ended') return result;
  const { verdict, run } = result;
  const unfinished = new Set(['interrupted', 'no-answer-found', 'no-samples', 'unanswered-at-end', 'count-mismatch']);
  const doubts = verdict.doubts.filter(({ code }) => !unfinished.has(code));
  const invalid = doubts.some(({ invalidates }) => invalidates);
  const failed = verdict.checks.some(({ status }) => status === 'failed');
  return {
    ...result,
    run: { ...run, ending: 'completed' },
    verdict: { ...verdict, status: invalid ? 'invalid' : failed ? 'failed' : 'passed', doubts },
    ...(answer === null ? {} : { breakingPoint: answer }),
  };
}

function progressOf({ totals, verdict }: RunResult): string {
  const broken = verdict.checks.filter(({ status }) => status === 'failed').map(({ message }) => message);
  const counts = `${[`${counted(totals.sent, 'request')} sent so far`, ...fatesOf(totals)].join(', ')}.`;
  return [counts, ...broken.map((message) => `${message}.`)].join(' ');
}

const usersOnly = (plan: RunResult['plan']): boolean => !hasLevels(plan) && plan.load.model !== 'open';

function usersUnknown({ plan }: RunResult, { vus }: TimelinePoint): boolean {
  return hasLevels(plan) ? vus === 0 : plan.load.model === 'open';
}

function statisticsOf(result: RunResult, recent: Recent, ended: boolean): StatRow[] {
  const { series, totals, rates, latency } = result;
  const row = (
    name: string,
    method: string,
    part: Pick<SeriesResult, 'totals' | 'rates' | 'latency'>,
    { whole, among = 'request', names = null }: Made = {},
  ): StatRow => {
    const { offered, sent, dropped, ok, failed } = part.totals;
    return {
      name,
      method,
      ...(whole === undefined ? {} : { whole }),
      totals: { offered, sent, dropped, ok, failed },
      averageBody: averageBody(part.totals),
      callers: part.latency.responseWithFailures,
      response: part.latency.response,
      service: part.latency.service,
      offeredPerSec: part.rates.offeredPerSec,
      achievedPerSec: part.rates.achievedPerSec,
      current: ended ? null : recent.rates(names, among),
    };
  };
  const rows = Object.entries(series).map(([name, part]) => row(name, methodOf(result, name), part, { names: [name] }));
  const wholes = wholesOf<SeriesResult>(result).map(({ kind, name, part }) =>
    row(name, kind, part, { whole: kind, among: kind, names: [name] }),
  );
  const sets = new Map(tagSets(result.plan).map((set) => [set.name, set]));
  const tags = toldTags(result).flatMap(({ name, isOfOne, part }) => {
    const set = sets.get(name);
    return isOfOne || set === undefined
      ? []
      : [row(name, 'tag', part, { whole: 'tag', among: set.kind, names: set.members })];
  });
  return [...rows, ...tags, ...wholes, row('', '', { totals, rates, latency })];
}

/** What a row is made of; by default of all requests. */
interface Made {
  readonly whole?: NonNullable<StatRow['whole']>;
  readonly among?: Among;
  readonly names?: readonly string[] | null;
}

function methodOf({ plan }: RunResult, name: string): string {
  return plan.requests.find((request) => request.name === name)?.method ?? '';
}

/** What share of the requests each name is to have, and has. */
function mixOf({ plan, series, totals }: RunResult): RunState['mix'] {
  const shares = requestShares(plan);
  return plan.requests.map(({ name }, index) => ({
    name,
    planned: shares?.[index] ?? null,
    observed: totals.sent === 0 ? null : (series[name]?.totals.sent ?? 0) / totals.sent,
  }));
}
