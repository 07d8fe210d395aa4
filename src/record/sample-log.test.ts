import { describe, expect, it } from 'vitest';
import { createExchange } from '../core/exchange.ts';
import { SAMPLE_FIELDS } from '../core/request-samples.ts';
import { micros } from '../core/units.ts';
import { SampleLog } from './sample-log.ts';

const exchangeOf = (index: number, message = '') =>
  Object.assign(createExchange(3), { index, message, dueAt: micros(index * 10), doneAt: micros(index * 10 + 5) });

describe('a log of single requests', () => {
  it('keeps each with its numbers, as many as there are, and begins anew when it is taken', () => {
    const log = new SampleLog({ share: 1, most: 10_000 });
    for (let index = 0; index < 1_000; index++) log.add(exchangeOf(index, index % 2 === 0 ? '' : `odd ${index % 4}`));
    const batch = log.take();
    expect(batch?.messages).toEqual(['odd 1', 'odd 3']);
    const row = batch?.values.slice(999 * SAMPLE_FIELDS.length);
    const last = Object.fromEntries(SAMPLE_FIELDS.map((field, i) => [field, row?.[i]]));
    expect(last).toMatchObject({ index: 999, user: 3, dueAt: 9_990, doneAt: 9_995, connectTook: -1, message: 1 });
    expect(batch?.values).toHaveLength(1_000 * SAMPLE_FIELDS.length);
    expect(log.take()).toBeNull();
  });

  it('marks those that the generator’s own standstill leaves out', () => {
    const log = new SampleLog({ share: 1, most: 10 });
    log.add(exchangeOf(0));
    log.add(exchangeOf(1), true);
    const { values = [] } = log.take() ?? {};
    const at = SAMPLE_FIELDS.indexOf('leftOut');
    expect([values[at], values[SAMPLE_FIELDS.length + at]]).toEqual([0, 1]);
  });

  it('keeps a share of them, and counts what has no room', () => {
    const log = new SampleLog({ share: 0.1, most: 30 });
    for (let index = 0; index < 1_000; index++) log.add(exchangeOf(index));
    const { values, dropped } = log.take() ?? { values: [], dropped: 0 };
    expect([values.length / SAMPLE_FIELDS.length, dropped]).toEqual([30, 70]);
  });
});
