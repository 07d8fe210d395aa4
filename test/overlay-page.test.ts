import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { rampart, temporaryFolder } from './command.ts';
import { reportReader } from './report-reader.ts';
import { type Sample, sampleOf } from './sample-stream.ts';

/** Runs drawn over each other by the built command, as a reader has them: a file, opened from disk. */

const reader = reportReader();
const { complaints } = reader;
const NAMES = ['POST /predict', 'GET /health'];
const folder = temporaryFolder();
const page = join(folder, 'over', 'report.html');
let samples: Sample[] = [];

beforeAll(async () => {
  samples = [
    sampleOf({ seconds: 60, names: NAMES, rate: 200 }),
    sampleOf({ seconds: 40, names: NAMES, rate: 120, model: 'closed' }),
  ];
  samples.forEach(({ events }, i) => {
    const journal = events
      .map((event) =>
        JSON.stringify(event.type === 'started' ? { ...event, run: { ...event.run, id: `r${i}` } } : event),
      )
      .join('\n');
    writeFileSync(join(folder, `r${i}.ndjson`), `${journal}\n`);
  });
  const runs = [join(folder, 'r0.ndjson'), join(folder, 'r1.ndjson')];
  const { code, stdout, stderr } = await rampart([
    ...['report', ...runs, '--label', 'before', '--label', '<b>after</b>'],
    ...['-o', join(folder, 'over')],
  ]);
  expect(stderr).toBe('');
  expect(stdout.trim()).toBe(page);
  expect(code).toBe(0);
});

const numberOf = (text: string | undefined): number => Number((text ?? '').split(' ')[0]?.replaceAll(',', ''));
const cellsOf = (opened: Page, row: string): Promise<string[]> =>
  opened.locator(`tr[data-row="${row}"] td`).allTextContents();
const picturesOf = (opened: Page): Promise<string[]> =>
  opened.$$eval('canvas', (all) => all.map((canvas) => canvas.toDataURL()));

it('says the numbers of the results, draws all pictures, and asks nothing of the network', async (test) => {
  const opened = await reader.openFile(test, page);
  for (const [i, { result }] of samples.entries()) {
    const cells = await cellsOf(opened, `run ${i}`);
    expect(numberOf(cells[0])).toBe(result.totals.sent);
    expect(numberOf(cells[1])).toBeCloseTo(result.rates.achievedPerSec, 1);
    expect(Math.abs(numberOf(cells[4]) / (result.latency.responseWithFailures.p95 ?? 0) - 1)).toBeLessThan(0.005);
  }
  expect(await opened.locator('canvas:visible').count()).toBe(7);
  expect(await opened.locator('th.run b + b, th.run script').count()).toBe(0);
  expect(await opened.locator('th.run').nth(1).textContent()).toContain('<b>after</b>');
  expect(complaints).toEqual([]);
});

it('says once where there is nothing to draw', async (test) => {
  const journals = samples.map(({ events }, i) => {
    const path = join(folder, `short-${i}.ndjson`);
    const short = events.filter((event) => event.type !== 'interval');
    const named = short.map((event) =>
      event.type === 'started' ? { ...event, run: { ...event.run, id: `short${i}` } } : event,
    );
    writeFileSync(path, `${named.map((event) => JSON.stringify(event)).join('\n')}\n`);
    return path;
  });
  await rampart(['report', ...journals, '-o', join(folder, 'short')]);
  const opened = await reader.openFile(test, join(folder, 'short', 'report.html'));
  const blank = opened.locator('.card:visible').filter({ hasText: 'No run has a value here.' });
  expect(await blank.count()).toBeGreaterThan(0);
  for (const card of await blank.all()) expect(await card.getByText('No run has a value here.').count()).toBe(1);
});

it('aligns by load, takes another percentile, one request, and hides a run', async (test) => {
  const opened = await reader.openFile(test, page);
  const before = await picturesOf(opened);
  await opened.getByRole('combobox', { name: 'Aligned by' }).selectOption('load');
  const byLoad = await picturesOf(opened);
  // Requests, users, median, p95 and failures; the other two are over load and percentile in any case.
  expect(byLoad.flatMap((now, i) => (now === before[i] ? [] : [i]))).toEqual([0, 1, 2, 3, 6]);
  await opened.getByRole('combobox', { name: 'Percentile' }).selectOption('p99');
  expect(await opened.getByRole('heading', { name: /^Response time, p99/ }).count()).toBe(1);
  expect((await picturesOf(opened))[2]).toBe(byLoad[2]);
  await opened.getByRole('combobox', { name: 'Requests' }).selectOption('GET /health');
  const [sent] = await cellsOf(opened, 'run 0');
  expect(numberOf(sent)).toBe(samples[0]?.result.series['GET /health']?.totals.sent);
  await opened.getByRole('button', { name: 'B', exact: true }).first().click();
  expect(await opened.getByRole('button', { name: 'B', exact: true, pressed: false }).count()).toBe(7);
  expect(complaints).toEqual([]);
});

it('recomputes the tables for a stretch that is marked out, and takes it back', async (test) => {
  const opened = await reader.openFile(test, page);
  const before = await opened.locator('main').textContent();
  const box = (await opened.locator('[data-picture="requests"] canvas').boundingBox())!;
  // 46 px of labels at the left, 18 px of air at the right.
  const at = (share: number): number => box.x + 46 + share * (box.width - 64);
  await opened.mouse.move(at(10 / 60), box.y + 60);
  await opened.mouse.down();
  await opened.mouse.move(at(20 / 60), box.y + 60, { steps: 4 });
  await opened.mouse.up();
  for (const [i, { events }] of samples.entries()) {
    let sent = 0;
    for (const event of events) {
      if (event.type !== 'interval') continue;
      const { startAt, endAt, series } = event.snapshot;
      if (startAt >= 10e6 && endAt <= 20e6) for (const part of Object.values(series)) sent += part.sent;
    }
    expect(numberOf((await cellsOf(opened, `run ${i}`))[0])).toBe(sent);
  }
  expect(await opened.getByText('times within 1 %').count()).toBeGreaterThan(1);
  await opened.keyboard.press('Escape');
  expect(await opened.locator('main').textContent()).toBe(before);
  expect(complaints).toEqual([]);
});

it('is complete with scripts blocked, also on a phone', async (test) => {
  const opened = await reader.openFile(test, page, { javaScriptEnabled: false, viewport: { width: 375, height: 800 } });
  expect(await opened.locator('.plot > svg:visible').count()).toBe(7);
  expect(await opened.locator('[data-picture="requests"] path.line').count()).toBe(2);
  expect(await opened.getByRole('region', { name: 'Differences from A' }).locator('tbody tr').count()).toBe(1);
  expect(await opened.locator(':is(button, form, select):visible').count()).toBe(0);
  const width = await opened.locator('body').boundingBox();
  expect(width?.width).toBeLessThanOrEqual(375);
});

it.for(['light', 'dark'] as const)('is accessible in the %s theme', async (colorScheme, test) => {
  const opened = await reader.openFile(test, page, { colorScheme });
  await opened.evaluate(axe.source);
  for (const summary of await opened.locator('summary:visible').all()) await summary.click();
  const { violations } = await opened.evaluate<axe.AxeResults>("axe.run({ resultTypes: ['violations'] })");
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
});

it.for([
  ['a run that is not there', ['nowhere'], 'nowhere: there is no such file'],
  ['a file that is no journal', ['page'], 'is no journal of a run'],
  ['a run named twice', ['r0.ndjson'], 'are the same run (r0)'],
  ['a label too few', ['r1.ndjson', '--label', 'one'], '1 labels for 2 runs'],
  ['--json', ['r1.ndjson', '--json'], '--json is of one run'],
  ['more runs than can be told apart', Array<string>(8).fill('r1.ndjson'), '9 runs: more than 8'],
] as const)('refuses %s, and says why', async ([, more, said]) => {
  const args = ['report', 'r0.ndjson', ...more].map((text) => (text === 'page' ? page : text));
  const { code, stderr } = await rampart(args, { cwd: folder });
  expect(stderr).toContain(said);
  expect(code).toBe(2);
});
