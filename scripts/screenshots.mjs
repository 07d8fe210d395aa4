/**
 * Makes docs/images/report-light.png and report-dark.png: a real run of about a minute against the reference server, its
 * report in a real Chromium. Needs a built dist/ and a Chromium (RAMPART_CHROMIUM, or one at a usual place). Given the
 * path of a report.html, takes that one.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const PORT = '18989';
const IMAGES = fileURLToPath(new URL('../docs/images/', import.meta.url));
const CLI = fileURLToPath(new URL('../dist/bin/cli.js', import.meta.url));
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

const folder = mkdtempSync(join(tmpdir(), 'rampart-screenshots-'));
const [given] = process.argv.slice(2);
try {
  await picture(given === undefined ? await measured() : resolve(given));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A queue whose capacity is 400/s, and load that comes near it. @returns {Promise<string>} path of the report */
async function measured() {
  const server = ['serve', '--law', 'exp:5ms', '--slots', '2', '--fault', 'error:0.3%', '--port', PORT];
  const serving = spawn(process.execPath, [CLI, ...server], { stdio: ['ignore', 'ignore', 'pipe'] });
  const gone = new Promise((end) => serving.once('exit', end));
  try {
    await new Promise((ready, failed) => {
      let said = '';
      serving.stderr.setEncoding('utf8').on('data', (text) => {
        said += text;
        if (said.includes(PORT)) ready(undefined);
      });
      void gone.then(() => failed(new Error(said)));
    });
    const load = [
      '--rate',
      '40/s',
      '--stages',
      '35s:370/s,15s:370/s,10s:200/s',
      '--arrivals',
      'poisson',
      '--warmup',
      '3s',
    ];
    const limits = ['--threshold', 'p95<100ms', '--threshold', 'errors<1%'];
    const body = ['--body', '{"x": 1}', '--seed', '7', '-o', folder];
    const run = spawn(process.execPath, [CLI, 'run', `http://127.0.0.1:${PORT}/predict`, ...load, ...limits, ...body], {
      stdio: 'inherit',
    });
    await new Promise((end) => run.once('exit', end));
  } finally {
    serving.kill('SIGTERM');
    await gone;
  }
  return join(folder, 'report.html');
}

/** @param {string} report */
async function picture(report) {
  const executablePath = process.env['RAMPART_CHROMIUM'] || PLACES.find(isExecutable);
  if (executablePath === undefined) throw new Error('no Chromium: set RAMPART_CHROMIUM to one');
  const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
  mkdirSync(IMAGES, { recursive: true });
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const page = await browser.newPage({ viewport: { width: 1200, height: 1290 }, colorScheme });
    await page.goto(pathToFileURL(report).href);
    await page.locator('html[data-drawn]').waitFor();
    const path = join(IMAGES, `report-${colorScheme}.png`);
    await page.screenshot({ path });
    console.log(path);
    await page.close();
  }
  await browser.close();
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
