import { expect, it } from 'vitest';
import { closedRun, openRun } from '../../test/sample-run.ts';
import type { RunResult } from '../core/result.ts';
import type { Picture } from './client/picture.ts';
import { picturesOf } from './client/pictures.ts';
import { pictureSourceOf } from './html/pictures.ts';
import { svgOf } from './svg.ts';

function pictureOf(result: RunResult, id: Picture['id']): Picture {
  return picturesOf(pictureSourceOf(result)).find((picture) => picture.id === id)!;
}

/** The points of the line of this class, in the drawing's units. */
function pathOf(svg: string, style: string): [number, number][] {
  const [, path = ''] = new RegExp(`class="line ${style}" d="([^"]*)"`).exec(svg) ?? [];
  return [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

it('puts every value where the axes say', () => {
  const result = closedRun();
  const points = pathOf(svgOf(pictureOf(result, 'users'), 200), 'users');
  expect(points).toHaveLength(61);
  // 46 to 516 across for 60.21 s, 173 to 8 upwards for 120 users.
  expect(points[0]).toEqual([53.8, 170.3]);
  expect(points[59]).toEqual([514.4, 35.5]);
});

it('draws the axes with the same labels as the canvas', () => {
  const svg = svgOf(pictureOf(closedRun(), 'requests'), 200);
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
  expect(texts).toEqual([
    '0',
    '50',
    '100',
    '150',
    '200',
    '250',
    '0:00',
    '0:10',
    '0:20',
    '0:30',
    '0:40',
    '0:50',
    '1:00',
    '100 users',
  ]);
});

it('interrupts a line where there is no value, and draws a lonely value as a dot', () => {
  const result = openRun();
  const timeline = result.timeline.slice(0, 6).map((point, i) => ({ ...point, p50: [4, 5, null, 6, null, 7][i]! }));
  const svg = svgOf(pictureOf({ ...result, timeline }, 'response'), 200);
  const [, path = ''] = /class="line p50" d="([^"]*)"/.exec(svg) ?? [];
  expect(path.match(/M/g)).toHaveLength(3);
  expect(svg.match(/class="dot p50"/g)).toHaveLength(2);
});

it('shades the warm-up with its name, the unfit stretch without, and draws the limit', () => {
  const response = svgOf(pictureOf(openRun(), 'response'), 200);
  expect(response).toContain('<rect class="band" x="46" y="8" width="78.3"');
  expect(response).toContain('>warm-up</text>');
  expect(response).toContain('p95 &lt; 250ms</text>');
  const generator = svgOf(pictureOf(openRun(), 'generator'), 110);
  expect(generator).toContain('<rect class="band unfit"');
});

it('is named for those who do not see it', () => {
  expect(svgOf(pictureOf(openRun(), 'response'), 200)).toMatch(
    /^<svg viewBox="0 0 534 200" role="img" aria-label="Response time, ms, of the successes, over time: p50 up to /,
  );
});

it('stays small however long the run was', () => {
  const result = openRun();
  const timeline = Array.from({ length: 36_000 }, (_, i) => ({ ...result.timeline[i % 60]!, t: i + 1 }));
  expect(svgOf(pictureOf({ ...result, timeline }, 'response'), 200).length).toBeLessThan(100_000);
});
