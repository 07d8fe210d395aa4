/** The live view of a search in the terminal: the level under way, the levels judged, and what is closed in on. */
import { counted, formatClock, formatCount, formatMs, formatRate, formatShare } from '../analyze/wording.ts';
import type { Estimate, LevelResult, LevelVerdict, LoadUnit } from '../core/breaking-point.ts';
import type { RunEvent } from '../core/event.ts';
import type { SearchPlan } from '../core/plan.ts';
import type { TimelinePoint } from '../core/result.ts';
import { type Micros, micros, toSeconds } from '../core/units.ts';
import {
  achievedFigure,
  criterionFigure,
  formatLoad,
  levelLoad,
  loadRange,
  metricOf,
  PURPOSE_WORDS,
  shownCriterion,
  VERDICT_SIGNS,
} from './search-phrases.ts';
import { cellsOf, type Ink, printable, progressBar, type Span, sparkline } from './terminal.ts';

type LevelBegun = Extract<RunEvent, { type: 'level' }>;
type SettlingBegun = Extract<RunEvent, { type: 'settling' }>;

/** What is known of a search at one moment. */
export interface SearchMoment {
  readonly search: SearchPlan;
  /** The level under way; null: none yet, or between two. */
  readonly level: LevelBegun | null;
  /** The wait before a level, while it lasts. */
  readonly settling: SettlingBegun | null;
  /** How long it was waited for the target before this level, s: no part of the budget. */
  readonly waited: number;
  /** Those that are judged, in order. */
  readonly judged: readonly LevelResult[];
  readonly estimate: Estimate | null;
  /** The intervals of the level under way, the latest last. */
  readonly timeline: readonly TimelinePoint[];
  /** The most frequent failure so far, fit to print; empty: none. */
  readonly worst: string;
}

const LABEL = 12;
const BAR = 32;
const SPARK = 40;

const INKS: Readonly<Record<LevelVerdict, Ink>> = {
  pass: 'green',
  undecided: 'yellow',
  drifting: 'yellow',
  fail: 'red',
  overloaded: 'red',
  void: 'gray',
};

/** Gathers from the stream what the live view of a search shows, but for the intervals. */
export class SearchProgress {
  readonly #search: SearchPlan;
  #level: LevelBegun | null = null;
  #settling: SettlingBegun | null = null;
  #waited = 0;
  readonly #judged: LevelResult[] = [];
  #estimate: Estimate | null = null;

  constructor(search: SearchPlan) {
    this.#search = search;
  }

  accept(event: RunEvent): void {
    if (event.type === 'settling') this.#settling = event;
    else if (event.type === 'level') {
      if (this.#settling !== null) this.#waited += toSeconds(event.at) - toSeconds(this.#settling.at);
      this.#settling = null;
      this.#level = event;
    } else if (event.type === 'judged') {
      this.#judged.push(event.level);
      this.#estimate = event.estimate;
    }
  }

  /** @param timeline of the whole search. */
  at(timeline: readonly TimelinePoint[], worst: string): SearchMoment {
    const level = this.#level;
    const settling = this.#settling;
    const from = toSeconds((settling ?? level)?.at ?? (0 as Micros));
    const own = timeline.filter(({ t }) => t > from + 1e-6);
    const [judged, estimate, waited] = [this.#judged, this.#estimate, this.#waited];
    return { search: this.#search, level, settling, waited, judged, estimate, timeline: own, worst };
  }
}

/** At most 12 lines; none of the spans holds a line break. */
export function searchBlock(moment: SearchMoment, columns: number): Span[][] {
  const { search, level, settling, waited, judged, estimate, timeline, worst } = moment;
  const hint: Span[] = [['Ctrl-C stops and still gives the result so far', 'gray']];
  const under = settling ?? level;
  if (under === null) return [[['Starting the search', 'bold']], hint];
  const point = timeline.at(-1);
  const began = toSeconds(under.at);
  const now = point?.t ?? began;
  const spent = (settling === null ? now : began) - waited;
  const whole = toSeconds(under.type === 'settling' ? under.longest : micros(under.warmup + under.duration));
  const ok = timeline.reduce((sum, each) => sum + each.ok, 0);
  const failed = timeline.reduce((sum, each) => sum + each.failed, 0);
  const last = judged.at(-1);
  return [
    [[statusOf(moment), 'bold']],
    bar('budget', spent, toSeconds(search.budget), formatClock, columns),
    bar(settling === null ? 'level' : 'settling', now - began, whole, (s) => `${s.toFixed(1)} s`, columns),
    row('requests/s', [
      ['offered ', 'gray'],
      point === undefined ? '–' : formatRate(perSecond(timeline, (each) => each.offered)),
      ['   achieved ', 'gray'],
      [point === undefined ? '–' : formatRate(perSecond(timeline, (each) => each.ok)), 'green'],
      ['   in flight ', 'gray'],
      formatCount(point?.inFlight ?? 0),
    ]),
    response(timeline, columns),
    row('failures', [
      failed === 0
        ? 'none in this level'
        : [`■ ${formatCount(failed)} (${formatShare(failed / (ok + failed))})   ${worst}`, 'red'],
    ]),
    row('generator', [
      point?.unfit === true ? ['■ unfit: this level will not count', 'red'] : ['● fit', 'green'],
      ['   lag p99 ', 'gray'],
      orDash(point?.lagP99 ?? null),
    ]),
    row('levels', marksOf(judged, search.unit, columns - LABEL)),
    row(
      'last',
      last === undefined
        ? [['none is judged yet', 'gray']]
        : [
            [`${VERDICT_SIGNS[last.verdict]} ${levelLoad(last.load, search.unit)} ${last.verdict}`, INKS[last.verdict]],
            [`   ${printable(last.reason)}`, 'gray'],
          ],
    ),
    row('result', [[closingIn(estimate, search), 'bold']]),
    hint,
  ];
}

/** The sentence: `Level 7, narrowing: 70.0/s, p95 96.0 ms`. */
export function statusOf({ level, settling, timeline, search }: SearchMoment): string {
  if (settling !== null)
    return `Level ${settling.index + 1}, waiting until the target is steady at ${levelLoad(settling.load, search.unit)}`;
  if (level === null) return 'Starting the search';
  const point = timeline.at(-1);
  const at = levelLoad(level.load, search.unit);
  const doing = {
    idle: 'probing with 1 user',
    ramp: `ramping: ${at}`,
    explore: `exploring: ${at}`,
    narrow: `narrowing: ${at}`,
    'confirm-pass': `confirming that ${at} passes`,
    'confirm-fail': `confirming that ${at} fails`,
    repeat: `again ${at}: is it what it was?`,
    recover: `back to ${at}: does it recover?`,
  }[level.purpose];
  const phase =
    point === undefined || point.phase === 'warmup' ? ', warming up' : point.phase === 'drain' ? ', finishing' : '';
  const slos = search.slos.length === 0 ? '' : ` (${search.slos.map(({ text }) => text).join(' and ')})`;
  return `Level ${level.index + 1}, ${doing}${phase}${slos}`;
}

/** One judged level in one line, for logs: `0:14  level 7  narrow  70.0/s  p95 96 ms (88–107)  undecided  → 66–75/s`. */
export function levelLine({ at, level, estimate }: Extract<RunEvent, { type: 'judged' }>, search: SearchPlan): string {
  const criterion = shownCriterion(level);
  return [
    formatClock(toSeconds(at)),
    `level ${level.index + 1}`,
    PURPOSE_WORDS[level.purpose],
    levelLoad(level.load, search.unit),
    criterion === null ? servedAt(level) : `${metricOf(criterion.slo)} ${criterionFigure(criterion)}`,
    ...(level.errorShare > 0 ? [`errors ${formatShare(level.errorShare)}`] : []),
    `${VERDICT_SIGNS[level.verdict]} ${level.verdict}${level.verdict === 'void' ? ` (${printable(level.reason)})` : ''}`,
    ...(estimate === null ? [] : [`→ ${loadRange(estimate.interval, search.unit)}`]),
  ].join('  ');
}

/** Of a level without a criterion: a search for the most that the target takes has none. */
function servedAt(level: LevelResult): string {
  return level.achievedPerSec > 0 ? achievedFigure(level) : 'no response';
}

function closingIn(estimate: Estimate | null, { unit }: SearchPlan): string {
  if (estimate === null) return 'no estimate yet';
  const [low, high] = estimate.interval;
  if (high === null) return `at least ${formatLoad(low, unit)}`;
  const first = formatLoad(low, unit).replace(/ flows\/s$|\/s$| users?$/, '');
  return `between ${first} and ${formatLoad(high, unit)}`;
}

/** The latest levels with their signs, as many as there is room for. */
function marksOf(judged: readonly LevelResult[], unit: LoadUnit, columns: number): Span[] {
  const spans: Span[] = [];
  let room = columns;
  for (const { verdict, load } of [...judged].reverse()) {
    const text = `${VERDICT_SIGNS[verdict]} ${levelLoad(load, unit)}`;
    room -= cellsOf(text) + 3;
    if (room < 0) break;
    if (spans.length > 0) spans.unshift('   ');
    spans.unshift([text, INKS[verdict]]);
  }
  return spans.length > 0 ? spans : [[counted(0, 'level'), 'gray']];
}

function response(timeline: readonly TimelinePoint[], columns: number): Span[] {
  const point = timeline.findLast(({ p95 }) => p95 !== null);
  const spans: Span[] = [
    ['p50 ', 'gray'],
    [orDash(point?.p50 ?? null), 'yellow'],
    ['   p95 ', 'gray'],
    [orDash(point?.p95 ?? null), 'magenta'],
  ];
  const used = spans.reduce((sum, span) => sum + cellsOf(typeof span === 'string' ? span : span[0]), LABEL + 3);
  const room = Math.min(SPARK, columns - used);
  const line = timeline.filter(({ phase }) => phase !== 'drain').map(({ p95 }) => p95);
  return row('response', room < 4 ? spans : [...spans, '   ', [sparkline(line, room), 'magenta']]);
}

function bar(label: string, done: number, whole: number, format: (seconds: number) => string, columns: number): Span[] {
  const figures = ` ${format(Math.max(0, done))} of ${format(whole)}`;
  const width = Math.max(0, Math.min(BAR, columns - LABEL - cellsOf(figures)));
  const [full, open] = progressBar(whole > 0 ? done / whole : 0, width);
  return row(label, [[full, 'blue'], [open, 'gray'], figures]);
}

function perSecond(timeline: readonly TimelinePoint[], value: (point: TimelinePoint) => number): number {
  const loaded = timeline.filter(({ phase }) => phase !== 'drain');
  const lasted = loaded.reduce((sum, { seconds }) => sum + seconds, 0);
  return lasted > 0 ? loaded.reduce((sum, each) => sum + value(each), 0) / lasted : 0;
}

const row = (label: string, spans: readonly Span[]): Span[] => [[label.padEnd(LABEL), 'gray'], ...spans];
const orDash = (ms: number | null): string => (ms === null ? '–' : formatMs(ms));
