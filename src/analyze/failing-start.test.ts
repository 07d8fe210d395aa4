import { expect, it } from 'vitest';
import type { Plan } from '../core/plan.ts';
import {
  finishedOf,
  foldOf,
  type Made,
  P95_BELOW_250,
  planOf,
  secondOf,
  startedOf,
  thresholdOf,
} from './events.fixture.ts';
import { FailingStart } from './failing-start.ts';
import { headline } from './headline.ts';
import { exitCodeOf } from './verdict.ts';

const bad = (count: number, message = 'HTTP 500', status = 500): Made => ({
  ended: { 'http-error': count },
  message,
  status,
});
const refused = (count: number): Made => ({ ended: { 'connect-error': count }, message: 'ECONNREFUSED' });

/** In which second a run would end by itself; null: in none. */
function endOf(seconds: readonly Made[], plan: Partial<Plan> = {}): number | null {
  const start = new FailingStart(planOf(plan));
  for (const [index, made] of seconds.entries()) {
    const event = secondOf(index, made);
    if (event.type === 'interval' && start.add(event.snapshot) !== null) return index + 1;
  }
  return null;
}

it('a load ends after a hundred requests that fail alike, or after three seconds', () => {
  expect(endOf([bad(99), bad(1)])).toBe(2);
  expect(endOf([bad(4), bad(4), bad(4)])).toBe(3);
  expect(endOf([bad(1), bad(1), bad(1), bad(1)])).toBeNull();
  // One that starts, or has too much to do, is waited for.
  expect(endOf([refused(1_000), refused(1_000), refused(1_000)])).toBe(3);
  expect(endOf([bad(500, 'HTTP 503', 503), { ok: [1_000] }])).toBeNull();
});

it('it goes on where anything succeeded, or failed otherwise', () => {
  expect(endOf([{ ...bad(50), ok: [1_000] }, bad(5_000), bad(5_000), bad(5_000)])).toBeNull();
  expect(endOf([bad(50), bad(50, 'HTTP 404', 404), bad(5_000)])).toBeNull();
  expect(endOf([bad(5), {}, {}, { ended: { aborted: 100 } }])).toBeNull();
});

it('it goes on where it is told to, where a threshold bears failures, and where it ends anyway', () => {
  expect(endOf([bad(500)], { keepFailing: true })).toBeNull();
  const errors = (op: '<' | '>=', limit: number, unit: 'share' | 'count') =>
    endOf([bad(500)], { thresholds: [P95_BELOW_250, thresholdOf('errors', { kind: 'errors' }, op, limit, unit)] });
  expect([errors('>=', 0.99, 'share'), errors('<', 1, 'share'), errors('<', 10_000, 'count')]).toEqual([
    null,
    null,
    null,
  ]);
  expect([errors('<', 0.01, 'share'), errors('<', 10, 'count')]).toEqual([1, 1]);
  expect(endOf([bad(500)], { maxRequests: 500 as Plan['maxRequests'] })).toBeNull();
  expect(endOf([...Array(9).fill({}), bad(500)])).toBeNull();
});

it('the run has exit code 4 and says why, also where a threshold broke', () => {
  const ended = (plan: Partial<Plan>) => {
    const failure = { outcome: 'http-error', status: 500, message: 'HTTP 500', count: 120 } as const;
    const { snapshot } = secondOf(0, bad(120)) as Extract<ReturnType<typeof secondOf>, { type: 'interval' }>;
    const failing = { type: 'failing', at: snapshot.endAt, failure } as const;
    return foldOf([startedOf(planOf(plan)), secondOf(0, bad(120)), failing, finishedOf('aborted', 1)]).result();
  };
  const plain = ended({});
  expect([exitCodeOf(plain), plain.verdict.status]).toEqual([4, 'invalid']);
  expect(plain.verdict.doubts.map(({ code }) => code)).toEqual(['failing-alike']);
  expect(headline(plain).sentence).toBe(
    'The load ended by itself after 1 s of 10 s: all 120 requests until then failed alike: HTTP 500.',
  );
  expect(plain.verdict.doubts[0]?.hint).toContain('--keep-failing goes on.');
  const broken = ended({ thresholds: [P95_BELOW_250] });
  expect([exitCodeOf(broken), broken.verdict.status]).toEqual([4, 'failed']);
});
