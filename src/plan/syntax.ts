/**
 * How quantities are written. Every parser takes the text and the name of the flag or field it stands in, and returns
 * the value or throws a RampartError 'bad-flag' that names the flag, what was given and what is allowed.
 */
import { type Amounts, parseAmounts } from '../core/amounts.ts';
import { RampartError } from '../core/errors.ts';
import type { ArrivalPattern, Distribution } from '../core/plan.ts';
import { Secrets } from '../core/secret.ts';
import { type Bytes, bytes, type Count, count, type Micros, micros, type PerSecond, perSecond } from '../core/units.ts';

/** What is allowed, both ends included, in the syntax of the quantity: so that an error can quote it. */
interface Limits {
  readonly min?: string;
  readonly max?: string;
}

const DURATION_EXAMPLE = 'write 30s, 500ms or 2m';
const COUNT_EXAMPLE = 'write 100, 10k or 1m (a million)';
const RATE_EXAMPLE = 'write 200/s, 12k/s or 600/m';
const SIZE_EXAMPLE = 'write 10MB, 64MiB or 1GiB';
const SHARE_EXAMPLE = 'write 1% or 0.5%';
const THINK_TIME_EXAMPLE = 'write 1s, 1s-3s, exp:1s or lognormal:2s±1s';
const AMOUNTS_EXAMPLE = 'write 512, 100-800, exp:512 or lognormal:512±200';
const STAGES_EXAMPLE = 'write duration:target pairs like 30s:100,1m:100';

const DECIMAL = String.raw`(?:\d+(?:\.\d+)?|\.\d+)`;
const NUMBER = new RegExp(`^${DECIMAL}$`);

type Refuse = (problem: string) => never;

/** Quoted, on one line, not too long, and without what is secret by its name. */
export function quote(text: string): string {
  return JSON.stringify(USUAL.excerpt(text, 0, 80));
}

const USUAL = new Secrets();

function refusal(flag: string, text: string): Refuse {
  return (problem) => {
    throw new RampartError('bad-flag', `${flag}: ${quote(text)} ${problem}`);
  };
}

/** What goes wrong with every kind of number. */
function refuseNonNumbers(text: string, example: string, refuse: Refuse): void {
  if (text === '') refuse(`is empty; ${example}`);
  if (/^[-−]\s*[\d.]/.test(text)) refuse(`is negative; ${example}`);
}

function within(value: number, limits: Limits, scan: (text: string, refuse: Refuse) => number, refuse: Refuse): void {
  const limit = (text: string): number =>
    scan(text, (problem) => {
      throw new Error(`limit "${text}" ${problem}`);
    });
  const { min, max } = limits;
  if (min !== undefined && value < limit(min)) refuse(`is too little; at least ${min}`);
  if (max !== undefined && value > limit(max)) refuse(`is too much; at most ${max}`);
}

const UNITS: Readonly<Record<string, number>> = {
  h: 3_600_000_000,
  m: 60_000_000,
  min: 60_000_000,
  s: 1_000_000,
  ms: 1_000,
  us: 1,
  µs: 1,
  μs: 1,
};

function scanDuration(text: string, refuse: Refuse): number {
  refuseNonNumbers(text, DURATION_EXAMPLE, refuse);
  if (NUMBER.test(text)) refuse(`has no unit; ${DURATION_EXAMPLE}`);
  const part = new RegExp(String.raw`\s*(${DECIMAL})\s*([a-zµμ]+)`, 'iy');
  let total = 0;
  let smallest = Number.POSITIVE_INFINITY;
  let end = 0;
  for (let match = part.exec(text); match !== null; match = part.exec(text)) {
    const [, number = '', unit = ''] = match;
    const factor = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
    if (factor === undefined) return refuse(`has the unknown unit "${unit}"; units are h, m, s, ms and us`);
    if (factor >= smallest) refuse('must name each unit once, the largest first, like 1h30m');
    smallest = factor;
    total += Number(number) * factor;
    end = part.lastIndex;
  }
  const rest = text.slice(end).trim();
  if (end > 0 && NUMBER.test(rest)) refuse(`ends in ${rest} without a unit; write 1h30m or 1.5s`);
  if (end === 0 || rest !== '') refuse(`is not a duration; ${DURATION_EXAMPLE}`);
  const whole = Math.round(total);
  if (whole === 0 && total > 0) refuse('is too little; the smallest step is 1us');
  return whole;
}

/** `500ms`, `30s`, `2m`, `1h30m`, `1.5s`, `250us`, in µs; a bare number is refused. Without limits up to 168h. */
export function parseDuration(text: string, flag: string, limits: Limits = {}): Micros {
  const refuse = refusal(flag, text);
  const value = scanDuration(text.trim(), refuse);
  within(value, { max: '168h', ...limits }, scanDuration, refuse);
  return micros(value);
}

const FACTORS: Readonly<Record<string, number>> = { '': 1, k: 1_000, m: 1_000_000 };

function scanCount(text: string, refuse: Refuse): number {
  refuseNonNumbers(text, COUNT_EXAMPLE, refuse);
  const [, number, factor = ''] = new RegExp(`^(${DECIMAL})\\s*([km]?)$`, 'i').exec(text) ?? [];
  if (number === undefined) return refuse(`is not a whole number; ${COUNT_EXAMPLE}`);
  const value = Number(number) * (FACTORS[factor.toLowerCase()] ?? 1);
  const whole = Math.round(value);
  // 1.1k is 1100.0000000000002 in binary.
  if (Math.abs(value - whole) > 1e-6) refuse(`is not a whole number; ${COUNT_EXAMPLE}`);
  return whole;
}

/** `100`, `10k`, `1m` (a million); without limits up to 1000m. */
export function parseCount(text: string, flag: string, limits: Limits = {}): Count {
  const refuse = refusal(flag, text);
  const value = scanCount(text.trim(), refuse);
  within(value, { max: '1000m', ...limits }, scanCount, refuse);
  return count(value);
}

const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** `10MB`, `64MiB`, `1GiB`, `500B`, from 1 B to 1 TiB. */
export function parseBytes(text: string, flag: string): Bytes {
  const refuse = refusal(flag, text);
  const trimmed = text.trim();
  refuseNonNumbers(trimmed, SIZE_EXAMPLE, refuse);
  if (NUMBER.test(trimmed)) refuse(`has no unit; ${SIZE_EXAMPLE}`);
  const [, number, unit = ''] = new RegExp(`^(${DECIMAL})\\s*([a-z]+)$`, 'i').exec(trimmed) ?? [];
  const factor = SIZES[unit.toLowerCase()];
  if (number === undefined || factor === undefined) return refuse(`is not a size; ${SIZE_EXAMPLE}`);
  const value = Math.round(Number(number) * factor);
  if (value < 1) refuse('is too little; at least 1B');
  if (value > 2 ** 40) refuse('is too much; at most 1TiB');
  return bytes(value);
}

const PER: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3_600 };

function scanRate(text: string, refuse: Refuse): number {
  refuseNonNumbers(text, RATE_EXAMPLE, refuse);
  // As others write it: 200rps, 200 req/s, 50/1s.
  const usual = text.replace(/\s*(?:rps|qps|(?:r|req|requests)\s*\/\s*s(?:ec)?|\/\s*(?:1s|sec|second))$/i, '/s');
  const pattern = new RegExp(String.raw`^(${DECIMAL})\s*([km]?)(?:\s*/\s*(s|min|m|h))?$`, 'i');
  const [, number, factor = '', per = 's'] = pattern.exec(usual) ?? [];
  if (number === undefined) return refuse(`is not a rate; ${RATE_EXAMPLE}`);
  return (Number(number) * (FACTORS[factor.toLowerCase()] ?? 1)) / (PER[per.toLowerCase()] ?? 1);
}

/** `200/s`, `12k/s`, `600/m`, and a bare `200` is per second; in 1/s. Without limits up to 10m/s. */
export function parseRate(text: string, flag: string, limits: Limits = {}): PerSecond {
  const refuse = refusal(flag, text);
  const value = scanRate(text.trim(), refuse);
  within(value, { max: '10m/s', ...limits }, scanRate, refuse);
  return perSecond(value);
}

/** `1%`, `0.5%`, as a share from 0 to 1. */
export function parseShare(text: string, flag: string): number {
  const refuse = refusal(flag, text);
  const trimmed = text.trim();
  refuseNonNumbers(trimmed, SHARE_EXAMPLE, refuse);
  if (NUMBER.test(trimmed)) refuse(`has no %; ${SHARE_EXAMPLE}`);
  const [, number] = new RegExp(`^(${DECIMAL})\\s*%$`).exec(trimmed) ?? [];
  if (number === undefined) return refuse(`is not a share; ${SHARE_EXAMPLE}`);
  const share = Number(number) / 100;
  if (share > 1) refuse('is too much; at most 100%');
  return share;
}

/** The seed of the random numbers: a whole number of 32 bits, written in digits. */
export function parseSeed(text: string, flag: string): number {
  const trimmed = text.trim();
  const value = Number(trimmed);
  if (!/^\d+$/.test(trimmed) || value > 0xffff_ffff)
    return refusal(flag, text)('is not a seed; write a whole number from 0 to 4294967295');
  return value;
}

/** One of a few words. */
export function parseChoice<const Choice extends string>(
  text: string,
  flag: string,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === text.trim().toLowerCase());
  return found ?? refusal(flag, text)(`is not allowed; write ${choices.join(' or ')}`);
}

/** `uniform`, `poisson`, or `bursty:4` for four at once. */
export function parseArrivals(text: string, flag: string): ArrivalPattern {
  const trimmed = text.trim().toLowerCase();
  const [, size] = /^bursty\s*:(.*)$/s.exec(trimmed) ?? [];
  if (size !== undefined) return { bursty: parseCount(size, `${flag}: ${quote(text)}`, { min: '2', max: '10k' }) };
  if (trimmed === 'uniform' || trimmed === 'poisson') return trimmed;
  return refusal(flag, text)('is not allowed; write uniform, poisson or bursty:4 (four at once)');
}

/** How an environment variable says yes or no. */
export function parseBoolean(text: string, flag: string): boolean {
  return ['true', '1', 'yes'].includes(parseChoice(text, flag, ['true', 'false', '1', '0', 'yes', 'no']));
}

/**
 * `1s` always, `1s-3s` evenly between, `exp:1s` exponential with that mean, `lognormal:2s±1s` with that mean and standard
 * deviation; at most 1h.
 */
export function parseThinkTime(text: string, flag: string): Distribution {
  const trimmed = text.trim();
  if (trimmed === '') return refusal(flag, text)(`is empty; ${THINK_TIME_EXAMPLE}`);
  const within = `${flag}: ${quote(text)}`;
  const [, shape, mean = ''] = /^(\w+)\s*:(.*)$/s.exec(trimmed) ?? [];
  if (shape !== undefined) {
    if (shape.toLowerCase() === 'lognormal') return parseLognormal(mean, within);
    if (shape.toLowerCase() !== 'exp') refusal(flag, text)(`is not a think time; ${THINK_TIME_EXAMPLE}`);
    return { kind: 'exponential', mean: parseDuration(mean, within, { min: '1us', max: '1h' }) };
  }
  const dash = trimmed.indexOf('-', 1);
  if (dash < 0) return { kind: 'constant', value: parseDuration(trimmed, flag, { max: '1h' }) };
  const min = parseDuration(trimmed.slice(0, dash), within, { max: '1h' });
  const max = parseDuration(trimmed.slice(dash + 1), within, { max: '1h' });
  if (min > max) refusal(flag, text)('goes from the longer to the shorter time; write the shorter one first');
  return min === max ? { kind: 'constant', value: min } : { kind: 'uniform', min, max };
}

function parseLognormal(text: string, flag: string): Distribution {
  const [, mean = '', deviation] = /^(.*?)(?:±|\+-)(.*)$/s.exec(text) ?? [];
  if (deviation === undefined) refusal(flag, text)('has no deviation; write lognormal:2s±1s');
  const limits = { min: '1us', max: '1h' };
  return {
    kind: 'lognormal',
    mean: parseDuration(mean, flag, limits),
    deviation: parseDuration(deviation ?? '', flag, limits),
  };
}

/** `512`, `2k`, `100-800`, `exp:512` or `lognormal:512±200` (mean and standard deviation); at least 1, at most a million. */
export function parseAmountsOf(text: string, flag: string): Amounts {
  const refuse = refusal(flag, text);
  const trimmed = text.trim().toLowerCase();
  refuseNonNumbers(trimmed, AMOUNTS_EXAMPLE, refuse);
  const thousands = trimmed.replaceAll(/(\d+)k\b/g, '$1000');
  const amounts = parseAmounts(thousands.replaceAll(/\s+/g, ''));
  if (typeof amounts === 'string')
    return refuse(
      /million|larger/.test(amounts) ? `is not allowed: ${amounts}` : `is no number of them; ${AMOUNTS_EXAMPLE}`,
    );
  if (amounts.kind === 'uniform' && amounts.min < 1) refuse('is too little; at least 1');
  return amounts;
}

/** A share as `50%`, or as a number from 0 to 1. */
export function parseShareOrNumber(text: string, flag: string): number {
  const trimmed = text.trim();
  return NUMBER.test(trimmed) && Number(trimmed) <= 1 ? Number(trimmed) : parseShare(text, flag);
}

/** A stage as written: how long, and what to reach in a straight line by its end. */
export interface StageText<Quantity extends number> {
  readonly duration: Micros;
  readonly target: Quantity;
}

/** `30s:100,1m:100`. A duration of `0s` is a jump. The target is read by the parser handed in. */
export function parseStages<Quantity extends number>(
  text: string,
  flag: string,
  parseTarget: (text: string, flag: string) => Quantity,
): StageText<Quantity>[] {
  const refuse = refusal(flag, text);
  if (text.trim() === '') refuse(`is empty; ${STAGES_EXAMPLE}`);
  const parts = text.split(',');
  if (parts.length > 1_000) refuse('has too many stages; at most 1000');
  return parts.map((part, index) => {
    const [duration, target, ...rest] = part.split(':');
    if (duration === undefined || target === undefined || rest.length > 0)
      return refuse(`has ${quote(part.trim())} as stage ${index + 1}; ${STAGES_EXAMPLE}`);
    const stage = `${flag}, stage ${index + 1}`;
    return { duration: parseDuration(duration, stage), target: parseTarget(target, stage) };
  });
}
