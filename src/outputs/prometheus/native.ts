/** Prometheus' binary exposition format, which carries native histograms. */
import { BOUNDS, cumulative } from '../metrics/bounds.ts';
import { exponentialOf } from '../metrics/exponential.ts';
import { type Distribution, type Family, type Labels, prometheusName } from '../metrics/family.ts';
import { double, nested, sint, uint, varint } from './protobuf.ts';

/**
 * Prometheus' own binary format, which alone can carry native histograms: `io.prometheus.client.MetricFamily`, each behind its
 * length. Every histogram is in it as a classic one too; the server takes what it is set to.
 */
export const NATIVE_TYPE =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';

/** Whether a request's `Accept` asks for it. */
export const asksForNative = (accept = ''): boolean => accept.includes('io.prometheus.client.MetricFamily');

const TYPE = { counter: 0, gauge: 1, histogram: 4 } as const;
const VALUE = { counter: 3, gauge: 2 } as const;

export function toNative(families: readonly Family[]): Buffer {
  return Buffer.concat(
    families.map((family) => {
      const bytes = Buffer.concat([
        nested(1, prometheusName(family)),
        nested(2, family.help),
        uint(3, TYPE[family.kind]),
        ...metricsOf(family),
      ]);
      return Buffer.concat([varint(bytes.length), bytes]);
    }),
  );
}

function metricsOf(family: Family): readonly Buffer[] {
  if (family.kind === 'histogram')
    return family.points.map((point) => nested(4, [...labelsOf(point.labels), nested(7, histogramOf(point))]));
  const { kind, points } = family;
  return points.map(({ labels, value }) => nested(4, [...labelsOf(labels), nested(VALUE[kind], [double(1, value)])]));
}

const labelsOf = (labels: Labels): Buffer[] =>
  Object.entries(labels).map(([name, value]) => nested(1, [nested(1, name), nested(2, value)]));

function histogramOf({ histogram }: Distribution): readonly Buffer[] {
  const { scale, zeros, offset, counts } = exponentialOf(histogram);
  const bounds = [...BOUNDS, Number.POSITIVE_INFINITY];
  return [
    uint(1, histogram.count),
    double(2, histogram.sum / 1e6),
    ...cumulative(histogram).map((n, i) => nested(3, [uint(1, n), double(2, bounds[i] ?? 0)])),
    sint(5, scale),
    // What is not above it counts as zero: less than any time that is told apart.
    double(6, 1e-9),
    uint(7, zeros),
    // Here a bucket bears the number of its upper bound.
    ...(counts.length === 0 ? [] : [nested(12, [sint(1, offset + 1), uint(2, counts.length)])]),
    ...counts.map((n, i) => sint(13, n - (counts[i - 1] ?? 0))),
  ];
}
