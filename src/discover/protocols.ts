/** Protocols of model servers by their addresses: which metadata they have, and what bodies they take. */
import { isObject, type Json, listOf, objectOf, textOf } from '../core/json-value.ts';
import type { Content } from './exchange.ts';
import { languageModelAt, PROMPT } from './language-models.ts';
import type { Protocol } from './protocol.ts';
import { sampleFile } from './sample-files.ts';
import { inferenceBodies, instanceBodies, tensorIn } from './tensors.ts';

const json = (value: Json): Content => ({ kind: 'json', value });

/** The protocol that the address itself names; null: none. */
export function protocolAt(pathname: string): Protocol | null {
  const infer = /^(.*\/v2\/models\/[^/]+(?:\/versions\/[^/]+)?)\/infer$/.exec(pathname);
  if (infer !== null) {
    const [, model = ''] = infer;
    const name = 'the Open Inference Protocol v2';
    return { name, metadata: [model], bodies: ([metadata = null]) => inferenceBodies(metadata) };
  }
  const predict = /^(.*\/[^/:]+):(predict|classify|regress)$/.exec(pathname);
  if (predict !== null) {
    const [, model = '', verb = ''] = predict;
    const vertex = /\/endpoints\//.test(model);
    return {
      name: vertex ? 'the protocol of Vertex AI' : 'the protocol v1 of KServe and TensorFlow Serving',
      metadata: vertex ? [] : [`${model}/metadata`],
      bodies: ([metadata = null]) => instanceBodies(metadata, verb),
    };
  }
  if (/\/invocations$/.test(pathname)) return invocations(pathname.replace(/\/invocations$/, ''));
  if (/\/predictions\/[^/]+(?:\/[\d.]+)?$/.test(pathname)) return torchServe();
  return languageModelAt(pathname);
}

const BY_ERRORS = "the address, and the target's own errors";

/** Of MLflow, and of SageMaker's containers, which take what their model does. */
function invocations(base: string): Protocol {
  const bodies: readonly (readonly [Content, string])[] = [
    [json({ inputs: [[1]] }), BY_ERRORS],
    [json({ dataframe_split: { columns: ['x'], data: [[1]] } }), BY_ERRORS],
    [{ kind: 'text', type: 'text/csv', value: '1' }, BY_ERRORS],
  ];
  return {
    name: INVOCATIONS,
    metadata: [],
    signs: [`${base}/version`, `${base}/ping`],
    nameBy: ([version = null, ping = null]) =>
      version !== null && VERSION.test(version.trim())
        ? `MLflow ${version.trim()}`
        : ping === null
          ? INVOCATIONS
          : "SageMaker's containers",
    bodies: () => bodies,
  };
}

const INVOCATIONS = 'MLflow or SageMaker';
const VERSION = /^\d+\.\d+\.\d+\w*$/;

/** Its handlers take bytes, each what its model does; and tell nobody what was wrong with them. */
function torchServe(): Protocol {
  const from = 'the address: what handlers of TorchServe usually take';
  const picture = sampleFile('png');
  return {
    name: "TorchServe's protocol",
    metadata: [],
    bodies: () => [
      [{ kind: 'file', file: 'png', type: picture.type }, from],
      [{ kind: 'text', type: 'text/plain', value: PROMPT }, from],
      [{ kind: 'file', file: 'wav', type: sampleFile('wav').type }, from],
      [json({ data: PROMPT }), from],
      [json({ instances: [[1]] }), from],
    ],
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
  const tensor = tensorIn(text);
  return tensor === null ? null : { inputs: tensor };
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
  { path: '/version', shows: (body) => (VERSION.test(body.trim()) ? `MLflow ${body.trim()}` : null) },
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
