/** Inside, times are microseconds; whoever reads `result.json` gets milliseconds: this is the border. */
import type { BreakingPoint, LevelLoad } from './breaking-point.ts';
import type { LoadChange } from './command.ts';
import type {
  Distribution,
  FrameRequest,
  LoadProfile,
  OneLoad,
  Plan,
  RequestTemplate,
  SearchPlan,
  Stage,
  Step,
  Threshold,
} from './plan.ts';
import { type Micros, type Millis, toMillis } from './units.ts';

/** A type with every branded time in ms. A time that was forgotten does not compile. */
export type InMillis<T> = T extends Micros
  ? Millis
  : T extends 'µs'
    ? 'ms'
    : T extends number | string | boolean | null | undefined
      ? T
      : { [K in keyof T]: InMillis<T[K]> };

export function planInMillis(plan: Plan): InMillis<Plan> {
  const { requests, flows, setup, teardown, loads, connections, rampEnd, search, goodput, abortOn, cancel, ...rest } =
    plan;
  return {
    ...rest,
    requests: requests.map(requestInMillis),
    ...(setup === undefined ? {} : { setup: setup.map(frameRequestInMillis) }),
    ...(teardown === undefined ? {} : { teardown: teardown.map(frameRequestInMillis) }),
    ...(flows === undefined ? {} : { flows: flows.map((flow) => ({ ...flow, steps: flow.steps.map(stepInMillis) })) }),
    load: loadInMillis(plan.load),
    ...(loads === undefined
      ? {}
      : { loads: loads.map(({ profile, ...one }) => ({ ...one, profile: oneLoadInMillis(profile) })) }),
    warmup: toMillis(plan.warmup),
    ...(rampEnd === undefined ? {} : { rampEnd: toMillis(rampEnd) }),
    timeout: toMillis(plan.timeout),
    gracefulStop: toMillis(plan.gracefulStop),
    ...(cancel === undefined ? {} : { cancel: { share: cancel.share, after: distributionInMillis(cancel.after) } }),
    connections: {
      limit: connections.limit,
      maxAge: connections.maxAge === null ? null : toMillis(connections.maxAge),
      dnsTtl: toMillis(connections.dnsTtl),
    },
    interval: toMillis(plan.interval),
    thresholds: plan.thresholds.map(thresholdInMillis),
    ...(abortOn === undefined
      ? {}
      : {
          abortOn: abortOn.map(({ over, after, ...one }) => ({
            ...thresholdInMillis(one),
            over: toMillis(over),
            after: toMillis(after),
          })),
        }),
    ...(goodput === undefined
      ? {}
      : { goodput: goodput.map(({ limit, ...each }) => ({ ...each, limit: toMillis(limit) })) }),
    search: search === null ? null : searchInMillis(search),
  };
}

function requestInMillis({ timeout, ...request }: RequestTemplate): InMillis<RequestTemplate> {
  return timeout === undefined ? request : { ...request, timeout: toMillis(timeout) };
}

function frameRequestInMillis({ retries, retryPause, ...request }: FrameRequest): InMillis<FrameRequest> {
  return { ...requestInMillis(request), retries, retryPause: toMillis(retryPause) };
}

export function changeInMillis(change: LoadChange): InMillis<LoadChange> {
  if (change.type === 'reset') return { ...change, at: toMillis(change.at) };
  const { edit } = change;
  return {
    ...change,
    at: toMillis(change.at),
    edit: edit.model === 'closed' ? edit : { ...edit, ramp: toMillis(edit.ramp) },
    stages: change.stages.map(stageInMillis),
  };
}

export function breakingPointInMillis(breakingPoint: BreakingPoint): InMillis<BreakingPoint> {
  return {
    ...breakingPoint,
    levels: breakingPoint.levels.map((level) => ({
      ...level,
      load: levelLoadInMillis(level.load),
      startedAfter: toMillis(level.startedAfter),
    })),
  };
}

function levelLoadInMillis(load: LevelLoad): InMillis<LevelLoad> {
  if (load.model === 'open') return load;
  const { pause, ...rest } = load;
  return pause === undefined ? rest : { ...rest, pause: toMillis(pause) };
}

function stageInMillis<Quantity extends number>(stage: Stage<Quantity>) {
  return { ...stage, duration: toMillis(stage.duration) };
}

function loadInMillis(load: LoadProfile): InMillis<LoadProfile> {
  return load.model === 'mixed'
    ? {
        ...load,
        vus: load.vus.map((stage) => stageInMillis(stage)),
        rate: load.rate.map((stage) => stageInMillis(stage)),
      }
    : oneLoadInMillis(load);
}

function oneLoadInMillis(load: OneLoad): InMillis<OneLoad> {
  if (load.model === 'open') return { ...load, rate: load.rate.map((stage) => stageInMillis(stage)) };
  const { thinkTime, pacing, ...rest } = load;
  return {
    ...rest,
    ...(pacing === undefined ? {} : { pacing: toMillis(pacing) }),
    vus: load.vus.map((stage) => stageInMillis(stage)),
    thinkTime: thinkTime === null ? null : distributionInMillis(thinkTime),
  };
}

function stepInMillis(step: Step): InMillis<Step> {
  switch (step.kind) {
    case 'request':
      return step;
    case 'pause':
      return { ...step, time: distributionInMillis(step.time) };
    case 'choose':
      return { ...step, of: step.of.map((branch) => ({ ...branch, steps: branch.steps.map(stepInMillis) })) };
    case 'if':
      return { ...step, steps: step.steps.map(stepInMillis), otherwise: step.otherwise.map(stepInMillis) };
    default:
      return { ...step, steps: step.steps.map(stepInMillis) };
  }
}

function distributionInMillis(distribution: Distribution): InMillis<Distribution> {
  switch (distribution.kind) {
    case 'constant':
      return { ...distribution, value: toMillis(distribution.value) };
    case 'uniform':
      return { ...distribution, min: toMillis(distribution.min), max: toMillis(distribution.max) };
    case 'exponential':
      return { ...distribution, mean: toMillis(distribution.mean) };
    case 'lognormal':
      return { ...distribution, mean: toMillis(distribution.mean), deviation: toMillis(distribution.deviation) };
  }
}

function searchInMillis(search: SearchPlan): InMillis<SearchPlan> {
  const { extendTo, tiers, ...rest } = search;
  return {
    ...rest,
    slos: search.slos.map(thresholdInMillis),
    ...(tiers === undefined
      ? {}
      : { tiers: tiers.map(({ name, slos }) => ({ name, slos: slos.map(thresholdInMillis) })) }),
    budget: toMillis(search.budget),
    ...(extendTo === undefined ? {} : { extendTo: toMillis(extendTo) }),
    settle: toMillis(search.settle),
  };
}

/** A threshold's limit is a time or not, as its unit says. */
function thresholdInMillis({ unit, limit, ...rest }: Threshold): InMillis<Threshold> {
  return unit === 'µs' ? { ...rest, limit: limit / 1_000, unit: 'ms' } : { ...rest, limit, unit };
}
