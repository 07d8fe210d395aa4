import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, type TestContext } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import type { ReportAssets } from '../src/report/html/page.ts';
import { renderHtml } from '../src/report/html.ts';
import { chromiumFor, launchChromium, pageIn } from './chromium.ts';
import { bundleReportAssets } from './report-assets.ts';

/** Opens reports as a reader does: a file, from disk, in a browser of the suite's own. */
export interface ReportReader {
  /** What the pages complained about, and what they asked of the network, since the test began. */
  readonly complaints: string[];
  html(result: RunResult, intervals?: string): string;
  open(test: TestContext, result: RunResult, intervals?: string, options?: BrowserContextOptions): Promise<Page>;
  /** A page that a command wrote. */
  openFile(test: TestContext, file: string, options?: BrowserContextOptions): Promise<Page>;
}

/** To be called once in a test file. */
export function reportReader(): ReportReader {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-report-'));
  const complaints: string[] = [];
  let assets: ReportAssets = { script: '', style: '' };
  let browser: Browser | null = null;

  beforeAll(async () => {
    assets = await bundleReportAssets();
  });

  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
    complaints.length = 0;
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const html = (result: RunResult, intervals?: string): string => renderHtml(result, assets, intervals);
  const openFile: ReportReader['openFile'] = async (test, file, options = {}) => {
    const path = chromiumFor(test);
    browser ??= await launchChromium(path);
    const page = await pageIn(browser, complaints, (url) => url.startsWith('file:'), options);
    await page.goto(pathToFileURL(file).href);
    if (options.javaScriptEnabled !== false) await page.locator('html[data-drawn]').waitFor();
    return page;
  };
  return {
    complaints,
    html,
    openFile,
    async open(test, result, intervals, options) {
      const file = join(folder, 'report.html');
      writeFileSync(file, html(result, intervals));
      return openFile(test, file, options);
    },
  };
}
