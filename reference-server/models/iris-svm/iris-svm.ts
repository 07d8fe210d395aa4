/** A support vector machine that tells kinds of iris, as libsvm computes it. */
import { largest, MEASUREMENTS, readNumbers } from '../measurements.ts';
import { badRequest, type Model, shown, unprocessable } from '../model.ts';
import iris from './iris-svm.json' with { type: 'json' };

const labels = iris.labels.length;
/** Where each label's support vectors begin. */
const begins = iris.supports.map((_, label) => iris.supports.slice(0, label).reduce((sum, count) => sum + count, 0));

/**
 * One value per pair of labels, (0,1), (0,2), (1,2): positive where the first one wins. As libsvm has it: a vector's weight
 * against label j stands in row j of `weights`, or in row j - 1 where its own label comes before j (Chang and Lin, "LIBSVM: a
 * library for support vector machines", 2011).
 */
export function decisions(row: readonly number[]): number[] {
  const kernel = iris.vectors.map((vector) => {
    const distance = vector.reduce((sum, value, at) => sum + (value - (row[at] as number)) ** 2, 0);
    return Math.exp(-iris.gamma * distance);
  });
  const values: number[] = [];
  for (let first = 0; first < labels; first++) {
    for (let second = first + 1; second < labels; second++) {
      const sum = weighted(kernel, first, second - 1) + weighted(kernel, second, first);
      values.push(sum + (iris.intercepts[values.length] as number));
    }
  }
  return values;
}

function weighted(kernel: readonly number[], label: number, weightsRow: number): number {
  const weights = iris.weights[weightsRow] as number[];
  const begin = begins[label] as number;
  let sum = 0;
  for (let at = begin; at < begin + (iris.supports[label] as number); at++)
    sum += (weights[at] as number) * (kernel[at] as number);
  return sum;
}

/** The label that wins most pairs; the first of equal ones. */
function vote(values: readonly number[]): string {
  const votes = new Array<number>(labels).fill(0);
  let pair = 0;
  for (let first = 0; first < labels; first++) {
    for (let second = first + 1; second < labels; second++) {
      const winner = (values[pair++] as number) > 0 ? first : second;
      votes[winner] = (votes[winner] as number) + 1;
    }
  }
  return iris.labels[largest(votes)] as string;
}

/** The kinds of irises: a list of records in, a list of labels out. */
export const IRIS_SVM: Model<number[], string> = {
  name: 'iris-svm',
  contract: {
    route: '/predict',
    summary: 'The kinds of irises, from their measurements',
    example: [{ sepal_length: 6.3, sepal_width: 2.3, petal_length: 4.4, petal_width: 1.3 }],
    schema: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: MEASUREMENTS,
        properties: Object.fromEntries(MEASUREMENTS.map((name) => [name, { type: 'number' }])),
      },
    },
    contentType: 'application/json',
    answerSchema: { type: 'array', items: { type: 'string', enum: iris.labels } },
  },
  inputs: [{ name: 'measurements', datatype: 'FP64', width: 4 }],
  output: { name: 'label', datatype: 'BYTES' },
  readBody(body) {
    if (!Array.isArray(body)) return unprocessable(`the body must be a list of records, got ${shown(body)}`);
    if (body.length === 0) return badRequest({ error: 'the list of records is empty' });
    const rows: number[][] = [];
    for (const [index, record] of body.entries()) {
      if (typeof record !== 'object' || record === null || Array.isArray(record))
        return unprocessable(`[${index}] must be a record, got ${shown(record)}`, `[${index}]`);
      const given = record as Record<string, unknown>;
      for (const name of MEASUREMENTS) {
        const path = `[${index}].${name}`;
        if (!Object.hasOwn(given, name)) return unprocessable(`${path} is missing`, path);
        if (typeof given[name] !== 'number' || !Number.isFinite(given[name]))
          return unprocessable(`${path} must be a number, got ${shown(given[name])}`, path);
      }
      rows.push(MEASUREMENTS.map((name) => given[name] as number));
    }
    return rows;
  },
  readInstance: (instance, path) => readNumbers(instance, path, MEASUREMENTS),
  load: () => ({ predict: (rows) => rows.map((row) => vote(decisions(row))) }),
  render: (outputs) => outputs,
};
