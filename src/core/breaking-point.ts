/**
 * What `find` finds: field for field `result.json.breakingPoint`, where branded times are ms (see `core/in-millis`). Other
 * durations are ms, or s where the name says so; rates 1/s, shares 0..1; a load is in the search's unit. Null is "not known", never a made-up zero.
 */
import type { Scope } from './plan.ts';
import type { Micros } from './units.ts';

/** The axis that was searched: arrivals of requests or of flows with steps (open model), or virtual users (closed model). */
export type LoadUnit = 'req/s' | 'flows/s' | 'vus';

/**
 * found: a limit with a narrow interval, and levels on either side that bear it out. rough: the same, but wide, or not borne
 * out. not-reached: the target held at the highest load that was allowed. generator-limited: it held as far as the
 * generator could measure; the truth is at least `estimate`. fails-at-every-load: an SLO is broken however low the load.
 * undecided: the budget, the interruption or the target's end came before anything could be said.
 */
export type BreakingPointStatus =
  | 'found'
  | 'rough'
  | 'not-reached'
  | 'generator-limited'
  | 'fails-at-every-load'
  | 'undecided';

/** Why the search ended. */
export type SearchStop =
  | 'precision'
  | 'budget'
  | 'resolution'
  | 'fails-at-idle'
  | 'fails-at-every-load'
  | 'bound'
  | 'generator'
  | 'target-lost'
  | 'interrupted';

/** What a level was run for. */
export type LevelPurpose =
  | 'idle'
  | 'ramp'
  | 'explore'
  | 'narrow'
  | 'confirm-pass'
  | 'confirm-fail'
  | 'repeat'
  | 'recover';

export type LevelVerdict = 'pass' | 'fail' | 'undecided' | 'overloaded' | 'drifting' | 'void';

export type LevelLoad =
  /** pause: of each user between a response and the next request. */
  | { readonly model: 'closed'; readonly vus: number; readonly pause?: Micros }
  | { readonly model: 'open'; readonly ratePerSec: number };

/** A number with its 95 % interval; an open upper end is null. */
export interface Estimate {
  readonly estimate: number;
  readonly interval: readonly [low: number, high: number | null];
}

/** One SLO at one level. */
export interface CriterionResult {
  /** The SLO as written: `p95<=100ms`. */
  readonly slo: string;
  /** In `unit`; null where it is infinite (failures) or cannot be known. */
  readonly value: number | null;
  readonly interval: readonly [low: number, high: number | null] | null;
  readonly limit: number;
  readonly unit: 'ms' | 'share';
  readonly verdict: 'pass' | 'fail' | 'undecided';
}

/** How a target that scales itself came to rest under a higher load. */
export interface Settled {
  /** How long it was waited, s. */
  readonly seconds: number;
  /** Whether latency and instances were steady at the end, rather than the time up. */
  readonly steady: boolean;
  /** How many instances responded at the end; null: they cannot be told apart. */
  readonly instances: number | null;
}

/** One level of the search: what was offered, what came of it, and why it was judged as it was. */
export interface LevelResult {
  readonly index: number;
  readonly purpose: LevelPurpose;
  readonly load: LevelLoad;
  /** Since the search began. */
  readonly startedAfter: Micros;
  /** The measured window, s. */
  readonly seconds: number;
  /** Warm-up, window and drain together, s. */
  readonly elapsedSeconds: number;
  readonly verdict: LevelVerdict;
  /** One sentence with the numbers behind the verdict. */
  readonly reason: string;
  readonly offered: number;
  readonly sent: number;
  readonly dropped: number;
  readonly ok: number;
  readonly failed: number;
  /** With flows of several steps this counts passes that began, and what was achieved those that ended well. */
  readonly offeredPerSec: number;
  /** Successes per second of the window. */
  readonly achievedPerSec: number;
  /** Requests that ended, 1/s of the window; only where passes are another figure. */
  readonly requestsPerSec?: number;
  /** Tokens that streams brought, 1/s; absent: there were none. */
  readonly tokensPerSec?: number;
  readonly errorShare: number;
  /** Flow balance: the share of arrivals that did not leave, and above what it counts as overload. */
  readonly imbalance: number;
  readonly imbalanceLimit: number;
  readonly inFlightAtEnd: number;
  /** Mean number of requests in the system, by Little's law. */
  readonly meanInFlight: number;
  readonly meanMs: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  /** What the sample is worth for the first latency SLO, counted in independent requests. */
  readonly effectiveSamples: number | null;
  /** Autocorrelation of neighbouring batches at lag 1. */
  readonly lag1: number | null;
  readonly criteria: readonly CriterionResult[];
  /** Whether the estimate rests on it too. */
  readonly used: boolean;
  /** How the target came to rest before this level, where that was waited for. */
  readonly settled?: Settled;
}

/** Up to which load a further set of SLOs holds: between two levels of the search, which were chosen for others. */
export interface TierResult {
  readonly name: string;
  readonly slos: readonly string[];
  /** The highest level at which all hold, below all at which one breaks; null: there is none. */
  readonly holdsUpTo: number | null;
  /** The lowest level at which one breaks; null: there is none. */
  readonly breaksFrom: number | null;
  /** Which: an SLO as written, or `capacity` where the target is full. */
  readonly brokenBy: string | null;
}

/** A limit on the search's axis. Not reached: it lies above `interval[0]`, and `estimate` is null. */
export interface LoadLimit {
  readonly status: 'found' | 'not-reached';
  readonly estimate: number | null;
  readonly interval: readonly [low: number, high: number | null];
}

/** Gunther's Universal Scalability Law, fitted to the closed ramp. */
export interface ScalabilityResult {
  /** Throughput of one user, 1/s; contention; coherency. */
  readonly gamma: number;
  readonly sigma: number;
  readonly kappa: number;
  /** Users at which throughput peaks; null: no peak observed. */
  readonly peak: Estimate | null;
  /** Throughput at the peak, or the plateau gamma/sigma where there is none; null where it grows on. */
  readonly peakPerSec: number | null;
  readonly points: readonly { readonly vus: number; readonly perSec: number }[];
}

/** What users who wait for their responses got out of a target, beside what arrivals did that wait for nobody. */
export interface OpenAndClosed {
  /**
   * below: the limit is lower than what the users got. full: the same, as far as is known. unclear: the limit's interval reaches
   * so far. more: arrivals got more than the users.
   */
  readonly relation: 'below' | 'full' | 'unclear' | 'more';
  /** The most users among the levels with most throughput. */
  readonly vus: number;
  /** Successes, 1/s, over those levels; an open upper end: more users might get more. */
  readonly closed: Estimate;
  /** What either means, and why they differ. */
  readonly message: string;
}

export type SearchWarning = {
  readonly code:
    | 'non-monotone'
    | 'cliff'
    | 'capacity-changed'
    | 'not-settled'
    | 'not-recovered'
    | 'confirmation-failed'
    | 'void-levels'
    | 'slo-assumed'
    | 'cold-start'
    | 'pauses';
  readonly message: string;
};

export interface BreakingPoint {
  readonly status: BreakingPointStatus;
  readonly stoppedBy: SearchStop;
  /** One sentence that says it all. */
  readonly summary: string;
  readonly unit: LoadUnit;
  /** What binds first: an SLO as written, or `capacity`. Null where nothing was found. */
  readonly criterion: string | null;
  /** Whose SLO that is; absent: it is one of all requests. */
  readonly scope?: Scope;
  /** The SLO limit; in a result "at least" it is the highest load that passed. Null: nothing is known. */
  readonly estimate: number | null;
  readonly interval: readonly [low: number, high: number | null] | null;
  readonly confidence: 0.95;
  /** Asked, and reached: width of the interval over the estimate. */
  readonly precision: { readonly asked: number; readonly reached: number | null };
  /** Relative difference of load that the requests near the limit can resolve at all (5 % errors of both kinds). */
  readonly resolution: number | null;
  /** Where the result is rough: how much longer a search for a narrow one would take, s; null: not known. */
  readonly moreSeconds?: number | null;
  readonly budgetSeconds: number;
  readonly spentSeconds: number;
  /** As written; the assumed ones where none was given. */
  readonly slos: readonly string[];
  /** Where the first of the SLOs breaks: the breaking point, unless the target is full before. Absent where it fails at idle. */
  readonly sloLimit?: LoadLimit;
  /** Where each SLO by itself breaks. */
  readonly sloLimits: readonly (LoadLimit & { readonly slo: string })[];
  /** Further sets of SLOs; absent: none was asked for. */
  readonly tiers?: readonly TierResult[];
  /** Highest throughput of successes the target sustained, 1/s. */
  readonly capacity: Estimate | null;
  /** Absent where either of them is not known. */
  readonly openAndClosed?: OpenAndClosed;
  /** Where errors exceed their SLO; absent without an errors SLO. */
  readonly errorLimit?: LoadLimit;
  /** Load with the largest throughput per response time (Kleinrock's power), with its neighbours. */
  readonly knee: Estimate | null;
  /** Mean number of requests in the system at the limit, by Little's law. */
  readonly usersAtLimit: number | null;
  /** Tokens of responses there, 1/s; absent: nothing was streamed, or it is not known. */
  readonly tokensAtLimit?: number;
  readonly idleMs: { readonly p50: number | null; readonly p95: number | null };
  readonly monotone: boolean;
  readonly cliff: boolean;
  /** Whether latency came back at half the load; null: not tried. */
  readonly recovered: boolean | null;
  /** Whether the generator could be the cause of the limit. */
  readonly generatorLimited: boolean;
  readonly scalability: ScalabilityResult | null;
  /** The fitted curve of the binding SLO: value (in its unit) over load, with a 95 % band. */
  readonly curve: readonly {
    readonly load: number;
    readonly value: number;
    readonly low: number;
    readonly high: number;
  }[];
  readonly warnings: readonly SearchWarning[];
  readonly levels: readonly LevelResult[];
}
