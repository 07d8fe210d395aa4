/** The syntax of `--until`: a run that goes on until a percentile is known well enough. */
import { RampartError } from '../core/errors.ts';
import type { Until } from '../core/plan.ts';
import { type RawSettings, read, refuse } from './raw-settings.ts';
import { didYouMean } from './suggest.ts';
import { parseShare, quote } from './syntax.ts';

const EXAMPLE = 'write p95±5%, or p95+-5%';
const NARROWEST = 0.001;

/** `p95±5%`, `p99.9+-10%`, `median+/-2%`. @throws RampartError 'bad-flag' naming the flag, what was given and what is allowed. */
export function parseUntil(text: string, flag: string): Until {
  const refusal = (problem: string, hint = ''): never => {
    throw new RampartError('bad-flag', `${flag}: ${quote(text)} ${problem}`, hint);
  };
  const trimmed = text.trim();
  const [, name = '', sign = '', share = ''] = /^([^±+-]*)(±|\+\/?-)?(.*)$/s.exec(trimmed) ?? [];
  const word = name.trim().toLowerCase();
  if (/[<>=]/.test(trimmed))
    return refusal(
      `is a threshold; ${EXAMPLE}`,
      'What must hold belongs to --threshold; --until says how well it is known.',
    );
  if (sign === '') return refusal(`does not say how well it shall be known; ${EXAMPLE}`);
  const digits = word === 'median' ? '50' : /^p(\d+(?:\.\d+)?)$/.exec(word)?.[1];
  const p = Number(digits);
  if (digits === undefined)
    return refusal(`is about no percentile; ${EXAMPLE}`, didYouMean(word, ['p50', 'p95', 'p99', 'median']));
  if (!(p > 0 && p < 100)) return refusal(`is about a percentile outside 0 to 100; ${EXAMPLE}`);
  if (/^[\d.]+\s*(?:ms|s|us|µs)$/.test(share.trim()))
    return refusal(`has a time behind ±; ${EXAMPLE}`, 'It is a share of the percentile itself.');
  const precision = parseShare(share, `${flag}: ${quote(text)}`);
  if (precision < NARROWEST) return refusal('is more than any run can know; at least ±0.1%');
  return { text: trimmed, p, precision };
}

/** Until when the load goes on; null: to its end. @throws RampartError */
export function resolveUntil(given: RawSettings): Until | null {
  const until = read(given, 'until', parseUntil);
  if (until === undefined) return null;
  if (given.settings.stages !== undefined)
    refuse(given, 'until', 'needs a load that stays the same: over --stages no percentile has an interval');
  return until;
}
