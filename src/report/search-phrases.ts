/** How a search is said: the same in the terminal, in Markdown and in the report. */
import { counted, formatClock, formatCount, formatMs, formatRate, formatShare } from '../analyze/wording.ts';
import type {
  BreakingPoint,
  CriterionResult,
  LevelLoad,
  LevelPurpose,
  LevelResult,
  LevelVerdict,
  LoadLimit,
  LoadUnit,
} from '../core/breaking-point.ts';
import type { RunResult } from '../core/result.ts';

/** Shape first, colour second. What drifts is as undecided as what was too short. */
export const VERDICT_SIGNS: Readonly<Record<LevelVerdict, string>> = {
  pass: '●',
  undecided: '○',
  drifting: '○',
  fail: '■',
  overloaded: '▲',
  void: '–',
};

/** What the search is doing, in the middle of a sentence. */
export const PURPOSE_WORDS: Readonly<Record<LevelPurpose, string>> = {
  idle: 'idle',
  ramp: 'ramp',
  explore: 'explore',
  narrow: 'narrow',
  'confirm-pass': 'confirm pass',
  'confirm-fail': 'confirm fail',
  repeat: 'repeat',
  recover: 'recover',
};

/** A load on the search's axis, three digits of it: `188/s`, `70.4/s`, `1,240/s`, `180 users`. */
export function formatLoad(load: number, unit: LoadUnit): string {
  return unit === 'vus' ? usersFigure(load) : `${figure(load)}${unit === 'flows/s' ? ' flows/s' : '/s'}`;
}

/** @param unit of the search. */
export function levelLoad(load: LevelLoad, unit: LoadUnit): string {
  return load.model === 'closed'
    ? usersFigure(load.vus)
    : formatLoad(load.ratePerSec, unit === 'flows/s' ? unit : 'req/s');
}

/** What is achieved: passes, where flows are more than single requests. */
export const achievedUnit = (levels: readonly Pick<LevelResult, 'requestsPerSec'>[]): 'req/s' | 'flows/s' =>
  levels.some(({ requestsPerSec }) => requestsPerSec !== undefined) ? 'flows/s' : 'req/s';

/** `181–194/s`, `160–195 users`; open: `at least 181/s`. */
export function loadRange([low, high]: readonly [number, number | null], unit: LoadUnit): string {
  if (high === null) return `at least ${formatLoad(low, unit)}`;
  const first = unit === 'vus' ? formatCount(low) : figure(low);
  const last = formatLoad(high, unit);
  return last === formatLoad(low, unit) ? last : `${first}–${last}`;
}

export const isGoodput = (slo: string): boolean => /^\s*goodput/i.test(slo);

/** The SLO that a level's picture and row speak of: the binding one where it is known, else the first on latency. */
export function shownCriterion(level: LevelResult, criterion: string | null = null): CriterionResult | null {
  const { criteria } = level;
  const latencies = criteria.filter(({ unit }) => unit === 'ms');
  const goodput = criteria.filter(({ slo }) => isGoodput(slo));
  return (
    [...latencies, ...goodput].find(({ slo }) => slo === criterion) ?? latencies[0] ?? goodput[0] ?? criteria[0] ?? null
  );
}

/** The highest level on the searched axis that the result rests on and that passed, not above the result; null: none did. */
export function levelJustPassed({ levels, unit, estimate }: BreakingPoint): LevelResult | null {
  const model = unit === 'vus' ? 'closed' : 'open';
  const of = ({ load }: LevelResult): number => (load.model === 'closed' ? load.vus : load.ratePerSec);
  return levels
    .filter((level) => level.used && level.verdict === 'pass' && level.load.model === model)
    .filter((level) => estimate === null || of(level) <= estimate)
    .reduce<LevelResult | null>((best, level) => (best === null || of(level) >= of(best) ? level : best), null);
}

/** `p95` of `p95<250ms`. */
export const metricOf = (slo: string): string => slo.split(/[<>]/)[0]?.trim() ?? slo;

/** `96.2 ms (88.1–107)`; open: `96.2 ms (88.1 or more)`. A dash for what is not known. */
export function criterionFigure(criterion: CriterionResult | null): string {
  if (criterion === null) return '–';
  const { value, interval, unit } = criterion;
  const format = unit === 'ms' ? formatMs : formatShare;
  const text = value === null ? '∞' : format(value);
  if (interval === null) return value === null ? '–' : text;
  const [low, high] = interval.map((end) => (end === null ? null : format(end)));
  if (low == null) return text;
  const suffix = unit === 'ms' ? ` ${text.split(' ')[1] ?? 'ms'}` : ' %';
  const bare = (end: string): string => (end.endsWith(suffix) ? end.slice(0, -suffix.length) : end);
  return high == null ? `${text} (${bare(low)} or more)` : `${text} (${bare(low)}–${bare(high)})`;
}

/** A limit that was found: what it is, how large, its 95 % interval, and what is to be said of it. */
export interface LimitRow {
  readonly label: string;
  readonly value: string;
  readonly interval: string;
  readonly note: string;
}

function tierRows({ tiers = [], unit }: BreakingPoint): LimitRow[] {
  return tiers.map(({ name, holdsUpTo, breaksFrom, brokenBy }) => ({
    label: `Tier ${name}`,
    value: holdsUpTo === null ? '–' : `≥ ${formatLoad(holdsUpTo, unit)}`,
    // Of levels, not of confidence.
    interval: '',
    note:
      breaksFrom === null
        ? holdsUpTo === null
          ? 'no level decides'
          : 'no level broke it'
        : `${brokenBy ?? ''} ${brokenBy === 'capacity' ? 'was reached' : 'breaks'} at ${formatLoad(breaksFrom, unit)}`,
  }));
}

/** The figures of the result, for an engineer. What is not known is a dash with the reason in the note. */
export function limitRows(found: BreakingPoint): LimitRow[] {
  const { unit, estimate, interval, capacity, errorLimit, knee, usersAtLimit, criterion, status, idleMs } = found;
  const achieved = achievedUnit(found.levels);
  const binding =
    criterion === null ? '' : criterion === 'capacity' ? 'capacity binds first' : `${criterion} binds first`;
  const latencies = found.sloLimits.filter(({ slo }) => !slo.startsWith('errors'));
  const known = status !== 'undecided' && estimate !== null;
  const sign = { found: '', 'fails-at-every-load': '', rough: '≈ ' } as const;
  const rows: LimitRow[] = [
    {
      label: 'SLO limit',
      value: known ? `${status in sign ? sign[status as keyof typeof sign] : '≥ '}${formatLoad(estimate, unit)}` : '–',
      interval: interval === null ? '–' : loadRange(interval, unit),
      note: known ? binding : 'no result yet',
    },
    ...(latencies.length > 1 ? latencies.map((one) => limitRow(`of ${one.slo}`, one, unit, '')) : []),
    ...tierRows(found),
    {
      label: 'Capacity',
      value: capacity === null ? '–' : formatLoad(capacity.estimate, achieved),
      interval: capacity === null ? '–' : loadRange(capacity.interval, achieved),
      note: capacity === null ? 'not reached' : 'most that was sustained',
    },
  ];
  if (errorLimit !== undefined) {
    const slo = found.slos.find((each) => each.startsWith('errors')) ?? '';
    rows.push(limitRow('Error limit', errorLimit, unit, `where ${slo} breaks`));
  }
  rows.push(
    {
      label: 'Knee',
      value: knee === null ? '–' : formatLoad(knee.estimate, unit),
      interval: '',
      // Its ends are the levels beside it: no interval of confidence.
      note: knee === null ? 'too few levels' : `max X/R; levels beside it: ${loadRange(knee.interval, unit)}`,
    },
    {
      label: 'Users there',
      value: usersAtLimit === null ? '–' : figure(usersAtLimit),
      interval: '',
      note: usersAtLimit === null ? 'not known' : 'in the system at the limit',
    },
    ...(found.tokensAtLimit === undefined
      ? []
      : [{ label: 'Tokens there', value: `${figure(found.tokensAtLimit)}/s`, interval: '', note: 'of the responses' }]),
    {
      label: 'Idle',
      value: idleMs.p95 === null ? '–' : formatMs(idleMs.p95),
      interval: '',
      note: idleMs.p50 === null ? 'p95' : `p95; median ${formatMs(idleMs.p50)}`,
    },
    { label: 'Recovery', value: recovery(found), interval: '', note: 'at half the load, afterwards' },
  );
  return rows;
}

function limitRow(label: string, limit: LoadLimit, unit: LoadUnit, note: string): LimitRow {
  const reached = limit.status === 'found' && limit.estimate !== null;
  return {
    label,
    value: reached ? formatLoad(limit.estimate, unit) : '–',
    // At least nothing is nothing known.
    interval: limit.interval[0] === 0 && limit.interval[1] === null ? '–' : loadRange(limit.interval, unit),
    note: reached ? note : 'not reached',
  };
}

function recovery({ recovered }: BreakingPoint): string {
  if (recovered === null) return 'not tried';
  return recovered ? 'came back' : 'did not';
}

/** `95.0/s`, `12.0 flows/s`, `0 %`: what a level carried, and how much of it failed. */
export const achievedFigure = (level: LevelResult): string =>
  `${formatRate(level.achievedPerSec).replace('/s', '')}${achievedUnit([level]) === 'flows/s' ? ' flows/s' : '/s'}`;
export const errorsFigure = ({ errorShare }: LevelResult): string => formatShare(errorShare);

/** `23 levels in 1:51: 13,624 requests sent, 13,489 ok, 135 failed.`, and those whose users left. */
export function totalsSentence({ breakingPoint, totals }: RunResult): string {
  const levels = counted(breakingPoint?.levels.length ?? 0, 'level');
  const { cancelled = 0 } = totals.byOutcome;
  const left = cancelled === 0 ? '' : `, ${formatCount(cancelled)} cancelled by their users`;
  const counts = `${counted(totals.sent, 'request')} sent, ${formatCount(totals.ok)} ok, ${formatCount(totals.failed)} failed${left}`;
  return `${levels} in ${formatClock(breakingPoint?.spentSeconds ?? 0)}: ${counts}; warm-ups not counted.`;
}

/** Three significant digits. */
function figure(value: number): string {
  if (value === 0) return '0';
  return value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : formatCount(value);
}

const usersFigure = (users: number): string => `${formatCount(users)} ${Math.round(users) === 1 ? 'user' : 'users'}`;
