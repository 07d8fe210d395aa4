import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Branch, Flow, Step } from '../core/plan.ts';
import { OUTCOME_CODE, type OutcomeCode } from '../core/sample.ts';
import { count, micros, millis } from '../core/units.ts';
import { ClosedLoad } from './closed.ts';
import { FixtureDriver } from './driver.fixture.ts';
import { Epochs } from './epochs.ts';
import { flow, flowsFixture, stepsOf } from './flows.fixture.ts';
import type { Flows } from './flows.ts';
import type { LoadModel } from './model.ts';
import { OpenLoad } from './open.ts';
import { closed, open, rates } from './stages.fixture.ts';
import { VirtualClock } from './virtual-clock.ts';
import { createWalker, type Span, type SpanSink } from './walk.ts';

const choose = (...of: readonly (readonly [weight: number, ...walk: Parameters<typeof stepsOf>[0]])[]): Step => ({
  kind: 'choose',
  of: of.map(([weight, ...walk]): Branch => ({ weight, steps: stepsOf(walk) })),
});
const repeat = (times: number, ...walk: Parameters<typeof stepsOf>[0]): Step => ({
  kind: 'repeat',
  times: count(times),
  steps: stepsOf(walk),
});
const group = (name: string, ...walk: Parameters<typeof stepsOf>[0]): Step => ({
  kind: 'group',
  name,
  steps: stepsOf(walk),
});
const when = (
  values: readonly string[],
  then: Parameters<typeof stepsOf>[0],
  otherwise: Parameters<typeof stepsOf>[0] = [],
): Step => ({
  kind: 'if',
  captured: 'id',
  test: { kind: 'is', values },
  steps: stepsOf(then),
  otherwise: stepsOf(otherwise),
});

/** The requests of one pass after the other. */
function walked(flows: Flows, passes: number, { user = 0, captured = 'x', sink = SILENT } = {}): number[][] {
  const walker = createWalker(user, flows, sink);
  walker.captured = [captured];
  return Array.from({ length: passes }, (_, pass) => {
    const sent: number[] = [];
    walker.walk?.begin(user < 0 ? flows.ofArrival(pass) : flows.ofUser(user, pass), pass);
    while (walker.walk?.over === false) {
      sent.push(walker.walk.request);
      walker.walk.send(1);
      walker.dueAt = micros(100 * sent.length);
      walker.doneAt = micros(100 * sent.length + 10);
      walker.walk.done(walker, false);
    }
    return sent;
  });
}

const SILENT: SpanSink = { begun: () => {}, ended: () => {} };

describe('a walk', () => {
  it('repeats, also within a repeat', () => {
    const flows = flowsFixture(4, [flow(1, 0, repeat(2, 1, repeat(3, 2)), 3)]);
    expect(walked(flows, 2)).toEqual([
      [0, 1, 2, 2, 2, 1, 2, 2, 2, 3],
      [0, 1, 2, 2, 2, 1, 2, 2, 2, 3],
    ]);
  });

  it('goes by what was captured', () => {
    const flows = flowsFixture(4, [flow(1, 0, when(['a', 'b'], [1, 1], [2]), 3, when(['c'], [1]))], 1, [0]);
    expect(['a', 'b', 'c'].map((captured) => walked(flows, 1, { captured })[0])).toEqual([
      [0, 1, 1, 3],
      [0, 1, 1, 3],
      [0, 2, 3, 1],
    ]);
  });

  it('chooses exactly as it weighs: each user in each round, and arrivals in every thousand', () => {
    const flows = flowsFixture(
      4,
      [flow(1, choose([3, 0], [1, 1]), repeat(2, choose([1, 2], [2, choose([1, 3], [1])])))],
      7,
    );
    const times = (passes: number[][], request: number): number =>
      passes.flat().filter((sent) => sent === request).length;
    for (const user of [0, 1, 77]) {
      const passes = walked(flows, 12, { user });
      expect([0, 1, 2, 3].map((request) => times(passes, request))).toEqual([9, 3, 8, 8]);
    }
    const arrived = walked(flows, 3_000, { user: -1 });
    expect([0, 1, 2, 3].map((request) => times(arrived, request))).toEqual([2_250, 750, 2_000, 2_000]);
    expect(walked(flows, 12, { user: 5 })).toEqual(walked(flows, 12, { user: 5 }));
    expect(walked(flows, 12, { user: 5 })).not.toEqual(walked(flows, 12, { user: 6 }));
  });

  it('chooses as exactly within flows that have weights themselves', () => {
    const flows = flowsFixture(3, [flow(2, 0, choose([1, 1], [3, 2])), flow(1, 0, 0)], 3);
    for (const user of [-1, 0, 4]) {
      // Of arrivals, where a whole number of thousands of the choice are a whole number of thousands (1,002) of the flow.
      const passes = user < 0 ? 250_500 : 12_000;
      const times = [0, 0, 0];
      for (const request of walked(flows, passes, { user }).flat()) times[request] = (times[request] ?? 0) + 1;
      expect(times).toEqual([(4 * passes) / 3, passes / 6, passes / 2]);
    }
  });

  it('knows which request is surely the last', () => {
    const lastOf = (...steps: Parameters<typeof stepsOf>[0]): boolean[] =>
      flowsFixture(3, [flow(1, ...steps)], 1, [0])
        .courseOf(0)
        .moves.flatMap((move) => (move.kind === 'send' ? move.last : []));
    expect(lastOf(0, 1, millis(1) && { kind: 'constant', value: millis(1) })).toEqual([false, true]);
    expect(lastOf(0, repeat(2, 1))).toEqual([false, false]);
    expect(lastOf(0, when(['a'], [1]))).toEqual([false, true]);
    expect(lastOf(choose([1, 0], [1, 1, 2]))).toEqual([true, false, true]);
  });

  it('sums up what groups and the flow came to, without the pauses, and tells their first failure', () => {
    const told: Span[] = [];
    const sink: SpanSink = { begun: () => {}, ended: (span) => told.push({ ...span }) };
    const flows = flowsFixture(2, [flow(1, 0, group('a', 1, group('b', 0, 1)), group('a', 1))]);
    walked(flows, 1, { sink });
    expect(told.map(({ measured, response, outcome }) => [measured, response, outcome])).toEqual([
      [4, 20, 0],
      [3, 30, 0],
      [3, 10, 0],
      [2, 50, 0],
    ]);
  });
});

/** Any steps of three requests; the first of them captures. */
const STEPS = fc.letrec<{ steps: readonly Step[]; step: Step }>((tie) => ({
  steps: fc.array(tie('step'), { minLength: 1, maxLength: 3 }),
  step: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<Step>(
      { kind: 'request', request: 0 },
      { kind: 'request', request: 1 },
      { kind: 'request', request: 2 },
      { kind: 'pause', time: { kind: 'exponential', mean: millis(20) } },
    ),
    fc.record({
      kind: fc.constant('repeat' as const),
      times: fc.integer({ min: 1, max: 3 }).map(count),
      steps: tie('steps'),
    }),
    fc.record({
      kind: fc.constant('choose' as const),
      of: fc.array(fc.record({ weight: fc.integer({ min: 1, max: 5 }), steps: tie('steps') }), {
        minLength: 1,
        maxLength: 3,
      }),
    }),
    fc.record({
      kind: fc.constant('if' as const),
      captured: fc.constant('id'),
      test: fc.constant({ kind: 'is' as const, values: ['200'] }),
      steps: tie('steps'),
      otherwise: tie('steps'),
    }),
    fc.record({ kind: fc.constant('group' as const), name: fc.constantFrom('a', 'b'), steps: tie('steps') }),
  ),
})).steps;

const FLOWS = fc
  .array(fc.record({ weight: fc.integer({ min: 1, max: 3 }), steps: STEPS }), { minLength: 1, maxLength: 3 })
  .map((all) =>
    all.map(
      ({ weight, steps }, index): Flow => ({
        name: `${index}`,
        weight,
        steps: [{ kind: 'request', request: 0 }, ...steps],
      }),
    ),
  );

interface Ran {
  /** Who sent what when. */
  readonly sent: readonly string[];
  readonly begun: number;
  readonly ended: number;
}

/** A segment of a load of two seconds and what comes of it; every so many-th request fails. */
function run(
  model: 'open' | 'closed',
  flows: readonly Flow[],
  seed: number,
  index: number,
  segments: number,
  failing = 0,
): Ran {
  const clock = new VirtualClock(micros(0));
  const outcome = (sent: number): OutcomeCode =>
    failing > 0 && sent % failing === 0 ? OUTCOME_CODE.timeout : OUTCOME_CODE.ok;
  const driver = new FixtureDriver(clock, () => 15_000, outcome);
  let begun = 0;
  let ended = 0;
  const options = {
    ...{ clock, driver, seed, maxRequests: null, warmupRequests: 0 },
    epochs: new Epochs(micros(0), micros(0)),
    flows: flowsFixture(3, flows, seed, [0]),
    spans: { ended: () => (ended += 1) },
  };
  const segment = { index, count: segments };
  const load: LoadModel =
    model === 'open'
      ? new OpenLoad(open(rates([2, 8, 8]), 'poisson'), segment, options)
      : new ClosedLoad(
          closed([
            [1, 4, 4],
            [1, 4, 1],
          ]),
          segment,
          options,
        );
  const sent: string[] = [];
  driver.onDone = (exchange) => {
    exchange.captured = [exchange.index % 2 === 0 ? '200' : '404'];
    const { user, index: number, step, request } = exchange;
    // In the open model the number tells whose it is; users share theirs out in the order in which they come.
    sent.push(user < 0 ? `${number} ${step} ${request}` : `${user} ${exchange.dueAt} ${request}`);
    load.done(exchange);
  };
  load.start(micros(0));
  clock.runUntil(micros(9e6));
  for (let place = options.flows.requestCount; place < load.counts.sent.length; place++)
    if (place % options.flows.seriesCount >= options.flows.requestCount) begun += load.counts.sent[place] ?? 0;
  expect([load.finished, driver.inFlight]).toEqual([true, 0]);
  return { sent, begun, ended };
}

describe('flows of any steps', () => {
  it('give everything that began an end, whatever fails', () => {
    fc.assert(
      fc.property(
        ...([fc.constantFrom('open', 'closed'), FLOWS, fc.nat(1e6), fc.integer({ min: 0, max: 5 })] as const),
        (model, flows, seed, failing) => {
          const { begun, ended } = run(model as 'open', flows, seed, 0, 1, failing);
          expect(begun).toBeGreaterThan(0);
          expect(ended).toBe(begun);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are the unsplit ones, however many segments there are', () => {
    fc.assert(
      fc.property(FLOWS, fc.nat(1e6), fc.integer({ min: 2, max: 4 }), (flows, seed, segments) => {
        // What is captured depends on the pass's number, which users share out otherwise: without `if` they are the same.
        const parts = (model: 'open' | 'closed', of: number): string[] =>
          Array.from({ length: of }, (_, index) => run(model, flows, seed, index, of).sent)
            .flat()
            .sort();
        expect(firstSteps(parts('open', segments))).toEqual(firstSteps(parts('open', 1)));
        if (!JSON.stringify(flows).includes('"if"')) expect(parts('closed', segments)).toEqual(parts('closed', 1));
      }),
      { numRuns: 40 },
    );
  });
});

/** A step's instant is that of the turn in which the one before ended, so that the last may fall before the end or behind it. */
function firstSteps(sent: readonly string[]): string[] {
  return sent.filter((one) => Number(one.split(' ')[1]) < 3);
}
