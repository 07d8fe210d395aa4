import { expect, it } from 'vitest';
import { resultOf, spread } from '../src/analyze/events.fixture.ts';
import type { RunResult } from '../src/core/result.ts';
import { toJunitXml } from '../src/report/junit.ts';
import { CHECKS, fixtureResult } from '../src/report/result.fixture.ts';
import { searchResult } from '../src/report/search.fixture.ts';
import { printedBy } from './python.ts';

const run = fixtureResult();
const judged = (status: RunResult['verdict']['status'], changes: Partial<RunResult['verdict']> = {}): RunResult => ({
  ...run,
  verdict: { ...run.verdict, status, checks: CHECKS, ...changes },
});
const hostile = judged('failed', {
  checks: CHECKS.map((check) => ({ ...check, message: '\u001b[2J]]> <b> & "x" \u202e \ud800' })),
});

it('is JUnit by a schema, whatever came of the run, and a suite that is none is told', async (test) => {
  const results = [
    judged('passed'),
    judged('failed'),
    judged('invalid'),
    judged('interrupted'),
    hostile,
    resultOf({ ok: spread(3, 10_000, 20_000) }),
    searchResult(),
  ];
  const texts = results.map(toJunitXml);
  const broken = toJunitXml(judged('failed')).replaceAll('timestamp=', 'when=');
  const said = JSON.parse(await printedBy(test, 'junit_validate.py', JSON.stringify([...texts, broken]))) as string[][];
  expect(said.slice(0, -1)).toEqual(texts.map(() => []));
  expect(said.at(-1)?.join()).toMatch(/when|timestamp/);
});
