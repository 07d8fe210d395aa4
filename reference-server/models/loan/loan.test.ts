import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { rawScoreOf, type TreeEnsemble } from '../oblivious-trees.ts';
import { type LoanApplication, readApplication } from './application.ts';
import { encoderFor } from './encoding.ts';
import golden from './golden.json' with { type: 'json' };
import loan from './loan.json' with { type: 'json' };
import { LOAN, loadLoan } from './loan.ts';

const rows = golden.rows.map((row) => ({
  application: Object.fromEntries(
    golden.fields.map((field, index) => [field, row[index]]),
  ) as unknown as LoanApplication,
  probability: row.at(-1) as number,
}));

const scenario = JSON.parse(readFileSync(new URL('../../../scenarios/loan.json', import.meta.url), 'utf8'));

describe('golden predictions', () => {
  test('there are at least 200, each a valid application, spread over the range', () => {
    expect(rows.length).toBeGreaterThanOrEqual(200);
    for (const { application } of rows) expect(readApplication(application)).toEqual(application);
    const probabilities = rows.map((row) => row.probability);
    expect(Math.min(...probabilities)).toBeLessThan(0.05);
    expect(Math.max(...probabilities)).toBeGreaterThan(0.5);
  });

  test('equal those of CatBoost in Python to 1e-9', () => {
    const answers = loadLoan().predict(rows.map((row) => row.application));
    const worst = Math.max(...rows.map(({ probability }, index) => Math.abs(answers[index]! - probability)));
    expect(worst).toBeLessThan(1e-9);
  });

  test('include some that go wrong when compared as float64', () => {
    const encode = encoderFor(loan.features);
    const wide = (application: LoanApplication) => {
      const features = loan.features.map((name, index) =>
        name === 'GrAppv' || name === 'SBA_Appv' ? application[name] : (encode(application)[index] as number),
      );
      let sum = 0;
      for (const { splits, leaves } of loan.trees) {
        const bits = splits.map(([f, b], bit) => (features[f!]! > loan.borders[f!]![b!]! ? 1 << bit : 0));
        sum += leaves[bits.reduce((all, bit) => all | bit, 0)]!;
      }
      return 1 / (1 + Math.exp(-sum));
    };
    const wrong = rows.filter(({ application, probability }) => Math.abs(wide(application) - probability) > 1e-9);
    expect(wrong.length).toBeGreaterThan(0);
    expect(wrong.length).toBeLessThan(rows.length / 2);
  });
});

test('the model card names the seed and the metrics that the model carries', () => {
  const card = readFileSync(new URL('./MODEL.md', import.meta.url), 'utf8');
  const { seed, heldOut } = loan.metadata;
  for (const figure of [seed, heldOut.auc, heldOut.logloss, heldOut.loglossOfBaseRate]) {
    expect(card).toContain(String(figure));
  }
});

describe('the served model', () => {
  test('renders a probability', () => {
    expect(LOAN.readBody(scenario)).toEqual([scenario]);
    expect(LOAN.render([0.25])).toEqual({ default_probability: 0.25 });
    expect(LOAN.readBody(LOAN.contract.example)).toEqual([scenario]);
  });

  test('answers a wrong application with the complaint', () => {
    expect(LOAN.readBody({ ...scenario, GrAppv: 'abc' })).toEqual({
      status: 400,
      body: { error: 'GrAppv must be a number, got "abc"', field: 'GrAppv' },
    });
    expect(LOAN.readInstance({ ...scenario, GrAppv: 'abc' }, 'instances[3]')).toEqual({
      status: 422,
      body: { error: 'instances[3]: GrAppv must be a number, got "abc"', field: 'instances[3].GrAppv' },
    });
  });
});

describe('encoding', () => {
  const encode = (names: string[], change: Partial<LoanApplication> = {}) => [
    ...encoderFor(names)({ ...scenario, ...change }),
  ];

  test('numbers pass through, as float32', () => {
    expect(encode(['Term', 'NoEmp', 'CreateJob', 'RetainedJob', 'SBA_Appv', 'ApprovalFY'])).toEqual([
      84, 4, 2, 4, 112500, 2006,
    ]);
    expect(encode(['GrAppv'], { GrAppv: 445_620.01 })).toEqual([445_620]);
  });

  test('codes are one-hot', () => {
    expect(encode(['State=FL', 'State=CA', 'Sector=72', 'Sector=44'])).toEqual([1, 0, 1, 0]);
    expect(encode(['UrbanRural=0', 'UrbanRural=1', 'UrbanRural=2'], { UrbanRural: 2 })).toEqual([0, 0, 1]);
    expect(encode(['NewExist=2', 'RevLineCr=Y', 'LowDoc=Y'], { NewExist: 1, RevLineCr: 'Y', LowDoc: 'Y' })).toEqual([
      0, 1, 1,
    ]);
  });

  test('the guarantee is a share; the franchise codes 0 and 1 are none', () => {
    expect(encode(['Guarantee'])).toEqual([0.75]);
    expect([0, 1, 2, 10_528].map((FranchiseCode) => encode(['Franchise'], { FranchiseCode })[0])).toEqual([0, 0, 1, 1]);
  });

  test.each(['Colour', 'Term=84', 'State', 'Colour=red', 'State='])('refuses the feature %s', (name) => {
    expect(() => encoderFor([name])).toThrow(`"${name}"`);
  });
});

describe('oblivious trees', () => {
  const ensemble: TreeEnsemble = {
    features: ['a', 'b'],
    borders: [[0.1, 1], [5]],
    scale: 2,
    bias: 0.5,
    trees: [
      {
        splits: [
          [0, 1],
          [1, 0],
        ],
        leaves: [1, 2, 4, 8],
      },
      { splits: [[0, 0]], leaves: [16, 32] },
    ],
  };
  const score = (a: number, b: number) => rawScoreOf(ensemble)(Float32Array.of(a, b));

  test('the first split is the lowest bit, a value on the border stays below, scale and bias are applied', () => {
    expect(score(0, 0)).toBe(2 * (1 + 16) + 0.5);
    expect(score(2, 0)).toBe(2 * (2 + 32) + 0.5);
    expect(score(0, 6)).toBe(2 * (4 + 16) + 0.5);
    expect(score(2, 6)).toBe(2 * (8 + 32) + 0.5);
    expect(score(1, 5)).toBe(2 * (1 + 32) + 0.5);
  });

  test('0.1 is on the border 0.1, although float32 makes it larger', () => {
    expect(score(0.1, 0)).toBe(2 * (1 + 16) + 0.5);
  });

  test('a damaged model is refused when it is loaded', () => {
    const withTree = (tree: TreeEnsemble['trees'][number]) => () => rawScoreOf({ ...ensemble, trees: [tree] });
    expect(withTree({ splits: [[0, 0]], leaves: [1] })).toThrow('tree 0 has 1 leaves, 2 expected');
    expect(withTree({ splits: [[0, 9]], leaves: [1, 2] })).toThrow('feature 0, border 9');
    expect(withTree({ splits: [[7, 0]], leaves: [1, 2] })).toThrow('feature 7, border 0');
  });

  test('a vector of the wrong length is refused', () => {
    expect(() => rawScoreOf(ensemble)(Float32Array.of(1))).toThrow('takes 2 features, got 1');
  });
});
