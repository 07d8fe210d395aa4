/** Which procedure a plan asks for. */
import type { Plan } from '../core/plan.ts';
import { probe } from './probe.ts';
import type { Procedure } from './procedure.ts';
import { run } from './run.ts';

/** What searches is loaded for a search only. @throws RampartError where a search could not find what its plan asks for. */
export async function procedureOf(plan: Plan): Promise<Procedure> {
  const { kind, search } = plan;
  if (search !== null) {
    const { Find } = await import('./find.ts');
    return new Find({ ...plan, search });
  }
  return { events: kind === 'probe' ? probe : run, answer: () => null };
}
