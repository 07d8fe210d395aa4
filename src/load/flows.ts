/** Which flow comes next for a user or an arrival, and how requests, flows and groups are numbered. */
import { capturedNames } from '../core/capture.ts';
import { flowsOf, hasSteps, measuredNames } from '../core/flow.ts';
import type { Flow, Plan } from '../core/plan.ts';
import type { Trace } from '../core/rows.ts';
import { type Course, coursesOf, type Move } from './course.ts';
import { Mix } from './mix.ts';
import { TargetMix } from './target-mix.ts';

/** What comes next for a user or an arrival: pure functions of plan and seed. */
export class Flows {
  /** How many things are measured: the requests, then the flows and the groups in them (see `measuredNames`). */
  readonly seriesCount: number;
  readonly requestCount: number;
  /** Which request everybody sends, where there is nothing to choose and nothing to wait for; null: there is. */
  readonly only: number | null;
  /** Every flow is a single request. */
  readonly plain: boolean;
  /** Nobody pauses between requests or flows. */
  readonly pauseless: boolean;
  readonly #courses: readonly Course[];
  /** The first request of each flow, where it is the only one. */
  readonly #requests: readonly number[];
  /** Of flows, or with several targets of what they are without them. */
  readonly #mix: Mix;
  /** Null: there is one. */
  readonly #targets: TargetMix | null;
  /** Which flow each arrival of a trace begins; null: the mix says it. */
  readonly #traced: Uint8Array | null;

  /** @param load of the plan's several: its flows alone are ever begun. */
  constructor(
    plan: Pick<Plan, 'flows' | 'requests' | 'seed' | 'targets' | 'cookies'>,
    trace?: Pick<Trace, 'flows'>,
    load?: number,
  ) {
    this.#traced = trace?.flows ?? null;
    const flows = load === undefined ? flowsOf(plan) : flowsOf(plan).map((flow) => begunBy(flow, load));
    const names = measuredNames(plan);
    this.requestCount = plan.requests.length;
    this.seriesCount = this.requestCount + names.flows.length + names.groups.length;
    this.plain = !hasSteps(plan);
    this.#courses = coursesOf(flows, {
      requests: plan.requests,
      captured: capturedNames(plan),
      seed: plan.seed,
      placeOfFlow: (flow) => this.requestCount + flow,
      placeOfGroup: (name) => this.requestCount + names.flows.length + names.groups.indexOf(name),
    });
    this.#requests = this.#courses.map(({ moves }) => moves.find(isSend)?.request ?? 0);
    this.#targets = plan.targets === undefined ? null : new TargetMix(plan, flows, plan.targets);
    this.#mix = new Mix(this.#targets?.weights ?? flows.map(({ weight }) => weight), plan.seed);
    this.pauseless = this.#courses.every(
      ({ moves }, flow) => flows[flow]?.weight === 0 || moves.every(({ kind }) => kind !== 'pause'),
    );
    this.only = this.plain && this.#targets === null && this.#mix.only !== null ? this.requestOf(this.#mix.only) : null;
  }

  /** Which flow arrival `number` begins. */
  ofArrival(number: number): number {
    const traced = this.#traced;
    const targets = this.#targets;
    if (traced !== null) {
      const flow = traced[number % traced.length] as number;
      return targets === null ? flow : targets.ofArrival(flow, number);
    }
    const flow = this.#mix.ofArrival(number);
    return targets === null ? flow : targets.ofArrival(flow, this.#mix.rankOfArrival(number));
  }

  /** Which flow a user goes through in a pass. */
  ofUser(user: number, pass: number): number {
    const flow = this.#mix.ofUser(user, pass);
    return this.#targets === null ? flow : this.#targets.ofUser(flow, user, this.#mix.rankOfUser(user, pass));
  }

  /** The number of a pass among those through the same flow. @param user -1: of an arrival. */
  rankOf(user: number, number: number): number {
    const rank = user < 0 ? this.#mix.rankOfArrival(number) : this.#mix.rankOfUser(user, number);
    const targets = this.#targets;
    if (targets === null) return rank;
    return user < 0
      ? targets.rankOfArrival(this.#mix.ofArrival(number), rank)
      : targets.rankOfUser(this.#mix.ofUser(user, number), user, rank);
  }

  /** The one request of a flow that has no other, or its first. */
  requestOf(flow: number): number {
    return this.#requests[flow] as number;
  }

  courseOf(flow: number): Course {
    return this.#courses[flow] as Course;
  }
}

/** A flow of another load: never begun, and so without steps. */
function begunBy(flow: Flow, load: number): Flow {
  if (flow.load === load) return flow;
  const { shared } = flow;
  return { ...flow, weight: 0, steps: [], ...(shared === undefined ? {} : { shared: { ...shared, weight: 0 } }) };
}

const isSend = (move: Move): move is Extract<Move, { kind: 'send' }> => move.kind === 'send';
