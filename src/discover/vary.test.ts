import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../core/json-value.ts';
import type { Reply } from './exchange.ts';
import { expectedOf, steadinessOf } from './recorded.ts';
import { rowsLike } from './rows.ts';
import { sampleOf } from './schema.ts';
import { type Reach, varied } from './vary.ts';

/** A sequence of its own for each seed. */
function drawing(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

const many = (base: Json, schema: object | null, reach: Reach = 'wide', n = 200): Json[] => {
  const draw = drawing(7);
  const described = schema === null ? null : { schema, root: {} };
  return Array.from({ length: n }, () => varied({ base, schema: described, reach, draw }));
};

const SCHEMA = {
  type: 'object',
  required: ['age', 'size', 'kind', 'step', 'tags', 'pair', 'when', 'text', 'code', 'pet', 'maybe'],
  additionalProperties: false,
  properties: {
    age: { type: 'integer', minimum: 18, maximum: 120 },
    size: { type: 'number', exclusiveMinimum: 0.5, exclusiveMaximum: 0.6 },
    kind: { enum: ['a', 'b', 'c'] },
    step: { type: 'integer', multipleOf: 7, minimum: 10 },
    tags: { type: 'array', uniqueItems: true, minItems: 2, items: { type: 'integer', minimum: 0, maximum: 3 } },
    pair: { type: 'array', prefixItems: [{ type: 'number' }, { const: 'x' }], minItems: 2, maxItems: 2 },
    when: { type: 'string', format: 'date' },
    text: { type: 'string', minLength: 10, maxLength: 60 },
    code: { type: 'string', pattern: '^[A-Z]{2}$' },
    pet: {
      oneOf: [
        {
          type: 'object',
          required: ['t', 'n'],
          properties: { t: { const: 'cat' }, n: { type: 'integer', maximum: 9 } },
        },
        { type: 'object', required: ['t', 'w'], properties: { t: { const: 'dog' }, w: { type: 'string' } } },
      ],
    },
    maybe: { anyOf: [{ type: 'number', minimum: 0, maximum: 1 }, { type: 'null' }] },
  },
} as const;

describe('a varied body', () => {
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(SCHEMA);
  const base = sampleOf(SCHEMA, { root: {}, sparse: false });

  it.each(['wide', 'near'] as const)('is one of its schema, and hardly ever the same (%s)', (reach) => {
    const bodies = many(base, SCHEMA, reach);
    for (const body of bodies) expect([validate(body), validate.errors, body]).toEqual([true, null, body]);
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBeGreaterThan(150);
  });

  it('goes all the way between bounds, and takes each member of a list', () => {
    const bodies = many(base, SCHEMA) as { age: number; kind: string }[];
    expect(new Set(bodies.map(({ kind }) => kind)).size).toBe(3);
    expect(Math.min(...bodies.map(({ age }) => age))).toBeLessThan(25);
    expect(Math.max(...bodies.map(({ age }) => age))).toBeGreaterThan(110);
  });

  it('that nobody describes keeps shapes, names and whole numbers', () => {
    const body = {
      model: 'm-1',
      max_tokens: 32,
      inputs: [{ name: 'x', shape: [1, 2], datatype: 'FP32', data: [0.5, 3] }],
      city: 'Rome',
      prompt: 'Say a word or two.',
    };
    for (const made of many(body, null) as (typeof body)[]) {
      expect(made).toMatchObject({ model: 'm-1', max_tokens: 32, city: 'Rome' });
      expect(made.inputs[0]).toMatchObject({ name: 'x', shape: [1, 2], datatype: 'FP32' });
      const [first = 0, second = 0] = made.inputs[0]?.data ?? [];
      expect(first > 0.2 && first < 0.8 && Number.isInteger(second)).toBe(true);
      expect(made.prompt).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('asks for no more work than the one that was accepted', () => {
    const schema = {
      properties: { max_tokens: { type: 'integer', minimum: 1, maximum: 4096 }, x: { type: 'number' } },
    };
    for (const made of many({ max_tokens: 16, x: 1 }, schema)) expect(made).toMatchObject({ max_tokens: 16 });
  });

  it('is made of whatever was accepted, in bounded time', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (base, schema) => {
        const made = varied({ base: base as Json, schema: { schema, root: {} }, reach: 'wide', draw: drawing(1) });
        expect(JSON.stringify(made)).toBeDefined();
      }),
    );
  });
});

describe('rows', () => {
  const accepted = (body: Json) => ({
    question: {
      method: 'POST',
      path: '/p',
      headers: [['content-type', 'application/json']] as const,
      body: JSON.stringify(body),
    },
    from: "the schema in the target's description",
    reply: REPLY,
  });
  const REPLY: Reply = { status: 200, headers: [], body: '{}', message: '' };

  it('stay near where a target refuses what its schema allows', async () => {
    const schema = {
      schema: { type: 'object', properties: { a: { type: 'integer', minimum: 0, maximum: 1e6 } } },
      root: {},
    };
    const ask = async ({ body }: { body: string | null }) => ({
      ...REPLY,
      status: Math.abs(JSON.parse(body ?? '').a - 1000) > 150 ? 422 : 200,
    });
    const found = await rowsLike(accepted({ a: 1000 }), schema, ask, drawing(3));
    if (typeof found === 'string') throw new Error(found);
    expect(found.from).toContain('near');
    const bodies = Array.from({ length: 50 }, () => found.make.next());
    expect(new Set(bodies).size).toBe(50);
  });

  it.each([
    [{ a: 'x' }, /none of its values can be another/, 200],
    [{ a: 1000 }, /it refused bodies that differ/, 422],
  ])('of %j are none, and it is said why', async (body, says, status) => {
    expect(await rowsLike(accepted(body), null, async () => ({ ...REPLY, status }), drawing(3))).toMatch(says);
  });

  it('end where there are no more', async () => {
    const schema = { schema: { type: 'object', properties: { a: { enum: ['x', 'y', 'z'] } } }, root: {} };
    const found = await rowsLike(accepted({ a: 'x' }), schema, async () => REPLY, drawing(3));
    if (typeof found === 'string') throw new Error(found);
    expect(Array.from({ length: 5 }, () => found.make.next()).filter((each) => each !== null)).toHaveLength(3);
  });
});

describe('repeats of a response', () => {
  it('show what differs, and by how much numbers do', () => {
    const of = (n: number): Json => ({
      label: 'a',
      p: 0.5 + n * 1e-7,
      id: `r${n}`,
      ms: n * 10,
      list: [1, { t: n }],
      n: 3,
    });
    const { unsteady, tolerance } = steadinessOf([[of(1), of(2), of(3)]]);
    expect(unsteady).toEqual(['$.id', '$.ms', '$.list']);
    expect(tolerance).toBeGreaterThan(2e-7);
    expect(tolerance).toBeLessThan(1e-5);
    expect(expectedOf(of(1), unsteady)).toEqual({ label: 'a', p: 0.5 + 1e-7, n: 3 });
  });

  it('that lie apart as times do are left out, whatever their size: their tolerance would be for all numbers', () => {
    const of = (n: number): Json => ({
      p: 0.25 + n * 1e-8,
      at: 1_764_485_000.5 + n / 7,
      took: 1_764_485_000_123 + n,
      label: 1,
    });
    const { unsteady, tolerance } = steadinessOf([[of(1), of(2), of(3)]]);
    expect(unsteady.toSorted()).toEqual(['$.at', '$.took']);
    expect(tolerance).toBeGreaterThan(1e-7);
    expect(tolerance).toBeLessThan(1e-5);
    const revenue = steadinessOf([
      [
        { p: 0.25, sum: 1_234_567_890.5 },
        { p: 0.25, sum: 1_234_567_890.5 },
      ],
    ]);
    expect(revenue).toEqual({ unsteady: [], tolerance: 3e-10 });
  });

  it('within texts are numbers, too, and JSON', () => {
    const of = (n: number): Json => ({
      y: `[0.1, ${0.2 + n * 1e-9}]`,
      say: `a chance of ${0.25 + n * 1e-9}`,
      id: `a-${n}.5`,
    });
    const { unsteady, tolerance } = steadinessOf([[of(1), of(2), of(3)]]);
    expect(unsteady).toEqual(['$.id']);
    expect(tolerance).toBeGreaterThan(1e-8);
    expect(tolerance).toBeLessThan(1e-7);
  });

  it('that are alike leave room for the last digits alone, and labels and counts none', () => {
    expect(steadinessOf([[{ p: 0.25 }, { p: 0.25 }, { p: 0.25 }]])).toEqual({ unsteady: [], tolerance: 3e-10 });
    expect(
      steadinessOf([
        ['setosa', 'setosa'],
        [0, 0],
      ]),
    ).toEqual({ unsteady: [], tolerance: 0 });
    expect(expectedOf({ id: 'x' }, ['$.id'])).toBeUndefined();
    expect(expectedOf('x', ['$'])).toBeUndefined();
  });
});
