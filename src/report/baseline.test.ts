import { describe, expect, it } from 'vitest';
import { figuresOf } from '../analyze/compare/figures.ts';
import { resultOf, spread } from '../analyze/events.fixture.ts';
import { RampartError } from '../core/errors.ts';
import { type Baseline, parseBaseline, toBaselineJson } from './baseline.ts';

const { curve: _, ...FIGURES } = figuresOf(resultOf({ ok: spread(200, 4_000, 12_000) }));

const BASELINE: Baseline = {
  format: 1,
  tool: { name: 'rampart', version: '1.0.0' },
  name: 'main',
  savedAt: '2026-01-02T03:04:05.000Z',
  runs: [FIGURES],
};

function problemOf(text: string): string {
  try {
    parseBaseline(text, 'main.baseline.json');
  } catch (error) {
    if (error instanceof RampartError) return error.message;
    throw error;
  }
  return '';
}

describe('a baseline', () => {
  it('is read as it was written, and is small', () => {
    const text = toBaselineJson(BASELINE);
    expect(parseBaseline(text, 'x')).toEqual(BASELINE);
    expect(text.length).toBeLessThan(2_500);
  });

  it('keeps no body of a request, which may be secret', () => {
    const [request] = BASELINE.runs;
    expect(Object.values(request?.plan ?? {}).every((digest) => /^[\w-]{16}$/.test(digest))).toBe(true);
  });

  const changed = (change: (copy: Record<string, unknown>) => void): string => {
    const copy = JSON.parse(toBaselineJson(BASELINE)) as Record<string, unknown>;
    change(copy);
    return JSON.stringify(copy);
  };
  const firstRun = (copy: Record<string, unknown>) => (copy['runs'] as Record<string, unknown>[])[0] ?? {};

  it.each([
    ['no JSON', 'what', /main\.baseline\.json: this is no baseline: it is not JSON/],
    ['null', 'null', /this is no baseline/],
    ['a newer format', '{"format":2}', /a baseline of format 2, and this version reads format 1/],
    ['no runs', changed((copy) => Object.assign(copy, { runs: [] })), /runs: /],
    ['a negative time', changed((copy) => Object.assign(firstRun(copy), { values: { p50: -1 } })), /runs\.0\.values/],
    ['a field too many', changed((copy) => Object.assign(firstRun(copy), { more: 1 })), /runs\.0: .*more/],
    ['a wrong date', changed((copy) => Object.assign(firstRun(copy), { startedAt: 'today' })), /runs\.0\.startedAt/],
  ])('is refused with its place: %s', (_, text, message) => {
    expect(problemOf(text)).toMatch(message);
  });
});
