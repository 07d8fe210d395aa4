import { describe, expect, it } from 'vitest';
import { planOf, secondOf, spread, startedOf } from '../analyze/events.fixture.ts';
import { RunFold } from '../analyze/fold.ts';
import { stagesAfter } from '../core/command.ts';
import type { LoadProfile } from '../core/plan.ts';
import { count, seconds } from '../core/units.ts';
import { planOf as planned } from '../plan/plan.fixture.ts';
import { IntervalArchive } from '../report/archive.ts';
import { LiveRun } from './live-run.ts';

/** A run that has been going for so many seconds. */
function runFor(load: LoadProfile, elapsed: number) {
  const plan = planOf({ load });
  const fold = new RunFold();
  const archive = new IntervalArchive();
  const live = new LiveRun({
    plan,
    planLines: [],
    fold,
    archive,
    answer: () => null,
    files: () => [],
    wallTime: () => '2026-01-02T03:04:05.000Z',
    changed: () => {},
  });
  const accept = (event: Parameters<LiveRun['accept']>[0]): void => {
    fold.accept(event);
    if (event.type === 'interval') archive.add(event.snapshot);
    live.accept(event);
  };
  accept(startedOf(plan));
  for (let index = 0; index < elapsed; index++)
    accept(secondOf(index, { ok: spread(90, 5_000, 6_000) }, { vus: index + 1 }));
  return { accept, editable: () => live.whole()?.run?.editable };
}

describe('what the form to edit a run is filled with', () => {
  it('is where the load is on its way to, not where it is', () => {
    const ramp = runFor(planned({ vus: '40', spawnRate: '1', duration: '1m' }).load, 3);
    expect(ramp.editable()).toEqual({ model: 'closed', vus: 40 });
    const cut = runFor(planned({ vus: '100', spawnRate: '1', duration: '10s' }).load, 3);
    expect(cut.editable()).toEqual({ model: 'closed', vus: 100 });
    const stages = planned({ stages: '2s:10,10s:60' }).load;
    expect(runFor(stages, 1).editable()).toEqual({ model: 'closed', vus: 10 });
    expect(runFor(stages, 3).editable()).toEqual({ model: 'closed', vus: 60 });
    // 90 requests came in its last second.
    expect(runFor(planned({ rate: '100/s' }).load, 3).editable()).toEqual({ model: 'open', ratePerSec: 100 });
  });

  it('is what was asked for last', () => {
    const run = runFor(planned({ vus: '40', spawnRate: '1', duration: '1m' }).load, 3);
    const { load } = planned({ vus: '40', spawnRate: '1', duration: '1m' });
    const edit = { model: 'closed', vus: count(7), spawnRate: null } as const;
    run.accept({ type: 'edited', at: seconds(3), edit, stages: stagesAfter(load, seconds(3), edit) });
    expect(run.editable()).toEqual({ model: 'closed', vus: 7 });
  });
});
