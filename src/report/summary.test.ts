import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  dataOf,
  finishedOf,
  foldOf,
  intervalOf,
  planOf,
  secondOf,
  seriesOf,
  startedOf,
} from '../analyze/events.fixture.ts';
import { headline } from '../analyze/headline.ts';
import type { RunResult } from '../core/result.ts';
import type { SeriesSnapshot } from '../core/snapshot.ts';
import { toMarkdown } from './markdown.ts';
import { CHECKS, fixtureResult } from './result.fixture.ts';
import { renderSummary } from './summary.ts';
import { cellsOf } from './terminal.ts';

const render = (result: RunResult, columns = 100): string => renderSummary(result, { columns, colour: false });
const RUN = fixtureResult();
const PROBE = fixtureResult({ kind: 'probe', names: ['POST /predict'], rate: 9, thresholds: [] });

/** The line of a table that begins so, its cells parted by two spaces or more. */
function cellsOfRow(text: string, start: string): string[] {
  const line = text.split('\n').find((each) => each.startsWith(start));
  return line?.split(/ {2,}/) ?? [];
}

describe('renderSummary', () => {
  it('begins with the answer', () => {
    const [first] = render(RUN).split('\n');
    expect(first).toBe(headline(RUN).sentence);
  });

  it('has a row per request name, and one for all', () => {
    const text = render(RUN);
    const { p50, p95 } = RUN.latency.responseWithFailures;
    expect(cellsOfRow(text, 'Requests')).toEqual([
      'Requests',
      'count',
      'failed',
      'p50',
      'p95',
      'p99',
      'p99.9',
      'max',
      'achieved',
    ]);
    expect(cellsOfRow(text, 'POST /predict').slice(0, 3)).toEqual(['POST /predict', '600', '1.7 %']);
    const all = cellsOfRow(text, 'All requests');
    expect(all.slice(1, 3)).toEqual(['1,200', '1.7 %']);
    expect(all.slice(3)).toEqual([`${p50?.toFixed(1)} ms`, `${p95?.toFixed(1)} ms`, '∞', '–', '∞', '118.0/s']);
  });

  it('tells of many names those that failed most, and then the slowest, and says so', () => {
    const names = Array.from({ length: 200 }, (_, i) => `GET /${i}`);
    const series = Object.fromEntries(
      names.map((name, i) => [
        name,
        seriesOf({ ok: Array.from({ length: 20 }, () => 1_000 + i), ended: i % 100 === 7 ? { timeout: 1 } : {} }),
      ]),
    );
    const requests = names.map((name) => ({ name, method: 'GET', path: '/', headers: [], body: null }));
    const result = foldOf([startedOf(planOf({ requests })), intervalOf({ index: 0, series }), finishedOf()]).result();
    const text = render(result);
    const lines = text.split('\n');
    const told = names.filter((name) => lines.some((line) => line.startsWith(`${name} `)));
    expect(told).toEqual(['GET /7', 'GET /107', ...names.slice(182)]);
    expect(text.replaceAll(/\s+/g, ' ')).toContain('Of 200 requests these are the 20 that failed most');
    expect(toMarkdown(result).match(/^\| `GET /gm)).toHaveLength(20);
    expect(render(RUN)).not.toContain('failed most');
  });

  it('has the interval of each percentile below it, open ends included, and the successes’ own where they differ', () => {
    const lines = render(RUN, 120).split('\n');
    const at = lines.findIndex((line) => line.startsWith('All requests'));
    const ranges = (line = ''): string[] => line.trim().split(/ {2,}/);
    const { ci95 } = RUN.latency.responseWithFailures;
    const range = ([low, high]: readonly [number, number | null]): string =>
      high === null ? `${low.toFixed(1)} or more` : `${low.toFixed(1)} to ${high.toFixed(1)}`;
    expect(ranges(lines[at + 1])).toEqual([
      range(ci95!.p50!),
      range(ci95!.p95!),
      `${ci95!.p99![0].toFixed(1)} ms or more`,
    ]);
    expect(lines[at + 2]).toMatch(/^ {2}of the successes +/);
    const { p95, p99, max } = RUN.latency.response;
    expect(ranges(lines[at + 2]).slice(2)).toEqual([
      `${p95?.toFixed(1)} ms`,
      `${p99?.toFixed(1)} ms`,
      '–',
      `${max?.toFixed(1)} ms`,
    ]);
    expect(ranges(lines[at + 3])).toHaveLength(3);
    const sound = render(fixtureResult({ kind: 'run', rate: 40 }), 120);
    expect(sound).not.toContain('of the successes');
  });

  it('lists the checks with their signs', () => {
    const text = render({ ...RUN, verdict: { ...RUN.verdict, checks: CHECKS } });
    expect(text).toContain(
      '\nChecks\n● p95<250ms  p95 was 40 ms\n■ errors<1%  errors were 2 %\n○ p99.9<2s   who knows\n',
    );
  });

  it('lists doubts with what to do about them', () => {
    const doubts: RunResult['verdict']['doubts'] = [
      { code: 'send-lag', message: 'Requests left late.', hint: 'Use more threads.', invalidates: true },
      { code: 'gc-pause', message: 'A pause.', hint: '', invalidates: false },
    ];
    const text = render({ ...RUN, verdict: { ...RUN.verdict, doubts } });
    expect(text).toContain('\nDoubts\n■ Requests left late.\n  Use more threads.\n○ A pause.\n');
  });

  it('lists the five most frequent failures', () => {
    const text = render(RUN);
    expect(text).toMatch(/HTTP 503 Service Unavailable +POST \/predict +http-error +10 +0:03 +0:12/);
    const failures = Array.from({ length: 7 }, (_, i) => ({ ...RUN.failures[0]!, message: `cause ${i}` }));
    const many = render({ ...RUN, failures });
    expect(many).toContain('cause 4');
    expect(many).not.toContain('cause 5');
    expect(many).toContain('and 2 more in failures.csv');
    const example = 'row 18, line 19: $.y: expected "yes", got "no"';
    const wrong = render({ ...RUN, failures: [{ ...RUN.failures[0]!, message: '$.y differs', example }] });
    expect(wrong.replaceAll('\n', ' ')).toContain(`$.y differs, for example: ${example}`);
  });

  it('sets response beside service time in the open model only', () => {
    const open = fixtureResult({ model: 'open' });
    expect(cellsOfRow(render(open), 'Service time ')).toHaveLength(5);
    expect(cellsOfRow(render(open), 'Send lag')[3]).toBe('0.050 ms');
    expect(cellsOfRow(render(RUN), 'Send lag')).toEqual([]);
  });

  it('says where the times are measured from', () => {
    expect(render(RUN)).toContain('Response time: due → last byte');
    expect(render(PROBE)).toContain('Response time: due → last byte');
  });

  it('has a dash with the reason for what the sample cannot bear', () => {
    const few = fixtureResult({ rate: 2, thresholds: [] });
    const doubt = few.verdict.doubts.find((each) => each.code === 'too-few-samples');
    const text = render(few);
    expect(cellsOfRow(text, 'All requests')[5]).toBe('–');
    const flat = text.replaceAll('\n', ' ');
    expect(flat).toContain(`– ${doubt?.message}`);
    expect(flat.split(String(doubt?.message))).toHaveLength(2);
  });

  it('of a probe has every figure with its interval, and where the time goes', () => {
    const text = render(PROBE);
    const { p50, ci95, min, max } = PROBE.latency.response;
    const [low] = ci95?.p50 ?? [0, 0];
    expect(ci95?.p50?.[1]).toBeNull();
    expect(cellsOfRow(text, 'median')).toEqual(['median', `${p50?.toFixed(1)} ms`, `${low.toFixed(2)} ms or more`]);
    expect(cellsOfRow(text, 'p99')).toEqual(['p99', '–', '–']);
    expect(cellsOfRow(text, 'min')).toEqual(['min', `${min?.toFixed(2)} ms`]);
    expect(cellsOfRow(text, 'max')).toEqual(['max', `${max?.toFixed(1)} ms`]);
    expect(cellsOfRow(text, 'connect, measured apart')[1]).toMatch(/ms$/);
    expect(cellsOfRow(text, 'sent → first byte')[1]).toMatch(/ms$/);
    expect(cellsOfRow(text, '= response time')[1]).toMatch(/ms$/);
    expect(text).not.toContain('achieved');
  });

  describe('of a probe parts the response time so that the means add up', () => {
    // Of each request: 200 µs of lag, 300 of connecting (100 of them TLS), 4,000 to the first byte, 500 of body.
    const n = 100;
    const all = (time: number) => dataOf(new Array(n).fill(time));
    const opening = { response: all(5_000), service: all(4_500), firstByte: all(4_000), body: all(500) };
    const meansOf = (
      changes: SeriesSnapshot['times'],
      counts: Partial<SeriesSnapshot> = {},
    ): Record<string, number> => {
      const made = seriesOf({ ok: new Array(n).fill(5_000) });
      const series = { ...made, times: { ...made.times, ...opening, ...changes }, ...counts };
      const interval = secondOf(0, {});
      if (interval.type !== 'interval') throw new Error('no interval');
      const snapshot = { ...interval.snapshot, series: { 'POST /predict': series } };
      const text = render(
        foldOf([startedOf(planOf({ kind: 'probe' })), { type: 'interval', snapshot }, finishedOf()]).result(),
      );
      const rows = text.slice(text.indexOf('Where the time goes')).split('\n').slice(1);
      const cells = rows.map((row) => row.trim().split(/ {2,}/)).filter(([, mean = '']) => mean.endsWith(' ms'));
      return Object.fromEntries(cells.map(([label = '', mean = '']) => [label, Number(mean.replace(/ ms$/, ''))]));
    };

    it('where each request opens a connection', () => {
      expect(meansOf({ connect: all(300), tls: all(100) })).toEqual({
        'lag (due → sent, connect apart)': 0.2,
        connect: 0.3,
        'of which TLS': 0.1,
        'sent → first byte': 4,
        'first byte → last byte (body)': 0.5,
        '= response time': 5,
      });
    });

    it('where some of them do', () => {
      const some = dataOf(new Array(20).fill(300));
      expect(meansOf({ connect: some })).toMatchObject({ 'lag (due → sent, connect apart)': 0.44, connect: 0.06 });
    });

    it('where none does, and connects are timed apart', () => {
      expect(meansOf({ separateConnect: all(300) })).toEqual({
        'lag (due → sent)': 0.5,
        'sent → first byte': 4,
        'first byte → last byte (body)': 0.5,
        '= response time': 5,
        'connect, measured apart': 0.3,
      });
      expect(meansOf({ separateConnect: all(300), separateTls: all(100) })).toMatchObject({
        'connect, measured apart': 0.3,
        'of which TLS': 0.1,
      });
    });

    it('where failed requests opened connections too', () => {
      expect(meansOf({ connect: all(300) }, { failed: 1, sent: n + 1 })).toMatchObject({ 'connect and lag': 0.5 });
    });
  });

  it('is never wider than the terminal, and the same without colour', () => {
    const name = 'POST /日本/a-path-that-is-rather-long/and-longer';
    for (const options of [{}, { model: 'open' as const, names: [name] }, { kind: 'probe' as const, names: [name] }]) {
      const result = fixtureResult(options);
      for (const columns of [30, 40, 60, 80, 200]) {
        const plain = render(result, columns);
        for (const line of plain.split('\n')) expect(cellsOf(line)).toBeLessThanOrEqual(columns);
        const painted = renderSummary(result, { columns, colour: true });
        expect(painted).toContain('\u001b[1m');
        expect(stripVTControlCharacters(painted)).toBe(plain);
      }
    }
  });

  it('leaves whole columns out where the terminal is narrow, the least needed first', () => {
    const headings = (columns: number): string[] => cellsOfRow(render(RUN, columns), 'Requests').slice(1);
    expect(headings(90)).toEqual(['count', 'failed', 'p50', 'p95', 'p99', 'achieved']);
    expect(headings(80)).toEqual(['count', 'failed', 'p50', 'p95', 'achieved']);
    expect(headings(64)).toEqual(['failed', 'p50', 'p95', 'achieved']);
    expect(headings(50)).toEqual(['failed', 'p50', 'p95']);
    expect(cellsOfRow(render(RUN, 50), 'All requests').at(-1)).toMatch(/ ms$/);
  });

  it('lets no message from the target reach the terminal raw', () => {
    const evil = fixtureResult({ message: 'gone \u001b[2J\u202e\nfoo', names: ['POST /\u001b]0;x\u0007'] });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that must not be there.
    expect(render(evil)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(render(evil)).toContain('foo');
  });

  it('survives a run in which nothing happened', () => {
    const nothing = fixtureResult({ rate: 0 });
    expect(cellsOfRow(render(nothing), 'All requests').slice(1)).toEqual(['0', '–', '–', '–', '–', '–', '–', '0/s']);
  });
});
