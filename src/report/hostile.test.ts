import { describe, expect, it } from 'vitest';
import { RunFold } from '../analyze/fold.ts';
import type { RunEvent } from '../core/event.ts';
import type { RunResult } from '../core/result.ts';
import { toHlog } from '../stats/hlog.ts';
import { IntervalArchive } from './archive.ts';
import { toFailuresCsv, toStatsCsv } from './csv.ts';
import { HistoryCsv } from './history-csv.ts';
import { renderHtml } from './html.ts';
import { resultInMillis, toResultJson } from './json.ts';
import { toJunitXml } from './junit.ts';
import { toMarkdown } from './markdown.ts';
import { fixtureEvents } from './result.fixture.ts';
import { renderSummary } from './summary.ts';

/** What a target, a scenario or a journal may call things: made to move a cursor, turn the writing round, run or be a formula. */
const HOSTILE = [
  '\u001b[2J\u001b]0;owned\u0007red\u001b[31m',
  '\u202Egnp.exe\u2066\u200B',
  '<img src=x onerror=alert(1)><script>alert(2)</script>',
  '=HYPERLINK("http://evil.test","x")',
  '  =1+1',
  '](javascript:alert(3)) **bold** `code` | cell | \n# heading',
  '" onmouseover="alert(4)',
  ']]></system-out><failure/>',
  '\r\nX-Injected: 1',
];
const ALL = HOSTILE.join(' ');

/** Every text of an event that comes from outside replaced; shapes and what the program itself says are left. */
function poisoned(name: string, message: string): RunEvent[] {
  const events = fixtureEvents({ names: [name], message });
  return events.map((event) => {
    if (event.type !== 'started') return event;
    const { run, plan } = event;
    const target = { ...plan.target, url: `http://127.0.0.1:1/${message}` };
    const thresholds = plan.thresholds.map((threshold) => ({ ...threshold, text: message }));
    const host = { ...run.host, os: message, cpu: message, node: message };
    const requests = plan.requests.map((request) => ({ ...request, path: `/${message}` }));
    return {
      ...event,
      tool: { ...event.tool, version: message },
      run: { ...run, id: message, command: [message], host },
      plan: { ...plan, target, thresholds, requests },
    };
  });
}

interface Outputs {
  readonly result: RunResult;
  readonly files: Readonly<Record<string, string>>;
}

function outputsOf(name: string, message: string): Outputs {
  const fold = new RunFold();
  const archive = new IntervalArchive();
  let history = '';
  const historyCsv = new HistoryCsv((rows) => {
    history += rows;
  });
  for (const event of poisoned(name, message)) {
    fold.accept(event);
    historyCsv.accept(event);
    if (event.type === 'interval') archive.add(event.snapshot);
  }
  void historyCsv.close();
  const result = fold.result();
  const times = { startSeconds: 0, lengthSeconds: 1, histogram: fold.responseTimesOf(null).toData() };
  return {
    result,
    files: {
      terminal: renderSummary(result, { columns: 100, colour: false }),
      'stats.csv': toStatsCsv(result, (one, kind) => fold.responseTimesOf(one, kind)),
      'history.csv': history,
      'failures.csv': toFailuresCsv(result),
      'summary.md': toMarkdown(result),
      'junit.xml': toJunitXml(result),
      'report.html': renderHtml(result, { script: '', style: '' }, archive.pack(result.timeline, result.failures)),
      'result.json': toResultJson(result),
      'latency.hlog': toHlog([{ tag: name, ...times }], '2026-01-02T03:04:05Z'),
    },
  };
}

/** What no output may hold: control and format characters, but for the ends of its own lines. */
const MOVES = /[^\P{Cc}\n\r]|\p{Cf}/u;

describe.each([
  ['all at once', ALL, ALL],
  ...HOSTILE.map((text): [string, string, string] => [JSON.stringify(text), text, text]),
])('names and messages that are hostile: %s', (_, name, message) => {
  const { files, result } = outputsOf(name, message);

  it('are in the result as they were', () => {
    expect(Object.keys(result.series)).toEqual([name]);
    expect(result.failures.map((failure) => failure.message)).toContain(message);
    expect(JSON.parse(files['result.json'] as string)).toEqual(JSON.parse(JSON.stringify(resultInMillis(result))));
  });

  it.each(Object.keys(files))('move no cursor and turn no writing in %s', (file) => {
    const found = MOVES.exec((files[file] as string).replace(/\t/g, ' '));
    expect(
      found === null ? null : [file, files[file]?.slice(Math.max(0, found.index - 60), found.index + 20)],
    ).toBeNull();
  });

  it('are no markup', () => {
    // In a code span everything is as it stands.
    const markdown = (files['summary.md'] as string).replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
    for (const text of [files['report.html'], files['junit.xml'], markdown])
      expect(/(?<!\\)<(img src=x|script>alert|failure\/>)/.exec(text ?? '')?.[0]).toBeUndefined();
    expect(files['report.html']).not.toContain('="" onmouseover="');
    expect(files['summary.md']).not.toMatch(/^# heading/m);
  });

  it('are no formulas', () => {
    for (const file of ['stats.csv', 'history.csv', 'failures.csv'])
      for (const line of (files[file] as string).split('\r\n')) expect(line).not.toMatch(/(^|,)"?\s*[=+@]/);
  });
});
