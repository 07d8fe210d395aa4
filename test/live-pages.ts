import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, type TestContext } from 'vitest';
import { chromiumFor, launchChromium, pageIn } from './chromium.ts';
import { type Running, start } from './command.ts';

/** Opens live pages in a browser of the suite's own, and keeps what they complained about. */
export interface LivePages {
  readonly complaints: string[];
  open(test: TestContext, url: string, options?: BrowserContextOptions): Promise<Page>;
  /** Starts the command, and says where its page is. */
  serve(args: readonly string[], cwd?: string): Promise<{ readonly command: Running; readonly url: string }>;
}

/** To be called once in a test file. */
export function livePages(): LivePages {
  const complaints: string[] = [];
  const running: Running[] = [];
  let browser: Browser | null = null;

  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
    for (const command of running.splice(0)) {
      command.kill('SIGKILL');
      await command.finished;
    }
    complaints.length = 0;
  });

  afterAll(async () => {
    await browser?.close();
  });

  return {
    complaints,
    async open(test, url, options = {}) {
      const path = chromiumFor(test);
      browser ??= await launchChromium(path);
      const { origin } = new URL(url);
      const page = await pageIn(browser, complaints, (asked) => asked.startsWith(origin), options);
      await page.goto(url);
      await page.locator('body:not([data-view="waiting"])').waitFor();
      return page;
    },
    async serve(args, cwd) {
      const command = start(args, cwd === undefined ? {} : { cwd });
      running.push(command);
      await command.shown('Page: ');
      const url = /Page: (\S+)/.exec(command.output())?.[1];
      if (url === undefined) throw new Error(`no address in ${command.output()}`);
      return { command, url };
    },
  };
}

/** What axe finds, but for what is of no weight. */
export async function findingsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>("axe.run({ resultTypes: ['violations'] })");
  return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`);
}

/** Fills in the start form and sends it off. */
export async function begin(page: Page, settings: Readonly<Record<string, string>>, kind?: 'find'): Promise<void> {
  if (kind === 'find') await page.getByLabel('Find the breaking point').check();
  for (const [name, text] of Object.entries(settings)) {
    const control = page.locator(`#start-${name}`);
    if (!(await control.isVisible())) await page.locator('.advanced summary').click();
    await control.fill(text);
  }
  await page.getByRole('button', { name: 'Start' }).click();
}

/** A cell of the statistics: of all requests together. */
export async function statistic(page: Page, column: string): Promise<string | null> {
  const heads = await page.locator('#panel-statistics thead th').allInnerTexts();
  const at = heads.map((head) => head.replace(/\s+/g, ' ')).indexOf(column);
  return page.locator('#panel-statistics tr.all').locator('th, td').nth(at).textContent();
}
