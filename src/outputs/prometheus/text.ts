/** Prometheus' text exposition format, and the samples that remote write sends too. */
import { BOUNDS, cumulative } from '../metrics/bounds.ts';
import { type Distribution, type Family, type Labels, prometheusName } from '../metrics/family.ts';

/** Prometheus' text format, version 0.0.4, with classic histograms. */
export const TEXT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function toText(families: readonly Family[]): string {
  return families.map(familyText).join('');
}

/** A sample as it is stored: its name, its labels, and its value. */
export type Sample = readonly [name: string, labels: Labels, value: number];

/** A family as single samples, histograms as their buckets, sum and count. */
export function samplesOf(family: Family): readonly Sample[] {
  const name = prometheusName(family);
  if (family.kind !== 'histogram') return family.points.map(({ labels, value }) => [name, labels, value]);
  return family.points.flatMap((point) => bucketsOf(name, point));
}

function bucketsOf(name: string, { labels, histogram }: Distribution): readonly Sample[] {
  const bounds = [...BOUNDS.map(String), '+Inf'];
  return [
    ...cumulative(histogram).map((n, i): Sample => [`${name}_bucket`, { ...labels, le: bounds[i] ?? '' }, n]),
    [`${name}_sum`, labels, histogram.sum / 1e6],
    [`${name}_count`, labels, histogram.count],
  ];
}

function familyText(family: Family): string {
  const name = prometheusName(family);
  const help = family.help.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`);
  const lines = samplesOf(family).map(([sample, labels, value]) => `${sample}${labelsText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${family.kind}\n${lines.join('')}`;
}

/** `{request="POST /predict",le="0.1"}`; nothing where there are none. OpenMetrics writes them alike. */
export function labelsText(labels: Labels): string {
  const all = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return all.length === 0 ? '' : `{${all.join(',')}}`;
}

const escaped = (value: string): string =>
  value.replaceAll('\\', String.raw`\\`).replaceAll('"', String.raw`\"`).replaceAll('\n', String.raw`\n`);
