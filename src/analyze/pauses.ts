import { flowsOf } from '../core/flow.ts';
import type { Distribution, Plan, Step } from '../core/plan.ts';

/** How long users pause on purpose, µs. */
export interface Pauses {
  /** For each request that they send, on average. */
  readonly mean: number;
  /** Of that average, for one request. */
  readonly deviation: number;
  /** For the longest of the flows, from its first request to the next flow's. */
  readonly longest: number;
}

/** Closed model: between the steps of a flow, and thinking between two flows. */
export function pausesOf(plan: Pick<Plan, 'load' | 'flows' | 'requests'>): Pauses {
  const { load } = plan;
  if (load.model === 'open') return { mean: 0, deviation: 0, longest: 0 };
  const think = load.thinkTime === null ? [] : [load.thinkTime];
  const flows = flowsOf(plan)
    .filter(({ weight }) => weight > 0)
    .map(({ weight, steps }) => ({ weight, ...momentsOfAll([walked(steps), ...think.map(momentsOf)]) }));
  const sent = flows.reduce((sum, { weight, requests }) => sum + weight * requests, 0);
  const mean = flows.reduce((sum, flow) => sum + flow.weight * flow.mean, 0) / sent;
  // Which flows there were in so many requests is a part of the chance.
  const variance =
    flows.reduce((sum, flow) => sum + flow.weight * (flow.variance + (flow.mean - mean * flow.requests) ** 2), 0) /
    sent;
  return { mean, deviation: Math.sqrt(variance), longest: Math.max(...flows.map((flow) => flow.mean)) };
}

/** Of how long a user pauses in all, and how many requests it sends meanwhile, on average. */
interface Moments {
  readonly requests: number;
  readonly mean: number;
  readonly variance: number;
}

const STILL: Moments = { requests: 0, mean: 0, variance: 0 };

const momentsOfAll = (parts: readonly Moments[]): Moments =>
  parts.reduce(
    (sum, part) => ({
      requests: sum.requests + part.requests,
      mean: sum.mean + part.mean,
      variance: sum.variance + part.variance,
    }),
    STILL,
  );

const walked = (steps: readonly Step[]): Moments => momentsOfAll(steps.map(momentsOfStep));

function momentsOfStep(step: Step): Moments {
  switch (step.kind) {
    case 'request':
      return { ...STILL, requests: 1 };
    case 'pause':
      return momentsOf(step.time);
    case 'group':
      return walked(step.steps);
    case 'repeat': {
      const { requests, mean, variance } = walked(step.steps);
      const { times } = step;
      return { requests: times * requests, mean: times * mean, variance: times * variance };
    }
    case 'choose':
      return oneOf(step.of.map((branch) => ({ weight: branch.weight, ...walked(branch.steps) })));
    case 'if':
      // How often it holds only the target knows: as if users paused as long, and sent as little, as they may.
      return atMost(walked(step.steps), walked(step.otherwise));
  }
}

const atMost = (one: Moments, other: Moments): Moments => ({
  requests: Math.min(one.requests, other.requests),
  mean: Math.max(one.mean, other.mean),
  variance: Math.max(one.variance, other.variance),
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
  };
}

function momentsOf(time: Distribution): Moments {
  const of = (mean: number, deviation: number): Moments => ({ requests: 0, mean, variance: deviation ** 2 });
  switch (time.kind) {
    case 'constant':
      return of(time.value, 0);
    case 'uniform':
      return of((time.min + time.max) / 2, (time.max - time.min) / Math.sqrt(12));
    case 'exponential':
      return of(time.mean, time.mean);
    case 'lognormal':
      return of(time.mean, time.deviation);
  }
}
