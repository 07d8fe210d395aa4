import { describe, expect, it } from 'vitest';
import type { Plan } from '../core/plan.ts';
import { saidBy } from './world.fixture.ts';

/** Nobody listens there. */
const URL = 'http://127.0.0.1:1/p';

/** The plan's lines of a command that reaches nobody. */
async function planned(args: readonly string[], files: Readonly<Record<string, string>> = {}): Promise<string> {
  const { code, stderr } = await saidBy([...args], { files });
  expect(stderr).toContain('ECONNREFUSED');
  expect(code).toBe(4);
  return stderr;
}

async function refused(args: readonly string[], kind: Plan['kind'] = 'run'): Promise<string> {
  const { code, stderr } = await saidBy([kind, URL, ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(`(rampart ${kind} --help lists its flags)`);
  return stderr;
}

describe('what users of other tools write', () => {
  it.each([
    ['Locust', ['--headless', '--users', '100', '-t', '1m'], '100 virtual users for 1 min'],
    ['Locust, in long', ['--users', '5', '--hatch-rate', '1', '--run-time', '10s'], '0 → 5 virtual users over 5 s'],
    ['k6', ['--vus', '7', '--iterations', '20'], '7 virtual users, until 20 requests are sent'],
    ['k6 with stages', ['--stage', '10s:5', '--stage', '1m:9'], '0 → 5 virtual users over 10 s, then 5 → 9 over 1 min'],
    ['wrk2', ['-R2000', '-d30s', '--latency'], '2,000 requests/s for 30 s'],
    ['hey', ['-z', '5s', '--vus', '2', '-D', 'body.txt'], '2 virtual users for 5 s'],
    ['vegeta', ['-rate=50/1s', '-duration=5s'], '50 requests/s for 5 s'],
    ['a rate with its unit', ['--rate', '200rps', '-d', '1s'], '200 requests/s for 1 s'],
    ['a rate by another name', ['--rps', '200 req/s', '-d', '1s'], '200 requests/s for 1 s'],
    ['no keep-alive', ['--disable-keepalive'], 'a new connection per request'],
    ['k6 thresholds', ['--threshold', 'p(95)<250ms', '--threshold', 'avg<1s'], 'thresholds: p(95)<250ms, avg<1s'],
    ['curl', ['--data-raw', '{"a":1}', '--request', 'PUT'], 'PUT http://127.0.0.1:1/p  (7 B of application/json)'],
  ])('is taken as what it means: %s', async (_, args, line) => {
    expect(await planned(['run', URL, ...args], { 'body.txt': 'x' })).toContain(line);
  });

  it.each([
    [['--host', 'http://h/'], 'The address stands by itself'],
    [['-H', 'http://h/'], 'a URL is no header'],
    [['-f', 'locustfile.py'], 'A test is described by flags or by a scenario file'],
    [['--html', 'x.html'], 'Every run leaves report.html'],
    [['-t', '4', '-c', '100'], 'Write -d 4s. Generator threads, wrk’s -t, are --threads.'],
    [['-d', '{"x":1}'], 'A request body, curl’s -d, goes with -b here.'],
    [['--data', '{"x":1}'], 'A request body, curl’s --data, goes with -b.'],
    [['--data', '@x.json'], '(-b @file)'],
    [['--data', 'a=1&b=2'], 'goes with -b.'],
    [['-u', 'me:secret'], '--user'],
    [['-u', '100', '-r', '10'], 'Users started per second, Locust’s -r, are --spawn-rate 10.'],
    [['-q', '50'], 'A rate is --rate 50/s; -q is quiet.'],
    [['--json', '{"x":1}'], 'A request body goes with -b.'],
    [['http://other/'], 'One address is tested at a time.'],
    [['-b', '{"a": 1, "b":', '2}'], 'A value with spaces in it needs quotes.'],
    [['--threshold', 'rps>50'], 'write achieved>50/s'],
    [['--threshold', 'p95<250'], 'Write p95<250ms'],
    [['-T', 'application/json'], "-H 'content-type: application/json'"],
    [['--vuss', '3'], 'Did you mean --vus?'],
  ])('is told what to write instead: %j', async (args, hint) => {
    expect(await refused(args)).toContain(hint);
  });

  it('is met by find and probe too', async () => {
    expect(await refused(['--host', 'http://h/'], 'find')).toContain('no flag of rampart find');
    expect(await refused(['-d', '5s'], 'probe')).toContain("unknown option '-d'");
    expect(await planned(['find', URL, '-k', '--slo', 'p(95)<1s'].filter((word) => word !== '-k'))).toContain(
      'p(95)<1s',
    );
  });

  // What it calls columns of samples is no habit.
  it('shows in no help', async () => {
    const { stdout } = await saidBy(['run', '--help']);
    expect(stdout).not.toMatch(/--users|--run-time|--headless/i);
    expect(stdout).toContain('--vus');
  });
});

describe('a body', () => {
  const files = { 'a.json': '{"x":1}', '@b': 'raw' };

  it('that begins with @ is in a file, as curl has it', async () => {
    expect(await planned(['run', URL, '-b', '@a.json'], files)).toContain(
      'POST http://127.0.0.1:1/p  (7 B of application/json)',
    );
    expect(await planned(['run', URL, '--data-binary', '@a.json'], files)).toContain('(7 B of application/json)');
    expect((await saidBy(['run', URL, '-b', '@none.json'])).stderr).toContain(
      '--body-file: "none.json" does not exist',
    );
  });

  it('is taken as it stands by --body-raw', async () => {
    expect(await planned(['run', URL, '--body-raw', '@a.json'], files)).toContain('POST http://127.0.0.1:1/p  (7 B)');
  });

  it('is one', async () => {
    for (const two of [
      ['-b', 'x', '--body-raw', 'y'],
      ['-b', '@a.json', '--body-file', 'a.json'],
    ])
      expect(await refused(two)).toContain('exclude each other: a request has one body');
  });
});
