/** A logistic regression that tells kinds of iris. */
import { largest, MEASUREMENTS, readNumbers } from '../measurements.ts';
import { isFailure, type Model } from '../model.ts';
import iris from './iris-logistic.json' with { type: 'json' };

/** The probability of each label, by a multinomial logistic regression: the softmax of one linear score per label. */
export function probabilities(row: readonly number[]): number[] {
  const scores = iris.coefficients.map((weights, label) =>
    weights.reduce((sum, weight, at) => sum + weight * (row[at] as number), iris.intercepts[label] as number),
  );
  // Less the largest, which changes no ratio, so that no exponential overflows.
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const sum = powers.reduce((all, power) => all + power, 0);
  return powers.map((power) => power / sum);
}

/** The kind of iris, as text: four measurements in, in a bare array. */
export const IRIS_LOGISTIC: Model<number[], string> = {
  name: 'iris-logistic',
  contract: {
    route: '/predict',
    summary: 'The kind of an iris, from its four measurements',
    example: [5.9, 3.0, 5.1, 1.8],
    schema: { type: 'array', items: { type: 'number' }, minItems: 4, maxItems: 4 },
    contentType: 'text/html',
    answerSchema: { type: 'string', enum: iris.labels },
    greeting: 'Hello World!',
  },
  inputs: [{ name: 'measurements', datatype: 'FP64', width: 4 }],
  output: { name: 'label', datatype: 'BYTES' },
  readBody(body) {
    const row = readNumbers(body, 'the body', MEASUREMENTS);
    return isFailure(row) ? row : [row];
  },
  readInstance: (instance, path) => readNumbers(instance, path, MEASUREMENTS),
  load: () => ({ predict: (rows) => rows.map((row) => iris.labels[largest(probabilities(row))] as string) }),
  render: ([label]) => label,
};
