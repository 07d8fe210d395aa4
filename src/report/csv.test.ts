import { describe, expect, it } from 'vitest';
import { RunFold } from '../analyze/fold.ts';
import type { RunEvent } from '../core/event.ts';
import { toFailuresCsv, toStatsCsv } from './csv.ts';
import { HistoryCsv } from './history-csv.ts';
import { fixtureEvents, fixtureHistogram, fixtureResult } from './result.fixture.ts';

/** A reader of RFC 4180, strict about line ends and quotes. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let at = 0;
  while (at < text.length) {
    const [all = '', quoted, bare] = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))/y.exec(text.slice(at)) ?? [];
    rows.at(-1)?.push(quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'));
    at += all.length;
    if (text[at] === ',') at++;
    else {
      expect(text.slice(at, at + 2)).toBe('\r\n');
      at += 2;
      rows.push([]);
    }
  }
  return rows.slice(0, -1);
}

/** Rows as records by the heading. */
function recordsOf(text: string): Record<string, string>[] {
  const [head = [], ...rows] = readCsv(text);
  return rows.map((row) => {
    expect(row).toHaveLength(head.length);
    return Object.fromEntries(head.map((name, i) => [name, row[i] ?? '']));
  });
}

function historyOf(events: readonly RunEvent[]): string {
  let text = '';
  const history = new HistoryCsv((rows) => {
    text += rows;
  });
  for (const event of events) history.accept(event);
  history.close();
  return text;
}

const PERCENTILES = '50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%';

describe('toStatsCsv', () => {
  const text = toStatsCsv(fixtureResult(), (name) => fixtureHistogram(name));

  it("has Locust's columns", () => {
    expect(text.split('\r\n')[0]).toBe(
      `Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,Max Response Time,Average Content Size,Requests/s,Failures/s,${PERCENTILES}`,
    );
  });

  it('has a row per request name, and Aggregated last', () => {
    const rows = recordsOf(text);
    expect(rows.map((row) => [row['Type'], row['Name']])).toEqual([
      ['POST', '/predict'],
      ['GET', '/health'],
      ['', 'Aggregated'],
    ]);
    expect(rows.at(-1)).toMatchObject({
      'Request Count': '1200',
      'Failure Count': '20',
      'Average Content Size': '64',
      'Requests/s': '120',
      'Failures/s': '2',
    });
  });

  it('has the average size of bodies that came to their end', () => {
    const result = fixtureResult();
    const { totals } = result;
    const [gone, bytes] = [600, 600 * 50];
    const left: typeof totals = {
      ...totals,
      byOutcome: { ...totals.byOutcome, cancelled: gone },
      bodyBytesIn: totals.bodyBytesIn + bytes,
      unfinishedBodyBytesIn: bytes,
    };
    const rows = recordsOf(toStatsCsv({ ...result, totals: left }, (name) => fixtureHistogram(name)));
    expect(rows.at(-1)).toMatchObject({ 'Average Content Size': '64' });
  });

  it('takes percentiles from the whole histogram, in ms', () => {
    const times = fixtureHistogram(null);
    const all = recordsOf(text).at(-1);
    expect(Number(all?.['66%'])).toBeCloseTo(times.quantile(0.66) / 1000, 3);
    expect(Number(all?.['98%'])).toBeCloseTo(times.quantile(0.98) / 1000, 3);
    expect(Number(all?.['100%'])).toBeCloseTo(times.max / 1000, 3);
    expect(all?.['Median Response Time']).toBe(all?.['50%']);
  });

  it('prints no percentile that result.json does not', () => {
    const result = fixtureResult();
    const all = recordsOf(text).at(-1);
    expect(result.latency.response['p99.9']).toBeNull();
    expect([all?.['99%'], all?.['99.9%'], all?.['99.99%']]).toEqual([expect.stringMatching(/^\d/), 'N/A', 'N/A']);
  });

  it('makes up nothing where nothing was answered', () => {
    const options = { rate: 0 };
    const rows = recordsOf(toStatsCsv(fixtureResult(options), (name) => fixtureHistogram(name, options)));
    expect(rows.at(-1)).toMatchObject({ 'Request Count': '0', 'Median Response Time': 'N/A', '100%': 'N/A' });
  });
});

describe('HistoryCsv', () => {
  it("has Locust's columns, and rows for each name and for all in every interval", () => {
    const text = historyOf(fixtureEvents());
    expect(text.split('\r\n')[0]).toBe(
      `Timestamp,User Count,Type,Name,Requests/s,Failures/s,${PERCENTILES},Total Request Count,Total Failure Count,Total Median Response Time,Total Average Response Time,Total Min Response Time,Total Max Response Time,Total Average Content Size`,
    );
    expect(recordsOf(text)).toHaveLength(3 * 13);
  });

  it('says what happened in an interval, at its time', () => {
    const row = recordsOf(historyOf(fixtureEvents()))[3 * 5 + 2];
    expect(row).toMatchObject({
      Timestamp: String(Math.floor((Date.parse('2026-03-04T05:06:07.250Z') + 6000) / 1000)),
      'User Count': '30',
      Name: 'Aggregated',
      'Requests/s': '120',
      'Failures/s': '2',
      '50%': '25.503',
      'Total Request Count': '480',
    });
  });

  it('ends with the totals of stats.csv', () => {
    const rows = recordsOf(historyOf(fixtureEvents())).slice(-3);
    const stats = recordsOf(toStatsCsv(fixtureResult(), (name) => fixtureHistogram(name)));
    const columns = ['Request Count', 'Failure Count', 'Median Response Time', 'Average Response Time'];
    for (const [i, row] of rows.entries()) {
      for (const column of [...columns, 'Min Response Time', 'Max Response Time', 'Average Content Size']) {
        expect(row[`Total ${column}`], column).toBe(stats[i]?.[column]);
      }
    }
  });

  it('shows the warm-up, but does not count it', () => {
    const warm = recordsOf(historyOf(fixtureEvents()))[2];
    expect(warm).toMatchObject({
      'Requests/s': '120',
      'Total Request Count': '0',
      'Total Median Response Time': 'N/A',
    });
  });

  it('makes one interval of the snapshots of two phases', () => {
    const events = fixtureEvents();
    const late = events[2];
    if (late?.type !== 'interval') throw new Error('no interval');
    const answers: RunEvent = { type: 'interval', snapshot: { ...late.snapshot, index: 2, phase: 'warmup' } };
    const rows = recordsOf(historyOf([...events.slice(0, 3), answers, ...events.slice(3)]));
    expect(rows).toHaveLength(3 * 13);
    expect(rows[3 * 2 + 2]).toMatchObject({ 'Total Request Count': '120' });
    expect(rows.at(-1)?.['Total Request Count']).toBe('1200');
  });
});

describe('HistoryCsv of requests that have tags', () => {
  const tagged = (tags: readonly (Readonly<Record<string, string>> | null)[]): string =>
    historyOf(
      fixtureEvents().map((event) => {
        if (event.type !== 'started') return event;
        const requests = event.plan.requests.map((request, i) => ({ ...request, ...(tags[i] && { tags: tags[i] }) }));
        return { ...event, plan: { ...event.plan, requests } };
      }),
    );

  it('has a row for each tag in every interval, which adds up what its requests have', () => {
    const rows = recordsOf(tagged([{ kind: 'model', team: 'loans' }, { kind: 'model' }]));
    expect(rows).toHaveLength(5 * 13);
    expect(rows.slice(25, 30).map((row) => [row['Type'], row['Name'], row['Requests/s']])).toEqual([
      ['POST', '/predict', '60'],
      ['GET', '/health', '60'],
      ['tag', 'kind=model', '120'],
      ['tag', 'team=loans', '60'],
      ['', 'Aggregated', '120'],
    ]);
    const [post, , both, own, all] = rows.slice(-5);
    const { Type: _, Name: __, ...figures } = all ?? {};
    expect(both).toMatchObject(figures);
    expect(own?.['Total Request Count']).toBe(post?.['Total Request Count']);
  });

  it('leaves out the request of several targets that is all there is', () => {
    const rows = recordsOf(tagged(['a', 'b'].map((target) => ({ target, request: 'POST /predict' }))));
    expect(new Set(rows.filter(({ Type }) => Type === 'tag').map(({ Name }) => Name))).toEqual(
      new Set(['target=a', 'target=b']),
    );
  });
});

describe('HistoryCsv of a run whose statistics were reset', () => {
  const events = fixtureEvents();
  const marked = events.map((event): RunEvent => {
    if (event.type !== 'interval' || event.snapshot.index < 6) return event;
    return { ...event, snapshot: { ...event.snapshot, resets: 1 } };
  });
  const at = marked.findIndex((event) => event.type === 'interval' && event.snapshot.index === 6);
  const first = events[at];
  if (first?.type !== 'interval') throw new Error('no interval');
  const { generator: _, ...answers } = first.snapshot;
  // As many answers once more, to what was due before the reset.
  const all: RunEvent[] = [
    ...marked.slice(0, at),
    { type: 'reset', at: first.snapshot.startAt },
    ...marked.slice(at, at + 1),
    { type: 'interval', snapshot: answers },
    ...marked.slice(at + 1),
  ];

  it('goes on with its rows, and begins the totals anew', () => {
    const rows = recordsOf(historyOf(all));
    expect(rows).toHaveLength(3 * 13);
    const aggregated = (index: number) => rows[3 * index + 2];
    expect(aggregated(5)).toMatchObject({ 'Requests/s': '120', 'Total Request Count': '480' });
    expect(aggregated(6)).toMatchObject({ 'Requests/s': '240', 'Total Request Count': '120' });
    expect(aggregated(7)).toMatchObject({ 'Requests/s': '120', 'Total Request Count': '240' });
  });

  it('ends with the totals of the result', () => {
    const fold = new RunFold();
    for (const event of all) fold.accept(event);
    const { totals, latency } = fold.result();
    expect(totals.ok + totals.failed).toBe(720);
    expect(recordsOf(historyOf(all)).at(-1)).toMatchObject({
      'Total Request Count': String(totals.ok + totals.failed),
      'Total Failure Count': String(totals.failed),
      'Total Min Response Time': String(latency.response.min),
      'Total Max Response Time': String(latency.response.max),
    });
  });
});

describe('toFailuresCsv', () => {
  it("has Locust's columns and a row per cause", () => {
    const rows = recordsOf(toFailuresCsv(fixtureResult()));
    expect(rows.find((row) => row['Method'] === 'POST')).toEqual({
      Method: 'POST',
      Name: '/predict',
      Error: 'HTTP 503 Service Unavailable',
      Occurrences: '10',
      'First Seen': '2026-03-04T05:06:09.750Z',
      'Last Seen': '2026-03-04T05:06:18.750Z',
      'Response Body': '',
    });
  });

  it('names the outcome where there is no message, and leaves out what the run gave up', () => {
    const result = fixtureResult();
    const [failure] = result.failures;
    const rows = recordsOf(
      toFailuresCsv({
        ...result,
        failures: [
          { ...failure!, message: '', outcome: 'timeout' },
          { ...failure!, message: 'end of the run', outcome: 'aborted' },
        ],
      }),
    );
    expect(rows.map((row) => row['Error'])).toEqual(['timeout']);
  });

  it('keeps any text whole', () => {
    const message = 'He said "no",\r\nthen, left; \u001b[31m 日本';
    const [row] = recordsOf(toFailuresCsv(fixtureResult({ message })));
    expect(row?.['Error']).toBe(message.replace('\u001b', '\uFFFD'));
  });

  it('lets no message become a formula', () => {
    for (const message of ['=1+2', '+1', '-1', '@SUM(A1)', '\t=1', '=HYPERLINK("http://x","y")']) {
      const [row] = recordsOf(toFailuresCsv(fixtureResult({ message })));
      expect(row?.['Error']).toBe(`'${message}`);
    }
  });
});
