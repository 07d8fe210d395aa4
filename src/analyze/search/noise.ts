/** How much more than chance bad requests cluster, learned from the levels of a search. */
import type { MarginModel, MarginPoint } from './margin.ts';

/** What theory's own value of F is, as the logarithm's mean and standard deviation, before anything is seen. */
const THEORY_DEVIATION = 0.6;
/** Levels tell how bad requests cluster where so many are bad, and their share is within these of the allowed one. */
const TELLING = { bad: 5, low: 1 / 8, high: 0.5 } as const;
const MOST_LAG1 = 0.85;
/** Failures come together too: a full queue refuses several in a row. */
const ERROR_CLUSTER = 3;
/** A target that has not been filled takes so much more, ln, than it was seen to. */
const UNREACHED = Math.log(1.4);
/** What batches cannot know of the scatter between levels. */
const BETWEEN = 0.35;

/**
 * How many bad requests count as one, since they come together: φ = F·(1 + φ₀(ρ)) of a level, at least 1. φ₀ = 3.6ρ/(1−ρ)²
 * is that of M/M/1 (simulated, `bench/accuracy`); F is the target's own.
 */
export interface Noise {
  /** 1 + φ₀ of each point. */
  readonly clusters: readonly number[];
  /** ln F: what the batches of all levels say, theory being one more opinion. */
  readonly mean: number;
  readonly deviation: number;
  /** ln F for what the levels are worth at best: not less than theory's, since levels agree by luck as well. */
  readonly cautious: number;
}

/** ln of the load that fills the target, about. */
const fullAt = ({ x, reached }: NonNullable<MarginModel['capacity']>): number => (reached ? x : x + UNREACHED);

export function noiseOf(points: readonly MarginPoint[], model: MarginModel): Noise {
  const { capacity, shape, allowed, errors, variability } = model;
  const clusters = points.map(({ x }) => {
    if (errors) return ERROR_CLUSTER;
    const rho = shape === 'queue' && capacity !== null ? Math.min(0.93, Math.exp(x - fullAt(capacity))) : 0.3;
    return 1 + (3.6 * rho) / (1 - rho) ** 2;
  });
  let squares = 0;
  let products = 0;
  let batches = 0;
  let events = 0;
  let levels = 0;
  points.forEach(({ margin }, j) => {
    if (margin.kind !== 'share' || allowed === null) return;
    const { bad, n } = margin.share;
    const s = bad / n;
    if (bad < TELLING.bad || s < TELLING.low * allowed || s > TELLING.high) return;
    const m = margin.share.batches.length;
    let before = 0;
    for (const batch of margin.share.batches) {
      const z = (batch.bad - s * batch.n) / Math.sqrt(((n * s * (1 - s)) / m) * (clusters[j] as number));
      squares += z * z;
      products += z * before;
      before = z;
    }
    batches += m;
    levels++;
    events += bad / (clusters[j] as number);
  });
  const theory = 1 / THEORY_DEVIATION ** 2;
  // Pollaczek and Khinchine's: what waits, and how long it hangs together, grows with (1 + c²)/2.
  const expected = errors || variability === null ? 0 : Math.log((1 + variability) / 2);
  if (batches === 0 || squares === 0)
    return { clusters, mean: expected, deviation: THEORY_DEVIATION, cautious: expected };
  // A level's batches are compared with its own mean, which hides part of what they have in common.
  const m = batches / levels;
  const seenLag = products / squares;
  const r = Math.max(0, Math.min(MOST_LAG1, seenLag + (1 + 4 * seenLag) / m));
  const together = (1 + r) / (1 - r);
  const seen = (squares / batches / Math.max(0.4, 1 - together / m)) * together;
  const freedom = Math.max(0.5, Math.min(batches / together, (2 * events) / seen));
  const own = 1 / (2 / freedom + BETWEEN ** 2);
  const mean = (theory * expected + own * (Math.log(seen) + 1 / freedom)) / (theory + own);
  return { clusters, mean, deviation: Math.sqrt(1 / (theory + own)), cautious: Math.max(expected, mean) };
}
