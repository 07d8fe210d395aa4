import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planFixture } from '../core/plan.fixture.ts';
import type { Flow, NamedTarget, Plan } from '../core/plan.ts';
import { Flows } from './flows.ts';

const { target, tls, requests: fixture } = planFixture();
const [template] = fixture as [Plan['requests'][number]];

/** A plan of flows of one request, each at each target. */
function planTo(flowWeights: readonly number[], targetWeights: readonly number[], changes: Partial<Plan> = {}): Plan {
  const targets = targetWeights.map((weight, place): NamedTarget => ({ ...target, tls, weight, name: `t${place}` }));
  const places = flowWeights.flatMap((own, flow) =>
    targetWeights.map((weight, place) => ({ own, flow, weight: own * weight, place })),
  );
  return planFixture({
    targets,
    requests: places.map(({ flow, place }) => ({ ...template, name: `r${flow} @t${place}`, target: place })),
    flows: places.map(
      ({ own, flow, weight, place }, request): Flow => ({
        ...{ name: `r${flow} @t${place}`, weight, steps: [{ kind: 'request', request }] },
        shared: { name: `r${flow}`, weight: own, target: place },
      }),
    ),
    ...changes,
  });
}

const weights = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });
const seed = fc.integer();
const sum = (of: readonly number[]): number => of.reduce((all, one) => all + one, 0);

function tally(many: number, ofNumber: (number: number) => number): number[] {
  const counts: number[] = [];
  for (let number = 0; number < many; number++) {
    const flow = ofNumber(number);
    counts[flow] = (counts[flow] ?? 0) + 1;
  }
  return counts;
}

describe('which of several targets comes next', () => {
  it('comes out by the weights of both, of arrivals', () => {
    fc.assert(
      fc.property(weights, weights, seed, (flows, targets, own) => {
        const plan = planTo(flows, targets, { seed: own });
        const mix = new Flows(plan);
        // So many that each flow’s own come to whole thousands, or a few more, of its targets.
        const many = 40_000;
        const whole = sum(flows) * sum(targets);
        const counts = tally(many, (number) => mix.ofArrival(number));
        plan.flows?.forEach(({ weight }, flow) => {
          expect(Math.abs((counts[flow] ?? 0) - (many * weight) / whole)).toBeLessThan(200);
        });
      }),
      { numRuns: 20 },
    );
  });

  it('comes out exactly in each round of a user’s passes', () => {
    fc.assert(
      fc.property(weights, weights, seed, fc.integer({ min: 0, max: 999 }), (flows, targets, own, user) => {
        const plan = planTo(flows, targets, { seed: own });
        const mix = new Flows(plan);
        const many = sum(flows) * sum(targets);
        const counts = tally(many, (pass) => mix.ofUser(user, pass));
        plan.flows?.forEach(({ weight }, flow) => {
          expect(counts[flow] ?? 0).toBe(weight);
        });
      }),
    );
  });

  it('numbers the passes of each flow to each target without a gap', () => {
    fc.assert(
      fc.property(weights, weights, seed, (flows, targets, own) => {
        const plan = planTo(flows, targets, { seed: own });
        const mix = new Flows(plan);
        const ranks = new Map<number, number[]>();
        for (let pass = 0; pass < sum(flows) * sum(targets); pass++) {
          const flow = mix.ofUser(3, pass);
          ranks.set(flow, [...(ranks.get(flow) ?? []), mix.rankOf(3, pass)]);
        }
        for (const each of ranks.values())
          expect([...each].sort((a, b) => a - b)).toEqual(each.map((_, place) => place));
      }),
    );
  });

  it('keeps a user with its cookies at one target, and shares out users by the weights', () => {
    fc.assert(
      fc.property(weights, seed, (targets, own) => {
        const mix = new Flows(planTo([2, 1], targets, { seed: own, cookies: 'user' }));
        const placeOf = (user: number, pass: number) => mix.ofUser(user, pass) % targets.length;
        const users = tally(sum(targets), (user) => placeOf(user, 0));
        expect(targets.map((_, place) => users[place] ?? 0)).toEqual(targets);
        for (let pass = 0; pass < 50; pass++) expect(placeOf(5, pass)).toBe(placeOf(5, 0));
      }),
    );
  });

  it('is the same for the same seed, and another for another', () => {
    const made = (own: number) => {
      const mix = new Flows(planTo([1], [1, 1], { seed: own }));
      return Array.from({ length: 64 }, (_, number) => mix.ofArrival(number)).join('');
    };
    expect(made(1)).toBe(made(1));
    expect(made(1)).not.toBe(made(2));
  });
});
