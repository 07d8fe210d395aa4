import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueAt } from '../core/plan.ts';
import { segments } from '../core/segment.fixture.ts';
import { placeIn, type Segment } from '../core/segment.ts';
import { count as users } from '../core/units.ts';
import { piecesOf } from './curve.ts';
import { closed, instantsOf, userStages } from './stages.fixture.ts';
import { type ClosedProfile, peakUsers, UserChanges } from './users.ts';

interface Change {
  readonly at: number;
  readonly user: number;
  readonly comes: boolean;
}

function all(profile: ClosedProfile, segment: Segment = { index: 0, count: 1 }): Change[] {
  const changes = new UserChanges(piecesOf(profile.vus), segment);
  const found: Change[] = [];
  for (; changes.peek() !== Number.POSITIVE_INFINITY; changes.take()) {
    found.push({ at: changes.peek(), user: changes.user, comes: changes.comes });
  }
  return found;
}

const brief = (changes: readonly Change[]): string =>
  changes.map(({ at, user, comes }) => `${comes ? '+' : '-'}${user}@${at / 1e6}`).join(' ');

describe('UserChanges', () => {
  it('lets user k come at k / spawn rate, and all go at the end', () => {
    expect(
      brief(
        all(
          closed([
            [0.8, 0, 4],
            [1, 4, 4],
          ]),
        ),
      ),
    ).toBe('+0@0 +1@0.2 +2@0.4 +3@0.6 -3@1.8 -2@1.8 -1@1.8 -0@1.8');
  });

  it('lets all come at once on a flat stage', () => {
    expect(brief(all(closed([[2, 3, 3]])))).toBe('+0@0 +1@0 +2@0 -2@2 -1@2 -0@2');
  });

  it('lets users go where the curve falls to their number, and come back', () => {
    const found = all(
      closed([
        [1, 2, 2],
        [2, 2, 0],
        [2, 0, 2],
      ]),
    );
    expect(brief(found)).toBe('+0@0 +1@0 -1@2 +1@4 -1@5 -0@5');
    expect(
      brief(
        all(
          closed([
            [1, 2, 2],
            [1, 0, 0],
            [1, 1, 1],
          ]),
        ),
      ),
    ).toBe('+0@0 +1@0 -1@1 -0@1 +0@2 -0@3');
  });

  it('changes nothing where a jump leads back to where it was', () => {
    expect(
      brief(
        all(
          closed([
            [1, 1, 3],
            [0, 0, 0],
            [1, 3, 1],
          ]),
        ),
      ),
    ).toBe('+0@0 +1@0 +2@0.5 -2@1.5 -1@2 -0@2');
  });

  it('has as many users at all times as the curve is high, rounded up', () => {
    fc.assert(
      fc.property(userStages(40), (stages) => {
        const changes = all({ model: 'closed', vus: stages, thinkTime: null });
        let present = 0;
        let done = 0;
        for (const at of instantsOf(stages, 97)) {
          for (; done < changes.length && changes[done]!.at <= at; done++) present += changes[done]!.comes ? 1 : -1;
          const value = valueAt(stages, at);
          // On a whole number it depends on where the curve goes next; there either is right.
          if (Math.abs(value - Math.round(value)) > 1e-6) expect(present).toBe(Math.ceil(value));
          else expect([Math.round(value), Math.round(value) + 1]).toContain(present);
        }
        expect(changes.filter(({ comes }) => comes).length).toBe(changes.filter(({ comes }) => !comes).length);
        expect(changes.every(({ at }, i) => i === 0 || at >= changes[i - 1]!.at)).toBe(true);
      }),
    );
  });

  it('never asks for a user twice, and for no more than the peak', () => {
    fc.assert(
      fc.property(userStages(40), (stages) => {
        const present = new Set<number>();
        let peak = 0;
        for (const { user, comes } of all({ model: 'closed', vus: stages, thinkTime: null })) {
          expect(present.has(user)).toBe(!comes);
          if (comes) present.add(user);
          else present.delete(user);
          peak = Math.max(peak, user + 1);
        }
        expect(present.size).toBe(0);
        expect(peak).toBe(peakUsers(stages));
      }),
    );
  });

  it('of 1 to 9 segments are together the unsplit schedule, bit for bit', () => {
    fc.assert(
      fc.property(userStages(40), segments(9), (stages, each) => {
        const profile: ClosedProfile = { model: 'closed', vus: stages, thinkTime: null };
        const parts = each.map((segment) => all(profile, segment));
        for (const [n, part] of parts.entries()) {
          expect(part.every(({ user }) => placeIn(each[n] as Segment, user) >= 0)).toBe(true);
          expect(part.every(({ at }, i) => i === 0 || at >= part[i - 1]!.at)).toBe(true);
        }
        const byUser = (changes: readonly Change[]) =>
          Array.from({ length: peakUsers(stages) }, (_, user) => changes.filter((change) => change.user === user));
        expect(byUser(parts.flat())).toEqual(byUser(all(profile)));
      }),
    );
  });

  it('has no users without a duration', () => {
    expect(all(closed([[0, 5, 5]]))).toEqual([]);
    expect(peakUsers([{ duration: 0 as never, from: users(5), to: users(5) }])).toBe(0);
  });
});
