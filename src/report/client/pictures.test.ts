import { describe, expect, it } from 'vitest';
import { closedRun, openRun } from '../../../test/sample-run.ts';
import type { RunResult, TimelinePoint } from '../../core/result.ts';
import { describe as describePicture, labelsFrom, type Picture, standsAlone, thinned } from './picture.ts';
import { picturesOf, type View } from './pictures.ts';

type Parts = Partial<Pick<RunResult, 'timeline'>>;
type Shown = Record<Exclude<Picture['id'], 'outcomes'>, Picture>;

function draw(result: RunResult, parts: Parts = {}, view?: View): Shown {
  const source = {
    model: result.plan.load.model === 'closed' ? 'closed' : 'open',
    startedAt: result.run.startedAt,
    thresholds: result.plan.thresholds,
    marks: [{ at: 50, label: '100 users' }],
    timeline: parts.timeline ?? result.timeline,
  };
  const [requests, response, users, generator] = picturesOf(source, view);
  return { requests: requests!, response: response!, users: users!, generator: generator! };
}

const labels = (picture: Picture): string[] => picture.lines.filter(({ hidden }) => !hidden).map(({ label }) => label);

describe('picturesOf', () => {
  it('shows users, and no offered rate, in the closed model', () => {
    const { requests, response, users, generator } = draw(closedRun());
    expect(labels(requests)).toEqual(['achieved', 'failed']);
    expect(labels(response)).toEqual(['p50', 'p95']);
    expect(users).toMatchObject({ title: 'Virtual users', y: { end: 120, step: 20 } });
    expect(generator).toMatchObject({ unit: 'event-loop delay p99, ms' });
  });

  it('shows offered, service time and send lag in the open model', () => {
    const { requests, response, users, generator } = draw(openRun());
    expect(labels(requests)).toEqual(['offered', 'achieved', 'failed']);
    expect(requests.lines[0]).toMatchObject({ colour: 'offered', dashed: true });
    expect(labels(response)).toEqual(['p50', 'p95', 'p95 service']);
    expect(response.lines[3]).toMatchObject({ label: 'p95 service', colour: 'p95', dashed: true });
    expect(users.title).toBe('In flight');
    expect(labels(generator)).toEqual(['lag p99']);
  });

  it('leaves the service time out where it is the response time', () => {
    const result = openRun();
    const timeline = result.timeline.map((point) => ({ ...point, serviceP95: point.p95 }));
    expect(labels(draw(result, { timeline }).response)).toEqual(['p50', 'p95']);
  });

  it('breaks its lines where nothing was recorded, and says so', () => {
    const result = closedRun();
    const point = { ...result.timeline[0]!, seconds: 1, ok: 10, failed: 0 };
    const timeline = [1, 2, 7, 8].map((t) => ({ ...point, t }));
    const { requests, response } = draw(result, { timeline });
    expect(requests.lines[0]?.values).toEqual([10, 10, null, 10, 10]);
    expect(response.times).toEqual([1, 2, 4, 7, 8]);
    expect(requests.bands).toContainEqual({ kind: 'lost', label: 'nothing recorded', from: 2, to: 6 });
    const whole = draw(result, { timeline: [1, 2, 3].map((t) => ({ ...point, t })) });
    expect(whole.requests.bands.filter(({ kind }) => kind === 'lost')).toEqual([]);
  });

  it('turns counts into rates by the length of the interval, but not those of a stub', () => {
    const result = closedRun();
    const point = result.timeline[0]!;
    const timeline: TimelinePoint[] = [
      { ...point, t: 2, seconds: 2, ok: 100, failed: 4 },
      { ...point, t: 2.2, seconds: 0.2, ok: 9, failed: 0 },
    ];
    const [achieved, failed] = draw(result, { timeline }).requests.lines;
    expect(achieved?.values).toEqual([50, null]);
    expect(failed?.values).toEqual([2, null]);
  });

  it('does not show the offered rate fall to zero in the drain', () => {
    const result = openRun();
    const last = result.timeline[59]!;
    const timeline = [...result.timeline, { ...last, t: 61, phase: 'drain' as const, offered: 0 }];
    const { requests } = draw(result, { timeline });
    expect(requests.lines[0]?.values[60]).toBeNull();
    expect(requests.bands).toContainEqual({ kind: 'drain', label: 'drain', from: 60, to: 61 });
  });

  it('marks the warm-up and the unfit stretch on every picture', () => {
    const { requests, generator } = draw(openRun());
    const bands = [
      { kind: 'warmup', label: 'warm-up', from: 0, to: 10 },
      { kind: 'unfit', label: '', from: 43, to: 48 },
    ];
    expect(requests.bands).toEqual(bands);
    expect(generator.bands).toEqual(bands);
    expect(labelsFrom(requests)).toBe(10);
    expect(labelsFrom(draw(closedRun()).requests)).toBe(0);
  });

  it('shows a part of the run: its points, its stretch of the bands and marks, its own axes', () => {
    const { requests, response } = draw(openRun(), {}, { span: { from: 5, to: 45 }, toggled: new Set() });
    expect(requests.times).toEqual(Array.from({ length: 40 }, (_, i) => i + 6));
    expect(requests.x).toEqual({ start: 5, end: 45, step: 10 });
    expect(requests.bands.map(({ from, to }) => [from, to])).toEqual([
      [5, 10],
      [43, 45],
    ]);
    expect(requests.marks).toEqual([]);
    expect(draw(openRun()).requests.marks).toHaveLength(1);
    expect(response.y.end).toBeLessThan(draw(openRun()).response.y.end);
  });

  it('shows and hides lines as the reader wants, and measures the axes by those shown', () => {
    const toggled = new Set(['response p99', 'response p50', 'generator CPU, cores']);
    const { response, generator } = draw(closedRun(), {}, { span: null, toggled });
    expect(labels(response)).toEqual(['p95', 'p99']);
    const fastest = draw(closedRun(), {}, { span: null, toggled: new Set(['response p95']) });
    expect(response.y.end).toBeGreaterThan(fastest.response.y.end);
    expect(generator.right?.end).toBeLessThan(1);
    expect(draw(closedRun()).generator.right).toBeNull();
  });

  it('writes names over no line: above all of them, and of a limit where none passes', () => {
    const { requests, users, generator } = draw(closedRun());
    for (const { lines, y } of [requests, users, generator])
      for (const { values } of lines.filter(({ hidden }) => !hidden))
        for (const value of values) expect(value ?? 0).toBeLessThan(0.91 * y.end);
    const result = openRun();
    const { length } = result.timeline;
    const low = { p50: 100, p95: 100, serviceP95: 100 };
    const limitOver = (within: (i: number) => boolean) => {
      const timeline = result.timeline.map((point, i) => ({ ...point, ...low, ...(within(i) ? { p95: 255 } : {}) }));
      return draw(result, { timeline }).response.limits[0]?.labelAt;
    };
    expect(limitOver(() => false)).toBeUndefined();
    expect(limitOver((i) => i < length / 3)).toBeGreaterThan((result.timeline.at(-1)?.t ?? 0) / 3);
    // Where a line is as high everywhere, no place is better.
    expect(limitOver(() => true)).toBeUndefined();
  });

  it('draws a threshold where it is near what was measured', () => {
    const result = openRun();
    expect(draw(result).response.limits).toEqual([{ label: 'p95 < 250ms', value: 250 }]);
    const timeline = result.timeline.map((point) => ({ ...point, p50: 2, p95: 4, serviceP95: 4 }));
    expect(draw(result, { timeline }).response.limits).toEqual([]);
  });

  it('says in a sentence why there is nothing to draw', () => {
    const result = closedRun();
    expect(draw(result, { timeline: [] }).requests.empty).toBe('No interval was recorded.');
    const timeline = result.timeline.map((point) => ({ ...point, ok: 0, p50: null, p95: null, serviceP95: null }));
    const { requests, response } = draw(result, { timeline });
    expect(requests.empty).toBe('');
    expect(response.empty).toContain('No request succeeded');
  });
});

describe('thinned', () => {
  it('keeps short pictures as they are', () => {
    const { requests } = draw(closedRun());
    expect(thinned(requests)).toBe(requests);
  });

  it('loses no peak, keeps the ends, and keeps the lines on the same instants', () => {
    const result = openRun();
    const point = result.timeline[20]!;
    const timeline = Array.from({ length: 20_000 }, (_, i) => ({
      ...point,
      t: i + 1,
      p95: i === 12_345 ? 999 : 50 + (i % 7),
    }));
    const { response } = draw(result, { timeline });
    const few = thinned(response);
    expect(few.times.length).toBeLessThan(2_000);
    expect([few.times[0], few.times.at(-1)]).toEqual([1, 20_000]);
    expect(few.lines[1]?.values[few.times.indexOf(12_346)]).toBe(999);
    for (const line of few.lines) expect(line.values.length).toBe(few.times.length);
    expect([...few.times].sort((a, b) => a - b)).toEqual(few.times);
  });
});

it('finds values without neighbours', () => {
  expect([0, 1, 2, 3, 4].map((i) => standsAlone([5, null, 6, 7, null], i))).toEqual([true, false, false, false, false]);
});

it('describes a picture in words', () => {
  expect(describePicture(draw(closedRun()).users)).toBe(
    'Virtual users, over time: users up to 100. The numbers are in the data table below.',
  );
});
