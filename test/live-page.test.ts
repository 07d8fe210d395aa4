import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { formatCount } from '../src/analyze/wording.ts';
import type { RunResult } from '../src/core/result.ts';
import { msFigure } from '../src/report/client/figures.ts';
import { temporaryFolder } from './command.ts';
import { begin, findingsOf, livePages, statistic } from './live-pages.ts';
import { fixedTarget, httpTarget, type TestTarget } from './target.ts';

/** The live page as a person has it: the built command, a real browser, a real target. */

const pages = livePages();
const { complaints } = pages;
const targets: TestTarget[] = [];
const kept = async (target: Promise<TestTarget>): Promise<TestTarget> => {
  targets.push(await target);
  return target;
};

afterEach(async () => {
  for (const target of targets.splice(0)) await target.close();
});

it('starts a test, follows it in two browsers and over a reload, edits, stops, and hands out its files', async (test) => {
  const target = await kept(fixedTarget(10));
  const folder = temporaryFolder();
  const { command, url } = await pages.serve(['--ui', '0'], folder);
  const page = await pages.open(test, url);

  // Wrong values are told beside their fields, and nothing begins.
  await begin(page, { url: 'nonsense://', vus: '0', duration: '5 parsecs' });
  await page.getByText('"0" is too little; at least 1.').waitFor();
  expect(await page.locator('[aria-invalid="true"]').count()).toBe(3);
  expect(await page.locator('#start-url').evaluate((input) => input === input.ownerDocument.activeElement)).toBe(true);
  expect(target.received()).toBe(0);

  await begin(page, { url: target.url, vus: '2', duration: '60s', thresholds: 'p95<1s' });
  await page.getByText(/^Holding: 2 users/).waitFor();

  // An edit that is out of range changes nothing; one within it comes at once.
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.locator('#edit-vus').fill('-3');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect.poll(() => page.locator('#edit-vus-error').textContent()).not.toBe('');
  await page.locator('#edit-vus').fill('5');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText(/^Holding: 5 users/).waitFor();

  // A second browser and a reload show the whole, and go on with it.
  const second = await pages.open(test, url);
  await second.getByRole('tab', { name: 'Charts' }).click();
  await page.reload();
  for (const each of [page, second]) await each.getByText(/^Holding: 5 users/).waitFor();
  expect(await second.locator('#panel-charts canvas:visible').count()).toBeGreaterThanOrEqual(8);

  await page.getByRole('button', { name: 'Stop' }).click();
  // A normal end: the answer is that of any run.
  await page.getByText(/Stopped by hand after [\d.]+ s of 60 s\./).waitFor();
  await second.getByText(/Stopped by hand after [\d.]+ s of 60 s\./).waitFor();
  expect(await page.locator('[data-text="sentence"]').textContent()).not.toContain('nterrupted');
  await second.getByRole('tab', { name: 'Statistics' }).click();

  // Every number is that of result.json, in both.
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    (async () => {
      await page.getByRole('tab', { name: 'Download' }).click();
      await page.getByRole('link', { name: 'result.json' }).click();
    })(),
  ]);
  const result = JSON.parse(readFileSync(await download.path(), 'utf8')) as RunResult;
  const { totals, latency, timeline } = result;
  await page.getByRole('tab', { name: 'Statistics' }).click();
  for (const each of [page, second]) {
    expect(await statistic(each, '# Requests')).toBe(formatCount(totals.sent));
    expect(await statistic(each, '# Fails')).toBe(formatCount(totals.failed));
    // With its interval behind it, where there is one.
    for (const [column, name] of [
      ['Median', 'p50'],
      ['p95', 'p95'],
    ] as const)
      expect((await statistic(each, column))?.split(' (')[0]).toBe(msFigure(latency.response[name] ?? 0));
    expect(await statistic(each, 'Max')).toBe(msFigure(latency.response.max ?? 0));
    await each.getByRole('tab', { name: 'Charts' }).click();
    const card = each.locator('article.card', { has: each.locator('[data-picture="requests"]') });
    await card.locator('summary').click();
    // Nothing missing, nothing twice: a row for each interval.
    await expect.poll(() => card.locator('tbody th').count()).toBe(timeline.length);
  }
  // And the one that went before.
  expect(totals.sent + 1).toBe(target.received());
  expect(result.changes?.map(({ type }) => type)).toEqual(['edited']);
  await command.shown('Report: ');
  const onDisk = readFileSync(join(folder, 'reports', result.run.id, 'result.json'), 'utf8');
  expect(JSON.parse(onDisk)).toEqual(result);

  // The report opens, as a page that cannot act as this one.
  await page.getByRole('tab', { name: 'Download' }).click();
  const [report] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: 'Open' }).click()]);
  await report.locator('html[data-drawn]').waitFor();
  expect(await report.locator('.why').textContent()).toMatch(/Stopped by hand after [\d.]+ s of 60 s\.$/);
  await report.close();

  // The server goes: the page keeps what it knows, and says so.
  command.kill('SIGINT');
  await page.locator('.banner', { hasText: 'rampart has ended' }).waitFor();
  expect((await command.finished).code).toBe(0);
  expect(complaints.filter((each) => !each.includes('ERR_CONNECTION_REFUSED'))).toEqual([]);
});

it('sends one request and shows its response before any load, and runs until it is stopped', async (test) => {
  const got: string[] = [];
  const target = await kept(
    httpTarget(({ method, headers }, response) => {
      got.push(`${method} ${headers['content-type']} ${headers['content-length']}`);
      response.writeHead(method === 'PUT' ? 200 : 405, { allow: 'PUT', 'set-cookie': 'sid=canary' });
      response.end('{"decision": "<b>approve</b>"}');
    }),
  );
  const { url } = await pages.serve(['--ui', '0']);
  const page = await pages.open(test, url);
  // All that Locust's form has, and what a model needs, without unfolding anything.
  for (const name of ['url', 'method', 'body', 'vus', 'spawnRate', 'duration'])
    expect(await page.locator(`#start-${name}`).isVisible()).toBe(true);
  const one = page.getByRole('button', { name: 'Send one request' });
  const trial = page.getByRole('region', { name: 'One request' });
  await one.click();
  await expect.poll(() => page.locator('#start-url-error').textContent()).not.toBe('');
  expect(await trial.isVisible()).toBe(false);

  await page.locator('#start-url').fill(target.url);
  await page.locator('#start-body').fill('{"income": 52000}');
  await one.click();
  await trial.getByText(/^Status 405 after .* A run would count it as a failure: HTTP 405 \(allows PUT\)\.$/).waitFor();
  await trial.getByText(/allows PUT: name another with -X PUT/).waitFor();
  await page.locator('#start-method').fill('PUT');
  await one.click();
  await trial.getByText(/^Status 200 after .* A run would count it as a success\.$/).waitFor();
  expect(await trial.getByText('{"decision": "<b>approve</b>"}').isVisible()).toBe(true);
  expect(await trial.textContent()).not.toContain('canary');
  expect(await findingsOf(page)).toEqual([]);
  expect(got).toEqual(['POST application/json 17', 'PUT application/json 17']);

  await begin(page, { url: target.url, vus: '1', thinkTime: '50ms', duration: 'forever' });
  await page.getByText(/^Holding: 1 user/).waitFor();
  await page.getByRole('tab', { name: 'Logs' }).click();
  await page.getByText(/nothing ends this run but you/).waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'New test' }).waitFor();
  expect(got.length).toBeGreaterThan(3);
  expect(complaints).toEqual([]);
});

it('finds out what an address accepts, fills it in, and a search with nothing else does the same by itself', async (test) => {
  const got: string[] = [];
  const target = await kept(
    httpTarget((request, response) => {
      got.push(`${request.method} ${request.url}`);
      if (request.url === '/openapi.json') return void response.end(JSON.stringify(OPENAPI));
      // The shortest body that it describes is {"income":1}.
      const whole = Number(request.headers['content-length'] ?? 0) >= 12;
      response.statusCode = request.method !== 'POST' ? 405 : whole ? 200 : 422;
      response.end('{"decision": "<b>approve</b>"}');
    }),
  );
  const { url } = await pages.serve(['--ui', '0'], temporaryFolder());
  const page = await pages.open(test, url);
  const discover = page.getByRole('button', { name: 'Discover', exact: true });
  const found = page.getByRole('region', { name: 'Discovery' });
  await discover.click();
  await expect.poll(() => page.locator('#start-url-error').textContent()).not.toBe('');
  expect(await found.isVisible()).toBe(false);
  expect(got).toEqual([]);

  // What a person wrote for another target gives way to what this one accepts.
  await page.locator('#start-url').fill(target.url);
  await page.locator('#start-body').fill('{"another": 1}');
  await discover.click();
  await found.getByText(/^.*OpenAPI.*\. It accepts POST with .*: status 200\.$/).waitFor();
  expect(await page.locator('#start-method').inputValue()).toBe('POST');
  expect(JSON.parse(await page.locator('#start-body').inputValue())).toMatchObject({ income: expect.any(Number) });
  expect(await found.locator('pre').first().textContent()).toContain('<b>approve</b>');
  expect(await page.locator('.command code').textContent()).toContain('--body');
  expect(await findingsOf(page)).toEqual([]);
  // GETs of well-known routes, and POSTs to the very address.
  expect(got.filter((each) => !each.startsWith('GET ') && each !== `POST ${new URL(target.url).pathname}`)).toEqual([]);
  const one = page.getByRole('button', { name: 'Send one request' });
  await one.click();
  await page.getByText(/^Status 200 after .* A run would count it as a success\.$/).waitFor();

  for (const field of ['method', 'body', 'headers']) await page.locator(`#start-${field}`).fill('', { force: true });
  await begin(page, { url: target.url, duration: '1s', vus: '1' });
  await page.getByRole('button', { name: 'New test' }).waitFor();
  await page.getByRole('tab', { name: 'Logs' }).click();
  await page
    .getByText(/POST .*application\/json/)
    .first()
    .waitFor();
  expect(complaints).toEqual([]);
});

const OPENAPI = {
  openapi: '3.1.0',
  info: { title: 'loan', version: '1' },
  paths: {
    '/predict': {
      post: {
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['income'],
                properties: { income: { type: 'integer', minimum: 1, maximum: 9 } },
              },
            },
          },
        },
        responses: { 200: { description: 'ok' } },
      },
    },
  },
};

it('shows what comes from the target as text, is accessible in both themes, and fits a phone', async (test) => {
  const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>"\'';
  let answered = 0;
  const target = await kept(
    httpTarget((_request, response) => {
      response.writeHead(answered++ % 5 === 0 ? 200 : 500, { 'content-type': 'text/html' });
      response.end(hostile);
    }),
  );
  const { url } = await pages.serve(['--ui', '0']);
  const page = await pages.open(test, url);
  expect(await findingsOf(page)).toEqual([]);
  const path = `${target.url}?q=${encodeURIComponent(hostile)}`;
  await begin(page, { url: path, vus: '1', duration: '30s', expectStatus: '200', thinkTime: '50ms' });
  await page.getByRole('tab', { name: /^Failures/ }).click();
  await page.locator('#panel-failures tbody tr').first().waitFor();

  const dark = await pages.open(test, `${url}#charts`, { colorScheme: 'dark', viewport: { width: 375, height: 800 } });
  await dark.locator('#panel-charts canvas').first().waitFor();
  expect(await findingsOf(dark)).toEqual([]);
  expect(await dark.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);

  // Tabs by keyboard: one stop, arrows between.
  await page.getByRole('tab', { name: 'Statistics' }).click();
  const seen: string[] = [];
  for (let i = 0; i < 8; i++) {
    const tab = page.locator('[role="tab"][aria-selected="true"]');
    seen.push((await tab.getAttribute('id')) ?? '');
    expect(await tab.getAttribute('tabindex')).toBe('0');
    const panel = page.locator(`#${await tab.getAttribute('aria-controls')}`);
    expect(await panel.isVisible()).toBe(true);
    expect(await findingsOf(page)).toEqual([]);
    await tab.focus();
    await page.keyboard.press('ArrowRight');
  }
  expect(new Set(seen).size).toBe(8);
  for (const each of [page, dark]) {
    expect(await each.locator('img').count()).toBe(0);
    expect(await each.locator('script').count()).toBe(2);
  }
  expect(complaints).toEqual([]);
});

it('finds requests by name and by tag while they are sent, and has flows, groups and tags in its statistics', async (test) => {
  const target = await kept(fixedTarget(1));
  const folder = temporaryFolder();
  const requests = Array.from({ length: 24 }, (_, i) => ({
    ...{ name: `call ${i}`, path: `/${i}`, tags: { kind: i % 6 === 0 ? 'batch' : 'single' } },
  }));
  const names = requests.map(({ name }) => name);
  const flows = [{ name: 'visit', steps: [{ group: 'first', steps: names.slice(0, 2) }, ...names.slice(2)] }];
  writeFileSync(
    join(folder, 'many.json'),
    JSON.stringify({ url: target.url, requests, flows, vus: 2, duration: '60s' }),
  );
  const { url } = await pages.serve(['run', 'many.json', '--ui', '0'], folder);
  const page = await pages.open(test, url, { viewport: { width: 375, height: 800 } });
  const shown = (): Promise<string[]> => page.locator('#panel-statistics tbody tr th').allTextContents();
  await expect.poll(shown).toEqual([...names.slice(0, 20), 'All requests']);
  await page.getByRole('button', { name: 'Show all 28' }).click();
  expect(await shown()).toEqual([...names, 'kind=batch', 'kind=single', 'first', 'visit', 'All requests']);

  const search = page.getByRole('searchbox', { name: 'Filter' });
  await search.fill('call 2');
  const found = ['call 2', 'call 12', 'call 20', 'call 21', 'call 22', 'call 23'];
  const below = ['visit', '6 of these together', 'All requests'];
  await expect.poll(shown).toEqual([...found, 'kind=batch', 'kind=single', ...below]);
  await page.getByRole('button', { name: 'kind=batch' }).click();
  await expect.poll(shown).toEqual(['call 12', 'kind=batch', 'visit', '1 of these together', 'All requests']);
  await search.press('Escape');
  await expect.poll(shown).toContain('4 of these together');
  expect(await findingsOf(page)).toEqual([]);
  await page.getByRole('tab', { name: 'Charts' }).click();
  await page.locator('html[data-drawn="part"]').waitFor();
  // A flow has charts of its own.
  await page.getByRole('combobox', { name: 'Requests' }).selectOption('flow visit');
  await page.locator('#panel-charts canvas').first().waitFor();
  expect(await page.locator('.chips [aria-pressed="true"]').count()).toBe(0);
  expect(await findingsOf(page)).toEqual([]);
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);
  expect(complaints).toEqual([]);
});

it('draws a search while it goes on, and its answer', async (test) => {
  const target = await kept(fixedTarget(5));
  const { url, command } = await pages.serve([
    'find',
    target.url,
    '--budget',
    '8s',
    '--max-rate',
    '300/s',
    '--ui',
    '0',
  ]);
  const page = await pages.open(test, url);
  await page.getByRole('tab', { name: 'Breaking point' }).click();
  await page.locator('.levels-table tbody tr').first().waitFor();
  expect(await findingsOf(page)).toEqual([]);
  // Whatever comes of it on a busy machine: the levels that were run are in the table, in order.
  const levels = await page.locator('.levels-table tbody th').allTextContents();
  expect(levels).toEqual(levels.map((_, i) => String(i + 1)));
  // In a script the command ends with its run, and the page keeps the answer.
  await command.finished;
  await page.locator('.banner', { hasText: 'rampart has ended' }).waitFor();
  const { stdout } = await command.finished;
  const sentence = await page.locator('h1[data-text="sentence"]').textContent();
  // A terminal breaks a long one, as that of a rough result is.
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(sentence);
  expect(complaints.filter((each) => !each.includes('ERR_CONNECTION_REFUSED'))).toEqual([]);
});
