/**
 * Prints how often the interval holds the truth at the moment at which a run with `--until` ends, by how it looks: every
 * second, or at widening steps; and of runs of that length that did not look. Arguments: runs per line (100), and a part of a
 * case's name (all).
 */
import { seriesOf } from '../../src/analyze/events.fixture.ts';
import { SeriesFold } from '../../src/analyze/series.ts';
import { isPrecise, Looks, precisionOf } from '../../src/analyze/until.ts';
import { Random } from '../../src/load/random.ts';
import { LAWS, type Law } from './laws.ts';
import { requestsOf, truthOf } from './runs.ts';

const P = 0.95;
const PER_SECOND = 100;

interface Case {
  readonly law: Law;
  readonly load: number;
  readonly precision: number;
  /** s, at most. */
  readonly longest: number;
}

type When = Pick<Looks, 'isDue'>;

const everySecond = (): When => ({ isDue: (seconds) => seconds >= 20 });

/** How a run of `seconds` at the most ended: null where it was not reached. */
function runOf(
  { law, load, precision, longest }: Case,
  looks: When,
  seed: number,
  wanted = precision,
): { seconds: number; low: number; high: number | null } | null {
  const { due, took } = requestsOf(
    law,
    load,
    1 / PER_SECOND,
    Math.ceil(longest * PER_SECOND * 1.2),
    new Random(seed, 7),
  );
  const bySecond = Array.from({ length: longest }, (): number[] => []);
  due.forEach((instant, i) => {
    const time = took[i] as number;
    bySecond[Math.floor(instant + time)]?.push(Math.round(time * 1e6));
  });
  const fold = new SeriesFold();
  for (const [index, ok] of bySecond.entries()) {
    fold.add(index, 'measure', seriesOf({ ok }));
    const seconds = index + 1;
    if (!looks.isDue(seconds)) continue;
    const interval = fold.callerInterval({ first: 0, last: index, durationMs: 1000 * seconds }, false)(P);
    const precise = isPrecise(precisionOf(fold.callers.times.quantile(P), interval), { precision: wanted });
    if ((precise || wanted === ANY) && interval !== null) return { seconds, low: interval[0], high: interval[1] };
  }
  return null;
}

/** However wide it is. */
const ANY = Number.POSITIVE_INFINITY;

const runs = Number(process.argv[2] ?? 100);
const only = process.argv[3] ?? '';
const cases: Case[] = [
  [0, 0.5, 0.1, 600],
  [1, 0.5, 0.05, 600],
  [1, 0.8, 0.1, 600],
  [1, 0.8, 0.1, 2400],
  [2, 0.5, 0.05, 600],
  [2, 0.8, 0.1, 600],
  [5, 0.5, 0.05, 600],
  [5, 0.8, 0.1, 600],
  [5, 0.8, 0.1, 2400],
].map(([index, load, precision, longest]) => ({
  law: LAWS[index as number] as Law,
  load: load as number,
  precision: precision as number,
  longest: longest as number,
}));
for (const one of cases) {
  const name = `${one.law.name}, load ${100 * one.load} %, p95±${100 * one.precision}%, at most ${one.longest} s`;
  if (!name.includes(only)) continue;
  const [truth = Number.NaN] = truthOf(one.law, one.load, [P], 1e6).map((time) => (time * 1e6) / PER_SECOND);
  let typical = one.longest;
  const print = (rule: string, play: (i: number) => ReturnType<typeof runOf>): void => {
    const ended = Array.from({ length: runs }, (_, i) => play(i)).filter((each) => each !== null);
    const held = ended.filter(({ low, high }) => low <= truth && (high === null || truth <= high)).length;
    const lengths = ended.map(({ seconds }) => seconds).sort((a, b) => a - b);
    typical = lengths[Math.floor(lengths.length / 2)] ?? one.longest;
    const share = ((100 * held) / Math.max(1, ended.length)).toFixed(0);
    console.log(
      `${name} | ${rule} | reached ${ended.length} of ${runs}, median ${typical} s (${lengths[0]} to ${lengths.at(-1)}) | held ${share} %`,
    );
  };
  if (one.longest <= 600) print('every second', (i) => runOf(one, everySecond(), 10_000 + i));
  print('widening steps', (i) => runOf(one, new Looks(), 10_000 + i));
  const length = typical;
  print('did not look', (i) => runOf({ ...one, longest: length }, { isDue: (at) => at === length }, 50_000 + i, ANY));
}
