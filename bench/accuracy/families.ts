/** Searches on many targets of one kind: how often they hold the truth, and what they cost. */
import type { BreakingPoint } from '../../src/core/breaking-point.ts';
import { HELD_OUT } from './held-out.ts';
import { searchOptions } from './inputs.ts';
import { type Target, type Truth, TUNING } from './laws.ts';
import { simulate } from './simulation.ts';
import { percent, type Row } from './summary.ts';
import { truthOf } from './truth.ts';

/** `find`'s own, s and share. */
const BUDGET = 120;
const PRECISION = 0.1;
/** An estimate that is further off than this is wrong. */
const WRONG = 0.15;
/** A level so far from the limit (logarithmic) should be decided. */
const AWAY = 0.2;
/** These must be found nearly always. */
const EASY = /^(M\/M\/1|M\/D\/|token bucket|cliff)/;

/** What many searches of one target came to. */
interface Family {
  readonly target: Target;
  readonly truth: Truth;
  readonly answers: readonly BreakingPoint[];
}

/** A line of the table. @param proof whether anything is demanded: of what the search was not tuned on. */
export const family = (target: Target, proof: boolean, runs: number): Row => familyRow(familyOf(target, runs), proof);

function familyOf(target: Target, runs: number): Family {
  const options = searchOptions(target.slos, BUDGET, PRECISION);
  const answers = Array.from({ length: runs }, (_, run) => simulate(options, target.make(100 + run), 1 + 7 * run));
  return { target, truth: truthOf(target), answers };
}

function familyRow({ target, truth, answers }: Family, proof: boolean): Row {
  const found = answers.filter(({ status }) => status === 'found');
  const share = (some: readonly unknown[], of: readonly unknown[] = answers): number =>
    of.length === 0 ? 0 : some.length / of.length;
  const experiment = `${target.name}; ${target.slos.map(({ text }) => text).join(', ')}`;
  if (truth === 'fails-at-every-load') {
    const said = answers.filter(({ status }) => status === truth);
    return {
      experiment,
      truth: 'fails at every load',
      measured: `said ${percent(share(said))}; found ${percent(share(found))}`,
      must: proof ? 'said ≥ 60 %; none found' : '',
      reached: proof ? share(said) >= 0.6 && found.length === 0 : null,
    };
  }
  const located = answers.filter(({ status }) => status === 'found' || status === 'rough');
  const rough = answers.filter(({ status }) => status === 'rough');
  const holds = (some: readonly BreakingPoint[]) => some.filter((one) => holdsTruth(one, truth));
  const wrong = found.filter(({ estimate }) => Math.abs((estimate ?? 0) / truth - 1) > WRONG);
  const levels = answers.flatMap((one) => one.levels.filter(({ load }) => load.model === 'open'));
  const away = levels.filter(({ load }) => load.model === 'open' && Math.abs(Math.log(load.ratePerSec / truth)) > AWAY);
  const undecided = away.filter(({ verdict }) => verdict === 'undecided');
  const requests = levels.map(({ offered }) => offered).sort((a, b) => a - b);
  const easy = EASY.test(target.name);
  return {
    experiment,
    truth: `${truth.toFixed(truth < 10 ? 2 : 0)}/s`,
    measured:
      `found ${percent(share(found), 0)}, covered ${covered(holds(found), found)} of them; ${covered(holds(located), located)} of all that name a limit; ` +
      `off by more than 15 %: ${percent(share(wrong), 0)}; interval ${width(found)} wide, of rough ones ${width(rough)}; ` +
      `n ${requests[Math.floor(requests.length / 2)] ?? 0}; undecided away from the limit ${percent(share(undecided, away), 0)}`,
    must: proof ? `${easy ? 'found ≥ 90 %; ' : ''}covered ≥ 90 % of the found; wrong ≤ 2 %` : '',
    ...(proof && truth >= 100 ? { pooled: { found: found.length, all: answers.length } } : {}),
    reached: proof
      ? (!easy || share(found) >= 0.9) &&
        (found.length === 0 || share(holds(found), found) >= 0.9) &&
        share(wrong) <= 0.02
      : null,
  };
}

/** Over all laws of 100/s and above together. */
export function pooledRow(rows: readonly Row[]): Row {
  const pooled = rows.flatMap((row) => row.pooled ?? []);
  const found = pooled.reduce((sum, one) => sum + one.found, 0) / pooled.reduce((sum, one) => sum + one.all, 0);
  return {
    experiment: `all ${pooled.length} held-out laws of 100/s and above that have a limit`,
    truth: '',
    measured: `found ${percent(found)} within ${BUDGET / 60} min`,
    must: '≥ 60 %',
    reached: found >= 0.6,
  };
}

export const FAMILIES: readonly { readonly target: Target; readonly proof: boolean }[] = [
  ...TUNING.map((target) => ({ target, proof: false })),
  ...HELD_OUT.map((target) => ({ target, proof: true })),
];

export function holdsTruth({ interval }: BreakingPoint, truth: number): boolean {
  if (interval === null) return false;
  const [low, high] = interval;
  return low <= truth && (high === null || truth <= high);
}

const covered = (holds: readonly unknown[], of: readonly unknown[]): string =>
  of.length === 0 ? '–' : percent(holds.length / of.length, 0);

/** In the middle of some answers, over the estimate. */
function width(answers: readonly BreakingPoint[]): string {
  const widths = answers.flatMap(({ interval, estimate }) =>
    interval === null || interval[1] === null || estimate === null ? [] : [(interval[1] - interval[0]) / estimate],
  );
  const middle = widths.sort((a, b) => a - b)[Math.floor(widths.length / 2)];
  return middle === undefined ? '–' : percent(middle, 0);
}
