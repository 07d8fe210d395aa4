import { describe, expect, it } from 'vitest';
import type { BreakingPoint, LevelResult } from '../../core/breaking-point.ts';
import type { RunResult } from '../../core/result.ts';
import { heightOf, verdictsIn, visibleCurve } from '../client/load-picture.ts';
import { picturesOf } from '../client/pictures.ts';
import { searchResult } from '../search.fixture.ts';
import { breakLabel, loadPicturesOf } from './load-pictures.ts';
import { pictureSourceOf } from './pictures.ts';
import { levelsTable, searchSection } from './search.ts';

const RESULT = searchResult();
const FOUND = RESULT.breakingPoint;
const changed = (changes: Partial<BreakingPoint>): RunResult => ({
  ...RESULT,
  breakingPoint: { ...FOUND, ...changes },
});
const SCALABILITY = {
  gamma: 60,
  sigma: 0.06,
  kappa: 0.004,
  peak: { estimate: 15.3, interval: [13, 18] },
  peakPerSec: 330,
  points: [1, 2, 4, 8, 16].map((vus) => ({ vus, perSec: 50 * vus ** 0.7 })),
} as const;
const OPEN = FOUND.levels.filter(({ load }) => load.model === 'open');

describe('the picture of the answer', () => {
  const [picture] = loadPicturesOf(FOUND);
  if (picture === undefined) throw new Error('no picture');

  it('has every level on the searched axis, with its interval and verdict', () => {
    expect(picture.points).toHaveLength(OPEN.length);
    picture.points.forEach((point, i) => {
      const level = OPEN[i] as LevelResult;
      const [criterion] = level.criteria;
      expect([point.x, point.y, point.interval, point.verdict]).toEqual([
        level.load.model === 'open' ? level.load.ratePerSec : 0,
        criterion?.value,
        criterion?.interval,
        level.verdict,
      ]);
    });
  });

  it('has the SLO, the interval of the limit, and the fitted curve as one that grows', () => {
    expect(picture.limit).toEqual({ label: 'SLO p95 < 250ms', value: 250 });
    expect(picture.range).toEqual(FOUND.interval);
    const curve = visibleCurve(picture);
    expect(curve.length).toBeGreaterThan(FOUND.curve.length);
    for (let i = 1; i < curve.length; i++) {
      expect(curve[i]!.x).toBeGreaterThan(curve[i - 1]!.x);
      expect(curve[i]!.y).toBeGreaterThanOrEqual(curve[i - 1]!.y);
    }
    // It goes through the points that it was made of.
    for (const { load, value } of FOUND.curve.filter(({ value }) => value < 200)) {
      const nearest = curve.reduce((a, b) => (Math.abs(b.x - load) < Math.abs(a.x - load) ? b : a));
      expect(nearest.y).toBeCloseTo(value, 6);
    }
  });

  it('keeps points that lie above it at its edge', () => {
    const end = picture.y.end;
    expect(end).toBeGreaterThanOrEqual(250);
    expect(end).toBeLessThanOrEqual(500);
    expect(heightOf({ x: 1, y: null, verdict: 'overloaded', label: '' }, picture.y)).toBe(end);
    expect(heightOf({ x: 1, y: 9_999, verdict: 'fail', label: '' }, picture.y)).toBe(end);
    expect(searchSection(changed({ levels: OPEN.map((level) => ({ ...level, criteria: tooSlow(level) })) }))).toContain(
      '↑',
    );
  });

  it('draws a sign per verdict: shape first', () => {
    const verdicts = ['pass', 'undecided', 'drifting', 'fail', 'overloaded', 'void'] as const;
    const levels = OPEN.slice(0, 6).map((level, i) => ({ ...level, verdict: verdicts[i] ?? 'pass' }));
    const section = searchSection(changed({ levels }));
    for (const sign of [
      '<circle class="sign pass"',
      '<circle class="sign undecided"',
      '<circle class="sign drifting"',
      '<rect class="sign fail"',
      '<path class="sign overloaded"',
      '<rect class="sign void"',
    ])
      expect(section).toContain(sign);
    const [drawn] = loadPicturesOf({ ...FOUND, levels });
    expect(drawn && verdictsIn(drawn)).toEqual(['pass', 'undecided', 'fail', 'overloaded', 'void']);
  });

  it('dots the bar of an open interval', () => {
    const criteria = (interval: readonly [number, number | null]) => [
      { slo: 'p95<250ms', value: 100, interval, limit: 250, unit: 'ms', verdict: 'undecided' } as const,
    ];
    const one = (interval: readonly [number, number | null]): string =>
      searchSection(changed({ levels: [{ ...(OPEN[0] as LevelResult), criteria: criteria(interval) }] }));
    expect(one([90, null])).toContain('class="whisker open"');
    expect(one([90, 120])).not.toContain('class="whisker open"');
  });

  it('is of errors where nothing else was asked for, and of users where these were searched', () => {
    const levels = OPEN.map((level) => ({ ...level, criteria: level.criteria.filter(({ unit }) => unit === 'share') }));
    const [errors] = loadPicturesOf({ ...FOUND, levels, criterion: 'errors<1%' });
    expect([errors?.title, errors?.limit?.value, errors?.curve]).toEqual(['Errors against load', 1, []]);
    const goodput = OPEN.map((level) => ({
      ...level,
      criteria: [
        { slo: 'goodput>90%', value: 0.97, interval: [0.95, 0.98], limit: 0.9, unit: 'share', verdict: 'pass' },
      ] satisfies LevelResult['criteria'],
    }));
    const [good] = loadPicturesOf({ ...FOUND, levels: goodput, criterion: 'goodput>90%' });
    expect([good?.title, good?.limit?.value, good?.points[0]?.y]).toEqual(['Goodput against load', 90, 97]);
    const [users] = loadPicturesOf({ ...FOUND, unit: 'vus', estimate: 6, interval: [5, 7] });
    expect(users?.points.map(({ x }) => x)).toEqual(
      FOUND.levels.flatMap(({ load }) => (load.model === 'closed' ? [load.vus] : [])),
    );
    expect(users?.axis).toBe('virtual users');
  });

  it('says so in a sentence where there is nothing to draw', () => {
    expect(searchSection(changed({ levels: [] }))).toContain('No level was finished');
    expect(searchSection(changed({ levels: FOUND.levels.slice(0, 2) }))).toContain('No level lies on the axis');
    const { breakingPoint: _, ...run } = RESULT;
    expect(searchSection(run)).toBe('');
    expect(levelsTable(run)).toBe('');
  });
});

describe('the scalability pictures', () => {
  const pictures = loadPicturesOf({ ...FOUND, scalability: SCALABILITY });

  it('are throughput and response time over users, with curve and peak', () => {
    expect(pictures.map(({ id }) => id)).toEqual(['levels', 'throughput', 'waiting']);
    const [, throughput, waiting] = pictures;
    expect(throughput?.mark).toEqual({ x: 15.3, label: 'peak: 15 users' });
    expect(throughput?.points).toHaveLength(5);
    const top = throughput?.curve.reduce((a, b) => (b.y > a.y ? b : a));
    // N* = √((1 − σ)/κ)
    expect(Math.abs((top?.x ?? 0) - Math.sqrt(0.94 / 0.004))).toBeLessThan(0.5);
    // Little: N users who never pause wait N/X.
    throughput?.curve.forEach(({ x, y }, i) => {
      expect(waiting?.curve[i]?.y).toBeCloseTo((1000 * x) / y, 6);
    });
  });

  it('say that no peak was observed', () => {
    const [, throughput] = loadPicturesOf({ ...FOUND, scalability: { ...SCALABILITY, peak: null } });
    expect(throughput?.unit).toContain('no peak observed');
    expect(throughput?.mark).toBeNull();
  });
});

describe('the table of levels', () => {
  it('has a row each with the reason, and greys those that do not count', () => {
    const levels = FOUND.levels.map((level, i) => (i === 1 ? { ...level, used: false, reason: 'Lag <b>' } : level));
    const table = levelsTable(changed({ levels }));
    expect(table.match(/<tr[^>]*><th scope="row">/g)).toHaveLength(levels.length);
    expect(table.match(/class="unused"/g)).toHaveLength(1);
    expect(table).toContain('Lag &lt;b&gt;');
  });
});

describe('the charts over time', () => {
  const source = pictureSourceOf(changed({ estimate: 188.4 }));

  it('have the breaking point marked where the load first passed it', () => {
    const first = FOUND.levels.find(({ load }) => load.model === 'open' && load.ratePerSec >= 188.4);
    expect(source.marks).toEqual([{ at: (first?.startedAfter ?? 0) / 1e6, label: 'breaks: 188/s' }]);
    for (const picture of picturesOf(source)) expect(picture.marks).toHaveLength(1);
    expect(breakLabel({ ...FOUND, estimate: 70.36 })).toBe('breaks: 70.4/s');
    expect(breakLabel({ ...FOUND, estimate: 0 })).toBeNull();
    for (const status of ['not-reached', 'generator-limited', 'undecided'] as const)
      expect(breakLabel({ ...FOUND, status })).toBeNull();
  });

  it('show users and requests in flight, offered and achieved, without a band for every level', () => {
    const [requests, response, users] = picturesOf(source);
    expect(requests?.lines.map(({ label }) => label)).toEqual(['offered', 'achieved', 'failed']);
    expect(response?.limits.map(({ label }) => label)).toEqual(['p95 < 250ms']);
    expect(users?.lines.map(({ label, hidden }) => [label, hidden])).toEqual([
      ['users', false],
      ['in flight', false],
    ]);
    expect(requests?.bands).toEqual([]);
    expect(requests?.times.length).toBeLessThan(1.5 * FOUND.spentSeconds);
  });
});

function tooSlow({ criteria }: LevelResult): LevelResult['criteria'] {
  return criteria.map((each) => ({ ...each, value: null }));
}
