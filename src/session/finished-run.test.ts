import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunFold } from '../analyze/fold.ts';
import { RampartError } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { IntervalArchive } from '../report/archive.ts';
import { toFailuresCsv, toStatsCsv } from '../report/csv.ts';
import { HistoryCsv } from '../report/history-csv.ts';
import { renderHtml } from '../report/html.ts';
import { toJunitXml } from '../report/junit.ts';
import { toMarkdown } from '../report/markdown.ts';
import { renderSummary } from '../report/summary.ts';
import { readFinishedRun } from './finished-run.ts';

const GOLDEN = readFileSync(new URL('../report/golden/journal.ndjson', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');

function worldOf(text: string): World {
  const bytes = new TextEncoder().encode(text);
  const pieces = function* (): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
  };
  return { files: { isFolder: () => false, pieces } } as unknown as World;
}

/** Everything that `rampart report` makes of it. */
function draw(text: string): number {
  const fold = new RunFold();
  const archive = new IntervalArchive();
  let made = 0;
  const history = new HistoryCsv((rows) => {
    made += rows.length;
  });
  for (const event of readFinishedRun(worldOf(text), 'journal').events) {
    fold.accept(event);
    history.accept(event);
    if (event.type === 'interval') archive.add(event.snapshot);
  }
  void history.close();
  const result = fold.result();
  const packed = archive.pack(result.timeline, result.failures);
  for (const part of [
    renderSummary(result, { columns: 100, colour: false }),
    renderHtml(result, { script: '', style: '' }, packed),
    toMarkdown(result),
    toJunitXml(result),
    toFailuresCsv(result),
    toStatsCsv(result, (name, kind) => fold.responseTimesOf(name, kind)),
  ])
    made += part.length;
  return made;
}

/** @returns what is said of it; null: it can be drawn. Throws what no user should see. */
function problemOf(text: string): string | null {
  try {
    draw(text);
    return null;
  } catch (error) {
    if (error instanceof RampartError && error.code === 'bad-journal') return error.message;
    throw error;
  }
}

/** The golden journal with a field of one line set to something else. */
function changed(line: number, path: readonly (string | number)[], value: unknown): string {
  const event = JSON.parse(GOLDEN[line] as string) as Record<string | number, unknown>;
  const key = path.at(-1) as string | number;
  const parent = path.slice(0, -1).reduce<Record<string | number, unknown>>((at, step) => at[step] as never, event);
  if (value === undefined) delete parent[key];
  else parent[key] = value;
  return GOLDEN.map((text, i) => (i === line ? JSON.stringify(event) : text))
    .join('\n')
    .concat('\n');
}

const FIRST = GOLDEN.findIndex((line) => line.startsWith('{"type":"interval"'));
const NAME = Object.keys(JSON.parse(GOLDEN[FIRST] as string).snapshot.series)[0] as string;

describe('a journal', () => {
  it('is drawn as it was written, also where its last line was cut off', () => {
    expect(problemOf(GOLDEN.join('\n').concat('\n'))).toBeNull();
    expect(problemOf(GOLDEN.join('\n').slice(0, -40))).toBeNull();
  });

  it.each([
    ['a wrong date', 0, ['run', 'startedAt'], 'yesterday', 'line 1, run.startedAt: must be an instant'],
    ['no plan', 0, ['plan'], undefined, 'line 1, plan: must be an object, missing'],
    ['a plan of nulls', 0, ['plan', 'load'], null, 'line 1, plan.load: '],
    [
      'a negative count',
      FIRST,
      ['snapshot', 'series', NAME, 'ok'],
      -3,
      `line ${FIRST + 1}, snapshot.series["${NAME}"].ok: must be a whole number from 0 up, is -3`,
    ],
    [
      'a huge number',
      FIRST,
      ['snapshot', 'endAt'],
      1e300,
      `line ${FIRST + 1}, snapshot.endAt: must be a number from 0 to`,
    ],
    ['a null', FIRST, ['snapshot', 'load'], null, `line ${FIRST + 1}, snapshot.load: must be an object, is null`],
    [
      'buckets that hold more',
      FIRST,
      ['snapshot', 'series', NAME, 'times', 'response', 'count'],
      1,
      `snapshot.series["${NAME}"].times["response"].buckets: hold `,
    ],
    ['another format', 0, ['format'], 3, 'journal has format 3'],
  ] as const)('with %s is refused with its line and field', (_, line, path, value, says) => {
    expect(problemOf(changed(line, path, value))).toContain(says);
  });

  it('that is none is refused', () => {
    for (const text of [
      '',
      '\n',
      'hello\n',
      '[]\n',
      'null\n',
      '{"type":"interval"}\n',
      '{"type":"constructor"}\n',
      '\u0000\u0001',
    ])
      expect(problemOf(text)).toContain('is no journal of a run');
    expect(problemOf([GOLDEN[0], GOLDEN[0], ''].join('\n'))).toContain('line 2 begins another run');
    expect(problemOf([GOLDEN[0], '{"type":"interva', ''].join('\n'))).toContain('line 2 is no event of a run');
  });

  it('however it was damaged, is drawn or refused, and never a stack', () => {
    const hostile = [
      null,
      -1,
      1e308,
      1e16,
      0.5,
      '',
      'x',
      '__proto__',
      [],
      {},
      [null],
      true,
      '9999-99-99T99:99:99Z',
      undefined,
    ];
    const draws = fc.record({
      line: fc.nat(GOLDEN.length - 1),
      steps: fc.array(fc.nat(1_000), { minLength: 1, maxLength: 8 }),
      value: fc.constantFrom(...hostile),
    });
    fc.assert(
      fc.property(draws, ({ line, steps, value }) => {
        const path: string[] = [];
        let at: unknown = JSON.parse(GOLDEN[line] as string);
        for (const step of steps) {
          if (typeof at !== 'object' || at === null || Object.keys(at).length === 0) break;
          const keys = Object.keys(at);
          const key = keys[step % keys.length] as string;
          path.push(key);
          at = (at as Record<string, unknown>)[key];
        }
        const problem = problemOf(changed(line, path, value));
        expect(problem === null || problem.startsWith('journal')).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
