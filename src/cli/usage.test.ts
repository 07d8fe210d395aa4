import { describe, expect, it } from 'vitest';
import { type Said, saidBy } from './world.fixture.ts';

/** What each command refuses before it sends anything: exit code 2, and a sentence that says what to write. */

const URL = 'http://127.0.0.1:9/';
const REQUESTS = ['home', 'item', 'buy'].map((name) => ({ name, path: `/${name}` }));
const flows = (...steps: unknown[]): string =>
  JSON.stringify({ url: URL, requests: REQUESTS, flows: [{ name: 'look', steps }] }, null, 2);
const FILES = {
  'broken.json': '{"a":1,}',
  'r.jsonl': '{"a":1}\n{"b":2}\n',
  'trace.csv': 'time\n1\nlater\n',
  'typo.json': flows('home', 'itme'),
  'slow.json': flows('home', { pause: '1m' }, 'item', 'buy'),
  'bad.tmpl': '\n{{total.ok}}',
};

function expectRefusal({ code, stdout, stderr }: Said, says: RegExp): void {
  expect(stdout + stderr).toMatch(says);
  expect(stderr).not.toContain('    at ');
  expect(code).toBe(2);
}

describe('exit code 2', () => {
  it.each<[string, string[], RegExp]>([
    ['no command', [], /Usage/],
    ['an address alone', [URL], /an address by itself is no command.*rampart probe http:/s],
    ['an address without a scheme alone', ['localhost:8989/predict'], /rampart probe localhost:8989\/predict/],
    ['an unknown command', ['runn', URL], /Did you mean run/],
    ['an unknown flag', ['run', URL, '--vuss', '3'], /Did you mean --vus/],
    ['a malformed URL', ['run', 'http://'], /http:\/\//],
    ['another scheme', ['run', 'ftp://host/'], /ftp/],
    ['a duration without unit', ['run', URL, '-d', '30'], /--duration.*unit/s],
    ['a negative number of users', ['run', URL, '--vus', '-3'], /--vus/],
    ['users and a rate', ['run', URL, '--vus', '3', '--rate', '10/s'], /--vus.*--rate|--rate.*--vus/s],
    ['a threshold that is none', ['run', URL, '--threshold', 'p95=3'], /p95=3/],
    ['a body file that is missing', ['run', URL, '--body-file', 'none.json'], /none\.json/],
    ['a body file that is no JSON', ['run', URL, '--body-file', 'broken.json'], /broken\.json/],
    ['a body declared as JSON that is none', ['run', URL, '-b', '{x', '-H', 'content-type: application/json'], /JSON/],
    ['connections without a rate', ['run', URL, '--vus', '5', '--connections', '2'], /--connections needs --rate/],
    [
      'a rate for autocannon',
      ['run', URL, '--engine', 'autocannon', '--rate', '10/s'],
      /--rate does not go with the autocannon engine: it sends a rate in bursts/,
    ],
    ['a page without a target', ['run', '--ui'], /no target is given/],
    ['a port that is none', ['--ui', '99999'], /"99999" is no port/],
    ['--insecure without TLS', ['run', URL, '--insecure'], /is for https/],
    ['a percentile that is not asked for as one', ['run', URL, '--until', 'p95<5%'], /write p95±5%/],
    [
      'cookies that arrivals should keep',
      ['run', URL, '-r', '5/s', '--keep-cookies'],
      /--keep-cookies is for virtual users/,
    ],
    [
      'a place for traces that is none',
      ['run', URL, '--trace', 'localhost:4318'],
      /"localhost:4318" is neither an address nor "headers"/,
    ],
    [
      'traces beside a header of the same name',
      ['run', URL, '--trace', 'headers', '-H', 'Traceparent: x'],
      /a header traceparent of its own/,
    ],
    [
      'an SLO that no load can break',
      ['find', URL, '--slo', 'achieved>5/s'],
      /--slo: "achieved>5\/s" asks for more as the load grows/,
    ],
    [
      'a row without a field',
      ['run', URL, '--data', 'r.jsonl', '--body', '{{row.a}}'],
      /"r\.jsonl", line 2 has no field "a"/,
    ],
    [
      'a trace with a time that is none',
      ['run', URL, '--replay', 'trace.csv'],
      /trace\.csv", line 3: "later" in "time" is no instant/,
    ],
    [
      'a flow of a request that is not there',
      ['run', 'typo.json'],
      /typo\.json, line \d+, column \d+: flows\[0\]\.steps\[1\] is "itme", and there is no such request[\s\S]*Did you mean item\?/,
    ],
    [
      'flows that are longer than a level of their search',
      ['find', 'slow.json'],
      /flows pause for up to 60 s in a pass, and each level of a search must be longer than its flows[\s\S]*Give it --budget 40m, or shorter pauses\./,
    ],
    [
      'a template with a place that a result has not',
      ['run', URL, '--summary', 'bad.tmpl'],
      /bad\.tmpl, line 2: \{\{total\.ok\}\} is no part of the result/,
    ],
    ['a template that is missing', ['run', URL, '--summary', 'none.tmpl'], /--summary: none\.tmpl: /],
    [
      'a template beside JSON',
      ['run', URL, '--summary', 'bad.tmpl', '--json'],
      /--summary and --json both want standard output/,
    ],
  ])('for %s', async (_, argv, says) => {
    expectRefusal(await saidBy(argv, { files: FILES }), says);
  });

  it.each<[string, string[], Record<string, string>, RegExp]>([
    ['an unknown one', ['run', URL], { RAMPART_RAET: '3' }, /RAMPART_RATE/],
    ['one of a run for a search', ['find', URL], { RAMPART_UNTIL: 'p95±5%' }, /does not apply to find.*--precision/s],
    ['one of a run for a probe', ['probe', URL], { RAMPART_UNTIL: 'p95±5%' }, /does not apply to a probe/],
  ])('for a variable: %s', async (_, argv, env, says) => {
    expectRefusal(await saidBy(argv, { env }), says);
  });
});

describe('a search refuses', () => {
  it.each<[string, string[], RegExp]>([
    ['a rate of its own', ['--rate', '100/s'], /unknown option|does not apply/],
    ['a bound on the other axis', ['--unit', 'vus', '--max-rate', '100/s'], /--max-vus/],
    ['a budget that is too small', ['--budget', '1s'], /--budget/],
    ['a precision without a unit', ['--precision', '10'], /--precision.*%/s],
    ['to be strict', ['--strict'], /--strict does not apply to find/],
  ])('%s', async (_, flags, says) => {
    expectRefusal(await saidBy(['find', URL, ...flags]), says);
  });
});

describe('doctor refuses', () => {
  it.each<[string, string[], RegExp]>([
    ['no connections', ['--connections', '0'], /--connections/],
    ['a duration without unit', ['--duration', '10'], /--duration.*unit/s],
    ['a target to calibrate by', [URL, '--calibrate'], /--calibrate/],
    ['a budget with nothing to search', ['--budget', '5s'], /--budget/],
    ['a budget without unit', ['--calibrate', '--budget', '5'], /--budget.*unit/s],
  ])('%s', async (_, flags, says) => {
    expectRefusal(await saidBy(['doctor', ...flags]), says);
  });
});

describe('serve refuses', () => {
  it.each<[string[], RegExp]>([
    [['nothing'], /there is no model "nothing"\s+Models: loan, fancy, iris-logistic, iris-svm, forecast, tokens/],
    [
      ['fancy', '--strategy', 'magic'],
      /no strategy "magic"\s+Strategies: per-request, global, pool, autoscale, batch, cluster/,
    ],
    [['tokens', '--strategy', 'pool'], /tokens streams/],
    [['fancy', '--strategy', 'autoscale', '--split', 'v1'], /--split: "v1" is no share/],
    [['fancy', '--strategy', 'autoscale', '--replicas', '3-2'], /--replicas: "3-2" ends before it begins/],
    [['fancy', '--strategy', 'cluster', '--fault', 'storm'], /--fault: "storm" is no fault/],
    [['fancy', '--strategy', 'autoscale', '--affinity', 'query:x'], /--affinity: "query:x" names no session/],
    [['fancy', '--strategy', 'autoscale', '--scale-by', 'load'], /--scale-by: "load" is neither in-flight nor queue/],
    [['fancy', '--workers', '4'], /--workers changes nothing here\s+It needs --strategy pool/],
    [['fancy', '--replicas', '4'], /--replicas changes nothing here\s+It needs --strategy cluster or autoscale/],
    [['fancy', '--slots', '4'], /--slots changes nothing here\s+It needs --law/],
    [['loan', '--sleep'], /--sleep changes nothing here\s+It needs the model fancy/],
    [['--law', 'exp:5ms', '--max-batch', '4'], /--max-batch changes nothing here/],
    [['--law', 'gauss:5ms'], /--law: "gauss:5ms" is no law; write fixed:50ms, exp:5ms/],
    [['--law', 'exp:5ms', '--slots', '0'], /--slots: "0" is no whole number from 1 up/],
    [['--law', 'exp:5ms', '--fault', 'storm'], /--fault: "storm" is no fault; there are stall:1s\/10s/],
    [['loan', '--law', 'exp:5ms'], /a law takes the place of the model "loan"/],
  ])('%j', async (flags, says) => {
    expectRefusal(await saidBy(['serve', '--port', '0', ...flags]), says);
  });
});

describe('a secret is not repeated where', () => {
  const CANARY = 'CANARY1refused';
  it.each<[string, string[]]>([
    ['the URL', ['run', `ftp://h/?api_key=${CANARY}`]],
    ['the host of the URL', ['run', `http://me:${CANARY}@h/`]],
    ['a URL without a host', ['probe', `http://:80/?code=${CANARY}&x=1`]],
    ['a header without a colon', ['run', 'http://h/', '-H', `X-Api-Key ${CANARY}`]],
    ['a header with a line break', ['run', 'http://h/', '-H', `X-Api-Key: ${CANARY}\nx`]],
    ['a proxy', ['run', 'http://h/', '--proxy', `socks5://me:${CANARY}@p:1`]],
    ['a body', ['run', 'http://h/', '-H', 'content-type: application/json', '-b', `{"token":"${CANARY}",}`]],
    ['a check', ['run', 'http://h/', '--expect-json', `token="${CANARY}"`]],
    ['an unknown flag', ['run', 'http://h/', `--api-key=${CANARY}`]],
    ['one argument too many', ['run', 'http://h/', `?token=${CANARY}`]],
    ['doctor', ['doctor', `http://127.0.0.1:9/?token=${CANARY}`]],
    ['a target that is not there', ['run', `http://127.0.0.1:9/?token=${CANARY}`]],
  ])('%s is refused', async (_, argv) => {
    const { code, stdout, stderr } = await saidBy(argv);
    expect([2, 4]).toContain(code);
    expect(stderr.length).toBeGreaterThan(10);
    expect(stdout + stderr).not.toContain(CANARY);
  });
});
