import { expect, it } from 'vitest';
import type { BreakingPoint } from '../../core/breaking-point.ts';
import { searchResult } from '../search.fixture.ts';
import { levelJustPassed } from '../search-phrases.ts';
import { keyFiguresOf } from './key-figures.ts';

const RESULT = searchResult();
const FOUND = RESULT.breakingPoint;

/** What stands under each label, without marks. */
function figuresWith(changes: Partial<BreakingPoint> = {}): Record<string, string> {
  const html = keyFiguresOf({ ...RESULT, breakingPoint: { ...FOUND, ...changes } });
  return Object.fromEntries(
    [...html.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g)].map(([, label = '', value = '']) => [
      label.replace(/<[^>]*>/g, ''),
      value.replace(/<[^>]*>/g, ''),
    ]),
  );
}

it('says of a search where it breaks, what binds, what just passed, and what it cost', () => {
  const passed = levelJustPassed(FOUND);
  expect(passed).toMatchObject({ verdict: 'pass', used: true, load: { model: 'open' } });
  const rate = passed?.load.model === 'open' ? passed.load.ratePerSec : Number.NaN;
  expect(rate).toBeLessThanOrEqual(FOUND.estimate ?? 0);
  for (const { load, used, verdict } of FOUND.levels)
    if (used && verdict === 'pass' && load.model === 'open' && load.ratePerSec > rate)
      expect(load.ratePerSec).toBeGreaterThan(FOUND.estimate ?? 0);
  const figures = figuresWith();
  expect(Object.keys(figures)).toEqual(['Breaking point', 'Binds first', 'Just passed', 'Levels', 'Time']);
  expect(figures['Breaking point']).toMatch(/^\d+\/s 95 %: \d+–\d+\/s$/);
  expect(figures['Binds first']).toBe(FOUND.criterion?.replace('<', '&lt;'));
  expect(figures['Just passed']).toMatch(/^[\d.]+\/s p95 [\d.]+ ms \(.*\)$/);
  expect(figures['Levels']).toBe(String(FOUND.levels.length));
  expect(figures['Time']).toMatch(/^\d+:\d\d of \d+:\d\d$/);
});

it('gives a search without a breaking point no number for one', () => {
  const undecided = figuresWith({ status: 'undecided', estimate: null, interval: null, criterion: null, levels: [] });
  expect(undecided).toMatchObject({ Holds: '–', 'Binds first': '–', 'Just passed': '–', Levels: '0' });
  const bounded = figuresWith({ status: 'not-reached', estimate: 400, interval: [400, null], criterion: null });
  expect(bounded).toMatchObject({ Holds: '≥ 400/s', 'Binds first': '–' });
});
