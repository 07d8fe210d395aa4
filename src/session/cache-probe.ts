/**
 * Whether a target answers from a cache: bodies that it has not seen are asked, and asked again, with one body that is always
 * the same between them. What a body costs is no matter, since each is held against itself.
 */

import type { Plan, RequestTemplate } from '../core/plan.ts';
import type { SingleResponse } from '../core/single-response.ts';
import type { Machine } from '../core/world.ts';
import type { Discovery } from '../discover/discover.ts';
import type { Accepted, Ask, Reply } from '../discover/exchange.ts';
import { type RowMaker, rowsLike } from '../discover/rows.ts';
import { Random } from '../load/random.ts';
import { medianOf } from '../stats/average.ts';
import { binomialCdf } from '../stats/distributions.ts';
import { rankScore } from '../stats/rank-test.ts';
import { askerOf } from './discovery.ts';

/** Response times of one turn, ms. */
export interface Turn {
  /** Response time to a body that was never sent before. */
  readonly unseen: number;
  /** Response time to that body, sent again. */
  readonly again: number;
  /** Response time to the body that every turn sends. */
  readonly same: number;
}

export interface CacheFinding {
  readonly cached: boolean;
  readonly turns: number;
  /** Medians, ms. */
  readonly unseenMs: number;
  readonly repeatedMs: number;
}

const TURNS = 20;
/** Fewer turns decide nothing. */
const LEAST_TURNS = 10;
/** After so many, a target whose medians differ by less than this has no cache worth a word. */
const FIRST_TURNS = 5;
const SIGN_OF_ONE = 1.25;
/** All turns together, ms. */
const PATIENCE = 12_000;
/** How slow the accepted response may have been, ms. The limit is generous: it may have been a cold target's first. */
const SLOWEST = 1_000;
/** Standard deviations, and a chance: each would be a false alarm in ten thousand. */
const LEAST_SCORE = 3.72;
const LEAST_CHANCE = 1e-4;
/** A cache that saves less is not worth a word: what saves a little is a connection, a branch, a page of memory. */
const LEAST_RATIO = 1.5;

/** What turns say. Null: there are too few. */
export function findingOf(turns: readonly Turn[]): CacheFinding | null {
  if (turns.length < LEAST_TURNS) return null;
  const unseen = turns.map((turn) => turn.unseen);
  const repeated = turns.flatMap(({ again, same }) => [again, same]);
  const unseenMs = medianOf(unseen);
  const repeatedMs = medianOf(repeated);
  const slower = turns.filter((turn) => turn.unseen > turn.again).length;
  // That so many or more are slower the first time, where neither is.
  const chance = 1 - binomialCdf(slower - 1, turns.length, 0.5);
  const cached =
    unseenMs >= LEAST_RATIO * repeatedMs &&
    unseenMs >= LEAST_RATIO * medianOf(turns.map(({ again }) => again)) &&
    rankScore(unseen, repeated) > LEAST_SCORE &&
    chance < LEAST_CHANCE;
  return { cached, turns: turns.length, unseenMs, repeatedMs };
}

/** What is found where the first turns show so little that the others would be sent in vain; null: go on. */
export function plainOf(turns: readonly Turn[]): CacheFinding | null {
  if (turns.length !== FIRST_TURNS) return null;
  const unseenMs = medianOf(turns.map((turn) => turn.unseen));
  const repeatedMs = medianOf(turns.flatMap(({ again, same }) => [again, same]));
  return unseenMs < SIGN_OF_ONE * repeatedMs ? { cached: false, turns: turns.length, unseenMs, repeatedMs } : null;
}

/** Asks in turns, and says what they show; null: they do not tell. */
async function turnsOf({ question }: Accepted, make: RowMaker, ask: Ask): Promise<CacheFinding | null> {
  const timed = async (body: string | null): Promise<number | null> => {
    const { status, ms } = await ask({ ...question, body });
    return status >= 200 && status < 300 && ms !== undefined ? ms : null;
  };
  // It is in the cache, if there is one.
  if ((await timed(question.body)) === null) return null;
  const turns: Turn[] = [];
  while (turns.length < TURNS) {
    const body = make.next();
    if (body === null) break;
    const unseen = await timed(body);
    const same = await timed(question.body);
    const again = await timed(body);
    // Refused, or the time is over.
    if (unseen === null || again === null || same === null) break;
    turns.push({ unseen, again, same });
    const plain = plainOf(turns);
    if (plain !== null) return plain;
  }
  return findingOf(turns);
}

/**
 * A request that somebody gave, and that was answered well, as one that the target accepts: a POST of JSON that is always the
 * same. Null: none that could be varied, or several.
 */
export function acceptedAsGiven(
  plan: Plan,
  { status, headers, body, message, ...took }: SingleResponse,
): Accepted | null {
  const [request, ...others] = plan.requests;
  if (request === undefined || others.length > 0 || plan.data !== null || request.templated === true) return null;
  if (request.method !== 'POST' || request.body?.encoding !== 'utf8' || took.streamed) return null;
  const reply = { status, headers, body, message, ms: took.responseMs - took.connectMs };
  const question = { method: 'POST', path: request.path, headers: request.headers, body: request.body.data };
  return { question, from: 'what was given', reply };
}

/** Looks whether the target of a request answers from a cache; null: it cannot be told. */
export async function probeCache(
  plan: Plan,
  request: RequestTemplate,
  { accepted, bodySchema }: Pick<Discovery, 'accepted' | 'bodySchema'>,
  { clock, randomSeed }: Pick<Machine, 'clock' | 'randomSeed'>,
  signal?: AbortSignal,
): Promise<CacheFinding | null> {
  // A slow target takes too few requests in the time for a finding, and the cache of one that streams would not be seen
  // by this.
  if (accepted === null || (accepted.reply.ms ?? 0) > SLOWEST) return null;
  // Bodies of an earlier probe may be in the cache still.
  const random = new Random(randomSeed(), 1);
  const until = clock.now() / 1_000 + PATIENCE;
  const asking = askerOf(plan, request, clock, signal);
  const late: Reply = { status: 0, headers: [], body: null, message: 'too late' };
  const ask: Ask = (question) => (clock.now() / 1_000 < until ? asking(question) : Promise.resolve(late));
  const rows = await rowsLike(accepted, bodySchema, ask, () => random.uniform());
  if (typeof rows === 'string') return null;
  rows.make.forget();
  return turnsOf(accepted, rows.make, ask);
}
