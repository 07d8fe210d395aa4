/** Small servers that answer as inference servers and the containers of clouds do: see `model-server.ts`. */
import { type Answer, type Json, jsonIn, NOT_FOUND, ok, refused } from './model-server.ts';

interface Tensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

/** Triton: tensors by their names, types and shapes; numbers of 16 bits in binary only. */
export const triton =
  (inputs: readonly Tensor[]): Answer =>
  ({ method, path, headers, body }) => {
    if (path === '/v2')
      return ok({
        name: 'triton',
        version: '2.41.0',
        extensions: ['classification', 'binary_tensor_data', 'statistics'],
      });
    if (path === '/v2/models/m')
      return ok({ name: 'm', versions: ['1'], platform: 'onnxruntime_onnx', inputs, outputs: [] });
    if (path !== '/v2/models/m/infer') return NOT_FOUND;
    if (method !== 'POST') return { status: 405, body: 'Method Not Allowed' };
    const head = Number(headers['inference-header-content-length'] ?? body.length);
    const sent = (jsonIn(body.subarray(0, head))?.['inputs'] ?? []) as (Tensor & {
      data?: unknown[];
      parameters?: Json;
    })[];
    let binary = body.length - head;
    for (const { name, datatype, shape } of inputs) {
      const one = sent.find((each) => each.name === name);
      if (one === undefined)
        return refused(`expected ${inputs.length} inputs but got ${sent.length} inputs for model 'm'`);
      if (one.datatype !== datatype)
        return refused(`inference input '${name}' data-type is '${one.datatype}', but model 'm' expects '${datatype}'`);
      const fits = one.shape.length === shape.length && shape.every((side, n) => side < 0 || side === one.shape[n]);
      if (!fits)
        return refused(`unexpected shape for input '${name}' for model 'm'. Expected [${shape}], got [${one.shape}]`);
      const numbers = one.shape.reduce((product, side) => product * side, 1);
      const size = one.parameters?.['binary_data_size'];
      if (size === undefined && /^(FP|BF)16$/.test(datatype))
        return refused(
          `sending ${datatype} data via JSON is not supported. Please use the binary data format for input ${name}`,
        );
      if (size !== undefined) binary -= Number(size);
      if (size === undefined ? one.data?.length !== numbers : size !== 2 * numbers)
        return refused(`unable to parse 'inputs': byte size of '${name}' does not match its shape`);
    }
    return binary === 0 ? ok({ model_name: 'm', outputs: [] }) : refused('unexpected additional input data for model');
  };

/** OpenVINO Model Server, with a network that no picture of one pixel goes through. */
export const openVino: Answer = ({ method, path, body }) => {
  const input = { name: 'x', datatype: 'FP32', shape: [-1, 3, -1, -1] };
  if (path === '/v2') return ok({ name: 'OpenVINO Model Server', version: '2023.1.0' });
  if (path === '/v2/models/m')
    return ok({ name: 'm', versions: ['1'], platform: 'OpenVINO', inputs: [input], outputs: [] });
  if (path !== '/v2/models/m/infer') return NOT_FOUND;
  if (method !== 'POST') return { status: 405 };
  const [one] = (jsonIn(body)?.['inputs'] ?? []) as Tensor[];
  if (one?.name !== 'x') return refused('Invalid number of inputs - Expected: 1; Actual: 0');
  return Number(one.shape[2]) >= 32
    ? ok({ outputs: [] })
    : refused('Internal inference error - Exception from node', 500);
};

/** TensorFlow Serving: a picture as bytes, and a number beside it. */
export const tensorFlowServing: Answer = ({ method, path, body }) => {
  const dim = (...sizes: string[]): Json => ({ dim: sizes.map((size) => ({ size, name: '' })), unknown_rank: false });
  const inputs = {
    image_bytes: { dtype: 'DT_STRING', tensor_shape: dim('-1'), name: 'image:0' },
    scale: { dtype: 'DT_FLOAT', tensor_shape: dim('-1', '1'), name: 'scale:0' },
  };
  const signature = { inputs, outputs: {}, method_name: 'tensorflow/serving/predict' };
  if (path === '/v1/models/m') return ok({ model_version_status: [{ version: '1', state: 'AVAILABLE' }] });
  if (path === '/v1/models/m/metadata')
    return ok({
      model_spec: { name: 'm' },
      metadata: { signature_def: { signature_def: { serving_default: signature } } },
    });
  if (path !== '/v1/models/m:predict') return NOT_FOUND;
  if (method !== 'POST') return refused(`Malformed request: ${method} ${path}`);
  const [instance] = (jsonIn(body)?.['instances'] ?? []) as { image_bytes?: { b64?: string }; scale?: unknown[] }[];
  if (instance === undefined) return refused("Missing 'inputs' or 'instances' key");
  const picture = Buffer.from(instance.image_bytes?.b64 ?? '', 'base64')
    .subarray(1, 4)
    .toString();
  if (picture !== 'PNG') return refused('Expected image (JPEG, PNG, or GIF), got unknown format starting with ...');
  return Array.isArray(instance.scale)
    ? ok({ predictions: [[0.5]] })
    : refused('Failed to process element: 0 key: scale');
};

/** A container of Vertex AI, at the route that it is given where nobody names one. */
export const vertex: Answer = ({ method, path, body }) => {
  if (path === '/health') return ok({});
  if (path !== '/v1/endpoints/7/deployedModels/9:predict') return NOT_FOUND;
  if (method !== 'POST') return { status: 405 };
  const [instance] = (jsonIn(body)?.['instances'] ?? []) as unknown[][];
  if (instance?.length !== 4)
    return refused(
      `X has ${instance?.length ?? 0} features, but RandomForestClassifier is expecting 4 features as input.`,
      500,
    );
  return ok({ predictions: [0] });
};

/** TorchServe with a handler of pictures, or of texts: both fail without a word of what was wrong. */
export const torchServe =
  (takes: 'picture' | 'text'): Answer =>
  ({ path, body }) => {
    if (path === '/ping') return ok({ status: 'Healthy' });
    if (path === '/predictions/m') {
      const picture = body.subarray(1, 4).toString() === 'PNG';
      const fits = takes === 'picture' ? picture : body.length > 0 && !picture;
      if (fits) return ok(takes === 'picture' ? { tabby: 0.5 } : 'Positive');
      return refused({ code: 503, type: 'InternalServerException', message: 'Prediction failed' }, 503);
    }
    const message = 'Requested resource is not found, please refer to API document.';
    return refused({ code: 404, type: 'ResourceNotFoundException', message }, 404);
  };

/** A container of SageMaker: lines of CSV, and the width of its trees in the error. */
export const sageMaker: Answer = ({ method, path, headers, body }) => {
  if (path === '/ping') return { status: 200 };
  if (path !== '/invocations') return { status: 404 };
  if (method !== 'POST') return { status: 405 };
  const type = headers['content-type'];
  if (type !== 'text/csv')
    return { status: 415, body: `Content-type ${type} not supported. Supported content-type: libsvm, csv` };
  const width = body.toString().split(',').length;
  if (width === 8) return { status: 200, body: '0.125' };
  return {
    status: 400,
    body: `Unable to evaluate payload provided: Feature size of csv inference data ${width} is not consistent with feature size of trained model 8.`,
  };
};
