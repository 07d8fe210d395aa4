import type { Flow, Plan } from './plan.ts';

/** What users or arrivals of a plan do. */
export function flowsOf({ flows, requests }: Pick<Plan, 'flows' | 'requests'>): readonly Flow[] {
  return flows ?? requests.map(({ name }, request) => ({ name, weight: 1, steps: [{ kind: 'request', request }] }));
}

/** The request that is sent alone, to see whether the target is right: the first of a flow, which no other comes before. */
export function firstRequest(plan: Pick<Plan, 'flows' | 'requests'>): number {
  const first = flowsOf(plan).find(({ weight }) => weight > 0)?.steps[0];
  return first?.kind === 'request' ? first.request : 0;
}

/** How many requests a flow sends. */
export const requestsIn = ({ steps }: Flow): number => steps.filter(({ kind }) => kind === 'request').length;

/** Whether a flow has more steps than one. */
export const hasSteps = ({ flows = [] }: Pick<Plan, 'flows'>): boolean => flows.some(({ steps }) => steps.length > 1);

/** What share of all requests each request of a plan is, where every flow is gone through to its end. */
export function requestShares(plan: Pick<Plan, 'flows' | 'requests'>): number[] {
  const sent = plan.requests.map(() => 0);
  for (const { weight, steps } of flowsOf(plan))
    for (const step of steps) if (step.kind === 'request') sent[step.request] = (sent[step.request] ?? 0) + weight;
  const whole = sent.reduce((sum, weight) => sum + weight, 0);
  return sent.map((weight) => weight / whole);
}
