/** The shape of a run's result, which is that of `result.json`; and of its parts. */
import type { BreakingPoint } from './breaking-point.ts';
import type { LoadChange } from './command.ts';
import type { Ending, Host, TornDown } from './event.ts';
import type { Latencies, SeriesLatencies } from './latencies.ts';
import type { Plan } from './plan.ts';
import type { Outcome } from './sample.ts';
import type { DecodedCounts, RequestCounts } from './snapshot.ts';
import type { Finish, TokenSource } from './streamed.ts';
import type { UntilResult, Verdict } from './verdict.ts';

/**
 * The judged result of a run: what `result.json` holds, field for field, where branded times are ms too (see
 * `core/in-millis`). Other durations are milliseconds, or s where it is said; rates 1/s, shares 0..1. A part that does not apply is absent; a percentile that the sample cannot bear is null, with the reason in
 * `verdict.doubts`.
 */
export interface RunResult {
  readonly format: 2;
  readonly tool: { readonly name: 'rampart'; readonly version: string };
  readonly run: {
    readonly id: string;
    readonly command: readonly string[];
    readonly startedAt: string;
    readonly finishedAt: string;
    readonly ending: Ending;
    readonly host: Host;
    /** Agents that made the load. Absent: this machine did. */
    readonly agents?: AgentsResult;
  };
  readonly plan: Plan;
  readonly verdict: Verdict;
  /** How well the percentile is known that the run went on for. Absent: it ended by something else. */
  readonly until?: UntilResult;
  readonly totals: Totals;
  readonly rates: Rates;
  readonly latency: Latencies;
  /** Absent: no response was streamed. */
  readonly streams?: StreamResult;
  /** Absent: it was not asked for. */
  readonly goodput?: GoodputResult;
  readonly series: Readonly<Record<string, SeriesResult>>;
  /**
   * Of flows with several steps, by name: passes through them, and groups of requests within. One that failed failed with its
   * first request that did; its times are the sums over its requests, without the pauses between them. Absent: there are none.
   */
  readonly flows?: Readonly<Record<string, SeriesResult>>;
  readonly groups?: Readonly<Record<string, SeriesResult>>;
  /** All requests of the agents of a region together, by its name. Absent: no agent said where it is. */
  readonly regions?: Readonly<Record<string, SeriesResult>>;
  /**
   * Of all that have a tag, together, by `key=value`. Of a plan with several targets: `target=…` each of them, `request=…`,
   * `flow=…` and `group=…` what went to several of them. Absent: there are none.
   */
  readonly tags?: Readonly<Record<string, SeriesResult>>;
  /** How several targets compare under the one load. Absent: there is one, or nothing to compare. */
  readonly targetRatios?: TargetRatios;
  /** What was due while virtual users were started; in none of the above. Absent: nothing is counted apart. */
  readonly ramp?: RampResult;
  readonly timeline: readonly TimelinePoint[];
  /** What a person changed while it ran, in order. Absent: nothing. */
  readonly changes?: readonly LoadChange[];
  readonly generator: GeneratorResult;
  readonly failures: readonly FailureResult[];
  /** What a search found. Absent: this was no search. */
  readonly breakingPoint?: BreakingPoint;
  /** The threshold that ended the load; it is the last of `verdict.checks`, too. Absent: none did. */
  readonly abortedBy?: { readonly threshold: string; readonly at: number; readonly message: string };
  /** Bodies as they came and what they held, where compressed ones were asked for, warm-up included. Absent: none came. */
  readonly decoded?: DecodedCounts;
  /** Redirects that were followed, of all requests together, warm-up included; each is within its request. Absent: none. */
  readonly redirects?: number;
  /** Calls of the scenario's functions, and what they took of the load threads, warm-up included. Absent: there were none. */
  readonly functions?: { readonly calls: number; readonly spentMs: number };
  /** What came of the plan's tear-down; it is in no figure. Absent: there was none. */
  readonly teardown?: TornDown;
  /** The slowest requests of a traced run, slowest first. They are not in the journal, which holds no single requests. */
  readonly traces?: readonly SlowTrace[];
  /** Outputs at which something went wrong. Not in the journal, which ends before it is known. Absent: nothing did. */
  readonly outputs?: readonly OutputResult[];
}

/** How long responses took at each target but the first, by its name, beside that one. */
export interface TargetRatios {
  readonly base: string;
  readonly each: Readonly<Record<string, { readonly p50: TargetRatio | null; readonly p95: TargetRatio | null }>>;
}

/** Null instead: one of the percentiles is not known, or infinite. */
export interface TargetRatio {
  readonly ratio: number;
  /** 95 %; an open upper end is null. Absent: none can be given. */
  readonly ci95?: readonly [low: number, high: number | null];
}

/** How far apart two of them began at most; and each of them. */
export interface AgentsResult {
  readonly startSkewMs: number;
  readonly each: readonly {
    readonly name: string;
    readonly version: string;
    readonly host: string;
    readonly cores: number;
    readonly threads: number;
    /** What of the load was its own, 0 to 1. */
    readonly share: number;
    readonly region?: string;
    /** Time to the controller and back, of the quickest of twenty messages. */
    readonly roundTripMs: number;
    readonly lost: boolean;
  }[];
}

/** A request of a traced run, by which a tracing backend finds what became of it. */
export interface SlowTrace {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly dueAt: string;
  readonly responseMs: number;
  readonly outcome: Outcome;
}

/** What became of an output that had not all of the run, or failed. */
export interface OutputResult {
  readonly name: string;
  /** Events that it took. */
  readonly delivered: number;
  /** Events that it never got: it was too slow, or had failed. */
  readonly dropped: number;
  /** Why it was left out, or what went wrong at its end; null: nothing did. */
  readonly error: string | null;
}

/** Counts of the measured phase (with its drain); warm-up requests are in none of these. */
export interface Totals extends RequestCounts {
  readonly offered: number;
  /** How long load was offered (measured phase, without the drain, and without what the generator stood still). */
  readonly durationMs: number;
}

export interface Rates {
  readonly offeredPerSec: number;
  readonly sentPerSec: number;
  /** Successes that came while load was offered: those of the drain are not in it, though `totals.ok` has them. */
  readonly achievedPerSec: number;
}

/** What came of streamed responses, beside their times. */
export interface StreamResult {
  /** Streams that came to their end. */
  readonly ended: number;
  /** Events with a piece of the response, those of streams that failed later included. */
  readonly events: number;
  /** Tokens of the streams that came to their end. */
  readonly outputTokens: number;
  /** Absent: no server told of them, and nobody counted. */
  readonly inputTokens?: number;
  /** Where the input tokens are from. Absent: the server's own count. */
  readonly inputTokensFrom?: 'tokenizer' | 'both';
  /** Where the output tokens are from: the server's own count, a tokenizer's, or one for each event; `both`: not all from one. */
  readonly tokensFrom: TokenSource | 'both';
  /** Streams by where their output tokens are from. Absent: all from one. */
  readonly tokensBy?: Readonly<Partial<Record<TokenSource, number>>>;
  /** Tokens of the streams that came to their end while load was offered, per second of it. */
  readonly outputTokensPerSec: number;
  /** How generation ended, as the streams say. */
  readonly finishes: Readonly<Partial<Record<Finish, number>>>;
}

/** How many requests met all limits of `plan.goodput` at once. */
export interface GoodputResult {
  /** Successes under all limits. */
  readonly good: number;
  /** Requests of which it is known: those that ended or were dropped, and those given up that were over a limit already. */
  readonly judged: number;
  /** Given up at the end, and over no limit until then; in none of the others. Absent: 0. */
  readonly open?: number;
  /** good / judged; null: none is known. */
  readonly share: number | null;
  /** 95 %, of the share; with the open ones on either side. Absent: none can be given. */
  readonly ci95?: readonly [low: number, high: number];
  /** Good ones that came while load was offered, per second of it. */
  readonly perSec: number;
}

export interface SeriesResult {
  readonly totals: Totals;
  readonly rates: Rates;
  readonly latency: SeriesLatencies;
  /** Absent: no response was streamed. */
  readonly streams?: StreamResult;
  /** Absent: it was not asked for. */
  readonly goodput?: GoodputResult;
}

/** All requests of the ramp of virtual users; over it no percentile has an interval. Seconds since the start. */
export interface RampResult extends SeriesResult {
  readonly from: number;
  readonly to: number;
}

/** One interval; the counts are of that interval, the percentiles of its successes (null: none). Warm-up included. */
export interface TimelinePoint {
  /** Seconds since the start, of the interval's end. */
  readonly t: number;
  /** `ramp`: users were started, and it is counted apart. `discarded`: taken out of all statistics by a later reset. */
  readonly phase: 'warmup' | 'ramp' | 'discarded' | 'measure' | 'drain';
  /** Length in seconds: the last one may be short. Counts divided by it are rates. */
  readonly seconds: number;
  readonly vus: number;
  readonly offered: number;
  readonly sent: number;
  readonly dropped: number;
  readonly ok: number;
  readonly failed: number;
  /** Requests whose users left before their response was whole. Absent: none. */
  readonly cancelled?: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly serviceP95: number | null;
  readonly inFlight: number;
  readonly lagP99: number | null;
  readonly loopDelayP99: number | null;
  readonly cpu: number | null;
  /** Streamed responses, ms: time to first token, and gaps between tokens. Absent: none came. */
  readonly ttftP50?: number;
  readonly ttftP95?: number;
  readonly itlP50?: number;
  readonly itlP99?: number;
  /** Events with a piece of a response, as they came. Absent: none. */
  readonly tokens?: number;
  /** Requests that met all limits of `plan.goodput`, and others that were judged. Absent: none was. */
  readonly good?: number;
  readonly bad?: number;
  /** The generator was not fit in this interval: see `analyze/limits`. */
  readonly unfit: boolean;
}

/** A stretch of the measured time in which the generator did nothing at all. Seconds since the start. */
export interface StandstillResult {
  readonly from: number;
  readonly to: number;
  /** Longer than from `from` to `to` where the machine was suspended, whose clock did not count that time. */
  readonly lastedMs: number;
}

export interface GeneratorResult {
  readonly threads: number;
  /** Cores used by the load threads, mean over the measured phase. */
  readonly cpu: number;
  readonly loopDelayP99: number;
  readonly loopDelayMax: number;
  readonly lagP99: number | null;
  /** p99 of the wait for one of a limited number of connections, part of the lag; absent: no limit. */
  readonly connectionWaitP99?: number;
  readonly gcMaxMs: number;
  readonly rssBytes: number;
  /** Null where the event loop turned on purpose (precise timing). */
  readonly utilization: number | null;
  /** Absent: none. What was under way in one counts nowhere, and the intervals are unfit. */
  readonly standstills?: readonly StandstillResult[];
}

export interface FailureResult {
  readonly name: string;
  readonly outcome: Outcome;
  readonly status: number;
  readonly message: string;
  /** What one of them looked like; short, secrets masked. */
  readonly example?: string;
  /** Bodies of the first of these responses; short, secrets masked. Absent: there is none. */
  readonly bodies?: readonly string[];
  readonly count: number;
  /** ISO 8601, UTC. */
  readonly firstSeen: string;
  readonly lastSeen: string;
}
