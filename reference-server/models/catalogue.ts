import { FANCY } from './fancy/fancy.ts';
import { FORECAST } from './forecast/forecast.ts';
import { IRIS_LOGISTIC } from './iris-logistic/iris-logistic.ts';
import { IRIS_SVM } from './iris-svm/iris-svm.ts';
import { LOAN } from './loan/loan.ts';
import type { Model } from './model.ts';
import { TOKENS } from './tokens/tokens.ts';

/** The models that can be served, by name. */
export const CATALOGUE = {
  loan: LOAN,
  fancy: FANCY,
  'iris-logistic': IRIS_LOGISTIC,
  'iris-svm': IRIS_SVM,
  forecast: FORECAST,
  tokens: TOKENS,
} satisfies Record<string, Model>;

/** The name of a model that can be served. */
export type ModelName = keyof typeof CATALOGUE;

/** All of them. */
export const MODELS = Object.keys(CATALOGUE) as readonly ModelName[];

/** The model of that name. */
export function modelNamed(name: ModelName): Model {
  return CATALOGUE[name];
}
