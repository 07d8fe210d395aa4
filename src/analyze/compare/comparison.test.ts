import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../core/result.ts';
import { resultOf as runOf, spread } from '../events.fixture.ts';
import { compareRuns, type SideInput } from './comparison.ts';
import { figuresOf } from './figures.ts';

const RUN = runOf({ ok: spread(200, 4_000, 12_000) });

/** A run like the others, so many times as slow; they start one after the other. */
function result(slower: number, turn: number, changes: Partial<RunResult> = {}): RunResult {
  const { latency, run } = RUN;
  const all = latency.responseWithFailures;
  const times = Object.fromEntries(
    (['p50', 'p95', 'p99'] as const).map((name) => [name, (all[name] as number) * slower]),
  );
  const startedAt = new Date(Date.UTC(2026, 0, 1, 0, turn)).toISOString();
  return {
    ...RUN,
    run: { ...run, id: `r${turn}`, startedAt },
    latency: { ...latency, responseWithFailures: { ...all, ...times } },
    ...changes,
  };
}

/** How much runs of one build differ, in the order of time. */
const NOISE = [0.01, -0.012, 0.004, -0.006, 0.015, -0.009, 0.002, 0.011, -0.014, 0.003, 0.007, -0.011];

/** Pairs measured in turns: base, head, head, base, … */
function inTurns(pairs: number, slower: number, machine: (turn: number) => number = () => 1): [SideInput, SideInput] {
  const sides: [RunResult[], RunResult[]] = [[], []];
  for (let turn = 0; turn < 2 * pairs; turn++) {
    const side = turn % 4 === 1 || turn % 4 === 2 ? 1 : 0;
    const noise = Math.exp(NOISE[turn % NOISE.length] as number);
    sides[side].push(result((side === 1 ? slower : 1) * noise * machine(turn), turn));
  }
  return [side('base', sides[0]), side('head', sides[1])];
}

const side = (label: string, results: readonly RunResult[]): SideInput => ({
  label,
  runs: results.map((each) => ({ from: each.run.id, figures: figuresOf(each) })),
});

const compared = (sides: readonly [SideInput, SideInput], margin = 0.05) =>
  compareRuns(...sides, { margin, version: '1.0.0' });
const metric = (comparison: ReturnType<typeof compared>, name: string) =>
  comparison.metrics.find((each) => each.name === name);

describe('compareRuns', () => {
  it('calls a head that is a fifth slower a regression, and says by how much', () => {
    const comparison = compared(inTurns(6, 1.2));
    expect(comparison.verdict).toBe('regression');
    expect(comparison.paired).toBe(true);
    const p95 = metric(comparison, 'p95');
    expect(p95?.verdict).toBe('regression');
    expect(p95?.change).toBeCloseTo(0.2, 1);
    expect(p95?.interval[0]).toBeLessThan(0.2);
    expect(p95?.interval[1]).toBeGreaterThan(0.2);
    expect(metric(comparison, 'throughput')?.verdict).toBe('equivalent');
  });

  it('calls a head that is a fifth faster improved, and one that is the same equivalent', () => {
    expect(compared(inTurns(6, 0.8)).verdict).toBe('improved');
    expect(compared(inTurns(6, 1)).verdict).toBe('equivalent');
  });

  it('tells a change within the margin from none at all', () => {
    const small = metric(compared(inTurns(12, 1.03)), 'p95');
    expect(small?.verdict).toBe('small');
    expect(metric(compared(inTurns(6, 1)), 'p95')?.verdict).toBe('equivalent');
  });

  it('is undecided near the margin, and says how many runs would tell', () => {
    const near = metric(compared(inTurns(5, 1.05)), 'p95');
    expect(near?.verdict).toBe('undecided');
    const wide = metric(compared(inTurns(5, 1.09), 0.08), 'p95');
    expect(wide?.verdict).toBe('undecided');
    expect(wide?.runsNeeded).toBeGreaterThan(5);
  });

  it('decides nothing from fewer than five runs of a side, however far they are apart', () => {
    const comparison = compared(inTurns(4, 3));
    expect(comparison.verdict).toBe('undecided');
    expect(comparison.metrics.every(({ verdict }) => verdict === 'undecided')).toBe(true);
    expect(comparison.doubts.join(' ')).toMatch(/fewer than 5 of each decide nothing/);
  });

  it('says where the runs themselves say that they began cold, or drifted', () => {
    const sides = inTurns(5, 1);
    expect(compared(sides).doubts.join(' ')).not.toMatch(/warmup|drifted/);
    const cold = { code: 'cold-start', message: 'Cold.', hint: '', invalidates: false } as const;
    const begun = result(1, 99, { verdict: { ...RUN.verdict, doubts: [cold] } });
    const head = { ...sides[1], runs: [...sides[1].runs.slice(0, 4), { from: 'cold', figures: figuresOf(begun) }] };
    expect(compared([sides[0], head]).doubts.join(' ')).toContain(
      '0 of 5 runs of the base and 1 of 5 of the head began slower than they went on, and their figures hold that: a --warmup leaves it out.',
    );
  });

  it('takes turns that follow a machine’s changes as pairs, in which those cancel', () => {
    // The machine becomes twice as slow in the middle: both sides with it.
    const wandering = (turn: number): number => (turn < 6 ? 1 : 2);
    expect(compared(inTurns(6, 1, wandering)).verdict).toBe('equivalent');
    expect(compared(inTurns(6, 1.2, wandering)).verdict).toBe('regression');
  });

  it('says that sets which were not measured in turns prove less', () => {
    const base = side(
      'base',
      NOISE.slice(0, 6).map((noise, i) => result(Math.exp(noise), i)),
    );
    const head = side(
      'head',
      NOISE.slice(6).map((noise, i) => result(1.2 * Math.exp(noise), 20 + i)),
    );
    const comparison = compared([base, head]);
    expect(comparison.paired).toBe(false);
    expect(comparison.verdict).toBe('regression');
    expect(comparison.doubts.join(' ')).toMatch(/not measured in turns/);
  });

  it('leaves out runs that are invalid or were interrupted, with the reason', () => {
    const [base, head] = inTurns(6, 1);
    const verdict = { ...RUN.verdict, status: 'interrupted' as const };
    const broken = { from: 'broken', figures: figuresOf(result(9, 99, { verdict })) };
    const comparison = compared([{ ...base, runs: [...base.runs, broken] }, head]);
    expect(comparison.base.runs.at(-1)).toMatchObject({ from: 'broken', leftOut: 'it was interrupted' });
    expect(comparison.verdict).toBe('equivalent');
  });

  it('holds failures against all requests: what fails a tenth more often is a regression', () => {
    const failing = (results: SideInput, share: number): SideInput => ({
      ...results,
      runs: results.runs.map(({ from, figures }, i) => {
        const errors = share + (i % 3) / 2000;
        return { from, figures: { ...figures, requests: 2000, values: { ...figures.values, errors } } };
      }),
    });
    const [base, head] = inTurns(6, 1);
    const errors = metric(compared([failing(base, 0.001), failing(head, 0.1)]), 'errors');
    expect(errors?.verdict).toBe('regression');
    expect(errors?.change).toBeCloseTo(0.099, 3);
    const none = metric(compared([base, head]), 'errors');
    expect(none?.verdict).toBe('equivalent');
    expect(none?.interval[1]).toBeGreaterThan(0);
  });

  it('says that the base itself drifted', () => {
    const comparison = compared(inTurns(12, 1, (turn) => 1.02 ** turn));
    expect(comparison.doubts.join(' ')).toMatch(/base itself became slower by \d+ %/);
  });

  it('turns round when base and head do', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 2, noNaN: true }), fc.integer({ min: 5, max: 10 }), (slower, pairs) => {
        const [base, head] = inTurns(pairs, slower);
        const there = metric(compared([base, head]), 'p95');
        const back = metric(compared([head, base]), 'p95');
        if (there === undefined || back === undefined) throw new Error('p95 is compared');
        expect(Math.log1p(back.change)).toBeCloseTo(-Math.log1p(there.change), 9);
        expect(Math.log1p(back.interval[0])).toBeCloseTo(-Math.log1p(there.interval[1]), 9);
      }),
    );
  });
});
