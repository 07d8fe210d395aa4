/** An installed Chromium, for tests of pages. */
import { accessSync, constants } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { TestContext } from 'vitest';
import { skipFor } from './skip.ts';

/** Where the systems we know put a Chromium; CHROMIUM_PATH goes before all of them. */
const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Sandboxes of containers have no room for Chromium's own; the rest keeps it from calling home. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

const NO_CHROMIUM = `no Chromium: set CHROMIUM_PATH to one, or install it at one of ${USUAL_PLACES.join(', ')}`;

/** Path of an installed Chromium or Chrome; the test is skipped, with the reason, where there is none. */
export function chromiumFor(context: TestContext): string {
  return findChromium() ?? skipFor(context, NO_CHROMIUM);
}

/** A path given in CHROMIUM_PATH is the only one looked at. */
function findChromium(): string | null {
  const given = process.env['CHROMIUM_PATH'];
  const places = given === undefined || given === '' ? USUAL_PLACES : [given];
  return places.find(isExecutable) ?? null;
}

export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A page of a context of its own. What it complains of, and what it asks of others than it may, is kept. */
export async function pageIn(
  browser: Browser,
  complaints: string[],
  isOwn: (url: string) => boolean,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on('request', (request) => {
    if (!request.url().startsWith('data:') && !isOwn(request.url())) complaints.push(`request: ${request.url()}`);
  });
  return page;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
