import { expect, it } from 'vitest';
import { type Json, type JsonObject, objectOf } from '../core/json-value.ts';
import { mlflowBody, protocolAt } from './protocols.ts';

function bodyOf(path: string, metadata: Json): JsonObject {
  const [content] = protocolAt(path)?.bodies([metadata])[0] ?? [];
  return objectOf(content?.kind === 'json' ? content.value : undefined);
}

const NAMES = ['a', 'b', 'c'];

it('the inputs of the Open Inference Protocol share how many numbers a body may have', () => {
  const inputs = NAMES.map((name) => ({ name, datatype: 'FP32', shape: [600_000] }));
  const small = { name: 'd', datatype: 'FP32', shape: [2] };
  const made = bodyOf('/v2/models/m/infer', { inputs: [...inputs, small] })['inputs'] as { name: string }[];
  expect(made.map(({ name }) => name)).toEqual(['a', 'd']);
});

it('the inputs of a signature share them, too: one that is too large is one element of it', () => {
  const input = { dtype: 'DT_FLOAT', tensor_shape: { dim: [{ size: '-1' }, { size: '600000' }] } };
  const inputs = Object.fromEntries(NAMES.map((name) => [name, input]));
  const metadata = { metadata: { signature_def: { signature_def: { serving_default: { inputs } } } } };
  const { instances } = bodyOf('/v1/models/m:predict', metadata) as { instances: { [name: string]: Json[] }[] };
  expect(instances[0]?.['a']).toHaveLength(600_000);
  expect([instances[0]?.['b'], instances[0]?.['c']]).toEqual([0.5, 0.5]);
});

it('sizes that are no sizes, and more dimensions than a tensor has, make no body', () => {
  const tensor = (shape: Json): Json => ({ inputs: [{ name: 'a', datatype: 'FP32', shape }] });
  const sizes = [1e-9, 1e15];
  expect(bodyOf('/v2/models/m/infer', tensor(sizes))).toEqual({});
  expect(bodyOf('/v2/models/m/infer', tensor(Array.from({ length: 33 }, () => 1)))).toEqual({});
  const signature = (dim: readonly number[]): Json => {
    const inputs = { a: { dtype: 'DT_FLOAT', tensor_shape: { dim: dim.map((size) => ({ size })) } } };
    return { metadata: { signature_def: { signature_def: { serving_default: { inputs } } } } };
  };
  const deep = Array.from({ length: 20_000 }, () => 1);
  for (const dim of [[1, ...sizes], deep])
    expect(bodyOf('/v1/models/m:predict', signature(dim))).toEqual({ instances: [0.5] });
  expect(mlflowBody(`Tensor('float64', (${deep.join(', ')}))`)).toBeNull();
});
