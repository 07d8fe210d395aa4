import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { RunFold } from '../src/analyze/fold.ts';
import type { RunResult } from '../src/core/result.ts';
import { IntervalArchive } from '../src/report/archive.ts';
import { loadPicturesOf } from '../src/report/html/load-pictures.ts';
import { searchEvents } from '../src/report/search.fixture.ts';
import { reportReader } from './report-reader.ts';

/** The report of a search, as a reader has it. */

const reader = reportReader();
const { complaints } = reader;
const { result, intervals } = searched();

function searched(): { result: RunResult; intervals: string } {
  const fold = new RunFold();
  const archive = new IntervalArchive();
  for (const event of searchEvents()) {
    fold.accept(event);
    if (event.type === 'interval') archive.add(event.snapshot);
  }
  const found = fold.result();
  const { breakingPoint } = found;
  if (breakingPoint === undefined) throw new Error('no answer');
  const points = [1, 2, 4, 8].map((vus) => ({ vus, perSec: 60 * vus ** 0.6 }));
  const peak = { estimate: 12, interval: [10, 15] } as const;
  const scalability = { gamma: 60, sigma: 0.06, kappa: 0.0065, peak, peakPerSec: 250, points };
  return {
    result: { ...found, breakingPoint: { ...breakingPoint, scalability } },
    intervals: archive.pack(found.timeline, found.failures),
  };
}

const levels = result.breakingPoint?.levels ?? [];
const open = levels.filter(({ load }) => load.model === 'open');

/** Colours of every canvas, as `r,g,b`, in the order of the page. */
const coloursOf = (page: Page): Promise<string[][]> =>
  page.$$eval('canvas', (canvases) =>
    canvases.map((canvas) => {
      const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      const colours = new Set<string>();
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] === 255) colours.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
      }
      return [...colours];
    }),
  );

const firstPicture = (page: Page): Promise<string> => page.$$eval('canvas', ([canvas]) => canvas?.toDataURL() ?? '');

it('begins with the picture that proves the answer, its figures beside it', async (test) => {
  const page = await reader.open(test, result, intervals);
  const first = page.locator('article.card').first();
  expect(await first.locator('h2').textContent()).toContain('Response time against load');
  expect(await first.locator('.answers dt').allTextContents()).toEqual(
    expect.arrayContaining(['SLO limit', 'Capacity', 'Knee', 'Error limit', 'Users there', 'Recovery']),
  );
  const [colours, throughput, waiting] = await coloursOf(page);
  // The curve is violet, the SLO red, what is undecided orange.
  for (const colour of ['111,66,184', '198,40,40', '199,116,0']) expect(colours).toContain(colour);
  expect(throughput?.length).toBeGreaterThan(20);
  expect(waiting?.length).toBeGreaterThan(20);
  expect(complaints).toEqual([]);
});

it('tells a level when pointed at, and lists it in the data table', async (test) => {
  const page = await reader.open(test, result, intervals);
  const card = page.locator('article.card').first();
  await card.locator('summary').click();
  await expect.poll(() => card.locator('tbody tr').count()).toBe(open.length);
  const [picture] = result.breakingPoint === undefined ? [] : loadPicturesOf(result.breakingPoint);
  const before = await firstPicture(page);
  const box = (await card.locator('canvas').boundingBox())!;
  // 46 px of labels at the left, 18 px of air at the right; how high the point stands is not known here.
  const x = box.x + 46 + ((picture?.points[0]?.x ?? 0) / (picture?.x.end ?? 1)) * (box.width - 64);
  let told = false;
  for (let y = box.height; y > 0 && !told; y -= 5) {
    await page.mouse.move(x, box.y + y);
    told = (await firstPicture(page)) !== before;
  }
  expect(told).toBe(true);
  expect(complaints).toEqual([]);
});

it('has every level in a table with its reason, and marks the breaking point on the charts over time', async (test) => {
  const page = await reader.open(test, result, intervals, { javaScriptEnabled: false });
  expect(await page.locator('h1').textContent()).toMatch(/^It sustains \d+ requests per second under p95<250ms\.$/);
  expect(await page.locator('[data-picture="levels"] > svg .sign').count()).toBe(open.length);
  const table = page.getByRole('region', { name: 'Levels', exact: true });
  expect(await table.locator('tbody tr').count()).toBe(levels.length);
  for (const { reason } of levels.slice(0, 3)) expect(await table.textContent()).toContain(reason);
  for (const id of ['requests', 'response', 'users', 'generator']) {
    expect(await page.locator(`[data-picture="${id}"] .mark-label`).textContent()).toMatch(/^breaks: \d+\/s$/);
  }
  expect(await page.locator(':is(button, form, select):visible').count()).toBe(0);
});

it('shows the levels of the stretch that is looked at, and leaves what is said of all of them', async (test) => {
  const page = await reader.open(test, result, intervals);
  const table = page.getByRole('region', { name: 'Levels', exact: true });
  const card = page.locator('.card:has([aria-label="Levels"])');
  const facts = await card.locator('.facts').textContent();
  const third = levels[2];
  if (third === undefined) throw new Error('fewer than three levels');
  await page.getByLabel('From', { exact: true }).fill(String(third.startedAfter / 1e6));
  await page.keyboard.press('Enter');
  const shown = await table.locator('tbody tr:visible').count();
  expect(shown).toBeLessThan(levels.length);
  expect(shown).toBeGreaterThanOrEqual(levels.length - 3);
  expect(await card.locator('.facts').textContent()).toBe(facts);
  expect(await card.locator('.part').textContent()).toMatch(/^\d+:\d\d – \d+:\d\d$/);
  await page.keyboard.press('Escape');
  expect(await table.locator('tbody tr:visible').count()).toBe(levels.length);
  expect(complaints).toEqual([]);
});

it('fits a phone', async (test) => {
  const page = await reader.open(test, result, intervals, { viewport: { width: 375, height: 800 } });
  const width = await page.evaluate<number>('document.documentElement.scrollWidth');
  expect(width).toBeLessThanOrEqual(375);
});

it('fits the paper: no table is cut off, no card has a gap below its picture', async (test) => {
  // A4 within its margins.
  const page = await reader.open(test, result, intervals, { viewport: { width: 703, height: 1032 } });
  await page.emulateMedia({ media: 'print' });
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(703);
  const gaps = await page.$$eval('.plot:has(> svg)', (plots) =>
    plots.map((plot) => plot.clientHeight - (plot.querySelector('svg')?.getBoundingClientRect().height ?? 0)),
  );
  expect(gaps.length).toBeGreaterThan(5);
  for (const gap of gaps) expect(gap).toBeLessThan(2);
});

it.for(['light', 'dark'] as const)('is accessible in the %s theme', async (colorScheme, test) => {
  const page = await reader.open(test, result, intervals, { colorScheme });
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>("axe.run({ resultTypes: ['violations'] })");
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
});
