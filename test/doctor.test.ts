import { describe, expect, it } from 'vitest';
import type { FitnessCheck, FitnessMeasurements } from '../src/analyze/fitness.ts';
import { rampart, start } from './command.ts';
import { httpTarget } from './target.ts';

/** The built command. What it finds depends on the machine, so only what must hold on every machine is asserted. */

const INTERRUPTED = 'rampart: interrupted: what there is so far says nothing about this machine';

interface Examined {
  readonly format: number;
  readonly fit: boolean;
  readonly checks: readonly FitnessCheck[];
  readonly measured: FitnessMeasurements;
}

describe('rampart doctor', () => {
  // Side by side: nothing is asked of what they find.
  it.concurrent('says of each thing whether it is fit, and what to change', async () => {
    const { code, stdout, stderr } = await rampart(['doctor', '--duration', '1s', '--connections', '20']);
    const unfit = /^■/m.test(stdout);
    expect(code).toBe(unfit ? 5 : 0);
    expect(stdout).toMatch(unfit ? /not fit to measure/ : /This machine is fit to measure/);
    for (const name of ['ceiling', 'engines', 'send lag', 'clocks', 'cores'])
      expect(stdout).toMatch(new RegExp(`^[●○■] ${name}  `, 'm'));
    expect(stderr).toContain('20 connections to a server that does nothing');
  });

  it.concurrent('copies the size of a request and its answer, and prints JSON alone', async ({ onTestFinished }) => {
    let seen = '';
    const target = await httpTarget((request, response) => {
      seen = `${request.method} ${request.headers['x-a']} ${request.headers['content-length']}`;
      response.end('x'.repeat(5_000));
    });
    onTestFinished(target.close);
    const body = JSON.stringify({ values: Array(100).fill(1) });
    const flags = ['--body', body, '-H', 'X-A: b', '-d', '1s', '-c', '10', '--json'];
    const { code, stdout, stderr } = await rampart(['doctor', target.url, ...flags]);
    expect(stderr).toBe('');
    const { format, fit, checks, measured } = JSON.parse(stdout) as Examined;
    expect(seen).toBe(`POST b ${body.length}`);
    expect(format).toBe(1);
    expect(code).toBe(fit ? 0 : 5);
    expect(fit).toBe(checks.every(({ fitness }) => fitness !== 'unfit'));
    expect(measured.answerBytes).toBeGreaterThan(5_000);
    expect(measured.answerBytes).toBeLessThan(6_000);
    expect(measured.connections).toBe(10);
    expect(measured.ceiling).toMatchObject({ failed: 0 });
    expect(measured.ceiling.achievedPerSec).toBeGreaterThan(100);
    for (const { failed, p50Ms } of [measured.agreement.own, measured.agreement.peer]) {
      expect(failed).toBe(0);
      expect(p50Ms).toBeGreaterThanOrEqual(20);
    }
    expect(measured.lag.p99Ms).not.toBeNull();
    expect(measured.limits.cores).toBeGreaterThan(0);
  });

  it('ends with 4 where nothing answers, before it measures', async () => {
    const gone = await rampart(['doctor', 'http://127.0.0.1:9/']);
    expect(gone.code).toBe(4);
    expect(gone.stderr).toContain('127.0.0.1:9');
  });

  it('can be interrupted', async () => {
    const running = start(['doctor', '--duration', '60s']);
    await running.shown('The ceiling');
    running.kill('SIGINT');
    const { code, stderr } = await running.finished;
    expect([code, stderr.trimEnd().split('\n').at(-1)]).toEqual([130, INTERRUPTED]);
  });

  it('can be interrupted while its target says nothing', async () => {
    let asked = (): void => {};
    const first = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const target = await httpTarget(() => asked());
    try {
      const running = start(['doctor', target.url]);
      await first;
      running.kill('SIGTERM');
      const { code, stdout, stderr } = await running.finished;
      expect([code, stdout, stderr.trimEnd()]).toEqual([130, '', INTERRUPTED]);
    } finally {
      await target.close();
    }
  });
});

describe('rampart doctor --calibrate', () => {
  it('searches three queues that are known, and says how far it was off; or prints that as JSON alone', async () => {
    // Both at once: how good their answers are is not looked at here.
    const calibrated = (...flags: string[]) => rampart(['doctor', '--calibrate', '--budget', '5s', ...flags]);
    const [{ code, stdout, stderr }, json] = await Promise.all([calibrated(), calibrated('--json')]);
    // Five seconds a search are few: whether all three gave an estimate depends on the machine.
    const silent = stdout.includes('gave no estimate');
    expect(code).toBe(silent ? 5 : 0);
    if (!silent) expect(stdout).toMatch(/^On this machine searches are within ±[\d.]+ %\.$/m);
    expect(stdout.match(/^[●○] \d slots? of .*sustains \d[\d.]*\/s, /gm)).toHaveLength(3);
    for (const part of ['Search 1 of 3, 5s', 'Search 3 of 3, 5s', 'level 1  idle']) expect(stderr).toContain(part);
    expect(json.stderr).toBe('');
    const { searches } = JSON.parse(json.stdout) as { searches: { truth: number; status: string }[] };
    expect(searches.map(({ truth }) => Math.round(truth))).toEqual([140, 354, 70]);
  });

  it('can be interrupted', async () => {
    const running = start(['doctor', '--calibrate']);
    await running.shown('level 1');
    running.kill('SIGINT');
    const { code, stderr } = await running.finished;
    expect(code).toBe(130);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(INTERRUPTED);
  });
});
