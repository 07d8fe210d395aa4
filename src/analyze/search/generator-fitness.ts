/** Whether the generator was fit to measure a level, and how late it was. */
import type { LevelLoad } from '../../core/breaking-point.ts';
import { type IntervalSnapshot, timesOf } from '../../core/snapshot.ts';
import { meanOf } from '../../stats/average.ts';
import { Histogram } from '../../stats/histogram.ts';
import { inMs } from '../latency.ts';
import { isUnfit, LIMITS } from '../limits.ts';
import { formatMs, formatShare } from '../wording.ts';
import { type AgentHealth, agentsHealth, worstOf } from './agents-health.ts';

/** How requests follow each other: by a schedule, one after another with a pause between them, or at once. */
export type Pace = 'open' | 'paced' | 'closed';

export const paceOf = (load: LevelLoad): Pace =>
  load.model === 'closed' && (load.pause ?? 0) > 0 ? 'paced' : load.model;

/** Of the intervals of a level's window, and of all that were measured; null: none says anything of the generator. */
export function fitnessOf(
  windows: readonly IntervalSnapshot[],
  measured: readonly IntervalSnapshot[],
  pace: Pace,
): Fitness | null {
  const generators = windows.flatMap((one) => one.generator ?? []);
  if (generators.length === 0) return null;
  const response = Histogram.of(
    ...measured.flatMap((one) => Object.values(one.series).map((series) => timesOf(series, 'response'))),
  );
  const waits = generators.flatMap((one) => one.cpuWait ?? []);
  const utilizations = generators.flatMap((one) => one.utilization ?? []);
  const delays = new Histogram();
  for (const one of generators) delays.record(one.loopDelayP99);
  const due = measured.reduce((sum, one) => sum + one.load.due, 0);
  const gone = measured.reduce((sum, one) => sum + one.load.sent + one.load.dropped, 0);
  return {
    pace,
    lag: Histogram.of(...generators.map((one) => timesOf(one, 'lag'))),
    loopDelayP99: delays.quantile(0.99),
    cpuWait: waits.length === 0 ? null : meanOf(waits),
    utilization: utilizations.length === 0 ? null : meanOf(utilizations),
    responseP95: response.count > 0 ? response.quantile(0.95) : null,
    missing: due === 0 ? 0 : (due - gone) / due,
    due,
    agents: agentsHealth(windows),
  };
}

/** The generator's health over one window; times in µs. */
export interface Fitness {
  readonly pace: Pace;
  readonly lag: Histogram;
  readonly loopDelayP99: number;
  /** Shares of the time, or null where unknown. */
  readonly cpuWait: number | null;
  readonly utilization: number | null;
  readonly responseP95: number | null;
  /** Share of the due requests that were neither sent nor dropped for too many in flight. */
  readonly missing: number;
  readonly due: number;
  /** Each by itself; empty where this machine's threads make the load. */
  readonly agents: readonly AgentHealth[];
}

/** How late the generator was. */
export interface Lateness {
  /** Requests left, or responses were read, up to so much late (p99), ms. */
  readonly ms: number;
  readonly reason: string;
}

/** Why the generator was not fit, by the limits of `analyze/limits`; null: it was, but for its lateness. */
export function unfitReason(fitness: Fitness): string | null {
  const { pace, missing, due, cpuWait, utilization, agents } = fitness;
  if (pace === 'open' && missing > 1 - LIMITS.sent.share && missing > LIMITS.sent.deviations / Math.sqrt(due))
    return `the generator did not send ${formatShare(missing)} of the due requests`;
  // Users without a pause are slowed down as a whole by a generator that waits for a core; what it does to others is lateness.
  if (pace === 'closed' && cpuWait !== null && cpuWait > 2 * LIMITS.cpuWait) return waiting(fitness);
  if (pace === 'closed' && utilization !== null && utilization >= LIMITS.busy)
    return `the generator itself${ofAgent(worstOf(agents, (one) => one.utilization))} was ${formatShare(utilization)} busy`;
  return null;
}

const waiting = ({ agents, cpuWait }: Fitness): string =>
  `load threads${ofAgent(worstOf(agents, (one) => one.cpuWait))} waited for a core in ${formatShare(cpuWait ?? 0)} of the time`;

/**
 * The lateness beyond the limits of `analyze/limits`; null: it is within them. An agent that is late is so by itself too: among
 * many others its requests would be too few to show in a percentile of all, and are late all the same.
 */
export function latenessOf(fitness: Fitness): Lateness | null {
  const { pace, lag, loopDelayP99, responseP95, agents, cpuWait } = fitness;
  // Where that was most of the time nobody knows how late requests were, but that they were.
  if (pace !== 'closed' && cpuWait !== null && cpuWait > LIMITS.starved)
    return { ms: Number.POSITIVE_INFINITY, reason: waiting(fitness) };
  const open = pace === 'open';
  const ofAll = open && lag.count > 0 ? lag.quantile(0.99) : 0;
  const latest = open ? worstOf(agents, (agent) => agent.lagP99) : null;
  const lagP99 = inMs(Math.max(ofAll, latest?.value ?? 0));
  const loop = inMs(loopDelayP99);
  const p95 = responseP95 === null ? null : inMs(responseP95);
  if (!isUnfit({ lagP99, loopDelayP99: loop, p95 }, open)) return null;
  if (lagP99 >= loop)
    return { ms: lagP99, reason: `requests${ofAgent(latest)} left late: p99 of the send lag ${formatMs(lagP99)}` };
  const slowest = ofAgent(worstOf(agents, (agent) => agent.loopDelayP99));
  return { ms: loop, reason: `the generator's event loop${slowest} was held up: p99 ${formatMs(loop)}` };
}

/** Names the worst, so that a person knows where to look. */
const ofAgent = (worst: { readonly name: string } | null): string => (worst === null ? '' : ` of agent ${worst.name}`);
