/** Times and numbers of a plan, as it is told. */
import type { Distribution } from '../core/plan.ts';
import type { Micros } from '../core/units.ts';

export function describeTime(time: Distribution): string {
  switch (time.kind) {
    case 'constant':
      return formatDuration(time.value);
    case 'uniform':
      return `${formatDuration(time.min)} to ${formatDuration(time.max)}`;
    case 'exponential':
      return `${formatDuration(time.mean)} on average`;
    case 'lognormal':
      return `${formatDuration(time.mean)} ± ${formatDuration(time.deviation)}`;
  }
}

/** As a flag would take it, with spaces: `500 ms`, `20 s`, `1 h 30 min`. Exact. */
export function formatDuration(duration: Micros): string {
  if (duration < 1_000) return duration === 0 ? '0 s' : `${duration} us`;
  if (duration < 1_000_000) return `${duration / 1_000} ms`;
  const hours = Math.floor(duration / 3_600_000_000);
  const minutes = Math.floor(duration / 60_000_000) % 60;
  const rest = (duration % 60_000_000) / 1_000_000;
  const parts = [hours > 0 ? `${hours} h` : '', minutes > 0 ? `${minutes} min` : '', rest > 0 ? `${rest} s` : ''];
  return parts.filter((part) => part !== '').join(' ');
}

export function formatNumber(value: number): string {
  return value.toLocaleString('en-US', value < 1 ? { maximumSignificantDigits: 4 } : { maximumFractionDigits: 3 });
}

export function formatBytes(value: number): string {
  if (value < 1_024) return `${value} B`;
  return value < 1_048_576 ? `${(value / 1_024).toFixed(1)} KiB` : `${(value / 1_048_576).toFixed(1)} MiB`;
}

export const plural = (amount: number, word: string): string => (amount === 1 ? word : `${word}s`);

export const formatShare = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;
