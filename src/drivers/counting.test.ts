import { describe, expect, it } from 'vitest';
import { createExchange, type Exchange, type StreamedTimes } from '../core/exchange.ts';
import type { Driver } from '../core/ports.ts';
import { OUTCOME_CODE } from '../core/sample.ts';
import type { Micros } from '../core/units.ts';
import { VirtualClock } from '../load/virtual-clock.ts';
import { CountingDriver } from './counting.ts';

const at = (value: number): Micros => value as Micros;

/** Ends what it is given when it is told to. */
class Inner implements Driver {
  onDone: (exchange: Exchange) => void = () => {};
  inFlight = 0;
  send(): void {
    this.inFlight++;
  }
  end(exchange: Exchange): void {
    this.inFlight--;
    this.onDone(exchange);
  }
  abort(): void {}
  retire(): void {}
  close(): void {}
}

function counting(count: (text: string) => number = (text) => text.split(' ').length) {
  const clock = new VirtualClock();
  const inner = new Inner();
  const driver = new CountingDriver(inner, clock, count);
  const ended: Exchange[] = [];
  driver.onDone = (exchange) => ended.push(exchange);
  const respond = (stream: Partial<StreamedTimes> | null, sent: Buffer | null = null, outcome = 0): Exchange => {
    const exchange = createExchange(-1);
    driver.send(exchange);
    const times = { pieces: 3, firstAt: at(1), lastAt: at(9), longestGap: at(5), finish: 1 };
    exchange.stream = stream === null ? null : { ...times, outputTokens: -1, inputTokens: -1, ...stream };
    exchange.sent = sent;
    exchange.outcome = outcome as Exchange['outcome'];
    inner.end(exchange);
    return exchange;
  };
  return { clock, driver, ended, respond };
}

const asking = (prompt: string): Buffer => Buffer.from(JSON.stringify({ prompt }));

describe('streams whose server tells no tokens', () => {
  it('are counted after their end, one in a turn, and are under way until then', () => {
    const { clock, driver, ended, respond } = counting();
    respond({ text: 'one two' }, asking('a b c d'));
    respond({ text: 'one' });
    expect([driver.inFlight, ended.length]).toEqual([2, 0]);
    clock.runUntil(at(1_000));
    expect(driver.inFlight).toBe(0);
    expect(ended.map(({ stream }) => stream)).toMatchObject([
      { pieces: 3, outputTokens: 2, countedOutput: true, inputTokens: 4, countedInput: true },
      { outputTokens: 1, countedOutput: true, inputTokens: -1 },
    ]);
  });

  it('but not those that tell, that failed, that are no streams, or whose text was too long', () => {
    const { ended, respond } = counting(() => 7);
    respond({ outputTokens: 5, inputTokens: 4, text: 'one' }, asking('a'));
    respond({ text: 'one' }, asking('a'), OUTCOME_CODE['stream-cut']);
    respond(null, asking('a'));
    respond({ text: null });
    expect(ended.map(({ stream }) => stream?.outputTokens)).toEqual([5, -1, undefined, -1]);
    expect(ended.every(({ stream }) => stream?.countedOutput === undefined)).toBe(true);
  });

  it('count their events where the tokenizer takes a text for none of its own', () => {
    const { clock, ended, respond } = counting((text) => {
      if (text.includes('<|end|>')) throw new Error('Disallowed special token found');
      return Number.NaN;
    });
    respond({ text: 'an <|end|>' }, asking('a'));
    clock.runUntil(at(1_000));
    expect(ended[0]?.stream).toMatchObject({ outputTokens: -1, inputTokens: -1 });
  });

  it('are all counted when the run gives up what is under way, and the same prompt once', () => {
    let calls = 0;
    const { driver, ended, respond } = counting((text) => {
      calls++;
      return text.length;
    });
    const sent = asking('abc');
    for (let n = 0; n < 4; n++) respond({ outputTokens: 2 }, sent);
    driver.abort();
    expect(ended.map(({ stream }) => [stream?.inputTokens, stream?.countedOutput])).toEqual(
      Array.from({ length: 4 }, () => [3, undefined]),
    );
    expect(calls).toBe(1);
  });
});
