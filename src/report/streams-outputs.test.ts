import { expect, it } from 'vitest';
import { finishedOf, foldOf, intervalOf, planOf, seriesOf, startedOf } from '../analyze/events.fixture.ts';
import { EVENTS } from '../analyze/few-events.fixture.ts';
import type { RunEvent } from '../core/event.ts';
import { NO_STREAMS, type StreamCounts } from '../core/streamed.ts';
import { toStatsCsv } from './csv.ts';
import { HistoryCsv } from './history-csv.ts';
import { toJunitXml } from './junit.ts';
import { toMarkdown } from './markdown.ts';
import { fixtureEvents, fixtureHistogram, fixtureResult } from './result.fixture.ts';

const streamed = foldOf(EVENTS);
const result = streamed.result();

it('stats.csv has what streams are judged by behind Locust’s columns, and only where there were any', () => {
  const [head = '', ...rows] = toStatsCsv(result, (name, kind) => streamed.responseTimesOf(name, kind))
    .trim()
    .split('\r\n');
  const plain = toStatsCsv(fixtureResult(), (name) => fixtureHistogram(name)).split('\r\n')[0] ?? '';
  expect(head.startsWith(`${plain},Streams,TTFT 50%,TTFT 95%,TTFT 99%,TPOT 50%`)).toBe(true);
  const columns = head.split(',');
  const cell = (row: string | undefined, heading: string): string | undefined =>
    row?.split(',').at(columns.indexOf(heading) - columns.length);
  const predict = rows.find((row) => row.startsWith('POST,'));
  expect(cell(predict, 'Streams')).toBe('3');
  expect(cell(predict, 'Output Tokens')).toBe('12');
  expect(cell(predict, 'Ended stop')).toBe('2');
  expect(cell(predict, 'Ended other')).toBe('0');
  expect(cell(predict, 'Goodput')).toBe(`${result.series['POST /predict']?.goodput?.share}`);
  expect(cell(rows.at(-1), 'Output Tokens/s')).toBe(`${result.streams?.outputTokensPerSec}`);
  // Not streamed, so not known; and too few for a percentile.
  const other = rows.find((row) => row.includes('c d'));
  expect([cell(other, 'Streams'), cell(predict, 'TTFT 95%')]).toEqual(['N/A', 'N/A']);
});

const historyOf = (events: readonly RunEvent[]): string[] => {
  let text = '';
  const history = new HistoryCsv((rows) => {
    text += rows;
  });
  for (const event of events) history.accept(event);
  history.close();
  return text.trim().split('\r\n');
};

it('history.csv counts tokens when they come, not when their streams end', () => {
  const counted = (index: number, counts: Partial<StreamCounts>) =>
    intervalOf({ index, series: { 'POST /p': { ...seriesOf({}), streams: { ...NO_STREAMS, ...counts } } } });
  const ended = { ended: 1, endedPieces: 30, outputTokens: 60, toldOutput: 1 };
  const [, ...rows] = historyOf([
    startedOf({ ...planOf({}), stream: 'sse' }),
    counted(0, { pieces: 10, ...ended }),
    counted(1, { pieces: 20 }),
    counted(2, { pieces: 5, failedPieces: 5, ...ended }),
    finishedOf('completed', 3),
  ]);
  const all = rows.filter((row) => row.includes(',Aggregated,'));
  expect(all.map((row) => row.split(',').at(-1))).toEqual(['20', '40', '0']);
});

it('history.csv has them of each interval, and only where there are any', () => {
  const asked = EVENTS.map((event) =>
    event.type === 'started' ? { ...event, plan: { ...event.plan, stream: 'sse' as const } } : event,
  );
  const [head = '', ...rows] = historyOf(asked);
  expect(head).toMatch(/Total Average Content Size,Streams,TTFT 50%,TTFT 95%,ITL 50%,ITL 99%,Output Tokens\/s$/);
  const cells = rows.map((row) => row.split(',').slice(-6));
  const all = rows.flatMap((row, i) => (row.includes(',Aggregated,') ? [cells[i] ?? []] : []));
  expect(all.reduce((sum, [streams]) => sum + Number(streams), 0)).toBe(result.streams?.ended);
  expect(all.some(([, ttft, , itl]) => Number(ttft) > 0 && Number(itl) >= 0)).toBe(true);
  expect(historyOf(fixtureEvents())[0]).toMatch(/Total Average Content Size$/);
});

it('summary.md has a table of them, and junit.xml tells them beside the validity', () => {
  const markdown = toMarkdown(result);
  expect(markdown).toContain(
    '| Streams | p50 | p95 | p99 | max |\n| --- | --: | --: | --: | --: |\n| Time to first token |',
  );
  expect(markdown).toContain('3 streams came to their end: 12 output tokens');
  const junit = toJunitXml(result);
  expect(junit).toContain('Time per output token: p50 –, p95 –, p99 –.');
  expect(junit).toContain('Ended by stop 2, length 1.');
  for (const text of [toMarkdown(fixtureResult()), toJunitXml(fixtureResult())]) expect(text).not.toContain('stream');
});
