import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellsOf, clip, paint, printable, progressBar, renderLine, type Span, sparkline, wrap } from './terminal.ts';

const anyText = fc.string({ unit: fc.constantFrom('a', ' ', 'é', '–', '●', '▇', '日', '😀', 'e\u0301') });

describe('width', () => {
  it('counts wide characters as two columns, our own signs as one', () => {
    expect(cellsOf('p95 61.2 ms')).toBe(11);
    expect(cellsOf('●○■▁▇━─…–→±µ')).toBe(12);
    expect(cellsOf('日本😀')).toBe(6);
  });

  it('clips to at most so many columns, and says so', () => {
    expect(clip('POST /predict', 20)).toBe('POST /predict');
    expect(clip('POST /predict', 8)).toBe('POST /p…');
    expect(clip('日本語', 4)).toBe('日…');
    expect(clip('abc', 0)).toBe('');
    fc.assert(fc.property(anyText, fc.nat(30), (text, columns) => cellsOf(clip(text, columns)) <= columns));
  });

  it('keeps a painted line within the columns, and cuts none that fits', () => {
    const spans = fc.array(fc.oneof(anyText, fc.tuple(anyText, fc.constantFrom<'red' | 'green'>('red', 'green'))));
    fc.assert(
      fc.property(spans, fc.integer({ min: 1, max: 40 }), (line: Span[], columns) => {
        const whole = line.map((span) => (typeof span === 'string' ? span : span[0])).join('');
        const shown = stripVTControlCharacters(renderLine(line, columns, true));
        expect(cellsOf(shown)).toBeLessThanOrEqual(columns);
        expect(shown).toBe(renderLine(line, columns, false));
        if (cellsOf(whole) <= columns) expect(shown).toBe(whole);
        else expect(shown.endsWith('…')).toBe(true);
      }),
    );
  });

  it('wraps at spaces and loses no word that fits', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('incomprehensible', 6)).toEqual(['incom…']);
    expect(wrap('', 6)).toEqual([]);
  });
});

describe('printable', () => {
  it('lets nothing through that moves the cursor, hides text or breaks the line', () => {
    expect(printable('a\u001b[2Jb\r\nc\u202ed\u0007\u009b1m')).toBe('a\uFFFD[2Jb c\uFFFDd\uFFFD\uFFFD1m');
    expect(printable('p95 ± 3 ms – 日本 ●')).toBe('p95 ± 3 ms – 日本 ●');
  });
});

describe('paint', () => {
  it('writes codes only where there is colour', () => {
    expect(paint('ok', 'green', false)).toBe('ok');
    expect(paint('ok', 'green', true)).toBe('\u001b[32mok\u001b[39m');
  });
});

describe('sparkline', () => {
  it('is scaled from zero to the highest, with gaps', () => {
    expect(sparkline([0, 50, null, 100], 10)).toBe('▁▅ ▇');
    expect(sparkline([0, 0], 10)).toBe('▁▁');
  });

  it('shows the latest values that fit', () => {
    expect(sparkline([100, 0, 0], 2)).toBe('▁▁');
    expect(sparkline([1, 2], 0)).toBe('');
  });
});

describe('progressBar', () => {
  it('is as wide as asked, whatever the share', () => {
    expect(progressBar(0.5, 4)).toEqual(['━━', '──']);
    expect(progressBar(1.7, 3)).toEqual(['━━━', '']);
    expect(progressBar(0.8, -2)).toEqual(['', '']);
  });
});
