import { describe, expect, it } from 'vitest';
import { createExchange, type Exchange } from '../core/exchange.ts';
import type { Cancellation } from '../core/plan.ts';
import type { Driver } from '../core/ports.ts';
import { OUTCOME_CODE } from '../core/sample.ts';
import { type Micros, micros, seconds } from '../core/units.ts';
import { ImpatientDriver } from './impatient-driver.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Answers after so long, µs, unless it is cancelled. */
class SlowDriver implements Driver {
  onDone: (exchange: Exchange) => void = () => {};
  inFlight = 0;
  readonly #clock: VirtualClock;
  readonly #took: number;
  readonly #underWay = new Map<Exchange, unknown>();

  constructor(clock: VirtualClock, took: number) {
    this.#clock = clock;
    this.#took = took;
  }

  send(exchange: Exchange): void {
    const end = this.#clock.after(micros(this.#took), () => this.#end(exchange, OUTCOME_CODE.ok));
    this.#underWay.set(exchange, end);
  }

  cancel(exchange: Exchange): void {
    this.#clock.cancel(this.#underWay.get(exchange));
    this.#end(exchange, OUTCOME_CODE.cancelled);
  }

  #end(exchange: Exchange, outcome: 0 | 11): void {
    this.#underWay.delete(exchange);
    exchange.outcome = outcome;
    exchange.doneAt = this.#clock.now();
    this.onDone(exchange);
  }

  abort(): void {}
  retire(): void {}
  close(): void {}
}

/** Of requests of these numbers: the outcome and how long each took, µs. */
function sent(numbers: readonly number[], took: number, cancel: Cancellation, seed = 1, step = 0) {
  const clock = new VirtualClock(micros(0), micros(1));
  const driver = new ImpatientDriver({ seed }, cancel, clock, new SlowDriver(clock, took));
  const ended = new Map<number, { readonly outcome: number; readonly took: number; readonly impatient: boolean }>();
  driver.onDone = ({ index, outcome, doneAt, dueAt, impatient }) =>
    ended.set(index, { outcome, took: doneAt - dueAt, impatient });
  for (const index of numbers) driver.send(Object.assign(createExchange(-1), { index, step, dueAt: clock.now() }));
  clock.runUntil(seconds(100));
  return ended;
}

const range = (length: number): number[] => Array.from({ length }, (_, n) => n);
const tenth = (after: Cancellation['after']): Cancellation => ({ share: 0.1, after });
const TWO = { kind: 'constant', value: seconds(2) as Micros } as const;

describe('users who leave', () => {
  it('are an exact share of all requests, the same ones however these are split, and leave when they are to', () => {
    const whole = sent(range(2_000), 10e6, tenth(TWO));
    const left = [...whole].filter(([, { outcome }]) => outcome === OUTCOME_CODE.cancelled);
    expect(left).toHaveLength(200);
    for (const [, { took }] of left) expect(Math.abs(took - 2e6)).toBeLessThan(100);
    const parts = [0, 1, 2].flatMap((part) => [
      ...sent(
        range(2_000).filter((n) => n % 3 === part),
        10e6,
        tenth(TWO),
      ),
    ]);
    expect(new Map(parts.sort(([a], [b]) => a - b))).toEqual(new Map([...whole].sort(([a], [b]) => a - b)));
    const other = sent(range(2_000), 10e6, tenth(TWO), 2);
    expect([...other].filter(([n, { outcome }]) => outcome !== whole.get(n)?.outcome).length).toBeGreaterThan(100);
  });

  it('stay for a response that is there before', () => {
    const ended = [...sent(range(1_000), 1e6, tenth(TWO)).values()];
    expect(ended.map(({ outcome }) => outcome)).toEqual(new Array(1_000).fill(OUTCOME_CODE.ok));
    expect(ended.filter(({ impatient }) => impatient)).toHaveLength(100);
  });

  it('may have patience of a distribution, other ones at another step of their pass', () => {
    const after = { kind: 'exponential', mean: seconds(2) as Micros } as const;
    const times = [...sent(range(20_000), 90e6, { share: 1, after }).values()].map(({ took }) => took);
    const mean = times.reduce((sum, one) => sum + one, 0) / times.length;
    expect(Math.abs(mean / 2e6 - 1)).toBeLessThan(0.05);
    const first = sent(range(1_000), 10e6, tenth(TWO));
    const second = sent(range(1_000), 10e6, tenth(TWO), 1, 1);
    const both = range(1_000).filter((n) => first.get(n)?.impatient && second.get(n)?.impatient);
    expect(both.length).toBeLessThan(50);
  });
});
