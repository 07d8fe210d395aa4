import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createExchange } from '../core/exchange.ts';
import type { CheckedResponse, RequestContext, ScenarioFunction } from '../core/functions.ts';
import { planFixture } from '../core/plan.fixture.ts';
import type { Micros } from '../core/units.ts';
import { FunctionValues } from './function-values.ts';
import { VirtualClock } from './virtual-clock.ts';

const places = ['body', 'headers.x', 'check'];
const source = { file: 'a.ts', sha256: '', text: '', url: null, places };
const json = ['content-type', 'application/json'] as const;

function values(body: (context: RequestContext) => unknown, options: { header?: () => unknown; seed?: number } = {}) {
  const { header = () => 'h', seed = 1 } = options;
  const request = {
    ...{ name: 'a', method: 'POST', path: '/', templated: true as const },
    headers: [json, ['x', '{{function 1}}'] as const],
    body: { encoding: 'utf8', data: '{{function 0}}', bytes: 0 as never } as const,
    captures: [{ name: 'token', from: 'status' } as const],
  };
  const plan = planFixture({ requests: [request], functions: source, seed });
  const functions = [body as ScenarioFunction, header, () => true];
  return new FunctionValues(plan, functions, (index) => JSON.stringify({ n: index, text: 'é' }));
}

function made(of: FunctionValues, user: number, index: number, step = 0): readonly string[] {
  const exchange = Object.assign(createExchange(user), { index, step, captured: ['T'] });
  if (!of.make(exchange)) throw new Error(of.message);
  return exchange.made ?? [];
}

describe('values made by functions', () => {
  it('know the user, the number, the row and what was captured; text is sent as it is, all else as JSON', () => {
    const all = values(({ user, seq, row, captured }) => ({ user, seq, row, captured }));
    const body = (user: number, seq: number) => JSON.parse(made(all, user, seq)[0] ?? '') as unknown;
    expect(body(3, 7)).toEqual({ user: 3, seq: 7, row: { n: 7, text: 'é' }, captured: { token: 'T' } });
    expect(body(-1, 8)).toEqual({ user: null, seq: 8, row: { n: 8, text: 'é' }, captured: { token: 'T' } });
    expect(
      made(
        values(() => 'a=b'),
        0,
        0,
      ),
    ).toEqual(['a=b', 'h']);
    expect(
      made(
        values(() => null, { header: () => 12 }),
        0,
        0,
      ),
    ).toEqual(['null', '12']);
  });

  it('are the same for a seed however requests are spread over threads', () => {
    const draw = ({ random }: RequestContext) => [random(), random()];
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 });
    fc.assert(
      fc.property(order, fc.integer({ min: 0, max: 2 ** 31 }), (indexes, seed) => {
        const whole = values(draw, { seed });
        const expected = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => made(whole, -1, index)[0]);
        const threads = [values(draw, { seed }), values(draw, { seed })];
        const got = indexes.map((index) => [index, made(threads[index % 2] as FunctionValues, -1, index)[0]] as const);
        for (const [index, body] of got) expect(body).toBe(expected[index]);
        expect(new Set(expected).size).toBe(8);
      }),
      { numRuns: 30 },
    );
  });

  it('give each user numbers of its own, which go on from request to request', () => {
    const draw = ({ random }: RequestContext) => random();
    const together = values(draw);
    const both = [0, 1, 0, 1].map((user, index) => made(together, user, index)[0]);
    const alone = values(draw);
    expect([0, 2].map((index) => made(alone, 0, index)[0])).toEqual([both[0], both[2]]);
    expect(new Set(both).size).toBe(4);
  });

  it.each([
    [() => undefined, 'body: must return text or something that is sent as JSON, not undefined'],
    [() => Promise.resolve(1), 'body: must return text or something that is sent as JSON, not a promise'],
    [
      () => {
        throw new Error('no price\nat line 3');
      },
      'body: no price',
    ],
    [
      () => {
        throw 'text';
      },
      'body: text',
    ],
    [(): unknown => JSON.parse('{'), 'body: '],
  ])('fail with a message where a function does: %#', (body, message) => {
    const failing = values(body);
    expect(failing.make(createExchange(0))).toBe(false);
    expect(failing.message).toContain(message);
    expect(failing.message).not.toContain('\n');
  });

  it('cannot break out of a header or a path', () => {
    const header = values(() => 1, { header: () => 'a\r\nx-evil: 1' });
    expect(header.make(createExchange(0))).toBe(false);
    expect(header.message).toBe('headers.x: returned characters that no header may have');
    const path = {
      ...{ name: 'a', method: 'GET', path: '{{function 0}}', templated: true as const, headers: [], body: null },
    };
    const plan = planFixture({ requests: [path], functions: { ...source, places: ['requests[0].path'] } });
    for (const wrong of ['no/slash', '/a b', '/a\r\n', '', 5]) {
      const of = new FunctionValues(plan, [() => wrong], null);
      expect(of.make(createExchange(0))).toBe(false);
    }
    expect(made(new FunctionValues(plan, [() => '/a?b=%20'], null), 0, 0)).toEqual(['/a?b=%20']);
  });

  it('check responses: true, false, what is wrong, or a failure of the function', () => {
    const plan = planFixture({ functions: { ...source, places: ['check'] } });
    const response: CheckedResponse = { status: 200, text: '{}', header: () => null, json: () => ({}) };
    const said = (answer: () => unknown) => {
      const of = new FunctionValues(plan, [answer], null);
      return [of.check(0, createExchange(0), response), of.message];
    };
    expect(said(() => true)).toEqual([null, '']);
    expect(said(() => false)).toEqual(['check says no', '']);
    expect(said(() => 'the price is missing')).toEqual(['the price is missing', '']);
    expect(said(() => 1)).toEqual([
      undefined,
      'check: a check returns true, false, or what is wrong as text, not a value of type number',
    ]);
    expect(
      said(() => {
        throw new TypeError('x is undefined');
      }),
    ).toEqual([undefined, 'check: x is undefined']);
  });

  it('count the calls, and the time that they take', () => {
    const clock = new VirtualClock();
    const of = values(() => {
      clock.spend(250 as Micros);
      return 1;
    });
    of.clock = clock;
    made(of, 0, 0);
    made(of, 0, 1);
    expect([of.calls, of.spent]).toEqual([4, 500]);
  });
});
