/* Which settings a request of several may have: names alone, which types of the library are made of. */

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
