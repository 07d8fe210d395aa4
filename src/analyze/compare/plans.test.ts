import { describe, expect, it } from 'vitest';
import type { Plan } from '../../core/plan.ts';
import { count, micros } from '../../core/units.ts';
import { planOf } from '../events.fixture.ts';
import { aspectsOf, differencesOf } from './plans.ts';

const differences = (base: Partial<Plan>, head: Partial<Plan>): readonly string[] =>
  differencesOf(aspectsOf(planOf(base)), aspectsOf(planOf(head)));
const flow = (name: string, weight: number) => ({ name, weight, steps: [{ kind: 'request', request: 0 }] as const });

describe('plans that are compared', () => {
  it('may differ in seeds, thresholds and where they send to', () => {
    expect(differences({ seed: 1 }, { seed: 2, thresholds: [] })).toEqual([]);
  });

  it('may not differ in what flows do, and how often', () => {
    const mixed = (weight: number) => ({ flows: [flow('buy', 1), flow('look', weight)] });
    expect(differences(mixed(4), mixed(4))).toEqual([]);
    expect(differences(mixed(4), mixed(5))).toEqual(['the flows']);
    expect(differences({}, mixed(4))).toEqual(['the flows']);
  });

  it('may not differ in what a request costs: compression, cookies, users who leave', () => {
    const cancel = { share: 0.1, after: { kind: 'constant' as const, value: micros(1) } };
    expect(differences({}, { compressed: true, cookies: 'user', cancel })).toEqual([
      'users who leave',
      'compression',
      'cookies',
    ]);
  });

  it('are told in the words of their users', () => {
    expect(differences({}, { keepAlive: false, maxRequests: count(5) })).toEqual([
      'the number of requests',
      'keep-alive',
    ]);
  });
});
