/** What a plan sends: its requests, each with what it says of itself, and the flows that users go through. */
import { flowsOf, requestsIn } from '../core/flow.ts';
import type { Flow, RequestTemplate } from '../core/plan.ts';
import type { Files } from '../core/world.ts';
import type { Address } from './address.ts';
import { type CheckCaptured, checkerOfCaptured, type OriginOfPart, resolveCaptures } from './captures.ts';
import { resolveChecks } from './checks.ts';
import type { WrittenThreshold } from './goodput.ts';
import { originOfPart } from './parts.ts';
import {
  blame,
  type Origin,
  type RawSettings,
  type WrittenFlow,
  type WrittenMix,
  type WrittenRequest,
} from './raw-settings.ts';
import { resolveRequest } from './request.ts';
import { checkWeights, firstPlaces, refusal, resolveSteps, type StepRequests } from './steps.ts';
import { quote } from './syntax.ts';
import { parseTemplatedPath } from './template.ts';
import { resolveOwnThresholds } from './threshold.ts';
import { readValue } from './value.ts';

/** What is sent. */
export interface Traffic {
  readonly requests: readonly RequestTemplate[];
  /** Null: each request by itself, all alike. */
  readonly flows: readonly Flow[] | null;
  /** That requests have of their own. */
  readonly thresholds: readonly WrittenThreshold[];
}

export interface Means {
  readonly address: Address;
  readonly files: Pick<Files, 'readBytes'>;
  readonly version: string;
  /** What the set-up captures. */
  readonly before: readonly string[];
}

/** The requests, and what users or arrivals do with them. @throws RampartError */
export function resolveTraffic(given: RawSettings, means: Means): Traffic {
  const { mix } = given;
  if (mix === undefined) {
    const { address, files, version, before } = means;
    const request = resolveRequest(given, address, files, version);
    checkerOfCaptured([request], (_, part) => originOfPart({ given }, part), before)(0, new Set(), null);
    return { requests: [request], flows: null, thresholds: [] };
  }
  const pinned = mix.requests.find(({ target }) => target !== undefined);
  if (pinned !== undefined && given.settings.targets === undefined) throw targetless(pinned.originOf('target'));
  const requests = mix.requests.map((written) => resolveOne(written, means));
  refuseTwins(mix, requests);
  const originOf: OriginOfPart = (index, part) => originOfPart(mix.requests[index] as WrittenRequest, part);
  refuseCapturedTwice(mix, requests, means.before);
  const flows = resolveFlows(mix, requests, checkerOfCaptured(requests, originOf, means.before), means.before);
  return {
    requests,
    flows,
    thresholds: mix.requests.flatMap(({ thresholds, originOf }, index) =>
      blame(originOf('thresholds'), (label) => resolveOwnThresholds(thresholds, requests[index]?.name ?? '', label)),
    ),
  };
}

export const targetless = (origin: Origin): Error =>
  refusal(origin, 'names a target, and there are none', 'List them: "targets": [{…}].');

function resolveOne(written: WrittenRequest, { address, files, version }: Means): RequestTemplate {
  const { given, own, path, originOf } = written;
  const place =
    path === undefined ? null : blame(originOf('path'), (label) => parseTemplatedPath(path, label, address));
  const request = resolveRequest(given, { ...address, ...place }, files, version, false);
  const captures = resolveCaptures(written);
  const timeout = own.timeout === undefined ? undefined : readValue(given, 'timeout');
  return {
    ...request,
    name: written.name ?? request.name,
    ...(Object.keys(own).some((name) => name.startsWith('expect')) ? { checks: resolveChecks(given) } : {}),
    ...(Object.keys(written.tags).length === 0 ? {} : { tags: written.tags }),
    ...(captures.length === 0 ? {} : { captures }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(own.followRedirects === undefined ? {} : { followRedirects: given.settings.followRedirects === true }),
  };
}

/** Tables and thresholds know requests by their names. */
function refuseTwins(mix: WrittenMix, requests: readonly RequestTemplate[]): void {
  const places = firstPlaces(requests);
  requests.forEach(({ name }, index) => {
    const first = places.get(name);
    const { originOf, ...written } = mix.requests[index] as WrittenRequest;
    if (first !== index)
      throw refusal(
        originOf('name'),
        `is ${quote(name)}, as that of requests[${first}]`,
        written.name === undefined ? 'Give each of them a name: "name": "…".' : '',
      );
  });
}

/** What the set-up captures is the same for all, and for the whole run. */
function refuseCapturedTwice(mix: WrittenMix, requests: readonly RequestTemplate[], before: readonly string[]): void {
  for (const [index, { captures = [] }] of requests.entries()) {
    const twice = captures.find(({ name }) => before.includes(name));
    if (twice !== undefined)
      throw refusal(
        (mix.requests[index] as WrittenRequest).originOf('capture', twice.name),
        'is captured by the set-up, too',
        'Give one of them another name.',
      );
  }
}

function resolveFlows(
  mix: WrittenMix,
  requests: readonly RequestTemplate[],
  checkCaptured: CheckCaptured,
  before: readonly string[],
): readonly Flow[] | null {
  const { flows } = mix;
  if (flows === null) {
    const weights = mix.requests.map(({ weight = 1 }) => weight);
    checkWeights(weights, mix.originOf('requests'));
    for (const index of requests.keys()) checkCaptured(index, new Set(), null);
    if (requests.length === 1) return null;
    return flowsOf({ requests }).map((flow, request) => ({ ...flow, weight: weights[request] ?? 1 }));
  }
  const weighed = mix.requests.find(({ weight }) => weight !== undefined);
  if (weighed !== undefined)
    throw refusal(weighed.originOf('weight'), 'has no meaning beside flows', 'Give the flows their weights.');
  const weighedAlone = flows.find(({ weight, load }) => weight !== undefined && load !== null);
  if (weighedAlone !== undefined)
    throw refusal(
      weighedAlone.originOf('weight'),
      'has no meaning beside a load of its own',
      'Weights share a load out among the flows that have none of their own.',
    );
  const sharing = flows.filter(({ load }) => load === null);
  if (sharing.length > 0)
    checkWeights(
      sharing.map(({ weight = 1 }) => weight),
      mix.originOf('flows'),
    );
  const loads = loadPlaces(flows);
  const places = firstPlaces(flows);
  const known: StepRequests = { requests, places: firstPlaces(requests), checkCaptured, before };
  const resolved = flows.map((flow, index): Flow => {
    const first = places.get(flow.name);
    if (first !== index) throw refusal(flow.originOf('name'), `is ${quote(flow.name)}, as that of flows[${first}]`);
    const load = loads?.[index];
    return {
      ...{ name: flow.name, weight: flow.weight ?? 1, steps: resolveSteps(flow, known) },
      ...(load === undefined ? {} : { load }),
    };
  });
  const used = new Set(resolved.flatMap(({ steps }) => [...requestsIn(steps)]));
  requests.forEach(({ name }, index) => {
    if (!used.has(index))
      throw refusal(
        (mix.requests[index] as WrittenRequest).originOf('name'),
        `${quote(name)} is in no flow, and would never be sent`,
        'Put it into the steps of a flow; one of weight 0 is never begun.',
      );
  });
  return resolved;
}

/** Which load begins each flow: those without one of their own share the first; null: all of them share the only one. */
function loadPlaces(flows: readonly WrittenFlow[]): readonly number[] | null {
  if (flows.every(({ load }) => load === null)) return null;
  let next = flows.some(({ load }) => load === null) ? 1 : 0;
  return flows.map(({ load }) => (load === null ? 0 : next++));
}
