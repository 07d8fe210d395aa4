/** What `doctor` measures of a machine, and the bounds by which it calls it good, doubtful or unfit. */
import { formatCount, formatMs, formatRate, formatShare } from './wording.ts';

/** What an engine measured against a null server. */
export interface EngineFigures {
  readonly achievedPerSec: number;
  /** Median response time, ms; null: too few responses. */
  readonly p50Ms: number | null;
  readonly failed: number;
}

/** What a machine allows; null: the system does not tell. */
export interface MachineLimits {
  readonly cores: number;
  /** Cores' worth of time that the container may use; null: no bound. */
  readonly cpuQuota: number | null;
  /** Frequency governor of the first core. */
  readonly governor: string | null;
  readonly openFiles: number | null;
  readonly ports: { readonly from: number; readonly to: number } | null;
}

/** What `doctor` measures. */
export interface FitnessMeasurements {
  readonly connections: number;
  readonly threads: number;
  /** Bytes of a whole response of the null servers. */
  readonly answerBytes: number;
  /** Closed model against a server that responds at once. */
  readonly ceiling: EngineFigures;
  /** Both engines against a server that takes a fixed time; `delayMs` is that time. */
  readonly agreement: { readonly own: EngineFigures; readonly peer: EngineFigures; readonly delayMs: number };
  /** Send lag of the open model; null: nothing was sent. */
  readonly lag: {
    readonly ratePerSec: number;
    readonly p50Ms: number | null;
    readonly p95Ms: number | null;
    readonly p99Ms: number | null;
  };
  /** How far the monotonic clock and the wall clock came apart. */
  readonly clock: { readonly seconds: number; readonly driftMs: number };
  readonly limits: MachineLimits;
}

export type Fitness = 'good' | 'doubtful' | 'unfit';

export interface FitnessCheck {
  readonly name: string;
  readonly fitness: Fitness;
  /** What was found; no full stop. */
  readonly found: string;
  /** What to change; empty where nothing needs to. */
  readonly advice: string;
}

/** The bounds: `good` up to the first (or from it), `unfit` beyond the second. */
export const FITNESS = {
  /** Requests per second. */
  ceiling: { good: 10_000, unfit: 1_000 },
  /** The engines may differ by that share of the throughput, and by that many ms at the median. */
  agreement: { throughput: 0.1, p50Ms: 0.5 },
  /** ms. */
  lag: { p50: 0.2, p99: 2, unfitP99: 10 },
  /** Share of the time. The wall clock's steps of a millisecond are allowed for. */
  drift: { good: 0.001, unfit: 0.01, stepMs: 2 },
  openFiles: { good: 10_000, spare: 64 },
  ports: { good: 10_000 },
} as const;

export function checkFitness(measured: FitnessMeasurements): FitnessCheck[] {
  const { limits, connections } = measured;
  return [
    checkCeiling(measured),
    checkAgreement(measured),
    checkLag(measured),
    checkClock(measured),
    ...checkFiles(limits, connections),
    ...checkPorts(limits, connections),
    checkCores(limits),
    ...checkGovernor(limits),
  ];
}

/** Fit unless a check says otherwise; a doubt is not enough. */
export function isFit(checks: readonly FitnessCheck[]): boolean {
  return checks.every(({ fitness }) => fitness !== 'unfit');
}

function checkCeiling({ ceiling, connections, threads }: FitnessMeasurements): FitnessCheck {
  const { achievedPerSec, p50Ms, failed } = ceiling;
  const { good, unfit } = FITNESS.ceiling;
  const fitness =
    failed > 0 || achievedPerSec < unfit ? 'unfit' : achievedPerSec < good ? 'doubtful' : ('good' as const);
  const floor = p50Ms === null ? '' : `, p50 ${formatMs(p50Ms)}`;
  const failures = failed > 0 ? `, ${formatCount(failed)} failed` : '';
  return {
    name: 'ceiling',
    fitness,
    found: `${formatRate(achievedPerSec)}${floor}${failures}: ${connections} connections, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    advice:
      fitness === 'good'
        ? ''
        : `A measurement can be trusted up to about ${formatRate(achievedPerSec / 2)} here: stop what else runs, or take a machine with more cores.`,
  };
}

function checkAgreement({ agreement: { own, peer, delayMs } }: FitnessMeasurements): FitnessCheck {
  const name = 'engines';
  const { throughput, p50Ms } = FITNESS.agreement;
  const apart = Math.abs(own.achievedPerSec - peer.achievedPerSec) / Math.max(own.achievedPerSec, peer.achievedPerSec);
  if (own.p50Ms === null || peer.p50Ms === null || Number.isNaN(apart)) {
    const advice = 'Run it for longer with --duration; if it stays, nothing measured here can be trusted.';
    return { name, fitness: 'unfit', found: 'too few responses to compare', advice };
  }
  const median = Math.abs(own.p50Ms - peer.p50Ms);
  const agree = apart <= throughput && median <= p50Ms;
  const badly = apart > 2 * throughput || median > 4 * p50Ms;
  return {
    name,
    fitness: agree ? 'good' : badly ? 'unfit' : 'doubtful',
    found:
      `of a server that takes ${formatMs(delayMs)}, rampart and autocannon say p50 ${formatMs(own.p50Ms)} and ` +
      `${formatMs(peer.p50Ms)}, throughput ${formatRate(own.achievedPerSec)} and ${formatRate(peer.achievedPerSec)} (${formatShare(apart)} apart)`,
    advice: agree
      ? ''
      : `They should agree within ${formatShare(throughput)} and ${formatMs(p50Ms)}: on a quiet machine they do, so look for what else runs.`,
  };
}

function checkLag({ lag: { ratePerSec, p50Ms, p95Ms, p99Ms } }: FitnessMeasurements): FitnessCheck {
  const name = 'send lag';
  const { p50, p99, unfitP99 } = FITNESS.lag;
  if (p50Ms === null || p95Ms === null || p99Ms === null)
    return { name, fitness: 'unfit', found: 'nothing was sent', advice: 'Run it for longer with --duration.' };
  const good = p50Ms <= p50 && p99Ms <= p99;
  return {
    name,
    fitness: good ? 'good' : p99Ms > unfitP99 ? 'unfit' : 'doubtful',
    found: `p50 ${formatMs(p50Ms)}, p95 ${formatMs(p95Ms)}, p99 ${formatMs(p99Ms)} at ${formatRate(ratePerSec)}`,
    advice: good
      ? ''
      : 'Requests leave late: stop what else uses the cores, leave one core free for each generator thread, and avoid virtual machines that share theirs.',
  };
}

function checkClock({ clock: { seconds, driftMs } }: FitnessMeasurements): FitnessCheck {
  const { good, unfit, stepMs } = FITNESS.drift;
  const share = Math.max(0, Math.abs(driftMs) - stepMs) / 1e3 / seconds;
  const fitness = share <= good ? 'good' : share > unfit ? 'unfit' : 'doubtful';
  return {
    name: 'clocks',
    fitness,
    found: `the monotonic and the wall clock came ${formatMs(Math.abs(driftMs))} apart in ${seconds.toFixed(1)} s`,
    advice: fitness === 'good' ? '' : 'Something sets the clock: let time synchronisation settle, then try again.',
  };
}

function checkFiles({ openFiles }: MachineLimits, connections: number): FitnessCheck[] {
  if (openFiles === null) return [];
  const { good, spare } = FITNESS.openFiles;
  const fitness = openFiles < connections + spare ? 'unfit' : openFiles < good ? 'doubtful' : 'good';
  const most = formatCount(Math.max(0, openFiles - spare));
  const found = `${formatCount(openFiles)} at once, so at most ${most} connections`;
  const advice = fitness === 'good' ? '' : 'For more connections raise the limit before the run: ulimit -n 65536';
  return [{ name: 'open files', fitness, found, advice }];
}

function checkPorts({ ports }: MachineLimits, connections: number): FitnessCheck[] {
  if (ports === null) return [];
  const number = ports.to - ports.from + 1;
  const fitness = number < connections ? 'unfit' : number < FITNESS.ports.good ? 'doubtful' : 'good';
  return [
    {
      name: 'ports',
      fitness,
      found: `${formatCount(number)} (${ports.from} to ${ports.to}): that many connections to one address, or ${formatRate(number / 60)} with a new one each`,
      advice: fitness === 'good' ? '' : 'Widen them: sysctl -w net.ipv4.ip_local_port_range="1024 65535"',
    },
  ];
}

function checkCores({ cores, cpuQuota }: MachineLimits): FitnessCheck {
  const usable = Math.min(cores, cpuQuota ?? cores);
  const found = `${cores}${cpuQuota === null ? '' : `, of which a container may use ${cpuQuota.toFixed(1)}`}`;
  const throttled = cpuQuota !== null && cpuQuota < cores;
  return {
    name: 'cores',
    fitness: usable < 1 ? 'unfit' : usable < 2 || throttled ? 'doubtful' : 'good',
    found,
    advice: throttled
      ? 'A container at its bound stands still for tens of milliseconds: give it whole cores, or lift the bound.'
      : usable < 2
        ? 'The generator needs a core to itself, and the target another: use a machine with two or more.'
        : '',
  };
}

function checkGovernor({ governor }: MachineLimits): FitnessCheck[] {
  if (governor === null) return [];
  const saving = governor !== 'performance';
  const advice = 'A core that slows down when idle answers late: cpupower frequency-set -g performance';
  return [
    {
      name: 'frequency',
      fitness: saving ? 'doubtful' : 'good',
      found: `governor ${governor}`,
      advice: saving ? advice : '',
    },
  ];
}
