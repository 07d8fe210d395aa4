import { expect, it } from 'vitest';
import { sampleOf } from '../../test/sample-stream.ts';
import { type OverlayRun, renderOverlay } from './overlay.ts';

const OPEN = sampleOf({ seconds: 30, names: ['a'], rate: 50 });
const USERS = sampleOf({ seconds: 20, names: ['a'], rate: 50, model: 'closed' });
const LONG = sampleOf({ seconds: 250, names: ['a'], rate: 5 });

const run = (label: string, { result, intervals }: Omit<OverlayRun, 'label'> = OPEN): OverlayRun => ({
  label,
  result,
  intervals,
});
const page = (...runs: OverlayRun[]): string => renderOverlay(runs, '1.2.3', { script: '', style: '' });
const dataOf = (html: string): { unit: string; runs: { letter: string; label: string; intervals: string }[] } =>
  JSON.parse(/<script type="application\/json" id="timeline">(.*?)<\/script>/.exec(html)?.[1] ?? '');
/** Rows of the data table under a picture. */
const rowsOf = (html: string, picture: string): number => {
  const card = html.split('<article class="card">').find((part) => part.includes(`data-picture="${picture}"`)) ?? '';
  return /<tbody>(.*?)<\/tbody>/s.exec(card)?.[1]?.split('<tr>').slice(1).length ?? 0;
};

it('gives runs letters in their order, and carries what each was packed into', () => {
  const { runs } = dataOf(page(run('before'), run('after', USERS), run('third')));
  expect(runs.map(({ letter, label }) => [letter, label])).toEqual([
    ['A', 'before'],
    ['B', 'after'],
    ['C', 'third'],
  ]);
  expect(runs.map(({ intervals }) => intervals)).toEqual([OPEN.intervals, USERS.intervals, OPEN.intervals]);
});

it('counts load in users only where every run is of users', () => {
  expect(dataOf(page(run('a', USERS), run('b', USERS))).unit).toBe('users');
  expect(dataOf(page(run('a', USERS), run('b', OPEN))).unit).toBe('offered');
});

it('shows a label as text, wherever it stands', () => {
  const html = page(run('<img src=x>'), run('</script><script>alert(1)</script>'));
  expect(html).toContain('&lt;img src=x&gt;');
  expect(html).not.toContain('<img');
  expect(html).not.toContain('<script>alert');
  expect(dataOf(html).runs[1]?.label).toBe('</script><script>alert(1)</script>');
});

it('has every row of a short run ready-made, and of a long one at most 100, with a word on the others', () => {
  const short = page(run('a'), run('b', USERS));
  expect(rowsOf(short, 'requests')).toBe(OPEN.result.timeline.length);
  expect(short).not.toContain('One of every');
  const long = page(run('a', LONG), run('b'));
  expect(rowsOf(long, 'requests')).toBe(Math.floor(LONG.result.timeline.length / 3));
  expect(long).toContain('One of every 3 rows; all of them are in each run’s history.csv.');
});

it('gives the same bytes for the same runs', () => {
  expect(page(run('a'), run('b', USERS))).toBe(page(run('a'), run('b', USERS)));
});
