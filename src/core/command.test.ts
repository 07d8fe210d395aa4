import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editedLoad, type LoadChange, type LoadEdit, stagesAfter, withRest } from './command.ts';
import { durationOf, type LoadProfile, stagesOf, valueAt } from './plan.ts';
import { count, micros, millis, perSecond, seconds } from './units.ts';

const users = (...stages: readonly (readonly [seconds: number, from: number, to: number])[]): LoadProfile => ({
  model: 'closed',
  vus: stages.map(([length, from, to]) => ({ duration: seconds(length), from: count(from), to: count(to) })),
  thinkTime: null,
});
const to = (vus: number, spawnRate: number | null = null): LoadEdit => ({
  model: 'closed',
  vus: count(vus),
  spawnRate: spawnRate === null ? null : perSecond(spawnRate),
});
const rateTo = (ratePerSec: number, ramp: number): LoadEdit => ({
  model: 'open',
  ratePerSec: perSecond(ratePerSec),
  ramp: millis(ramp),
});
const brief = (load: LoadProfile): number[][] =>
  stagesOf(load).map(({ duration, from, to: reached }) => [duration / 1e6, from, reached]);
const edited = (load: LoadProfile, at: number, edit: LoadEdit): LoadProfile =>
  withRest(load, seconds(at), stagesAfter(load, seconds(at), edit));

describe('an edit', () => {
  it('leads from the value of its instant to the new one, then holds it until the planned end', () => {
    expect(brief(edited(users([10, 0, 10]), 4, to(20, 8)))).toEqual([
      [4, 0, 4],
      [2, 4, 20],
      [4, 20, 20],
    ]);
    expect(brief(edited(users([10, 50, 50]), 4, to(20)))).toEqual([
      [4, 50, 50],
      [6, 20, 20],
    ]);
    expect(brief(edited(users([10, 50, 50]), 4, to(20, 10)))).toEqual([
      [4, 50, 50],
      [3, 50, 20],
      [3, 20, 20],
    ]);
  });

  it('that takes longer than what is left of the run is cut by its end', () => {
    expect(brief(edited(users([10, 0, 0]), 8, to(100, 5)))).toEqual([
      [8, 0, 0],
      [2, 0, 10],
    ]);
  });

  it('replaces the stages and the edits that were still to come', () => {
    const twice = edited(edited(users([5, 1, 1], [5, 9, 9]), 2, to(30, 10)), 3, to(2));
    expect(brief(twice)).toEqual([
      [2, 1, 1],
      [1, 1, 11],
      [7, 2, 2],
    ]);
  });

  it('of the rate takes the time that it was given', () => {
    const load: LoadProfile = {
      model: 'open',
      arrivals: 'poisson',
      rate: [{ duration: seconds(10), from: perSecond(100), to: perSecond(100) }],
      maxInFlight: count(5),
    };
    const after = edited(load, 5, rateTo(40, 1_500));
    expect(brief(after)).toEqual([
      [5, 100, 100],
      [1.5, 100, 40],
      [3.5, 40, 40],
    ]);
    expect(after).toMatchObject({ model: 'open', arrivals: 'poisson', maxInFlight: 5 });
  });

  it('never moves the end, and the load is the last one asked for there', () => {
    const one = fc.record({
      at: fc.integer({ min: 0, max: 9_999_999 }),
      edit: fc.oneof(
        fc.integer({ min: 0, max: 500 }).map((vus) => to(vus)),
        fc
          .tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 1_000 }))
          .map(([vus, rate]) => to(vus, rate)),
      ),
    });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 6 }), (edits) => {
        let load = users([4, 0, 40], [6, 40, 40]);
        const changes: LoadChange[] = [];
        for (const { at, edit } of edits.sort((a, b) => a.at - b.at)) {
          const stages = stagesAfter(load, micros(at), edit);
          changes.push({ type: 'edited', at: micros(at), edit, stages });
          load = withRest(load, micros(at), stages);
          expect(durationOf(load)).toBe(10e6);
          const [first] = stages;
          if (first !== undefined && first.from !== first.to)
            expect(Math.abs(first.from - valueAt(stagesOf(load), micros(at)))).toBeLessThan(1e-6);
        }
        expect(editedLoad(users([4, 0, 40], [6, 40, 40]), changes)).toEqual(load);
        // Told twice, it is the same.
        const last = changes.at(-1) as Extract<LoadChange, { type: 'edited' }>;
        expect(withRest(load, last.at, last.stages)).toEqual(load);
      }),
    );
  });
});
