/**
 * Chooses what sends a plan's requests: raw sockets or undici, with browsing, several targets and functions around it.
 */
import type { Plan } from '../core/plan.ts';
import type { Clock, Driver, Payloads } from '../core/ports.ts';
import type { Segment } from '../core/segment.ts';
import type { Amender } from './amender.ts';
import { BrowsingDriver, browses } from './browsing/driver.ts';
import { Http1Driver } from './http1/driver.ts';
import { MakingDriver } from './making.ts';
import { TargetsDriver } from './targets.ts';
import type { Witnessed } from './witness.ts';

/** Makes the driver of a plan for a segment of it. */
export type CreateDriver<Made extends Driver = Driver> = (plan: Plan, clock: Clock, segment: Segment) => Made;

/** What sends a plan's requests and shows their responses, too. undici is loaded only where needed: that takes long. */
export async function ownEngineFor(plan: Plan, payloads: Payloads | null): Promise<CreateDriver<Driver & Witnessed>> {
  const create = await amendedEngineFor(plan, payloads);
  const one: CreateDriver<Driver & Witnessed> = browses(plan)
    ? (frozen, clock, segment) => new BrowsingDriver(frozen, clock, segment, create)
    : (frozen, clock, segment) => create(frozen, clock, segment, null);
  const send: CreateDriver<Driver & Witnessed> =
    plan.targets === undefined
      ? one
      : (frozen, clock, segment) => new TargetsDriver(frozen, frozen.targets ?? [], clock, segment, one);
  const functions = payloads?.functions;
  if (functions === undefined) return send;
  return (frozen, clock, segment) => new MakingDriver(send(frozen, clock, segment), functions, clock);
}

async function amendedEngineFor(
  plan: Plan,
  payloads: Payloads | null,
): Promise<(plan: Plan, clock: Clock, segment: Segment, amender: Amender | null) => Driver & Witnessed> {
  if (plan.http2 || plan.proxy !== null) {
    const { UndiciDriver } = await import('./undici/driver.ts');
    return (frozen, clock, segment, amender) => new UndiciDriver(frozen, clock, segment, payloads, amender);
  }
  return (frozen, clock, segment, amender) => new Http1Driver(frozen, clock, segment, payloads, amender);
}
