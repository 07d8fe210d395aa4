/** Rows of which each virtual user has one of its own: there must be users, and as many rows. */
import { profilesOf } from '../core/loads.ts';
import type { Plan } from '../core/plan.ts';
import { plural } from './plan-words.ts';
import { type RawSettings, refuse } from './raw-settings.ts';

/** @throws RampartError where a user would have no row, or that of another one. */
export function checkRowsPerUser(given: RawSettings, plan: Pick<Plan, 'kind' | 'data' | 'load' | 'loads'>): void {
  const { kind, data } = plan;
  if (data?.order !== 'per-user') return;
  if (kind === 'find')
    refuse(given, 'dataOrder', 'per-user needs a row for each virtual user, and nobody knows how many a search tries');
  let users = 0;
  for (const load of profilesOf(plan)) {
    if (load.model !== 'closed')
      refuse(
        given,
        'dataOrder',
        'per-user gives each virtual user a row, and arrivals are of none',
        'Take --vus for --rate, or another order of the rows.',
      );
    users += load.vus.reduce((most, { from, to }) => Math.max(most, Math.ceil(from), Math.ceil(to)), 0);
  }
  if (users > data.rows)
    refuse(
      given,
      'dataOrder',
      `per-user needs a row for each of ${users} virtual users, and ${data.file} has ${data.rows} ${plural(data.rows, 'row')}`,
      'Give it more rows, or take fewer users.',
    );
}
