import { describe, expect, test } from 'vitest';
import scenario from '../../../scenarios/loan.json' with { type: 'json' };
import { isFailure } from '../model.ts';
import { readApplication } from './application.ts';

const fields = Object.keys(scenario);

const read = (body: unknown) => {
  const application = readApplication(body);
  return isFailure(application) ? application.body : { application };
};

/** Per field: values that are accepted, and values that are not with what the message must say. */
const CASES: Record<string, { good: unknown[]; bad: [unknown, string][] }> = {
  Term: {
    good: [1, 600],
    bad: [
      [0, 'a whole number from 1 to 600, got 0'],
      [601, 'a whole number from 1 to 600, got 601'],
      [1.5, 'a whole number from 1 to 600, got 1.5'],
      ['84', 'a whole number, got "84"'],
    ],
  },
  NoEmp: {
    good: [0, 100_000],
    bad: [
      [-1, 'from 0 to 100000, got -1'],
      [null, 'a whole number, got null'],
    ],
  },
  CreateJob: {
    good: [0, 100_000],
    bad: [
      [-1, 'from 0 to 100000'],
      [true, 'a whole number, got true'],
    ],
  },
  RetainedJob: {
    good: [0, 100_000],
    bad: [
      [100_001, 'from 0 to 100000'],
      [[3], 'a whole number, got [3]'],
    ],
  },
  GrAppv: {
    good: [112_500, 10_000_000, 150_000.55],
    bad: [
      ['abc', 'a number, got "abc"'],
      [99.99, 'a number from 100 to 10000000, got 99.99'],
      [10_000_000.01, 'from 100 to 10000000'],
      [JSON.parse('1e999'), 'a number from 100 to 10000000, got Infinity'],
      [JSON.parse('-1e999'), 'got -Infinity'],
    ],
  },
  SBA_Appv: {
    good: [0, 150_000],
    bad: [
      [-1, 'a number from 0 to 10000000, got -1'],
      [150_001, 'at most GrAppv (150000), got 150001'],
      [{}, 'a number, got {}'],
    ],
  },
  UrbanRural: {
    good: [0, 1, 2],
    bad: [
      [3, '0 or 1 or 2, got 3'],
      ['1', '0 or 1 or 2, got "1"'],
    ],
  },
  NewExist: {
    good: [1, 2],
    bad: [
      [0, '1 or 2, got 0'],
      [null, '1 or 2, got null'],
    ],
  },
  RevLineCr: {
    good: ['Y', 'N'],
    bad: [
      ['y', '"Y" or "N", got "y"'],
      [1, '"Y" or "N", got 1'],
    ],
  },
  LowDoc: {
    good: ['Y', 'N'],
    bad: [
      ['', '"Y" or "N", got ""'],
      [false, '"Y" or "N", got false'],
    ],
  },
  FranchiseCode: {
    good: [0, 99_999],
    bad: [
      [-1, 'from 0 to 99999'],
      [100_000, 'from 0 to 99999'],
      ['1', 'got "1"'],
    ],
  },
  State: {
    good: ['AK', 'DC', 'WY'],
    bad: [
      ['XX', 'a two-letter U.S. state, such as "CA", got "XX"'],
      ['ca', 'got "ca"'],
      [5, 'got 5'],
    ],
  },
  Sector: {
    good: [11, 92],
    bad: [
      [10, 'a two-digit NAICS sector, such as 44, got 10'],
      ['44', 'got "44"'],
      [441, 'got 441'],
    ],
  },
  ApprovalFY: {
    good: [1960, 2040],
    bad: [
      [1959, 'from 1960 to 2040'],
      [2041, 'from 1960 to 2040'],
      ['2006', 'a whole number, got "2006"'],
    ],
  },
};

test('every field has its cases', () => {
  expect(Object.keys(CASES).sort()).toEqual([...fields].sort());
});

describe.each(fields)('%s', (field) => {
  const { good, bad } = CASES[field]!;

  test.each(good)('may be %j', (value) => {
    const body = { ...scenario, [field]: value };
    expect(read(body)).toEqual({ application: body });
  });

  test.each(bad)('may not be %j', (value, wanted) => {
    const complaint = read({ ...scenario, [field]: value });
    expect(complaint).toEqual({ error: expect.stringContaining(`${field} must be `), field });
    expect((complaint as { error: string }).error).toContain(wanted);
  });

  test('may not be missing', () => {
    const { [field]: _, ...rest } = scenario as Record<string, unknown>;
    expect(read(rest)).toEqual({ error: `${field} is missing`, field });
  });
});

test('unknown fields are refused by name, with the known ones', () => {
  expect(read({ ...scenario, Termm: 3 })).toEqual({
    error: `"Termm" is no field of a loan application; known: ${fields.join(', ')}`,
    field: 'Termm',
  });
});

test.each(['__proto__', 'constructor', 'toString'])('a field named %s is as unknown as any other', (name) => {
  const body = JSON.parse(JSON.stringify(scenario).replace('{', `{${JSON.stringify(name)}:{},`));
  expect(read(body)).toMatchObject({ field: name });
});

test('inherited properties are no fields', () => {
  expect(read(Object.create(scenario))).toEqual({ error: 'Term is missing', field: 'Term' });
});

test.each([
  ['an array', [scenario], 'got [{"Term":84,'],
  ['null', null, 'got null'],
  ['a string', 'loan', 'got "loan"'],
  ['a number', 7, 'got 7'],
])('%s is no application', (_name, body, got) => {
  const complaint = read(body);
  expect(complaint).toEqual({ error: expect.stringContaining(`a loan application must be a JSON object, ${got}`) });
});

test('a long value is cut short in the message', () => {
  const complaint = read({ ...scenario, State: 'x'.repeat(10_000) });
  expect((complaint as { error: string }).error.length).toBeLessThan(200);
});
