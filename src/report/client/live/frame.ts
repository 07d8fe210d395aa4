/** What the page's server tells a browser. Times in ms where nothing else is said, rates 1/s, shares 0..1. */
import type { Ending } from '../../../core/event.ts';
import type { LatencySummary } from '../../../core/latencies.ts';
import type { FailureResult, Totals } from '../../../core/result.ts';
import type { Check, Doubt, VerdictStatus } from '../../../core/verdict.ts';
import type { Facets } from '../facets.ts';
import type { LoadPicture } from '../load-picture.ts';
import type { PictureSource } from '../pictures.ts';

/** The status of the page: nothing has run yet, a run is on, or the last one has ended. */
export type RunPhase = 'starting' | 'running' | 'stopping' | 'ended';

/** One line of the statistics table: a request name, all of them, or what is made of several. */
export interface StatRow {
  /** Empty for all requests together. */
  readonly name: string;
  readonly method: string;
  /** What it is made of is in other rows, too; `together`: what the reader looks for. Absent: it is of a request, or of all. */
  readonly whole?: 'flow' | 'group' | 'region' | 'tag' | 'together';
  readonly totals: Pick<Totals, 'offered' | 'sent' | 'dropped' | 'ok' | 'failed'>;
  /** Mean bytes of the bodies that came to their end; null: none did. */
  readonly averageBody: number | null;
  /** Response times as callers had them: a failure is infinitely slow. */
  readonly callers: LatencySummary;
  /** Of the successes alone. */
  readonly response: LatencySummary;
  readonly service: LatencySummary;
  readonly offeredPerSec: number;
  readonly achievedPerSec: number;
  /** Over the last seconds; null before there is an interval to tell them from. */
  readonly current: { readonly perSec: number; readonly failuresPerSec: number; readonly offeredPerSec: number } | null;
}

/** One generator thread, in the last interval. */
export interface ThreadRow {
  readonly name: string;
  readonly state: 'running' | 'draining' | 'ended' | 'lost';
  readonly vus: number | null;
  readonly inFlight: number | null;
  /** What it sent, 1/s. */
  readonly perSec: number | null;
  /** Cores. */
  readonly cpu: number | null;
  readonly lagP99: number | null;
  readonly loopDelayP99: number | null;
  /** Of the thread's own heap; null where only the whole process is known. */
  readonly memoryBytes: number | null;
  /** The agent that it is of; null: this machine. */
  readonly agent: AgentCell | null;
}

/** What is known of an agent beside its load. */
export interface AgentCell {
  readonly version: string;
  /** Null: it does not say where it is. */
  readonly region: string | null;
  /** What of the load is its own, 0 to 1; null: as much as every other's. */
  readonly share: number | null;
  /** The controller's clock less the agent's, and how far that may be wrong, ms. */
  readonly clockOffset: number;
  readonly clockWithin: number;
}

export interface LogLine {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly kind: 'plain' | 'good' | 'fair' | 'bad';
  readonly text: string;
}

/** What went wrong on our own side. */
export interface ExceptionRow {
  readonly count: number;
  readonly message: string;
  /** ISO 8601, UTC. */
  readonly firstSeen: string;
  readonly lastSeen: string;
}

/** What can be changed about a run that is on; null: it cannot be edited. */
export type EditableLoad =
  | { readonly model: 'closed'; readonly vus: number }
  | { readonly model: 'open'; readonly ratePerSec: number };

export interface RunState {
  readonly id: string;
  readonly kind: 'run' | 'find' | 'probe';
  /** `POST http://127.0.0.1:8989/predict` */
  readonly target: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly phase: RunPhase;
  readonly ending: Ending | null;
  /** What happens now; when it is over, the result. */
  readonly sentence: string;
  readonly why: string;
  readonly chip: { readonly status: 'valid' | 'doubtful' | 'invalid'; readonly text: string } | null;
  /** Seconds since the start, and how long it is to last; null: nobody knows. */
  readonly elapsed: number;
  readonly whole: number | null;
  readonly vus: number | null;
  readonly inFlight: number;
  readonly achievedPerSec: number | null;
  readonly offeredPerSec: number | null;
  /** Of the last interval. */
  readonly p95: string | null;
  /** Since the start (or the last reset). */
  readonly failedShare: number | null;
  readonly verdict: VerdictStatus | 'undecided';
  readonly checks: readonly Check[];
  readonly doubts: readonly Doubt[];
  readonly editable: EditableLoad | null;
  /** Why the load cannot be edited while it is offered; null: it can, or it is over. */
  readonly fixed: string | null;
  readonly statistics: readonly StatRow[];
  readonly failures: readonly (FailureResult & { readonly method: string })[];
  readonly exceptions: readonly ExceptionRow[];
  /** Planned: null where responses decide it. */
  readonly mix: readonly {
    readonly name: string;
    readonly planned: number | null;
    readonly observed: number | null;
  }[];
  readonly threads: readonly ThreadRow[];
  /** Of the whole generator: `CPU`, `31 %`. */
  readonly generator: readonly (readonly [label: string, value: string])[];
  readonly picture: Omit<PictureSource, 'timeline'>;
  /** Tags, flows and groups, by which requests are found. */
  readonly facets: Facets;
  /** Of a search: its pictures, its levels, its figures. */
  readonly loads: readonly LoadPicture[];
  readonly levels: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] } | null;
  readonly limits: readonly { readonly label: string; readonly value: string; readonly aside: string }[];
  /** The plan in a few plain lines. */
  readonly plan: readonly string[];
  /** What can be downloaded: names of files below `/runs/<id>/`. */
  readonly files: readonly string[];
}

/**
 * A step of the page's state, complete in itself: applied twice it changes nothing more. Intervals, points of the
 * timeline and log lines are replaced from an index on; all else is as it now is.
 */
export interface Frame {
  /** Null: nothing has run yet. */
  readonly run: RunState | null;
  /** Everything, not only what is new: what was known before is forgotten. */
  readonly whole: boolean;
  readonly slotsFrom: number;
  readonly pointsFrom: number;
  readonly logFrom: number;
  /** Base64 of a packed archive (see `client/archive`), not deflated: slots and points from those indices on. */
  readonly packed: string;
  readonly log: readonly LogLine[];
  /** Runs of before, the latest first. */
  readonly earlier: readonly EarlierRun[];
}

export interface EarlierRun {
  readonly id: string;
  readonly target: string;
  readonly sentence: string;
  readonly files: readonly string[];
}

/** Why a form was refused: beside which field, and what to do. `field` is empty where it is about none of them. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** What came of *Send one request*, or of *Discover*, as it may be shown. */
export interface Trial {
  /** A run would count it as a success; or there is something that the target accepts. */
  readonly good: boolean;
  readonly sentence: string;
  /** What helps; empty: nothing to say. */
  readonly hint: string;
  /** One a line; empty: none to show. */
  readonly headers: string;
  /** Its beginning, where it is long. */
  readonly body: string;
}

/** What a control call is told: no errors, and it is done; or some, and nothing has changed. */
export interface ControlAnswer {
  readonly errors: readonly FieldError[];
  /** Of a single request, or of a discovery. */
  readonly trial?: Trial;
  /** Of a discovery: what the form's fields hold from now on, by their names. */
  readonly fill?: Readonly<Record<string, string>>;
}
