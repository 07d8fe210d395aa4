/** How long users of a closed load pause on purpose, which no law may take for idleness. */
import { flowsOf } from '../core/flow.ts';
import { momentsOf, momentsOfAll, momentsOfSteps } from '../core/pass.ts';
import type { Plan } from '../core/plan.ts';

/** How long users pause on purpose, µs. */
export interface Pauses {
  /** For each request that they send, on average. */
  readonly mean: number;
  /** Standard deviation of that average, for one request. */
  readonly deviation: number;
  /** For the longest of the flows, from its first request to the next flow's. */
  readonly longest: number;
}

/** Closed model: between the steps of a flow, and thinking between two flows. */
export function pausesOf(plan: Pick<Plan, 'load' | 'flows' | 'requests'>): Pauses {
  const { load } = plan;
  if (load.model !== 'closed') return { mean: 0, deviation: 0, longest: 0 };
  const think = load.thinkTime === null ? [] : [load.thinkTime];
  const flows = flowsOf(plan)
    .filter(({ weight }) => weight > 0)
    .map(({ weight, steps }) => ({ weight, ...momentsOfAll([momentsOfSteps(steps), ...think.map(momentsOf)]) }));
  const sent = flows.reduce((sum, { weight, requests }) => sum + weight * requests, 0);
  const mean = flows.reduce((sum, flow) => sum + flow.weight * flow.mean, 0) / sent;
  // Which flows there were in so many requests is a part of the chance.
  const variance =
    flows.reduce((sum, flow) => sum + flow.weight * (flow.variance + (flow.mean - mean * flow.requests) ** 2), 0) /
    sent;
  return { mean, deviation: Math.sqrt(variance), longest: Math.max(...flows.map((flow) => flow.mean)) };
}
