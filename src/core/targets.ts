/** Where the load of a plan goes: to one target, or to several by their weights. */
import type { NamedTarget, Plan, RequestTemplate, Target } from './plan.ts';

/** Where a request goes. */
export const targetOf = (
  { target, targets }: Pick<Plan, 'target' | 'targets'>,
  request: Pick<RequestTemplate, 'target'>,
): Target => (request.target === undefined ? target : (targets?.[request.target] ?? target));

type Way = Pick<Plan, 'target' | 'targets' | 'tls'>;

/** The plan as one of its targets has it: all goes there. */
export function planTo<P extends Way>(plan: P, target: NamedTarget): Omit<P, 'targets'> & Pick<Way, 'target' | 'tls'> {
  const { targets: _, ...rest } = plan;
  return { ...rest, target, tls: target.tls };
}

/** The plan as the target of one of its requests has it. */
export function planToTargetOf<P extends Way>(
  plan: P,
  request: Pick<RequestTemplate, 'target'>,
): Omit<P, 'targets'> & Pick<Way, 'target' | 'tls'> {
  const { targets, ...rest } = plan;
  const own = request.target === undefined ? undefined : targets?.[request.target];
  return { ...rest, target: own ?? plan.target, tls: own?.tls ?? plan.tls };
}

/** The plan for each of its targets; of one target the plan itself. */
export const plansTo = <P extends Way>(plan: P): readonly (Omit<P, 'targets'> & Pick<Way, 'target' | 'tls'>)[] =>
  plan.targets === undefined ? [plan] : plan.targets.map((target) => planTo(plan, target));

/** What is tested, in a line: its address, or the names and addresses of several. */
export const targetLine = ({ target, targets }: Pick<Plan, 'target' | 'targets'>): string =>
  targets === undefined ? target.url : targets.map(({ name, url }) => `${name} ${url}`).join(', ');
