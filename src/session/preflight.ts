import { requestEach, requestOnce } from '../client/single.ts';
import type { Plan } from '../core/plan.ts';
import type { RowTable } from '../core/rows.ts';
import type { Secrets } from '../core/secret.ts';
import type { SingleResponse } from '../core/single-response.ts';
import type { Machine } from '../core/world.ts';
import type { Question } from '../discover/exchange.ts';
import { foundLines, notFound } from '../report/discovery.ts';
import { preflightLines, preflightRefusal } from '../report/preflight.ts';
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
  /** To each of its requests. Empty: none was sent. */
  readonly responses: readonly SingleResponse[];
}

/**
 * Sends one of each request the way that the load will go: the same driver, TLS, proxy, headers and checks. A wrong request is told
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
  if (plan.preflight === false) return { prepared, told: [], responses: [] };
  if (wish !== null) await takenNames(files, wish);
  try {
    const responses: SingleResponse[] = [];
    for await (const response of requestEach(plan, rows, clock)) {
      if (response.outcome !== 'ok' && (again === null || !mayWantMore(response.status)))
        throw preflightRefusal(plan, response, secretsOf(plan), responses.length);
      responses.push(response);
    }
    const [first] = responses;
    if (again === null || first?.outcome === 'ok') return { prepared, told: [preflightLines(responses)], responses };
    const discovery = await discoverFor(plan, clock);
    if (discovery.accepted === null) throw notFound(discovery, plan.requests[0]?.path ?? '', secretsOf(plan));
    const better = await again(discovery.accepted.question);
    const second = await requestOnce(better.plan, better.rows, clock, null);
    const secrets = secretsOf(better.plan);
    if (second.outcome !== 'ok') throw preflightRefusal(better.plan, second, secrets);
    const told = [...foundLines(discovery, secrets), preflightLines([second])];
    return { prepared: better, told, responses: [second] };
  } catch (error) {
    // One that somebody named may have been theirs.
    if (wish?.label === '') await files.removeFolder(wish.path);
    throw error;
  }
}
