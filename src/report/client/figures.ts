/** How a number of milliseconds is written where the unit stands elsewhere. */
import { formatCount, formatMs } from '../../analyze/wording.ts';

/** Milliseconds without the unit, for columns whose heading names it: `0.062`, `61.2`, `1,250`. */
export function msFigure(ms: number): string {
  return ms < 999.5 ? formatMs(ms).replace(' ms', '') : formatCount(ms);
}
