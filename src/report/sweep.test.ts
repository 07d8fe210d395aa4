import { expect, it } from 'vitest';
import type { Sweep, SweepLevel } from '../core/sweep.ts';
import { renderSweep, sweepSentences } from './sweep.ts';

const level = (vus: number, leftOut?: string): SweepLevel => ({
  ...{ vus, id: `r${vus}`, from: `users-${vus}`, achievedPerSec: vus, errors: 0, p50: 1_000, p95: 1_200 },
  ...{ ttftP50: 100, ttftP95: 120, tpotP50: 10, tpotP95: 12, tokensPerSec: 100 * vus, goodput: 0.9, goodPerSec: vus },
  ...{ perUser: 100, inAll: 100 * vus, pareto: leftOut === undefined },
  ...(leftOut === undefined ? {} : { leftOut }),
});

const sweepOf = (levels: readonly SweepLevel[], upTo: number | null): Sweep => ({
  ...{ format: 1, tool: { name: 'rampart', version: '1' }, target: 'http://h/', streamed: true, doubts: [], levels },
  tiers: ['gold', 'bronze'].map((name) => ({
    ...{ name, slos: ['ttft_p95<200ms'], upTo, brokenAt: null, brokenBy: [] },
    held: levels.map(({ leftOut }) => (leftOut === undefined && upTo !== null ? 'held' : 'unknown')),
  })),
});

it('a narrow terminal has what the tiers came to, and leaves out what is told otherwise', () => {
  const sweep = sweepOf([level(1), level(2), level(4)], 4);
  const [head = '', ...rows] = renderSweep(sweep, 80, false)
    .split('\n')
    .filter((line) => /Users|^ *\d+ \*/.test(line));
  expect(head).toMatch(/^Users .*tokens\/s .*goodput +gold +bronze$/);
  expect(head).toContain('TPOT p95');
  expect(head).not.toContain('  p95');
  expect(rows).toHaveLength(3);
  for (const row of rows) expect(row).toMatch(/✓ +✓$/);
  expect(renderSweep(sweep, 160, false)).toMatch(/errors +p95 +TTFT p50 +TTFT p95 +TPOT p95/);
});

it('a level that says nothing of the target has a mark, and a tier that hangs on it says why it is not known', () => {
  const text = renderSweep(sweepOf([level(1, 'the generator was held up'), level(2)], null), 120, false);
  expect(text).toMatch(/^ *1 † /m);
  expect(text).toMatch(/† the level says\s+nothing\s+of the target/);
  const [spoilt] = sweepSentences(sweepOf([level(1, 'the generator was held up')], null));
  expect(spoilt).toContain('at one user, the lowest level (that run says nothing of the target: see the doubts).');
  const [short] = sweepSentences(sweepOf([level(1)], null));
  expect(short).toContain('(too few responses: give each level a longer --duration).');
});
