import { requestOnce } from '../client/single.ts';
import type { Plan } from '../core/plan.ts';
import type { RowTable } from '../core/rows.ts';
import type { Secrets } from '../core/secret.ts';
import type { World } from '../core/world.ts';
import { preflightLine, preflightRefusal } from '../report/preflight.ts';
import { type FolderWish, takenNames } from './run-folder.ts';

/** What is about to run, and where its files are to go. */
interface Intended {
  readonly plan: Plan;
  readonly rows: RowTable | null;
  readonly wish: FolderWish | null;
}

/**
 * Sends one request the way that the load will go: the same driver, TLS, proxy, headers and checks. A wrong request is told
 * in the target's own words before thousands of them are. A folder that cannot be written to is told before it.
 *
 * @returns what is told of it; null where the plan wants none.
 * @throws RampartError 'unusable' where its response is not what the checks want, 'bad-folder'.
 */
export async function preflight(
  { clock, files }: Pick<World, 'clock' | 'files'>,
  { plan, rows, wish }: Intended,
  secrets: Secrets,
): Promise<string | null> {
  if (plan.preflight === false) return null;
  if (wish !== null) await takenNames(files, wish);
  const response = await requestOnce(plan, rows, clock, plan.timeout);
  if (response.outcome === 'ok') return preflightLine(response);
  // One that somebody named may have been theirs.
  if (wish?.label === '') await files.removeFolder(wish.path);
  throw preflightRefusal(plan, response, secrets);
}
