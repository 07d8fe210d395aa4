/** A metric with its points, as every exporter is written from it, and its name in Prometheus. */
import type { HistogramData } from '../../core/snapshot.ts';

/** What distinguishes the points of a family, by name. */
export type Labels = Readonly<Record<string, string>>;

/** Of a counter: since the start of the run. */
export interface Point {
  readonly labels: Labels;
  readonly value: number;
}

export interface Distribution {
  readonly labels: Labels;
  /** µs, since the start of the run. */
  readonly histogram: HistogramData;
}

interface Named {
  /** In words parted by dots, as OpenTelemetry names metrics: `rampart.requests.sent`. */
  readonly name: string;
  /** Of UCUM, as OpenTelemetry has it: seconds, bytes, or nothing. */
  readonly unit: 's' | 'By' | '';
  readonly help: string;
}

/** One metric with all its points: what every exporter is written from. */
export type Family =
  | (Named & { readonly kind: 'counter' | 'gauge'; readonly points: readonly Point[] })
  | (Named & { readonly kind: 'histogram'; readonly unit: 's'; readonly points: readonly Distribution[] });

const SUFFIX = { s: '_seconds', By: '_bytes', '': '' } as const;

/**
 * As Prometheus names it: what its OTLP receiver makes of the name, the unit and the kind, so that one dashboard serves both ways.
 */
export function prometheusName({ name, unit, kind }: Pick<Family, 'name' | 'unit' | 'kind'>): string {
  return `${name.replaceAll('.', '_')}${SUFFIX[unit]}${kind === 'counter' ? '_total' : ''}`;
}

/** `first_byte` of firstByte: the part of a metric's name that a measure gives. */
export const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
