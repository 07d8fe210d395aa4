import { describe, expect, it } from 'vitest';
import { cellsOf } from '../core/placeholders.ts';
import { durationOf, type Plan, replayOf, stagesOf } from '../core/plan.ts';
import { PlanPayloads } from '../load/payload.ts';
import { describePlan } from './describe.ts';
import { errorOf } from './error.fixture.ts';
import { preparedOf, worldWith } from './plan.fixture.ts';

type Flags = Readonly<Record<string, unknown>>;

function prepared(files: Readonly<Record<string, string>>, flags: Flags, kind: Plan['kind'] = 'run') {
  const { target = 'http://h:1/p', ...rest } = flags;
  const { plan, rows } = preparedOf({ kind, target: String(target), env: {}, flags: rest }, worldWith(files));
  return { plan, rows, trace: rows?.trace };
}

const said = (files: Readonly<Record<string, string>>, flags: Flags, kind?: Plan['kind']): string =>
  errorOf(() => prepared(files, flags, kind));

const dueOf = (text: string, flags: Flags = {}, file = 't.csv'): number[] => [
  ...(prepared({ [file]: text }, { replay: file, ...flags }).trace?.dueAt ?? []),
];

describe('the instants of a trace', () => {
  it('are seconds, parts of them, or ISO 8601', () => {
    expect(dueOf('time\n10\n10.5\n12\n')).toEqual([0, 500_000, 2_000_000]);
    expect(dueOf('arrival_ms,x\n10,a\n250,b\n')).toEqual([0, 240_000]);
    expect(dueOf('timestamp\n1700000000000\n1700000000250\n')).toEqual([0, 250_000]);
    expect(dueOf('{"ts":"2026-01-31T12:00:00Z"}\n{"ts":"2026-01-31T12:00:00.250Z"}\n', {}, 't.jsonl')).toEqual([
      0, 250_000,
    ]);
    expect(dueOf('a,b\n1,5\n2,7\n', { replayTime: 'b:ms' })).toEqual([0, 2_000]);
  });

  it('are sped up, or slowed down', () => {
    expect(dueOf('t,time\n1,0\n2,4\n', { speed: '2x' })).toEqual([0, 2_000_000]);
    expect(dueOf('t,time\n1,0\n2,4\n', { speed: '0.5' })).toEqual([0, 8_000_000]);
  });

  it('are put into the order of time, with their rows', () => {
    const { plan, rows, trace } = prepared(
      { 't.csv': 'time,name\n3,c\n1,a\n2,b\n1,a2\n' },
      { replay: 't.csv', body: 'name {{row.name}}' },
    );
    expect([...(trace?.dueAt ?? [])]).toEqual([0, 0, 1e6, 2e6]);
    const payloads = new PlanPayloads(plan, rows);
    const filling = payloads.compile([{ text: '{{row.name}}', place: 'text' }]);
    const texts = [0, 1, 2, 3, 4].map((index) => filling.bytes.toString('utf8', 0, filling.fill(index, null)));
    expect(texts).toEqual(['a', 'a2', 'b', 'c', 'a']);
  });

  it('of Azure and Mooncake are known, with their token counts under the same names', () => {
    const azure =
      'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:50.9951690,396,109\n';
    const mooncake =
      '{"timestamp": 0, "input_length": 6955, "output_length": 52, "hash_ids": [46]}\n{"timestamp": 3000, "input_length": 6472, "output_length": 26, "hash_ids": []}\n';
    const body = '{"n":{{row.input_tokens}},"m":{{row.output_tokens}}}';
    for (const [file, text, due, first] of [
      ['azure.csv', azure, 4_314_579, '374 44'],
      ['mooncake.jsonl', mooncake, 3_000_000, '6955 52'],
    ] as const) {
      const { plan, rows, trace } = prepared({ [file]: text }, { replay: file, body });
      expect(trace?.dueAt[1]).toBeCloseTo(due, 0);
      const filling = new PlanPayloads(plan, rows).compile([
        { text: '{{row.input_tokens}} {{row.output_tokens}}', place: 'json' },
      ]);
      expect(filling.bytes.toString('utf8', 0, filling.fill(0, null))).toBe(first);
      expect(cellsOf(plan, true).map(({ field }) => field)).toEqual(['input_tokens', 'output_tokens']);
    }
  });

  it('are refused with file and line where they are wrong', () => {
    expect(said({ 't.csv': 'time\n1\nsoon\n' }, { replay: 't.csv' })).toMatch(
      /^bad-file --replay: "t.csv", line 3: "soon" in "time" is no instant \| Instants are numbers/,
    );
    expect(said({ 't.csv': 'a,b\n1,2\n' }, { replay: 't.csv' })).toMatch(
      /line 2: none of its fields says when it was \("a", "b"\) \| Name the field with --replay-time NAME/,
    );
    expect(said({ 't.csv': 'when,b\n1,2\n' }, { replay: 't.csv', replayTime: 'wen' })).toMatch(
      /line 2 has no field "wen" \| Did you mean/,
    );
    expect(said({ 't.jsonl': '{"ts":1}\n{"ts":2\n' }, { replay: 't.jsonl' })).toMatch(
      /"t.jsonl", line 2.* is not JSON/,
    );
    expect(said({ 't.jsonl': '{"ts":1}\n{"tz":2}\n' }, { replay: 't.jsonl' })).toMatch(/line 2 has no field "ts"/);
    expect(said({ 't.csv': 'time\n' }, { replay: 't.csv' })).toMatch(/"t.csv" has no rows/);
    expect(said({}, { replay: 't.csv' })).toMatch(/--replay: "t.csv" does not exist/);
  });
});

describe('the load of a trace', () => {
  const files = { 't.csv': 'time\n0\n1\n2\n3\n' };

  it('lasts as long as it, and has its mean rates', () => {
    const { plan } = prepared(files, { replay: 't.csv' });
    expect(durationOf(plan.load)).toBe(4e6);
    expect(stagesOf(plan.load).map(({ from, to }) => [from, to])).toEqual(new Array(4).fill([1, 1]));
    expect(replayOf(plan.load)).toEqual({ file: 't.csv', arrivals: 4, speed: 1 });
    expect(plan.data).toBeNull();
    expect(describePlan(plan).join('\n')).toContain(
      '4 arrivals of t.csv, 4 s (open model: each due at its own instant of the trace, no response',
    );
  });

  it('ends earlier, or goes on again and again', () => {
    expect(durationOf(prepared(files, { replay: 't.csv', duration: '2s' }).plan.load)).toBe(2e6);
    expect(durationOf(prepared(files, { replay: 't.csv', duration: '20s' }).plan.load)).toBe(4e6);
    const { plan } = prepared(files, { replay: 't.csv', duration: '20s', replayLoop: true });
    expect([durationOf(plan.load), stagesOf(plan.load).length, replayOf(plan.load)?.loop]).toEqual([20e6, 1, true]);
    expect(said(files, { replay: 't.csv', replayLoop: true })).toMatch(/--replay-loop has no end: say how long/);
    expect(said({ 't.csv': 'time\n2026-01-01T00:00:00Z\n2026-03-01T00:00:00Z\n' }, { replay: 't.csv' })).toMatch(
      /takes 2832 hours, more than 168h/,
    );
  });

  it('stands in the place of any other, and excludes it', () => {
    for (const [flag, value] of [
      ['rate', '5/s'],
      ['vus', '5'],
      ['stages', '1s:5'],
      ['arrivals', 'poisson'],
      ['pacing', '1s'],
      ['profile', 'spike 4 at 1s for 1s'],
      ['until', 'p95±5%'],
    ] as const)
      expect(said(files, { replay: 't.csv', [flag]: value })).toMatch(/--replay and --\w+ exclude each other/);
    expect(said(files, { speed: '2x' })).toMatch(/--speed needs --replay/);
    expect(said(files, { replay: 't.csv', speed: 'fast' })).toMatch(/--speed "fast" is no speed; write 2x/);
    expect(said(files, { replay: 't.csv', replayTime: 'time:h' })).toMatch(/"h" is no unit of time/);
    expect(said({ 't.gz': '' }, { replay: 't.gz' })).toMatch(/is compressed; unpack it first/);
    expect(said(files, { replay: 't.csv' }, 'find')).toMatch(/--replay .*find/);
  });

  it('of a scenario gives way to a rate or users of the command line, and takes their place', () => {
    const scenario = (settings: object): Readonly<Record<string, string>> => ({
      ...files,
      's.json': JSON.stringify({ url: 'http://h:1/p', ...settings }),
    });
    const traced = scenario({ replay: 't.csv', speed: '2x', replayLoop: true, duration: '10s' });
    expect(prepared(traced, { target: 's.json', rate: '5/s' }).plan.load).toMatchObject({ arrivals: 'uniform' });
    expect(prepared(traced, { target: 's.json', vus: '5' }).plan.load).toMatchObject({ model: 'closed' });
    const steady = scenario({ vus: 5, pacing: '1s' });
    expect(replayOf(prepared(steady, { target: 's.json', replay: 't.csv' }).plan.load)?.arrivals).toBe(4);
  });

  it('may go with rows of another file', () => {
    const { plan, trace, rows } = prepared(
      { ...files, 'r.csv': 'a\nx\ny\n' },
      { replay: 't.csv', data: 'r.csv', body: '{{row.a}}' },
    );
    expect(plan.data).toMatchObject({ file: 'r.csv', rows: 2 });
    expect([rows?.rows, trace?.dueAt.length]).toEqual([2, 4]);
  });
});

describe('an access log', () => {
  const line = (second: number, request: string, status = 200): string =>
    `1.2.3.4 - - [10/Oct/2000:13:55:0${second} +0000] "${request}" ${status} 12 "-" "curl"`;
  const log = [
    line(0, 'GET /a?x=1 HTTP/1.1'),
    line(0, 'GET /b HTTP/1.1'),
    line(1, 'POST /orders HTTP/1.1', 201),
    line(2, 'HEAD /c HTTP/1.1'),
    line(2, '-', 400),
    line(1, 'GET /d HTTP/1.1'),
  ].join('\n');

  it('is sent again, but for what may change something', () => {
    const { plan, rows, trace } = prepared({ 'access.log': log }, { replay: 'access.log' });
    expect(plan.requests.map(({ name, method, path }) => [name, method, path])).toEqual([
      ['GET', 'GET', '{{row.path}}'],
      ['HEAD', 'HEAD', '{{row.path}}'],
    ]);
    // Two of one second half a second apart, the line that came late in its place.
    expect([...(trace?.dueAt ?? [])]).toEqual([0, 5e5, 1e6, 2e6]);
    expect([...(trace?.flows ?? [])]).toEqual([0, 0, 0, 1]);
    const filling = new PlanPayloads(plan, rows).compile([{ text: '{{row.path}}', place: 'path' }]);
    expect([0, 1, 2, 3].map((index) => filling.bytes.toString('utf8', 0, filling.fill(index, null)))).toEqual([
      '/a?x=1',
      '/b',
      '/d',
      '/c',
    ]);
    expect(replayOf(plan.load)?.leftOut).toEqual({ changing: { POST: 1 }, unsendable: 1 });
    const told = describePlan(plan).join('\n');
    expect(told).toContain(
      'Note: 1 POST of the log may change something, and are not sent; --replay-all sends them, without bodies.',
    );
    expect(told).toContain('Note: 1 line of the log hold no request that could be sent.');
  });

  it('is sent whole where that is wanted', () => {
    const { plan } = prepared(
      { 'access.log': log },
      { replay: 'access.log', replayAll: true, threshold: ['p95{POST}<1s'] },
    );
    expect(plan.requests.map(({ name }) => name)).toEqual(['GET', 'POST', 'HEAD']);
    expect(replayOf(plan.load)?.leftOut).toEqual({ changing: {}, unsendable: 1 });
  });

  it('says itself what is requested', () => {
    expect(said({ 'access.log': log }, { replay: 'access.log', body: 'x' })).toMatch(
      /--body has no place beside an access log/,
    );
    expect(said({ 'access.log': log }, { replay: 'access.log', header: ['X: {{row.ip}}'] })).toMatch(
      /have no field "ip" \| They have method, path/,
    );
    expect(said({ 'access.log': line(0, 'POST /x HTTP/1.1') }, { replay: 'access.log' })).toMatch(
      /has no line that is sent \| All of them may change/,
    );
  });

  it('is refused at the line that is none of it', () => {
    expect(said({ 'access.log': `${log}\nhello\n` }, { replay: 'access.log' })).toMatch(
      /^bad-file --replay: "access.log", line 7 is no line of an access log/,
    );
  });
});
