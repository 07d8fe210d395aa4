import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exchange } from '../core/exchange.ts';
import { planFixture } from '../core/plan.fixture.ts';
import type { Flow, FlowLoad, OneLoad } from '../core/plan.ts';
import { segments } from '../core/segment.fixture.ts';
import type { Segment } from '../core/segment.ts';
import { count, micros } from '../core/units.ts';
import { Arrivals } from './arrivals.ts';
import { START } from './begun.fixture.ts';
import { driven } from './driven.fixture.ts';
import { FixtureDriver } from './driver.fixture.ts';
import { Epochs } from './epochs.ts';
import { Flows } from './flows.ts';
import { SeveralLoads } from './several.ts';
import { closed, open, rateStages, rates, userStages } from './stages.fixture.ts';
import { VirtualClock } from './virtual-clock.ts';

const WHOLE: Segment = { index: 0, count: 1 };

/** One request as it was sent. */
interface Sent {
  readonly index: number;
  readonly flow: number;
  readonly user: number;
  readonly dueAt: number;
}

class Recording extends FixtureDriver {
  readonly exchanges: Sent[] = [];

  override send(exchange: Exchange): void {
    const { index, flow, user, dueAt } = exchange;
    this.exchanges.push({ index, flow, user, dueAt });
    super.send(exchange);
  }
}

/** Two flows that share the first load, by weights of 2 and 1, and then one of its own for each further load. */
function planWith(profiles: readonly OneLoad[], most: readonly (number | null)[] = []) {
  const flows = ['a', 'b', ...profiles.slice(1).map((_, place) => `own ${place}`)].map(
    (name, place): Flow => ({
      ...{ name, weight: place === 0 ? 2 : 1, load: Math.max(0, place - 1) },
      steps: [{ kind: 'request', request: 0 }],
    }),
  );
  const loads = profiles.map(
    (profile, place): FlowLoad => ({
      flow: place === 0 ? null : `own ${place - 1}`,
      profile,
      maxPasses: most[place] == null ? null : count(most[place]),
    }),
  );
  return { plan: planFixture({ flows, loads }), loads };
}

function begin(
  profiles: readonly OneLoad[],
  {
    segment = WHOLE,
    most,
    maxRequests = null,
  }: { segment?: Segment; most?: (number | null)[]; maxRequests?: number | null } = {},
) {
  const { plan, loads } = planWith(profiles, most);
  const clock = new VirtualClock(micros(START - 3_000));
  const driver = new Recording(clock, () => 19_900);
  const load = new SeveralLoads(loads, plan, segment, {
    ...{ clock, driver, seed: 1, maxRequests, warmupRequests: 0 },
    epochs: new Epochs(micros(START), micros(0)),
    flows: new Flows(plan),
  });
  return { clock, driver, load, ...driven(clock, driver, load, START) };
}

/** What each load sent, by its place. */
const sentBy = (all: readonly Sent[], loads: number): Sent[][] =>
  Array.from({ length: loads }, (_, place) => all.filter(({ index }) => index % loads === place));

/** Users have no numbers for their passes that all segments would know: of each, in turn. */
const byUser = (sent: readonly Sent[]): Sent[] => [...sent].sort((a, b) => a.user - b.user || a.dueAt - b.dueAt);
const byNumber = (sent: readonly Sent[]): Sent[] => [...sent].sort((a, b) => a.index - b.index);

const anyLoads = fc.array(
  fc.oneof(
    fc
      .tuple(rateStages(8), fc.constantFrom('uniform' as const, 'poisson' as const, { bursty: count(3) }))
      .map(([stages, kind]): OneLoad => open(stages, kind)),
    userStages(6).map((vus): OneLoad => ({ model: 'closed', vus, thinkTime: null })),
  ),
  { minLength: 2, maxLength: 4 },
);

describe('several loads at once', () => {
  it('are the unsplit schedules, each of them, over any segments', () => {
    fc.assert(
      fc.property(anyLoads, segments(4), (profiles, parts) => {
        const whole = begin(profiles);
        whole.run(60);
        const together = parts.flatMap((segment) => {
          const { driver, run } = begin(profiles, { segment });
          run(60);
          return driver.exchanges;
        });
        expect(new Set(together.map(({ index }) => index)).size).toBe(together.length);
        const apart = sentBy(together, profiles.length);
        sentBy(whole.driver.exchanges, profiles.length).forEach((unsplit, place) => {
          const split = apart[place] as Sent[];
          expect(split.length).toBe(unsplit.length);
          if (profiles[place]?.model === 'open') {
            expect(byNumber(split)).toEqual(byNumber(unsplit));
            return;
          }
          const [ours, theirs] = [byUser(split), byUser(unsplit)];
          expect(ours.map(({ user, flow }) => [user, flow])).toEqual(theirs.map(({ user, flow }) => [user, flow]));
          for (const [at, { dueAt }] of ours.entries()) expect(dueAt).toBeCloseTo((theirs[at] as Sent).dueAt, 3);
        });
      }),
      { numRuns: 15 },
    );
  });

  it('begin their own flows alone, those of the shared one by their weights', () => {
    const { driver, run } = begin([open(rates([30, 100, 100])), closed([[30, 2, 2]]), open(rates([30, 7, 7]))]);
    run(40);
    const of = (flow: number): number => driver.exchanges.filter((one) => one.flow === flow).length;
    expect([of(0), of(1)]).toEqual([2_000, 1_000]);
    expect(of(3)).toBe(210);
    const [shared = [], users = [], arrivals = []] = sentBy(driver.exchanges, 3);
    expect([shared, users, arrivals].map((sent) => [...new Set(sent.map(({ flow }) => flow))].sort())).toEqual([
      [0, 1],
      [2],
      [3],
    ]);
    expect(new Set(users.map(({ user }) => user))).toEqual(new Set([0, 1]));
  });

  it('are each as it would be alone', () => {
    const profile = open(rates([5, 40, 10], [5, 10, 10]));
    const { driver, run } = begin([profile, closed([[3, 1, 5]]), profile]);
    run(20);
    const [first = [], , last = []] = sentBy(driver.exchanges, 3);
    const arrivals = new Arrivals(profile, 1, WHOLE, null);
    for (const { dueAt } of byNumber(first)) expect(dueAt).toBe(START + arrivals.take());
    expect(arrivals.peek()).toBe(Number.POSITIVE_INFINITY);
    expect(last.map(({ dueAt }) => dueAt)).toEqual(first.map(({ dueAt }) => dueAt));
  });

  it('are at random by themselves', () => {
    const profile = open(rates([20, 10, 10]), 'poisson');
    const { driver, run } = begin([profile, profile]);
    run(30);
    const [first = [], other = []] = sentBy(driver.exchanges, 2).map((sent) => new Set(sent.map(({ dueAt }) => dueAt)));
    expect(first).not.toEqual(other);
  });

  it('number their users one after the other, and retire each of them', () => {
    const { driver, run, load } = begin([closed([[2, 3, 3]]), open(rates([2, 5, 5])), closed([[1, 2, 2]])]);
    run(0.5);
    expect(load.vus).toBe(5);
    run(1.5);
    expect(load.vus).toBe(3);
    run(5);
    expect([...new Set(driver.exchanges.map(({ user }) => user))].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2, 3, 4]);
    expect([...new Set(driver.retired)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
  });

  it('end with the last of them, and each at its own limit', () => {
    const profiles = [open(rates([10, 10, 10])), closed([[100, 2, 2]]), open(rates([3, 10, 10]))];
    const { driver, run, finishedAt } = begin(profiles, { most: [null, 9, 5] });
    run(200);
    expect(sentBy(driver.exchanges, 3).map((sent) => sent.length)).toEqual([100, 9, 5]);
    expect(finishedAt()).toBe(10e6);
  });

  it('have limits of their own for what is under way', () => {
    // 100/s of 20 ms each are two at a time.
    const { load, run } = begin([open(rates([10, 100, 100]), 'uniform', 1), open(rates([10, 100, 100]), 'uniform', 9)]);
    run(11);
    const taken = load.takeCounts();
    expect(taken).toMatchObject({ due: 2_000, sent: taken.due - taken.dropped });
    expect(taken.dropped).toBe(500);
    expect(load.takeCounts()).toEqual({ due: 0, sent: 0, dropped: 0 });
  });

  it('use each number once where all of them have an end', () => {
    fc.assert(
      fc.property(segments(3), fc.integer({ min: 1, max: 60 }), (parts, rows) => {
        const used = parts.flatMap((segment) => {
          const { driver, run } = begin([open(rates([60, 5, 5])), closed([[60, 3, 3]]), open(rates([60, 9, 9]))], {
            ...{ segment, maxRequests: rows },
          });
          run(100);
          return driver.exchanges.map(({ index }) => index);
        });
        expect(used.sort((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, index) => index));
      }),
      { numRuns: 30 },
    );
  });

  it('stop together', () => {
    const { run, load, finishedAt, driver } = begin([open(rates([10, 10, 10])), closed([[10, 2, 2]])]);
    run(1);
    load.stop();
    expect([load.finished, finishedAt()]).toEqual([true, 1e6]);
    const { length } = driver.exchanges;
    run(20);
    expect(driver.exchanges.length).toBe(length);
  });
});
