import type { Connections } from '../core/plan.ts';
import { type Count, count, seconds } from '../core/units.ts';
import { type Given, read, refuse } from './sources.ts';
import { parseCount, parseDuration } from './syntax.ts';

const DNS_TTL = seconds(30);
const MOST_CONNECTIONS = '100k';

/** How connections are kept and renewed. @throws RampartError */
export function resolveConnections(given: Given): Connections {
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
    limit:
      read(given, 'connections', (text, label) => parseCount(text, label, { min: '1', max: MOST_CONNECTIONS })) ?? null,
    maxAge:
      read(given, 'maxConnAge', (text, label) => parseDuration(text, label, { min: '100ms', max: '168h' })) ?? null,
    dnsTtl: read(given, 'dnsTtl', (text, label) => parseDuration(text, label, { min: '0s', max: '168h' })) ?? DNS_TTL,
  };
}

/** Each thread has connections of its own, so there can't be more threads than connections. @throws RampartError */
export function threadsWithin(given: Given, connections: Connections, usual: number): Count {
  const { limit } = connections;
  const asked = read(given, 'threads', (text, label) => parseCount(text, label, { min: '1', max: '256' }));
  if (asked !== undefined && limit !== null && asked > limit)
    refuse(given, 'connections', `are fewer than the ${asked} threads, each of which needs one`);
  return asked ?? count(Math.min(usual, limit ?? usual));
}
