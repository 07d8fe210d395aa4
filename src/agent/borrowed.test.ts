import { describe, expect, it } from 'vitest';
import { planFixture } from '../core/plan.fixture.ts';
import type { Plan } from '../core/plan.ts';
import { borrowSecrets, repaySecrets } from './borrowed.ts';

const TOKEN = 'kept-here-9f3a61';

function planWith(headers: readonly (readonly [string, string])[], data: string | null = null): Plan {
  const plan = planFixture();
  const [request] = plan.requests;
  const body = data === null ? null : { encoding: 'utf8', data, bytes: Buffer.byteLength(data) };
  return { ...plan, requests: [{ ...request, headers, body }] } as Plan;
}

describe('secrets of a plan on its way to agents', () => {
  const plan = planWith([['Authorization', `Bearer ${TOKEN}`]], `{"password":"${TOKEN}","x":1}`);

  it('are names of variables, and become the values of whoever has it', () => {
    const sent = borrowSecrets(plan, { TOKEN, OTHER: 'nothing' });
    expect(JSON.stringify(sent)).not.toContain(TOKEN);
    expect(JSON.stringify(sent)).toContain('TOKEN');
    expect(repaySecrets(sent, { TOKEN })).toEqual({ plan, missing: [] });
    const theirs = repaySecrets(sent, { TOKEN: 'another-1' }).plan.requests[0];
    expect(theirs?.headers).toEqual([['Authorization', 'Bearer another-1']]);
    const data = '{"password":"another-1","x":1}';
    expect(theirs?.body).toEqual({ encoding: 'utf8', data, bytes: data.length });
  });

  it('that an agent does not have are told by name', () => {
    expect(repaySecrets(borrowSecrets(plan, { TOKEN }), {}).missing).toEqual(['TOKEN']);
  });

  it('are refused where no variable has them, and are not named', () => {
    expect(() => borrowSecrets(plan, { PATH: '/usr/bin' })).toThrow(/no environment variable has/);
    expect(() => borrowSecrets(plan, {})).not.toThrow(TOKEN);
  });

  it('go along where the set-up of this run has captured them', () => {
    expect(borrowSecrets(plan, {}, new Set([TOKEN]))).toEqual(plan);
    expect(() => borrowSecrets(plan, {}, new Set(['another']))).toThrow(/no environment variable has/);
  });

  it('are none in most plans, which travel as they are', () => {
    const plain = planWith([['Accept', 'application/json']]);
    expect(borrowSecrets(plain, { HOME: 'application' })).toBe(plain);
  });
});
