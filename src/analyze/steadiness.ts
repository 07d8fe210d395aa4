/** Of three signs that a run was not steady (piling up, a cold start, drifting) the one that explains the others. */
import type { Doubt } from '../core/verdict.ts';
import { type ColdStart, coldDoubts } from './cold.ts';
import type { Drift } from './drift.ts';
import type { PileUp } from './flow.ts';
import { formatClock, formatCount, formatMs, formatRate } from './wording.ts';

/** Whether a run's percentiles would be others, had it been longer. */
export interface Steadiness {
  /** Null: requests left as fast as they came, or that is not known. */
  readonly pileUp: PileUp | null;
  /** Null: its start was like the rest. */
  readonly cold: ColdStart | null;
  readonly drift: Drift | null;
}

/** At most one doubt: where requests pile up, response times rise of course; after a slow start they fall. */
export function steadinessDoubts({ pileUp, cold, drift }: Steadiness): Doubt[] {
  if (pileUp !== null) {
    const { from, to, inFlightAtStart, inFlightAtEnd, offeredPerSec, leftPerSec } = pileUp;
    const message =
      `Requests piled up: ${formatCount(inFlightAtStart)} → ${formatCount(inFlightAtEnd)} in flight from ${formatClock(from / 1e6)} to ` +
      `${formatClock(to / 1e6)}. The target does ${formatRate(leftPerSec)} of the ${formatRate(offeredPerSec)} offered, so the ` +
      'percentiles depend on how long you look.';
    const hint = 'Offer less, or let rampart find say how much it takes.';
    return [{ code: 'piling-up', message, hint, invalidates: true }];
  }
  if (cold !== null && (drift === null || drift.change < 0)) return coldDoubts(cold);
  if (drift === null) return [];
  const { z, change, fromMs, toMs } = drift;
  const message =
    `Response times ${change > 0 ? 'rose' : 'fell'} while the load stayed the same: the median from ${formatMs(fromMs)} to ` +
    `${formatMs(toMs)} (Mann-Kendall z = ${z.toFixed(1)}). The percentiles depend on how long you look.`;
  const hint =
    change > 0
      ? 'Run longer to see where it ends; a queue that grows, a leak or a processor that throttles do this.'
      : 'Leave the beginning out with a longer --warmup.';
  return [{ code: 'drifting', message, hint, invalidates: false }];
}
