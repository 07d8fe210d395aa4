import { describe, expect, it } from 'vitest';
import type { LevelResult } from '../core/breaking-point.ts';
import type { Comparison } from '../core/comparison.ts';
import type { TimelinePoint } from '../core/result.ts';
import { changesChart, levelsChart, timelineChart } from './text-charts.ts';

const point = (t: number, changes: Partial<TimelinePoint> = {}): TimelinePoint =>
  ({ t, phase: 'measure', seconds: 1, ok: 100, failed: 0, p95: 20, ...changes }) as TimelinePoint;

describe('a run by time', () => {
  it('is a row for p95, one for successes, and one for failures where there are any', () => {
    const timeline = [point(1), point(2, { p95: 80, ok: 50, failed: 3 }), point(3, { p95: null }), point(4)];
    expect(timelineChart({ timeline })).toBe(
      [
        '```text',
        'p95     ▂▇ ▂ up to 80.0 ms',
        'success ▇▅▇▇ 50.0/s to 100.0/s',
        'failed  ▁▇▁▁ up to 3.00/s',
        '```',
      ].join('\n'),
    );
    expect(timelineChart({ timeline: timeline.slice(0, 2) })).toBe('');
  });

  it('shows the worst of the seconds that share a column', () => {
    const timeline = Array.from({ length: 600 }, (_, i) => point(i, i === 305 ? { p95: 900, ok: 0 } : {}));
    const [, p95 = '', success = ''] = timelineChart({ timeline }).split('\n');
    expect(p95).toMatch(/^p95 {5}▁{30}▇▁{29} up to 900 ms$/);
    expect(success).toMatch(/^success ▇{30}▁▇{29} 0\/s to 100\.0\/s$/);
  });
});

describe('a search by load', () => {
  const level = (ratePerSec: number, p95: number | null, verdict: LevelResult['verdict']): LevelResult =>
    ({ purpose: 'climb', verdict, p95, load: { model: 'open', ratePerSec } }) as unknown as LevelResult;

  it('is a bar for each level, in the order of the load', () => {
    const levels = [level(10, 20, 'pass'), level(40, 80, 'fail'), level(20, 30, 'pass'), level(30, 9_000, 'void')];
    const [head, ...rows] = levelsChart({ levels, unit: 'req/s' }).split('\n').slice(1, -1);
    expect(head).toBe('p95 by load (░ failed)');
    expect(rows.map((row) => row.trim().replace(/([█░])+/, (bar) => `${bar[0]}${bar.length}`))).toEqual([
      '10.0/s █10 20.0 ms',
      '20.0/s █15 30.0 ms',
      '40.0/s ░40 80.0 ms',
    ]);
    expect(levelsChart({ levels: levels.slice(0, 1), unit: 'req/s' })).toBe('');
  });
});

describe('changes', () => {
  it('lie with their intervals between the ends of the margin', () => {
    const metric = (name: string, change: number, interval: readonly [number, number]) => ({
      ...{ name, unit: 'ms', runs: 6, change, interval },
    });
    const comparison = {
      margin: 0.05,
      metrics: [metric('p50', 0, [-0.02, 0.02]), metric('p95', 0.12, [0.07, 0.17])],
    } as unknown as Comparison;
    const [p50 = '', p95 = '', scale = ''] = changesChart(comparison).split('\n').slice(1, -1);
    const at = (row: string, sign: string): number => row.indexOf(sign) - 4;
    expect([at(p50, '┊'), at(p50, '●'), p50.lastIndexOf('┊') - 4]).toEqual([15, 20, 25]);
    expect(at(p95, '●')).toBeGreaterThan(p95.lastIndexOf('┊') - 4);
    expect(p95).toMatch(/┊ +│ +┊ *─+●─+$/);
    expect(scale).toMatch(/^ {4}−19\.6 % +0 +\+19\.6 %$/);
    expect(changesChart({ ...comparison, metrics: [] })).toBe('');
  });
});
