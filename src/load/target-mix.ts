/** Which of several targets a pass goes to, by their weights. */
import type { Flow, NamedTarget, Plan } from '../core/plan.ts';
import { Mix } from './mix.ts';
import { splitmix32 } from './random.ts';

/** Of its own among the streams of a seed. */
const STREAM = 0x74617267;

/**
 * Which of several targets a pass goes to: a pure function of seed, flow and the pass's number among those through the same
 * flow, so that the weights of targets come out as exactly within each flow as those of the flows do.
 *
 * Users that keep their cookies stay with one target, as a balancer with sticky sessions has it: then it is users that are
 * shared out by the weights.
 */
export class TargetMix {
  /** Of flows without their targets, in the order of the plan. */
  readonly weights: readonly number[];
  /** Of each of these: the flow of each target, or the one that is for all. */
  readonly #flows: readonly (readonly number[])[];
  readonly #mixes: readonly Mix[];
  /** By which users are shared out; null: passes are. */
  readonly #users: Mix | null;

  constructor(
    { seed, cookies }: Pick<Plan, 'seed' | 'cookies'>,
    flows: readonly Flow[],
    targets: readonly NamedTarget[],
  ) {
    const weights: number[] = [];
    const places: number[][] = [];
    const known = new Map<string, number>();
    flows.forEach(({ name, weight, shared }, place) => {
      const own = shared?.name ?? name;
      let at = known.get(own);
      if (at === undefined) {
        at = weights.push(shared?.weight ?? weight) - 1;
        known.set(own, at);
        places.push([]);
      }
      places[at]?.push(place);
    });
    this.weights = weights;
    this.#flows = places;
    const ofTargets = targets.map(({ weight }) => weight);
    this.#mixes = weights.map((_, flow) => new Mix(ofTargets, splitmix32(seed ^ splitmix32(STREAM + flow)) >>> 0));
    this.#users = cookies === 'user' ? new Mix(ofTargets, splitmix32(seed ^ STREAM) >>> 0) : null;
  }

  /** @param flow without its target. @param rank of the arrival among those of the flow. */
  ofArrival(flow: number, rank: number): number {
    const places = this.#flows[flow] as readonly number[];
    return places[places.length === 1 ? 0 : (this.#mixes[flow] as Mix).ofArrival(rank)] as number;
  }

  /** @param rank of the pass among those of the user through the flow. */
  ofUser(flow: number, user: number, rank: number): number {
    const places = this.#flows[flow] as readonly number[];
    if (places.length === 1) return places[0] as number;
    return places[this.#users?.ofUser(0, user) ?? (this.#mixes[flow] as Mix).ofUser(user, rank)] as number;
  }

  /** The number of an arrival among those of the flow to the same target. */
  rankOfArrival(flow: number, rank: number): number {
    return this.#isForAll(flow) ? rank : (this.#mixes[flow] as Mix).rankOfArrival(rank);
  }

  rankOfUser(flow: number, user: number, rank: number): number {
    return this.#users !== null || this.#isForAll(flow) ? rank : (this.#mixes[flow] as Mix).rankOfUser(user, rank);
  }

  #isForAll(flow: number): boolean {
    return this.#flows[flow]?.length === 1;
  }
}
