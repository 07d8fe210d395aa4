import { type Failure, shown, unprocessable } from '../model.ts';

/** A loan application in the vocabulary of the U.S. Small Business Administration. Money is in dollars, `Term` in months. */
export interface LoanApplication {
  Term: number;
  NoEmp: number;
  CreateJob: number;
  RetainedJob: number;
  GrAppv: number;
  SBA_Appv: number;
  /** 0 unknown, 1 urban, 2 rural. */
  UrbanRural: number;
  /** 1 existing business, 2 new. */
  NewExist: number;
  RevLineCr: string;
  LowDoc: string;
  /** 0 and 1 both mean no franchise. */
  FranchiseCode: number;
  State: string;
  /** The first two digits of the NAICS code. */
  Sector: number;
  ApprovalFY: number;
}

type Rule =
  | { kind: 'integer' | 'number'; min: number; max: number }
  | { kind: 'code'; allowed: readonly (number | string)[]; wanted?: string };

const YES_NO: Rule = { kind: 'code', allowed: ['Y', 'N'] };

const STATES =
  'AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR PA RI SC SD TN TX UT VA VT WA WI WV WY';

const SECTORS = [11, 21, 22, 23, 31, 32, 33, 42, 44, 45, 48, 49, 51, 52, 53, 54, 55, 56, 61, 62, 71, 72, 81, 92];

const RULES: Record<keyof LoanApplication, Rule> = {
  Term: { kind: 'integer', min: 1, max: 600 },
  NoEmp: { kind: 'integer', min: 0, max: 100_000 },
  CreateJob: { kind: 'integer', min: 0, max: 100_000 },
  RetainedJob: { kind: 'integer', min: 0, max: 100_000 },
  GrAppv: { kind: 'number', min: 100, max: 10_000_000 },
  SBA_Appv: { kind: 'number', min: 0, max: 10_000_000 },
  UrbanRural: { kind: 'code', allowed: [0, 1, 2] },
  NewExist: { kind: 'code', allowed: [1, 2] },
  RevLineCr: YES_NO,
  LowDoc: YES_NO,
  FranchiseCode: { kind: 'integer', min: 0, max: 99_999 },
  State: { kind: 'code', allowed: STATES.split(' '), wanted: 'a two-letter U.S. state, such as "CA"' },
  Sector: { kind: 'code', allowed: SECTORS, wanted: 'a two-digit NAICS sector, such as 44' },
  ApprovalFY: { kind: 'integer', min: 1960, max: 2040 },
};

export const FIELDS = Object.keys(RULES) as (keyof LoanApplication)[];

/** Checks a parsed JSON body against the vocabulary: every field present, none unknown, each in its range. */
export function readApplication(body: unknown): LoanApplication | Failure {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return unprocessable(`a loan application must be a JSON object, got ${shown(body)}`);
  }
  const given = body as Record<string, unknown>;
  for (const field of FIELDS) {
    if (!Object.hasOwn(given, field)) return unprocessable(`${field} is missing`, field);
    const wanted = broken(RULES[field], given[field]);
    if (wanted !== undefined) return unprocessable(`${field} must be ${wanted}, got ${shown(given[field])}`, field);
  }
  for (const field of Object.keys(given)) {
    if (!Object.hasOwn(RULES, field)) {
      return unprocessable(`${shown(field)} is no field of a loan application; known: ${FIELDS.join(', ')}`, field);
    }
  }
  const application = given as unknown as LoanApplication;
  if (application.SBA_Appv > application.GrAppv) {
    const error = `SBA_Appv must be at most GrAppv (${application.GrAppv}), got ${application.SBA_Appv}`;
    return unprocessable(error, 'SBA_Appv');
  }
  return application;
}

/** What the rule wants instead, or undefined if the value keeps it. */
function broken(rule: Rule, value: unknown): string | undefined {
  if (rule.kind === 'code') {
    if (rule.allowed.some((code) => code === value)) return undefined;
    return rule.wanted ?? rule.allowed.map((code) => JSON.stringify(code)).join(' or ');
  }
  const noun = rule.kind === 'integer' ? 'a whole number' : 'a number';
  if (typeof value !== 'number') return noun;
  const whole = rule.kind === 'number' || Number.isInteger(value);
  if (whole && value >= rule.min && value <= rule.max) return undefined;
  return `${noun} from ${rule.min} to ${rule.max}`;
}

/** The rules as a JSON Schema. */
export function applicationSchema(): object {
  const properties = Object.fromEntries(
    Object.entries(RULES).map(([field, rule]) => [
      field,
      rule.kind === 'code'
        ? { type: typeof rule.allowed[0] === 'string' ? 'string' : 'integer', enum: rule.allowed }
        : { type: rule.kind, minimum: rule.min, maximum: rule.max },
    ]),
  );
  return { type: 'object', required: FIELDS, additionalProperties: false, properties };
}
