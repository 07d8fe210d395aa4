/** The part of a run's fold that is about the generator's own health. */
import type { GeneratorResult } from '../core/result.ts';
import { type GeneratorSnapshot, timesOf } from '../core/snapshot.ts';
import { Histogram } from '../stats/histogram.ts';
import { inMs } from './latency.ts';

/** The load generator's health over the measured phase; the times in ms. */
export interface GeneratorHealth extends GeneratorResult {
  /** Mean share of the time in which a load thread was ready to run but got no core; null where unknown. */
  readonly cpuWait: number | null;
}

/** A mean over time of something that is not always known. */
class TimeMean {
  #sum = 0;
  #time = 0;

  add(value: number | null, time: number): void {
    if (value === null) return;
    this.#sum += value * time;
    this.#time += time;
  }

  get value(): number | null {
    return this.#time > 0 ? this.#sum / this.#time : null;
  }
}

export class GeneratorFold {
  readonly lag = new Histogram();
  readonly #connectionWait = new Histogram();
  /** The per-interval p99s. */
  readonly #loopDelay = new Histogram();
  readonly #cpu = new TimeMean();
  readonly #cpuWait = new TimeMean();
  readonly #utilization = new TimeMean();
  #loopDelayMax = 0;
  #gcMax = 0;
  #rss = 0;

  /** Lags of requests sent in an interval of the measured phase or its drain, and their waits for a connection. */
  addLag(generator: GeneratorSnapshot): void {
    this.lag.add(timesOf(generator, 'lag'));
    this.#connectionWait.add(timesOf(generator, 'connectionWait'));
  }

  /** @param length of the interval, µs. */
  addInterval(generator: GeneratorSnapshot, length: number): void {
    this.#loopDelay.record(generator.loopDelayP99);
    this.#loopDelayMax = Math.max(this.#loopDelayMax, generator.loopDelayMax);
    this.#gcMax = Math.max(this.#gcMax, generator.gcMax);
    this.#rss = Math.max(this.#rss, generator.rss);
    this.#cpu.add(generator.cpu, length);
    this.#cpuWait.add(generator.cpuWait, length);
    this.#utilization.add(generator.utilization, length);
  }

  health(threads: number): GeneratorHealth {
    const { value: utilization } = this.#utilization;
    const { value: cpuWait } = this.#cpuWait;
    return {
      threads,
      cpu: toThree(this.#cpu.value ?? 0),
      loopDelayP99: this.#loopDelay.count > 0 ? inMs(this.#loopDelay.quantile(0.99)) : 0,
      loopDelayMax: inMs(this.#loopDelayMax),
      lagP99: this.lag.count > 0 ? inMs(this.lag.quantile(0.99)) : null,
      ...(this.#connectionWait.count > 0 ? { connectionWaitP99: inMs(this.#connectionWait.quantile(0.99)) } : {}),
      gcMaxMs: inMs(this.#gcMax),
      rssBytes: this.#rss,
      utilization: utilization === null ? null : toThree(utilization),
      cpuWait: cpuWait === null ? null : toThree(cpuWait),
    };
  }
}

const toThree = (value: number): number => Math.round(value * 1000) / 1000;
