/**
 * Requests and flows over several targets: one of each for each target, which share the weight of what they are without them.
 * All that counts, judges and shows knows requests and flows by their names, and so it knows those of each target.
 */
import { flowsOf, requestsIn } from '../core/flow.ts';
import type { Flow, Plan, RequestTemplate, Step } from '../core/plan.ts';
import { overlaid } from './header.ts';
import type { RawSettings, WrittenRequest } from './raw-settings.ts';
import { firstPlaces, refusal } from './steps.ts';
import { meantAmong } from './suggest.ts';
import { quote } from './syntax.ts';
import type { PlannedTarget } from './targets.ts';

/** Requests times targets. */
const MOST_TOGETHER = 5_000;

interface Sent {
  readonly requests: readonly RequestTemplate[];
  readonly flows: readonly Flow[] | null;
}

type Spread = Required<Pick<Plan, 'requests' | 'flows' | 'targets'>>;

/** A name as it is at a target. */
const at = (name: string, { target }: PlannedTarget): string => `${name} @${target.name}`;

/** @throws RampartError with the place of what is wrong. */
export function spreadOver(given: RawSettings, { requests, flows }: Sent, targets: readonly PlannedTarget[]): Spread {
  if (requests.length * targets.length > MOST_TOGETHER)
    throw refusal(
      given.originOf('targets'),
      `are ${targets.length}, and ${requests.length} requests; at most ${MOST_TOGETHER} of both together`,
    );
  const written = given.mix?.requests ?? [];
  const fixed = requests.map((_, index) => fixedTarget(written[index], targets));
  const spread: RequestTemplate[] = [];
  /** By request: where it is at each target. */
  const places = requests.map((request, index) => {
    const only = fixed[index] ?? null;
    const to = (place: number): number =>
      spread.push(requestTo(request, written[index], targets[place] as PlannedTarget, place, only === null)) - 1;
    if (only === null) return targets.map((_, place) => to(place));
    const alone = to(only);
    return targets.map(() => alone);
  });
  const weight = targets.reduce((sum, { target }) => sum + target.weight, 0);
  const spreadFlows = flowsOf(flows === null ? { requests } : { requests, flows }).flatMap((flow): Flow[] => {
    const own = { name: flow.name, weight: flow.weight };
    const load = flow.load === undefined ? {} : { load: flow.load };
    if ([...requestsIn(flow.steps)].every((request) => fixed[request] != null)) {
      const steps = stepsWith(flow.steps, (request) => places[request]?.[0] ?? 0, null);
      return [{ ...own, weight: flow.weight * weight, steps, ...load, shared: { ...own, target: null } }];
    }
    return targets.map((target, place) => ({
      name: at(flow.name, target),
      weight: flow.weight * target.target.weight,
      steps: stepsWith(flow.steps, (request) => places[request]?.[place] ?? 0, target),
      ...load,
      shared: { ...own, target: place },
    }));
  });
  refuseTwins(given, spread);
  return { requests: spread, flows: spreadFlows, targets: targets.map(({ target }) => target) };
}

/** Which target a request says that it goes to; null: to any. */
export function fixedTarget(
  written: Pick<WrittenRequest, 'target' | 'originOf'> | undefined,
  targets: readonly PlannedTarget[],
): number | null {
  if (written?.target === undefined) return null;
  const names = targets.map(({ target }) => target.name);
  const place = names.indexOf(written.target);
  if (place >= 0) return place;
  throw refusal(
    written.originOf('target'),
    `is ${quote(written.target)}, and there is no such target`,
    meantAmong(written.target, names),
  );
}

function requestTo(
  request: RequestTemplate,
  written: WrittenRequest | undefined,
  planned: PlannedTarget,
  place: number,
  isShared: boolean,
): RequestTemplate {
  const { target, path, pathname, base, headers } = planned;
  // Of a log the path stands in the rows.
  const hasPath = written?.path !== undefined || request.path.startsWith('{{');
  const name = written?.name ?? (hasPath ? request.name : `${request.method} ${pathname}`);
  return {
    ...request,
    name: isShared ? at(name, planned) : name,
    path: hasPath ? `${base}${request.path}` : path,
    headers: overlaid(request.headers, headers),
    target: place,
    tags: { target: target.name, ...(isShared ? { request: request.name } : {}), ...request.tags },
  };
}

/** Steps with other requests; and groups that are named by the target. */
const stepsWith = (
  steps: readonly Step[],
  placed: (request: number) => number,
  target: PlannedTarget | null,
): readonly Step[] => steps.map((step) => stepWith(step, placed, target));

function stepWith(step: Step, placed: (request: number) => number, target: PlannedTarget | null): Step {
  const within = (of: readonly Step[]): readonly Step[] => stepsWith(of, placed, target);
  switch (step.kind) {
    case 'request':
      return { ...step, request: placed(step.request) };
    case 'pause':
      return step;
    case 'repeat':
      return { ...step, steps: within(step.steps) };
    case 'choose':
      return { ...step, of: step.of.map((branch) => ({ ...branch, steps: within(branch.steps) })) };
    case 'if':
      return { ...step, steps: within(step.steps), otherwise: within(step.otherwise) };
    case 'group':
      return target === null
        ? { ...step, steps: within(step.steps) }
        : { ...step, name: at(step.name, target), shared: step.name, steps: within(step.steps) };
  }
}

function refuseTwins(given: RawSettings, requests: readonly RequestTemplate[]): void {
  const places = firstPlaces(requests);
  const twin = requests.find(({ name }, index) => places.get(name) !== index);
  if (twin !== undefined)
    throw refusal(
      given.originOf('targets'),
      `make two requests that are called ${quote(twin.name)}`,
      'Give one another name.',
    );
}
