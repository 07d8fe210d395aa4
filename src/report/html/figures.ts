/** Numbers as cells of the report's tables have them, with the reason where there is none. */
import { percentileIn } from '../../analyze/percentiles.ts';
import { formatCount } from '../../analyze/wording.ts';
import type { LatencySummary, PercentileName } from '../../core/latencies.ts';
import type { RunResult } from '../../core/result.ts';
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

/** A percentile with its 95 % interval beside it, in a lighter ink. */
export function percentileCell(summary: LatencySummary, name: PercentileName, result: RunResult): string {
  const percentile = percentileIn(summary, name);
  if (percentile === null) return dash(reasonOf(summary, name, result));
  const { value, interval } = percentile;
  const figure = Number.isFinite(value)
    ? msFigure(value)
    : `<span class="none" title="${name} falls among the failed requests">∞</span>`;
  if (interval === null) return figure;
  const [low, high] = interval;
  const open = high === null ? '; its upper end is open: the sample does not bound it' : '';
  const range = high === null ? `${msFigure(low)} or more` : `${msFigure(low)} to ${msFigure(high)}`;
  return `${figure} <span class="range below" title="95 % interval, ms${open}">${range}</span>`;
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
