/** Which procedure a plan asks for. */
import type { Plan } from '../core/plan.ts';
import { Find } from './find.ts';
import { probe } from './probe.ts';
import type { Procedure } from './procedure.ts';
import { run } from './run.ts';

export function procedureOf(plan: Plan): Procedure {
  const { kind, search } = plan;
  if (search !== null) return new Find({ ...plan, search });
  return { events: kind === 'probe' ? probe : run, answer: () => null };
}
