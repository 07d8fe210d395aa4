/**
 * Numbers of JSON compared by their texts. A double holds 15 significant digits of any number, and tells numbers of 17
 * apart that were doubles before (IEEE 754-2019, 5.12.2). What it cannot hold, a key of twenty digits or `1e400`, is compared
 * digit by digit.
 */

/** A decimal: `digits` · 10^`exponent`, without zeros at either end; zero has no digits. */
interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

function decimalOf(text: string): Decimal {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const significant = `${whole}${fraction}`.replace(/^0+/, '');
  const digits = significant.replace(/0+$/, '');
  if (digits === '') return { negative: false, digits, exponent: 0 };
  const exponent = Number(power) - fraction.length + (significant.length - digits.length);
  return { negative: sign === '-', digits, exponent };
}

/** Whether a double stands for the number as it is written. */
function holdsAsDouble(text: string): boolean {
  const value = Number(text);
  if (!Number.isFinite(value)) return false;
  const { digits } = decimalOf(text);
  if (digits.length > 17 || (value === 0 && digits !== '')) return false;
  // A whole number written out is counted to its last digit; with an exponent it is a measurement.
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER || /[eE]/.test(text);
}

/** Whether a JSON text may hold a number that a double cannot; never says no where there is one. */
export function mayExceedDoubles(json: string): boolean {
  return /\d{16}|\d[\d.]{17}|\d[eE][+-]?\d{3}/.test(json);
}

/**
 * Whether a number is the expected one: by value (1.0 is 1), and exactly where a double cannot hold what is expected.
 *
 * @param tolerance how far they may lie apart, itself taken as the decimal it is written as: 0.4 is 0.3±0.1.
 */
export function sameNumber(expected: string, actual: string, tolerance: number): boolean {
  const one = Number(expected);
  const other = Number(actual);
  if (tolerance === 0) return one === other && (holdsAsDouble(expected) || sameDecimal(expected, actual));
  return (
    nearAsDoubles(one, other, tolerance) ??
    liesWithin(decimalOf(expected), decimalOf(actual), decimalOf(String(tolerance)))
  );
}

/** The same of doubles that differ. */
export function sameDoubles(expected: number, actual: number, tolerance: number): boolean {
  if (tolerance === 0) return false;
  return nearAsDoubles(expected, actual, tolerance) ?? sameNumber(String(expected), String(actual), tolerance);
}

/** Null where rounding could decide it. */
function nearAsDoubles(one: number, other: number, tolerance: number): boolean | null {
  const apart = Math.abs(one - other);
  // Each is off by half a unit in its last place, and so is their difference.
  const uncertain = 2 ** -50 * (Math.abs(one) + Math.abs(other) + tolerance);
  if (apart < tolerance - uncertain) return true;
  return apart > tolerance + uncertain ? false : null;
}

function sameDecimal(one: string, other: string): boolean {
  const a = decimalOf(one);
  const b = decimalOf(other);
  return a.negative === b.negative && a.digits === b.digits && a.exponent === b.exponent;
}

/** More digits than this between the first of one number and the last of another are not worked with. */
const MOST_DIGITS = 2_000;

function liesWithin(one: Decimal, other: Decimal, tolerance: Decimal): boolean {
  const numbers = [one, other, tolerance];
  const lowest = Math.min(...numbers.map(({ exponent }) => exponent));
  const highest = Math.max(...numbers.map(({ digits, exponent }) => exponent + digits.length));
  if (highest - lowest > MOST_DIGITS)
    return one.negative === other.negative && one.digits === other.digits && one.exponent === other.exponent;
  const scaled = ({ negative, digits, exponent }: Decimal): bigint => {
    const value = BigInt(digits) * 10n ** BigInt(exponent - lowest);
    return negative ? -value : value;
  };
  const apart = scaled(one) - scaled(other);
  return (apart < 0n ? -apart : apart) <= scaled(tolerance);
}
