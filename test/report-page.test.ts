import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { reportReader } from './report-reader.ts';
import { closedRun, hostileRun, openRun, unreachableRun } from './sample-run.ts';

/** The report as a reader has it: a file, opened from disk. */

const reader = reportReader();
const { complaints } = reader;

/** How many different colours each canvas shows; a blank one shows one. */
function coloursOf(page: Page): Promise<number[]> {
  return page.$$eval('canvas', (canvases) =>
    canvases.map((canvas) => {
      const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      const colours = new Set<number>();
      for (let i = 0; i < data.length; i += 4) {
        colours.add(
          ((data[i] ?? 0) << 24) | ((data[i + 1] ?? 0) << 16) | ((data[i + 2] ?? 0) << 8) | (data[i + 3] ?? 0),
        );
      }
      return colours.size;
    }),
  );
}

const background = (page: Page): Promise<string> =>
  page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');

it('draws its four charts without a complaint and without the network', async (test) => {
  const page = await reader.open(test, openRun());
  const colours = await coloursOf(page);
  expect(colours).toHaveLength(4);
  for (const shown of colours) expect(shown).toBeGreaterThan(20);
  expect(await page.locator('.plot > svg:visible').count()).toBe(0);
  expect(await page.getByRole('img', { name: /^Response time, ms, of the successes, over time/ }).count()).toBe(1);
  expect(complaints).toEqual([]);
});

it('shows the values under the pointer, and marks the instant on every chart', async (test) => {
  const page = await reader.open(test, closedRun());
  const pictures = (): Promise<string[]> => page.$$eval('canvas', (all) => all.map((canvas) => canvas.toDataURL()));
  const before = await pictures();
  await page
    .locator('canvas')
    .first()
    .hover({ position: { x: 300, y: 80 } });
  await expect.poll(async () => (await pictures()).filter((picture, i) => picture !== before[i]).length).toBe(4);
  await page.mouse.move(5, 5);
  await expect.poll(pictures).toEqual(before);
});

it('follows the system’s theme, switches, and remembers the choice', async (test) => {
  const page = await reader.open(test, closedRun(), undefined, { colorScheme: 'dark' });
  expect(await background(page)).toBe('rgb(15, 18, 22)');
  const dark = await page.locator('canvas').first().screenshot();
  const button = page.getByRole('button', { name: 'Dark theme' });
  expect(await button.getAttribute('aria-pressed')).toBe('true');
  await button.focus();
  await page.keyboard.press('Enter');
  expect(await background(page)).toBe('rgb(251, 251, 249)');
  expect(await button.getAttribute('aria-pressed')).toBe('false');
  expect(dark.equals(await page.locator('canvas').first().screenshot())).toBe(false);
  await page.reload();
  expect(await background(page)).toBe('rgb(251, 251, 249)');
  expect(complaints).toEqual([]);
});

it('is complete with scripts blocked: answer, pictures, tables', async (test) => {
  const page = await reader.open(test, openRun(), undefined, { javaScriptEnabled: false });
  expect(await page.locator('h1').textContent()).toContain('p95 was');
  expect(await page.locator('.plot > svg:visible').count()).toBe(4);
  for (const name of ['Requests', 'Where the time goes', 'Failures']) {
    expect(await page.getByRole('region', { name, exact: true }).locator('tbody tr').count()).toBeGreaterThan(1);
  }
  expect(await page.locator(':is(button, form, select):visible').count()).toBe(0);
  await page.locator('summary', { hasText: 'What each number means' }).click();
  expect(await page.getByText('what a caller waits').isVisible()).toBe(true);
});

it.for([
  ['with a script', true],
  ['without one', false],
] as const)('is one column on a phone, without scrolling sideways, %s', async ([, javaScriptEnabled], test) => {
  const page = await reader.open(test, openRun(), undefined, {
    viewport: { width: 375, height: 800 },
    javaScriptEnabled,
  });
  const cards = await page.locator('.grid .card:visible').all();
  const lefts = await Promise.all(cards.map(async (card) => (await card.boundingBox())?.x));
  expect(new Set(lefts).size).toBe(1);
  const widest = await page.locator('body').boundingBox();
  expect(widest?.width).toBeLessThanOrEqual(375);
  await page.mouse.wheel(400, 0);
  expect((await page.locator('body').boundingBox())?.x).toBe(0);
});

it('prints the drawings, in light colours, whatever the theme', async (test) => {
  const page = await reader.open(test, openRun(), undefined, {
    colorScheme: 'dark',
    viewport: { width: 703, height: 900 },
  });
  await page.emulateMedia({ media: 'print' });
  expect(await background(page)).toBe('rgb(255, 255, 255)');
  expect(await page.locator('.plot > svg:visible').count()).toBe(4);
  expect(await page.locator('canvas:visible').count()).toBe(0);
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(703);
});

it('shows hostile text as text', async (test) => {
  const page = await reader.open(
    test,
    hostileRun('</script><img src=x onerror="alert(1)">\'"><script>alert(2)</script>'),
  );
  expect(await page.locator('img:not([role])').count()).toBe(0);
  expect(await page.locator('script').count()).toBe(2);
  expect((await coloursOf(page)).length).toBe(4);
  expect(complaints).toEqual([]);
});

it('is calm where nothing answered', async (test) => {
  const page = await reader.open(test, unreachableRun());
  expect(await page.locator('h1').textContent()).toContain('Nothing answered');
  expect(await page.locator('canvas').count()).toBe(0);
  expect(await page.getByText('No interval was recorded').isVisible()).toBe(true);
  expect(complaints).toEqual([]);
});
