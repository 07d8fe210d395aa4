import type { Plan, Segment } from '../core/plan.ts';
import type { Clock, Driver, Payloads } from '../core/ports.ts';
import type { RowTable } from '../core/rows.ts';
import { Http1Driver } from '../drivers/http1/driver.ts';
import type { Witnessed } from '../drivers/witness.ts';
import { payloadsOf } from '../load/payload.ts';

/** Makes the driver of a plan for a segment of it. */
export type CreateDriver<Made extends Driver = Driver> = (plan: Plan, clock: Clock, segment: Segment) => Made;

/** What sends a plan's requests. Loaded only where needed: importing undici or autocannon takes longer than starting a thread. */
export async function engineFor(plan: Plan, rows: RowTable | null): Promise<CreateDriver> {
  if (plan.engine !== 'autocannon') return ownEngineFor(plan, payloadsOf(plan, rows));
  const { AutocannonDriver } = await import('../drivers/autocannon/driver.ts');
  return (frozen, clock) => new AutocannonDriver(frozen, clock);
}

/** One that shows the responses, too. */
export async function ownEngineFor(plan: Plan, payloads: Payloads | null): Promise<CreateDriver<Driver & Witnessed>> {
  if (plan.http2 || plan.proxy !== null) {
    const { UndiciDriver } = await import('../drivers/undici/driver.ts');
    return (frozen, clock, segment) => new UndiciDriver(frozen, clock, segment, payloads);
  }
  return (frozen, clock, segment) => new Http1Driver(frozen, clock, segment, payloads);
}
