/** The generator's own health: event loop, processor, memory and garbage collections of its thread. */
import { readFileSync } from 'node:fs';
import {
  type EventLoopUtilization,
  type IntervalHistogram,
  monitorEventLoopDelay,
  PerformanceObserver,
  performance,
} from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { GeneratorSnapshot } from '../core/snapshot.ts';
import { type Bytes, type Micros, millis } from '../core/units.ts';

/** How often the loop delay is looked at, in ms. */
const RESOLUTION = 10;

/** Nanoseconds that the calling thread ran, and waited for a core, since its start. */
interface ThreadTime {
  readonly ran: number;
  readonly waited: number;
}

/**
 * Watches the load generator itself, in its own thread: a tool that measures others must know when it was the slow one.
 * `take` gives what happened since the last call.
 */
export class GeneratorProbe {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  readonly #observer: PerformanceObserver;
  readonly #spins: boolean;
  #utilization: EventLoopUtilization = performance.eventLoopUtilization();
  #thread = threadTime(null);
  #rss = residentSet(0 as Bytes);
  #takenAt = performance.now();
  #gcMax = 0;
  /** How far the wall clock was ahead of the monotonic one, ms. */
  #ahead = Date.now() - performance.now();

  /** @param spins does the event loop turn on purpose (precise timing)? Then its utilisation says nothing. */
  constructor(spins: boolean) {
    this.#spins = spins;
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.#gcMax = Math.max(this.#gcMax, entry.duration);
    });
    this.#observer.observe({ entryTypes: ['gc'] });
    this.#delay.enable();
  }

  take(): Omit<GeneratorSnapshot, 'times'> {
    const now = performance.now();
    const elapsed = Math.max(1e-3, now - this.#takenAt);
    const utilization = performance.eventLoopUtilization();
    const since = performance.eventLoopUtilization(utilization, this.#utilization);
    // Both open a file, which a generator out of file descriptors cannot: that must not end it, but be told by its requests.
    const thread = threadTime(this.#thread);
    this.#rss = residentSet(this.#rss);
    // Its samples are the whole gap between two looks, in ns.
    const late = (nanos: number): Micros => Math.max(0, nanos / 1_000 - RESOLUTION * 1_000) as Micros;
    const seen = this.#delay.count > 0;
    const taken = {
      loopDelayP99: seen ? late(this.#delay.percentile(99)) : (0 as Micros),
      loopDelayMax: seen ? late(this.#delay.max) : (0 as Micros),
      utilization: this.#spins ? null : since.utilization,
      gcMax: millis(this.#gcMax),
      cpu: (thread.ran - this.#thread.ran) / 1e6 / elapsed,
      cpuWait: Number.isNaN(thread.waited) ? null : (thread.waited - this.#thread.waited) / 1e6 / elapsed,
      rss: this.#rss,
      heap: getHeapStatistics().used_heap_size as Bytes,
    };
    this.#takenAt = now;
    this.#utilization = utilization;
    this.#thread = thread;
    this.#gcMax = 0;
    this.#delay.reset();
    return taken;
  }

  /**
   * How much time has passed since the last call that the monotonic clock did not count: a suspended machine's, on most
   * systems. A wall clock that was set forward looks the same.
   */
  slept(): Micros {
    const before = this.#ahead;
    this.#ahead = Date.now() - performance.now();
    return Math.max(0, millis(this.#ahead - before)) as Micros;
  }

  close(): void {
    this.#delay.disable();
    this.#observer.disconnect();
  }
}

/**
 * On Linux from the scheduler's own account of this thread. Elsewhere the CPU time of the whole process, which is the
 * load thread's but for the little that the main thread does, and no waiting time. `last` stands in where the account
 * cannot be read this once.
 */
function threadTime(last: ThreadTime | null): ThreadTime {
  try {
    const [ran = '', waited = ''] = readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ');
    return { ran: Number(ran), waited: Number(waited) };
  } catch {
    if (last !== null && !Number.isNaN(last.waited)) return last;
    const { user, system } = process.cpuUsage();
    return { ran: (user + system) * 1_000, waited: Number.NaN };
  }
}

function residentSet(last: Bytes): Bytes {
  try {
    return process.memoryUsage.rss() as Bytes;
  } catch {
    return last;
  }
}
