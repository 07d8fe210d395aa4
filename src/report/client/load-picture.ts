/** Pictures over the load as data, for SVG and canvas alike. */
import type { LevelVerdict } from '../../core/breaking-point.ts';
import type { Axis } from './axis.ts';
import type { ColourKey, Limit } from './picture.ts';

/** A level: what was measured at a load. */
export interface LoadPoint {
  readonly x: number;
  /** Null: infinite, drawn at the upper edge like everything above it. */
  readonly y: number | null;
  /** 95 % interval; an open upper end is null. Absent: none is drawn. */
  readonly interval?: readonly [low: number, high: number | null];
  /** Null: not judged. */
  readonly verdict: LevelVerdict | null;
  /** `level 7`, in the tooltip and the data table. */
  readonly label: string;
}

/** A picture over the load, not over time: all that a drawing needs, whether in SVG or on a canvas. */
export interface LoadPicture {
  readonly id: 'levels' | 'throughput' | 'waiting';
  readonly title: string;
  readonly unit: string;
  /** What the load is counted in, below its axis. */
  readonly axis: string;
  /** Said in the legend. */
  readonly pointLabel: string;
  readonly curveLabel: string;
  readonly colour: ColourKey;
  readonly points: readonly LoadPoint[];
  /** The fitted curve, ascending. */
  readonly curve: readonly { readonly x: number; readonly y: number }[];
  /** The 95 % interval of what the picture is about; an open upper end is null. */
  readonly range: readonly [from: number, to: number | null] | null;
  readonly limit: Limit | null;
  /** An upright line: where throughput peaks. */
  readonly mark: { readonly x: number; readonly label: string } | null;
  readonly x: Axis;
  readonly y: Axis;
}

/** The sign that a verdict is drawn with: shape first, colour second. */
export const SHAPES: Readonly<Record<LevelVerdict, 'disc' | 'ring' | 'square' | 'triangle' | 'dash'>> = {
  pass: 'disc',
  undecided: 'ring',
  drifting: 'ring',
  fail: 'square',
  overloaded: 'triangle',
  void: 'dash',
};

/** In the order of the legend. */
export const VERDICTS = ['pass', 'undecided', 'drifting', 'fail', 'overloaded', 'void'] as const;

export const VERDICT_LABELS: Readonly<Record<LevelVerdict, string>> = {
  pass: 'passes',
  undecided: 'undecided',
  drifting: 'drifting',
  fail: 'fails',
  overloaded: 'overloaded',
  void: 'void',
};

/** The verdicts that a picture has; those of one shape are one. */
export function verdictsIn({ points }: LoadPicture): LevelVerdict[] {
  const found = VERDICTS.filter((verdict) => points.some((point) => point.verdict === verdict));
  return found.filter((verdict) => verdict !== 'drifting' || !found.includes('undecided'));
}

/** The curve as far as it lies within the picture; its last piece ends at the upper edge. */
export function visibleCurve({ curve, y }: Pick<LoadPicture, 'curve' | 'y'>): { x: number; y: number }[] {
  const shown: { x: number; y: number }[] = [];
  for (const point of curve) {
    const before = shown[shown.length - 1];
    if (point.y <= y.end) {
      shown.push(point);
      continue;
    }
    if (before !== undefined) {
      const share = (y.end - before.y) / (point.y - before.y);
      shown.push({ x: before.x + share * (point.x - before.x), y: y.end });
    }
    break;
  }
  return shown;
}

/** How high a point is drawn: within the picture in any case. */
export function heightOf({ y }: LoadPoint, axis: Axis): number {
  return y === null ? axis.end : Math.min(y, axis.end);
}

/** In one sentence, for those who cannot see it. */
export function describeLoad({ title, unit, axis, points }: LoadPicture): string {
  return `${title}, ${unit}, by ${axis}: ${points.length} levels. The numbers are in the data table below.`;
}
