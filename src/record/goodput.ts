/** Counts, request by request, which met all limits at once. */
import type { Exchange, StreamedTimes } from '../core/exchange.ts';
import type { GoodputCounts, RequestLimit } from '../core/goodput.ts';
import { OUTCOME_CODE } from '../core/sample.ts';

/** What a request must be below, µs; Infinity: it has no such limit. */
interface Bounds {
  response: number;
  ttft: number;
  tpot: number;
  itl: number;
}

type Counts = { -readonly [K in keyof GoodputCounts]: number };

/**
 * Counts the requests that meet all their limits at once: no histogram tells that, since each has one time only. It is made
 * only where goodput is asked for.
 */
export class GoodputCounter {
  readonly #names: readonly string[];
  /** By request. */
  readonly #bounds: readonly Bounds[];
  /** By epoch × request; made when there is any. */
  readonly #counts: (Counts | undefined)[] = [];

  /** @param names of the requests of the plan. */
  constructor(names: readonly string[], limits: readonly RequestLimit[]) {
    this.#names = names;
    this.#bounds = names.map((name) =>
      boundsOf(limits.filter(({ request }) => request === undefined || request === name)),
    );
  }

  /** Counts a request that has ended or was given up. */
  count(exchange: Exchange): void {
    const { outcome, epoch, request } = exchange;
    const slot = epoch * this.#names.length + request;
    const counts = this.#counts[slot] ?? this.#open(slot);
    const bounds = this.#bounds[request] as Bounds;
    if (outcome === OUTCOME_CODE.ok) {
      if (isGood(exchange, bounds)) counts.good++;
      else counts.bad++;
    } else if ((outcome !== OUTCOME_CODE.aborted && outcome !== OUTCOME_CODE.cancelled) || isOver(exchange, bounds))
      counts.bad++;
    else counts.open++;
  }

  /** What was counted of an epoch since it was last asked, by name; absent: nothing. */
  take(epoch: number): ReadonlyMap<string, GoodputCounts> {
    const taken = new Map<string, GoodputCounts>();
    this.#names.forEach((name, request) => {
      const slot = epoch * this.#names.length + request;
      const counts = this.#counts[slot];
      if (counts === undefined) return;
      taken.set(name, counts);
      this.#counts[slot] = undefined;
    });
    return taken;
  }

  #open(slot: number): Counts {
    const counts = { good: 0, bad: 0, open: 0 };
    this.#counts[slot] = counts;
    return counts;
  }
}

function boundsOf(limits: readonly RequestLimit[]): Bounds {
  const bounds: Bounds = {
    response: Number.POSITIVE_INFINITY,
    ttft: Number.POSITIVE_INFINITY,
    tpot: Number.POSITIVE_INFINITY,
    itl: Number.POSITIVE_INFINITY,
  };
  for (const { of, op, limit } of limits) bounds[of] = Math.min(bounds[of], op === '<' ? limit : nextAbove(limit));
  return bounds;
}

/** The least number that is greater: what is not above a limit is below it. */
const nextAbove = (limit: number): number => Math.max(Number.MIN_VALUE, limit * (1 + Number.EPSILON));

/**
 * Whether a success met its limits. A limit on what a response does not have (a first token, say) is not met; a single
 * token has no gaps, so it meets theirs.
 */
function isGood({ dueAt, doneAt, stream }: Exchange, { response, ttft, tpot, itl }: Bounds): boolean {
  if (doneAt - dueAt >= response) return false;
  if (stream === null || stream.pieces === 0) return ttft === Number.POSITIVE_INFINITY && noneOf(tpot, itl);
  if (stream.firstAt - dueAt >= ttft) return false;
  return stream.pieces < 2 || (stream.longestGap < itl && timePerToken(stream) < tpot);
}

const noneOf = (tpot: number, itl: number): boolean =>
  tpot === Number.POSITIVE_INFINITY && itl === Number.POSITIVE_INFINITY;

/** Whether a request that was given up had broken a limit already, whatever would have come of it. */
function isOver({ dueAt, doneAt, stream }: Exchange, { response, ttft, itl }: Bounds): boolean {
  if (doneAt - dueAt >= response) return true;
  if (stream === null || stream.pieces === 0) return doneAt - dueAt >= ttft;
  return stream.firstAt - dueAt >= ttft || Math.max(stream.longestGap, doneAt - stream.lastAt) >= itl;
}

function timePerToken({ pieces, outputTokens, firstAt, lastAt }: StreamedTimes): number {
  const tokens = outputTokens >= 0 ? outputTokens : pieces;
  return tokens < 2 ? 0 : (lastAt - firstAt) / (tokens - 1);
}
