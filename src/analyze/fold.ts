import type { BreakingPoint } from '../core/breaking-point.ts';
import { RampartError } from '../core/errors.ts';
import type { Broken, FailingAlike, RunEvent, TornDown } from '../core/event.ts';
import { measuredNames } from '../core/flow.ts';
import type { Plan, Scope } from '../core/plan.ts';
import type {
  Check,
  GeneratorResult,
  GoodputResult,
  RunResult,
  SeriesResult,
  TimelinePoint,
  Totals,
  UntilResult,
} from '../core/result.ts';
import { bears } from '../core/sample-size.ts';
import { addDecoded, type DecodedCounts, type IntervalSnapshot, seriesIn } from '../core/snapshot.ts';
import { Histogram } from '../stats/histogram.ts';
import { goodputCertainty, stretchesOf } from './certainty.ts';
import { CourseFold } from './course.ts';
import { GeneratorFold } from './generator.ts';
import { inMs, quantileWithFailures, summarize } from './latency.ts';
import { outageOf } from './outage.ts';
import { RampFold } from './ramp-part.ts';
import { SeriesFold } from './series.ts';
import { evaluate, type Measurements } from './thresholds.ts';
import { resetAt, TimelineFold } from './timeline.ts';
import { type Known, untilResult } from './until.ts';
import { doubtsOf } from './validity.ts';
import { verdictOf } from './verdict.ts';
import { loadedFor } from './wording.ts';

type Started = Extract<RunEvent, { type: 'started' }>;
type Finished = Extract<RunEvent, { type: 'finished' }>;

interface Run {
  readonly started: Started;
  readonly course: CourseFold;
}

/**
 * The stream of a run -> its judged result. It can be asked at any time: by the live view after every event, at the
 * end, or where a journal breaks off. Warm-up, and what was due before a reset of the statistics, is in the timeline
 * only; the drain belongs to the measured phase.
 */
export class RunFold {
  #run: Run | null = null;
  #finished: Finished | null = null;
  #breakingPoint: BreakingPoint | null = null;
  /** Whether the load ended since what `plan.until` asks for was known. */
  #known = false;
  #failing: FailingAlike | null = null;
  #tornDown: TornDown | null = null;
  #broken: (Broken & { readonly at: number }) | null = null;
  #last: IntervalSnapshot | null = null;
  readonly #lost: Extract<RunEvent, { type: 'lost' }>[] = [];
  #agents: Extract<RunEvent, { type: 'agents' }> | null = null;
  /** Intervals that lack the part of who was lost. */
  #incomplete = 0;
  /** How many resets of the statistics there were: what follows is of what was due after the last. */
  #resets = 0;
  #series = foldsOf();
  /** How that went over time which thresholds look at alone. */
  readonly #scoped: { readonly scope: Scope; readonly timeline: TimelineFold }[] = [];
  #ramp: RampFold | null = null;
  #total = this.#sum();
  #generator = new GeneratorFold();
  #closedUnannounced = 0;
  #surplus = 0;
  #redirects = 0;
  #decoded: DecodedCounts | null = null;

  /** @throws RampartError `bad-journal` where the stream does not begin with `started`. */
  accept(event: RunEvent): void {
    switch (event.type) {
      case 'started':
        this.#run = { started: event, course: new CourseFold(event.plan) };
        for (const { scope } of event.plan.thresholds)
          if (scope !== undefined)
            this.#scoped.push({ scope, timeline: new TimelineFold(event.plan, this.#run.course.standstills) });
        break;
      case 'interval':
        this.#addInterval(event.snapshot);
        break;
      case 'answer':
        this.#breakingPoint = event.breakingPoint;
        break;
      case 'edited':
      case 'reset':
        this.#begun().course.change(event);
        break;
      case 'known':
        this.#known = true;
        break;
      case 'failing':
        this.#failing = event.failure;
        break;
      case 'broken':
        this.#broken = event;
        break;
      case 'torn-down': {
        const { requests, failures } = event;
        this.#tornDown = { requests, failures };
        break;
      }
      case 'settling':
      case 'level':
      case 'judged':
        break;
      case 'agents':
        this.#agents = event;
        break;
      case 'lost':
        this.#lost.push(event);
        break;
      case 'finished':
        this.#finished = event;
        break;
    }
  }

  /** What the run is, once it has started. */
  get started(): Started | null {
    return this.#run?.started ?? null;
  }

  /** One point per interval so far, the latest last. */
  get timeline(): readonly TimelinePoint[] {
    return this.#run?.course.timeline.points ?? [];
  }

  /** Counts of the measured phase so far. */
  get totals(): Totals {
    return this.#total.totals(this.#run?.course.timeline.measured.durationMs ?? 0);
  }

  /** Response times of the successes of one request name, group or flow; or (null) of all requests. */
  responseTimesOf(name: string | null, kind: Scope['kind'] = 'request'): Histogram {
    return (name === null ? this.#total : this.#series[kind].get(name))?.response ?? new Histogram();
  }

  /** The latest snapshot. */
  get last(): IntervalSnapshot | null {
    return this.#last;
  }

  /**
   * @param intervals false: without confidence intervals, for who asks again and again while the run goes on.
   * @throws RampartError `bad-journal` where nothing has started.
   */
  result(intervals = true): RunResult {
    const { started, course } = this.#begun();
    const { plan } = started;
    const { measured, points } = course.timeline;
    const finished = this.#finished;
    const independent = plan.kind === 'probe';
    const seconds = points.at(-1)?.t ?? 0;
    const instant = instantsFrom(started.run.startedAt);

    const told = intervals && course.isSteady;
    const total = this.#total.result(measured, independent, told);
    const names = measuredNames(plan);
    const resultsOf = (kind: Scope['kind'], among: readonly string[]): Record<string, SeriesResult> => {
      const folds = inOrder(this.#series[kind], among);
      return Object.fromEntries(folds.map(([name, fold]) => [name, fold.result(measured, independent, told)]));
    };
    const series = resultsOf('request', names.requests);
    const flows = resultsOf('flow', names.flows);
    const groups = resultsOf('group', names.groups);
    const results = { request: series, flow: flows, group: groups };
    const samples = Object.fromEntries(
      [...this.#series.request].map(([name, fold]) => [name, fold.response.count] as const),
    );
    const ended = (scope: Scope): number => {
      const own = results[scope.kind][scope.name]?.totals;
      return own === undefined ? 0 : own.ok + own.failed + (own.byOutcome.aborted ?? 0);
    };
    const failures = [...this.#series.request]
      .flatMap(([name, fold]) => fold.failures(name, instant))
      .sort((a, b) => b.count - a.count || (orderKey(a) < orderKey(b) ? -1 : 1));

    const generator = this.#generator.health(
      this.#agents?.agents.reduce((sum, { threads }) => sum + threads, 0) ?? plan.threads,
    );
    const { response } = this.#total;
    const until = intervals ? this.#untilResult() : null;
    const measurementsOf = (
      fold: SeriesFold,
      { totals, rates, streams, goodput }: SeriesResult,
      timeline: readonly TimelinePoint[],
    ): Measurements => ({
      totals,
      achievedPerSec: rates.achievedPerSec,
      callers: fold.callers,
      goodput: goodput ?? null,
      streams: {
        times: (of) => fold.streamTimes(of),
        percentile: (of) => fold.streamCertainty(of, measured, independent),
        tokensPerSec: streams?.outputTokensPerSec ?? null,
      },
      certainty: told
        ? { percentile: fold.callerCertainty(measured, independent), stretches: stretchesOf(timeline) }
        : null,
    });
    const whole = measurementsOf(this.#total, total, points);
    const judged = evaluate(plan, (scope) => {
      if (scope === undefined) return whole;
      const fold = this.#series[scope.kind].get(scope.name) ?? new SeriesFold();
      const own = results[scope.kind][scope.name] ?? fold.result(measured, independent, told);
      return measurementsOf(
        fold,
        own,
        this.#scoped.find((each) => sameScope(each.scope, scope))?.timeline.points ?? [],
      );
    });
    const checks = this.#broken === null ? judged : [...judged, checkOf(this.#broken)];
    const missed = course.missed(total.totals);
    // A journal that breaks off was interrupted, by whatever it was.
    const ending = finished?.ending ?? 'interrupted';
    const doubts = doubtsOf({
      plan,
      ending,
      finished: finished !== null,
      lost: this.#lost,
      incomplete: this.#incomplete,
      totals: total.totals,
      checks,
      failures,
      connections: { closedUnannounced: this.#closedUnannounced, surplus: this.#surplus },
      responseP95: response.count > 0 ? inMs(response.quantile(0.95)) : null,
      generator,
      cycle: course.cycle.cycle,
      load: course.load,
      changes: course.changes,
      seconds: loadedFor(points),
      samples,
      ended,
      breakingPoint: this.#breakingPoint,
      until,
      steadiness: course.steadiness(intervals, (part) => this.#total.batchesWithin(part)),
      missed,
      overran: course.overran,
      starved: course.starved(response),
      outage:
        plan.search !== null
          ? null
          : outageOf({
              timeline: points,
              failures,
              startedAt: started.run.startedAt,
              aborted: total.totals.byOutcome.aborted ?? 0,
              slowest: response.max / 1e6,
            }),
      failing: this.#failing,
      clockSetBy: (finished?.clockSetBy ?? 0) / 1e3,
    });
    return {
      format: 2,
      tool: started.tool,
      run: {
        id: started.run.id,
        command: started.run.command,
        startedAt: started.run.startedAt,
        finishedAt: finished?.finishedAt ?? instant(seconds * 1e6),
        ending,
        host: started.run.host,
        ...agentsResult(this.#agents, this.#lost),
      },
      plan,
      verdict: verdictOf(checks, doubts, this.#breakingPoint, ending),
      ...(until === null ? {} : { until }),
      totals: total.totals,
      rates: total.rates,
      latency: { ...total.latency, lag: summarize(this.#generator.lag, 0, null) },
      ...(total.streams === undefined ? {} : { streams: total.streams }),
      ...(total.goodput === undefined ? {} : { goodput: withInterval(total.goodput, whole.certainty) }),
      series,
      ...(isEmpty(flows) ? {} : { flows }),
      ...(isEmpty(groups) ? {} : { groups }),
      ...(this.#ramp === null ? {} : { ramp: this.#ramp.result }),
      timeline: points,
      ...(course.changes.length === 0 ? {} : { changes: [...course.changes] }),
      generator: {
        ...withoutWait(generator),
        ...(missed.standstills.length === 0 ? {} : { standstills: missed.standstills }),
      },
      failures,
      ...(this.#breakingPoint === null ? {} : { breakingPoint: this.#breakingPoint }),
      ...(this.#redirects === 0 ? {} : { redirects: this.#redirects }),
      ...(this.#decoded === null ? {} : { decoded: this.#decoded }),
      ...(this.#broken === null ? {} : { abortedBy: abortOf(this.#broken) }),
      ...(this.#tornDown === null ? {} : { teardown: this.#tornDown }),
    };
  }

  /** How well the percentile is known so far that the run goes on for, and how long was measured; null: there is none. */
  get known(): Known | null {
    const { started, course } = this.#begun();
    const { until } = started.plan;
    if (until === undefined) return null;
    const { measured } = course.timeline;
    const { times, infinite } = this.#total.callers;
    const p = until.p / 100;
    const bearable = course.isSteady && bears(p, times.count + infinite);
    return {
      until,
      value: quantileWithFailures(times, infinite, p),
      certainty: bearable ? this.#total.callerCertainty(measured, false)(p) : null,
      reached: this.#known,
      durationMs: measured.durationMs,
    };
  }

  #untilResult(): UntilResult | null {
    const { known } = this;
    return known === null ? null : untilResult(known);
  }

  #begun(): Run {
    if (this.#run === null) {
      const hint = 'A journal is the whole file journal.ndjson of a run, from its first line.';
      throw new RampartError('bad-journal', 'The journal does not begin with the start of a run.', hint);
    }
    return this.#run;
  }

  #sum(): SeriesFold {
    const { request } = this.#series;
    return new SeriesFold({ [Symbol.iterator]: () => request.values() });
  }

  /** The statistics start anew: the timeline keeps what was, nothing else does. */
  #restart(snapshot: IntervalSnapshot): void {
    const { plan } = this.#begun().started;
    const before = this.#begun().course.measuredFrom;
    if (plan.rampEnd !== undefined && resetAt(snapshot) === plan.rampEnd)
      this.#ramp = new RampFold(this.#total, before / 1e6, plan.rampEnd / 1e6, this.#resets);
    this.#resets = snapshot.resets ?? 0;
    this.#series = foldsOf();
    this.#total = this.#sum();
    this.#generator = new GeneratorFold();
    this.#begun().course.restart(snapshot);
  }

  #addInterval(snapshot: IntervalSnapshot): void {
    const { started, course } = this.#begun();
    const { resets = 0 } = snapshot;
    if (resets > this.#resets) this.#restart(snapshot);
    course.add(snapshot);
    if (snapshot.missing !== undefined && snapshot.generator !== undefined) this.#incomplete += 1;
    for (const { scope, timeline } of this.#scoped) {
      const series = seriesIn(snapshot, scope.kind)[scope.name];
      timeline.add({ ...snapshot, series: series === undefined ? {} : { [scope.name]: series } });
    }
    if (this.#last === null || snapshot.index >= this.#last.index) this.#last = snapshot;
    const { index, phase, generator, startAt, endAt, connections } = snapshot;
    this.#closedUnannounced += connections?.closedUnannounced ?? 0;
    this.#surplus += connections?.surplus ?? 0;
    this.#redirects += connections?.redirects ?? 0;
    this.#decoded = addDecoded([this.#decoded ?? [], connections?.decoded ?? []].flat());
    if (generator !== undefined && resets === this.#resets && !warmingUp(snapshot, started.plan)) {
      this.#generator.addLag(generator);
      // The delay of a standstill has a doubt of its own, and charges no response.
      if (phase !== 'drain' && !course.standstills.touches(snapshot))
        this.#generator.addInterval(generator, endAt - startAt);
    }
    const earlier = phase === 'warmup' || resets < this.#resets;
    const place = course.placeOf(snapshot);
    if (earlier && place === 'before') return;
    for (const kind of KINDS)
      for (const [name, series] of Object.entries(seriesIn(snapshot, kind))) {
        const isRequest = kind === 'request';
        if (earlier && isRequest) this.#ramp?.add(snapshot, series);
        let fold = this.#series[kind].get(name);
        if (fold === undefined) {
          fold = new SeriesFold();
          this.#series[kind].set(name, fold);
        }
        // Groups and flows are made of requests, which the whole has already.
        for (const one of isRequest ? [fold, this.#total] : [fold]) {
          if (!earlier) one.add(index, phase, series);
          else if (place === 'measured') one.addEarlier(series);
          else one.addCarried(series);
        }
      }
  }
}

function withInterval(goodput: GoodputResult, certainty: Measurements['certainty']): GoodputResult {
  const { good, judged, open = 0 } = goodput;
  if (certainty === null || judged === 0) return goodput;
  const [low, high] = goodputCertainty({ bad: judged - good, judged, open }, certainty.stretches).interval;
  const { perSec, ...rest } = goodput;
  return { ...rest, ci95: [low, high ?? 1], perSec };
}

const KINDS = ['request', 'group', 'flow'] as const satisfies readonly Scope['kind'][];

type Folds = Readonly<Record<Scope['kind'], Map<string, SeriesFold>>>;

const foldsOf = (): Folds => ({ request: new Map(), group: new Map(), flow: new Map() });

/** Of a threshold that ended the load: behind those of the plan. */
const checkOf = ({ threshold, actual, limit, unit, message }: Broken): Check => ({
  ...{ threshold, actual, limit, unit, message },
  ...{ status: 'failed', outcome: 'broken' },
});

const abortOf = ({
  threshold,
  at,
  message,
}: Broken & { readonly at: number }): NonNullable<RunResult['abortedBy']> => ({
  threshold,
  at: at / 1e6,
  message,
});

const sameScope = (a: Scope, b: Scope): boolean => a.kind === b.kind && a.name === b.name;

const isEmpty = (of: object): boolean => Object.keys(of).length === 0;

/** As the plan has them. */
function inOrder(folds: ReadonlyMap<string, SeriesFold>, names: readonly string[]): [string, SeriesFold][] {
  return [...folds].sort(([a], [b]) => names.indexOf(a) - names.indexOf(b));
}

/**
 * Whether an interval's generator belongs to the warm-up. It is on the first of an index's snapshots only, and that may
 * be the one of late warm-up answers in a measured interval: so it is judged by the time, where the plan has one.
 */
function warmingUp({ phase, startAt }: IntervalSnapshot, plan: Plan): boolean {
  return phase === 'warmup' && plan.kind === 'run' && startAt < plan.warmup;
}

function agentsResult(
  told: Extract<RunEvent, { type: 'agents' }> | null,
  lost: readonly { readonly source: string }[],
): Pick<RunResult['run'], 'agents'> {
  if (told === null) return {};
  return {
    agents: {
      startSkewMs: told.startSkew / 1e3,
      each: told.agents.map(({ name, version, host, cores, threads, roundTrip }) => ({
        ...{ name, version, host, cores, threads, roundTripMs: roundTrip / 1e3 },
        lost: lost.some(({ source }) => source === `agent ${name}`),
      })),
    },
  };
}

function instantsFrom(startedAt: string): (at: number) => string {
  const origin = Date.parse(startedAt);
  return (at) => new Date(origin + Math.round(at / 1000)).toISOString();
}

const orderKey = (failure: RunResult['failures'][number]): string =>
  `${failure.name} ${failure.outcome} ${failure.status} ${failure.message}`;

function withoutWait({ cpuWait: _, ...result }: GeneratorResult & { cpuWait: number | null }): GeneratorResult {
  return result;
}
