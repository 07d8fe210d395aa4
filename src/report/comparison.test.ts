import { describe, expect, it } from 'vitest';
import type { Comparison, MetricChange, RunFigures } from '../core/comparison.ts';
import { comparisonMarkdown, renderComparison, toComparisonJson } from './comparison.ts';
import { renderComparisonPage } from './comparison-page.ts';
import { cellsOf } from './terminal.ts';

const HOST = { os: 'linux', cpu: 'made up', cores: 2, memoryBytes: 1e9, node: 'v20' };
const SLOWER: MetricChange = {
  name: 'p95',
  unit: 'ms',
  worse: 'more',
  base: 100,
  head: 112,
  change: 0.12,
  interval: [0.071, 0.17],
  runs: 6,
  verdict: 'regression',
};
const OPEN: MetricChange = { ...SLOWER, name: 'p99', interval: [-0.03, 0.18], verdict: 'undecided', runsNeeded: 14 };
const ERRORS: MetricChange = {
  name: 'errors',
  unit: 'share',
  worse: 'more',
  base: 0,
  head: 0.002,
  change: 0.002,
  interval: [-0.001, 0.005],
  runs: 6,
  verdict: 'equivalent',
};

const comparisonOf = (changes: Partial<Comparison> = {}): Comparison => ({
  format: 1,
  tool: { name: 'rampart', version: '1.0.0' },
  verdict: 'regression',
  margin: 0.05,
  errorMargin: 0.005,
  confidence: 0.95,
  paired: true,
  base: {
    label: 'base (main)',
    runs: [{ id: 'a', from: 'main/1', startedAt: '2026-01-01T00:00:00.000Z', host: HOST }],
  },
  head: {
    label: 'head (<img src=x> | @all)',
    runs: [
      {
        id: 'b',
        from: 'x\u001b[31m/1',
        startedAt: '2026-01-01T00:01:00.000Z',
        host: HOST,
        leftOut: 'it was interrupted',
      },
    ],
  },
  metrics: [SLOWER, OPEN, ERRORS],
  quantiles: [],
  doubts: [],
  ...changes,
});

const render = (comparison: Comparison, columns = 100): string => renderComparison(comparison, columns, false);

describe('what a comparison says', () => {
  it('begins with the answer: what rose, by how much, between what', () => {
    expect(render(comparisonOf()).split('\n')[0]).toBe('Regression: p95 rose by 12 % (7.1 to 17 %).');
    const faster = { ...SLOWER, change: -0.12, interval: [-0.17, -0.071], verdict: 'improved' } as const;
    expect(render(comparisonOf({ verdict: 'improved', metrics: [faster] }))).toMatch(
      /^Improved: p95 fell by 12 % \(7\.1 to 17 %\)\./,
    );
  });

  it('says how far what is undecided may have changed, and what would tell', () => {
    expect(render(comparisonOf({ verdict: 'undecided', metrics: [OPEN] })).replace(/\s+/g, ' ')).toMatch(
      /^Undecided: p99 changed by −3\.0 to \+18 % \(about 14 runs of each side would tell\)\./,
    );
    expect(render(comparisonOf({ verdict: 'undecided', metrics: [{ ...OPEN, runs: 4 }] }))).toMatch(
      /^Undecided: 5 runs of each side are needed at least\./,
    );
    expect(render(comparisonOf({ verdict: 'undecided', metrics: [] }))).toMatch(/^Nothing can be compared/);
  });

  it('has a row for each figure, shares in points, and what was left out', () => {
    const text = render(comparisonOf());
    const row = (name: string): string[] =>
      text
        .split('\n')
        .find((line) => line.startsWith(name))
        ?.split(/ {2,}/) ?? [];
    expect(row('p95 ')).toEqual(['p95', '100 ms', '112 ms', '+12 %', '+7.1 to +17 %', '■ regression']);
    expect(row('errors')).toEqual(['errors', '0 %', '0.2 %', '+0.20 points', '−0.10 to +0.50 points', '● equivalent']);
    expect(text).toMatch(/Left out\n○ x.*\/1: it was interrupted/);
  });

  it('keeps within the terminal', () => {
    for (const columns of [60, 80, 120])
      for (const line of render(comparisonOf(), columns).split('\n'))
        expect(cellsOf(line)).toBeLessThanOrEqual(columns);
  });

  it('is inert: no colour, no markup, no mention from a name', () => {
    expect(render(comparisonOf())).not.toContain('\u001b');
    const markdown = comparisonMarkdown(comparisonOf());
    expect(markdown).not.toMatch(/(?<!\\)<img|@all/);
    expect(markdown).not.toContain('\u001b');
    expect(markdown).toContain('| p95 | 100 ms | 112 ms | +12 % | +7.1 to +17 % | ■ regression |');
    expect(markdown).toMatch(/```text\np95 +┊ +│ +┊ *─+●─+\n/);
    expect(JSON.parse(toComparisonJson(comparisonOf()))).toEqual(comparisonOf());
  });
});

describe('the page of a comparison', () => {
  const figures = (id: string, p95: number | null): RunFigures => ({
    ...{ id, startedAt: '2026-01-01T00:00:00.000Z', host: HOST, kind: 'run', requests: 100, plan: {} },
    values: { p50: 10, p95, p99: null, throughput: 5, errors: 0, 'breaking point': null, capacity: null },
  });
  const page = renderComparisonPage(
    comparisonOf(),
    { base: [figures('a', 101), figures('c', 99)], head: [figures('b', 112)] },
    'p { color: red }',
  );

  it('says the answer, draws each change with its interval and each run, and obeys no name', () => {
    expect(page).toContain('<h1>Regression: p95 rose by 12\u00a0% (7.1 to 17\u00a0%).</h1>');
    expect(page).toContain('aria-label="Changes of the figures: p95 +12 % (+7.1 to +17 %); p99 +12 % (−3 to +18 %)"');
    expect(page.match(/<title>(base|head), run \d: 1?\d\d(\.\d)? ms<\/title>/g)).toHaveLength(3);
    expect(page).toContain('p95 of each run');
    // The means are dashed as the legend says.
    const dashes = [...page.matchAll(/<path class="line (run-\d)"[^>]*>/g)].map(([path = '', run]) => [
      run,
      /stroke-dasharray="[^"]*"/.exec(path)?.[0] ?? 'none',
    ]);
    expect(new Set(dashes.map(String)).size).toBe(2);
    expect(page).not.toContain('<img');
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('can be drawn of one run of each side, and of none', () => {
    const single = { ...SLOWER, runs: 1, interval: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const };
    const one = renderComparisonPage(
      comparisonOf({ metrics: [single], verdict: 'undecided' }),
      { base: [figures('a', 1)], head: [] },
      '',
    );
    expect(one).not.toMatch(/NaN|Infinity/);
    expect(
      renderComparisonPage(comparisonOf({ metrics: [], verdict: 'undecided' }), { base: [], head: [] }, ''),
    ).toContain('Nothing can be compared');
  });
});

describe('the runs over each other on the page', () => {
  const run = (id: string, times: number, p99: number | null = 90 * times): RunFigures => ({
    ...{ id, startedAt: '2026-01-01T00:00:00.000Z', host: HOST, kind: 'run', requests: 100, plan: {} },
    values: { p50: 10, p95: 1, p99: null, throughput: 5, errors: 0, 'breaking point': null, capacity: null },
    curve: { p50: 10 * times, p75: 20 * times, p90: 40 * times, p95: 60 * times, p99, 'p99.9': null },
  });

  it('are a line each, of what they know, and none where hardly any percentile is known', () => {
    const page = (base: readonly RunFigures[], head: readonly RunFigures[]) =>
      renderComparisonPage(comparisonOf(), { base, head }, '');
    const drawn = page([run('a', 1), run('c', 1.1, null)], [run('b', 1.2, Number.POSITIVE_INFINITY)]);
    expect(drawn).toContain('aria-label="Percentiles of each run: 2 of the base, 1 of the head"');
    const lines = [...drawn.matchAll(/<path class="line run-(\d)" opacity="0.55" d="([^"]*)"/g)];
    // p99 is known of one run alone, and so of no use.
    expect(lines.map(([, side, path = '']) => [side, path.split('L').length])).toEqual([
      ['1', 4],
      ['1', 4],
      ['2', 4],
    ]);
    expect(drawn).not.toMatch(/NaN|Infinity/);
    const { curve: _, ...without } = run('a', 1);
    expect(page([without], [without])).not.toContain('All runs over each other');
  });
});

describe('the change of each percentile on the page', () => {
  const quantiles = (['p50', 'p75', 'p90', 'p95', 'p99'] as const).map((name, i) => ({
    ...{ name, change: 0.02 * i, interval: [0.02 * i - 0.01, 0.02 * i + 0.03] as const, runs: 6 },
  }));

  it('is a line with a band, and a table of the same', () => {
    const page = renderComparisonPage(comparisonOf({ quantiles }), { base: [], head: [] }, '');
    expect(page).toContain('Change at each percentile');
    expect(page).toContain('aria-label="Change at each percentile: p50 0 % (−1 to +3 %)');
    expect(page).toMatch(/<th scope="row">p99<\/th><td>\+8\.0 %<\/td><td>\+7\.0 to \+11 %/);
  });

  it('stays within its frame where an interval is hardly bounded, and is not there where nothing is known', () => {
    const wide = quantiles.map((each) => ({ ...each, interval: [-0.99, 1e6] as const }));
    const page = renderComparisonPage(comparisonOf({ quantiles: wide }), { base: [], head: [] }, '');
    expect(page).not.toMatch(/NaN|Infinity/);
    expect(renderComparisonPage(comparisonOf(), { base: [], head: [] }, '')).not.toContain('each percentile');
  });
});
