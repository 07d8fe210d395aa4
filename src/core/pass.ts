/** How long whoever goes through a flow pauses in it, and how often it sends: from its steps alone. */
import { flowsOf, requestShares } from './flow.ts';
import type { Distribution, Plan, Step } from './plan.ts';
import { type Micros, toSeconds } from './units.ts';

/** The average pass: how long its pauses are in all, µs, and how many requests are sent meanwhile. */
export interface Moments {
  readonly requests: number;
  readonly mean: number;
  readonly variance: number;
  /** Never longer. */
  readonly most: number;
}

const STILL: Moments = { requests: 0, mean: 0, variance: 0, most: 0 };

export const momentsOfAll = (parts: readonly Moments[]): Moments =>
  parts.reduce(
    (sum, part) => ({
      requests: sum.requests + part.requests,
      mean: sum.mean + part.mean,
      variance: sum.variance + part.variance,
      most: sum.most + part.most,
    }),
    STILL,
  );

export const momentsOfSteps = (steps: readonly Step[]): Moments => momentsOfAll(steps.map(momentsOfStep));

function momentsOfStep(step: Step): Moments {
  switch (step.kind) {
    case 'request':
      return { ...STILL, requests: 1 };
    case 'pause':
      return momentsOf(step.time);
    case 'group':
      return momentsOfSteps(step.steps);
    case 'repeat': {
      const { requests, mean, variance, most } = momentsOfSteps(step.steps);
      const { times } = step;
      return { requests: times * requests, mean: times * mean, variance: times * variance, most: times * most };
    }
    case 'choose':
      return oneOf(step.of.map((branch) => ({ weight: branch.weight, ...momentsOfSteps(branch.steps) })));
    case 'if':
      // How often it holds only the target knows: as if users paused as long, and sent as little, as they may.
      return atMost(momentsOfSteps(step.steps), momentsOfSteps(step.otherwise));
  }
}

const atMost = (one: Moments, other: Moments): Moments => ({
  requests: Math.min(one.requests, other.requests),
  mean: Math.max(one.mean, other.mean),
  variance: Math.max(one.variance, other.variance),
  most: Math.max(one.most, other.most),
});

function oneOf(branches: readonly (Moments & { readonly weight: number })[]): Moments {
  const whole = branches.reduce((sum, { weight }) => sum + weight, 0);
  const average = (of: (branch: Moments) => number): number =>
    branches.reduce((sum, branch) => sum + (branch.weight / whole) * of(branch), 0);
  const mean = average((branch) => branch.mean);
  return {
    requests: average(({ requests }) => requests),
    mean,
    variance: average((branch) => branch.variance + (branch.mean - mean) ** 2),
    most: Math.max(...branches.filter(({ weight }) => weight > 0).map(({ most }) => most)),
  };
}

export function momentsOf(time: Distribution): Moments {
  const of = (mean: number, deviation: number, most: number): Moments => ({
    ...{ requests: 0, mean, most },
    variance: deviation ** 2,
  });
  switch (time.kind) {
    case 'constant':
      return of(time.value, 0, time.value);
    case 'uniform':
      return of((time.min + time.max) / 2, (time.max - time.min) / Math.sqrt(12), time.max);
    case 'exponential':
      return of(time.mean, time.mean, Number.POSITIVE_INFINITY);
    case 'lognormal':
      return of(time.mean, time.deviation, Number.POSITIVE_INFINITY);
  }
}

/** A pass through the flows of a plan. Times in s. */
export interface Pass {
  /** That it sends, on average; at least so many where responses decide. */
  readonly requests: number;
  readonly responsesDecide: boolean;
  /** How long it pauses between its requests, on average. */
  readonly pause: number;
  /** So long hardly one pauses, of the flow that pauses longest. */
  readonly longest: number;
}

/** So many standard deviations beyond the mean the sum of a pass's pauses hardly lies: one exponential pause in fifty is longer. */
const HARDLY = 3;

/** A pass through flows with steps; behind its last request nobody waits. */
export function passOf(plan: Pick<Plan, 'flows' | 'requests'>): Pass {
  const flows = flowsOf(plan)
    .filter(({ weight }) => weight > 0)
    .map(({ weight, steps }) => ({
      weight,
      ...momentsOfSteps(steps.slice(0, steps.findLastIndex(({ kind }) => kind !== 'pause') + 1)),
    }));
  const { requests, mean } = oneOf(flows);
  const longest = Math.max(...flows.map((flow) => Math.min(flow.most, flow.mean + HARDLY * Math.sqrt(flow.variance))));
  const responsesDecide = requestShares(plan) === null;
  return { requests, responsesDecide, pause: toSeconds(mean as Micros), longest: toSeconds(longest as Micros) };
}
