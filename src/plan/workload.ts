/** How much is sent, and when: the load of each kind of run, its warm-up and ramp, what ends it, and the threads that make it. */
import { type DataSource, durationOf, type LoadProfile, type Plan } from '../core/plan.ts';
import { count, type Micros, micros, seconds } from '../core/units.ts';
import { resolveConnections, threadsWithin } from './connections.ts';
import { probeLoad } from './load.ts';
import { type RawSettings, refuse } from './raw-settings.ts';
import { refuseMisplaced } from './search.ts';
import { type ResolvedLoads, resolveLoads } from './several-loads.ts';
import { readValue } from './value.ts';

/** The grid that snapshots are cut on. */
export const INTERVAL = seconds(1);
const PROBE_WARMUP = count(5);
const PROBE_REQUESTS = count(100);
/** A full load that lasts less is too little to stand for the run. */
const SHORTEST_FULL_LOAD = seconds(3);

type Workload = Pick<Plan, 'load' | 'loads' | 'maxRequests' | 'warmup' | 'rampEnd' | 'warmupRequests' | 'threads'>;

/** What it depends on besides its settings. */
interface Circumstances {
  readonly kind: Plan['kind'];
  readonly cores: number;
  /** The load of the trace that is replayed; null: there is none. */
  readonly replayed: LoadProfile | null;
  readonly data: DataSource | null;
}

/** @throws RampartError */
export function resolveWorkload(given: RawSettings, { kind, cores, replayed, data }: Circumstances): Workload {
  return withinUsers(withinRows(workloadOf(kind, given, cores, replayed), data));
}

function workloadOf(kind: Plan['kind'], given: RawSettings, cores: number, replayed: LoadProfile | null): Workload {
  if (kind === 'probe') return workloadOfProbe(given);
  // A search begins with one user; every other load is its own decision.
  if (kind === 'find') return workloadOfRun(given, cores, { load: probeLoad(given), loads: null });
  return workloadOfRun(given, cores, replayed === null ? resolveLoads(given) : { load: replayed, loads: null });
}

function workloadOfRun(given: RawSettings, cores: number, { load, loads }: ResolvedLoads): Workload {
  const warmup = resolveWarmup(given, durationOf(load));
  // Of several loads each has a ramp of its own.
  const rampEnd = given.settings.spawnRate === undefined || loads !== null ? null : rampEndOf(load, warmup);
  return {
    load,
    ...(loads === null ? {} : { loads }),
    maxRequests: readValue(given, 'requests') ?? null,
    warmup,
    ...(rampEnd === null ? {} : { rampEnd }),
    warmupRequests: count(0),
    threads: threadsWithin(given, resolveConnections(given), Math.min(256, Math.max(1, cores - 1))),
  };
}

function workloadOfProbe(given: RawSettings): Workload {
  refuseMisplaced(given, 'probe', 'does not apply to a probe, which sends one request at a time');
  return {
    load: probeLoad(given),
    maxRequests: count((readValue(given, 'requests') ?? PROBE_REQUESTS) + PROBE_WARMUP),
    warmup: micros(0),
    warmupRequests: PROBE_WARMUP,
    threads: count(1),
  };
}

/** Rows that are used once end the run. */
function withinRows(workload: Workload, data: DataSource | null): Workload {
  if (data?.order !== 'once') return workload;
  const { maxRequests } = workload;
  return { ...workload, maxRequests: count(Math.min(maxRequests ?? Number.POSITIVE_INFINITY, data.rows)) };
}

/**
 * A number of requests is dealt to the threads that have users: others would end at once, and could take none later, when
 * an edit of the running test gives them users.
 */
function withinUsers(workload: Workload): Workload {
  const { load, maxRequests, threads } = workload;
  if (load.model === 'open' || maxRequests === null) return workload;
  const users = load.vus.reduce((most, { from, to }) => Math.max(most, Math.ceil(from), Math.ceil(to)), 1);
  return { ...workload, threads: count(Math.min(threads, users)) };
}

function resolveWarmup(given: RawSettings, whole: Micros): Micros {
  const asked = readValue(given, 'warmup') ?? micros(0);
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

/** When all users have started; null: never, or within the warm-up, or just before the end. */
function rampEndOf(load: LoadProfile, warmup: Micros): Micros | null {
  const [rising] = load.model === 'closed' && load.goal === undefined ? load.vus : [];
  if (rising === undefined || rising.from === rising.to) return null;
  const end = micros(Math.ceil(rising.duration / INTERVAL) * INTERVAL);
  return end <= warmup || durationOf(load) - end < SHORTEST_FULL_LOAD ? null : end;
}
