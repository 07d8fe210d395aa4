import { describe, expect, it } from 'vitest';
import { Alarms } from '../../alarms.ts';
import { VirtualTime } from '../../virtual-time.fixture.ts';
import { type BatchRules, ContinuousBatch, USUAL_RULES } from './continuous-batch.ts';

function begin(rules: Partial<BatchRules>) {
  const time = new VirtualTime();
  const batch = new ContinuousBatch(new Alarms(time), { ...USUAL_RULES, ...rules }, () => time.now());
  const ask = (prompt: number | readonly string[], length: number) => {
    const at: number[] = [];
    const words = typeof prompt === 'number' ? Array.from({ length: prompt }, (_, n) => `w${n}`) : prompt;
    const { sequence, cancel } = batch.generate(words, length, 1, () => at.push(Math.round(time.now())));
    return { at, sequence, cancel };
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

  it('reads only what no prompt before began with', () => {
    const { time, batch, ask } = begin({ prefillTokenMs: 1, decodeEachMs: 0, prefixTokens: 1_000 });
    const first = ask(40, 1);
    time.runUntil(100);
    const second = ask(40, 1);
    time.runUntil(200);
    // 20 ms and 40 tokens; then two blocks of 16 are known.
    expect([first.at, second.at]).toEqual([[60], [128]]);
    expect([first.sequence.cached, second.sequence.cached]).toEqual([0, 32]);
    expect(batch.counts).toMatchObject({ promptTokens: 80, answerTokens: 2, askedPrefix: 80, foundPrefix: 32 });
    const without = begin({ prefillTokenMs: 1 });
    without.ask(40, 1);
    without.time.runUntil(100);
    const again = without.ask(40, 1);
    without.time.runUntil(200);
    expect(again.at).toEqual([160]);
  });

  it('lets the youngest give its room up when the cache is full, and reads all it had again', () => {
    const rules = { decodeEachMs: 0, prefillTokenMs: 1, kvTokens: 12, preempt: true };
    const { time, batch, ask } = begin(rules);
    const [old, young] = [ask(4, 5), ask(4, 5)];
    time.runUntil(1_000);
    // With a word each they are 2 × (4 + 1) tokens and have room for two more: 13 is one too many.
    expect(old.at).toEqual([24, 58, 68, 78, 88]);
    // Once the older has gone, 20 ms, and one for each word of its prompt and for the one that it had made.
    expect(young.at).toEqual([58, 113, 123, 133, 143]);
    expect([old.sequence.preempted, young.sequence.preempted, batch.counts.preemptions]).toEqual([0, 1, 1]);
    expect([batch.running, batch.cacheUse]).toEqual([0, 0]);
    const reserved = begin({ ...rules, preempt: false });
    const waits = [reserved.ask(4, 5), reserved.ask(4, 5)];
    reserved.time.runUntil(1_000);
    expect(waits.map(({ at }) => at[0])).toEqual([24, 88]);
  });
});
