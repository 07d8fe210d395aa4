/** Flows and their steps, walked and asked: which requests, groups and tags there are, and how often each is sent. */
import type { Flow, MeasuredKind, Plan, RequestTemplate, Step, Tags } from './plan.ts';

/** What users or arrivals of a plan do. */
export function flowsOf({ flows, requests }: Pick<Plan, 'flows' | 'requests'>): readonly Flow[] {
  return flows ?? requests.map(({ name }, request) => ({ name, weight: 1, steps: [{ kind: 'request', request }] }));
}

/** The lists of steps within a step. */
export function partsOf(step: Step): readonly (readonly Step[])[] {
  switch (step.kind) {
    case 'request':
    case 'pause':
      return [];
    case 'repeat':
    case 'group':
      return [step.steps];
    case 'choose':
      return step.of.map(({ steps }) => steps);
    case 'if':
      return [step.steps, step.otherwise];
  }
}

/** Steps and all that lie within them. */
export const allSteps = (steps: readonly Step[]): readonly Step[] =>
  steps.flatMap((step) => [step, ...partsOf(step).flatMap(allSteps)]);

/** The requests of steps and of all that lie within them, one for each step. */
export const requestsIn = (steps: readonly Step[]): Iterable<number> => requestsAlong(steps, partsOf);

export function sendsNothing(steps: readonly Step[]): boolean {
  for (const _ of requestsIn(steps)) return false;
  return true;
}

/** The request that is sent alone, to see whether the target is right: the first of a flow, which no other comes before. */
export function firstRequest(plan: Pick<Plan, 'flows' | 'requests'>): number {
  const begun = flowsOf(plan).find(({ weight }) => weight > 0);
  const [first = 0] = requestsAlong(begun?.steps ?? [], waysOf);
  return first;
}

/** That request itself: the one that an address is asked for where nobody says which of several. */
export const firstTemplate = (plan: Pick<Plan, 'flows' | 'requests'>): RequestTemplate =>
  plan.requests[firstRequest(plan)] as RequestTemplate;

/**
 * Passes that come to each request of a plan that is ever sent, for one of each to be tried: of each flow that has one that
 * none before it came to, the requests in turn, each once, until no more such can come. Of branches that weights choose between,
 * each is taken, one after the other; of those that a response decides on, the one that it does.
 *
 * @param holds what is captured when the pass is there. Each pass is to be gone through before the next is asked for.
 */
export function* firstPasses(
  plan: Pick<Plan, 'flows' | 'requests'>,
  holds: (condition: Condition) => boolean,
): Generator<Iterable<number>, void, undefined> {
  const known = new Set<number>();
  for (const { weight, steps } of flowsOf(plan)) {
    const ahead = new Ahead();
    if (weight > 0) for (const request of requestsAlong(steps, waysOf)) if (!known.has(request)) ahead.add(request);
    if (!ahead.isEmpty) yield firstPass(steps, ahead, known, holds);
  }
}

type Condition = Extract<Step, { kind: 'if' }>;

/** Requests that a pass is to come to, and in how many steps of those before it. */
class Ahead {
  readonly #steps = new Map<number, number>();

  get isEmpty(): boolean {
    return this.#steps.size === 0;
  }

  add(request: number): void {
    this.#steps.set(request, (this.#steps.get(request) ?? 0) + 1);
  }

  /** One of its steps is passed by. */
  passBy(request: number): void {
    const left = (this.#steps.get(request) ?? 0) - 1;
    if (left > 0) this.#steps.set(request, left);
    else this.#steps.delete(request);
  }

  comeTo(request: number): void {
    this.#steps.delete(request);
  }
}

/** @param known what was come to before; what this pass comes to goes there. */
function* firstPass(
  steps: readonly Step[],
  ahead: Ahead,
  known: Set<number>,
  holds: (condition: Condition) => boolean,
): Generator<number, void, undefined> {
  const sent = new Set<number>();
  const ways = (step: Step): readonly (readonly Step[])[] => {
    if (step.kind !== 'if') return waysOf(step);
    const [taken, left] = holds(step) ? [step.steps, step.otherwise] : [step.otherwise, step.steps];
    for (const request of requestsAlong(left, waysOf)) ahead.passBy(request);
    return [taken];
  };
  for (const request of requestsAlong(steps, ways)) {
    if (ahead.isEmpty) return;
    if (sent.has(request)) continue;
    sent.add(request);
    known.add(request);
    ahead.comeTo(request);
    yield request;
  }
}

function* requestsAlong(
  steps: readonly Step[],
  ways: (step: Step) => readonly (readonly Step[])[],
): Generator<number, void, undefined> {
  for (const step of steps)
    if (step.kind === 'request') yield step.request;
    else for (const way of ways(step)) yield* requestsAlong(way, ways);
}

/** The lists of steps within a step that are ever begun. */
const waysOf = (step: Step): readonly (readonly Step[])[] =>
  step.kind === 'choose' ? step.of.flatMap(({ weight, steps }) => (weight === 0 ? [] : [steps])) : partsOf(step);

/** Whether flows are more than single requests: one has more steps, or a load of its own. */
export const hasSteps = ({ flows = [] }: Pick<Plan, 'flows'>): boolean =>
  flows.some(({ steps: [first, ...more], load }) => load !== undefined || more.length > 0 || first?.kind !== 'request');

/** How often each request of a plan is sent in a pass through steps, on average; null where responses decide it. */
export function sentBy(steps: readonly Step[], requests: number): number[] | null {
  const sent = new Array<number>(requests).fill(0);
  return addSent(steps, 1, sent) ? sent : null;
}

/** @returns false: responses decide. */
function addSent(steps: readonly Step[], times: number, sent: number[]): boolean {
  for (const step of steps) {
    if (step.kind === 'request') sent[step.request] = (sent[step.request] ?? 0) + times;
    else if (step.kind === 'if') {
      if (!sendsNothing([step])) return false;
    } else if (step.kind === 'choose') {
      const whole = step.of.reduce((sum, { weight }) => sum + weight, 0);
      for (const branch of step.of) if (!addSent(branch.steps, (times * branch.weight) / whole, sent)) return false;
    } else if (step.kind !== 'pause') {
      if (!addSent(step.steps, step.kind === 'repeat' ? times * step.times : times, sent)) return false;
    }
  }
  return true;
}

/**
 * What share of all requests each request of a plan is, where every flow is gone through to its end; null: responses decide it
 * (see `sentBy`), or several loads do, of which users' has no rate.
 */
export function requestShares(plan: Pick<Plan, 'flows' | 'requests'>): number[] | null {
  if (flowsOf(plan).some(({ load }) => load !== undefined)) return null;
  const sent = plan.requests.map(() => 0);
  for (const { weight, steps } of flowsOf(plan)) {
    const own = weight === 0 ? [] : sentBy(steps, sent.length);
    if (own === null) return null;
    own.forEach((times, request) => {
      sent[request] = (sent[request] ?? 0) + weight * times;
    });
  }
  const whole = sent.reduce((sum, weight) => sum + weight, 0);
  return sent.map((weight) => weight / whole);
}

/** What is measured under a name of its own: requests, and where flows have several steps, these and the groups in them. */
export interface MeasuredNames {
  readonly requests: readonly string[];
  readonly flows: readonly string[];
  /** Each once. */
  readonly groups: readonly string[];
}

export function measuredNames(plan: Pick<Plan, 'flows' | 'requests'>): MeasuredNames {
  const requests = plan.requests.map(({ name }) => name);
  if (!hasSteps(plan)) return { requests, flows: [], groups: [] };
  const flows = flowsOf(plan);
  return {
    requests,
    flows: flows.map(({ name }) => name),
    groups: [...new Set(groupsOf(flows).map(({ name }) => name))],
  };
}

const groupsOf = (flows: readonly Flow[]): readonly Extract<Step, { kind: 'group' }>[] =>
  flows.flatMap(({ steps }) => allSteps(steps)).flatMap((step) => (step.kind === 'group' ? [step] : []));

/** What is told together beside what it is made of: all of one kind that have a tag. */
export interface TagSet {
  /** `key=value`. */
  readonly name: string;
  readonly key: string;
  readonly value: string;
  readonly kind: MeasuredKind;
  readonly members: readonly string[];
}

/** Keys of tags that a plan with several targets has by itself. */
export const OWN_TAGS = ['target', 'request', 'group', 'flow'] as const;

/** Without those that have all requests, which say nothing more: of several targets, the one request that goes to them all. */
export function tellingTags(plan: Pick<Plan, 'flows' | 'requests'>): readonly TagSet[] {
  return tagSets(plan).filter(({ key, members }) => key !== 'request' || members.length < plan.requests.length);
}

/** By key in the order of the plan: first its targets, then what goes to several of them, then what was written. */
export function tagSets(plan: Pick<Plan, 'flows' | 'requests'>): readonly TagSet[] {
  const sets = new Map<string, TagSet & { readonly members: string[] }>();
  const add = (tags: Tags, kind: MeasuredKind, member: string): void => {
    for (const [key, value] of Object.entries(tags)) {
      const name = `${key}=${value}`;
      const known = sets.get(name) ?? { name, key, value, kind, members: [] };
      sets.set(name, known);
      if (!known.members.includes(member)) known.members.push(member);
    }
  };
  for (const { name, tags = {} } of plan.requests) add(tags, 'request', name);
  if (hasSteps(plan)) {
    const flows = flowsOf(plan);
    for (const { name, shared } of flows) if (shared !== undefined) add({ flow: shared.name }, 'flow', name);
    for (const { name, shared } of groupsOf(flows)) if (shared !== undefined) add({ group: shared }, 'group', name);
  }
  const rank = ({ key }: TagSet): number => (OWN_TAGS as readonly string[]).indexOf(key);
  const own = [...sets.values()].filter((set) => rank(set) >= 0).sort((a, b) => rank(a) - rank(b));
  return [...own, ...[...sets.values()].filter((set) => rank(set) < 0)];
}
