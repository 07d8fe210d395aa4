/** Chooses the engine of a plan, our own or autocannon, and loads no other. */
import type { Plan } from '../core/plan.ts';
import type { RowTable } from '../core/rows.ts';
import { CountingDriver } from '../drivers/counting.ts';
import { type CreateDriver, ownEngineFor } from '../drivers/own.ts';
import { importFunctions } from '../functions/module.ts';
import { loadModule } from '../functions/modules.ts';
import { tokenCounterOf } from '../functions/tokenizer.ts';
import { ImpatientDriver } from '../load/impatient-driver.ts';
import { payloadsOf } from '../load/payload.ts';

/** What sends a plan's requests. Loaded only where needed: importing undici or autocannon takes longer than starting a thread. */
export async function engineFor(plan: Plan, rows: RowTable | null): Promise<CreateDriver> {
  if (plan.engine !== 'autocannon') {
    const functions = plan.functions === undefined ? null : await importFunctions(plan.functions);
    const create = await ownEngineFor(plan, payloadsOf(plan, rows, functions));
    const { cancel, tokenizer } = plan;
    const impatient: CreateDriver =
      cancel === undefined
        ? create
        : (frozen, clock, segment) => new ImpatientDriver(frozen, cancel, clock, create(frozen, clock, segment));
    if (tokenizer === undefined) return impatient;
    const count = await tokenCounterOf(tokenizer, loadModule);
    return (frozen, clock, segment) => new CountingDriver(impatient(frozen, clock, segment), clock, count);
  }
  const { AutocannonDriver } = await import('../drivers/autocannon/driver.ts');
  return (frozen, clock) => new AutocannonDriver(frozen, clock);
}
