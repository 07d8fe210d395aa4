import { describe, expect, it } from 'vitest';
import { measured } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { type Served, serve as startServing } from './served.ts';

/** `rampart serve --law`: a server whose right answer is a formula. */

let served: Served | null = null;
afterEachAttempt(async () => {
  await served?.stop();
  served = null;
});

async function serve(args: string[]): Promise<string> {
  served = await startServing(...args);
  return served.url;
}

describe('an M/M/4 queue at half load', () => {
  it(
    'has the median response time of theory',
    undisturbed(async () => {
      // Slow and relaxed: a core that another program takes part of is then still enough, and the seeds leave nothing to chance.
      const url = await serve(['--law', 'exp:50ms', '--slots', '4', '--seed', '3']);
      const load = ['--rate', '40/s', '--arrivals', 'poisson', '--timing', 'relaxed', '--seed', '3', '-d', '10s'];
      const { result } = await measured(['run', url, ...load]);
      // With Erlang's C(4, 2) = 0.1739: P(T > t) = x (1.1739 - 0.1739 x), x = exp(-t / 50 ms); a half at 39.3 ms. The mean is
      // 54.3 ms, but one moment in which the machine does something else would move that.
      expect(result.latency.response.p50! / 39.3).toBeGreaterThan(0.85);
      expect(result.latency.response.p50! / 39.3).toBeLessThan(1.3);
      expect(result.latency.response.mean! / 54.3).toBeGreaterThan(0.85);
      expect(result.totals.failed).toBe(0);
      const stats = await (await fetch(new URL('/stats', url))).json();
      const { sent, ok, byStatus } = result.totals;
      expect(stats).toEqual({ received: sent, answered: ok, byStatus });
    }),
  );
});

describe('a bounded queue under twice its capacity', () => {
  it(
    'answers at its capacity, and refuses the rest with 503',
    undisturbed(async () => {
      const url = await serve(['--law', 'fixed:10ms', '--slots', '2', '--queue', '5']);
      const { result } = await measured(['run', url, '--rate', '400/s', '-d', '3s']);
      const { byStatus } = result.totals;
      expect(byStatus['200']! / 3).toBeGreaterThan(180);
      expect(byStatus['200']! / 3).toBeLessThan(206);
      expect(byStatus['200']! + byStatus['503']!).toBe(1200);
      // Five ahead of it, two at a time: 30 ms. Without the bound the last ones would wait for seconds.
      expect(result.latency.response.p99).toBeLessThan(500);
      const stats = await (await fetch(new URL('/stats', url))).json();
      expect(stats).toMatchObject({ received: 1200, answered: 1200, byStatus });
    }),
  );
});

it(
  'the server’s totals are the tester’s, faults included',
  undisturbed(async () => {
    const url = await serve([
      '--law',
      'fixed:1ms',
      '--slots',
      'unlimited',
      '--fault',
      'error:10%',
      '--fault',
      'drop:5%',
    ]);
    const { result } = await measured(['run', url, '--vus', '10', '-n', '2000']);
    const stats = (await (await fetch(new URL('/stats', url))).json()) as {
      received: number;
      answered: number;
      byStatus: Record<string, number>;
    };
    expect(result.totals.byStatus).toEqual(stats.byStatus);
    expect(stats.byStatus['500']! / 2000).toBeCloseTo(0.1, 1);
    expect(result.totals.sent).toBe(stats.received);
    expect(result.totals.byOutcome['reset']).toBe(stats.received - stats.answered);
  }),
);
