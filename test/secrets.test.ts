import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { rampart, start, temporaryFolder } from './command.ts';
import { echoTarget, type TestTarget } from './target.ts';

/** A secret is planted in every place that can hold one, each another one; then every output is looked through. */

let target: (TestTarget & { readonly got: string[] }) | null = null;
afterEach(async () => {
  await target?.close();
  target = null;
});

let planted: string[] = [];
function plant(place: string): string {
  const canary = `CANARY${planted.length}${place}`;
  planted.push(canary);
  return canary;
}

const NAMES = ['authorization', 'cookie', 'x-api-key', 'x-session', 'x-jwt', 'dpop', 'x-signature', 'x-ssn'];
const PARAMETERS = ['token', 'session', 'jwt', 'password', 'secret', 'code', 'sig', 'signature', 'key', 'ssn'];

/** Arguments with a secret in every place of a request. */
function secretArguments(url: string): string[] {
  const query = PARAMETERS.map((name) => `${name}=${plant(`query_${name}`)}`).join('&');
  const headers = NAMES.flatMap((name) => ['-H', `${name}: ${plant(`header_${name.replaceAll('-', '_')}`)}`]);
  const more = [
    ...['-H', `Set-Cookie: a=b; sid=${plant('set_cookie')}; back="https://app.test/"`],
    ...['-H', `X-Back: https://me:${plant('user')}@app.test/?access_token=${plant('header_query')}&x=1`],
  ];
  const fields = Object.fromEntries(PARAMETERS.map((name) => [name, plant(`field_${name}`)]));
  const body = {
    ...fields,
    nested: [{ deep: { auth: { user: plant('nested_user') }, password: plant('nested') } }],
    text: JSON.stringify({ token: plant('json_in_json') }),
  };
  return [`${url}?${query}`, ...headers, ...more, '-b', JSON.stringify(body), '--secret', 'ssn', '--secret', 'x-ssn'];
}

function leaksIn(outputs: Readonly<Record<string, string>>): string[] {
  return Object.entries(outputs).flatMap(([name, text]) =>
    planted.flatMap((canary) => (text.includes(canary) ? [`${canary} in ${name}`] : [])),
  );
}

function filesIn(folder: string): Record<string, string> {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** Says back all that came, in words of its own. */
async function echo(): Promise<TestTarget & { readonly got: string[] }> {
  const server = createServer();
  const echoing = await echoTarget(server);
  server.prependListener('request', (request, response) => {
    const end = response.end.bind(response) as (text: string) => typeof response;
    response.end = (body: unknown) =>
      end(`who are you? ${request.url} ${JSON.stringify(request.rawHeaders)} "${String(body)}"\n${String(body)}`);
  });
  return echoing;
}

describe('a secret', () => {
  it.each([
    ['whose example is in the report', ['--expect-contains', 'never']],
    ['that a JSON check looks at', ['--expect-json', '$.never=1', '--expect-header', 'x-token: other']],
  ])('is in no file of a run and in nothing it prints %s', async (_, checks) => {
    planted = [];
    target = await echo();
    const cwd = temporaryFolder();
    const args = [
      'run',
      ...secretArguments(target.url),
      '-n',
      '20',
      '-u',
      '2',
      '-o',
      'out',
      '--no-preflight',
      ...checks,
    ];
    const { code, stdout, stderr } = await rampart(args, { cwd });
    expect(code).toBe(5);
    expect(planted.length).toBeGreaterThan(30);
    const sent = target.got.join();
    expect(planted.filter((canary) => /_field|_query_|nested/.test(canary) && !sent.includes(canary))).toEqual([]);
    const files = filesIn(join(cwd, 'out'));
    expect(Object.keys(files).length).toBeGreaterThan(7);
    expect(JSON.parse(files['result.json'] ?? '').failures[0].example).toMatch(/\*\*\*|got none/);
    expect(leaksIn({ stdout, stderr, ...files })).toEqual([]);
    for (const name of Object.keys(files)) expect(statSync(join(cwd, 'out', name)).mode & 0o777, name).toBe(0o600);

    const again = await rampart(['report', 'out', '-o', 'again'], { cwd });
    expect(leaksIn({ ...filesIn(join(cwd, 'again')), stdout: again.stdout })).toEqual([]);
    expect(statSync(join(cwd, 'again/result.json')).mode & 0o777).toBe(0o600);
  });

  it('that a scenario, the environment or a row gives is in no output either', async () => {
    planted = [];
    target = await echo();
    const cwd = temporaryFolder();
    const rows = Array.from({ length: 5 }, (_, n) => JSON.stringify({ n, pin: plant(`row_${n}`) })).join('\n');
    writeFileSync(join(cwd, 'rows.jsonl'), rows);
    const scenario = {
      url: `${target.url}?code=${plant('scenario_query')}`,
      headers: { 'X-Api-Key': plant('scenario_header'), 'X-Id': '{{row.pin}}' },
      body: { password: plant('scenario_body'), token: '{{row.pin}}' },
      data: 'rows.jsonl',
      expectContains: 'never',
      secrets: ['x-id'],
    };
    writeFileSync(join(cwd, 'scenario.json'), JSON.stringify(scenario));
    const env = { RAMPART_HEADER: `Authorization: Bearer ${plant('environment')}` };
    const args = ['run', 'scenario.json', '-n', '20', '-u', '2', '-o', 'out', '--no-preflight'];
    const { stdout, stderr } = await rampart(args, { cwd, env });
    const files = filesIn(join(cwd, 'out'));
    expect(target.got.length).toBeGreaterThan(0);
    expect(files['result.json']).toContain('never');
    expect(leaksIn({ stdout, stderr, ...files })).toEqual([]);
  });

  it('is in nothing that is found out of an endpoint, nor in the scenario that is made of it', async () => {
    planted = [];
    target = await echo();
    const cwd = temporaryFolder();
    const query = `q=1&api_key=${plant('query')}`;
    const args = ['discover', `${target.url}?${query}`, '-H', `X-Api-Key: ${plant('header')}`];
    const json = await rampart([...args, '--json', '-o', 'scenario.json'], { cwd });
    const text = await rampart(args, { cwd });
    const scenario = readFileSync(join(cwd, 'scenario.json'), 'utf8');
    expect([json.code, text.code]).toEqual([0, 0]);
    expect(planted.filter((canary) => !target?.got.join().includes(canary) && canary.includes('query'))).toEqual([]);
    expect((JSON.parse(scenario) as { url: string }).url).toBe(`${target.url}?q=1`);
    expect((JSON.parse(json.stdout) as { accepted: { path: string } }).accepted.path).toContain('api_key=***');
    const { stdout, stderr } = text;
    expect(leaksIn({ scenario, json: json.stdout, errors: json.stderr, stdout, stderr })).toEqual([]);
  });

  it('is in nothing that a comparison says or leaves', async () => {
    planted = [];
    target = await echo();
    const other = await echo();
    const cwd = temporaryFolder();
    const address = (url: string, side: string): string => `${url}?token=${plant(side)}`;
    const args = [
      'compare',
      address(target.url, 'base'),
      address(other.url, 'head'),
      '-n',
      '20',
      '-u',
      '1',
      '--pairs',
      '5',
    ];
    const { stdout, stderr } = await rampart([...args, '-o', 'out'], {
      cwd,
      env: { GITHUB_STEP_SUMMARY: join(cwd, 'step.md') },
    });
    await other.close();
    const outputs = { stdout, stderr, step: readFileSync(join(cwd, 'step.md'), 'utf8') };
    const { 'comparison.json': json = '', 'comparison.md': markdown = '' } = Object.fromEntries(
      ['comparison.json', 'comparison.md'].map((name) => [name, readFileSync(join(cwd, 'out', name), 'utf8')]),
    );
    expect(json).toContain('token=***');
    const runs = readdirSync(join(cwd, 'out')).filter((name) => !name.includes('.'));
    expect(runs.length).toBeGreaterThanOrEqual(10);
    const files = Object.assign({}, ...runs.map((run) => filesIn(join(cwd, 'out', run)))) as Record<string, string>;
    expect(leaksIn({ ...outputs, json, markdown, ...files })).toEqual([]);
  });

  it('is not on the page, nor in what the page is told, and its files are the same', async () => {
    planted = [];
    target = await echo();
    const load = [
      '-u',
      '2',
      '-d',
      '6s',
      '--think-time',
      '20ms',
      '--expect-contains',
      'never',
      '--ui',
      '0',
      '--no-preflight',
    ];
    const run = start(['run', ...secretArguments(target.url), ...load]);
    await run.shown('Page: ');
    const page = /Page: (\S+)/.exec(run.said())?.[1] ?? '';
    const html = await (await fetch(page)).text();
    const stream = await fetch(new URL('events', page));
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    let told = '';
    while (!/"failures":\[\{/.test(told)) told += (await reader?.read())?.value ?? '';
    const id = /"id":"([^"]+)"/.exec(told)?.[1];
    const journal = await (await fetch(new URL(`runs/${id}/journal.ndjson`, page))).text();
    const json = await (await fetch(new URL(`runs/${id}/result.json`, page))).text();
    expect([journal.includes('"started"'), json.includes('"latency"')]).toEqual([true, true]);
    const form = { kind: 'run', settings: { url: `http://x:y:z/?key=${planted[0]}` } };
    const refused = await fetch(new URL('control/start', page), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(form),
    });
    const refusal = await refused.text();
    run.kill('SIGINT');
    await run.finished;
    expect(leaksIn({ html, told, journal, json, refusal, said: run.said() })).toEqual([]);
  });
});
