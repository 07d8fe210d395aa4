import { describe, expect, it } from 'vitest';
import type { Sweep, SweepLevel } from '../core/sweep.ts';
import { courseSvg } from './sweep-svg.ts';

const level = (vus: number): SweepLevel => ({
  ...{ vus, id: `r${vus}`, from: `users-${vus}`, achievedPerSec: vus, errors: 0, p50: 10, p95: 10 + vus },
  ...{ perUser: 1, inAll: vus, pareto: true },
});

function drawn(users: readonly number[]) {
  const sweep: Sweep = {
    ...{
      format: 1,
      tool: { name: 'rampart', version: '1' },
      target: 'http://h/',
      streamed: false,
      tiers: [],
      doubts: [],
    },
    levels: users.map(level),
  };
  const svg = courseSvg(sweep, 'ms', [{ name: 'p95', of: ({ p95 }) => p95 }]);
  const ticks = [...svg.matchAll(/<text x="([\d.]+)" y="232" text-anchor="middle">([\d,]+)<\/text>/g)];
  const [, path = ''] = /d="M([^"]+)"/.exec(svg) ?? [];
  return {
    svg,
    ticks: ticks.map(([, x, label]) => [Number(x), Number(label?.replace(',', ''))] as const),
    marks: path.split('L').map((point) => Number(point.split(' ')[0])),
  };
}

describe('figures over numbers of users', () => {
  it('of which there are two have their names where no line runs: the upper above its end, the lower below', () => {
    const sweep = { streamed: false, levels: [1, 2, 4, 8].map(level) } as unknown as Sweep;
    const svg = courseSvg(sweep, 'ms', [
      { name: 'p50', of: ({ p50 }) => p50 },
      { name: 'p95', of: ({ p95 }) => p95 },
    ]);
    const paths = [...svg.matchAll(/class="line[^"]*" d="M([^"]+)"/g)].map(([, path = '']) =>
      Number(path.split(' ').at(-1)),
    );
    const names = ['p50', 'p95'].map((name) => Number(new RegExp(`y="([\\d.]+)"[^>]*>${name}<`).exec(svg)?.[1]));
    expect((names[0] ?? 0) - (paths[0] ?? 0)).toBeGreaterThan(10);
    expect((paths[1] ?? 0) - (names[1] ?? 0)).toBeGreaterThan(10);
  });

  it('that double have steps of one width, each level with its label below its mark', () => {
    const { svg, ticks, marks } = drawn([1, 2, 4, 8, 16, 32, 64]);
    expect(svg).toContain('users at a time, logarithmic');
    expect(ticks.map(([, label]) => label)).toEqual([1, 2, 4, 8, 16, 32, 64]);
    expect(ticks.map(([x]) => x)).toEqual(marks);
    const steps = marks.slice(1).map((x, n) => x - (marks[n] ?? 0));
    expect(Math.max(...steps) - Math.min(...steps)).toBeLessThan(0.3);
  });

  it('that lie close together have no labels over each other, and the highest has one', () => {
    const { ticks } = drawn([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 100, 110, 1_200]);
    expect(ticks.at(-1)?.[1]).toBe(1_200);
    for (const [n, [x]] of ticks.slice(1).entries()) expect(x - (ticks[n]?.[0] ?? 0)).toBeGreaterThan(14);
    expect(ticks.map(([, label]) => label)).not.toContain(100);
  });

  it('of nearly one size have an axis from zero', () => {
    const { svg, ticks } = drawn([4, 6, 8, 10]);
    expect(svg).not.toContain('logarithmic');
    expect(ticks[0]).toEqual([56, 0]);
  });
});
