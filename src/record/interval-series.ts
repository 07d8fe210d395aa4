/** Counts and histograms of one request name, filled over an interval and emptied into its snapshot. */
import type { Exchange } from '../core/exchange.ts';
import { SERIES_MEASURES } from '../core/measures.ts';
import { OUTCOME_CODE, OUTCOMES, type Outcome } from '../core/sample.ts';
import { BODIES_KEPT, type FailureCount, type SeriesSnapshot } from '../core/snapshot.ts';
import type { Micros } from '../core/units.ts';
import type { IntervalStreams } from './interval-streams.ts';
import { histogramsOf, takeTimes } from './times.ts';

/** Distinct failure messages kept per request name and interval; further ones are counted together. */
const FAILURE_KINDS = 100;

/** Failures of which an example is kept. */
const SHOWN: ReadonlySet<Outcome> = new Set<Outcome>([
  'wrong-answer',
  'capture-failed',
  'stream-error',
  'function-failed',
]);

const keyOf = ({ status, message }: Pick<Exchange, 'status' | 'message'>, outcome: Outcome): string =>
  `${outcome} ${status} ${message}`;

/** What shows a failure: what was expected and what came, and bodies of responses. */
type Showing = Mutable<Pick<FailureCount, 'example' | 'bodies'>>;

const showingOf = ({ example, body }: Exchange, outcome: Outcome): Showing => ({
  ...(SHOWN.has(outcome) && example !== '' ? { example } : {}),
  ...(body === '' ? {} : { bodies: [body] }),
});

/** Adds what shows a later failure of the same kind. */
function show(known: Showing, { example, bodies }: Showing): void {
  if (bodies !== undefined) known.bodies = [...(known.bodies ?? []), ...bodies].slice(0, BODIES_KEPT);
  if (example !== undefined) known.example ??= example;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What is known of one request name in the interval that is being recorded. Emptied, not made anew, each interval. */
export class IntervalSeries {
  ok = 0;
  failed = 0;
  leftOut = 0;
  cut = 0;
  bytesIn = 0;
  bodyBytesIn = 0;
  unfinishedBodyBytesIn = 0;
  tooLong = 0;
  bytesOut = 0;
  readonly outcomes = new Float64Array(OUTCOMES.length);
  /** By HTTP status; 0 = none. */
  readonly statuses = new Float64Array(1000);
  readonly times = histogramsOf(SERIES_MEASURES);
  readonly failures = new Map<string, Mutable<FailureCount>>();
  /** What shows failures that were left out, until one of that kind counts; kept from interval to interval. */
  readonly #toShow = new Map<string, Showing>();
  /** Made with the first streamed response. */
  streams: IntervalStreams | null = null;

  fail(exchange: Exchange, outcome: Outcome, at: Micros): void {
    const { status, message } = exchange;
    let key = keyOf(exchange, outcome);
    const earlier = this.#toShow.size === 0 ? undefined : this.#toShow.get(key);
    if (earlier !== undefined) this.#toShow.delete(key);
    let known = this.failures.get(key);
    if (known === undefined) {
      let shown = message;
      if (this.failures.size >= FAILURE_KINDS) {
        shown = 'further messages';
        key = keyOf({ status, message: shown }, outcome);
        known = this.failures.get(key);
      }
      if (known === undefined) {
        known = { outcome, status, message: shown, count: 0, firstAt: at, lastAt: at };
        this.failures.set(key, known);
      }
    }
    if (earlier !== undefined) show(known, earlier);
    if (exchange.body !== '' || exchange.example !== '') show(known, showingOf(exchange, outcome));
    known.count++;
    known.lastAt = at;
  }

  /**
   * Counts a request whose times are not the target's. What its response holds is: who judges responses shows a few of each kind
   * and no more, so where this one was among them it is shown with the next failure of the kind.
   */
  leaveOut(exchange: Exchange): void {
    this.leftOut++;
    if (exchange.example === '' && exchange.body === '') return;
    const outcome = OUTCOMES[exchange.outcome];
    const key = keyOf(exchange, outcome);
    const known = this.#toShow.get(key);
    if (known !== undefined) show(known, showingOf(exchange, outcome));
    else if (this.#toShow.size < FAILURE_KINDS) this.#toShow.set(key, showingOf(exchange, outcome));
  }

  get quiet(): boolean {
    return (
      this.ok === 0 &&
      this.failed === 0 &&
      this.outcomes[OUTCOME_CODE.aborted] === 0 &&
      this.outcomes[OUTCOME_CODE.cancelled] === 0 &&
      this.leftOut === 0 &&
      (this.streams === null || this.streams.pieces === 0) &&
      this.cut === 0 &&
      this.times.separateConnect.count === 0
    );
  }

  take(due: number, sent: number, dropped: number): SeriesSnapshot {
    const snapshot: SeriesSnapshot = {
      due,
      sent,
      dropped,
      ok: this.ok,
      failed: this.failed,
      ...(this.leftOut > 0 ? { leftOut: this.leftOut } : {}),
      ...(this.cut > 0 ? { cut: this.cut } : {}),
      byOutcome: this.#byOutcome(),
      byStatus: this.#byStatus(),
      bytesIn: this.bytesIn,
      bodyBytesIn: this.bodyBytesIn,
      ...(this.unfinishedBodyBytesIn > 0 ? { unfinishedBodyBytesIn: this.unfinishedBodyBytesIn } : {}),
      ...(this.tooLong > 0 ? { tooLong: this.tooLong } : {}),
      bytesOut: this.bytesOut,
      times: takeTimes(this.times),
      failures: [...this.failures.values()],
      ...(this.streams === null || this.streams.quiet ? {} : { streams: this.streams.take() }),
    };
    this.ok = 0;
    this.failed = 0;
    this.leftOut = 0;
    this.cut = 0;
    this.bytesIn = 0;
    this.bodyBytesIn = 0;
    this.unfinishedBodyBytesIn = 0;
    this.tooLong = 0;
    this.bytesOut = 0;
    this.outcomes.fill(0);
    this.statuses.fill(0);
    this.failures.clear();
    return snapshot;
  }

  #byOutcome(): Partial<Record<Outcome, number>> {
    const counts: Partial<Record<Outcome, number>> = {};
    OUTCOMES.forEach((outcome, code) => {
      const n = this.outcomes[code] as number;
      if (n > 0) counts[outcome] = n;
    });
    return counts;
  }

  #byStatus(): Record<string, number> {
    const counts: Record<string, number> = {};
    let left = this.outcomes.reduce((sum, n) => sum + n, -(this.statuses[0] as number));
    for (let status = 1; left > 0 && status < 1000; status++) {
      const n = this.statuses[status] as number;
      if (n > 0) counts[status] = n;
      left -= n;
    }
    return counts;
  }
}
