import { flowsOf } from '../core/flow.ts';
import type { Distribution, Plan, RequestTemplate } from '../core/plan.ts';
import { Mix } from './mix.ts';

/** One request of a flow, and how long its user waits before it. */
interface Stop {
  readonly request: number;
  /** Later steps may be made of its response. */
  readonly needed: boolean;
  readonly pauses: readonly Distribution[];
}

interface Course {
  readonly stops: readonly Stop[];
  /** Behind the last request, before the user's next pass. */
  readonly after: readonly Distribution[];
}

/** What comes next for a user or an arrival: pure functions of plan and seed. */
export class Flows {
  readonly requestCount: number;
  /** Which request everybody sends, where there is nothing to choose and nothing to wait for; null: there is. */
  readonly only: number | null;
  /** Nobody pauses between requests or flows. */
  readonly pauseless: boolean;
  readonly #courses: readonly Course[];
  readonly #mix: Mix;

  constructor(plan: Pick<Plan, 'flows' | 'requests' | 'seed'>) {
    const flows = flowsOf(plan);
    this.requestCount = plan.requests.length;
    this.#courses = flows.map(({ steps }) => {
      const stops: Stop[] = [];
      let pauses: Distribution[] = [];
      for (const step of steps) {
        if (step.kind === 'pause') pauses.push(step.time);
        else {
          const { captures = [] } = plan.requests[step.request] as RequestTemplate;
          stops.push({ request: step.request, needed: captures.length > 0, pauses });
          pauses = [];
        }
      }
      return { stops, after: pauses };
    });
    this.#mix = new Mix(
      flows.map(({ weight }) => weight),
      plan.seed,
    );
    this.pauseless = this.#courses.every(
      ({ stops, after }, flow) =>
        flows[flow]?.weight === 0 || (after.length === 0 && stops.every(({ pauses }) => pauses.length === 0)),
    );
    const [only] = this.#mix.only === null ? [] : [this.#courses[this.#mix.only]];
    const alone = only?.stops.length === 1 && only.after.length === 0;
    this.only = alone ? (only.stops[0]?.request ?? null) : null;
  }

  /** Which flow arrival `number` begins. */
  ofArrival(number: number): number {
    return this.#mix.ofArrival(number);
  }

  /** Which flow a user goes through in a pass. */
  ofUser(user: number, pass: number): number {
    return this.#mix.ofUser(user, pass);
  }

  /** How many requests a flow has. */
  lengthOf(flow: number): number {
    return (this.#courses[flow] as Course).stops.length;
  }

  /** Which request is a flow's `step`, from 0. */
  requestAt(flow: number, step: number): number {
    return ((this.#courses[flow] as Course).stops[step] as Stop).request;
  }

  /** Whether a pass through a flow ends with a step's request, should that fail. */
  endsWith(flow: number, step: number): boolean {
    return ((this.#courses[flow] as Course).stops[step] as Stop).needed;
  }

  /** The pauses before a step; before the step behind the last: those at the flow's end. */
  pausesBefore(flow: number, step: number): readonly Distribution[] {
    const { stops, after } = this.#courses[flow] as Course;
    return stops[step]?.pauses ?? after;
  }
}
