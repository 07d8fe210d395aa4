import { expect, it } from 'vitest';
import { planFixture } from '../core/plan.fixture.ts';
import type { Plan, Threshold } from '../core/plan.ts';
import type { SingleResponse } from '../core/single-response.ts';
import { micros } from '../core/units.ts';
import { planOf } from '../plan/plan.fixture.ts';
import { unstreamed } from './unstreamed.ts';

const responseOf = (request: string, streamed: boolean): SingleResponse => ({
  ...{ request, outcome: 'ok', status: 200, message: '', example: '', headers: [], body: '', bodyBytes: 0 },
  ...{ sentSecrets: [], responseMs: 1, connectMs: 0, streamed },
});

const ttft: Threshold = {
  text: 'ttft_p95<300ms',
  metric: { kind: 'percentile', p: 95, of: 'ttft' },
  op: '<',
  limit: 300_000,
  unit: 'µs',
};
const p95: Threshold = { ...ttft, text: 'p95<1s', metric: { kind: 'percentile', p: 95 } };
const textOf = (changes: Partial<Plan>, ...responses: readonly SingleResponse[]): string | undefined =>
  unstreamed(planFixture(changes), responses)?.text;

it('is what looks at streams where there is none', () => {
  const [chat, list] = [responseOf('chat', true), responseOf('list', false)];
  expect(textOf({ thresholds: [p95] }, list)).toBeUndefined();
  expect(textOf({ thresholds: [p95, ttft] }, list)).toBe('ttft_p95<300ms');
  expect(textOf({ thresholds: [ttft] }, chat)).toBeUndefined();
  // One of several is enough, unless a single one is looked at.
  expect(textOf({ thresholds: [ttft] }, list, chat)).toBeUndefined();
  const scoped = { ...ttft, scope: { kind: 'request', name: 'list' } } as const;
  expect(textOf({ thresholds: [scoped] }, list, chat)).toBe('ttft_p95<300ms');
  expect(textOf({ thresholds: [{ ...scoped, scope: { kind: 'request', name: 'chat' } }] }, list, chat)).toBeUndefined();
  // Not sent in the preflight: nothing is known of it.
  expect(textOf({ thresholds: [{ ...scoped, scope: { kind: 'request', name: 'never' } }] }, list)).toBeUndefined();
});

it('may be a tokenizer, which counts what streams say', () => {
  expect(textOf({ tokenizer: 'words' }, responseOf('list', false))).toBe('--tokenizer words');
  expect(textOf({ tokenizer: 'words' }, responseOf('chat', true))).toBeUndefined();
});

it('may be the SLO of a tier', () => {
  const { search } = planOf({ slo: ['p95<1s'], tier: ['gold=p95<200ms,ttft_p95<300ms'] }, { kind: 'find' });
  expect(textOf({ search }, responseOf('list', false))).toBe('ttft_p95<300ms');
  expect(textOf({ search }, responseOf('chat', true))).toBeUndefined();
});

it('may be a limit of goodput, or tokens', () => {
  const list = responseOf('list', false);
  const limit = { text: 'itl<80ms', of: 'itl', op: '<', limit: micros(80_000) } as const;
  expect(textOf({ goodput: [limit] }, list)).toBe('itl<80ms');
  expect(textOf({ goodput: [{ ...limit, of: 'response' }] }, list)).toBeUndefined();
  const tokens: Threshold = { text: 'tokens>5/s', metric: { kind: 'tokens' }, op: '>', limit: 5, unit: '1/s' };
  expect(textOf({ thresholds: [tokens] }, list)).toBe('tokens>5/s');
});
