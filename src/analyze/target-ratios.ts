/** Several targets under one load: how many times as long each takes as the first, with intervals, and in sentences. */

import type { LatencySummary } from '../core/latencies.ts';
import type { Plan } from '../core/plan.ts';
import type { SeriesResult, TargetRatio, TargetRatios } from '../core/result.ts';
import { differenceInterval, type Known } from '../stats/difference.ts';
import { percentileIn } from './percentiles.ts';
import { formatShare } from './wording.ts';

/** The percentiles by which targets are told apart. */
const TOLD = ['p50', 'p95'] as const;

/**
 * How many times as long as at the first target responses took at each other one, as callers had them. Null where there is
 * one target, or nothing is known of the first.
 */
export function targetRatios(
  { targets = [] }: Pick<Plan, 'targets'>,
  tags: Readonly<Record<string, SeriesResult>>,
): TargetRatios | null {
  const timesAt = (name: string): LatencySummary | undefined => tags[`target=${name}`]?.latency.responseWithFailures;
  const [base, ...others] = targets;
  const first = base === undefined ? undefined : timesAt(base.name);
  if (base === undefined || first === undefined) return null;
  const each = others.flatMap(({ name }): [string, TargetRatios['each'][string]][] => {
    const own = timesAt(name);
    return own === undefined ? [] : [[name, { p50: ratio(first, own, 'p50'), p95: ratio(first, own, 'p95') }]];
  });
  return each.length === 0 ? null : { base: base.name, each: Object.fromEntries(each) };
}

/** From the intervals of both, which are of different requests; what slows both down at once makes it too wide, not too narrow. */
function ratio(base: LatencySummary, other: LatencySummary, name: (typeof TOLD)[number]): TargetRatio | null {
  const [below, above] = [base, other].map((summary) => logarithm(summary, name));
  if (below == null || above == null) return null;
  const value = Math.exp(above.value - below.value);
  if (below.interval === null || above.interval === null) return { ratio: value };
  const [low, high] = differenceInterval(
    { value: below.value, interval: below.interval },
    { value: above.value, interval: above.interval },
  );
  return { ratio: value, ci95: [low === null ? 0 : Math.exp(low), high === null ? null : Math.exp(high)] };
}

function logarithm(
  summary: LatencySummary,
  name: (typeof TOLD)[number],
): { readonly value: number; readonly interval: Known['interval'] | null } | null {
  const percentile = percentileIn(summary, name);
  if (percentile === null || !Number.isFinite(percentile.value) || percentile.value <= 0) return null;
  const { value, interval } = percentile;
  const [low, high] = interval ?? [0, null];
  const known = interval !== null && low > 0;
  return {
    value: Math.log(value),
    interval: known ? [Math.log(low), high === null ? null : Math.log(high)] : null,
  };
}

/** A sentence for each target but the first, and what they have in common. */
export function targetSentences(
  { base, each }: TargetRatios,
  { targets = [] }: Pick<Plan, 'targets'>,
): readonly string[] {
  const whole = targets.reduce((sum, { weight }) => sum + weight, 0);
  const compared = targets.filter(({ name }) => name === base || each[name] !== undefined);
  const shares = compared.map(({ name, weight }) => `${name} ${formatShare(weight / whole)}`);
  const alike = compared.every(({ weight }) => weight === compared[0]?.weight);
  return [
    ...Object.entries(each).map(
      ([name, ratios]) => `${name} beside ${base}: ${TOLD.map((p) => said(p, ratios[p])).join('; ')}.`,
    ),
    `They were measured at the same time, ${alike ? 'each with the same share of the load' : `each with its own share of the load: ${shares.join(', ')}`}.`,
  ];
}

function said(name: string, ratio: TargetRatio | null): string {
  if (ratio === null) return `${name} cannot be compared`;
  const times = `${name} ${digits(ratio.ratio)} times as long`;
  if (ratio.ci95 === undefined) return `${times}, without an interval`;
  const [low, high] = ratio.ci95;
  if (low === 0 && high === null) return `${times}, without an interval: not told apart`;
  const range =
    high === null
      ? `${digits(low)} or more`
      : low === 0
        ? `up to ${digits(high)}`
        : `${digits(low)} to ${digits(high)}`;
  const verdict = low > 1 ? 'slower' : high !== null && high < 1 ? 'faster' : 'not told apart';
  return `${times} (${range}): ${verdict}`;
}

const digits = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
