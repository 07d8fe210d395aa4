import { describe, expect, it } from 'vitest';
import { closedRun } from '../../../test/sample-run.ts';
import type { LoadChange, LoadEdit } from '../../core/command.ts';
import type { RunResult } from '../../core/result.ts';
import { count, perSecond, seconds } from '../../core/units.ts';
import { marksOf } from './marks.ts';

/** A minute: 0 to 100 users in 50 s, then 100. */
const RUN = closedRun();

const reset = (at: number): LoadChange => ({ type: 'reset', at: seconds(at) });
function edited(at: number, vus: number, from = vus): LoadChange {
  const edit: LoadEdit = { model: 'closed', vus: count(vus), spawnRate: from === vus ? null : perSecond(1) };
  return { type: 'edited', at: seconds(at), edit, stages: [{ duration: seconds(60 - at), from, to: vus }] };
}
const marks = (changes: readonly LoadChange[], result: RunResult = RUN) =>
  marksOf({ ...result, changes }).map(({ at, label }) => [at, label]);

describe('marks', () => {
  it('are at the stages of the plan, but not at its beginning', () => {
    expect(marksOf(RUN).map(({ at, label }) => [at, label])).toEqual([[50, '100 users']]);
  });

  it('are at resets, and leave the stages of the plan', () => {
    expect(marks([reset(20), reset(55)])).toEqual([
      [20, 'reset'],
      [50, '100 users'],
      [55, 'reset'],
    ]);
  });

  it('are at edits, in place of what they replaced of the plan', () => {
    expect(marks([edited(20, 7, 40), edited(30, 1)])).toEqual([
      [20, 'edit: → 7 users'],
      [30, 'edit: 1 user'],
    ]);
    expect(marks([edited(55, 7)])).toEqual([
      [50, '100 users'],
      [55, 'edit: 7 users'],
    ]);
  });

  it('are one for edits on each other’s heels: where the last of them led', () => {
    const typed = [40, 41, 42, 43].map((vus, i) => edited(20 + i / 10, vus));
    expect(marks([...typed, edited(22, 50)])).toEqual([
      [20.3, 'edit: 43 users'],
      [22, 'edit: 50 users'],
    ]);
  });

  it('have every reset, also between such edits', () => {
    expect(marks([edited(20.9, 40), reset(21), edited(21.1, 41), reset(22)])).toEqual([
      [21, 'reset'],
      [21.1, 'edit: 41 users'],
      [22, 'reset'],
    ]);
  });

  it('are at the end of a run that was cut short, and of no other', () => {
    const cut: RunResult = {
      ...RUN,
      run: { ...RUN.run, ending: 'interrupted' },
      timeline: RUN.timeline.filter(({ t }) => t <= 30),
    };
    expect(marks([reset(10), edited(40, 5)], cut)).toEqual([
      [10, 'reset'],
      [30, 'interrupted'],
      [40, 'edit: 5 users'],
    ]);
    expect(marks([], { ...cut, timeline: RUN.timeline })).toEqual([[50, '100 users']]);
  });
});
