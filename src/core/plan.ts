import type { FunctionSource } from './functions.ts';
import type { RequestLimit } from './goodput.ts';
import type { StreamMetric } from './streamed.ts';
import type { TraceKey } from './trace.ts';
import { type Bytes, type Count, type Micros, type PerSecond, seconds } from './units.ts';

/** A stretch of time over which a quantity goes from one value to another in a straight line. */
export interface Stage<Quantity extends number> {
  readonly duration: Micros;
  readonly from: Quantity;
  readonly to: Quantity;
}

export type Distribution =
  | { readonly kind: 'constant'; readonly value: Micros }
  | { readonly kind: 'uniform'; readonly min: Micros; readonly max: Micros }
  | { readonly kind: 'exponential'; readonly mean: Micros }
  /** By its own mean and standard deviation, not those of the logarithm. */
  | { readonly kind: 'lognormal'; readonly mean: Micros; readonly deviation: Micros };

/** How arrivals are spread: evenly, at random instants, or so many at once at random instants; the mean rate is the same. */
export type ArrivalPattern = 'uniform' | 'poisson' | { readonly bursty: Count };

/** Arrivals at the instants of a trace, which travel beside the plan as rows do (see core/rows). */
export interface ReplayedTrace {
  readonly file: string;
  /** In it. */
  readonly arrivals: Count;
  /** How many times as fast as it was. */
  readonly speed: number;
  /** It begins anew at its end. Absent: the load ends there. */
  readonly loop?: true;
  /** Lines of a log that are not sent. Absent: none. */
  readonly leftOut?: LeftOutLines;
}

/** Lines of an access log that are not replayed, and why. */
export interface LeftOutLines {
  /** By method: it may change something. */
  readonly changing: Readonly<Record<string, Count>>;
  /** They hold no request that could be sent again. */
  readonly unsendable: Count;
}

/**
 * How load is offered. Closed: that many virtual users, each sends its next request after its last response (and a think
 * time). Open: requests are due at instants that no response can delay.
 */
export type LoadProfile =
  | {
      readonly model: 'closed';
      readonly vus: readonly Stage<Count>[];
      readonly thinkTime: Distribution | null;
      /** A user begins a pass so long after it began the last one, whatever that took; or at once, where it took longer. */
      readonly pacing?: Micros;
      /** Users that were asked for, where the load ends before its ramp reaches them; absent: it reaches its end. */
      readonly goal?: Count;
    }
  | {
      readonly model: 'open';
      readonly arrivals: ArrivalPattern | { readonly replay: ReplayedTrace };
      /** Of a trace: its mean rate over stretches of it. */
      readonly rate: readonly Stage<PerSecond>[];
      /** A request due while this many are under way is dropped, and counted. */
      readonly maxInFlight: Count;
    };

/** How a streamed response is cut into events: server-sent events, JSON lines, or whatever comes in one read. */
export type StreamFormat = 'sse' | 'ndjson' | 'chunks';

/** Users who leave before they have their whole answer. */
export interface Cancellation {
  /** Of all requests, 0..1. */
  readonly share: number;
  /** So long after their request was due. */
  readonly after: Distribution;
}

export interface Target {
  readonly url: string;
  readonly protocol: 'http:' | 'https:';
  /** Name or address to connect to, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Where to connect to instead; host and port then name the target in Host, in SNI and in its certificate. */
  readonly via?: {
    readonly host: string;
    readonly port: number;
    /** IP addresses that the host is taken to have; absent: it is looked up. */
    readonly addresses?: readonly string[];
  };
  /** A Unix socket to connect to instead, as an absolute path; host and port then only name the target in Host. */
  readonly socketPath?: string;
}

/** One of several targets of a plan. */
export interface NamedTarget extends Target {
  /** As tables and thresholds have it. No two of a plan have the same. */
  readonly name: string;
  /** Of what has no target of its own, its share is this of the sum of all weights. */
  readonly weight: number;
  readonly tls: Tls;
}

/** What TLS needs to know. Not used for `http:`. */
export interface Tls {
  /** Must the target's certificate be valid, and for its name? */
  readonly verify: boolean;
  /** PEM: trusted instead of the usual authorities; null: these. */
  readonly ca: string | null;
  /** PEM: who we are, for targets that ask; both or neither. `key` is secret. */
  readonly cert: string | null;
  readonly key: string | null;
}

/** How connections are kept and renewed, beyond `keepAlive`. */
export interface Connections {
  /** Open model: at most so many of all threads together; a request due while all are busy waits. Null: no limit. */
  readonly limit: Count | null;
  /** A connection takes no request when older than this; null: no limit. */
  readonly maxAge: Micros | null;
  /** How long the addresses of a name are remembered. */
  readonly dnsTtl: Micros;
}

/** An HTTP proxy between the generator and the target. */
export interface HttpProxy {
  /** Without user name and password. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Value of Proxy-Authorization; a secret. */
  readonly authorization: string | null;
}

export interface RequestBody {
  readonly encoding: 'utf8' | 'base64';
  readonly data: string;
  readonly bytes: Bytes;
}

export interface RequestTemplate {
  /** As tables show it: `POST /predict`. No two of a plan have the same. */
  readonly name: string;
  readonly method: string;
  /** Path and query, as it goes on the request line. */
  readonly path: string;
  /** In the order sent. The driver adds Content-Length and Connection, and Host where it is not among them. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: RequestBody | null;
  /** Path, header values and a text body have placeholders (see core/template). Absent: they are sent as they stand. */
  readonly templated?: true;
  /** Without any of them in its response the pass through its flow ends. Absent: none. */
  readonly captures?: readonly Capture[];
  /** Which of the plan's targets it goes to. Absent: to `Plan.target`. */
  readonly target?: number;
  /** By key: what it is told together with. Absent: nothing. */
  readonly tags?: Tags;
  /** Of its own. Absent: the plan's. */
  readonly checks?: readonly AnswerCheck[];
  readonly timeout?: Micros;
  readonly followRedirects?: boolean;
}

/** By key: `kind` → `batch`. */
export type Tags = Readonly<Record<string, string>>;

/** A request before the whole load, or behind it: once, and in no statistic. */
export interface FrameRequest extends RequestTemplate {
  /** Where it fails it is sent again, so often at most, after a pause. */
  readonly retries: Count;
  readonly retryPause: Micros;
}

/** A value of a response that later steps of its flow are made of, as `{{captured.NAME}}`. */
export type Capture = { readonly name: string } & (
  | { readonly from: 'json'; readonly path: string; readonly steps: readonly (string | number)[] }
  | { readonly from: 'header'; readonly header: string }
  /** Its first group, or all that it matches. */
  | { readonly from: 'regexp'; readonly pattern: string }
  | { readonly from: 'status' }
  /** What a language model said: the text of its stream, or of its response in one piece. */
  | { readonly from: 'answer' }
);

/** What a virtual user, or an arrival, does: steps in turn. */
export interface Flow {
  readonly name: string;
  /** Of all that is begun, its share is this of the sum of all weights. With 0 it is never begun. */
  readonly weight: number;
  /** Whatever becomes of it, what it sends comes first of all. */
  readonly steps: readonly Step[];
  /** Of a plan with several targets: what it is without them. */
  readonly shared?: SharedFlow;
}

/** A flow that goes to one of several targets each time: there is one of its own for each, in the order of the targets. */
export interface SharedFlow {
  readonly name: string;
  readonly weight: number;
  /** Null: all its requests have targets of their own, and there is one for all. */
  readonly target: number | null;
}

export type Step =
  /** `request`: which of the plan's. */
  | { readonly kind: 'request'; readonly request: number }
  | { readonly kind: 'pause'; readonly time: Distribution }
  | { readonly kind: 'repeat'; readonly times: Count; readonly steps: readonly Step[] }
  /** One of them, each as often as it weighs. */
  | { readonly kind: 'choose'; readonly of: readonly Branch[] }
  /** What is captured then is text. */
  | {
      readonly kind: 'if';
      readonly captured: string;
      readonly test: CapturedTest;
      readonly steps: readonly Step[];
      readonly otherwise: readonly Step[];
    }
  /** Measured as a whole, under a name that several may share. */
  | {
      readonly kind: 'group';
      readonly name: string;
      /** Of a plan with several targets: its name without that of its target. */
      readonly shared?: string;
      readonly steps: readonly Step[];
    };

export interface Branch {
  readonly weight: number;
  readonly steps: readonly Step[];
}

/** What a captured value must be. */
export type CapturedTest =
  | { readonly kind: 'is' | 'is-not'; readonly values: readonly string[] }
  | { readonly kind: 'matches'; readonly pattern: string };

/** Rows that requests are made of. */
export interface DataSource {
  readonly file: string;
  /** `log`: an access log. `conversations`: JSON in ShareGPT's shape, whose rows have a prompt, too. */
  readonly format: 'jsonl' | 'json' | 'conversations' | 'csv' | 'log';
  /** Request n uses row n (sequential, again from the start; once: and the run ends with the last), or another one of
   * each pass in an order drawn from the seed (shuffled). */
  readonly order: 'sequential' | 'shuffled' | 'once';
  readonly rows: Count;
}

/** What a response must be to count as ok. `templated`: the text has placeholders (see core/template), those of its request. */
export type AnswerCheck =
  | { readonly kind: 'status'; readonly statuses: readonly (readonly [from: number, to: number])[] }
  /** A header of that name has that value. */
  | { readonly kind: 'header'; readonly name: string; readonly value: string; readonly templated?: true }
  /** The body is this text; its numbers may lie `tolerance` apart. */
  | { readonly kind: 'body'; readonly text: string; readonly tolerance?: number; readonly templated?: true }
  | { readonly kind: 'contains'; readonly text: string; readonly templated?: true }
  /** What a function of the scenario says of it; which one: see `core/functions`. */
  | { readonly kind: 'function'; readonly number: number }
  | {
      readonly kind: 'json';
      /** A singular path of RFC 9535 as it is shown, and its steps. */
      readonly path: string;
      readonly steps: readonly (string | number)[];
      /** What it must be; null: it must be there. */
      readonly expected: ExpectedJson | null;
      /** How far numbers may lie apart. */
      readonly tolerance: number;
    };

/** JSON text, the row's field that holds it, or a text with placeholders: JSON, or the characters of a string. */
export type ExpectedJson =
  | { readonly from: 'plan'; readonly json: string }
  | { readonly from: 'row'; readonly field: string }
  | { readonly from: 'template'; readonly text: string; readonly place: 'json' | 'text' };

/**
 * What a threshold looks at. Times are response times, or of streams what `of` names; a failed request counts as infinitely
 * slow, but not in gaps.
 */
export type Metric =
  /** `p` in percent: 95 for p95. */
  | { readonly kind: 'percentile'; readonly p: number; readonly of?: StreamMetric }
  | { readonly kind: 'mean' | 'min' | 'max'; readonly of?: StreamMetric }
  | { readonly kind: 'errors' }
  | { readonly kind: 'achieved' }
  /** Tokens of answers, per second. */
  | { readonly kind: 'tokens' }
  /** Requests that meet all limits of `Plan.goodput` at once: their share, or how many a second. */
  | { readonly kind: 'goodput' };

/** What is measured under a name of its own: requests, groups of them, or passes through a flow. */
export type MeasuredKind = 'request' | 'group' | 'flow';

/** What a threshold looks at: one of these, or all that have a tag, which is named `key=value`. */
export type Scope = { readonly kind: MeasuredKind | 'tag'; readonly name: string };

export interface Threshold {
  /** As the user wrote it: `p95<250ms`, `p95{chat}<250ms`. */
  readonly text: string;
  /** Absent: all requests. */
  readonly scope?: Scope;
  readonly metric: Metric;
  readonly op: '<' | '<=' | '>' | '>=';
  /** µs for times, a share (0..1) for errors and goodput given in percent, a count for errors without one, 1/s for rates. */
  readonly limit: number;
  readonly unit: 'µs' | 'share' | 'count' | '1/s';
}

/** A threshold that ends a run whose last stretch breaks it. */
export interface AbortThreshold extends Threshold {
  /** How long that stretch is. A whole number of intervals. */
  readonly over: Micros;
  /** Not before so much was measured. */
  readonly after: Micros;
}

/** What a run goes on for: until the interval of a percentile is so narrow. */
export interface Until {
  /** As the user wrote it: `p95±5%`. */
  readonly text: string;
  /** In percent: 95 for p95. */
  readonly p: number;
  /** How far each end of the 95 % interval may be from the percentile, as a share of it, 0..1. */
  readonly precision: number;
}

/** A set of SLOs that is judged beside those of a search. */
export interface SearchTier {
  readonly name: string;
  readonly slos: readonly Threshold[];
}

/** What `find` looks for, and how long. */
export interface SearchPlan {
  /** The axis that is searched: arrivals per second, of requests or of flows with steps, or virtual users. */
  readonly unit: 'req/s' | 'flows/s' | 'vus';
  /** All must hold; none: chosen from the idle target's own response time, and said. */
  readonly slos: readonly Threshold[];
  /** Further sets of SLOs, judged from the levels of those. Absent: none. */
  readonly tiers?: readonly SearchTier[];
  readonly budget: Micros;
  /** Wanted width of the 95 % interval over the estimate, 0..1. */
  readonly precision: number;
  /** Whether an answer that is rough is good enough to pass; absent: no. */
  readonly allowRough?: true;
  /** Go on until the interval is as narrow as `precision`, at most so long, µs; absent: the budget is the end. */
  readonly extendTo?: Micros;
  /** Highest load to try on the searched axis; null: none. */
  readonly maxLoad: number | null;
  /** How the arrivals of a level are spread; absent: Poisson. */
  readonly arrivals?: ArrivalPattern;
  /** Most virtual users of the ramp at the beginning. */
  readonly maxVus: Count;
  /** Wait at most this long after each increase of load until the target is steady, for an autoscaler. */
  readonly settle: Micros;
  /** The response header that names the instance which answered; null: the usual ones. */
  readonly instanceHeader: string | null;
}

/** Everything a run needs, and nothing that is not data: it travels to threads and agents and into the journal. */
export interface Plan {
  readonly kind: 'run' | 'probe' | 'find';
  /** Where all requests go that have no target of their own; of several targets the first. */
  readonly target: Target;
  /** Absent: there is the one. */
  readonly targets?: readonly NamedTarget[];
  /** At least one. */
  readonly requests: readonly RequestTemplate[];
  /** What users or arrivals do. Absent: each request is a flow by itself, and all weigh the same (see `flowsOf`). */
  readonly flows?: readonly Flow[];
  /** In turn, before everything else; what they capture all later requests may be made of. Absent: none. */
  readonly setup?: readonly FrameRequest[];
  /** In turn, behind the load, however that ended. Absent: none. */
  readonly teardown?: readonly FrameRequest[];
  readonly data: DataSource | null;
  /** What makes parts of requests, and checks responses. Absent: the plan alone does. */
  readonly functions?: FunctionSource;
  /** All must hold, of every request without checks of its own; without a status check the status must be 200 to 299. */
  readonly checks: readonly AnswerCheck[];
  /** Of so many responses one is checked, but for its status. Absent: each is. */
  readonly checkEvery?: Count;
  readonly load: LoadProfile;
  /** Stop after this many requests, whatever the stages say. */
  readonly maxRequests: Count | null;
  /** Requests due in the first `warmup` count in no statistic. A whole number of intervals. */
  readonly warmup: Micros;
  /**
   * Virtual users are started until then; what is due before is counted apart (if the run comes that far). A whole number of
   * intervals. Absent: nothing is counted apart.
   */
  readonly rampEnd?: Micros;
  /** For a probe: this many requests at the start are its warm-up (used instead of `warmup`). */
  readonly warmupRequests: Count;
  /** Of every request without one of its own. */
  readonly timeout: Micros;
  /** Compressed responses are asked for, and decoded before they are judged. Absent: they are not. */
  readonly compressed?: true;
  /** Redirects within the target are followed, of every request that does not say otherwise. Absent: they are not. */
  readonly followRedirects?: true;
  /** Each virtual user, or arrival, keeps its cookies: for one pass through a flow, or (users only) as long as it is there.
   * Absent: nobody does. */
  readonly cookies?: 'pass' | 'user';
  /** A response with a longer body is not read to its end, and is a wrong one. Absent: there is no limit. */
  readonly maxBody?: Bytes;
  /** How a streamed response is split, whatever it calls itself; `off`: not at all. Absent: by its content type. */
  readonly stream?: StreamFormat | 'off';
  /** Some requests are cancelled while they are under way. Absent: none. */
  readonly cancel?: Cancellation;
  /** How long requests under way may take to finish once the load has ended. */
  readonly gracefulStop: Micros;
  readonly keepAlive: boolean;
  readonly connections: Connections;
  readonly tls: Tls;
  /** What sends: this project's engine, or autocannon as a second opinion (closed model only). */
  readonly engine: 'rampart' | 'autocannon';
  /** HTTP/2: by ALPN over TLS, by prior knowledge without. Several requests share a connection. */
  readonly http2: boolean;
  readonly proxy: HttpProxy | null;
  /** Open model: turn before each due instant (microseconds late, a busy core), or sleep (a millisecond late). */
  readonly timing: 'precise' | 'relaxed';
  readonly threads: Count;
  readonly seed: number;
  /** Names whose values are secret, besides the usual ones (see core/secret). Absent: none. */
  readonly secretNames?: readonly string[];
  readonly interval: Micros;
  readonly thresholds: readonly Threshold[];
  /** Each request says to which trace it belongs, by ids of this key. Absent: none does. */
  readonly trace?: TraceKey;
  /** What a request must be under to be good. Absent: goodput is not counted. */
  readonly goodput?: readonly RequestLimit[];
  /** The load ends where one of these is broken for its stretch of time. Absent: there are none. */
  readonly abortOn?: readonly AbortThreshold[];
  /** The load ends when this is known, at the latest when its stages do. Absent: not before. */
  readonly until?: Until;
  /** A threshold that is not sure fails. Absent: it passes. */
  readonly strict?: true;
  /** No request is tried before the load. Absent: one is. */
  readonly preflight?: false;
  /** The load goes on where all requests fail alike from the start. Absent: it ends. */
  readonly keepFailing?: true;
  /** Of a `find`, whose `load` is only its beginning; else null. */
  readonly search: SearchPlan | null;
}

/** The trace that a load replays; null: it has a rate, or users. */
export const replayOf = (load: LoadProfile): ReplayedTrace | null =>
  load.model === 'open' && typeof load.arrivals === 'object' && 'replay' in load.arrivals ? load.arrivals.replay : null;

export function stagesOf(load: LoadProfile): readonly Stage<number>[] {
  return load.model === 'closed' ? load.vus : load.rate;
}

/** How long the plan offers load, in µs. */
export function durationOf(load: LoadProfile): Micros {
  return stagesOf(load).reduce((sum, stage) => sum + stage.duration, 0) as Micros;
}

/** How long a load lasts that only a person ends: a hundred years, which µs still count exactly. */
export const FOREVER = seconds(100 * 365 * 24 * 3_600);

export const isEndless = (load: LoadProfile): boolean => durationOf(load) >= FOREVER;

/** What a load is on its way to at an instant since its start: the target of the stage it is in. */
export function goalAt(load: LoadProfile, at: Micros): number {
  const stages = stagesOf(load);
  let left: number = at;
  for (const { duration, to } of stages) {
    if (left < duration) return load.model === 'closed' && load.goal !== undefined ? load.goal : to;
    left -= duration;
  }
  return stages.at(-1)?.to ?? 0;
}

/** How arrivals are spread, in words. */
export function arrivalsName(arrivals: ArrivalPattern | { readonly replay: ReplayedTrace }): string {
  if (arrivals === 'uniform') return 'evenly spaced arrivals';
  if (arrivals === 'poisson') return 'Poisson arrivals';
  if ('replay' in arrivals) return 'each due at its own instant of the trace';
  return `bursts of ${arrivals.bursty} arrivals at random instants`;
}

/** The curve's value at an instant since its start; at a border that of the later stage, outside the stages 0. */
export function valueAt(stages: readonly Stage<number>[], at: Micros): number {
  if (at < 0) return 0;
  let left: number = at;
  let last = 0;
  for (const { duration, from, to } of stages) {
    if (left < duration) return from + ((to - from) * left) / duration;
    left -= duration;
    last = to;
  }
  return left === 0 ? last : 0;
}
