/** Tiers: named sets of SLOs that are judged from the same load. */
import { RampartError } from '../core/errors.ts';

import type { SearchTier, Threshold } from '../core/plan.ts';
import { blame, type RawSettings } from './raw-settings.ts';
import { quote } from './syntax.ts';
import { parseThresholdOf, type ScopeNames } from './threshold.ts';

/** A tier as it is written: `gold=ttft_p95<200ms,tpot_p95<30ms`. */
export interface WrittenTier {
  readonly name: string;
  readonly slos: readonly string[];
}

/** @throws RampartError 'bad-flag' */
export function parseTiers(texts: readonly string[], label: string): readonly WrittenTier[] {
  const tiers = texts.map((text): WrittenTier => {
    const [, name, slos] = /^([^=<>]+)=(.+)$/s.exec(text) ?? [];
    if (name === undefined || slos === undefined)
      throw new RampartError(
        'bad-flag',
        `${label}: ${quote(text)} has no name, or no SLO`,
        `Write ${label} 'gold=ttft_p95<200ms,tpot_p95<30ms'.`,
      );
    return { name: name.trim(), slos: slos.split(',').map((each) => each.trim()) };
  });
  const twice = tiers.find(({ name }, place) => tiers.findIndex((other) => other.name === name) !== place);
  if (twice !== undefined) throw new RampartError('bad-flag', `${label}: two of them are named ${quote(twice.name)}`);
  return tiers;
}

/** Those of a search. @throws RampartError */
export function resolveTiers(given: RawSettings, names: ScopeNames): readonly SearchTier[] {
  const { tiers = [] } = given.settings;
  return blame(given.originOf('tiers'), (label) =>
    parseTiers(typeof tiers === 'string' ? [tiers] : tiers, label).map(({ name, slos }) => ({
      name,
      slos: slos.map((text) => sloOf(text, label, names)),
    })),
  );
}

function sloOf(text: string, label: string, names: ScopeNames): Threshold {
  const { metric, ...slo } = parseThresholdOf(text, label, names);
  if (metric.kind === 'each')
    throw new RampartError(
      'bad-flag',
      `${label}: ${quote(text)} limits each request, and a tier is of percentiles`,
      'Write a percentile: ttft_p95<200ms.',
    );
  if (metric.kind === 'goodput')
    throw new RampartError(
      'bad-flag',
      `${label}: goodput counts the requests within all limits at once, and tiers have different ones`,
      'Search with --slo for it.',
    );
  return { ...slo, metric };
}
