import { describe, expect, it } from 'vitest';
import { RunFold } from '../analyze/fold.ts';
import { headline } from '../analyze/headline.ts';
import { exitCodeOf } from '../analyze/verdict.ts';
import type { BreakingPoint } from '../core/breaking-point.ts';
import type { RunEvent } from '../core/event.ts';
import type { RunResult } from '../core/result.ts';
import { toJunitXml } from './junit.ts';
import { searchEvents } from './search.fixture.ts';

const EVENTS = searchEvents({ budget: 20 });

/** The result of a search with another answer, by way of its journal. */
function answering(changes: Partial<BreakingPoint>, allowRough = false): RunResult {
  const fold = new RunFold();
  for (const event of EVENTS) fold.accept(changedEvent(event, changes, allowRough));
  return fold.result();
}

function changedEvent(event: RunEvent, changes: Partial<BreakingPoint>, allowRough: boolean): RunEvent {
  if (event.type === 'answer') return { ...event, breakingPoint: { ...event.breakingPoint, ...changes } };
  if (event.type !== 'started' || event.plan.search === null || !allowRough) return event;
  return { ...event, plan: { ...event.plan, search: { ...event.plan.search, allowRough: true } } };
}

const P95 = { criterion: 'p95<250ms', stoppedBy: 'budget' } as const;
const ROUGH = {
  ...P95,
  status: 'rough',
  estimate: 72,
  interval: [42, 100],
  spentSeconds: 120,
  moreSeconds: 330,
  summary: 'Rough: between 42.0 and 100.0/s, probably near 72.0; 6 minutes more would give ±10 % (p95<250ms).',
} as const;

describe('the answer of a search', () => {
  it('is a pass where it was found, and names the SLO', () => {
    const found = answering({ ...P95, status: 'found', estimate: 72, interval: [65, 78] });
    expect(exitCodeOf(found)).toBe(0);
    expect(headline(found).sentence).toBe('It sustains 72.0 requests per second under p95<250ms.');
    const full = answering({ status: 'found', criterion: 'capacity', estimate: 72, interval: [65, 78] });
    expect(headline(full).sentence).toBe('It sustains 72.0 requests per second under p95<250ms and errors<1%.');
  });

  it('is no pass where it is rough, unless that is allowed, and says what would help', () => {
    const rough = answering(ROUGH);
    expect(exitCodeOf(rough)).toBe(5);
    expect(headline(rough).sentence).toBe(
      'It sustains between 42.0 and 100.0, probably about 72.0 requests per second under p95<250ms: a rough result.',
    );
    expect(rough.verdict.doubts[0]).toMatchObject({
      code: 'rough-answer',
      invalidates: true,
      message: ROUGH.summary,
      hint: 'Give it --budget 8m, or --budget auto; --allow-rough takes a rough result.',
    });
    expect(toJunitXml(rough)).toContain('type="rough-answer"');
    const allowed = answering(ROUGH, true);
    expect(exitCodeOf(allowed)).toBe(0);
    expect(allowed.verdict.doubts[0]).toMatchObject({ code: 'rough-answer', invalidates: false });
    expect(toJunitXml(allowed)).not.toMatch(/<failure|<error/);
  });

  it('that is rough since the machine was busy says so before it asks for more time', () => {
    const [level] = answering(ROUGH).breakingPoint?.levels ?? [];
    if (level === undefined) throw new Error('the fixture has no level');
    const levels = (['pass', 'void', 'void'] as const).map((verdict) => ({ ...level, verdict }));
    const rough = answering({ ...ROUGH, interval: [0, 100], levels });
    expect(headline(rough).sentence).toMatch(/^It sustains less than 100\.0, probably about 72\.0 requests per second/);
    expect(rough.verdict.doubts[0]?.hint).toMatch(
      /^Most of its levels were void: stop what else runs on this machine .*\. Give it --budget 8m,/,
    );
  });

  it('fails where the SLO is broken at every load', () => {
    const nothing = { ...P95, estimate: 0, interval: [0, 0] } as const;
    const always = answering({ ...nothing, status: 'fails-at-every-load', stoppedBy: 'fails-at-every-load' });
    expect(exitCodeOf(always)).toBe(3);
    expect(headline(always).sentence).toBe('It fails at every load: p95<250ms does not hold.');
    expect(toJunitXml(always)).toContain('type="fails-at-every-load"');
    const idle = answering({ ...nothing, status: 'fails-at-every-load', stoppedBy: 'fails-at-idle' });
    expect(exitCodeOf(idle)).toBe(3);
    expect(headline(idle).sentence).toBe('It fails with a single user: p95<250ms does not hold.');
  });
});
