/** How numbers and limits are said everywhere: terminal, report, messages. */
import {
  durationOf,
  isEndless,
  type Metric,
  type Plan,
  type Scope,
  type Target,
  type Threshold,
} from '../core/plan.ts';
import type { TimelinePoint } from '../core/result.ts';
import { toSeconds } from '../core/units.ts';
import type { Check } from '../core/verdict.ts';

/** Three significant digits, never more than three decimals: `0.042 ms`, `61.2 ms`, `214 ms`, `1.25 s`. */
export function formatMs(ms: number): string {
  if (ms === 0) return '0 ms';
  const decimals = ms < 0.9995 ? 3 : ms < 9.995 ? 2 : ms < 99.95 ? 1 : 0;
  if (ms < 999.5) return `${ms.toFixed(decimals)} ms`;
  const seconds = ms / 1000;
  return seconds < 999.5 ? `${significant(seconds)} s` : `${formatCount(seconds)} s`;
}

/** A time that may be infinite, since failures are. */
export function formatTime(ms: number): string {
  return ms === Number.POSITIVE_INFINITY ? '∞' : formatMs(ms);
}

/** An interval in the unit and to the digits of the value that it stands beside: `164 to 231`, `164 or more`. */
export function formatRange([low, high]: readonly [low: number, high: number | null], beside: number): string {
  if (!Number.isFinite(beside))
    return high === null ? `${formatMs(low)} or more` : `${formatMs(low)} to ${formatMs(high)}`;
  const [number = '', unit] = formatMs(beside).split(' ');
  const decimals = number.split('.')[1]?.length ?? 0;
  const end = (ms: number): string => endOf(unit === 's' ? ms / 1000 : ms, decimals);
  return high === null ? `${end(low)} or more` : `${end(low)} to ${end(high)}`;
}

/** As exact as the number beside it, no more than three digits, but never rounded to nothing. */
function endOf(value: number, decimals: number): string {
  if (value >= 999.5) return formatCount(value);
  const own = value < 0.9995 ? 3 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  for (let places = Math.min(own, decimals); places <= 3; places++) {
    const text = value.toFixed(places);
    if (value === 0 || Number(text) > 0) return text;
  }
  return '0';
}

/** A rate in 1/s: `8.33/s`, `158.1/s`, `1,240/s`. */
export function formatRate(perSecond: number): string {
  if (perSecond === 0) return '0/s';
  if (perSecond < 9.995) return `${perSecond.toFixed(2)}/s`;
  return perSecond < 999.95 ? `${perSecond.toFixed(1)}/s` : `${formatCount(perSecond)}/s`;
}

/** What arrives per second: `158.1/s`, and of flows with steps `25.0 flows/s`. */
export function formatArrivals(perSecond: number, unit: 'req/s' | 'flows/s'): string {
  const rate = formatRate(perSecond);
  return unit === 'flows/s' ? `${rate.slice(0, -2)} ${unit}` : rate;
}

/** A whole number with thousands separators: `14,208`. */
export function formatCount(count: number): string {
  return Math.round(count)
    .toFixed(0)
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A share (0..1) in percent. Neither a few of many nor all but a few are rounded away: `< 0.01 %`, `99.99 %`. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent <= 0) return '0 %';
  if (percent < 0.01) return '< 0.01 %';
  if (percent >= 100) return `${trimmed(percent.toFixed(0))} %`;
  if (percent > 99) return `${trimmed((Math.floor(percent * 100) / 100).toFixed(2))} %`;
  return `${trimmed(percent.toFixed(percent < 0.995 ? 2 : percent < 9.95 || percent >= 90.05 ? 1 : 0))} %`;
}

/** Powers of 1000: `512 B`, `1.2 kB`, `3.4 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= (unit === 0 ? 1000 : 999.95) && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? formatCount(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Seconds since the start: `1:05`, `1:01:05`. */
export function formatClock(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** How long load was offered, s. */
export function loadedFor(timeline: readonly Pick<TimelinePoint, 't' | 'phase'>[]): number {
  return (timeline.findLast(({ phase }) => phase !== 'drain') ?? timeline.at(-1))?.t ?? 0;
}

/** How long load is to be offered, s; null where only the number of requests, or a person, ends it. */
export function plannedFor({
  load,
  loads = [],
  search,
  maxRequests,
}: Pick<Plan, 'load' | 'loads' | 'search' | 'maxRequests'>): number | null {
  const seconds = toSeconds(search === null ? durationOf(load) : search.budget);
  const open = search === null && isEndless(load);
  const counted = maxRequests !== null || loads.some(({ maxPasses }) => maxPasses !== null);
  return open || (counted && seconds >= 24 * 3_600) ? null : seconds;
}

/** How far a run came: `12 s of 60 s`, `4:05 of 10:00`. @param seconds see `loadedFor`. */
export function wayOf(seconds: number, plan: Parameters<typeof plannedFor>[0]): string {
  const whole = plannedFor(plan);
  const clock = Math.max(seconds, whole ?? 0) > 120;
  const time = (s: number): string => (clock ? formatClock(s) : `${Number(s.toFixed(s < 9.95 ? 1 : 0))} s`);
  return whole === null || seconds >= whole ? time(seconds) : `${time(seconds)} of ${time(whole)}`;
}

/** `126 requests per second`, `1 request per second`. */
export function perSecondOf(rate: number, what: 'request' | 'flow'): string {
  const text = rate < 999.5 ? significant(rate) : formatCount(rate);
  return `${text} ${text === '1.00' ? what : `${what}s`} per second`;
}

/** `1 request`, `14,208 requests`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${formatCount(n)} ${n === 1 ? one : many}`;
}

/** `127.0.0.1:8989`, `[::1]:8989`, `/run/model.sock`. */
export function addressOf(target: Target): string {
  if (target.socketPath !== undefined) return target.socketPath;
  return `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
}

/** Of one target, or of all of several: `a:80 or b:80`. */
export function addressesOf({ target, targets }: Pick<Plan, 'target' | 'targets'>): string {
  const all: readonly Target[] = targets ?? [target];
  return [...new Set(all.map(addressOf))].join(' or ');
}

/** `p95`, `errors`, `mean`: the metric's name as a threshold spells it. */
export function metricName(metric: Metric): string {
  const name = metric.kind === 'percentile' ? `p${metric.p}` : metric.kind;
  return 'of' in metric && metric.of !== undefined ? `${metric.of}_${name}` : name;
}

/** What a threshold looks at, with the request that it looks at: `p95 of chat`. */
export function subjectName({ metric, scope }: Pick<Threshold, 'metric' | 'scope'>): string {
  return `${metricName(metric)}${scopeName(scope)}`;
}

/** ` of chat`, ` of the flow buy`, ` of the target canary`, or nothing. */
export function scopeName(scope: Scope | undefined): string {
  if (scope === undefined) return '';
  const { kind, name } = plainScope(scope);
  return kind === 'request' || kind === 'tag' ? ` of ${name}` : ` of the ${kind} ${name}`;
}

/** `request chat`, `target canary`, `kind=batch` */
export function scopeLabel(scope: Scope): string {
  const { kind, name } = plainScope(scope);
  return kind === 'tag' ? name : `${kind} ${name}`;
}

/** What a plan with several targets has as tags by itself, by its kind. */
function plainScope({ kind, name }: Scope): { readonly kind: string; readonly name: string } {
  const [, own, value] = kind === 'tag' ? (/^(target|request|group|flow)=(.*)$/s.exec(name) ?? []) : [];
  return own === undefined || value === undefined ? { kind, name } : { kind: own, name: value };
}

/** A limit as a person would write it, without trailing zeros: `250 ms`, `1.5 s`, `1 %`. */
export function formatLimit(limit: number, unit: Check['unit']): string {
  if (unit === 'ms') return limit >= 1000 ? `${plain(limit / 1000)} s` : `${plain(limit)} ms`;
  if (unit === 'share') return `${plain(limit * 100)} %`;
  return unit === '1/s' ? `${plain(limit)}/s` : plain(limit);
}

/** A measured value beside its limit: with more digits where rounding would make the two look equal. */
export function formatActual(actual: number, limit: number, unit: Check['unit']): string {
  const rounded = { ms: formatMs, share: formatShare, '1/s': formatRate, count: formatCount }[unit](actual);
  const same = actual !== limit && withoutZeros(rounded) === formatLimit(limit, unit);
  return same ? formatLimit(actual, unit) : rounded;
}

/** The interval of a measured value, in its unit: `225 to 262`, `0 % to 3.7 %`, `93.1/s to 101.2/s`. */
export function formatInterval(
  interval: readonly [low: number, high: number | null],
  beside: number | null,
  unit: Check['unit'],
): string {
  if (unit === 'ms') return formatRange(interval, beside ?? Number.POSITIVE_INFINITY);
  const [low, high] = interval;
  const end = (value: number): string => (unit === 'share' ? formatShare(value) : formatRate(value));
  return high === null ? `${end(low)} or more` : `${end(low)} to ${end(high)}`;
}

/** How much longer, as exactly as anybody can say: `40 s`, `7 min`, `3 h`. */
export function formatLonger(seconds: number): string {
  if (seconds < 100) return `${Math.max(1, seconds < 20 ? Math.ceil(seconds) : 5 * Math.ceil(seconds / 5))} s`;
  return seconds < 5_400 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3_600)} h`;
}

/** `below`, `at most`, `above`, `at least`. */
export const OPERATOR_WORDS: Readonly<Record<Threshold['op'], string>> = {
  '<': 'below',
  '<=': 'at most',
  '>': 'above',
  '>=': 'at least',
};

/** Three significant digits of 0.001..1000. */
function significant(value: number): string {
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

function trimmed(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}

const withoutZeros = (text: string): string => text.replace(/^[\d.]+/, trimmed);

/** Up to six decimals, none that are zero: enough that different values look different. */
const plain = (value: number): string => trimmed(value.toFixed(6));
