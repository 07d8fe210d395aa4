/** Requests that met all their limits at once, as every output tells of them. */
import { counted, formatCount, formatInterval, formatRate, formatShare } from '../analyze/wording.ts';
import type { GoodputResult, RunResult } from '../core/result.ts';

/** `96.2 %`, or a dash. */
export const goodputShare = ({ share }: GoodputResult): string => (share === null ? '–' : formatShare(share));

/** `Goodput 96.2 % (95.1 % to 97.0 %), 48.1/s: 962 of 1,000 requests met ttft<300ms and tpot<40ms at once.`; '': not asked for. */
export function goodputSentence({ goodput, plan, breakingPoint }: RunResult): string {
  // A search tells it level by level.
  if (goodput === undefined || plan.goodput === undefined || breakingPoint !== undefined) return '';
  const { good, judged, open = 0, share, ci95, perSec } = goodput;
  const range = ci95 === undefined || share === null ? '' : ` (${formatInterval(ci95, share, 'share')})`;
  const texts = plan.goodput.map(({ text }) => text);
  const limits = [texts.slice(0, -1).join(', '), texts.at(-1)].filter((part) => part !== '').join(' and ');
  const unknown = open === 0 ? '' : ` Of ${counted(open, 'request')} given up at the end it is not known.`;
  return (
    `Goodput ${goodputShare(goodput)}${range}, ${formatRate(perSec)}: ${counted(good, 'request')} of ${formatCount(judged)} ` +
    `met ${limits}${texts.length > 1 ? ' at once' : ''}.${unknown}`
  );
}
