import { describe, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { measured } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { type Served, serve } from './served.ts';

/** Each fault against a real run: what it does to the answers, and what the tester calls it. */

const RECORDS = '[{"sepal_length":6.3,"sepal_width":2.3,"petal_length":4.4,"petal_width":1.3}]';

let served: Served | null = null;
afterEachAttempt(async () => {
  await served?.stop();
  served = null;
});

interface Stats {
  readonly received: number;
  readonly answered: number;
  readonly byStatus: Record<string, number>;
}

async function stats(): Promise<Stats> {
  return (await (await fetch(new URL('/stats', served?.url))).json()) as Stats;
}

/** A run against a model with a fault; the totals of both sides must agree. */
async function struck(fault: string, ...flags: string[]): Promise<{ result: RunResult; own: Stats }> {
  served = await serve('iris-svm', '--fault', fault, '--seed', '7');
  const { result } = await measured(['run', served.url, '-b', RECORDS, ...flags]);
  const own = await stats();
  expect(own.received).toBe(result.totals.sent);
  expect(own.byStatus).toEqual(result.totals.byStatus);
  return { result, own };
}

const isAbout = (share: number, wanted: number): void => {
  expect(share).toBeGreaterThan(0.6 * wanted);
  expect(share).toBeLessThan(1.4 * wanted);
};

describe('the fault', () => {
  it(
    'error is a status 500: http-error',
    undisturbed(async () => {
      const { result } = await struck('error:10%', '--vus', '5', '-n', '2000');
      expect(result.totals.byOutcome['http-error']).toBe(result.totals.byStatus['500']);
      isAbout(result.totals.failed / 2000, 0.1);
    }),
  );

  it(
    'drop is a connection cut before the answer: reset',
    undisturbed(async () => {
      const { result, own } = await struck('drop:10%', '--vus', '5', '-n', '2000');
      expect(result.totals.byOutcome).toEqual({ ok: own.answered, reset: 2000 - own.answered });
      isAbout(result.totals.failed / 2000, 0.1);
    }),
  );

  it(
    'hang is an answer that never comes: timeout',
    undisturbed(async () => {
      // Far longer than a busy machine keeps an answer that does come.
      const { result, own } = await struck('hang:10%', '--rate', '200/s', '-d', '2s', '--timeout', '3s');
      expect(result.totals.byOutcome).toEqual({ ok: own.answered, timeout: 400 - own.answered });
      isAbout(result.totals.failed / 400, 0.1);
    }),
  );

  it(
    'stall freezes all: with a rate, each answer of the freeze is late by what is left of it',
    undisturbed(async () => {
      const { result } = await struck('stall:500ms/1s', '--rate', '100/s', '-d', '4s');
      expect(result.totals.failed).toBe(0);
      // Half of the requests are due in a freeze, and wait 0 to 500 ms.
      expect(result.latency.response.p90).toBeGreaterThan(300);
      expect(result.latency.response.p90).toBeLessThan(490);
    }),
  );

  it(
    'leak keeps 64 KiB a request',
    undisturbed(async () => {
      served = await serve('iris-svm', '--fault', 'leak');
      const resident = async (): Promise<number> => {
        const metrics = await (await fetch(new URL('/metrics', served?.url))).text();
        return Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]);
      };
      const before = await resident();
      const { result } = await measured(['run', served.url, '-b', RECORDS, '--vus', '5', '-n', '3000']);
      expect(result.totals.ok).toBe(3000);
      expect((await resident()) - before).toBeGreaterThan(0.9 * 3000 * 65_536);
    }),
  );

  it(
    'slow stretches some answers only',
    undisturbed(async () => {
      served = await serve('--law', 'fixed:10ms', '--slots', 'unlimited', '--fault', 'slow:10%x20');
      const { result } = await measured(['run', served.url, '--rate', '200/s', '-d', '3s']);
      expect(result.latency.response.p50).toBeLessThan(100);
      expect(result.latency.response.p95).toBeGreaterThan(190);
      expect((await stats()).byStatus).toEqual({ 200: 600 });
    }),
  );

  it(
    'warmup is five times as slow at first, and falls to the usual',
    undisturbed(async () => {
      served = await serve('--law', 'fixed:40ms', '--slots', 'unlimited', '--fault', 'warmup:4s');
      const { result } = await measured(['run', served.url, '--rate', '50/s', '-d', '6s']);
      const medians = result.timeline.map(({ p50 }) => p50!);
      // The server is as old as its start; by the first second of the run some of the warm-up has gone.
      expect(medians[0]! / medians[5]!).toBeGreaterThan(1.5);
      expect(medians[5]).toBeLessThan(100);
    }),
  );
});
