import { describe, expect, it } from 'vitest';
import { EXHAUSTION, ON_A_REUSED_CONNECTION } from '../core/cause.ts';
import type { SearchPlan } from '../core/plan.ts';
import type { RunResult } from '../core/result.ts';
import { count, seconds } from '../core/units.ts';
import type { DoubtCode } from '../core/verdict.ts';
import { dataOf, generatorOf, OPEN, resultOf, spread } from './events.fixture.ts';
import { exitCodeOf } from './verdict.ts';

const doubtOf = (result: RunResult, code: DoubtCode) => result.verdict.doubts.find((doubt) => doubt.code === code);
const ok = spread(400, 5_000, 9_000);

describe('a generator that ran out of something', () => {
  it.each(Object.entries(EXHAUSTION))('%s voids the run, with what to do', (_code, message) => {
    const result = resultOf({ ok, ended: { 'connect-error': 3 }, message });
    expect(result.verdict.status).toBe('invalid');
    expect(result.verdict.doubts[0]).toMatchObject({ code: 'generator-exhausted', invalidates: true });
    expect(result.verdict.doubts[0]?.message).toBe(`For 30 requests no connection could be opened: ${message}.`);
    expect(result.verdict.doubts[0]?.hint).not.toBe('');
  });

  it('is not a target that cannot be reached, even where nothing was answered', () => {
    const result = resultOf({ ended: { 'connect-error': 3 }, message: EXHAUSTION.EMFILE });
    expect(doubtOf(result, 'unreachable')).toBeUndefined();
    expect(exitCodeOf(result)).toBe(5);
    const refused = resultOf({ ended: { 'connect-error': 3 }, message: 'ECONNREFUSED 127.0.0.1:9' });
    expect(doubtOf(refused, 'unreachable')).toBeDefined();
    expect(exitCodeOf(refused)).toBe(4);
  });
});

describe('a wait for a connection', () => {
  const plan = { load: OPEN, connections: { limit: count(4), maxAge: null, dnsTtl: seconds(30) } };
  const late = spread(100, 50_000, 80_000);

  it('is a doubt of its own, in the place of the lag that it explains', () => {
    const result = resultOf({ ok }, plan, {
      generator: generatorOf({ times: { lag: dataOf(late), connectionWait: dataOf(late) } }),
    });
    expect(doubtOf(result, 'connection-wait')).toMatchObject({ invalidates: false });
    expect(doubtOf(result, 'connection-wait')?.message).toContain('with 4 connections');
    expect(doubtOf(result, 'send-lag')).toBeUndefined();
    expect(result.generator.connectionWaitP99).toBeGreaterThan(70);
  });

  it('of next to nothing is none, and excuses no lag', () => {
    const short = dataOf([0, 0, 0, 200]);
    const result = resultOf({ ok }, plan, {
      generator: generatorOf({ times: { lag: dataOf(late), connectionWait: short } }),
    });
    expect(doubtOf(result, 'connection-wait')).toBeUndefined();
    expect(doubtOf(result, 'send-lag')).toBeDefined();
  });

  it('is not known where connections are not limited', () => {
    expect(resultOf({ ok }, { load: OPEN }).generator).not.toHaveProperty('connectionWaitP99');
  });
});

describe('connections closed as they are used again', () => {
  it('are a doubt with the likely cause', () => {
    const message = 'ECONNRESET before any response, on a connection used before';
    const result = resultOf({ ok, ended: { reset: 2 }, message });
    expect(doubtOf(result, 'reused-connection-closed')).toMatchObject({
      invalidates: false,
      message: 'The target closed 20 connections as they were used again; nothing was sent twice.',
    });
    const fresh = resultOf({ ok, ended: { reset: 2 }, message: 'ECONNRESET before any response' });
    expect(doubtOf(fresh, 'reused-connection-closed')).toBeUndefined();
  });
});

/** How a search is planned; what it finds does not matter here. */
const SEARCH: SearchPlan = {
  unit: 'req/s',
  slos: [],
  budget: seconds(60),
  precision: 0.1,
  maxLoad: null,
  maxVus: count(100),
  settle: seconds(0),
  instanceHeader: null,
};

describe('what a target does with its connections without a word', () => {
  const connections = { closedUnannounced: 7, surplus: 2 };

  it('is a doubt of its own each, of a run and of a search', () => {
    const search = { kind: 'find' as const, search: SEARCH };
    for (const plan of [{}, search]) {
      const result = resultOf({ ok }, plan, { connections });
      expect(doubtOf(result, 'closed-unannounced')).toMatchObject({ invalidates: false });
      expect(doubtOf(result, 'closed-unannounced')?.message).toContain('closed 70 connections');
      expect(doubtOf(result, 'surplus-bytes')?.message).toContain('On 20 connections');
      const quiet = resultOf({ ok }, plan);
      expect(doubtOf(quiet, 'closed-unannounced')).toBeUndefined();
      expect(doubtOf(quiet, 'surplus-bytes')).toBeUndefined();
    }
  });

  it('is told of a search where it costs requests, too', () => {
    const lost = { ended: { reset: 1 }, message: `connection closed ${ON_A_REUSED_CONNECTION}` };
    const result = resultOf({ ok, ...lost }, { kind: 'find', search: SEARCH });
    expect(doubtOf(result, 'reused-connection-closed')?.message).toContain('closed 10 connections');
  });
});
