import { expect, it } from 'vitest';
import { GOODPUT_LAWS, searchGoodput } from './goodput.ts';

const SEEDS = Number(process.env['GOODPUT_SEEDS'] ?? 4);

it('finds the load up to which a share of good requests holds, and its intervals hold the truth', {
  timeout: 3_600_000,
}, () => {
  const tried = GOODPUT_LAWS.map((law) => {
    const answers = Array.from({ length: SEEDS }, (_, seed) => searchGoodput(law, 180, 4_000 + seed));
    const held = answers.filter(({ interval }) => {
      const [low, high] = interval ?? [Number.POSITIVE_INFINITY, 0];
      return low <= law.truth && law.truth <= (high ?? Number.POSITIVE_INFINITY);
    });
    const found = answers.filter(({ status }) => status === 'found');
    const off = answers.map(({ estimate }) => Math.abs(Math.log((estimate ?? 0) / law.truth))).sort((a, b) => a - b);
    return { name: law.name, held: held.length, found: found.length, medianError: off[Math.floor(SEEDS / 2)] ?? 1 };
  });
  if (SEEDS > 4) console.log(tried);
  const held = tried.reduce((sum, one) => sum + one.held, 0);
  expect(held / (SEEDS * GOODPUT_LAWS.length)).toBeGreaterThanOrEqual(0.9);
  // Where requests stall at any load, or a limit is near what an idle target takes, three minutes often give a rough answer.
  const found = tried.reduce((sum, one) => sum + one.found, 0);
  expect(found / (SEEDS * GOODPUT_LAWS.length)).toBeGreaterThan(0.4);
  for (const { medianError } of tried) expect(medianError).toBeLessThan(0.2);
});
