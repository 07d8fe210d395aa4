/** The pictures of a search, made of its levels. */
import { formatCount } from '../../analyze/wording.ts';
import type { BreakingPoint, LevelResult, ScalabilityResult } from '../../core/breaking-point.ts';
import { readingLabel, valueAxis } from '../client/axis.ts';
import type { LoadPicture, LoadPoint } from '../client/load-picture.ts';
import { isGoodput, metricOf, shownCriterion } from '../search-phrases.ts';

/** How far above the SLO the picture reaches, whatever the levels beyond it came to. */
const ABOVE = 1.8;
const CURVE_POINTS = 60;

/** The pictures of a search, in reading order: first the one that proves the result. */
export function loadPicturesOf(found: BreakingPoint): LoadPicture[] {
  const { scalability } = found;
  return [levelsPicture(found), ...(scalability === null ? [] : scalePictures(found, scalability))].filter(
    (picture) => picture !== null,
  );
}

/** The SLO's figure against the load, every level with its verdict; null where no level lies on the axis. */
function levelsPicture(found: BreakingPoint): LoadPicture | null {
  const { unit, curve, interval, status } = found;
  const on = found.levels.flatMap((level) => {
    const x = loadOn(unit, level);
    const criterion = shownCriterion(level, found.criterion);
    return x === null || criterion === null ? [] : [{ level, x, criterion }];
  });
  const first = on[0]?.criterion;
  if (first === undefined) return null;
  const share = first.unit === 'share';
  const good = isGoodput(first.slo);
  const scale = share ? 100 : 1;
  const limit = first.limit * scale;
  const points = on.map(({ level, x, criterion: { value, interval: ends } }): LoadPoint => {
    const high = ends?.[1] ?? null;
    return {
      x,
      y: value === null ? null : value * scale,
      ...(ends === null ? {} : { interval: [ends[0] * scale, high === null ? null : high * scale] as const }),
      verdict: level.verdict,
      label: `level ${level.index + 1}`,
    };
  });
  const highest = Math.max(limit * 1.1, ...points.flatMap(({ y, interval: ends }) => [y ?? 0, ends?.[1] ?? 0]));
  const farthest = Math.max(...points.map(({ x }) => x), interval?.[1] ?? 0);
  const metric = metricOf(first.slo);
  return {
    id: 'levels',
    title: `${good ? 'Goodput' : share ? 'Errors' : 'Response time'} against load`,
    unit: share ? 'share of requests, %, with 95 % intervals' : `${metric}, ms, with 95 % intervals`,
    axis: unit === 'vus' ? 'virtual users' : `offered load, ${unit === 'flows/s' ? 'flows' : 'requests'} per second`,
    pointLabel: metric,
    curveLabel: 'fitted',
    colour: good ? 'achieved' : share ? 'failed' : 'p95',
    points,
    curve: share ? [] : smooth(curve.map(({ load, value }) => ({ x: load, y: value }))),
    range: status === 'undecided' || status === 'found' || status === 'rough' ? interval : null,
    limit: { label: `SLO ${first.slo.replace(/\s*([<>]=?)\s*/, ' $1 ')}`, value: limit },
    mark: null,
    x: valueAxis(farthest * 1.04, 8),
    y: valueAxis(Math.min(highest, limit * ABOVE)),
  };
}

/** Throughput and response time against users, with the Universal Scalability Law through them. */
function scalePictures({ levels }: BreakingPoint, scale: ScalabilityResult): LoadPicture[] {
  const { gamma, sigma, kappa, peak, points } = scale;
  const most = Math.max(1, ...points.map(({ vus }) => vus));
  const x = valueAxis(Math.max(most, Math.min(peak?.estimate ?? 0, 2 * most)), 8, true);
  const throughput = (n: number): number => (gamma * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1));
  const users = Array.from({ length: CURVE_POINTS }, (_, i) => 1 + (i / (CURVE_POINTS - 1)) * (x.end - 1));
  const rates = users.map((n) => ({ x: n, y: throughput(n) }));
  // Little's law: N users who never pause are N requests in the system.
  const times = users.map((n) => ({ x: n, y: (1000 * n) / throughput(n) }));
  const closed = levels.flatMap(({ load, meanMs, index, verdict, purpose }): LoadPoint[] =>
    load.model === 'closed' && meanMs !== null && verdict !== 'void' && purpose !== 'recover'
      ? [{ x: load.vus, y: meanMs, verdict: null, label: `level ${index + 1}` }]
      : [],
  );
  const shared = {
    axis: 'virtual users',
    curveLabel: 'Universal Scalability Law',
    limit: null,
    range: peak !== null && peak.estimate <= x.end ? peak.interval : null,
    mark:
      peak !== null && peak.estimate <= x.end
        ? { x: peak.estimate, label: `peak: ${formatCount(peak.estimate)} users` }
        : null,
    x,
  };
  const top = (values: readonly number[]): number => Math.max(...values);
  return [
    {
      ...shared,
      id: 'throughput',
      title: 'Throughput against users',
      unit: `per second${peak === null ? '; no peak observed' : ''}`,
      pointLabel: 'achieved',
      colour: 'achieved',
      points: points.map(({ vus, perSec }) => ({
        x: vus,
        y: perSec,
        verdict: null,
        label: `${formatCount(vus)} users`,
      })),
      curve: rates,
      y: valueAxis(top([...points.map(({ perSec }) => perSec), ...rates.map(({ y }) => y)])),
    },
    {
      ...shared,
      id: 'waiting',
      title: 'Response time against users',
      unit: 'mean, ms',
      pointLabel: 'mean',
      colour: 'users',
      points: closed,
      curve: times,
      y: valueAxis(top([...closed.map(({ y }) => y ?? 0), ...times.map(({ y }) => y)])),
    },
  ];
}

/** Points between two of a fitted curve. */
const FINER = 8;

/**
 * A fitted curve with more points, by monotone cubic interpolation of ln y: steep ends have no corners, and nothing
 * swings over. Source: F. N. Fritsch and J. Butland, SIAM J. Sci. Stat. Comput. 5 (1984).
 */
function smooth(curve: readonly { readonly x: number; readonly y: number }[]): { x: number; y: number }[] {
  const points = curve.filter(({ y }) => y > 0).map(({ x, y }) => ({ x, y: Math.log(y) }));
  const slopes = points.slice(1).map(({ x, y }, i) => {
    const { x: x0, y: y0 } = points[i] ?? { x: 0, y: 0 };
    return (y - y0) / (x - x0);
  });
  const tangents = points.map((_, i) => {
    const [before, after] = [slopes[i - 1], slopes[i]];
    if (before === undefined || after === undefined) return after ?? before ?? 0;
    return before * after <= 0 ? 0 : (2 * before * after) / (before + after);
  });
  return points.flatMap(({ x, y }, i) => {
    const next = points[i + 1];
    if (next === undefined) return [{ x, y: Math.exp(y) }];
    const width = next.x - x;
    return Array.from({ length: FINER }, (_, k) => {
      const t = k / FINER;
      const rest = 1 - t;
      const value =
        y * (1 + 2 * t) * rest ** 2 +
        width * (tangents[i] ?? 0) * t * rest ** 2 +
        next.y * t ** 2 * (3 - 2 * t) -
        width * (tangents[i + 1] ?? 0) * t ** 2 * rest;
      return { x: x + t * width, y: Math.exp(value) };
    });
  });
}

/** A level's load on the axis that was searched; null where it is of the other one. */
function loadOn(unit: BreakingPoint['unit'], { load }: LevelResult): number | null {
  if (load.model === 'closed') return unit === 'vus' ? load.vus : null;
  return unit === 'vus' ? null : load.ratePerSec;
}

/** `breaks: 188/s`, on charts over time; null where nothing broke: what was reached is no breaking point. */
export function breakLabel({ status, estimate, unit }: BreakingPoint): string | null {
  if (status !== 'found' || estimate === null || estimate === 0) return null;
  const figure = estimate < 99.95 ? readingLabel(Number(estimate.toPrecision(3))) : formatCount(estimate);
  return `breaks: ${figure}${unit === 'vus' ? ' users' : unit === 'flows/s' ? ' flows/s' : '/s'}`;
}
