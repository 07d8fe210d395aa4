/** Which procedure a plan asks for. */
import type { Plan } from '../core/plan.ts';
import { Find } from './find.ts';
import { probe } from './probe.ts';
import type { Procedure } from './procedure.ts';
import { run } from './run.ts';

export function procedureOf({ kind, search, goodput }: Plan): Procedure {
  if (search !== null) return new Find({ search, ...(goodput === undefined ? {} : { goodput }) });
  return { events: kind === 'probe' ? probe : run, answer: () => null };
}
