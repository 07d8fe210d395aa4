import type { Model } from '../model.ts';
import { rawScoreOf } from '../oblivious-trees.ts';
import { type LoanApplication, readApplication } from './application.ts';
import { encoderFor } from './encoding.ts';
import loan from './loan.json' with { type: 'json' };

/** Prepares the predictor: the probability, in (0, 1), that the loan of a valid application defaults. */
export function loanPredictor(): (application: LoanApplication) => number {
  const encode = encoderFor(loan.features);
  const rawScore = rawScoreOf(loan);
  return (application) => 1 / (1 + Math.exp(-rawScore(encode(application))));
}

/** The loan-default model: one application in, `{"default_probability": p}` out. */
export function loanModel(): Model {
  const predict = loanPredictor();
  return {
    name: 'loan',
    answer(body) {
      const read = readApplication(body);
      if (!('application' in read)) return { ok: false, ...read };
      return { ok: true, output: { default_probability: predict(read.application) } };
    },
  };
}
