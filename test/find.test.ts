import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { measured, type Running, rampart, start, temporaryFolder } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { fixedTarget, httpTarget, type TestTarget } from './target.ts';

/** The search on real sockets, against a server whose breaking point is known. */

let server: Running | null = null;
let target: TestTarget | null = null;
afterEachAttempt(async () => {
  server?.kill('SIGTERM');
  await server?.finished;
  server = null;
  await target?.close();
  target = null;
});

/** One slot, exponential service times of this mean: an M/M/1 queue under Poisson arrivals. */
async function queueOf(mean: string): Promise<string> {
  server = start(['serve', '--law', `exp:${mean}`, '--slots', '1', '--port', '0']);
  await server.shown('(Ctrl-C');
  return /http:\S+predict/.exec(server.said())?.[0] ?? '';
}

describe('rampart find', () => {
  it(
    'finds the limit of a queue within a quarter of theory, in little time',
    undisturbed(
      async () => {
        const url = await queueOf('5ms');
        const { code, result } = await measured([
          'find',
          url,
          '-b',
          '{}',
          '--slo',
          'p95<50ms',
          '--budget',
          '30s',
          '--allow-rough',
        ]);
        // M/M/1: λ* = μ − ln 20 / L = 200 − 2.9957 / 0.05 = 140.1/s.
        const { breakingPoint } = result;
        expect(breakingPoint?.unit).toBe('req/s');
        const voided = breakingPoint?.levels.filter(({ verdict }) => verdict === 'void').length ?? 0;
        if (breakingPoint?.status === 'generator-limited' || (breakingPoint?.status === 'undecided' && voided > 0)) {
          // On a machine too busy to measure that is the honest answer; it must still be a true one.
          expect(breakingPoint.estimate ?? 0).toBeLessThan(175);
          return;
        }
        expect(code).toBe(0);
        // Half a minute is a quarter of the default: it may be too little for one that is found.
        expect(['found', 'rough']).toContain(breakingPoint?.status);
        expect(breakingPoint?.estimate).toBeGreaterThan(105);
        expect(breakingPoint?.estimate).toBeLessThan(175);
        expect(breakingPoint?.spentSeconds).toBeLessThan(40);
        expect(breakingPoint?.levels.length).toBeGreaterThan(5);
      },
      () => server,
    ),
  );

  it(
    'finds how many flows per second hold, and names the request that breaks first',
    undisturbed(
      async () => {
        const url = await queueOf('5ms');
        const cwd = temporaryFolder();
        const requests = ['browse', 'cart', 'predict'].map((name) => ({ name, body: {} }));
        const steps = ['browse', { pause: '50ms' }, 'cart', { pause: '20ms-40ms' }, 'predict'];
        const file = join(cwd, 'buy.json');
        writeFileSync(file, JSON.stringify({ url, requests, flows: [{ name: 'buy', steps }] }));
        const slo = ['--slo', 'p95{predict}<50ms'];
        const { result } = await measured(['find', file, ...slo, '--budget', '24s', '--allow-rough']);
        const { breakingPoint } = result;
        expect(breakingPoint?.unit).toBe('flows/s');
        for (const level of breakingPoint?.levels ?? []) expect(level.requestsPerSec).toBeDefined();
        if (breakingPoint?.status !== 'found' && breakingPoint?.status !== 'rough') {
          // A machine too busy to measure: what it says at least must be true all the same.
          expect(breakingPoint?.estimate ?? 0).toBeLessThan(65);
          return;
        }
        // Three visits to an M/M/1 queue in a flow: 140.1 / 3 = 46.7.
        expect(breakingPoint.estimate).toBeGreaterThan(30);
        expect(breakingPoint.estimate).toBeLessThan(65);
        expect(breakingPoint.summary).toMatch(/flows\/s.*(request predict breaks first|it is full there)/);
      },
      () => server,
    ),
  );

  it(
    'says so where the SLO already fails with one user: exit code 3',
    undisturbed(async () => {
      target = await fixedTarget(200);
      const { code, result } = await measured(['find', target.url, '--slo', 'p95<20ms', '--budget', '20s']);
      expect(code).toBe(3);
      expect(result.breakingPoint).toMatchObject({
        estimate: 0,
        status: 'fails-at-every-load',
        stoppedBy: 'fails-at-idle',
      });
    }),
  );

  it('gives the answer so far when it is interrupted, and draws it again from the journal', async () => {
    target = await fixedTarget(5);
    const cwd = temporaryFolder();
    const run = start(['find', target.url, '--slo', 'p95<100ms', '--budget', '60s', '-o', 'here'], { cwd });
    await run.shown('level 2');
    run.kill('SIGINT');
    const { code } = await run.finished;
    expect(code).toBe(130);
    const text = readFileSync(join(cwd, 'here/result.json'), 'utf8');
    const { breakingPoint } = JSON.parse(text);
    expect(breakingPoint.stoppedBy).toBe('interrupted');
    expect(breakingPoint.levels.length).toBeGreaterThan(0);
    const before = readFileSync(join(cwd, 'here/report.html'));
    await rampart(['report', 'here'], { cwd });
    expect(readFileSync(join(cwd, 'here/result.json'), 'utf8')).toBe(text);
    expect(readFileSync(join(cwd, 'here/report.html')).equals(before)).toBe(true);
  });

  it('gives what was learnt where the target goes away, as a run does: exit code 5', async () => {
    target = await fixedTarget(5);
    const gone = target;
    setTimeout(() => void gone.close(), 5000);
    const { code, result } = await measured(['find', target.url, '--slo', 'p95<100ms', '--budget', '30s']);
    target = null;
    expect(code).toBe(5);
    expect(result.breakingPoint?.stoppedBy).toBe('target-lost');
  });

  // On a machine too busy to measure with one user a search waits for nobody.
  it(
    'waits until a target that scales itself is steady, and says how many instances answered',
    undisturbed(async () => {
      // Three instances, for good, as soon as more than two of the users' requests are there at once: two users meet one, four
      // meet three. What asks which of them answers does so over connections of its own, and makes none of them start.
      let [working, instances, asked] = [0, 1, 0];
      target = await httpTarget(({ headers }, response) => {
        const asks = headers.connection === 'close';
        if (!asks && ++working > 2) instances = 3;
        response.setHeader('x-instance', `model-${asks ? asked++ % instances : 0}`);
        setTimeout(() => {
          if (!asks) working--;
          response.end('{}');
        }, 20);
      });
      const args = ['-b', '{}', '--slo', 'p95<80ms', '--budget', '6s', '--settle', '3s'];
      const { result } = await measured(['find', target.url, ...args]);
      const levels = result.breakingPoint?.levels ?? [];
      for (const { settled } of levels) expect(settled?.seconds ?? 1).toBeGreaterThanOrEqual(0.95);
      // A level that is void is waited for again.
      const seenBy = (vus: number) =>
        levels.flatMap(({ load, settled }) => (load.model === 'closed' && load.vus === vus ? (settled ?? []) : []));
      expect([seenBy(2).at(0)?.instances, seenBy(4).at(-1)?.instances]).toEqual([1, 3]);
      const change = result.breakingPoint?.warnings.find(({ code }) => code === 'capacity-changed');
      expect(change?.message).toContain('1 to 3 instances');
    }),
  );
});
