import { describe, expect, it } from 'vitest';
import { deploymentAt, OPTIONS } from '../analyze/compare/deployments.fixture.ts';
import { compareDeployments } from '../analyze/compare/deployments.ts';
import { deploymentsMarkdown, renderDeployments, toDeploymentsJson } from './deployments.ts';
import { renderDeploymentsPage } from './deployments-page.ts';
import { frontOf, tradeOf, tradeSvg } from './deployments-svg.ts';
import { cellsOf } from './terminal.ts';

const four = deploymentAt('four', { limit: 100, p95: 40, cpu: 2, cost: 0.12 });
const eight = deploymentAt('eight', { limit: 150, p95: 38, cpu: 2.5, cost: 0.24 });
const slow = deploymentAt('slow', { limit: 80, p95: 60, cpu: 2, cost: 0.2 });
const comparison = compareDeployments([four, eight, slow], OPTIONS);
const unpriced = compareDeployments(
  [four, eight, slow].map(({ costPerHour: _, ...one }) => one),
  OPTIONS,
);

describe('a comparison of deployments', () => {
  it('is said in one sentence for each, and in one table', () => {
    const text = renderDeployments(comparison, 200, false);
    expect(text).toContain('eight sustains more than four: +50 %.');
    expect(text).toContain('slow sustains less than four: −20 %.');
    expect(text).toMatch(
      /^Deployment +breaking point +interval +limit +capacity +p95 at 50\.0\/s +CPU +CPU\/request +cost\/million$/m,
    );
    expect(text).toMatch(/^four +100\/s +\S+–\S+\/s +p95<250ms +120\/s +40\.0 ms +0\.50 cores +2\.00 ms +0\.333 \(/m);
    expect(text).toMatch(/^eight against four$/m);
    for (const line of renderDeployments(comparison, 60, false).split('\n'))
      expect(cellsOf(line)).toBeLessThanOrEqual(60);
  });

  it('leaves out of its table what is known of none', () => {
    expect(renderDeployments(unpriced, 200, false)).not.toContain('cost/million');
  });

  it('says the same in Markdown, whose cells hold no markup of others', () => {
    const hostile = compareDeployments(
      [
        { ...four, target: 'x' },
        { ...eight, searches: eight.searches.map((one) => ({ ...one, criterion: '<b>|x' })) },
      ],
      OPTIONS,
    );
    const markdown = deploymentsMarkdown(hostile);
    expect(markdown).toMatch(/^## ● eight sustains more than four/);
    expect(markdown).not.toContain('<b>');
    expect(markdown).toContain('### eight against four');
  });

  it('is a page with a picture, and JSON that reads back', () => {
    const page = renderDeploymentsPage(
      compareDeployments([{ ...four, target: 'http://<script>/' }, eight], OPTIONS),
      '',
    );
    expect(page).not.toContain('http://<script>');
    expect(page).toContain('breaking point, 1/s over cost of an hour');
    expect(page.match(/<svg viewBox="0 0 534/g)).toHaveLength(1);
    expect(JSON.parse(toDeploymentsJson(comparison))).toEqual(JSON.parse(JSON.stringify(comparison)));
  });
});

describe('the picture of the deployments', () => {
  it('trades cost for load where all have a cost, and load for latency else', () => {
    expect(tradeOf(comparison)).toMatchObject({ xName: 'cost of an hour', xBetter: 'less', yBetter: 'more' });
    expect(tradeOf(unpriced)).toMatchObject({ yName: 'p95 at 50/s, ms', xBetter: 'more', yBetter: 'less' });
  });

  it('draws its line through those that no other one beats', () => {
    expect(frontOf(tradeOf(comparison)).map(({ name }) => name)).toEqual(['four', 'eight']);
    expect(frontOf(tradeOf(unpriced)).map(({ name }) => name)).toEqual(['eight']);
    expect(tradeSvg(tradeOf(comparison))).toContain('Beaten by none: four, eight');
  });

  it('keeps names apart that would lie over each other', () => {
    const near = compareDeployments(
      [
        deploymentAt('four workers', { limit: 100, p95: 40 }),
        deploymentAt('eight workers', { limit: 150, p95: 38 }),
        deploymentAt('five workers', { limit: 105, p95: 40 }),
      ],
      OPTIONS,
    );
    const names = [
      ...tradeSvg(tradeOf(near)).matchAll(/<text x="([\d.]+)" y="([\d.]+)" text-anchor="(start|end)">(\w+ workers)/g),
    ];
    const boxes = names.map(([, x = '', y = '', anchor, { length } = '']) => {
      const from = anchor === 'end' ? Number(x) - 6.2 * length : Number(x);
      return { from, to: from + 6.2 * length, y: Number(y) };
    });
    expect(boxes).toHaveLength(3);
    for (const [i, one] of boxes.entries())
      for (const other of boxes.slice(i + 1))
        expect(one.to < other.from || other.to < one.from || Math.abs(one.y - other.y) > 12).toBe(true);
  });

  it('stays within its frame where an interval has no end', () => {
    const open = {
      ...four,
      searches: four.searches.slice(0, 1).map((one) => ({ ...one, interval: [90, null] as const })),
    };
    const svg = tradeSvg(tradeOf(compareDeployments([open, eight], OPTIONS)));
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});
