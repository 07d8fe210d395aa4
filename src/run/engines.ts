import type { Plan } from '../core/plan.ts';
import type { RowTable } from '../core/rows.ts';
import { type CreateDriver, ownEngineFor } from '../drivers/own.ts';
import { payloadsOf } from '../load/payload.ts';

/** What sends a plan's requests. Loaded only where needed: importing undici or autocannon takes longer than starting a thread. */
export async function engineFor(plan: Plan, rows: RowTable | null): Promise<CreateDriver> {
  if (plan.engine !== 'autocannon') return ownEngineFor(plan, payloadsOf(plan, rows));
  const { AutocannonDriver } = await import('../drivers/autocannon/driver.ts');
  return (frozen, clock) => new AutocannonDriver(frozen, clock);
}
