/** The settings of connections (how many, how long kept, how often resolved), and how many threads they allow. */
import type { Connections } from '../core/plan.ts';
import { type Count, count } from '../core/units.ts';
import { type RawSettings, refuse } from './raw-settings.ts';
import { readOrDefault, readValue } from './value.ts';

/** How connections are kept and renewed. @throws RampartError */
export function resolveConnections(given: RawSettings): Connections {
  const { settings } = given;
  if (settings.connections !== undefined && settings.rate === undefined)
    refuse(
      given,
      'connections',
      'needs --rate: each virtual user has a connection of its own',
      'For so many connections in the closed model, give so many --vus.',
    );
  if (settings.maxConnAge !== undefined && settings.keepalive === false)
    refuse(given, 'maxConnAge', 'is for connections that are kept, and keep-alive is off');
  return {
    limit: readValue(given, 'connections') ?? null,
    maxAge: readValue(given, 'maxConnAge') ?? null,
    dnsTtl: readOrDefault(given, 'dnsTtl'),
  };
}

/** Each thread has connections of its own, so there can't be more threads than connections. @throws RampartError */
export function threadsWithin(given: RawSettings, connections: Connections, usual: number): Count {
  const { limit } = connections;
  const asked = readValue(given, 'threads');
  if (asked !== undefined && limit !== null && asked > limit)
    refuse(given, 'connections', `are fewer than the ${asked} threads, each of which needs one`);
  return asked ?? count(Math.min(usual, limit ?? usual));
}
