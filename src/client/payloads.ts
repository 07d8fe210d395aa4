/** What makes single requests, in the thread that also listens to a person: no function of a scenario may hold it up. */
import type { Plan } from '../core/plan.ts';
import type { Payloads } from '../core/ports.ts';
import type { RowTable } from '../core/rows.ts';
import { bounded, importFunctions } from '../functions/module.ts';
import { payloadsOf } from '../load/payload.ts';

export async function singlePayloads(plan: Plan, rows: RowTable | null): Promise<Payloads | null> {
  const functions = plan.functions === undefined ? null : bounded(await importFunctions(plan.functions));
  return payloadsOf(plan, rows, functions);
}
