/** What a model is to the server: how its input is read, what it says, and how it refuses. */

/** What is wrong with an input: the status and the body that the caller gets. */
export interface Failure {
  readonly status: 400 | 422;
  readonly body: object;
}

export function isFailure(value: unknown): value is Failure {
  return value instanceof InputFailure;
}

class InputFailure implements Failure {
  readonly status: 400 | 422;
  readonly body: object;

  constructor(status: 400 | 422, body: object) {
    this.status = status;
    this.body = body;
  }
}

/** The input is JSON but not what the model takes; `field` is the path of the part that is wrong. */
export function unprocessable(error: string, field?: string): Failure {
  return new InputFailure(422, field === undefined ? { error } : { error, field });
}

/** A 400 with a body of the model's own. */
export function badRequest(body: object): Failure {
  return new InputFailure(400, body);
}

/** A value as the sender wrote it, cut short. `1e999` is valid JSON that reads as Infinity, which JSON cannot write. */
export function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** A tensor of the Open Inference protocol, its first dimension being the rows. */
export interface Tensor {
  readonly name: string;
  readonly datatype: 'FP64' | 'INT64' | 'BYTES';
  /** How many values a row has; absent for one, in a tensor of one dimension. */
  readonly width?: number;
}

/** A loaded model. */
export interface Predictor<Row, Output> {
  /** One output for each row, in order. */
  predict(rows: readonly Row[]): Output[];
}

/** How to tell the model's own route to somebody who does not know it (in OpenAPI's words). */
export interface Contract {
  /** Where the article has it. */
  readonly route: string;
  readonly summary: string;
  /** A valid body. */
  readonly example: unknown;
  /** JSON Schema of the body. */
  readonly schema: object;
  /** Of the answer: JSON, or text where the output is a string that goes out as it is. */
  readonly contentType: 'application/json' | 'text/html';
  readonly answerSchema: object;
  /** What `GET /` says, where the article has that. */
  readonly greeting?: string;
}

/**
 * A model behind the server: its contract, and the way from a body to rows, from rows to outputs, and from these to the answer.
 * Only the middle is the model's work; strategies differ in where and when it is done.
 */
export interface Model<Row = unknown, Output = unknown> {
  readonly name: string;
  readonly contract: Contract;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  /** The rows of a body of the model's own route; never throws for a wrong one. */
  readBody(body: unknown): readonly Row[] | Failure;
  /** The row of one Open Inference instance: a value, an array (`width`), or an object (several inputs). `path` is its place. */
  readInstance(instance: unknown, path: string): Row | Failure;
  load(): Predictor<Row, Output>;
  /** The answer to a body whose rows had these outputs. */
  render(outputs: readonly Output[]): unknown;
  /** Time that loading takes on top of what it takes, ms: the stand-in for a model that is too large to ship. */
  readonly loadMs?: number;
  /** The same for predicting so many rows together. */
  predictMs?(rows: number): number;
}
