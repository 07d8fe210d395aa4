import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import type { DoubtCode } from '../src/core/verdict.ts';
import { counted, rampart, resultOf } from './command.ts';
import { OF_THE_MACHINE } from './machine-doubts.ts';
import { nginxWith } from './nginx.ts';
import { serve } from './served.ts';

/** Every file of scenarios/, as it stands there but for address and length, against the server that it names. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FILES = readdirSync(`${ROOT}scenarios`).filter((name) => name.endsWith('.yaml'));

/** What ends the servers of one test. */
type Ends = (end: () => unknown) => void;

async function served(ends: Ends, ...args: string[]): Promise<string> {
  const { url, stop } = await serve(...args);
  ends(stop);
  return url;
}

async function behindLogin(ends: Ends): Promise<string> {
  const child: ChildProcess = spawn(process.execPath, ['examples/behind-login.mjs', '0'], { cwd: ROOT });
  ends(() => child.kill());
  return new Promise((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => resolve(/http:\S+/.exec(text)?.[0] ?? ''));
  });
}

/** Replicas behind a proxy. */
async function behindNginx(ends: Ends): Promise<string> {
  const replica = new URL(await served(ends, 'iris-svm'));
  const proxied = `location = /predict { proxy_pass ${replica.origin}; proxy_http_version 1.1; proxy_set_header Connection ""; }`;
  const { port, close } = await nginxWith([proxied]);
  ends(close);
  return `http://127.0.0.1:${port}/predict`;
}

const doubted = ({ verdict }: RunResult, wanted: DoubtCode): boolean =>
  verdict.doubts.some(({ code }) => code === wanted);

const originOf = (url: string): string => new URL(url).origin;

/** Runs a scenario for a short while, too short for some percentiles. Nothing may fail; a busy machine may be unfit to measure. */
async function run(
  name: string,
  url: string | Readonly<Record<string, string>>,
  ...args: string[]
): Promise<RunResult> {
  const { code, stdout } = await rampart(['run', `${ROOT}scenarios/${name}`, '--json', ...args], {
    env: typeof url === 'string' ? { RAMPART_URL: url } : url,
  });
  const result = resultOf(stdout);
  expect(result.failures).toEqual([]);
  const unfit = result.verdict.doubts.filter(({ invalidates }) => invalidates).map((doubt) => doubt.code);
  expect(unfit.filter((doubt) => !OF_THE_MACHINE.has(doubt) && doubt !== 'too-few-samples')).toEqual([]);
  expect([0, 3, 5]).toContain(code);
  return result;
}

const TESTS: Readonly<Record<string, (ends: Ends) => Promise<void>>> = {
  'conversation.yaml': async (ends) => {
    const url = await served(ends, 'tokens', '--prefill', '2ms', '--prefill-token', '10us', '--decode', '1ms');
    const chat = new URL('/v1/chat/completions', url).href;
    const result = await run('conversation.yaml', chat, '--duration', '4s');
    const input = (name: string): number => {
      const { inputTokens = 0, ended = 1 } = result.series[name]?.streams ?? {};
      return inputTokens / ended;
    };
    // Each turn has the words of those before it, and of the answers to them.
    expect(input('second turn')).toBeGreaterThan(input('first turn') + 40);
    expect(input('third turn')).toBeGreaterThan(input('second turn') + 40);
    expect(result.flows?.['conversation']?.totals.ok).toBeGreaterThan(3);
  },

  'at-once.yaml': async (ends) => {
    const url = originOf(await served(ends, 'loan'));
    const result = await run('at-once.yaml', url, '--duration', '4s', '--threads', '2');
    const { flows = {}, plan, series, totals } = result;
    expect(Object.keys(flows)).toEqual(['people', 'batch', 'monitor']);
    const [people, batch, monitor] = Object.values(flows).map((flow) => flow.totals.offered);
    expect(people).toBeGreaterThanOrEqual(10);
    // Bursts at random instants: forty on average.
    expect(batch).toBeGreaterThan(0);
    // A thread that stood still passes its part of a burst over, and says so.
    if (!doubted(result, 'stood-still')) expect((batch ?? 0) % 4).toBe(0);
    expect(monitor).toBe(2);
    expect(series['health']?.totals.sent).toBe(2);
    expect(totals.offered).toBe(Object.values(series).reduce((sum, one) => sum + one.totals.offered, 0));
    expect([plan.load.model, plan.loads?.map(({ flow }) => flow)]).toEqual(['mixed', [null, 'batch', 'monitor']]);
  },
  'loan.yaml': async (ends) => {
    const { series } = await run('loan.yaml', await served(ends, 'loan'), '--vus', '5', '--duration', '2s');
    expect(Object.keys(series)).toEqual(['POST /predict']);
  },
  'fancy.yaml': async (ends) => {
    const url = await served(ends, 'fancy', '--strategy', 'pool', '--workers', '4', '--queue', '100', '--sleep');
    const { totals } = await run('fancy.yaml', url, '--stages', '2s:20,2s:30');
    expect(totals.sent).toBeGreaterThan(50);
  },
  'iris.yaml': async (ends) => {
    const { series } = await run('iris.yaml', originOf(await served(ends, 'iris-logistic')), '--duration', '4s');
    expect(series['greeting']?.totals.sent).toBeGreaterThan(5);
    expect(series['classify']?.totals.sent).toBeGreaterThan(150);
  },
  'forecast.yaml': async (ends) => {
    const { totals } = await run('forecast.yaml', await served(ends, 'forecast'));
    expect(counted(totals)).toMatchObject({ sent: 691, ok: 691 });
  },
  'iris-nginx.yaml': async (ends) => {
    const { series } = await run('iris-nginx.yaml', await behindNginx(ends), '--vus', '4', '--duration', '2s');
    expect(Object.keys(series)).toEqual(['one record', 'batch of three']);
  },
  'login.yaml': async (ends) => {
    const args = ['--vus', '5', '--requests', '25', '--duration', '60s'];
    const { series, flows, groups } = await run('login.yaml', await behindLogin(ends), ...args);
    expect(Object.keys(series)).toEqual(['log in', 'predict', 'history', 'log out']);
    for (const { totals } of Object.values(series)) expect(totals.sent).toBeGreaterThan(5);
    expect(Object.keys(flows ?? {})).toEqual(['visit', 'glance']);
    expect(Object.keys(groups ?? {})).toEqual(['work']);
  },
  'replay.yaml': async (ends) => {
    const { totals, plan } = await run('replay.yaml', await served(ends, 'tokens'), '--speed', '4x');
    const lines = readFileSync(`${ROOT}scenarios/tokens-trace.csv`, 'utf8').trim().split('\n').length - 1;
    expect([totals.offered, totals.sent]).toEqual([lines, lines]);
    expect(plan.data).toMatchObject({ file: expect.stringContaining('tokens-trace.csv'), rows: lines });
  },
  'canary.yaml': async (ends) => {
    const [stable, canary] = [originOf(await served(ends, 'loan')), originOf(await served(ends, 'loan'))];
    const targets = { RAMPART_TARGET: `stable=9@${stable}, canary=1@${canary}` };
    const { tags = {}, totals, targetRatios } = await run('canary.yaml', targets, '--duration', '5s');
    const [own, other] = ['target=stable', 'target=canary'].map((name) => tags[name]?.totals.sent ?? 0);
    expect((own ?? 0) + (other ?? 0)).toBe(totals.sent);
    expect((other ?? 0) / totals.sent).toBeGreaterThan(0.05);
    expect((other ?? 0) / totals.sent).toBeLessThan(0.15);
    expect(tags['kind=watch']?.totals.sent).toBe(tags['request=health']?.totals.sent);
    expect(targetRatios).toMatchObject({ base: 'stable', each: { canary: { p50: { ratio: expect.any(Number) } } } });
  },
  'mixed.yaml': async (ends) => {
    const { series } = await run('mixed.yaml', originOf(await served(ends, 'loan')), '--duration', '3s');
    expect(Object.keys(series)).toEqual(['predict', 'batch', 'health']);
  },
};

describe('the ready scenarios', () => {
  it('all have a test here, and a row in their README', () => {
    expect(FILES).toEqual(Object.keys(TESTS).sort());
    const page = readFileSync(`${ROOT}scenarios/README.md`, 'utf8');
    for (const name of FILES) expect(page).toContain(`[${name}](${name})`);
  });
  const unready = (name: string): boolean => name === 'iris-nginx.yaml' && !existsSync('/usr/sbin/nginx');
  // Some at a time: each sends a few requests a second.
  for (const [name, test] of Object.entries(TESTS))
    it.skipIf(unready(name)).concurrent(`run: ${name}`, ({ onTestFinished }) =>
      test((end) => onTestFinished(async () => void (await end()))),
    );
});
