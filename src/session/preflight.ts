import { requestOnce } from '../client/single.ts';
import type { Plan } from '../core/plan.ts';
import type { RowTable } from '../core/rows.ts';
import type { Secrets } from '../core/secret.ts';
import type { Machine } from '../core/world.ts';
import type { Question } from '../discover/exchange.ts';
import { foundLines, notFound } from '../report/discovery.ts';
import { preflightLine, preflightRefusal } from '../report/preflight.ts';
import { discoverFor, mayWantMore } from './discovery.ts';
import { type FolderWish, takenNames } from './run-folder.ts';

/** What is about to run, and where its files are to go. */
interface Intended<Prepared> {
  readonly prepared: Prepared;
  readonly wish: FolderWish | null;
  readonly secretsOf: (plan: Plan) => Secrets;
  /** Plans again with what the target was found to accept; null: what to send was said. */
  readonly again: ((found: Question) => Promise<Prepared>) | null;
}

interface Planned {
  readonly plan: Plan;
  readonly rows: RowTable | null;
}

/** What is to run, and what is told of it. */
export interface Preflight<Prepared> {
  readonly prepared: Prepared;
  readonly told: readonly string[];
}

/**
 * Sends one request the way that the load will go: the same driver, TLS, proxy, headers and checks. A wrong request is told
 * in the target's own words before thousands of them are. Where nobody said what to send, and the target wants more than a
 * GET, it is asked for what it accepts. A folder that cannot be written to is told before all that.
 *
 * @throws RampartError 'unusable' where its response is not what the checks want, 'bad-folder'.
 */
export async function preflight<Prepared extends Planned>(
  { clock, files }: Pick<Machine, 'clock' | 'files'>,
  { prepared, wish, secretsOf, again }: Intended<Prepared>,
): Promise<Preflight<Prepared>> {
  const { plan, rows } = prepared;
  if (plan.preflight === false) return { prepared, told: [] };
  if (wish !== null) await takenNames(files, wish);
  try {
    const response = await requestOnce(plan, rows, clock, null);
    if (response.outcome === 'ok') return { prepared, told: [preflightLine(response)] };
    if (again === null || !mayWantMore(response.status)) throw preflightRefusal(plan, response, secretsOf(plan));
    const discovery = await discoverFor(plan, clock);
    if (discovery.accepted === null) throw notFound(discovery, plan.requests[0]?.path ?? '', secretsOf(plan));
    const better = await again(discovery.accepted.question);
    const second = await requestOnce(better.plan, better.rows, clock, null);
    const secrets = secretsOf(better.plan);
    if (second.outcome !== 'ok') throw preflightRefusal(better.plan, second, secrets);
    return { prepared: better, told: [...foundLines(discovery, secrets), preflightLine(second)] };
  } catch (error) {
    // One that somebody named may have been theirs.
    if (wish?.label === '') await files.removeFolder(wish.path);
    throw error;
  }
}
