import { describe, expect, it } from 'vitest';
import type { Json } from '../core/json-value.ts';
import { sampleOf } from './schema.ts';

const made = (schema: unknown, sparse = true, root: Json = {}): Json => sampleOf(schema, { root, sparse });

describe('a value that a schema describes', () => {
  it('is its own example, a default of the right type, or a member of its list', () => {
    expect(made({ type: 'string', example: 'AB-1' })).toBe('AB-1');
    expect(made({ type: 'string', examples: ['AB-2'] })).toBe('AB-2');
    expect(made({ type: 'integer', default: 5 })).toBe(5);
    expect(made({ type: 'boolean', default: 'false' })).toBe(true);
    expect(made({ type: 'integer', default: 'ten' })).toBe(1);
    expect(made({ type: 'string', enum: ['x', 'y'] })).toBe('x');
    expect(made({ const: 7 })).toBe(7);
    expect(made({ type: ['null', 'integer'] })).toBe(1);
  });

  it('is a text of its format, where that is one', () => {
    expect(made({ type: 'string', format: 'date' })).toBe('2024-01-15');
    expect(made({ type: 'string', format: 'constructor' })).toBe('text');
  });

  it('keeps to bounds', () => {
    expect(made({ type: 'integer', exclusiveMinimum: 5, exclusiveMaximum: 7 })).toBe(6);
    expect(made({ type: 'integer', minimum: 5, exclusiveMinimum: true, maximum: 6 })).toBe(6);
    expect(made({ type: 'integer', multipleOf: 7, minimum: 10 })).toBe(14);
    const small = made({ type: 'number', exclusiveMinimum: 0.5, exclusiveMaximum: 0.6 }) as number;
    expect(small > 0.5 && small < 0.6).toBe(true);
    expect(made({ type: 'number', minimum: -2, maximum: -1 })).toBe(-1.5);
    expect((made({ type: 'string', minLength: 300, maxLength: 310 }) as string).length).toBeGreaterThanOrEqual(300);
    expect(made({ type: 'array', items: { type: 'number' }, minItems: 4, maxItems: 4 })).toEqual([1, 1, 1, 1]);
    expect(made({ type: 'array', items: { type: 'string' }, minItems: 2, uniqueItems: true })).toEqual([
      'text',
      'text1',
    ]);
  });

  it('leaves out what may be, or not', () => {
    const schema = { type: 'object', required: ['a'], properties: { a: { type: 'integer' }, b: { type: 'integer' } } };
    expect(made(schema)).toEqual({ a: 1 });
    expect(made(schema, false)).toEqual({ a: 1, b: 1 });
  });

  it('has what is required, also where an object of this language has that name', () => {
    const named = {
      type: 'object',
      properties: { constructor: { type: 'integer' } },
      required: ['constructor', 'toString'],
    };
    expect(Object.entries(made(named) as object)).toEqual([
      ['constructor', 1],
      ['toString', 'text'],
    ]);
    const example = { a: 1 };
    expect(made({ type: 'object', required: ['toString'], example })).toEqual({ toString: 'text' });
  });

  it('is bounded as a whole, however long its texts may be', () => {
    const text = { type: 'string', minLength: 4_000 };
    const schema = { type: 'array', minItems: 2_000, items: { type: 'array', minItems: 2_000, items: text } };
    expect(JSON.stringify(made(schema)).length).toBeLessThan(3e6);
  });

  it('is a member of a union, with the tag that says which', () => {
    const root = {
      s: {
        Cat: {
          type: 'object',
          required: ['kind', 'lives'],
          properties: { kind: { const: 'cat' }, lives: { type: 'integer' } },
        },
        Dog: { type: 'object', required: ['kind'], properties: { kind: { type: 'string' } } },
      },
    };
    const discriminator = { propertyName: 'kind', mapping: { hound: '#/s/Dog' } };
    expect(made({ oneOf: [{ $ref: '#/s/Cat' }] }, true, root)).toEqual({ kind: 'cat', lives: 1 });
    expect(made({ oneOf: [{ $ref: '#/s/Dog' }], discriminator }, true, root)).toEqual({ kind: 'hound' });
    expect(made({ anyOf: [{ type: 'null' }, { type: 'integer' }] })).toBe(1);
    expect(
      made({ allOf: [{ $ref: '#/s/Cat' }, { required: ['x'], properties: { x: { type: 'boolean' } } }] }, true, root),
    ).toEqual({
      kind: 'cat',
      lives: 1,
      x: true,
    });
  });

  it('ends, however a schema refers to itself or what it asks for', () => {
    const root = { n: { type: 'object', required: ['next'], properties: { next: { $ref: '#/n' } } } };
    expect(JSON.stringify(made({ $ref: '#/n' }, true, root)).length).toBeLessThan(1_000);
    expect(made({ $ref: '#/loop' }, true, { loop: { $ref: '#/loop' } })).toBeDefined();
    const wide = {
      type: 'array',
      minItems: 1e9,
      items: { type: 'array', minItems: 1e9, items: { type: 'string', minLength: 1e9 } },
    };
    const text = JSON.stringify(made(wide));
    expect(text.length).toBeLessThan(100_000_000);
    const self = { l: { type: 'array', minItems: 3, items: { $ref: '#/l' } } };
    expect(JSON.stringify(made({ $ref: '#/l' }, true, self)).length).toBeLessThan(1_000_000);
    const all = { a: { allOf: [{ $ref: '#/a' }], type: 'object' } };
    expect(() => made({ $ref: '#/a' }, true, all)).not.toThrow();
  });
});
