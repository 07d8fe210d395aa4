import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { rampart, resultOf, temporaryFolder } from './command.ts';
import { undisturbed } from './disturbed.ts';
import { otlpWayTo } from './otlp.ts';
import { printedBy } from './python.ts';

/** What the target was sent, by trace id; each twentieth request is slow, each thirtieth fails. */
const seen = new Map<string, { readonly span: string; readonly slow: boolean; readonly body: string }>();
const refused: string[] = [];
let count = 0;
const server = createServer((request, response) => {
  const number = ++count;
  const [, trace = '', span = ''] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/.exec(`${request.headers.traceparent}`) ?? [];
  let body = '';
  request.setEncoding('utf8').on('data', (piece) => {
    body += piece;
  });
  request.on('end', () => {
    if (trace === '' || seen.has(trace)) refused.push(`${request.headers.traceparent}`);
    const slow = number % 20 === 0;
    seen.set(trace, { span, slow, body });
    response.statusCode = number % 30 === 0 ? 500 : 200;
    setTimeout(() => response.end('ok'), slow ? 150 : 1);
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const target = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/predict` };
const posted: string[] = [];
const collector = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (piece) => {
    body += piece;
  });
  request.on('end', () => {
    posted.push(`${request.url} ${body}`);
    response.end('{}');
  });
});
await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
afterAll(() => {
  for (const each of [collector, server]) {
    each.closeAllConnections();
    each.close();
  }
});

it(
  'sends a trace id of its own with each request, spans of all, and names the slowest everywhere',
  undisturbed(async (test) => {
    seen.clear();
    refused.length = 0;
    posted.length = 0;
    count = 0;
    const cwd = temporaryFolder();
    const way = await otlpWayTo(`http://127.0.0.1:${(collector.address() as AddressInfo).port}`);
    const { url } = way;
    const { stderr } = await rampart(
      [
        ...[
          'run',
          target.url,
          '--vus',
          '3',
          '-n',
          '120',
          '--threads',
          '2',
          '-b',
          '{"x": "{{{{y"}',
          '--keep-failing',
          '-q',
        ],
        ...['-o', 'out', '--trace', url, '--output', 'openmetrics=metrics.txt', '--samples', 's.csv'],
      ],
      { cwd },
    );
    await way.close();
    expect(stderr).toBe('');
    expect(refused).toEqual([]);
    const result = resultOf(readFileSync(join(cwd, 'out', 'result.json'), 'utf8'));
    // Braces that stand for themselves still do, though the request has a placeholder now.
    expect([...seen.values()].every(({ body }) => body === '{"x": "{{y"}')).toBe(true);
    expect(posted.every((each) => each.startsWith('/v1/traces '))).toBe(true);
    const lines = posted.map((each) => each.slice(each.indexOf(' ') + 1));
    const spans = JSON.parse(await printedBy(test, 'spans_decode.py', lines.join('\n'))) as {
      trace: string;
      span: string;
      ms: number;
      status: number;
      error: boolean;
      events: string[];
    }[];
    expect(spans).toHaveLength(result.totals.ok + result.totals.failed);
    expect(new Set(spans.map(({ trace }) => trace)).size).toBe(spans.length);
    for (const { trace, span, status, error, ms, events } of spans) {
      const request = seen.get(trace);
      expect(request?.span).toBe(span);
      expect(error).toBe(status === 500);
      if (request?.slow) expect(ms).toBeGreaterThan(140);
      expect(events).toEqual(['sent', 'first byte']);
    }
    const [slowest, ...others] = result.traces ?? [];
    expect(others).toHaveLength(9);
    expect(Math.max(...spans.map(({ ms }) => ms))).toBeCloseTo(slowest?.responseMs ?? 0, 2);
    expect(seen.has(slowest?.traceId ?? '')).toBe(true);
    const report = readFileSync(join(cwd, 'out', 'report.html'), 'utf8');
    expect(report).toContain(slowest?.traceId);
    expect(readFileSync(join(cwd, 'out', 'summary.md'), 'utf8')).toContain(slowest?.traceId);
    const metrics = readFileSync(join(cwd, 'metrics.txt'), 'utf8');
    expect(metrics).toContain(`# {trace_id="${slowest?.traceId}"`);
    expect(JSON.parse(await printedBy(test, 'openmetrics_parse.py', metrics))).toContain('rampart_requests_ended');
  }),
);

it('sends the header alone where that is asked for, and nothing without --trace', async () => {
  seen.clear();
  posted.length = 0;
  const cwd = temporaryFolder();
  await rampart(['run', target.url, '--vus', '1', '-n', '5', '--trace', 'headers', '-q', '-o', 'alone'], { cwd });
  expect(refused).toEqual([]);
  // The first of them went before the load.
  expect(seen.size).toBe(6);
  await rampart(['run', target.url, '--vus', '1', '-n', '5', '-q', '-o', 'plain'], { cwd });
  expect(refused.at(-1)).toBe('undefined');
  expect(posted).toEqual([]);
});
