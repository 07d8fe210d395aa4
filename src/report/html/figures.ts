import { formatCount } from '../../analyze/wording.ts';
import type { LatencySummary, PercentileName, RunResult } from '../../core/result.ts';
import { msFigure } from '../client/figures.ts';
import { escapeHtml } from './escape.ts';

/** A dash where a number would mislead, with the reason in its tooltip. */
export function dash(reason: string): string {
  const text = escapeHtml(reason);
  return `<span class="none" role="img" aria-label="no value: ${text}" title="${text}">–</span>`;
}

export function msOrDash(ms: number | null, reason: string): string {
  return ms === null ? dash(reason) : msFigure(ms);
}

/** A percentile with half of its 95 % interval beside it, in a lighter ink; the whole interval is in the tooltip. */
export function percentileCell(summary: LatencySummary, name: PercentileName, result: RunResult): string {
  const value = summary[name];
  if (value === null) return dash(reasonOf(summary, name, result));
  const interval = summary.ci95?.[name];
  if (interval === undefined) return msFigure(value);
  const [low, high] = interval;
  const title =
    high === null
      ? `95 % interval: from ${msFigure(low)} ms; its upper end is open, the sample is too small`
      : `95 % interval: ${msFigure(low)} to ${msFigure(high)} ms`;
  const beside = high === null ? `from ${msFigure(low)}` : `±${halfFigure((high - low) / 2, msFigure(value))}`;
  return `${msFigure(value)} <span class="half" title="${title}">${beside}</span>`;
}

/** Why a percentile was not given. */
export function reasonOf(summary: LatencySummary, name: PercentileName, result: RunResult): string {
  if (summary.count === 0) return 'No request succeeded.';
  const doubt = result.verdict.doubts.find(({ code }) => code === 'too-few-samples');
  return doubt?.message ?? `Too few requests (${formatCount(summary.count)}) for ${name}.`;
}

/** `2026-11-21 21:04:05 UTC` */
export function utc(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `0.4 s`, `30 s`, `1 min 58 s`, `2 h 5 min` */
export function durationFigure(seconds: number): string {
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  if (minutes === 0) return `${rest} s`;
  return rest > 0 ? `${minutes} min ${rest} s` : `${minutes} min`;
}

/** With as many decimals as the value it stands beside, or more where it would otherwise read zero. */
function halfFigure(half: number, beside: string): string {
  const least = beside.includes('.') ? beside.length - beside.indexOf('.') - 1 : 0;
  if (half < 0.0005) return '0';
  if (half >= 999.5) return formatCount(half);
  for (let decimals = least; decimals < 3; decimals++) {
    const text = half.toFixed(decimals);
    if (Number(text) > 0) return text;
  }
  return half.toFixed(3);
}
