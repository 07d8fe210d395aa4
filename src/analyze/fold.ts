/**
 * From the stream of a run to its result: gathers what the folds of this folder make of it, and asks for doubts and
 * verdict.
 */

import type { BreakingPoint } from '../core/breaking-point.ts';
import { RampartError } from '../core/errors.ts';
import type { RunEvent } from '../core/event.ts';
import { type TagSet, tagSets } from '../core/flow.ts';
import type { Plan, Scope } from '../core/plan.ts';
import { followsItsPlan } from '../core/procedure.ts';
import type { GeneratorResult, GoodputResult, RunResult, TimelinePoint, Totals } from '../core/result.ts';
import { bears } from '../core/sample-size.ts';
import { type IntervalSnapshot, seriesWithin } from '../core/snapshot.ts';
import type { UntilResult } from '../core/verdict.ts';
import type { Histogram } from '../stats/histogram.ts';
import { AgentFold } from './agent-fold.ts';
import { goodputCertainty } from './certainty.ts';
import { ConnectionFold } from './connection-fold.ts';
import { CourseFold } from './course.ts';
import { EndingFold } from './ending-fold.ts';
import { GeneratorFold } from './generator.ts';
import { inMs, quantileWithFailures, summarize } from './latency.ts';
import { outageOf } from './outage.ts';
import { RampFold } from './ramp-part.ts';
import { Statistics } from './statistics.ts';
import { targetRatios } from './target-ratios.ts';
import { evaluate, type Measurements } from './thresholds.ts';
import { resetAt, TimelineFold } from './timeline.ts';
import { type Known, untilResult } from './until.ts';
import { doubtsOf } from './validity.ts';
import { verdictOf } from './verdict.ts';
import { loadedFor } from './wording.ts';

type Started = Extract<RunEvent, { type: 'started' }>;

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
  readonly #ending = new EndingFold();
  #breakingPoint: BreakingPoint | null = null;
  #last: IntervalSnapshot | null = null;
  readonly #agents = new AgentFold();
  /** How many resets of the statistics there were: what follows is of what was due after the last. */
  #resets = 0;
  #tags: readonly TagSet[] = [];
  #statistics = new Statistics([]);
  /** How that went over time which thresholds look at alone. */
  readonly #scoped: { readonly scope: Scope; readonly timeline: TimelineFold }[] = [];
  #ramp: RampFold | null = null;
  #generator = new GeneratorFold();
  readonly #connections = new ConnectionFold();

  /** @throws RampartError `bad-journal` where the stream does not begin with `started`. */
  accept(event: RunEvent): void {
    switch (event.type) {
      case 'started':
        this.#run = { started: event, course: new CourseFold(event.plan) };
        this.#tags = tagSets(event.plan);
        this.#statistics = new Statistics(this.#tags);
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
    const { started, course } = this.#begun();
    const { plan } = started;
    const { measured, points } = course.timeline;
    const { finished, failing } = this.#ending;
    const independent = plan.kind === 'probe';
    const seconds = points.at(-1)?.t ?? 0;
    const instant = instantsFrom(started.run.startedAt);

    const told = intervals && course.isSteady;
    const statistics = this.#statistics.read(plan, { measured, independent, intervals: told });
    const { total, series, flows, groups, regions, tags } = statistics;
    const ratios = plan.search === null ? targetRatios(plan, tags) : null;
    const failures = this.#statistics.failures(instant);
    const generator = this.#generator.health(this.#agents.threads ?? plan.threads);
    const { response } = this.#statistics.total;
    const until = intervals ? this.#untilResult() : null;
    const whole = statistics.measurements(points);
    const judged = evaluate(plan, (scope) =>
      scope === undefined ? whole : statistics.measurements(this.#timelineOf(scope), scope),
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
      latency: { ...total.latency, lag: summarize(this.#generator.lag, 0, null) },
      ...(total.streams === undefined ? {} : { streams: total.streams }),
      ...(total.goodput === undefined ? {} : { goodput: withInterval(total.goodput, whole.certainty) }),
      series,
      ...(isEmpty(flows) ? {} : { flows }),
      ...(isEmpty(groups) ? {} : { groups }),
      ...(isEmpty(regions) ? {} : { regions }),
      ...(isEmpty(tags) ? {} : { tags }),
      ...(ratios === null ? {} : { targetRatios: ratios }),
      ...(this.#ramp === null ? {} : { ramp: this.#ramp.result }),
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

  /** How that went over time of which a threshold is. */
  #timelineOf(scope: Scope): readonly TimelinePoint[] {
    return this.#scoped.find((each) => sameScope(each.scope, scope))?.timeline.points ?? [];
  }

  /** The statistics start anew: the timeline keeps what was, nothing else does. */
  #restart(snapshot: IntervalSnapshot): void {
    const { plan } = this.#begun().started;
    const before = this.#begun().course.measuredFrom;
    if (plan.rampEnd !== undefined && resetAt(snapshot) === plan.rampEnd)
      this.#ramp = new RampFold(this.#statistics.total, before / 1e6, plan.rampEnd / 1e6, this.#resets);
    this.#resets = snapshot.resets ?? 0;
    this.#statistics = new Statistics(this.#tags);
    this.#generator = new GeneratorFold();
    this.#begun().course.restart(snapshot);
  }

  #addInterval(snapshot: IntervalSnapshot): void {
    const { started, course } = this.#begun();
    const { resets = 0 } = snapshot;
    if (resets > this.#resets) this.#restart(snapshot);
    course.add(snapshot);
    this.#agents.add(snapshot);
    for (const { scope, timeline } of this.#scoped) {
      timeline.add({ ...snapshot, series: seriesWithin(snapshot, scope, this.#tags) });
    }
    if (this.#last === null || snapshot.index >= this.#last.index) this.#last = snapshot;
    const { phase, generator, startAt, endAt } = snapshot;
    this.#connections.add(snapshot);
    if (generator !== undefined && resets === this.#resets && !warmingUp(snapshot, started.plan)) {
      this.#generator.addLag(generator);
      // The delay of a standstill has a doubt of its own, and charges no response.
      if (phase !== 'drain' && !course.standstills.touches(snapshot))
        this.#generator.addInterval(generator, endAt - startAt);
    }
    if (phase !== 'warmup' && resets === this.#resets) {
      this.#statistics.add(snapshot, phase);
      return;
    }
    const place = course.placeOf(snapshot);
    if (place === 'before') return;
    for (const series of Object.values(snapshot.series)) this.#ramp?.add(snapshot, series);
    this.#statistics.addEarlier(snapshot, place);
  }
}

function withInterval(goodput: GoodputResult, certainty: Measurements['certainty']): GoodputResult {
  const { good, judged, open = 0 } = goodput;
  if (certainty === null || judged === 0) return goodput;
  const [low, high] = goodputCertainty({ bad: judged - good, judged, open }, certainty.stretches).interval;
  const { perSec, ...rest } = goodput;
  return { ...rest, ci95: [low, high ?? 1], perSec };
}

const sameScope = (a: Scope, b: Scope): boolean => a.kind === b.kind && a.name === b.name;

const isEmpty = (of: object): boolean => Object.keys(of).length === 0;

/**
 * Whether an interval's generator belongs to the warm-up. It is on the first of an index's snapshots only, and that may
 * be the one of late warm-up responses in a measured interval: so it is judged by the time, where the plan has one.
 */
function warmingUp({ phase, startAt }: IntervalSnapshot, plan: Plan): boolean {
  return phase === 'warmup' && followsItsPlan(plan) && startAt < plan.warmup;
}

function instantsFrom(startedAt: string): (at: number) => string {
  const origin = Date.parse(startedAt);
  return (at) => new Date(origin + Math.round(at / 1000)).toISOString();
}

function withoutWait({ cpuWait: _, ...result }: GeneratorResult & { cpuWait: number | null }): GeneratorResult {
  return result;
}
