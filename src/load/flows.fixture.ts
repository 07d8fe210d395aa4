import { planFixture } from '../core/plan.fixture.ts';
import type { Distribution, Flow, Step } from '../core/plan.ts';
import { Flows } from './flows.ts';

/** What a flow of a test does: requests by their number, and pauses. */
type Walk = readonly (number | Distribution)[];

export function flow(weight: number, ...steps: Walk): Flow {
  return {
    name: `flow ${steps.join()}`,
    weight,
    steps: steps.map((step): Step => (typeof step === 'number' ? { kind: 'request', request: step } : pause(step))),
  };
}

const pause = (time: Distribution): Step => ({ kind: 'pause', time });

/**
 * Flows over so many requests; none given: each request by itself.
 *
 * @param needed requests whose responses later steps are made of.
 */
export function flowsFixture(requests = 1, flows?: readonly Flow[], seed = 1, needed: readonly number[] = []): Flows {
  const named = Array.from({ length: requests }, (_, index) =>
    planFixture().requests.map((template) => ({
      ...{ ...template, name: `request ${index}` },
      ...(needed.includes(index) ? { captures: [{ name: 'id', from: 'status' as const }] } : {}),
    })),
  ).flat();
  return new Flows({ requests: named, seed, ...(flows === undefined ? {} : { flows }) });
}
