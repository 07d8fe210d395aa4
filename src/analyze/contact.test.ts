import { describe, expect, it } from 'vitest';
import { GIVEN_UP } from '../core/cause.ts';
import type { RunResult } from '../core/result.ts';
import { contactOf } from './contact.ts';
import { resultOf, thresholdOf } from './events.fixture.ts';
import { headline } from './headline.ts';
import { exitCodeOf } from './verdict.ts';

const ERRORS = { thresholds: [thresholdOf('errors<1%', { kind: 'errors' }, '<', 0.01, 'share')] };
/** Ten seconds of requests of which none succeeded. @param bytesIn of each second. */
function endedAs(
  made: Parameters<typeof resultOf>[0],
  plan: Parameters<typeof resultOf>[1] = {},
  bytesIn = 0,
): RunResult {
  const result = resultOf(made, plan);
  return { ...result, totals: { ...result.totals, bytesIn } };
}
const noSamples = ({ verdict }: RunResult) => verdict.doubts.find(({ code }) => code === 'no-samples');

describe('a target', () => {
  it('whose responses are cut off has answered: the threshold fails', () => {
    const cut = { ended: { reset: 5 }, message: 'connection closed in the middle of the response', status: 200 };
    const result = resultOf(cut, ERRORS);
    expect(contactOf(result)).toBe('answered');
    expect([result.verdict.status, exitCodeOf(result)]).toEqual(['failed', 3]);
    expect(noSamples(result)?.message).toBe(
      'No request succeeded: 50 requests failed: connection closed in the middle of the response.',
    );
    const without = resultOf(cut);
    expect([without.verdict.status, exitCodeOf(without)]).toEqual(['invalid', 5]);
  });

  it('whose responses do not end has answered', () => {
    const timeouts = endedAs({ ended: { timeout: 5 }, message: 'the response did not end in time' }, {}, 1_000);
    expect([contactOf(timeouts), exitCodeOf(timeouts)]).toEqual(['answered', 5]);
    const givenUp = resultOf({ ended: { aborted: 2 }, message: GIVEN_UP.receiving, status: 200 });
    expect([contactOf(givenUp), exitCodeOf(givenUp)]).toEqual(['answered', 5]);
    expect(noSamples(givenUp)?.message).toBe('No request succeeded: 20 requests had not ended when the run did.');
  });

  it('that takes longer than the run is not unreachable', () => {
    const result = resultOf({ ended: { aborted: 2 }, message: GIVEN_UP.waiting });
    expect([contactOf(result), exitCodeOf(result)]).toEqual(['waiting', 5]);
    expect(noSamples(result)?.message).toBe(
      'No response came before the run ended: 20 requests were still waiting for one.',
    );
    expect(headline(result).sentence).not.toContain('Nothing answered');
  });

  it.each([
    ['refuses connections', { ended: { 'connect-error': 5 }, message: 'ECONNREFUSED 127.0.0.1:9' }],
    ['lets connections wait', { ended: { aborted: 5 }, message: GIVEN_UP.connecting }],
    ['says nothing in time', { ended: { timeout: 5 }, message: 'no response in time' }],
    ['closes without a word', { ended: { reset: 5 }, message: 'connection closed before any response' }],
  ] as const)('that %s cannot be reached', (_, made) => {
    const result = resultOf(made, ERRORS);
    expect([contactOf(result), exitCodeOf(result)]).toEqual(['none', 4]);
    expect(headline(result).sentence).toBe('Nothing answered at 127.0.0.1:8989.');
  });

  it('of which a standstill of the generator missed everything is not unreachable', () => {
    const result = resultOf({ leftOut: 2 }, ERRORS);
    expect([contactOf(result), result.verdict.status, exitCodeOf(result)]).toEqual(['missed', 'invalid', 5]);
    const said = 'No request counts: the generator stood still while all 20 were under way.';
    expect([noSamples(result)?.message, headline(result).sentence]).toEqual([said, said]);
    const others = resultOf({ leftOut: 2, ended: { timeout: 1 }, message: 'no response in time' }, ERRORS);
    expect([contactOf(others), exitCodeOf(others)]).toEqual(['none', 4]);
  });

  it('that says nothing in time is none that is still waited for, though the last requests were', () => {
    const { totals, failures } = resultOf({ ended: { aborted: 1 }, message: GIVEN_UP.waiting });
    const byOutcome = { ...totals.byOutcome, timeout: 4 };
    expect(contactOf({ totals: { ...totals, byOutcome }, failures })).toBe('none');
  });
});

describe('requests that were given up at the end', () => {
  const why = (result: RunResult): string => headline(result).why;

  it('stand in the headline', () => {
    const all = resultOf({ ended: { aborted: 2 }, message: GIVEN_UP.waiting });
    expect(why(all)).toContain('20 requests sent in 0:10, 20 given up unanswered at the end.');
    const some = resultOf({ ok: [5_000], ended: { aborted: 2 }, message: GIVEN_UP.waiting });
    expect(why(some)).toContain('30 requests sent in 0:10, none failed, 20 given up unanswered at the end.');
    expect(why(resultOf({ ok: [5_000], ended: { reset: 1 } }))).toContain(
      '20 requests sent in 0:10, 10 (50 %) failed.',
    );
    expect(why(resultOf({ ok: [5_000] }))).toContain('10 requests sent in 0:10, none failed.');
  });
});
