import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LoadEdit, stagesAfter, withRest } from '../core/command.ts';
import { durationOf, type LoadProfile, type Stage, stagesOf } from '../core/plan.ts';
import { segments } from '../core/segment.fixture.ts';
import type { Segment } from '../core/segment.ts';
import { count as counted, type Micros, micros, perSecond } from '../core/units.ts';
import { Arrivals, type OpenProfile } from './arrivals.ts';
import { areaAt, piecesOf, replacedFrom } from './curve.ts';
import { open, rateStages, rates, userStages } from './stages.fixture.ts';
import { type ClosedProfile, UserChanges } from './users.ts';

/** Edits of a schedule under way: the laws that hold for it as for one that was planned. */

const WHOLE: Segment = { index: 0, count: 1 };

interface Edit {
  readonly at: Micros;
  readonly rest: readonly Stage<number>[];
  /** How long before its instant a segment hears of it, as a share of the time since the edit before. */
  readonly ahead: number;
}

interface WantedEdit {
  readonly share: number;
  readonly target: number;
  /** Of the longest ramp; 0: at once. */
  readonly slope: number;
  readonly ahead: number;
}

const wantedEdits = (most: number): fc.Arbitrary<readonly WantedEdit[]> =>
  fc.array(
    fc.record({
      share: fc.double({ min: 0, max: 0.999, noNaN: true }),
      target: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: most })),
      slope: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 1, noNaN: true })),
      ahead: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { minLength: 1, maxLength: 4 },
  );

/** What they make of a load, at whole µs, and the load that comes of all of them. */
function editsOf(load: LoadProfile, wanted: readonly WantedEdit[]): { edits: Edit[]; load: LoadProfile } {
  const whole = durationOf(load);
  let now = load;
  const edits = [...wanted]
    .sort((a, b) => a.share - b.share)
    .map(({ share, target, slope, ahead }): Edit => {
      const at = micros(Math.floor(share * whole));
      const edit: LoadEdit =
        load.model === 'closed'
          ? { model: 'closed', vus: counted(target), spawnRate: slope === 0 ? null : perSecond(1 + 50 * slope) }
          : { model: 'open', ratePerSec: perSecond(target), ramp: micros(Math.round(slope * whole)) };
      const rest = stagesAfter(now, at, edit);
      now = withRest(now, at, rest);
      return { at, rest, ahead };
    });
  return { edits, load: now };
}

/** Goes through a schedule, telling it of each edit some time before its instant. */
function walk<T>(
  edits: readonly Edit[],
  schedule: { peek(): Micros; take(): void; edit(at: Micros, rest: readonly Stage<number>[]): void; now(): T },
): T[] {
  const found: T[] = [];
  let told = 0;
  const until = (at: number): void => {
    while (schedule.peek() !== Number.POSITIVE_INFINITY && schedule.peek() <= at) {
      found.push(schedule.now());
      schedule.take();
    }
  };
  for (const { at, rest, ahead } of edits) {
    const hears = at - ahead * (at - told);
    until(Math.min(hears, at - 1e-3));
    told = at;
    schedule.edit(at, rest);
  }
  until(Number.MAX_VALUE);
  return found;
}

interface Arrival {
  readonly index: number;
  readonly at: number;
}

function arrivalsOf(
  profile: OpenProfile,
  edits: readonly Edit[],
  segment: Segment,
  seed = 1,
  limit: number | null = null,
): Arrival[] {
  const arrivals = new Arrivals(profile, seed, segment, limit);
  return walk(edits, {
    peek: () => arrivals.peek(),
    take: () => void arrivals.take(),
    edit: (at, rest) => arrivals.edit(at, rest),
    now: () => ({ index: arrivals.index, at: arrivals.peek() }),
  });
}

interface Change {
  readonly user: number;
  readonly at: number;
  readonly comes: boolean;
}

/** As `ClosedLoad` does it: with each edit the changes begin again, and those that have been are passed over. */
function changesOf(profile: ClosedProfile, edits: readonly Edit[], segment: Segment): Change[] {
  let pieces = piecesOf(profile.vus);
  let changes = new UserChanges(pieces, segment);
  let passed = Number.NEGATIVE_INFINITY as Micros;
  return walk(edits, {
    peek: () => changes.peek(),
    take: () => {
      passed = changes.peek();
      changes.take();
    },
    edit: (at, rest) => {
      pieces = replacedFrom(pieces, at, rest);
      changes = new UserChanges(pieces, segment);
      changes.passTo(passed, micros(0));
    },
    now: () => ({ user: changes.user, at: changes.peek(), comes: changes.comes }),
  });
}

const kinds = fc.constantFrom('uniform' as const, 'poisson' as const);
const withTime = (stages: readonly Stage<number>[]): boolean => stages.some(({ duration }) => duration > 0);

describe('edited arrivals', () => {
  it('are due by the old rate until the edit, by the new one after it, the integral running on', () => {
    const profile = open(rates([10, 2, 2]));
    const { edits } = editsOf(profile, [{ share: 0.4, target: 4, slope: 0, ahead: 1 }]);
    const found = arrivalsOf(profile, edits, WHOLE).map(({ at }) => at / 1e6);
    expect(found.slice(0, 12)).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.25, 4.5, 4.75]);
    expect(found).toHaveLength(8 + 24);
  });

  it('come again after a pause, at the instant that the integral asks for', () => {
    const profile = open(rates([10, 4, 4]));
    const pause = { share: 0.2, target: 0, slope: 0, ahead: 0.5 };
    const { edits } = editsOf(profile, [pause, { share: 0.7, target: 2, slope: 0, ahead: 0.5 }]);
    const found = arrivalsOf(profile, edits, WHOLE).map(({ at }) => at / 1e6);
    expect(found).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 7, 7.5, 8, 8.5, 9, 9.5]);
  });

  it('of 1 to 9 segments are together the unsplit schedule, bit for bit, whenever each hears of the edits', () => {
    const cap = fc.option(fc.integer({ min: 0, max: 300 }));
    fc.assert(
      fc.property(
        rateStages(40),
        kinds,
        wantedEdits(60),
        fc.integer(),
        cap,
        segments(9),
        (stages, kind, wanted, seed, limit, each) => {
          fc.pre(withTime(stages));
          const profile = open(stages, kind);
          const { edits } = editsOf(profile, wanted);
          const parts = each.map((segment, index) =>
            arrivalsOf(
              profile,
              edits.map((edit) => ({ ...edit, ahead: ((index + 1) * edit.ahead) % 1 })),
              segment,
              seed,
              limit,
            ),
          );
          const union = parts.flat().sort((a, b) => a.index - b.index);
          expect(union).toEqual(arrivalsOf(profile, edits, WHOLE, seed, limit));
          // None is lost and none comes twice.
          expect(union.map(({ index }) => index)).toEqual(union.map((_, n) => n));
        },
      ),
    );
  });

  it('are those of the edited load, in number as its integral, and before the edit those of the plan', () => {
    fc.assert(
      fc.property(rateStages(60), wantedEdits(80), (stages, wanted) => {
        fc.pre(withTime(stages));
        const profile = open(stages);
        const { edits, load } = editsOf(profile, wanted);
        const found = arrivalsOf(profile, edits, WHOLE);
        const area = areaAt(stagesOf(load), micros(1e12));
        expect(Math.abs(found.length - area)).toBeLessThan(1 + 1e-6);
        for (const [n, { at }] of found.entries()) {
          expect(at).toBeGreaterThanOrEqual(found[n - 1]?.at ?? 0);
          expect(at).toBeLessThan(durationOf(load) + 1e-3);
          expect(Math.abs(areaAt(stagesOf(load), micros(at)) - n)).toBeLessThan(1e-5);
        }
        const planned = arrivalsOf(profile, [], WHOLE).filter(({ at }) => at < (edits[0] as Edit).at);
        expect(found.slice(0, planned.length)).toEqual(planned);
      }),
    );
  });

  it('stay a Poisson process: in the new rate’s own time the gaps are exponential', () => {
    const profile = open(rates([200, 20, 20]), 'poisson');
    const faster = { share: 0.25, target: 120, slope: 0.3, ahead: 0.3 };
    const { edits, load } = editsOf(profile, [faster, { share: 0.8, target: 30, slope: 0, ahead: 0.1 }]);
    const areas = arrivalsOf(profile, edits, WHOLE, 5).map(({ at }) => areaAt(stagesOf(load), micros(at)));
    const gaps = areas.map((area, n) => area - (areas[n - 1] ?? 0)).sort((a, b) => a - b);
    const n = gaps.length;
    expect(n).toBeGreaterThan(10_000);
    const distance = Math.max(...gaps.map((gap, i) => Math.abs(1 - Math.exp(-gap) - (i + 0.5) / n)));
    expect(distance).toBeLessThan(1.36 / Math.sqrt(n));
  });
});

describe('edited users', () => {
  it('of 1 to 9 segments are together the unsplit schedule, bit for bit, whenever each hears of the edits', () => {
    fc.assert(
      fc.property(userStages(30), wantedEdits(40), segments(9), (stages, wanted, each) => {
        fc.pre(withTime(stages));
        const profile: ClosedProfile = { model: 'closed', vus: stages, thinkTime: null };
        const { edits } = editsOf(profile, wanted);
        const parts = each.map((segment, index) =>
          changesOf(
            profile,
            edits.map((edit) => ({ ...edit, ahead: ((index + 1) * edit.ahead) % 1 })),
            segment,
          ),
        );
        const byUser = (changes: readonly Change[]): Change[] => [...changes].sort((a, b) => a.user - b.user);
        expect(byUser(parts.flat())).toEqual(byUser(changesOf(profile, edits, WHOLE)));
      }),
    );
  });

  it('come once and go once each time, and all are gone at the planned end', () => {
    fc.assert(
      fc.property(userStages(30), wantedEdits(40), (stages, wanted) => {
        fc.pre(withTime(stages));
        const profile: ClosedProfile = { model: 'closed', vus: stages, thinkTime: null };
        const { edits, load } = editsOf(profile, wanted);
        const present = new Set<number>();
        let last = 0;
        for (const { user, at, comes } of changesOf(profile, edits, WHOLE)) {
          expect(present.has(user)).toBe(!comes);
          if (comes) present.add(user);
          else present.delete(user);
          expect(at).toBeGreaterThanOrEqual(last);
          last = at;
        }
        expect(present.size).toBe(0);
        expect(last).toBeLessThanOrEqual(durationOf(load));
      }),
    );
  });
});
