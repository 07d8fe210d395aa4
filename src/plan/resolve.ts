import { RampartError } from '../core/errors.ts';
import { durationOf, type Plan, type Threshold } from '../core/plan.ts';
import { type Count, count, type Micros, micros, seconds } from '../core/units.ts';
import type { Files } from '../core/world.ts';
import { parseAddress } from './address.ts';
import { probeLoad, resolveLoad } from './load.ts';
import { resolveRequest } from './request.ts';
import type { SettingName } from './schema.ts';
import { blame, type Given, read, readSources, refuse, type Sources } from './sources.ts';
import { parseCount, parseDuration, parseSeed } from './syntax.ts';
import { parseThreshold } from './threshold.ts';

/** What a plan needs of the world: the files that settings name, and three things no setting says. */
export interface PlanWorld {
  readonly files: Pick<Files, 'readBytes'>;
  readonly host: { readonly cores: number };
  readonly version: string;
  randomSeed(): number;
}

const INTERVAL = seconds(1);
const PROBE_WARMUP = count(5);
const PROBE_REQUESTS = count(100);

/**
 * The frozen plan of what was asked for. Whatever is wrong with it is said here, before any request.
 *
 * @throws RampartError naming the flag, variable or field, what was given and what is allowed.
 */
export function resolvePlan(sources: Sources, world: PlanWorld): Plan {
  const given = readSources(sources, world.files);
  const address = read(given, 'url', parseAddress);
  if (address === undefined)
    throw new RampartError('usage', 'no URL is given', 'Give the address of the endpoint: http://host:port/path.');
  const plan: Plan = {
    kind: sources.kind,
    target: address.target,
    requests: [resolveRequest(given, address, world.files, world.version)],
    ...(sources.kind === 'probe' ? probeParts(given) : runParts(given, world.host.cores)),
    timeout: durationWithin(given, 'timeout', '1ms') ?? seconds(30),
    gracefulStop: durationWithin(given, 'gracefulStop', '0s') ?? seconds(5),
    keepAlive: given.settings.keepalive ?? true,
    seed: read(given, 'seed', parseSeed) ?? world.randomSeed(),
    interval: INTERVAL,
    thresholds: resolveThresholds(given),
  };
  return freeze(plan);
}

type PartsByKind = Pick<Plan, 'load' | 'maxRequests' | 'warmup' | 'warmupRequests' | 'threads'>;

function runParts(given: Given, cores: number): PartsByKind {
  const load = resolveLoad(given);
  return {
    load,
    maxRequests: resolveRequests(given),
    warmup: resolveWarmup(given, durationOf(load)),
    warmupRequests: count(0),
    threads:
      read(given, 'threads', (text, label) => parseCount(text, label, { min: '1', max: '256' })) ??
      count(Math.min(256, Math.max(1, cores - 1))),
  };
}

/** What would make a probe something else than one request at a time. */
const NOT_IN_A_PROBE = [
  'rate',
  'vus',
  'stages',
  'spawnRate',
  'arrivals',
  'maxInFlight',
  'duration',
  'warmup',
  'threads',
] as const satisfies readonly SettingName[];

function probeParts(given: Given): PartsByKind {
  for (const name of NOT_IN_A_PROBE)
    if (given.settings[name] !== undefined)
      refuse(
        given,
        name,
        'does not apply to a probe, which sends one request at a time',
        'Put load on with rampart run.',
      );
  return {
    load: probeLoad(given),
    maxRequests: count((resolveRequests(given) ?? PROBE_REQUESTS) + PROBE_WARMUP),
    warmup: micros(0),
    warmupRequests: PROBE_WARMUP,
    threads: count(1),
  };
}

function resolveRequests(given: Given): Count | null {
  return read(given, 'requests', (text, label) => parseCount(text, label, { min: '1', max: '1000m' })) ?? null;
}

function durationWithin(given: Given, name: 'timeout' | 'gracefulStop', min: string): Micros | undefined {
  return read(given, name, (text, label) => parseDuration(text, label, { min, max: '30m' }));
}

function resolveWarmup(given: Given, whole: Micros): Micros {
  const asked = read(given, 'warmup', parseDuration) ?? micros(0);
  const warmup = micros(Math.ceil(asked / INTERVAL) * INTERVAL);
  if (warmup > 0 && warmup >= whole)
    refuse(
      given,
      'warmup',
      `of ${warmup / 1e6} s leaves nothing to measure of ${whole / 1e6} s; it must be shorter than the whole`,
      'A warm-up is rounded up to whole seconds.',
    );
  return warmup;
}

function resolveThresholds(given: Given): Threshold[] {
  const { thresholds = [] } = given.settings;
  const texts = typeof thresholds === 'string' ? [thresholds] : thresholds;
  // No threshold has a comma in it, so one text may hold several: an environment variable has no other way.
  return blame(given.originOf('thresholds'), (label) =>
    texts.flatMap((text) => text.split(',').map((part) => parseThreshold(part, label))),
  );
}

function freeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
