/** The comparison of two sides by their runs: each figure's change, the verdict, and the doubts about it. */
import type {
  ChangeVerdict,
  ComparedRun,
  Comparison,
  ComparisonVerdict,
  MetricChange,
  MetricName,
  RunFigures,
  Unsteady,
} from '../../core/comparison.ts';
import { meanOf } from '../../stats/average.ts';
import { trendOf } from '../../stats/trend.ts';
import { counted } from '../wording.ts';
import { missesOfEach, pairedChange, runsNeeded, unpairedChange } from './change.ts';
import { metricsOf, type RunMetric } from './figures.ts';
import { quantileChanges } from './quantiles.ts';

export interface SideInput {
  readonly label: string;
  readonly runs: readonly { readonly from: string; readonly figures: RunFigures }[];
}

export interface ComparisonOptions {
  /** A change within ± this share of the base is of no account. */
  readonly margin: number;
  readonly version: string;
  /** That all intervals hold their truths; 95 % unless the comparison is looked at more than once. */
  readonly confidence?: number;
}

/** Fewer runs of a side decide nothing: their own spread is hardly known. */
export const FEWEST = 5;
export const CONFIDENCE = 0.95;
/** Failed requests are counted against all of them, so their margin is a tenth of the other one. */
const ERROR_PART = 0.1;
/** Zero failures of n: up to 3/n, at 95 %. Source: J. A. Hanley, A. Lippman-Hand, If nothing goes wrong… (JAMA 249, 1983). */
const RULE_OF_THREE = 3;

type Run = SideInput['runs'][number];

/**
 * Whether the head is slower than the base, by the runs of each. The run is the unit, since requests of one run depend on
 * each other and every start of a server is a little different; so fewer than five of each side decide nothing.
 *
 * @param base all of one plan, as the head's (see `differencesOf`).
 */
export function compareRuns(
  base: SideInput,
  head: SideInput,
  { margin, version, confidence = CONFIDENCE }: ComparisonOptions,
): Comparison {
  const [ofBase, ofHead] = [usable(base), usable(head)];
  const paired = inTurns(ofBase, ofHead);
  const [first] = [...ofBase, ...ofHead];
  const known =
    first === undefined ? [] : metricsOf(first.figures).map((metric) => knownIn(metric, ofBase, ofHead, paired));
  const shown = known.filter(({ base, head }) => base.length > 0 && head.length > 0);
  const misses = missesOfEach(confidence, Math.max(1, shown.length));
  const errorMargin = margin * ERROR_PART;
  const metrics = shown.map((each) =>
    changeOf(each, paired, each.metric.name === 'errors' ? errorMargin : margin, misses),
  );
  return {
    format: 1,
    tool: { name: 'rampart', version },
    verdict: verdictOf(metrics),
    margin,
    errorMargin,
    confidence,
    paired,
    base: { label: base.label, runs: base.runs.map(describe) },
    head: { label: head.label, runs: head.runs.map(describe) },
    metrics,
    quantiles: quantileChanges(figuresIn(ofBase), figuresIn(ofHead), { paired, confidence }),
    doubts: doubtsOf(ofBase, ofHead, known, paired),
  };
}

const figuresIn = (runs: readonly Run[]): readonly RunFigures[] => runs.map(({ figures }) => figures);

function describe({ from, figures: { id, startedAt, host, leftOut } }: Run): ComparedRun {
  return { id, from, startedAt, host, ...(leftOut === undefined ? {} : { leftOut }) };
}

const usable = ({ runs }: SideInput): readonly Run[] =>
  runs
    .filter(({ figures }) => figures.leftOut === undefined)
    .toSorted((a, b) => a.figures.startedAt.localeCompare(b.figures.startedAt));

/** Whether each run of one side stands beside one of the other: base, head, head, base, … in the order of time. */
function inTurns(base: readonly Run[], head: readonly Run[]): boolean {
  if (base.length !== head.length || base.length < 2) return false;
  const startOf = ({ figures }: Run): number => Date.parse(figures.startedAt);
  const all = [...base.map((run) => [startOf(run), 0]), ...head.map((run) => [startOf(run), 1])].sort(
    ([a = 0], [b = 0]) => a - b,
  );
  for (let i = 0; i + 1 < all.length; i += 2) if (all[i]?.[1] === all[i + 1]?.[1]) return false;
  return true;
}

export interface Known<Name extends string = MetricName> {
  readonly metric: RunMetric<Name>;
  readonly base: readonly number[];
  readonly head: readonly number[];
  /** Runs, or pairs, that do not know it. */
  readonly missing: number;
  /** Requests of each side, for shares of none. */
  readonly requests: readonly [base: number, head: number];
}

function knownIn(metric: RunMetric, base: readonly Run[], head: readonly Run[], paired: boolean): Known {
  const ofBase = base.map(({ figures }) => figures.values[metric.name]);
  const ofHead = head.map(({ figures }) => figures.values[metric.name]);
  const fits = (value: number | null): value is number => value !== null && (metric.by === 'difference' || value > 0);
  const whole = (i: number): boolean => !paired || (fits(ofBase[i] ?? null) && fits(ofHead[i] ?? null));
  const kept = (values: readonly (number | null)[]): number[] =>
    values.filter((value, i) => whole(i) && fits(value)) as number[];
  const [left, right] = [kept(ofBase), kept(ofHead)];
  const count = (runs: readonly Run[]): number => runs.reduce((sum, { figures }) => sum + figures.requests, 0);
  const missing = Math.max(base.length - left.length, head.length - right.length);
  return { metric, base: left, head: right, missing, requests: [count(base), count(head)] };
}

export function changeOf<Name extends string>(
  { metric, base, head, requests }: Known<Name>,
  paired: boolean,
  margin: number,
  misses: number,
): MetricChange<Name> {
  const { name, unit, worse, by } = metric;
  const ratio = by === 'ratio';
  const scaled = (values: readonly number[]): number[] => (ratio ? values.map(Math.log) : [...values]);
  const [left, right] = [scaled(base), scaled(head)];
  const found = (paired ? pairedChange : unpairedChange)(left, right, misses);
  const back = (value: number): number => (ratio ? Math.expm1(value) : value);
  const none = !ratio && [...base, ...head].every((value) => value === 0);
  const interval: readonly [number, number] = none
    ? [-RULE_OF_THREE / requests[0], RULE_OF_THREE / requests[1]]
    : [back(found.interval[0]), back(found.interval[1])];
  const runs = Math.min(base.length, head.length);
  const verdict = runs < FEWEST ? 'undecided' : judge(interval, margin, worse);
  const needed =
    verdict !== 'undecided' || none || runs < FEWEST
      ? null
      : runsNeeded(found, ratio ? Math.log1p(margin) : margin, misses);
  const centre = (values: readonly number[]): number => (ratio ? Math.exp(meanOf(values)) : meanOf(values));
  return {
    name,
    unit,
    worse,
    base: centre(left),
    head: centre(right),
    change: back(found.change),
    interval,
    runs,
    verdict,
    ...(verdict === 'undecided' ? { runsNeeded: needed === null ? null : Math.max(FEWEST, needed, runs + 1) } : {}),
  };
}

function judge([low, high]: readonly [number, number], margin: number, worse: 'more' | 'less'): ChangeVerdict {
  if (low > margin) return worse === 'more' ? 'regression' : 'improved';
  if (high < -margin) return worse === 'more' ? 'improved' : 'regression';
  if (low < -margin || high > margin) return 'undecided';
  return low > 0 || high < 0 ? 'small' : 'equivalent';
}

/** One that is worse is enough; better or equal it is only when all are known. */
export function verdictOf(metrics: readonly Pick<MetricChange, 'verdict'>[]): ComparisonVerdict {
  const has = (verdict: ChangeVerdict): boolean => metrics.some((metric) => metric.verdict === verdict);
  if (has('regression')) return 'regression';
  if (metrics.length === 0 || has('undecided')) return 'undecided';
  return has('improved') ? 'improved' : 'equivalent';
}

function doubtsOf(base: readonly Run[], head: readonly Run[], known: readonly Known[], paired: boolean): string[] {
  const doubts: string[] = [];
  const fewest = Math.min(base.length, head.length);
  if (fewest < FEWEST)
    doubts.push(
      `${counted(fewest, 'usable run')} of one side: fewer than ${FEWEST} of each decide nothing, since how much runs differ by themselves is hardly known.`,
    );
  if (!paired && fewest >= 2)
    doubts.push(
      'The runs were not measured in turns (base, head, head, base, …): whatever changed on the machine between the two sets looks like a change of the target.',
    );
  for (const { metric, missing } of known)
    if (missing > 0)
      doubts.push(`${metric.name} is not known in ${counted(missing, 'run')} of a side, which are left out of it.`);
  doubts.push(...unsteadyDoubts(base, head));
  const hosts = new Set([...base, ...head].map(({ figures: { host } }) => `${host.cpu}, ${host.cores} cores`));
  if (hosts.size > 1) doubts.push(`The runs come from different machines: ${[...hosts].join('; ')}.`);
  const drift = driftOf(base);
  if (drift !== null)
    doubts.push(
      `The base itself became ${drift > 0 ? 'slower' : 'faster'} by ${Math.round(Math.abs(Math.expm1(drift)) * 100)} % from its first run to its last${paired ? '; pairs measured in turns cancel most of that' : ''}.`,
    );
  return doubts;
}

/** What the runs' own reports say against their figures. */
function unsteadyDoubts(base: readonly Run[], head: readonly Run[]): string[] {
  const told: Readonly<Record<Unsteady, string>> = {
    'cold-start': 'began slower than they went on, and their figures hold that: a --warmup leaves it out',
    drifting: 'had response times that drifted, so that their figures depend on how long they lasted',
  };
  return (['cold-start', 'drifting'] as const).flatMap((code) => {
    const counts = [base, head].map(
      (runs) => runs.filter(({ figures }) => figures.unsteady?.includes(code) === true).length,
    );
    const [ofBase = 0, ofHead = 0] = counts;
    return ofBase + ofHead === 0
      ? []
      : `${ofBase} of ${counted(base.length, 'run')} of the base and ${ofHead} of ${head.length} of the head ${told[code]}.`;
  });
}

/** How far the base's own median went from run to run, ln; null: nowhere for certain, or too few runs. */
function driftOf(base: readonly Run[]): number | null {
  const medians = base.map(({ figures }) => figures.values.p50 ?? 0).filter((value) => value > 0);
  const trend = trendOf(medians.map(Math.log));
  return trend !== null && Math.abs(trend.z) > 2.6 && Math.abs(trend.change) > 0.05 ? trend.change : null;
}
