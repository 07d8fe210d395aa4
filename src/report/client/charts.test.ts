import { describe, expect, it } from 'vitest';
import { closedRun, openRun } from '../../../test/sample-run.ts';
import type { RunResult } from '../../core/result.ts';
import type { LineChart } from './canvas.ts';
import { chartOf } from './charts.ts';
import { picturesOf } from './pictures.ts';
import { themeOf } from './theme.ts';

/** Every colour is its own name: what is drawn with what can be read off. */
const THEME = themeOf((name) => name);

function chartsOf(result: RunResult): LineChart[] {
  const { plan, run, timeline } = result;
  return picturesOf({
    model: plan.load.model === 'closed' ? 'closed' : 'open',
    startedAt: run.startedAt,
    thresholds: plan.thresholds,
    marks: [],
    timeline,
  }).map((picture) => chartOf(picture, THEME, run.startedAt, { instant: null, brush: null }));
}

describe('chartOf', () => {
  it('draws what the timeline says, in seconds', () => {
    const result = closedRun();
    const [requests] = chartsOf(result);
    const [achieved] = requests!.data.datasets;
    expect(achieved!.data[9]).toEqual({ x: 10, y: result.timeline[9]!.ok });
    expect(achieved!.data[60]).toEqual({ x: 60.21, y: Number.NaN });
  });

  it('asks Chart.js for no work that is done already', () => {
    for (const { options } of chartsOf(openRun())) {
      expect(options).toMatchObject({ parsing: false, normalized: true, animation: false });
      expect(options?.plugins?.legend).toEqual({ display: false });
      expect(options?.scales?.['x']).toMatchObject({ type: 'linear', min: 0, max: 60 });
      expect(options?.scales?.['y']).toMatchObject({ type: 'linear', min: 0 });
    }
  });

  it('gives a colour one meaning', () => {
    const [requests, response, users] = chartsOf(openRun());
    const colours = (chart: LineChart | undefined) => chart!.data.datasets.map(({ borderColor }) => borderColor);
    expect(colours(requests)).toEqual(['--offered', '--achieved', '--failed']);
    expect(colours(response)).toEqual(['--p50', '--p95', '--p95']);
    expect(colours(users)).toEqual(['--users']);
    expect(response!.data.datasets.map(({ borderDash }) => (borderDash ?? []).length > 0)).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('draws points only where a value has no neighbours', () => {
    const result = openRun();
    expect(chartsOf(result)[1]!.data.datasets[0]!.pointRadius).toBe(0);
    const alone = { ...result, timeline: result.timeline.slice(20, 21) };
    expect(chartsOf(alone)[1]!.data.datasets[0]!.pointRadius).toEqual([2.5]);
  });

  it('labels time as m:ss, and tells the wall-clock time in the tooltip', () => {
    const [requests] = chartsOf(openRun());
    const ticks = requests!.options!.scales!['x']!.ticks as { callback(value: number): string };
    expect(ticks.callback(65)).toBe('1:05');
    const callbacks = requests!.options!.plugins!.tooltip!.callbacks as unknown as {
      title(items: unknown[]): string;
      label(item: unknown): string;
    };
    expect(callbacks.title([{ parsed: { x: 15, y: 1 } }])).toBe('0:15 · 21:04:20 UTC');
    expect(callbacks.title([])).toBe('');
    expect(callbacks.label({ parsed: { x: 15, y: 158.14 }, dataset: { label: 'achieved' } })).toBe('achieved  158');
  });

  it('shades the stretches, draws limit and mark, and what the reader is about', () => {
    const { plan, run, timeline } = openRun();
    const [, response] = picturesOf({
      model: 'open',
      startedAt: run.startedAt,
      thresholds: plan.thresholds,
      marks: [{ at: 40, label: '250/s' }],
      timeline,
    });
    const drawn: string[] = [];
    const ctx = new Proxy({} as Record<string, unknown>, {
      get: (target, name: string) =>
        target[name] ??
        ((...args: unknown[]) => {
          drawn.push(`${name} ${args.join(' ')}`);
          return { width: 40 };
        }),
      set: (target, name: string, value) => {
        target[name] = value;
        return true;
      },
    });
    const chart = {
      ctx,
      chartArea: { top: 0, bottom: 100, left: 0, right: 600 },
      scales: {
        x: { getPixelForValue: (seconds: number) => seconds * 10 },
        y: { getPixelForValue: (ms: number) => 100 - ms / 10 },
      },
    };
    const [backdrop] = chartOf(response!, THEME, run.startedAt, {
      instant: 30,
      brush: { from: 20, to: 25 },
    }).plugins as unknown as {
      beforeDatasetsDraw(chart: unknown): void;
      afterDatasetsDraw(chart: unknown): void;
    }[];
    backdrop!.beforeDatasetsDraw(chart);
    backdrop!.afterDatasetsDraw(chart);
    expect(drawn).toContain('fillRect 0 0 100 100');
    expect(drawn).toContain('fillText warm-up 4 3');
    expect(drawn).toContain('lineTo 600 75');
    expect(drawn).toContain('fillText p95 < 250ms 106 72');
    expect(drawn).toContain('moveTo 300 0');
    expect(drawn).toContain('fillText 250/s 396 2');
    expect(drawn).toContain('fillRect 200 0 50 100');
  });
});
