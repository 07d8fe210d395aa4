// What a search says of capacity as waiting users had it beside its limit under arrivals, on targets whose capacity is known.
import { describe, expect, it } from 'vitest';
import type { BreakingPoint } from '../../src/core/breaking-point.ts';
import { errorSlo, latencySlo, searchOptions } from './inputs.ts';
import { constant, exponential, queue, type Server } from './server.ts';
import { simulate } from './simulation.ts';

const SLO = [latencySlo(95, 100)];
const said = (server: Server, options = searchOptions(SLO, 120, 0.1), seed = 3): BreakingPoint =>
  simulate(options, server, seed);

describe('capacity, closed and open', () => {
  it('is more than an SLO allows where requests queue before the target is full', () => {
    const { openAndClosed, estimate, levels } = said(queue(1, exponential(0.01)));
    expect(openAndClosed?.relation).toBe('below');
    const { closed, vus = 0, message } = openAndClosed as NonNullable<typeof openAndClosed>;
    expect(closed.interval[0]).toBeLessThan(100);
    expect(closed.interval[1]).toBeGreaterThan(100);
    const there = levels.filter(({ load }) => load.model === 'closed' && load.vus === vus);
    expect(there.length).toBeGreaterThan(0);
    expect(message).toMatch(
      /^\d+ users who each wait for their response got [\d.]+\/s out of it, at [\d.]+ m?s each; /,
    );
    expect(message).toContain(`p95<=100ms breaks at ${estimate?.toFixed(1)}/s already. Both are true: `);
  });

  it('is less than arrivals got where too few users were allowed to fill it, and the arrivals are believed', () => {
    const few = { ...searchOptions([latencySlo(95, 150)], 120, 0.1), maxVus: 8 };
    const { openAndClosed, estimate } = said(queue(64, constant(0.1)), few);
    expect(openAndClosed).toMatchObject({ relation: 'more', vus: 8 });
    expect(openAndClosed?.closed.estimate).toBeCloseTo(80, -1);
    expect(openAndClosed?.closed.interval[1]).toBeNull();
    expect(estimate).toBeGreaterThan(500);
    expect(openAndClosed?.message).toMatch(
      /^8 users who each wait .*more of them might have got more.* got [\d.]+\/s with every SLO held, which is more: so few users did not fill it\. Believe the arrivals/,
    );
  });

  it('is the same where it breaks since it is full', () => {
    const { openAndClosed, criterion } = said(queue(2, constant(0.01)), searchOptions([latencySlo(95, 200)], 120, 0.1));
    expect(criterion).toBe('capacity');
    expect(openAndClosed?.relation).toBe('full');
    expect(openAndClosed?.message).toMatch(/as far as is known that is the same, it is full there\.$/);
  });

  it('is said nothing of where no limit is, or the search is of users', () => {
    const failing = queue(1, exponential(0.2));
    expect(said(failing, searchOptions([latencySlo(95, 50), errorSlo(0.01)], 60, 0.1)).openAndClosed).toBeUndefined();
    const ofUsers = { ...searchOptions(SLO, 60, 0.1), unit: 'vus' as const };
    expect(said(queue(4, exponential(0.01)), ofUsers).openAndClosed).toBeUndefined();
  });
});
