import { describe, expect, it } from 'vitest';
import { createExchange, type Exchange } from '../core/exchange.ts';
import type { MeasuredNames } from '../core/flow.ts';
import { OUTCOME_CODE } from '../core/sample.ts';
import type { Micros } from '../core/units.ts';
import { Recorder } from './recorder.ts';

const at = (value: number): Micros => value as Micros;

function exchange(changes: Partial<Exchange>): Exchange {
  return Object.assign(
    createExchange(0),
    { dueAt: at(1_000), sentAt: at(1_010), firstByteAt: at(1_500), doneAt: at(2_010) },
    changes,
  );
}

function offered(due: number[] = [0, 0], sent: number[] = [0, 0], dropped: number[] = [0, 0]) {
  return { due: Float64Array.from(due), sent: Float64Array.from(sent), dropped: Float64Array.from(dropped) };
}

const named = (requests: readonly string[]): MeasuredNames => ({ requests, flows: [], groups: [] });

describe('Recorder', () => {
  it('keeps the times, bytes and statuses of successes', () => {
    const recorder = new Recorder(named(['POST /p']), at(0));
    recorder.record(exchange({ status: 200, bytesIn: 100, bodyBytesIn: 40, bytesOut: 50 }));
    recorder.record(exchange({ status: 201, bytesIn: 11, bodyBytesIn: 2, bytesOut: 5, doneAt: at(3_010) }));
    const series = recorder.take(1, offered([0, 3], [0, 2], [0, 1])).series['POST /p']!;
    expect(series).toMatchObject({
      due: 3,
      sent: 2,
      dropped: 1,
      ok: 2,
      failed: 0,
      bytesIn: 111,
      bodyBytesIn: 42,
      bytesOut: 55,
    });
    expect(series.byOutcome).toEqual({ ok: 2 });
    expect(series.byStatus).toEqual({ 200: 1, 201: 1 });
    expect(series.times.response).toMatchObject({ count: 2, min: 1_010, max: 2_010, sum: 3_020 });
    expect(series.times.service).toMatchObject({ count: 2, min: 1_000, max: 2_000 });
    expect(series.times.firstByte).toMatchObject({ count: 2, min: 490, max: 490 });
    expect(series.times.connect).toBeUndefined();
  });

  it('keeps what came of bodies that did not come to their end apart', () => {
    const recorder = new Recorder(named(['a']), at(0));
    recorder.record(exchange({ status: 200, bodyBytesIn: 40 }));
    recorder.record(exchange({ status: 500, bodyBytesIn: 4, outcome: OUTCOME_CODE['http-error'] }));
    recorder.record(exchange({ outcome: OUTCOME_CODE.cancelled, bodyBytesIn: 7 }));
    recorder.record(exchange({ outcome: OUTCOME_CODE.timeout, bodyBytesIn: 9 }));
    recorder.record(exchange({ outcome: OUTCOME_CODE['connect-error'] }));
    const wrong = { status: 200, outcome: OUTCOME_CODE['wrong-answer'], bodyBytesIn: 6 } as const;
    recorder.record(exchange(wrong));
    recorder.record(exchange({ ...wrong, tooLong: true }));
    expect(recorder.take(1, offered()).series['a']).toMatchObject({
      ...{ bodyBytesIn: 72, unfinishedBodyBytesIn: 22, tooLong: 1 },
    });
    recorder.record(exchange({ status: 200, bodyBytesIn: 40 }));
    const whole = recorder.take(1, offered()).series['a'];
    for (const name of ['unfinishedBodyBytesIn', 'tooLong']) expect(whole).not.toHaveProperty(name);
  });

  it('has of a request that its user left the first token alone, and counts it as neither', () => {
    const recorder = new Recorder(named(['a']), at(0));
    const stream = {
      pieces: 3,
      firstAt: at(1_300),
      lastAt: at(1_900),
      longestGap: at(400),
      outputTokens: -1,
      inputTokens: -1,
      finish: 0,
    };
    const cancelled = { outcome: OUTCOME_CODE.cancelled, impatient: true } as const;
    recorder.recordPieces(exchange({}), 3, -1);
    recorder.record(exchange({ ...cancelled, stream, doneAt: at(3_000) }));
    recorder.record(exchange({ ...cancelled, doneAt: at(3_000) }));
    recorder.record(exchange({ impatient: true, stream: { ...stream, firstAt: at(1_500) } }));
    const series = recorder.take(1, offered()).series['a']!;
    expect(series).toMatchObject({ ok: 1, failed: 0, byOutcome: { ok: 1, cancelled: 2 }, failures: [] });
    expect(Object.keys(series.times).sort()).toEqual(['interTokenLatency', 'timeToFirstToken', 'waitedForFirstToken']);
    expect(series.times.timeToFirstToken).toMatchObject({ count: 2, min: 300, max: 500 });
    expect(series.times.waitedForFirstToken).toMatchObject({ count: 1, min: 2_000 });
  });

  it('keeps failures apart, by outcome, status and message, with first and last time since the start', () => {
    const recorder = new Recorder(named(['a']), at(500));
    const failure = { outcome: OUTCOME_CODE['http-error'], status: 503, message: 'HTTP 503' };
    recorder.record(exchange({ ...failure, doneAt: at(2_000) }));
    recorder.record(exchange({ ...failure, doneAt: at(5_000) }));
    recorder.record(exchange({ outcome: OUTCOME_CODE.aborted, message: 'late', doneAt: at(6_000) }));
    const series = recorder.take(1, offered()).series['a']!;
    expect(series).toMatchObject({
      ok: 0,
      failed: 2,
      byOutcome: { 'http-error': 2, aborted: 1 },
      byStatus: { 503: 2 },
    });
    expect(series.times.response).toBeUndefined();
    expect(series.times.failedResponse?.count).toBe(2);
    expect(series.times.unfinished).toMatchObject({ count: 1, max: 5_000 });
    expect(series.failures).toEqual([
      { outcome: 'http-error', status: 503, message: 'HTTP 503', count: 2, firstAt: 1_500, lastAt: 4_500 },
      { outcome: 'aborted', status: 0, message: 'late', count: 1, firstAt: 5_500, lastAt: 5_500 },
    ]);
  });

  it('keeps the first example of a wrong answer, and none of another outcome', () => {
    const recorder = new Recorder(named(['a']), at(0));
    const wrong = { outcome: OUTCOME_CODE['wrong-answer'], message: '$.y differs' };
    for (const example of ['', '$.y: expected 3, got 4', '$.y: expected 5, got 6'])
      recorder.record(exchange({ ...wrong, example }));
    recorder.record(exchange({ outcome: OUTCOME_CODE.timeout, message: 'no response in time', example: 'stale' }));
    const { failures } = recorder.take(1, offered()).series['a']!;
    expect(failures.map(({ example, count }) => [example, count])).toEqual([
      ['$.y: expected 3, got 4', 3],
      [undefined, 1],
    ]);
  });

  it('shows a failure by what a response that was left out said, in whatever interval the next one of its kind comes', () => {
    const recorder = new Recorder(named(['a']), at(0));
    const wrong = { outcome: OUTCOME_CODE['wrong-answer'], message: '$.y differs' };
    recorder.leaveOut(exchange({ ...wrong, example: '$.y: expected 3, got 4', body: '{"y":4}' }));
    recorder.leaveOut(exchange({ ...wrong, body: '{"y":5}' }));
    recorder.record(exchange({ outcome: OUTCOME_CODE['wrong-answer'], message: '$.x differs' }));
    const first = recorder.take(1, offered()).series['a']!;
    expect(first.leftOut).toBe(2);
    expect(first.failures.map(({ message, example, bodies }) => [message, example, bodies])).toEqual([
      ['$.x differs', undefined, undefined],
    ]);
    recorder.record(exchange({ ...wrong, body: '{"y":6}' }));
    recorder.record(exchange(wrong));
    const [shown] = recorder.take(1, offered()).series['a']!.failures;
    expect(shown).toMatchObject({
      count: 2,
      example: '$.y: expected 3, got 4',
      bodies: ['{"y":4}', '{"y":5}', '{"y":6}'],
    });
    recorder.record(exchange(wrong));
    expect(recorder.take(1, offered()).series['a']!.failures[0]).not.toHaveProperty('example');
  });

  it('bounds the number of messages, and loses no failure', () => {
    const recorder = new Recorder(named(['a']), at(0));
    for (let n = 0; n < 1_000; n++) recorder.record(exchange({ outcome: OUTCOME_CODE.reset, message: `number ${n}` }));
    const { failures, failed } = recorder.take(1, offered()).series['a']!;
    expect(failed).toBe(1_000);
    expect(failures.length).toBeLessThanOrEqual(101);
    expect(failures.reduce((sum, { count }) => sum + count, 0)).toBe(1_000);
  });

  it('takes the connect time out of the lag', () => {
    const recorder = new Recorder(named(['a']), at(0));
    recorder.record(exchange({ sentAt: at(1_700), connectTook: at(600) }));
    expect(recorder.takeTimes().lag).toMatchObject({ count: 1, min: 100, max: 100 });
    expect(recorder.take(1, offered()).series['a']!.times.connect).toMatchObject({ count: 1, min: 600 });
  });

  it('counts no lag for a request that never left', () => {
    const recorder = new Recorder(named(['a']), at(0));
    recorder.record(exchange({ outcome: OUTCOME_CODE['connect-error'], sentAt: at(0), message: 'ECONNREFUSED' }));
    expect(recorder.takeTimes()).toEqual({});
  });

  it('keeps epochs apart, and is empty after take', () => {
    const recorder = new Recorder(named(['a', 'b']), at(0));
    recorder.record(exchange({ epoch: 0, request: 1 }));
    recorder.record(exchange({ epoch: 1, request: 0 }));
    expect(Object.keys(recorder.take(0, offered([0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0])).series)).toEqual(['b']);
    expect(Object.keys(recorder.take(1, offered([0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0])).series)).toEqual(['a']);
    expect(recorder.take(0, offered([0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0])).series).toEqual({});
    expect(recorder.take(1, offered([0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0])).series).toEqual({});
  });

  it('keeps groups and flows apart from the requests they are made of; what was cut or left out has no time', () => {
    const recorder = new Recorder({ requests: ['a'], flows: ['f'], groups: ['g', 'h'] }, at(0));
    const sums = { response: 70, service: 60, bytesIn: 9, bodyBytesIn: 4, tooLong: false, bytesOut: 5 };
    const span = { ...sums, measured: 1, epoch: 1, outcome: OUTCOME_CODE.ok, cut: false, leftOut: false };
    recorder.recordSpan(span);
    recorder.recordSpan({ ...span, outcome: OUTCOME_CODE.timeout });
    recorder.recordSpan({ ...span, outcome: OUTCOME_CODE.timeout, cut: true });
    recorder.recordSpan({ ...span, cut: true });
    recorder.recordSpan({ ...span, leftOut: true });
    recorder.recordSpan({ ...span, outcome: OUTCOME_CODE.aborted });
    recorder.recordSpan({ ...span, measured: 3 });
    recorder.recordSpan({ ...span, measured: 3, outcome: OUTCOME_CODE['wrong-answer'], tooLong: true });
    const due = [0, 0, 0, 0, 0, 7, 0, 1];
    const { series, flows, groups } = recorder.take(
      1,
      offered(due, [0, 0, 0, 0, 0, 6, 0, 1], [0, 0, 0, 0, 0, 1, 0, 0]),
    );
    expect(series).toEqual({});
    expect(Object.keys(groups ?? {})).toEqual(['h']);
    expect(groups?.['h']).toMatchObject({ bodyBytesIn: 8, unfinishedBodyBytesIn: 4, tooLong: 1 });
    expect(flows?.['f']).toMatchObject({
      ...{ due: 7, sent: 6, dropped: 1, ok: 1, failed: 2, cut: 1, leftOut: 1, bytesIn: 36, failures: [] },
      byOutcome: { ok: 1, timeout: 2, aborted: 1 },
    });
    expect(flows?.['f']?.times.response).toMatchObject({ count: 1, min: 70 });
    expect(flows?.['f']?.times.failedResponse).toMatchObject({ count: 2 });
    expect(
      recorder.take(
        1,
        offered(
          due.map(() => 0),
          due.map(() => 0),
          due.map(() => 0),
        ),
      ),
    ).toEqual({ series: {}, flows: {}, groups: {} });
  });

  it('keeps what streams are judged by: first token, time per token, gaps, tokens, and how they ended', () => {
    const recorder = new Recorder(named(['chat']), at(0));
    const stream = {
      pieces: 5,
      firstAt: at(1_300),
      lastAt: at(1_900),
      longestGap: at(350),
      outputTokens: 7,
      inputTokens: 20,
      finish: 2,
    };
    const streamed = exchange({ status: 200, stream });
    recorder.recordPieces(streamed, 1, -1);
    recorder.recordPieces(streamed, 3, 250);
    recorder.recordPieces(streamed, 1, 350);
    recorder.record(streamed);
    recorder.record(exchange({ status: 200, stream: { ...stream, outputTokens: -1, inputTokens: -1, finish: 0 } }));
    const cut = exchange({
      status: 200,
      outcome: OUTCOME_CODE['stream-cut'],
      message: 'the stream ended without [DONE]',
    });
    recorder.recordPieces(cut, 2, -1);
    recorder.record({ ...cut, stream });
    const { times, streams, failures, ok, failed } = recorder.take(1, offered()).series['chat']!;
    expect([ok, failed]).toEqual([2, 1]);
    expect(times.timeToFirstToken).toMatchObject({ count: 2, min: 300, max: 300 });
    // 600 µs over six more tokens, and over four more events where the server does not count.
    expect(times.timePerOutputToken).toMatchObject({ count: 2, min: 100, max: 150 });
    expect(times.interTokenLatency).toMatchObject({ count: 5, min: 0, max: 350, sum: 600 });
    expect(times.longestGap).toMatchObject({ count: 2, max: 350 });
    expect(streams).toEqual({
      pieces: 7,
      endedPieces: 10,
      failedPieces: 5,
      ended: 2,
      outputTokens: 12,
      inputTokens: 20,
      toldOutput: 1,
      toldInput: 1,
      finishes: { unknown: 1, length: 1 },
    });
    expect(failures).toMatchObject([{ outcome: 'stream-cut', message: 'the stream ended without [DONE]' }]);
    expect(recorder.take(1, offered()).series).toEqual({});
  });

  it('tells tokens that a tokenizer counted from those that the server did', () => {
    const recorder = new Recorder(named(['chat']), at(0));
    const times = { pieces: 3, firstAt: at(1_300), lastAt: at(1_700), longestGap: at(200), finish: 1 };
    const counted = { outputTokens: 5, countedOutput: true, inputTokens: 8, countedInput: true };
    recorder.record(exchange({ stream: { ...times, ...counted } }));
    recorder.record(exchange({ stream: { ...times, outputTokens: 9, inputTokens: 7 } }));
    recorder.record(exchange({ stream: { ...times, outputTokens: -1, inputTokens: -1 } }));
    const { streams, times: taken } = recorder.take(1, offered()).series['chat']!;
    expect(streams).toMatchObject({ ended: 3, outputTokens: 17, toldOutput: 1, countedOutput: 1 });
    expect(streams).toMatchObject({ inputTokens: 15, toldInput: 1, countedInput: 1 });
    // 400 µs over four, eight and two tokens behind the first.
    expect(taken.timePerOutputToken).toMatchObject({ count: 3, min: 50, max: 200 });
  });

  it('knows of streams that the run gave up whether they had a first token', () => {
    const recorder = new Recorder(named(['chat']), at(0));
    const stream = {
      pieces: 1,
      firstAt: at(1_300),
      lastAt: at(1_300),
      longestGap: at(0),
      outputTokens: -1,
      inputTokens: -1,
      finish: 0,
    };
    recorder.recordPieces(exchange({}), 1, -1);
    recorder.record(exchange({ outcome: OUTCOME_CODE.aborted, stream }));
    recorder.record(exchange({ outcome: OUTCOME_CODE.aborted, doneAt: at(5_000) }));
    const { times } = recorder.take(1, offered()).series['chat']!;
    expect(times.timeToFirstToken).toMatchObject({ count: 1, max: 300 });
    expect(times.waitedForFirstToken).toMatchObject({ count: 1, max: 4_000 });
  });
});
