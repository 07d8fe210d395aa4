/** Instants as traces and logs write them. */

/** Of numbers; in µs. */
export const TIME_UNITS: Readonly<Record<string, number>> = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 };

const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;
const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d+))?\s*(Z|[+-]\d\d:?\d\d)?$/i;

export const isNumber = (text: string): boolean => NUMBER.test(text.trim());

/**
 * µs since 1970, or since whatever a number counts from; null: it is no instant. ISO 8601 keeps what is finer than a millisecond,
 * and without a zone is UTC.
 *
 * @param unit µs of one, where it is a number.
 */
export function instantOf(text: string, unit: number): number | null {
  const trimmed = text.trim();
  if (NUMBER.test(trimmed)) return Number(trimmed) * unit;
  const [, date, time, fraction = '', zone = 'Z'] = ISO.exec(trimmed) ?? [];
  if (date === undefined) return null;
  const seconds = Date.parse(`${date}T${time}${zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')}`);
  return Number.isNaN(seconds) ? null : seconds * 1e3 + Number(`0.${fraction}0`) * 1e6;
}

/** A number so large counts from 1970, in the finest of these units in which that is not before 1973. */
const SINCE_1970: readonly (readonly [least: number, unit: string])[] = [
  [1e17, 'ns'],
  [1e14, 'us'],
  [1e11, 'ms'],
];

/** The unit that a number is in by its size: of one that counts from 1970 it can be told; any other is in seconds. */
export function unitBySize(text: string): string {
  const size = Math.abs(Number(text));
  return SINCE_1970.find(([least]) => size >= least)?.[1] ?? 's';
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const OF_LOG = /^(\d\d)\/(\w{3})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/;

/** `10/Oct/2000:13:55:36 -0700`, in µs since 1970; null: it is no instant. */
export function instantOfLog(text: string): number | null {
  const [, day, month = '', year, time, hours, minutes] = OF_LOG.exec(text) ?? [];
  const number = MONTHS.indexOf(month) + 1;
  if (number === 0) return null;
  const at = Date.parse(`${year}-${String(number).padStart(2, '0')}-${day}T${time}${hours}:${minutes}`);
  return Number.isNaN(at) ? null : at * 1e3;
}
