import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MODELS, modelNamed } from './catalogue.ts';
import forecastWeights from './forecast/forecast.json' with { type: 'json' };
import { FORECAST } from './forecast/forecast.ts';
import forecastGolden from './forecast/golden.json' with { type: 'json' };
import logisticGolden from './iris-logistic/golden.json' with { type: 'json' };
import logisticWeights from './iris-logistic/iris-logistic.json' with { type: 'json' };
import { IRIS_LOGISTIC, probabilities } from './iris-logistic/iris-logistic.ts';
import svmGolden from './iris-svm/golden.json' with { type: 'json' };
import svmWeights from './iris-svm/iris-svm.json' with { type: 'json' };
import { decisions, IRIS_SVM } from './iris-svm/iris-svm.ts';
import { isFailure } from './model.ts';
import tokensGolden from './tokens/golden.json' with { type: 'json' };
import tokensWeights from './tokens/tokens.json' with { type: 'json' };
import { firstTokens } from './tokens/tokens.ts';

/** Do the models answer as they did in Python? */

type IrisRow = [number, number, number, number, string, number, number, number];

const worstOf = (rows: IrisRow[], numbers: (row: number[]) => number[]) =>
  Math.max(
    ...rows.flatMap((row) =>
      numbers(row.slice(0, 4) as number[]).map((value, at) => Math.abs(value - (row[5 + at] as number))),
    ),
  );

describe.each([
  ['iris-logistic', IRIS_LOGISTIC, logisticGolden.rows as IrisRow[], probabilities],
  ['iris-svm', IRIS_SVM, svmGolden.rows as IrisRow[], decisions],
] as const)('%s', (_name, model, rows, numbers) => {
  test('has every label of scikit-learn, each of the three among them', () => {
    expect(rows.length).toBe(350);
    expect(new Set(rows.map((row) => row[4])).size).toBe(3);
    const labels = model.load().predict(rows.map((row) => row.slice(0, 4) as number[]));
    expect(labels).toEqual(rows.map((row) => row[4]));
  });

  test('has its numbers to 1e-9', () => {
    expect(worstOf(rows, numbers)).toBeLessThan(1e-9);
    expect(worstOf(rows, numbers)).toBeGreaterThanOrEqual(0);
  });
});

test('forecast has the 691 forecasts of scikit-learn exactly, in a string', () => {
  const { columns, index, data, y_pred } = forecastGolden;
  const rows = FORECAST.readBody({ columns, index, data });
  if (isFailure(rows)) throw new Error('the frame was refused');
  const answer = FORECAST.render(FORECAST.load().predict(rows)) as { y_pred: string };
  expect(JSON.parse(answer.y_pred)).toEqual(y_pred);
  expect(y_pred.length).toBe(691);
  expect(new Set(y_pred).size).toBeGreaterThan(50);
});

test('tokens continues every prompt with the words of the training script', () => {
  for (const { prompt, words } of tokensGolden.rows) expect(firstTokens(prompt, words.length)).toEqual(words);
  expect(tokensGolden.rows.length).toBe(20);
});

describe('model cards', () => {
  test.each(MODELS)('there is one of %s, with its licence', (name) => {
    expect(readFileSync(new URL(`./${name}/MODEL.md`, import.meta.url), 'utf8')).toContain('MIT');
  });

  test.each([
    ['iris-logistic', logisticWeights.metadata],
    ['iris-svm', svmWeights.metadata],
    ['forecast', forecastWeights.metadata],
    ['tokens', tokensWeights.metadata],
  ] as const)('that of %s names the seed and the metrics that the model carries', (name, { seed, heldOut }) => {
    const card = readFileSync(new URL(`./${name}/MODEL.md`, import.meta.url), 'utf8');
    for (const figure of [seed, ...Object.values(heldOut)]) expect(card).toContain(String(figure));
  });
});

test.each(MODELS)('%s takes its own example', (name) => {
  const model = modelNamed(name);
  const rows = model.readBody(model.contract.example);
  if (isFailure(rows)) throw new Error(JSON.stringify(rows.body));
  expect(model.load().predict(rows).length).toBe(rows.length);
});
