/** One segment of a run in one event loop: load, driver and recorder put together, cut into intervals on the grid. */
import type { LoadChange } from '../core/command.ts';
import type { Exchange } from '../core/exchange.ts';
import { measuredNames } from '../core/flow.ts';
import { durationOf, type Plan } from '../core/plan.ts';
import type { Clock, Driver } from '../core/ports.ts';
import { OUTCOME_CODE } from '../core/sample.ts';
import type { Segment } from '../core/segment.ts';
import type { IntervalSnapshot, Phase } from '../core/snapshot.ts';
import { count, type Micros } from '../core/units.ts';
import { ClosedLoad } from '../load/closed.ts';
import { Epochs } from '../load/epochs.ts';
import { Flows } from '../load/flows.ts';
import type { LoadModel } from '../load/model.ts';
import { OpenLoad } from '../load/open.ts';
import { Pulse } from '../load/pulse.ts';
import { replayed } from '../load/replay.ts';
import { SeveralLoads } from '../load/several.ts';
import type { Span } from '../load/walk.ts';
import { GoodputCounter } from '../record/goodput.ts';
import { Recorder } from '../record/recorder.ts';
import type { SampleLog } from '../record/sample-log.ts';
import type { Engine, HealthProbe } from './engine.ts';
import { FIRST_MEASURED, isEmpty, snapshotsOf, WARMUP, withGoodput } from './interval-snapshots.ts';
import { type SeparateConnects, separateConnects } from './separate-connects.ts';

/**
 * One segment of a run, in the calling event loop: a load model, a driver and a recorder, cut into intervals.
 *
 * Intervals lie on the grid from `startAt`, with one more cut where the load ends. The drain's last interval reaches to
 * the grid although nothing happens after the last response, so that a count divided by its length is a rate.
 */
export class Generation {
  readonly #plan: Plan;
  readonly #clock: Clock;
  readonly #driver: Driver;
  readonly #probe: HealthProbe;
  readonly #pulse: Pulse;
  readonly #load: LoadModel;
  readonly #recorder: Recorder;
  /** Null: nobody asks. */
  readonly #goodput: GoodputCounter | null;
  readonly #seriesCount: number;
  readonly #epochs: Epochs;
  readonly #startAt: Micros;
  readonly #measureConnect: Engine['measureConnect'];
  readonly #emit: (snapshots: readonly IntervalSnapshot[]) => void;
  readonly #onEnd: () => void;
  /** Where the last interval ended, since the start. */
  #cutAt = 0;
  /** The measured epoch of the interval under way. */
  #current = FIRST_MEASURED;
  /** The next cut, and the next step of the run: its start, its planned end, the end of its grace. */
  #tick: unknown = null;
  #step: unknown = null;
  #draining = false;
  #rampCounted = false;
  #stopped = false;
  #ended = false;
  /** The connections that a probe opens once its last request has ended. */
  #connects: SeparateConnects | null = null;

  /**
   * @param samples is told of each request that ends; null: nobody is.
   * @param startAt when to begin, on the engine's clock; ahead by a little, so that all segments begin together.
   */
  constructor(
    plan: Plan,
    segment: Segment,
    startAt: Micros,
    engine: Engine,
    emit: (snapshots: readonly IntervalSnapshot[]) => void,
    onEnd: () => void,
    samples: Pick<SampleLog, 'add'> | null = null,
  ) {
    const { load: profile } = plan;
    this.#plan = plan;
    this.#clock = engine.clock;
    this.#startAt = startAt;
    this.#measureConnect = engine.measureConnect;
    this.#emit = emit;
    this.#onEnd = onEnd;
    this.#driver = engine.createDriver(plan, engine.clock, segment);
    this.#probe = engine.createProbe(profile.model !== 'closed' && plan.timing === 'precise');
    const names = measuredNames(plan);
    this.#recorder = new Recorder(names, startAt);
    const goodput = plan.goodput === undefined ? null : new GoodputCounter(names.requests, plan.goodput);
    this.#goodput = goodput;
    const flows = new Flows(plan, engine.trace);
    this.#seriesCount = flows.seriesCount;
    this.#epochs = new Epochs(startAt, plan.warmup);
    this.#pulse = new Pulse(engine.clock, startAt, () => this.#probe.slept());
    this.#pulse.onStandstill = () => this.#catchUp();
    const context = {
      clock: engine.clock,
      driver: this.#driver,
      seed: plan.seed,
      maxRequests: plan.maxRequests,
      epochs: this.#epochs,
      pulse: this.#pulse,
      warmupRequests: plan.warmupRequests,
      flows,
      spans: { ended: (span: Span) => this.#recorder.recordSpan(span) },
      timing: plan.timing,
      schedule: replayed(plan, engine.trace, segment),
    };
    if (plan.loads !== undefined) this.#load = new SeveralLoads(plan.loads, plan, segment, context);
    else if (profile.model === 'open') this.#load = new OpenLoad(profile, segment, context);
    else if (profile.model === 'closed') this.#load = new ClosedLoad(profile, segment, context);
    else throw new Error('a mixed load is made of several');
    this.#driver.onDone = (exchange) => {
      this.#pulse.look(exchange.doneAt);
      const leftOut = this.#pulse.covers(exchange);
      if (leftOut) this.#recorder.leaveOut(exchange);
      else {
        this.#recorder.record(exchange);
        if (goodput !== null) goodput.count(exchange);
      }
      this.#load.done(exchange, leftOut);
      if (this.#draining && this.#driver.inFlight === 0) this.#drained(exchange);
    };
    if (samples !== null) {
      const { onDone } = this.#driver;
      // Before its exchange is used again.
      this.#driver.onDone = (exchange) => {
        this.#pulse.look(exchange.doneAt);
        samples.add(exchange, this.#pulse.covers(exchange));
        onDone(exchange);
      };
    }
    this.#driver.onPieces = (exchange, pieces, gap, now) => {
      this.#pulse.look(now);
      const own = gap > 0 && this.#pulse.covers({ dueAt: (now - gap) as Micros, doneAt: now }) ? -1 : gap;
      this.#recorder.recordPieces(exchange, pieces, own);
    };
    this.#load.onFinished = () => this.#offered();
    this.#countRampApart(0);
    this.#step = this.#after(startAt - this.#clock.now(), () => {
      this.#nextTick();
      this.#pulse.start();
      this.#load.start(startAt);
    });
  }

  /** Sends nothing more; what is under way may finish within the plan's `gracefulStop`. */
  stop(): void {
    this.#stopped = true;
    this.#load.stop();
    this.#connects?.end();
  }

  /** Carries out what a person asked for; the change's instant is the same in all segments, and a little ahead. */
  change(change: LoadChange): void {
    if (change.type === 'edited') {
      this.#load.edit(change.at, change.stages);
      return;
    }
    this.#epochs.reset(this.#startAt + change.at);
    this.#load.counts.grow(this.#epochs.count * this.#seriesCount);
  }

  /**
   * At the end of the ramp the statistics begin anew: in the interval before it, so that a reset until then comes
   * first.
   */
  #countRampApart(at: number): void {
    const { rampEnd, interval } = this.#plan;
    if (this.#rampCounted || rampEnd === undefined || rampEnd > at + interval) return;
    this.#rampCounted = true;
    this.change({ type: 'reset', at: rampEnd });
  }

  get #elapsed(): number {
    return this.#clock.now() - this.#startAt;
  }

  #after(delay: number, callback: () => void): unknown {
    return this.#clock.after(Math.max(0, delay) as Micros, callback);
  }

  /** The load has been offered in full, or was stopped: from here on it drains. */
  #offered(): void {
    if (this.#draining) return;
    this.#cut(Math.min(durationOf(this.#plan.load), Math.max(0, this.#elapsed)));
    this.#draining = true;
    this.#clock.cancel(this.#step);
    if (this.#driver.inFlight === 0) this.#drained(null);
    else this.#step = this.#after(this.#plan.gracefulStop, () => this.#driver.abort());
  }

  #nextTick(): void {
    const boundary = this.#boundary;
    this.#tick = this.#after(boundary - this.#elapsed, () => {
      this.#cut(boundary);
      this.#nextTick();
    });
  }

  /**
   * The intervals that passed while the thread stood still end where they should have: what comes now is of a later
   * one.
   */
  #catchUp(): void {
    const { interval, load } = this.#plan;
    const elapsed = this.#draining ? this.#elapsed : Math.min(this.#elapsed, durationOf(load));
    for (let at = this.#boundary; at <= elapsed; at += interval) this.#cut(at);
    this.#clock.cancel(this.#tick);
    this.#nextTick();
  }

  /** Where the interval under way ends on the grid. */
  get #boundary(): number {
    const { interval } = this.#plan;
    return (Math.floor(this.#cutAt / interval) + 1) * interval;
  }

  /** Emits what happened from the last cut to `until` (since the start). */
  #cut(until: number): void {
    if (until <= this.#cutAt) return;
    const startAt = this.#cutAt as Micros;
    this.#cutAt = until;
    const { interval, warmup, warmupRequests } = this.#plan;
    const taken = Array.from({ length: this.#epochs.count }, (_, epoch) =>
      withGoodput(this.#recorder.take(epoch, this.#load.counts), this.#goodput?.take(epoch)),
    );
    // Once the load has ended no request is due any more: a reset that was still to come has not come about.
    if (!this.#draining) this.#current = Math.max(FIRST_MEASURED, this.#epochs.of(this.#startAt + startAt));
    const current = this.#current;
    const inWarmup = startAt < warmup || (warmupRequests > 0 && isEmpty(taken[current]) && !this.#draining);
    const phase: Phase = this.#draining ? 'drain' : inWarmup ? 'warmup' : 'measure';
    const frame = { index: Math.floor(startAt / interval), startAt, endAt: until as Micros };
    const gauges = { inFlight: this.#driver.inFlight, vus: count(this.#load.vus) };
    const health = {
      times: this.#recorder.takeTimes(),
      ...this.#probe.take(),
    };
    if (phase === 'drain' && taken.every(isEmpty)) return;
    const connections = this.#driver.takeConnectionCounts?.() ?? null;
    const standstills = this.#pulse.take();
    const generator = standstills.length === 0 ? health : { ...health, standstills };
    const { skipped, overran } = this.#load.counts;
    this.#load.counts.skipped = 0;
    this.#load.counts.overran = 0;
    const own = phase === 'warmup' ? WARMUP : current;
    taken.forEach((measured, epoch) => {
      if (epoch !== own && isEmpty(measured)) this.#recorder.release(epoch);
    });
    this.#emit(snapshotsOf(frame, phase, taken, own, gauges, { connections, generator, skipped, overran }));
    if (!this.#draining) this.#countRampApart(until);
  }

  /** The last request has ended. */
  #drained(last: Exchange | null): void {
    const { kind, gracefulStop } = this.#plan;
    const connects = last !== null && last.outcome !== OUTCOME_CODE['connect-error'];
    if (kind !== 'probe' || !connects || this.#stopped || this.#connects !== null) {
      this.#end();
      return;
    }
    this.#clock.cancel(this.#step);
    this.#step = this.#after(gracefulStop, () => this.#connects?.end());
    // A target with room for one connection has room for these.
    this.#driver.close();
    this.#connects = separateConnects(
      this.#plan,
      (plan, done) => this.#measureConnect(plan, this.#clock, done),
      (request, took, handshake) => this.#recorder.recordSeparateConnect(this.#current, request, took, handshake),
      () => this.#end(),
    );
  }

  #end(): void {
    // The load may end within the response that is then found to have been the last.
    if (this.#ended) return;
    this.#ended = true;
    this.#clock.cancel(this.#tick);
    this.#clock.cancel(this.#step);
    this.#pulse.stop();
    const { interval } = this.#plan;
    this.#cut(Math.ceil((this.#cutAt + 1) / interval) * interval);
    this.#probe.close();
    this.#driver.close();
    this.#onEnd();
  }
}
