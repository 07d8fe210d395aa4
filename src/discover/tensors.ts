/** Bodies of tensors, by what a model says of its inputs: the Open Inference Protocol v2, and signatures of TensorFlow. */
import { Buffer } from 'node:buffer';
import { type Json, type JsonObject, listOf, objectOf, textOf } from '../core/json-value.ts';
import type { Content } from './exchange.ts';
import { sampleFile } from './sample-files.ts';

type Bodies = readonly (readonly [content: Content, from: string])[];

const json = (value: Json): Content => ({ kind: 'json', value });

/** What open sizes are, beside batches: one; and where a model wants more of a text or a picture, so many. */
const OPEN_SIZES = [1, 64] as const;
/** In one body. */
const MOST_NUMBERS = 1_000_000;
/** No tensor of a library has more dimensions. */
const MOST_DIMENSIONS = 32;

/** Numbers that a body may still have: its inputs share them. */
interface Room {
  left: number;
}

/** Bodies of the Open Inference Protocol v2. @param metadata of the model; null: it was not told. */
export function inferenceBodies(metadata: Json | null): Bodies {
  const wanted = listOf(objectOf(metadata)['inputs']);
  const made = OPEN_SIZES.map((size) => {
    const room = { left: MOST_NUMBERS };
    return wanted.flatMap((each): JsonObject[] => {
      const tensor = tensorOf(objectOf(each), size, room);
      return tensor === null ? [] : [tensor];
    });
  });
  const [inputs = [], larger = []] = made;
  if (inputs.length > 0) {
    const from = "the model's metadata";
    const differs = larger.length === inputs.length && JSON.stringify(larger) !== JSON.stringify(inputs);
    const halves = inputs.some(({ datatype }) => isHalf(datatype));
    return [
      [json({ inputs }), from],
      // Triton takes those numbers as they lie in memory, and in JSON from nobody.
      ...(halves ? [[inBinary(inputs), `${from}, its halves in binary`] as const] : []),
      ...(differs ? [[json({ inputs: larger }), `${from}, open sizes being ${OPEN_SIZES[1]}`] as const] : []),
    ];
  }
  // Models that say nothing of their inputs, and whose server tells nobody why it refuses some.
  const named = wanted.length > 0 || textOf(objectOf(metadata)['name']) === '';
  return named
    ? []
    : WIDTHS.map((width) => [json(rowOf(width)), "the model's protocol, with as many numbers as it takes"]);
}

/** How many features models have, the usual ones first. */
const WIDTHS = [4, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 24, 30, 32, 64, 128];

function rowOf(width: number): JsonObject {
  const data = Array.from({ length: width }, () => 0.5);
  return { inputs: [{ name: 'input-0', shape: [1, width], datatype: 'FP32', data }] };
}

function tensorOf({ name, datatype, shape, parameters }: JsonObject, open: number, room: Room): JsonObject | null {
  // The first open size is the batch.
  const sizes = listOf(shape).map((each, n) => (typeof each === 'number' && each > 0 ? each : n === 0 ? 1 : open));
  const length = numbersOf(sizes) ?? Number.POSITIVE_INFINITY;
  if (typeof name !== 'string' || typeof datatype !== 'string' || length > room.left) return null;
  room.left -= length;
  // Column-wise metadata leaves the batch out, or says -1 alone.
  const shown = sizes.length === 0 ? [1] : sizes;
  const data = Array.from({ length: Math.max(1, length) }, () => elementOf(datatype));
  const content = textOf(objectOf(parameters)['content_type']);
  return { name, shape: shown, datatype, data, ...(content === '' ? {} : { parameters: { content_type: content } }) };
}

/** Whole numbers are often indices of words or of categories: small ones are in range. */
function elementOf(datatype: string): Json {
  if (datatype === 'BOOL') return true;
  if (datatype === 'BYTES') return 'text';
  return /INT/.test(datatype) ? 1 : 0.5;
}

/** One half in 16 bits, the lower byte first: IEEE 754, and its shorter brother. */
const HALVES: Readonly<Record<string, readonly [low: number, high: number]>> = { FP16: [0, 0x38], BF16: [0, 0x3f] };
const isHalf = (datatype: Json | undefined): boolean => Object.hasOwn(HALVES, textOf(datatype));

/** The same with numbers of 16 bits behind the JSON: the protocol's binary extension. */
function inBinary(inputs: readonly JsonObject[]): Content {
  const parts: Buffer[] = [];
  const described = inputs.map(({ data, ...input }): JsonObject => {
    const half = HALVES[textOf(input['datatype'])];
    if (half === undefined) return { ...input, data: data ?? [] };
    const part = Buffer.alloc(2 * listOf(data).length, Buffer.from(half));
    parts.push(part);
    return { ...input, parameters: { ...objectOf(input['parameters']), binary_data_size: part.length } };
  });
  return { kind: 'tensors', value: { inputs: described }, numbers: Buffer.concat(parts) };
}

/** Bodies of `instances`. @param metadata with a signature of TensorFlow; null: it was not told. */
export function instanceBodies(metadata: Json | null, verb: string): Bodies {
  const signatures = objectOf(objectOf(objectOf(objectOf(metadata)['metadata'])['signature_def'])['signature_def']);
  const signature = objectOf(signatures['serving_default'] ?? Object.values(signatures)[0]);
  const inputs = Object.entries(objectOf(signature['inputs']));
  const from = "the model's signature";
  if (verb !== 'predict') return inputs.length === 0 ? [] : [[json({ examples: [{}] }), from]];
  const room = { left: MOST_NUMBERS };
  const values = inputs.map(([name, raw]) => [name, valueOfTensor(name, objectOf(raw), room)] as const);
  const [first] = values;
  if (first === undefined) return [[json({ instances: [[1]] }), "the address, and the target's own errors"]];
  return values.length === 1
    ? [[json({ instances: [first[1]] }), from]]
    : [[json({ instances: [Object.fromEntries(values)] }), from]];
}

/** Of one instance: the first size is the batch. */
function valueOfTensor(name: string, { dtype, tensor_shape: shape }: JsonObject, room: Room): Json {
  const sizes = listOf(objectOf(shape)['dim'])
    .slice(1)
    .map((each) => Number(objectOf(each)['size']))
    .map((size) => (size > 0 ? size : OPEN_SIZES[0]));
  const kind = textOf(dtype);
  const element: Json =
    kind === 'DT_STRING' ? textOfTensor(name) : kind === 'DT_BOOL' ? true : /INT/.test(kind) ? 1 : 0.5;
  const length = numbersOf(sizes);
  if (length === null || length > room.left) return element;
  room.left -= length;
  return filled(sizes, element);
}

/** Strings of TensorFlow are bytes: those of pictures are in Base64. */
function textOfTensor(name: string): Json {
  if (/image|img|picture|photo|png|jpe?g/i.test(name)) return { b64: sampleFile('png').bytes.toString('base64') };
  return /_bytes$/.test(name) ? { b64: Buffer.from('text').toString('base64') } : 'text';
}

/** How many numbers a tensor has; null: those are no sizes of one. */
function numbersOf(sizes: readonly number[]): number | null {
  if (sizes.length > MOST_DIMENSIONS || !sizes.every(Number.isSafeInteger)) return null;
  return sizes.reduce((product, size) => product * size, 1);
}

/** Lists in lists, of those sizes. */
function filled(sizes: readonly number[], element: Json): Json {
  return sizes.reduceRight<Json>((inner, size) => Array.from({ length: size }, () => structuredClone(inner)), element);
}

/** A tensor of MLflow's error, `Tensor('float64', (-1, 4))`; null: it has none that could be made. */
export function tensorIn(text: string): Json | null {
  const shape = /Tensor\(['"]?([a-z0-9]+)['"]?, \(([-\d, ]+)\)/.exec(text)?.[2];
  if (shape === undefined) return null;
  const sizes = shape.split(',').flatMap((each) => (each.trim() === '' ? [] : [Math.max(1, Number(each))]));
  const length = numbersOf(sizes);
  return length === null || length > MOST_NUMBERS ? null : filled(sizes, 0.5);
}
