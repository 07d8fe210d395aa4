/** The live page of a run whose flows have loads of their own: the built command, a real browser, a real target. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { temporaryFolder } from './command.ts';
import { findingsOf, livePages } from './live-pages.ts';
import { fixedTarget, type TestTarget } from './target.ts';

const pages = livePages();
let target: TestTarget | null = null;
afterEach(async () => {
  await target?.close();
  target = null;
});

it('shows users and arrivals of all loads, says why none is edited, and tells each flow', async (test) => {
  target = await fixedTarget(10);
  const { origin } = new URL(target.url);
  const folder = temporaryFolder();
  const scenario = {
    url: origin,
    requests: [
      { name: 'look', path: '/look' },
      { name: 'ask', path: '/ask' },
    ],
    flows: [
      { name: 'people', steps: ['look', { pause: '100ms' }, 'ask'] },
      { name: 'batch', load: { rate: '20/s', maxInFlight: 8 }, steps: ['ask'] },
      { name: 'early', load: { vus: 2, iterations: 40 }, steps: ['look', { pause: '50ms' }] },
    ],
    ...{ vus: 3, duration: '90s', thresholds: ['errors<1%', 'p95{flow batch}<5s'] },
  };
  writeFileSync(join(folder, 's.json'), JSON.stringify(scenario));
  const { url } = await pages.serve(['run', 's.json', '--ui', '0'], folder);
  const page = await pages.open(test, url);

  await page.getByText(/^Holding: [35] users, [\d.]+\/s offered in all, .* requests\/s/).waitFor();
  await page
    .getByText('Flows of this run have loads of their own: it can be stopped, but none of them edited.')
    .waitFor();
  expect(await page.getByRole('button', { name: 'Edit' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Stop' }).isVisible()).toBe(true);

  // Who asks the server for it all the same is told the reason.
  const reply = await page.request.post(`${url}control/edit`, {
    data: { vus: '9' },
    headers: { origin: new URL(url).origin },
  });
  expect(JSON.stringify(await reply.json())).toContain('loads of their own');

  const rows = page.locator('#panel-statistics tbody tr');
  for (const flow of ['people', 'batch', 'early']) await rows.filter({ hasText: flow }).first().waitFor();
  // The load that ends by its number of passes takes its users with it, and the others go on.
  await page.getByText(/^Holding: 3 users, /).waitFor();
  await page.getByRole('tab', { name: 'Charts' }).click();
  await page.getByText('Users and requests in flight').first().waitFor();
  const shots = process.env['SHOTS'];
  if (shots !== undefined) await page.screenshot({ path: join(shots, 'charts.png'), fullPage: true });
  expect(await findingsOf(page)).toEqual([]);
  await page.getByRole('tab', { name: 'Statistics' }).click();
  if (shots !== undefined) await page.screenshot({ path: join(shots, 'statistics.png'), fullPage: true });

  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText(/Up to 5 virtual users and 20 flows\/s offered: .*Stopped by hand/).waitFor();
  expect(await page.getByText('none of them edited').isVisible()).toBe(false);
  expect(pages.complaints).toEqual([]);
});
