/** The model of loans that default: trees over an encoded application. */
import { badRequest, type Model, type Predictor, unprocessable } from '../model.ts';
import { rawScoreOf } from '../oblivious-trees.ts';
import { applicationSchema, FIELDS, type LoanApplication, readApplication } from './application.ts';
import { encoderFor } from './encoding.ts';
import loan from './loan.json' with { type: 'json' };

/** The probability, in (0, 1), that the loan of each valid application defaults. */
export function loadLoan(): Predictor<LoanApplication, number> {
  const encode = encoderFor(loan.features);
  const rawScore = rawScoreOf(loan);
  return { predict: (rows) => rows.map((row) => 1 / (1 + Math.exp(-rawScore(encode(row))))) };
}

const EXAMPLE: LoanApplication = {
  Term: 84,
  NoEmp: 4,
  CreateJob: 2,
  RetainedJob: 4,
  GrAppv: 150_000,
  SBA_Appv: 112_500,
  UrbanRural: 1,
  NewExist: 2,
  RevLineCr: 'N',
  LowDoc: 'N',
  FranchiseCode: 1,
  State: 'FL',
  Sector: 72,
  ApprovalFY: 2006,
};

/** The loan-default model: one application in, `{"default_probability": p}` out. */
export const LOAN: Model<LoanApplication, number> = {
  name: 'loan',
  contract: {
    route: '/predict',
    summary: 'The probability that a small-business loan defaults',
    example: EXAMPLE,
    schema: applicationSchema(),
    contentType: 'application/json',
    answerSchema: {
      type: 'object',
      required: ['default_probability'],
      properties: { default_probability: { type: 'number', minimum: 0, maximum: 1 } },
    },
  },
  inputs: FIELDS.map((name) => {
    const example = EXAMPLE[name];
    return { name, datatype: typeof example === 'string' ? 'BYTES' : /Appv$/.test(name) ? 'FP64' : 'INT64' };
  }),
  output: { name: 'default_probability', datatype: 'FP64' },
  readBody(body) {
    const application = readApplication(body);
    // The model's own route says 400 for a wrong field; the Open Inference routes say 422.
    return 'status' in application ? badRequest(application.body) : [application];
  },
  readInstance(instance, path) {
    const application = readApplication(instance);
    if (!('status' in application)) return application;
    const { error, field } = application.body as { error: string; field?: string };
    return unprocessable(`${path}: ${error}`, field === undefined ? path : `${path}.${field}`);
  },
  load: loadLoan,
  render: ([probability]) => ({ default_probability: probability }),
};
