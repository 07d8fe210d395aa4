import { describe, expect, it } from 'vitest';
import { Alarms } from '../../alarms.ts';
import { VirtualTime } from '../../virtual-time.fixture.ts';
import { type BatchRules, ContinuousBatch, USUAL_RULES } from './continuous-batch.ts';

function begin(rules: Partial<BatchRules>) {
  const time = new VirtualTime();
  const batch = new ContinuousBatch(new Alarms(time), { ...USUAL_RULES, ...rules }, () => time.now());
  const ask = (prompt: number, length: number) => {
    const at: number[] = [];
    const cancel = batch.generate(prompt, length, 1, () => at.push(Math.round(time.now())));
    return { at, cancel };
  };
  return { time, batch, ask };
}

describe('continuous batching', () => {
  it('takes the prefill until the first token, then a decode for each', () => {
    const { time, ask } = begin({});
    const { at } = ask(40, 4);
    time.runUntil(1_000);
    expect(at).toEqual([40, 50, 60, 70]);
  });

  it('decodes what runs together in one step, and lets a new prompt hold it up', () => {
    const { time, ask } = begin({ decodeEachMs: 0, prefillTokenMs: 0 });
    const first = ask(1, 5);
    time.runUntil(25);
    const second = ask(1, 2);
    time.runUntil(1_000);
    // It joins at 30; that step reads its prompt as well.
    expect(first.at).toEqual([20, 30, 60, 70, 80]);
    expect(second.at).toEqual([60, 70]);
  });

  it('lets no more join than the batch and the cache hold', () => {
    const { time, batch, ask } = begin({ maxBatch: 1, prefillTokenMs: 0 });
    const [first, second] = [ask(1, 2), ask(1, 1)];
    expect([batch.running, batch.waiting]).toEqual([1, 1]);
    time.runUntil(1_000);
    expect([first.at, second.at]).toEqual([[20, 30], [50]]);
    const small = begin({ kvTokens: 10, prefillTokenMs: 0 });
    small.ask(4, 4);
    small.ask(4, 4);
    expect([small.batch.running, small.batch.waiting, small.batch.cacheUse]).toEqual([1, 1, 0.8]);
    small.time.runUntil(1_000);
    expect([small.batch.running, small.batch.waiting, small.batch.cacheUse]).toEqual([0, 0, 0]);
  });

  it('refuses what the queue has no room for, and forgets who has gone', () => {
    const { time, batch, ask } = begin({ maxBatch: 1, queue: 1 });
    const [first, second] = [ask(1, 100), ask(1, 1)];
    expect(() => ask(1, 1)).toThrow('the queue is full');
    first.cancel();
    time.runUntil(1_000);
    expect([first.at, second.at.length, batch.running]).toEqual([[], 1, 0]);
  });
});
