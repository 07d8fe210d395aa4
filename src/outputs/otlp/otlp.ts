/** OpenTelemetry's metrics over HTTP, in JSON: to a collector, or to any backend that takes OTLP. */
import type { Output } from '../../core/output.ts';
import { receiverOf } from '../http-receiver.ts';
import { exponentialOf } from '../metrics/exponential.ts';
import type { Distribution, Family, Labels } from '../metrics/family.ts';
import type { Meter } from '../metrics/meter.ts';
import { pushed } from '../metrics/push.ts';
import { tagsOf } from '../options.ts';
import { postOtlp } from './partial.ts';

/** AGGREGATION_TEMPORALITY_CUMULATIVE. */
const CUMULATIVE = 2;

export const OTLP: Output = {
  name: 'otlp',
  options: {
    url: 'where to, as http://127.0.0.1:4318 (then /v1/metrics there), or with a path of its own',
    header: 'a header, as authorization: Bearer …',
    every: 'how often; 5s if it is left out',
    tags: 'further attributes of the resource, as env=ci;branch=main',
  },
  open: (context) => {
    const { url, header, tags } = context.options;
    const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/s.exec(header ?? '') ?? [];
    const headers = { 'content-type': 'application/json', ...(name === '' ? {} : { [name]: value }) };
    const given = receiverOf('otlp', url, headers);
    const bare = new URL(given.url).pathname === '/';
    const receiver = bare ? { ...given, url: new URL('/v1/metrics', given.url).href } : given;
    const resource = {
      'service.name': 'rampart',
      'service.instance.id': context.id,
      ...tagsOf('otlp', tags),
    };
    return pushed(
      'otlp',
      context,
      (meter) => JSON.stringify(exportRequest(meter, resource)),
      (body) => postOtlp(receiver, body),
    );
  },
};

/** An ExportMetricsServiceRequest as protobuf's JSON mapping has it: 64-bit integers are strings. */
export function exportRequest(meter: Meter, resource: Labels): object {
  const span = { startTimeUnixNano: nanos(meter.startedAt), timeUnixNano: nanos(meter.at) };
  return {
    resourceMetrics: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeMetrics: [
          { scope: { name: 'rampart' }, metrics: meter.families().map((family) => metricOf(family, span)) },
        ],
      },
    ],
  };
}

interface Span {
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
}

function metricOf(family: Family, span: Span): object {
  const { name, help: description, unit } = family;
  const named = { name, description, unit };
  if (family.kind === 'histogram')
    return {
      ...named,
      exponentialHistogram: {
        aggregationTemporality: CUMULATIVE,
        dataPoints: family.points.map((point) => ({ ...span, ...exponentialPoint(point) })),
      },
    };
  const dataPoints = family.points.map(({ labels, value }) => ({
    ...span,
    attributes: attributesOf(labels),
    asDouble: value,
  }));
  return family.kind === 'gauge'
    ? { ...named, gauge: { dataPoints } }
    : { ...named, sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints } };
}

function exponentialPoint({ labels, histogram }: Distribution): object {
  const { scale, zeros, offset, counts } = exponentialOf(histogram);
  return {
    attributes: attributesOf(labels),
    count: String(histogram.count),
    sum: histogram.sum / 1e6,
    min: histogram.min / 1e6,
    max: histogram.max / 1e6,
    scale,
    zeroCount: String(zeros),
    positive: { offset, bucketCounts: counts.map(String) },
  };
}

const attributesOf = (labels: Labels): object[] =>
  Object.entries(labels).map(([key, stringValue]) => ({ key, value: { stringValue } }));

/** Beyond what a double holds exactly. */
const nanos = (ms: number): string => `${Math.round(ms * 1_000)}000`;
