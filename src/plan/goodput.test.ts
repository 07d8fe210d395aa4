import { describe, expect, it } from 'vitest';
import { errorOf } from './error.fixture.ts';
import { withGoodput } from './goodput.ts';
import { parseThreshold } from './threshold.ts';

const read = (...texts: readonly string[]) =>
  withGoodput(
    texts.map((text) => parseThreshold(text, '--threshold')),
    '--threshold',
    [],
  );

describe('withGoodput', () => {
  it('leaves a plan alone that does not ask for it', () => {
    expect(read('p95<250ms', 'errors<1%').goodput).toBeNull();
  });

  it('reads thresholds on times as limits of each request', () => {
    const { thresholds, goodput } = read('p95<250ms', 'ttft_p95{chat}<=300ms', 'errors<1%', 'min>1ms', 'goodput>95%');
    expect(thresholds.map(({ text }) => text)).toEqual([
      'p95<250ms',
      'ttft_p95{chat}<=300ms',
      'errors<1%',
      'min>1ms',
      'goodput>95%',
    ]);
    expect(goodput).toEqual([
      { text: 'p95<250ms', of: 'response', op: '<', limit: 250_000 },
      { text: 'ttft_p95{chat}<=300ms', request: 'chat', of: 'ttft', op: '<=', limit: 300_000 },
    ]);
  });

  it('takes the limits of each request alone where there are any; they are held by nothing else', () => {
    const { thresholds, goodput } = read('p95<250ms', 'response<1s', 'TTFT < 300ms', 'itl<80ms', 'goodput>50/s');
    expect(thresholds.map(({ text }) => text)).toEqual(['p95<250ms', 'goodput>50/s']);
    expect(goodput?.map(({ text, of, limit }) => [text, of, limit])).toEqual([
      ['response<1s', 'response', 1_000_000],
      ['TTFT < 300ms', 'ttft', 300_000],
      ['itl<80ms', 'itl', 80_000],
    ]);
  });

  it.each([
    [
      ['ttft<300ms'],
      '"ttft<300ms" is a limit of each request, and no goodput counts the requests that keep it | Add goodput>95%, or name a statistic: ttft_p95.',
    ],
    [
      ['response<2s'],
      '"response<2s" is a limit of each request, and no goodput counts the requests that keep it | Add goodput>95%, or name a statistic: p95.',
    ],
    [
      ['goodput>95%'],
      '"goodput>95%" is the share of requests that meet every limit, and there is none | Add what a request must be under: ttft<300ms, tpot<40ms, response<2s; or a threshold like p95<250ms.',
    ],
    [
      ['p95<1s', 'goodput{flow buy}>95%'],
      '"goodput{flow buy}>95%" looks at a flow, and goodput is of requests | Name one of the requests, or none.',
    ],
  ])('%j is refused', (texts, message) => {
    expect(errorOf(() => read(...texts))).toBe(`bad-flag --threshold: ${message}`);
  });
});
