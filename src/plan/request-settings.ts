/* Which settings a request of several may have, and a flow with a load of its own: names alone, which types of the library are made of. */

import type { SettingName } from '../settings/table.ts';

/** Settings that each of several requests may have of its own. */
export const PER_REQUEST = [
  'method',
  'headers',
  'user',
  'body',
  'bodyFile',
  'expectStatus',
  'expectHeaders',
  'expectBody',
  'expectContains',
  'expectJson',
  'expectField',
  'timeout',
  'followRedirects',
] as const satisfies readonly SettingName[];

/** What a load of a flow's own may say, as the file does of all flows. */
export const LOAD_OF_FLOW = [
  'vus',
  'spawnRate',
  'thinkTime',
  'pacing',
  'rate',
  'arrivals',
  'maxInFlight',
  'stages',
  'profile',
  'duration',
] as const satisfies readonly SettingName[];
