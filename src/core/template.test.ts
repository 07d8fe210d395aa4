import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFault, type Piece, parseTemplate, styled, writeText, writeUntyped } from './template.ts';

const piecesOf = (text: string): readonly Piece[] => {
  const parsed = parseTemplate(text);
  if (isFault(parsed)) throw new Error(parsed.problem);
  return parsed;
};

describe('parseTemplate', () => {
  it('knows each placeholder, with or without spaces', () => {
    expect(piecesOf('a{{ row.Loan amount }}b{{row}}{{seq}}{{uuid}}')).toEqual([
      'a',
      { kind: 'field', name: 'Loan amount' },
      'b',
      { kind: 'row' },
      { kind: 'seq' },
      { kind: 'uuid' },
    ]);
    expect(piecesOf('{{random.int -1 9}}{{ random.float 0 0.5 }}{{random.choice a b}}')).toEqual([
      { kind: 'int', min: -1, max: 9 },
      { kind: 'float', min: 0, max: 0.5 },
      { kind: 'choice', words: ['a', 'b'] },
    ]);
    const of = (min: number, max: number) => ({ kind: 'uniform', min, max }) as const;
    expect(piecesOf('{{random.words 512}}{{random.words 100 800}}{{random.words 5 shared}}')).toEqual([
      { kind: 'words', amounts: of(512, 512), shared: 0 },
      { kind: 'words', amounts: of(100, 800), shared: 0 },
      { kind: 'words', amounts: of(5, 5), shared: 1 },
    ]);
    expect(piecesOf('{{base64 AP8=}}{{ base64  +/ab }}')).toEqual([
      { kind: 'bytes', base64: 'AP8=' },
      { kind: 'bytes', base64: '+/ab' },
    ]);
    expect(piecesOf('{{random.words 5 same:3}}')).toEqual([{ kind: 'words', amounts: of(5, 5), shared: 0, same: 3 }]);
    expect(piecesOf('{{random.words lognormal:512±200 shared:50% key:7}}{{random.int exp:128}}')).toEqual([
      { kind: 'words', amounts: { kind: 'lognormal', mean: 512, deviation: 200 }, shared: 0.5, key: 7 },
      { kind: 'amount', amounts: { kind: 'exponential', mean: 128 } },
    ]);
  });

  it.each([
    ['ab{{rwo.x}}', 2, '{{rwo.x}} is no placeholder'],
    ['{{', 0, 'is not closed'],
    ['x {{seq', 2, 'is not closed'],
    ['{{}}', 0, '{{}} is no placeholder'],
    ['{{random.int 9 1}}', 0, 'from the larger to the smaller'],
    ['{{random.int 1}}', 0, 'needs two numbers'],
    ['{{random.int 1 x}}', 0, 'needs two numbers'],
    ['{{random.int 0.5 2}}', 0, 'whole numbers'],
    ['{{random.choice}}', 0, 'words'],
    ['{{random.words}}', 0, 'needs how many'],
    ['{{random.words many}}', 0, 'needs how many'],
    ['{{random.words 1 2 3}}', 0, 'needs how many'],
    ['{{random.words 9 1}}', 0, 'from the larger to the smaller'],
    ['{{random.words 2000000}}', 0, 'a million'],
    ['{{random.words 9 shared:120%}}', 0, 'more than all'],
    ['{{random.words 9 shared shared}}', 0, 'needs how many'],
    ['{{random.words lognormal:512}}', 0, 'no mean and deviation'],
    ['{{row.}}', 0, 'is no placeholder'],
    ['{{base64}}', 0, 'is no placeholder'],
    ['{{base64 AP8}}', 0, 'needs bytes in Base64'],
    ['{{base64 A-_=}}', 0, 'needs bytes in Base64'],
  ])('says what is wrong with %j, and where', (text, offset, problem) => {
    const parsed = parseTemplate(text);
    expect(isFault(parsed) && parsed.offset).toBe(offset);
    expect(isFault(parsed) && parsed.problem).toContain(problem);
  });

  it('leaves every other text as it is; four braces stand for two', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '{', '}', '"', '\\', 'é') }), (text) => {
        const escaped = text.replaceAll('{{', '{{{{');
        expect(piecesOf(escaped).join('')).toBe(text);
      }),
    );
  });
});

describe('a value', () => {
  it('cannot break out of the JSON around it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const inside = styled(piecesOf('{"a\\"b":"x{{row.v}}","c":{{row.v}}}'), 'json').map(({ piece, style }) =>
          typeof piece === 'string' ? piece : writeText(value, style),
        );
        expect(JSON.parse(inside.join(''))).toEqual({ 'a"b': `x${value}`, c: value });
      }),
    );
  });

  it('without a type is, as JSON, what it reads as', () => {
    const written = ['12', '1.50', '007', 'true', '', ' ', 'abc', '"q"', '[1]', 'NaN'].map((text) =>
      writeUntyped(text, 'json'),
    );
    expect(written).toEqual(['12', '1.50', '"007"', 'true', 'null', 'null', '"abc"', '"q"', '[1]', '"NaN"']);
    expect(writeUntyped('12', 'string')).toBe('12');
  });

  it('is percent-encoded in a URL', () => {
    expect(writeText('a/b?c&d é\ud800', 'url')).toBe('a%2Fb%3Fc%26d%20%C3%A9%EF%BF%BD');
  });
});
