/** By what requests can be looked for on a page: their tags, flows and groups, read from the plan. */
import { scopeLabel } from '../analyze/wording.ts';
import { allSteps, flowsOf, hasSteps, requestsIn, tellingTags } from '../core/flow.ts';
import type { Plan, Step } from '../core/plan.ts';
import type { Facet, Facets } from './client/facets.ts';

/** By what the requests of a plan are told apart on a page. */
export function facetsOf(plan: Pick<Plan, 'flows' | 'requests'>): Facets {
  const wholes = hasSteps(plan) ? wholesIn(plan) : [];
  const tags = tellingTags(plan).map(({ name, kind, members }): Facet => {
    const within = (member: string): readonly string[] =>
      kind === 'request' ? [member] : (wholes.find((whole) => whole.name === `${kind} ${member}`)?.requests ?? []);
    return { name, label: scopeLabel({ kind: 'tag', name }), requests: [...new Set(members.flatMap(within))] };
  });
  return { tags, wholes };
}

function wholesIn(plan: Pick<Plan, 'flows' | 'requests'>): Facet[] {
  const wholes = new Map<string, Set<string>>();
  const add = (name: string, steps: readonly Step[]): void => {
    const requests = wholes.get(name) ?? new Set();
    wholes.set(name, requests);
    for (const index of requestsIn(steps)) requests.add(plan.requests[index]?.name ?? '');
  };
  const flows = flowsOf(plan);
  for (const { name, steps } of flows) add(`flow ${name}`, steps);
  for (const { steps } of flows)
    for (const step of allSteps(steps)) if (step.kind === 'group') add(`group ${step.name}`, step.steps);
  return [...wholes].map(([name, requests]) => ({ name, label: name, requests: [...requests] }));
}
