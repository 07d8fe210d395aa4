/**
 * From the stream of a run to its result: gathers what the folds of this folder make of it, and asks for doubts and
 * verdict.
 */

import type { BreakingPoint } from '../core/breaking-point.ts';
import { RampartError } from '../core/errors.ts';
import type { RunEvent } from '../core/event.ts';
import { tagSets } from '../core/flow.ts';
import type { Scope } from '../core/plan.ts';
import { hasLevels, isOneAtATime } from '../core/procedure.ts';
import type { GeneratorResult, GoodputResult, RunResult, TimelinePoint, Totals } from '../core/result.ts';
import { bears } from '../core/sample-size.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import type { UntilResult } from '../core/verdict.ts';
import type { Histogram } from '../stats/histogram.ts';
import { AgentFold } from './agent-fold.ts';
import { goodputCertainty } from './certainty.ts';
import { ConnectionFold } from './connection-fold.ts';
import { CountedFold } from './counted-fold.ts';
import { CourseFold } from './course.ts';
import { EndingFold } from './ending-fold.ts';
import { inMs, quantileWithFailures, summarize } from './latency.ts';
import { outageOf } from './outage.ts';
import { ScopedTimelines } from './scoped-timelines.ts';
import { Statistics } from './statistics.ts';
import { targetRatios } from './target-ratios.ts';
import { evaluate, type Measurements } from './thresholds.ts';
import { type Known, untilResult } from './until.ts';
import { doubtsOf } from './validity.ts';
import { verdictOf } from './verdict.ts';
import { loadedFor } from './wording.ts';

type Started = Extract<RunEvent, { type: 'started' }>;

interface Run {
  readonly started: Started;
  readonly course: CourseFold;
  readonly counted: CountedFold;
  readonly scoped: ScopedTimelines;
}

/** Before the start. */
const NOTHING = new Statistics([]);

/**
 * The stream of a run -> its judged result. It can be asked at any time: by the live view after every event, at the
 * end, or where a journal breaks off. Warm-up, and what was due before a reset of the statistics, is in the timeline
 * only; the drain belongs to the measured phase.
 */
export class RunFold {
  #run: Run | null = null;
  readonly #ending = new EndingFold();
  #breakingPoint: BreakingPoint | null = null;
  #last: IntervalSnapshot | null = null;
  readonly #agents = new AgentFold();
  readonly #connections = new ConnectionFold();

  /** @throws RampartError `bad-journal` where the stream does not begin with `started`. */
  accept(event: RunEvent): void {
    switch (event.type) {
      case 'started':
        this.#run = runOf(event);
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
      case 'failing':
      case 'broken':
      case 'torn-down':
      case 'finished':
        this.#ending.accept(event);
        break;
      case 'settling':
      case 'level':
      case 'judged':
      case 'stopping':
        break;
      case 'agents':
      case 'lost':
        this.#agents.accept(event);
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
    return this.#statistics.total.totals(this.#run?.course.timeline.measured.durationMs ?? 0);
  }

  /** Response times of the successes of one request name, group, flow or region; or (null) of all requests. */
  responseTimesOf(name: string | null, kind: Scope['kind'] | 'region' = 'request'): Histogram {
    return this.#statistics.responseTimesOf(name, kind);
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
    const { started, course, counted, scoped } = this.#begun();
    const { plan } = started;
    const { measured, points } = course.timeline;
    const { finished, failing } = this.#ending;
    const { ramp } = counted;
    const independent = isOneAtATime(plan);
    const seconds = points.at(-1)?.t ?? 0;
    const instant = instantsFrom(started.run.startedAt);

    const told = intervals && course.isSteady;
    const statistics = this.#statistics.read(plan, { measured, independent, intervals: told });
    const { total, series, flows, groups, regions, tags } = statistics;
    const ratios = hasLevels(plan) ? null : targetRatios(plan, tags);
    const failures = this.#statistics.failures(instant);
    const generator = counted.generator.health(this.#agents.threads ?? plan.threads);
    const { response } = this.#statistics.total;
    const until = intervals ? this.#untilResult() : null;
    const whole = statistics.measurements(points);
    const judged = evaluate(plan, (scope) =>
      scope === undefined ? whole : statistics.measurements(scoped.of(scope), scope),
    );
    const checks = this.#ending.withBroken(judged);
    const missed = course.missed(total.totals);
    // A journal that breaks off was interrupted, by whatever it was.
    const ending = finished?.ending ?? 'interrupted';
    const doubts = doubtsOf({
      plan,
      ending,
      finished: finished !== null,
      lost: this.#agents.lost,
      incomplete: this.#agents.incomplete,
      totals: total.totals,
      flows,
      checks,
      failures,
      connections: this.#connections,
      responseP95: response.count > 0 ? inMs(response.quantile(0.95)) : null,
      generator,
      cycle: course.cycle.cycle,
      load: course.load,
      changes: course.changes,
      loadEnds: course.loadEnds.ends,
      seconds: loadedFor(points),
      samples: this.#statistics.samples,
      ended: statistics.ended,
      breakingPoint: this.#breakingPoint,
      until,
      steadiness: course.steadiness(intervals, (part) => this.#statistics.total.batchesWithin(part)),
      missed,
      overran: course.overran,
      starved: course.starved(response),
      outage: hasLevels(plan)
        ? null
        : outageOf({
            timeline: points,
            failures,
            startedAt: started.run.startedAt,
            aborted: total.totals.byOutcome.aborted ?? 0,
            slowest: response.max / 1e6,
          }),
      failing,
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
        ...this.#agents.result,
      },
      plan,
      verdict: verdictOf(checks, doubts, this.#breakingPoint, ending),
      ...(until === null ? {} : { until }),
      totals: total.totals,
      rates: total.rates,
      latency: { ...total.latency, lag: summarize(counted.generator.lag, 0, null) },
      ...(total.streams === undefined ? {} : { streams: total.streams }),
      ...(total.goodput === undefined ? {} : { goodput: withInterval(total.goodput, whole.certainty) }),
      series,
      ...(isEmpty(flows) ? {} : { flows }),
      ...(isEmpty(groups) ? {} : { groups }),
      ...(isEmpty(regions) ? {} : { regions }),
      ...(isEmpty(tags) ? {} : { tags }),
      ...(ratios === null ? {} : { targetRatios: ratios }),
      ...(ramp === null ? {} : { ramp }),
      timeline: points,
      ...(course.changes.length === 0 ? {} : { changes: [...course.changes] }),
      generator: {
        ...withoutWait(generator),
        ...(missed.standstills.length === 0 ? {} : { standstills: missed.standstills }),
      },
      failures,
      ...(this.#breakingPoint === null ? {} : { breakingPoint: this.#breakingPoint }),
      ...this.#connections.result,
      ...this.#ending.result,
    };
  }

  /** How well the percentile is known so far that the run goes on for, and how long was measured; null: there is none. */
  get known(): Known | null {
    const { started, course } = this.#begun();
    const { until } = started.plan;
    if (until === undefined) return null;
    const { measured } = course.timeline;
    const { times, infinite } = this.#statistics.total.callers;
    const p = until.p / 100;
    const bearable = course.isSteady && bears(p, times.count + infinite);
    return {
      until,
      value: quantileWithFailures(times, infinite, p),
      certainty: bearable ? this.#statistics.total.callerCertainty(measured, false)(p) : null,
      reached: this.#ending.known,
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

  get #statistics(): Statistics {
    return this.#run?.counted.statistics ?? NOTHING;
  }

  #addInterval(snapshot: IntervalSnapshot): void {
    const { course, counted, scoped } = this.#begun();
    counted.renew(snapshot);
    course.add(snapshot);
    this.#agents.add(snapshot);
    scoped.add(snapshot);
    if (this.#last === null || snapshot.index >= this.#last.index) this.#last = snapshot;
    this.#connections.add(snapshot);
    counted.add(snapshot);
  }
}

function runOf(started: Started): Run {
  const { plan } = started;
  const tags = tagSets(plan);
  const course = new CourseFold(plan);
  const scoped = new ScopedTimelines(plan, tags, course.standstills);
  return { started, course, counted: new CountedFold(course, tags), scoped };
}

function withInterval(goodput: GoodputResult, certainty: Measurements['certainty']): GoodputResult {
  const { good, judged, open = 0 } = goodput;
  if (certainty === null || judged === 0) return goodput;
  const [low, high] = goodputCertainty({ bad: judged - good, judged, open }, certainty.stretches).interval;
  const { perSec, ...rest } = goodput;
  return { ...rest, ci95: [low, high ?? 1], perSec };
}

const isEmpty = (of: object): boolean => Object.keys(of).length === 0;

function instantsFrom(startedAt: string): (at: number) => string {
  const origin = Date.parse(startedAt);
  return (at) => new Date(origin + Math.round(at / 1000)).toISOString();
}

function withoutWait({ cpuWait: _, ...result }: GeneratorResult & { cpuWait: number | null }): GeneratorResult {
  return result;
}
