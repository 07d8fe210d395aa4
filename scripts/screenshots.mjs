/**
 * Makes the pictures of docs/images: report-light.png and report-dark.png, a real run of a minute against the reference
 * server; page-light.png and page-dark.png, the live page during it; breaking-point.png, a search of a minute against the same; overlay.png, both drawn over each other. Their pages in
 * a real Chromium. Needs a built dist/ and a Chromium (CHROMIUM_PATH, or one at a usual place), and a machine with nothing
 * else to do.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const PORT = '18989';
const PAGE_PORT = '18990';
const IMAGES = fileURLToPath(new URL('../docs/images/', import.meta.url));
const CLI = fileURLToPath(new URL('../dist/bin/cli.js', import.meta.url));
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

const folder = mkdtempSync(join(tmpdir(), 'rampart-screenshots-'));
const run = join(folder, 'loaded');
const search = join(folder, 'searched');
const overlay = join(folder, 'overlay');
const body = ['--body', '{"x": 1}', '--seed', '7'];
try {
  await serving(async (url) => {
    const load = ['--rate', '40/s', '--stages', '35s:370/s,15s:370/s,10s:200/s', '--arrivals', 'poisson'];
    const limits = ['--threshold', 'p95<100ms', '--threshold', 'errors<1%'];
    const page = ['--ui', PAGE_PORT];
    await Promise.all([
      rampart('run', url, ...load, '--warmup', '3s', ...limits, ...body, ...page, '-o', run),
      livePictures(45_000),
    ]);
    await rampart('find', url, '--slo', 'p95<100ms', '--slo', 'errors<2%', '--budget', '60s', ...body, '-o', search);
  });
  await rampart('report', run, search, '--label', 'a minute of load', '--label', 'a search', '-o', overlay);
  await pictures([
    { report: run, name: 'report-light', colorScheme: 'light', height: 1290 },
    { report: run, name: 'report-dark', colorScheme: 'dark', height: 1290 },
    { report: search, name: 'breaking-point', colorScheme: 'light', height: 1180 },
    { report: overlay, name: 'overlay', colorScheme: 'light', height: 1290 },
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * A queue whose capacity is 400/s, for as long as it is used.
 * @param {(url: string) => Promise<void>} use
 */
async function serving(use) {
  const server = ['serve', '--law', 'exp:5ms', '--slots', '2', '--fault', 'error:0.3%', '--port', PORT];
  const child = spawn(process.execPath, [CLI, ...server], { stdio: ['ignore', 'ignore', 'pipe'] });
  const gone = new Promise((end) => child.once('exit', end));
  try {
    await new Promise((ready, failed) => {
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text) => {
        said += text;
        if (said.includes(PORT)) ready(undefined);
      });
      void gone.then(() => failed(new Error(said)));
    });
    await use(`http://127.0.0.1:${PORT}/predict`);
  } finally {
    child.kill('SIGTERM');
    await gone;
  }
}

/** @param {string[]} words */
async function rampart(...words) {
  const child = spawn(process.execPath, [CLI, ...words], { stdio: 'inherit' });
  await new Promise((end) => child.once('exit', end));
}

/**
 * The live page, its charts, while the run goes on.
 * @param {number} later ms after its start
 */
async function livePictures(later) {
  await new Promise((done) => setTimeout(done, later));
  const url = `http://127.0.0.1:${PAGE_PORT}/#charts`;
  await shoot([
    { url, name: 'page-light', colorScheme: 'light', height: 1010 },
    { url, name: 'page-dark', colorScheme: 'dark', height: 1010 },
  ]);
}

/** @param {{ report: string; name: string; colorScheme: 'light' | 'dark'; height: number }[]} wanted */
function pictures(wanted) {
  return shoot(
    wanted.map(({ report, ...rest }) => ({ url: pathToFileURL(join(report, 'report.html')).href, ...rest })),
  );
}

/** @param {{ url: string; name: string; colorScheme: 'light' | 'dark'; height: number }[]} wanted */
async function shoot(wanted) {
  const executablePath = process.env['CHROMIUM_PATH'] || PLACES.find(isExecutable);
  if (executablePath === undefined) throw new Error('no Chromium: set CHROMIUM_PATH to one');
  const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
  mkdirSync(IMAGES, { recursive: true });
  for (const { url, name, colorScheme, height } of wanted) {
    const page = await browser.newPage({ viewport: { width: 1200, height }, colorScheme });
    await page.goto(url);
    await page.locator('html[data-drawn]').waitFor();
    const path = join(IMAGES, `${name}.png`);
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
