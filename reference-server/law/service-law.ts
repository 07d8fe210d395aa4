/** Laws of service times, and how they are written. */
import { OptionError, parseDuration, parseShare } from '../option-syntax.ts';
import type { Random } from '../random.ts';

/** How long one service takes, in milliseconds. */
export interface ServiceLaw {
  readonly meanMs: number;
  draw(random: Random): number;
}

const FORMS = 'fixed:50ms, exp:5ms, uniform:2ms-8ms or bimodal:5ms,50ms,10%';

/**
 * Reads a law: `fixed:D`; `exp:MEAN`; `uniform:MIN-MAX`; `bimodal:USUAL,RARE,SHARE`, where SHARE is that of the rare ones.
 *
 * @throws OptionError
 */
export function parseServiceLaw(text: string): ServiceLaw {
  const what = '--law';
  const [kind, rest = ''] = splitOnce(text, ':');
  if (kind === 'fixed') {
    const value = parseDuration(rest, what);
    return { meanMs: value, draw: () => value };
  }
  if (kind === 'exp') {
    const mean = parseDuration(rest, what);
    // The inverse of the distribution function; 1 - u is never 0.
    return { meanMs: mean, draw: (random) => -mean * Math.log(1 - random()) };
  }
  if (kind === 'uniform') {
    const [low, high] = splitOnce(rest, '-');
    const min = parseDuration(low, what);
    const max = parseDuration(high ?? '', what);
    if (max < min) throw new OptionError(`${what}: "${text}" ends before it begins`);
    return { meanMs: (min + max) / 2, draw: (random) => min + (max - min) * random() };
  }
  if (kind === 'bimodal') {
    const [usualText = '', rareText = '', shareText = ''] = rest.split(',');
    const usual = parseDuration(usualText, what);
    const rare = parseDuration(rareText, what);
    const share = parseShare(shareText, what);
    return { meanMs: usual + (rare - usual) * share, draw: (random) => (random() < share ? rare : usual) };
  }
  throw new OptionError(`${what}: "${text}" is no law; write ${FORMS}`);
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
