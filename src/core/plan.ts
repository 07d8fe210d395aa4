/** The plan: everything a run needs, as frozen data. It re-exports the types of its parts. */
import type { FunctionSource } from './functions.ts';
import type { RequestLimit } from './goodput.ts';
import type { Distribution, LoadProfile } from './load-profile.ts';
import type { FlowLoad } from './loads.ts';
import type { FrameRequest, RequestCheck, RequestTemplate, StreamFormat } from './request-template.ts';
import type { SearchPlan } from './search-plan.ts';
import type { Flow } from './step.ts';
import type { Connections, HttpProxy, NamedTarget, Target, Tls } from './target.ts';
import type { AbortThreshold, Threshold, Until } from './threshold.ts';
import type { TraceKey } from './trace.ts';
import type { Bytes, Count, Micros } from './units.ts';

/* A plan is made of these: whoever reads one finds all of their types here. */
export {
  type ArrivalPattern,
  arrivalsName,
  type Distribution,
  durationOf,
  FOREVER,
  goalAt,
  isEndless,
  type LeftOutLines,
  type LoadProfile,
  type OneLoad,
  type ReplayedTrace,
  replayOf,
  type Stage,
  stagesOf,
  valueAt,
} from './load-profile.ts';
export type { FlowLoad } from './loads.ts';
export type {
  Capture,
  ExpectedJson,
  FrameRequest,
  RequestBody,
  RequestCheck,
  RequestTemplate,
  StreamFormat,
  Tags,
} from './request-template.ts';
export type { SearchPlan, SearchTier } from './search-plan.ts';
export type { Branch, CapturedTest, Flow, SharedFlow, Step } from './step.ts';
export type { Connections, HttpProxy, NamedTarget, Target, Tls } from './target.ts';
export type { AbortThreshold, MeasuredKind, Metric, Scope, Threshold, Until } from './threshold.ts';

/** Users who leave before they have their whole response. */
export interface Cancellation {
  /** Of all requests, 0..1. */
  readonly share: number;
  /** So long after their request was due. */
  readonly after: Distribution;
}

/** Rows that requests are made of. */
export interface DataSource {
  readonly file: string;
  /** `log`: an access log. `conversations`: JSON in ShareGPT's shape, whose rows have a prompt, too. */
  readonly format: 'jsonl' | 'json' | 'conversations' | 'csv' | 'log';
  /** Request n uses row n (sequential, again from the start; once: and the run ends with the last), or another one of
   * each pass in an order drawn from the seed (shuffled). */
  readonly order: 'sequential' | 'shuffled' | 'once' | 'per-user';
  readonly rows: Count;
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
  readonly checks: readonly RequestCheck[];
  /** Of so many responses one is checked, but for its status. Absent: each is. */
  readonly checkEvery?: Count;
  readonly load: LoadProfile;
  /** Several at once, each of other flows; `load` is what they come to together. Absent: there is the one, of all flows. */
  readonly loads?: readonly FlowLoad[];
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
  /** What counts tokens where a server tells no number: a tokenizer by the name of its module, or `words`. Absent: events count. */
  readonly tokenizer?: string;
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
