/** For tests: flows written in a line. */
import { planFixture } from '../core/plan.fixture.ts';
import type { Distribution, Flow, Step } from '../core/plan.ts';
import { Flows } from './flows.ts';

/** What a flow of a test does: requests by their number, pauses, and other steps. */
type Walk = readonly (number | Distribution | Step)[];

export function flow(weight: number, ...steps: Walk): Flow {
  return {
    name: `flow ${steps.join()}`,
    weight,
    steps: stepsOf(steps),
  };
}

export const stepsOf = (walk: Walk): readonly Step[] =>
  walk.map((step): Step => {
    if (typeof step === 'number') return { kind: 'request', request: step };
    return isPause(step) ? { kind: 'pause', time: step } : step;
  });

const PAUSES: readonly string[] = ['constant', 'uniform', 'exponential', 'lognormal'];
const isPause = (step: Distribution | Step): step is Distribution => PAUSES.includes(step.kind);

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
