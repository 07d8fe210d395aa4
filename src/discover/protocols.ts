import { isObject, type Json, type JsonObject, listOf, objectOf, textOf } from './document.ts';
import type { Content } from './exchange.ts';

/** How an address of a serving protocol is written, and what knows its inputs. */
export interface Protocol {
  readonly name: string;
  /** Routes whose GET describes the inputs: paths. */
  readonly metadata: readonly string[];
  /** Bodies by what those said; the likeliest first. */
  bodies(documents: readonly (Json | null)[]): readonly (readonly [content: Content, from: string])[];
}

const json = (value: Json): Content => ({ kind: 'json', value });

/** The protocol that the address itself names; null: none. */
export function protocolAt(pathname: string): Protocol | null {
  const infer = /^(.*\/v2\/models\/[^/]+(?:\/versions\/[^/]+)?)\/infer$/.exec(pathname);
  if (infer !== null) return openInference(infer[1] ?? '');
  const predict = /^(.*\/v1\/models\/[^/:]+(?:\/(?:versions|labels)\/[^/:]+)?):(predict|classify|regress)$/.exec(
    pathname,
  );
  if (predict !== null) return instances(predict[1] ?? '', predict[2] ?? 'predict');
  if (/\/invocations$/.test(pathname)) return mlflow(pathname.replace(/\/invocations$/, ''));
  const chat = /^(.*?)\/(chat\/completions|completions|embeddings|rerank|responses)$/.exec(pathname);
  if (chat !== null) return openAi(chat[1] ?? '', chat[2] ?? '');
  return null;
}

/** Batches are one, and other open sizes, too. */
const OPEN_SIZE = 1;
/** In one body. */
const MOST_NUMBERS = 1_000_000;
/** No tensor of a library has more dimensions. */
const MOST_DIMENSIONS = 32;

/** Numbers that a body may still have: its inputs share them. */
interface Room {
  left: number;
}

function openInference(model: string): Protocol {
  return {
    name: 'the Open Inference Protocol v2',
    metadata: [model],
    bodies: ([metadata]) => {
      const room = { left: MOST_NUMBERS };
      const inputs = listOf(objectOf(metadata)['inputs']).flatMap((each): JsonObject[] => {
        const tensor = tensorOf(objectOf(each), room);
        return tensor === null ? [] : [tensor];
      });
      if (inputs.length > 0) return [[json({ inputs }), "the model's metadata"]];
      // Models that say nothing of their inputs, and whose server tells nobody why it refuses some.
      const named = listOf(objectOf(metadata)['inputs']).length > 0 || textOf(objectOf(metadata)['name']) === '';
      return named
        ? []
        : WIDTHS.map((width) => [json(rowOf(width)), "the model's protocol, with as many numbers as it takes"]);
    },
  };
}

/** How many features models have, the usual ones first. */
const WIDTHS = [4, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 24, 30, 32, 64, 128];

function rowOf(width: number): JsonObject {
  const data = Array.from({ length: width }, () => 0.5);
  return { inputs: [{ name: 'input-0', shape: [1, width], datatype: 'FP32', data }] };
}

function tensorOf({ name, datatype, shape, parameters }: JsonObject, room: Room): JsonObject | null {
  const sizes = listOf(shape).map((each) => (typeof each === 'number' && each > 0 ? each : OPEN_SIZE));
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

function instances(model: string, verb: string): Protocol {
  return {
    name: 'the protocol v1 of KServe and TensorFlow Serving',
    metadata: [`${model}/metadata`],
    bodies: ([metadata]) => {
      const signatures = objectOf(objectOf(objectOf(objectOf(metadata)['metadata'])['signature_def'])['signature_def']);
      const signature = objectOf(signatures['serving_default'] ?? Object.values(signatures)[0]);
      const inputs = Object.entries(objectOf(signature['inputs']));
      const from = "the model's signature";
      if (verb !== 'predict') return inputs.length === 0 ? [] : [[json({ examples: [{}] }), from]];
      const room = { left: MOST_NUMBERS };
      const values = inputs.map(([name, raw]) => [name, valueOfTensor(objectOf(raw), room)] as const);
      const [first] = values;
      if (first === undefined) return [[json({ instances: [[1]] }), "the address, and the target's own errors"]];
      return values.length === 1
        ? [[json({ instances: [first[1]] }), from]]
        : [[json({ instances: [Object.fromEntries(values)] }), from]];
    },
  };
}

/** Of one instance: the first size is the batch. */
function valueOfTensor({ dtype, tensor_shape: shape }: JsonObject, room: Room): Json {
  const sizes = listOf(objectOf(shape)['dim'])
    .slice(1)
    .map((each) => Number(objectOf(each)['size']))
    .map((size) => (size > 0 ? size : OPEN_SIZE));
  const kind = textOf(dtype);
  const element: Json = kind === 'DT_STRING' ? 'text' : kind === 'DT_BOOL' ? true : /INT/.test(kind) ? 1 : 0.5;
  const length = numbersOf(sizes);
  if (length === null || length > room.left) return element;
  room.left -= length;
  return filled(sizes, element);
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

function mlflow(base: string): Protocol {
  return {
    name: 'the scoring protocol of MLflow',
    metadata: [`${base}/version`],
    bodies: () => [
      [json({ inputs: [[1]] }), 'the address, and the target’s own errors'],
      [json({ dataframe_split: { columns: ['x'], data: [[1]] } }), 'the address, and the target’s own errors'],
    ],
  };
}

const WORDS = 'Write one short sentence about the sea.';

function openAi(base: string, route: string): Protocol {
  return {
    name: "OpenAI's protocol",
    metadata: [`${base}/models`],
    bodies: ([models]) => {
      const [first] = listOf(objectOf(models)['data']);
      const model = textOf(objectOf(first)['id']);
      const named: JsonObject = model === '' ? {} : { model };
      const from = model === '' ? 'the address' : `the address, and the first of the target's models (${model})`;
      if (route === 'chat/completions')
        return [[json({ ...named, messages: [{ role: 'user', content: WORDS }], max_tokens: 32 }), from]];
      if (route === 'completions') return [[json({ ...named, prompt: WORDS, max_tokens: 32 }), from]];
      if (route === 'rerank') return [[json({ ...named, query: 'the sea', documents: [WORDS, 'A mountain.'] }), from]];
      return [[json({ ...named, input: WORDS }), from]];
    },
  };
}

/** The columns that MLflow's error names, as its schema is written; null: it names none. */
export function mlflowBody(text: string): Json | null {
  const columns = [
    ...text.matchAll(
      /['"]?([\w .()/-]{1,80})['"]?\s*:\s*(double|float|integer|long|string|boolean|datetime|binary)\b/g,
    ),
  ];
  if (columns.length > 0)
    return {
      dataframe_split: {
        columns: columns.map(([, name]) => name ?? ''),
        data: [columns.map(([, , type]) => mlflowValue(type ?? ''))],
      },
    };
  const missing = /missing inputs? \[([^\]]{1,4000})\]/i.exec(text)?.[1];
  const names = [...(missing ?? '').matchAll(/['"]([^'"]{1,100})['"]/g)].map(([, name]) => name ?? '');
  if (names.length > 0) return { dataframe_split: { columns: names, data: [names.map(() => 1.5)] } };
  const shape = /Tensor\(['"]?([a-z0-9]+)['"]?, \(([-\d, ]+)\)/.exec(text)?.[2];
  if (shape === undefined) return null;
  const sizes = shape.split(',').flatMap((each) => (each.trim() === '' ? [] : [Math.max(1, Number(each))]));
  const length = numbersOf(sizes);
  if (length === null || length > MOST_NUMBERS) return null;
  return { inputs: filled(sizes, 0.5) };
}

function mlflowValue(type: string): Json {
  if (type === 'string' || type === 'binary') return 'text';
  if (type === 'boolean') return true;
  if (type === 'datetime') return '2024-01-15T12:00:00';
  return type === 'double' || type === 'float' ? 1.5 : 1;
}

/** Well-known routes that say what a server is, beside its description: path, and what its GET shows. */
export const SIGNS: readonly {
  readonly path: string;
  readonly shows: (body: string, document: Json | null) => string | null;
}[] = [
  {
    path: '/v2',
    shows: (_, document) => {
      const { name, version, extensions } = objectOf(document);
      return typeof name === 'string' && Array.isArray(extensions)
        ? `the Open Inference Protocol v2: ${name} ${textOf(version)}`.trim()
        : null;
    },
  },
  {
    path: '/v1/models',
    shows: (_, document) => {
      const { object, data, models } = objectOf(document);
      const ids = listOf(data).map((each) => textOf(objectOf(each)['id']));
      if (object === 'list') return `OpenAI's protocol: ${ids.join(', ')}`;
      return Array.isArray(models)
        ? `KServe's protocol v1: ${models.filter((each) => typeof each === 'string').join(', ')}`
        : null;
    },
  },
  {
    path: '/ping',
    shows: (_, document) => (isObject(document) && textOf(document['status']) === 'Healthy' ? 'TorchServe' : null),
  },
  { path: '/version', shows: (body) => (/^\d+\.\d+\.\d+\w*$/.test(body.trim()) ? `MLflow ${body.trim()}` : null) },
  {
    path: '/-/routes',
    shows: (_, document) =>
      isObject(document) &&
      Object.keys(document).every((path) => path.startsWith('/')) &&
      Object.keys(document).length > 0
        ? 'Ray Serve'
        : null,
  },
];

/** Addresses of models, where the protocol names them: to be asked for instead of one that predicts nothing. */
export function modelRoutes(document: Json | null): string[] {
  const { object, data, models } = objectOf(document);
  if (object === 'list' && Array.isArray(data)) return ['POST /v1/chat/completions', 'POST /v1/completions'];
  return listOf(models).flatMap((each) => {
    const name = typeof each === 'string' ? each : textOf(objectOf(each)['name']);
    return name === '' ? [] : [`POST /v1/models/${name}:predict`];
  });
}
