/** Traces and access logs, replayed by the built command on real sockets. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { counted, measured, rampart, temporaryFolder } from './command.ts';
import { undisturbed } from './disturbed.ts';
import { ownEchoTarget } from './target.ts';

function written(name: string, text: string): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
}

describe('a trace', () => {
  it(
    'is replayed row by row, at its instants, by any number of threads',
    undisturbed(async () => {
      const { url, got } = await ownEchoTarget();
      // Ten at once, then one each 50 ms.
      const rows = Array.from({ length: 50 }, (_, row) => `${row < 10 ? 0 : (row - 9) * 100},${row}`);
      const trace = written('trace.csv', `at_ms,n\n${rows.join('\n')}\n`);
      const args = ['run', url, '--replay', trace, '--replay-time', 'at_ms:ms', '--speed', '2x', '-b', 'n={{row.n}}'];
      const { result } = await measured([...args, '--threads', '2']);
      expect(counted(result.totals)).toMatchObject({ offered: 50, ok: 50 });
      expect(got.map((line) => Number(/n=(\d+)/.exec(line)?.[1])).sort((a, b) => a - b)).toEqual(
        rows.map((_, row) => row),
      );
      expect(result.plan.load).toMatchObject({ model: 'open', arrivals: { replay: { arrivals: 50, speed: 2 } } });
      // 4.0 s at twice the speed, and one mean distance behind the last.
      expect(result.totals.durationMs).toBeGreaterThan(1_990);
      const [first, ...rest] = result.timeline;
      expect(first?.offered).toBeGreaterThanOrEqual(28);
      expect(rest.reduce((sum, { offered }) => sum + offered, 0)).toBeLessThanOrEqual(22);
    }),
  );

  it(
    'begins anew until so many are sent',
    undisturbed(async () => {
      const { url, got } = await ownEchoTarget();
      const trace = written('trace.jsonl', '{"ts":0,"n":1}\n{"ts":0.01,"n":2}\n{"ts":0.02,"n":3}\n');
      const { result } = await measured([
        'run',
        url,
        '--replay',
        trace,
        '--replay-loop',
        '-n',
        '20',
        '-b',
        '{{row.n}}',
      ]);
      expect([result.totals.sent, got.length]).toEqual([20, 20]);
    }),
  );
});

describe('an access log', () => {
  const line = (request: string): string =>
    `192.0.2.1 - - [10/Oct/2025:13:55:36 +0000] "${request} HTTP/1.1" 200 12 "-" "curl/8.0"`;
  const log = ['GET /a?x=%20y', 'HEAD /h', 'POST /orders', 'GET /b', 'DELETE /b'].map(line).join('\n');

  it('is sent again line by line, but for what may change something', async () => {
    const { url, got } = await ownEchoTarget();
    const { result } = await measured(['run', url, '--replay', written('access.log', log), '--threads', '2']);
    const paths = got.map((one) => one.split(' ').slice(0, 2).join(' ')).sort();
    expect(paths).toEqual(['GET /a?x=%20y', 'GET /b', 'HEAD /h']);
    expect(Object.keys(result.series)).toEqual(['GET', 'HEAD']);
  });

  it('is sent whole where that is wanted; tried with lines of its own', async () => {
    const { url, got } = await ownEchoTarget();
    const access = written('access.log', log);
    const { code, stdout, stderr } = await rampart(['run', url, '--replay', access, '--dry-run']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Note: 1 POST, 1 DELETE of the log may change something, and are not sent');
    expect(got.map((one) => one.split(' ').slice(0, 2).join(' '))).toEqual(['GET /a?x=%20y', 'HEAD /h']);
    got.length = 0;
    await measured(['run', url, '--replay', access, '--replay-all']);
    expect(got.map((one) => one.split(' ').slice(0, 2).join(' ')).sort()).toEqual([
      'DELETE /b',
      'GET /a?x=%20y',
      'GET /b',
      'HEAD /h',
      'POST /orders',
    ]);
  });
});
