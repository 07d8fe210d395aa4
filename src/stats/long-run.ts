/** How uncertain a mean over time is, when neighbouring stretches resemble each other. */
import { studentTail } from './distributions.ts';

/** Time constants that are weighed, in batches: from this to the length of the run, in steps of equal ratio. */
const SHORTEST = 0.4;
const STEPS = 9;
/** Shares of the batches' variance that are noise of their own, each for every time constant. */
const NOISE = [0, 0.3, 0.6, 0.85, 0.95] as const;
const LEVEL = 0.05;
/** Keeps a matrix of batches that hardly differ solvable. */
const JITTER = 1e-9;

/** One way that the batches may have come about: how they hang together, and what follows of that alone. */
interface Hypothesis {
  /** Cholesky's factor of the batches' covariance, row by row. */
  readonly factor: Float64Array;
  /** The factor's inverse, applied to ones. */
  readonly ones: Float64Array;
  readonly oneOne: number;
  /** Variance of the mean, for batches of variance 1. */
  readonly variance: number;
  /** Logarithm of the prior, and of the likelihood's part that no value changes. */
  readonly weight: number;
}

/**
 * How far the mean of values over batches of equal time may be from the one of an endless run: half of its 95 %
 * interval. A busy target has slow whiles, which make neighbouring batches alike, and a run that is not much longer than
 * they are cannot tell well how long they get. So each batch is taken as the average of a process whose correlation
 * decays with some time constant (Ornstein and Uhlenbeck's), plus noise of its own, and all time constants up to the
 * length of the run and all shares of noise are weighed by how likely they make the values (with the mean and the
 * variance integrated out); the error of the mean is a mixture of Student's distributions over them. The prior weighs a
 * time constant θ with 1/√θ on a logarithmic scale: with 1 the runs of 1,000 requests of a queue at 50 % had intervals that covered
 * too often, with 1/θ those at 80 % too rarely.
 * @param sizes how many requests are in each batch, of at least 3: weights of the mean; the noise is in inverse proportion.
 * @returns a function of the batches' values; 0 where all are equal.
 * Source: D. A. Harville (JASA 72, 1977) for the restricted likelihood.
 */
export function uncertaintyWith(sizes: readonly number[]): (values: readonly number[]) => number {
  const hypotheses = hypothesesOf(sizes);
  const tail = tailOf(sizes.length - 1);
  return (values) => {
    const [first = 0] = values;
    if (values.every((value) => Math.abs(value - first) < 1e-12)) return 0;
    const likelihoods = hypotheses.map((hypothesis) => likelihoodOf(hypothesis, values));
    const likeliest = likelihoods.reduce((most, { weight }) => Math.max(most, weight), Number.NEGATIVE_INFINITY);
    const weights = likelihoods.map(({ weight }) => Math.exp(weight - likeliest));
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    const beyond = (logHalf: number): number =>
      likelihoods.reduce((sum, { logError }, i) => sum + (weights[i] as number) * tail(logHalf - logError), 0) / all;
    let low = Math.log(1e-9);
    let high = Math.log(10);
    for (let halving = 0; halving < 40; halving++) {
      const middle = (low + high) / 2;
      if (beyond(middle) > LEVEL) low = middle;
      else high = middle;
    }
    return Math.exp(high);
  };
}

function hypothesesOf(sizes: readonly number[]): Hypothesis[] {
  const m = sizes.length;
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const weights = sizes.map((size) => size / total);
  const noise = sizes.map((size) => total / m / size);
  const all = [hypothesisOf(new Float64Array(m), 1, noise, weights, Math.log(2))];
  for (let step = 0; step < STEPS; step++) {
    const theta = SHORTEST * (m / SHORTEST) ** (step / (STEPS - 1));
    const correlation = correlationOf(theta, m);
    const prior = -0.5 * Math.log(theta / SHORTEST) - Math.log(NOISE.length);
    for (const share of NOISE) all.push(hypothesisOf(correlation, share, noise, weights, prior));
  }
  return all;
}

/** Correlation of the averages of batches so far apart, of a process that forgets within `theta` batches. */
function correlationOf(theta: number, m: number): Float64Array {
  const kept = Math.exp(-1 / theta);
  const own = 2 * (1 / theta - 1 + kept);
  return Float64Array.from({ length: m }, (_, lag) => (lag === 0 ? 1 : ((1 - kept) ** 2 * kept ** (lag - 1)) / own));
}

/** @param share of the noise in the variance of a batch of mean size. @param weights of the batches in the mean. */
function hypothesisOf(
  correlation: Float64Array,
  share: number,
  noise: readonly number[],
  weights: readonly number[],
  prior: number,
): Hypothesis {
  const m = noise.length;
  const factor = new Float64Array(m * m);
  const at = (i: number, k: number): number => factor[i * m + k] as number;
  let logDeterminant = 0;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = (1 - share) * (correlation[i - j] as number) + (i === j ? share * (noise[i] as number) + JITTER : 0);
      for (let k = 0; k < j; k++) rest -= at(i, k) * at(j, k);
      factor[i * m + j] = i === j ? Math.sqrt(rest) : rest / at(j, j);
    }
    logDeterminant += 2 * Math.log(at(i, i));
  }
  let variance = 0;
  for (let k = 0; k < m; k++) {
    let sum = 0;
    for (let i = k; i < m; i++) sum += at(i, k) * (weights[i] as number);
    variance += sum * sum;
  }
  const ones = solve(factor, new Array<number>(m).fill(1));
  const oneOne = ones.reduce((sum, one) => sum + one * one, 0);
  return { factor, ones, oneOne, variance, weight: prior - 0.5 * (logDeterminant + Math.log(oneOne)) };
}

/** The logarithm of the weight, by the restricted likelihood, and that of the mean's standard error. */
function likelihoodOf(hypothesis: Hypothesis, values: readonly number[]): { weight: number; logError: number } {
  const { factor, ones, oneOne, variance, weight } = hypothesis;
  const solved = solve(factor, values);
  let oneValue = 0;
  let valueValue = 0;
  for (let i = 0; i < solved.length; i++) {
    const value = solved[i] as number;
    oneValue += (ones[i] as number) * value;
    valueValue += value * value;
  }
  const residual = Math.log(Math.max(Number.MIN_VALUE, valueValue - oneValue ** 2 / oneOne));
  const freedom = values.length - 1;
  return {
    weight: weight - 0.5 * freedom * residual,
    logError: 0.5 * (residual - Math.log(freedom) + Math.log(variance)),
  };
}

/** The inverse of a factor, applied to values. */
function solve(factor: Float64Array, values: readonly number[]): Float64Array {
  const m = values.length;
  const solved = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    let rest = values[i] as number;
    for (let k = 0; k < i; k++) rest -= (factor[i * m + k] as number) * (solved[k] as number);
    solved[i] = rest / (factor[i * m + i] as number);
  }
  return solved;
}

/** Bounds and steps of the tables of tails. */
const TAIL_FROM = Math.log(0.02);
const TAIL_TO = Math.log(400);
const TAIL_STEPS = 400;
const tails = new Map<number, Float64Array>();

/** Student's two-sided tail at a logarithm, from a table: it is asked for some thousand times an interval. */
function tailOf(df: number): (logT: number) => number {
  let table = tails.get(df);
  if (table === undefined) {
    table = Float64Array.from({ length: TAIL_STEPS + 1 }, (_, i) =>
      studentTail(Math.exp(TAIL_FROM + ((TAIL_TO - TAIL_FROM) * i) / TAIL_STEPS), df),
    );
    tails.set(df, table);
  }
  const known = table;
  return (logT) => {
    const place = ((logT - TAIL_FROM) / (TAIL_TO - TAIL_FROM)) * TAIL_STEPS;
    if (place <= 0) return 1;
    const below = Math.floor(place);
    if (below >= TAIL_STEPS) return known[TAIL_STEPS] as number;
    const [from, to] = [known[below] as number, known[below + 1] as number];
    return from + (place - below) * (to - from);
  };
}
