import { badRequest, type Failure, isFailure, type Model, shown, type Tensor } from './models/model.ts';

/** The Open Inference protocol (KServe v1 and v2): its documents, and the way from its bodies to a model's rows and back. */

/** The one version that the metadata names. */
export const MODEL_VERSION = '1';

export function modelMetadata(model: Model): object {
  return {
    name: model.name,
    versions: [MODEL_VERSION],
    platform: 'rampart-reference',
    inputs: model.inputs.map(describe),
    outputs: [describe(model.output)],
  };
}

function describe({ name, datatype, width }: Tensor): object {
  return { name, datatype, shape: width === undefined ? [-1] : [-1, width] };
}

/** The rows of a v1 body, `{"instances": […]}`. */
export function readInstances(model: Model, body: unknown): unknown[] | Failure {
  const instances = (body as { instances?: unknown } | null)?.instances;
  if (!Array.isArray(instances) || instances.length === 0)
    return badRequest({
      error: `instances must be a list of at least one, got ${shown(instances)}`,
      field: 'instances',
    });
  return readAll(model, instances, (row) => `instances[${row}]`);
}

/** The rows of a v2 body, `{"inputs": [{name, shape, datatype, data}]}`: as many as the first dimension says. */
export function readTensors(model: Model, body: unknown): unknown[] | Failure {
  const inputs = (body as { inputs?: unknown } | null)?.inputs;
  if (!Array.isArray(inputs)) return badRequest({ error: `inputs must be a list of tensors, got ${shown(inputs)}` });
  let count: number | undefined;
  const columns: unknown[][] = [];
  for (const wanted of model.inputs) {
    const given: unknown = inputs.find((one: { name?: unknown } | null) => one?.name === wanted.name);
    if (given === undefined) {
      const names = model.inputs.map((input) => input.name).join(', ');
      return badRequest({ error: `inputs has no tensor "${wanted.name}"; wanted: ${names}` });
    }
    const values = readTensor(given as Record<string, unknown>, wanted);
    if (typeof values === 'string') return badRequest({ error: `${wanted.name}: ${values}` });
    count ??= values.length;
    if (values.length !== count)
      return badRequest({ error: `${wanted.name} has ${values.length} rows, the tensor before it ${count}` });
    columns.push(values);
  }
  const instances = Array.from({ length: count ?? 0 }, (_, row) =>
    columns.length === 1
      ? columns[0]?.[row]
      : Object.fromEntries(model.inputs.map((input, at) => [input.name, columns[at]?.[row]])),
  );
  const rows = readAll(model, instances, (row) => `row ${row}`);
  return isFailure(rows) ? badRequest({ error: (rows.body as { error: string }).error }) : rows;
}

function readAll(model: Model, instances: readonly unknown[], pathOf: (row: number) => string): unknown[] | Failure {
  const rows: unknown[] = [];
  for (const [index, instance] of instances.entries()) {
    const row = model.readInstance(instance, pathOf(index));
    if (isFailure(row)) return row;
    rows.push(row);
  }
  return rows;
}

/** The rows of one tensor, or what is wrong with it. Data may be flat or nested, in row-major order. */
function readTensor(given: Record<string, unknown>, wanted: Tensor): unknown[] | string {
  const { datatype, shape, data } = given;
  const integral = wanted.datatype !== 'BYTES';
  const fits = integral ? /^U?INT\d+$|^FP(16|32|64)$/.test(String(datatype)) : datatype === 'BYTES';
  if (!fits) return `the datatype must be ${wanted.datatype}, got ${shown(datatype)}`;
  const width = wanted.width ?? 1;
  const wholes = Array.isArray(shape) && shape.every((side) => Number.isInteger(side) && side >= 0) ? shape : undefined;
  const dimensions = wanted.width === undefined ? [1, 2] : [2];
  const rows = wholes?.[0] as number | undefined;
  if (
    wholes === undefined ||
    rows === undefined ||
    rows === 0 ||
    !dimensions.includes(wholes.length) ||
    (wholes[1] ?? 1) !== width
  )
    return `the shape must be ${wanted.width === undefined ? '[rows]' : `[rows, ${width}]`}, got ${shown(shape)}`;
  if (!Array.isArray(data)) return `data must be a list, got ${shown(data)}`;
  const flat = data.flat(2) as unknown[];
  if (flat.length !== rows * width) return `data must have ${rows * width} values, got ${flat.length}`;
  if (wanted.width === undefined) return flat;
  return Array.from({ length: rows }, (_, row) => flat.slice(row * width, (row + 1) * width));
}

/** The answer to a v2 body. */
export function renderTensors(model: Model, outputs: readonly unknown[], id: unknown, version: string): object {
  return {
    model_name: model.name,
    model_version: version,
    ...(typeof id === 'string' ? { id } : {}),
    outputs: [{ name: model.output.name, datatype: model.output.datatype, shape: [outputs.length], data: outputs }],
  };
}
