/** From an application for a loan to the features that the model was trained on. */
import type { LoanApplication } from './application.ts';

type Feature = (application: LoanApplication) => number;

/** Features that are more than a field's own number. */
const DERIVED: Record<string, Feature> = {
  Guarantee: (application) => application.SBA_Appv / application.GrAppv,
  Franchise: (application) => (application.FranchiseCode > 1 ? 1 : 0),
};

const NUMERIC = ['Term', 'NoEmp', 'CreateJob', 'RetainedJob', 'GrAppv', 'SBA_Appv', 'ApprovalFY'] as const;

const CODED = ['UrbanRural', 'NewExist', 'RevLineCr', 'LowDoc', 'State', 'Sector'] as const;

/**
 * Turns the model's list of feature names into the function that encodes an application, the twin of `encode` in the
 * training script: a field's number, a derived feature, or `Field=code`, which is 1 where the field has that code.
 *
 * @throws Error for a name that is none of these: the model and this code are of different versions.
 */
export function encoderFor(names: string[]): (application: LoanApplication) => Float32Array {
  const features = names.map(featureOf);
  return (application) => Float32Array.from(features, (feature) => feature(application));
}

function featureOf(name: string): Feature {
  const derived = DERIVED[name];
  if (derived) return derived;
  const numeric = NUMERIC.find((field) => field === name);
  if (numeric) return (application) => application[numeric];
  const [field, code] = name.split('=');
  const coded = CODED.find((known) => known === field);
  if (coded && code) return (application) => (String(application[coded]) === code ? 1 : 0);
  throw new Error(`the model has the feature "${name}", which no field of an application gives`);
}
