import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/**
 * Whether the colours of the page can be told from their ground, and from each other, also by readers who do not see red
 * or green.
 */

const sheet = (name: string): string => readFileSync(new URL(`styles/${name}.css`, import.meta.url), 'utf8');

/** The custom properties of the rules whose selectors match. */
function coloursOf(css: string, selector: RegExp): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, head = '', body = ''] of css.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    if (!selector.test(head)) continue;
    for (const [, name = '', value = ''] of body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/gi)) found[name] = value;
  }
  return found;
}

const css = sheet('theme');
const THEMES = {
  light: coloursOf(css, /:root\s*$/),
  dark: coloursOf(css, /:root\[data-theme="dark"\]/),
  print: coloursOf(sheet('print'), /:root/),
};

type Rgb = readonly [number, number, number];

const channels = (hex: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255) as never;
/** sRGB to linear light, IEC 61966-2-1. */
const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const light = (hex: string): Rgb => channels(hex).map(linear) as never;

/** WCAG 2.2. */
function contrast(a: string, b: string): number {
  const [bright, dim] = [a, b]
    .map((hex) => light(hex).reduce((sum, value, i) => sum + value * ([0.2126, 0.7152, 0.0722][i] ?? 0), 0))
    .sort((x, y) => y - x) as [number, number];
  return (bright + 0.05) / (dim + 0.05);
}

/**
 * What those see who lack one kind of cone, in linear light. Source: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, A
 * physiologically-based model for simulation of color vision deficiency (IEEE TVCG 15, 2009), severity 1.
 */
const SIGHTS = {
  all: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
} as const;

/** How different two colours look, as distance in Oklab times 100 (about 2 is just noticeable). Source: B. Ottosson, 2020. */
function difference(a: string, b: string, sight: keyof typeof SIGHTS): number {
  const seen = [a, b].map((hex) => {
    const colour = light(hex);
    const [red, green, blue] = SIGHTS[sight].map((row) =>
      Math.min(
        1,
        Math.max(
          0,
          row.reduce((sum: number, factor, i) => sum + factor * (colour[i] ?? 0), 0),
        ),
      ),
    ) as [number, number, number];
    const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
    const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
    const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  });
  return 100 * Math.hypot(...(seen[0] ?? []).map((value, i) => value - (seen[1]?.[i] ?? 0)));
}

const TEXT = ['ink', 'muted', 'failed', 'users'];
const LINES = ['offered', 'achieved', 'failed', 'p50', 'p95', 'p99', 'users', 'generator', 'loop', 'cpu', 'other'];
const RUNS = Array.from({ length: 8 }, (_, i) => `run-${i + 1}`);
/** Lines that are drawn in one picture, and are neither dashed nor labelled apart. */
const PAIRS = [
  ['achieved', 'failed'],
  ['p50', 'p95'],
  ['p95', 'p99'],
  ['p50', 'p99'],
  ['good', 'bad'],
  ['run-1', 'run-2'],
  ['run-1', 'run-3'],
  ['run-2', 'run-3'],
] as const;

describe.each(Object.entries(THEMES))('the colours of the %s theme', (_, colours) => {
  const of = (name: string): string => {
    const found = colours[name];
    if (found === undefined) throw new Error(`no colour ${name}`);
    return found;
  };

  it.each(TEXT)('%s can be read, 4.5 : 1', (name) => {
    for (const ground of ['page', 'surface', 'shade'])
      expect(contrast(of(name), of(ground))).toBeGreaterThanOrEqual(4.5);
  });

  it.each([...LINES, ...RUNS, 'good', 'fair', 'bad'])('%s can be seen as a line, 3 : 1', (name) => {
    for (const ground of ['page', 'surface', 'shade', 'unfit'])
      expect(contrast(of(name), of(ground)), ground).toBeGreaterThanOrEqual(3);
  });

  it.each(PAIRS)('%s and %s are told apart by everybody', (one, other) => {
    for (const sight of ['all', 'protanopia', 'deuteranopia'] as const)
      expect(difference(of(one), of(other), sight), sight).toBeGreaterThan(8);
  });
});

it('is the same by the system’s setting as by the reader’s choice, and on paper as in the light', () => {
  expect(coloursOf(css, /:root:not\(\[data-theme="light"\]\)/)).toEqual(THEMES.dark);
  const onPaper = Object.keys(THEMES.print).filter((name) => THEMES.print[name] !== THEMES.light[name]);
  expect(onPaper.sort()).toEqual(['edge', 'grid', 'muted', 'page']);
  expect(Object.keys(THEMES.print).sort()).toEqual(Object.keys(THEMES.light).sort());
});
