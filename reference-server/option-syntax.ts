/** The syntax of options: durations, shares, numbers. */

/** An option that is not as it must be; the message says what was wanted. */
export class OptionError extends Error {}

const UNITS: Record<string, number> = { us: 1e-3, ms: 1, s: 1e3, m: 60e3 };

/** "250us", "5ms", "1.5s" or "2m", in milliseconds. @throws OptionError, naming `what`. */
export function parseDuration(text: string, what: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(us|ms|s|m)$/.exec(text.trim()) ?? [];
  if (digits === undefined || unit === undefined)
    throw new OptionError(`${what}: "${text}" is no duration; write it as 5ms, 250us or 1.5s`);
  return Number(digits) * (UNITS[unit] as number);
}

/** "2%", as a share from 0 to 1. @throws OptionError, naming `what`. */
export function parseShare(text: string, what: string): number {
  const digits = /^(\d+(?:\.\d+)?)%$/.exec(text.trim())?.[1];
  const share = Number(digits) / 100;
  if (digits === undefined || share > 1)
    throw new OptionError(`${what}: "${text}" is no share; write it as 2%, from 0% to 100%`);
  return share;
}

/** A whole number from `min` up. @throws OptionError, naming `what`. */
export function parseCount(text: string, what: string, min: number): number {
  const count = Number(text);
  if (!/^\d+$/.test(text.trim()) || !Number.isSafeInteger(count) || count < min)
    throw new OptionError(`${what}: "${text}" is no whole number from ${min} up`);
  return count;
}
