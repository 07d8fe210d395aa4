import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dataOf, generatorOf, intervalOf, planOf, seriesOf, startedOf } from '../../analyze/events.fixture.ts';
import { GENERATOR_MEASURES, SERIES_MEASURES } from '../../core/measures.ts';
import { samplesOf } from '../prometheus/text.ts';
import { Meter } from './meter.ts';

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

const dashboard = JSON.parse(
  readFileSync(new URL('../../../examples/grafana/rampart.json', import.meta.url), 'utf8'),
) as Dashboard;

/** All names and labels that a run can have, with a sample of every measure. */
function everything(): Map<string, Set<string>> {
  const all = <M extends string>(measures: readonly M[]) =>
    Object.fromEntries(measures.map((measure) => [measure, dataOf([1_000])])) as Record<M, ReturnType<typeof dataOf>>;
  const meter = new Meter();
  meter.accept(startedOf(planOf()));
  const series = { ...seriesOf({ ok: [1_000], ended: { timeout: 1 } }), times: all(SERIES_MEASURES) };
  meter.accept(
    intervalOf({ index: 0, series: { a: series }, generator: generatorOf({ times: all(GENERATOR_MEASURES) }) }),
  );
  const found = new Map<string, Set<string>>();
  for (const [name, labels] of meter.families().flatMap(samplesOf))
    found.set(name, new Set([...(found.get(name) ?? []), ...Object.keys(labels)]));
  return found;
}

describe('the dashboard for Grafana', () => {
  it('asks for metrics and labels only that there are', () => {
    const known = everything();
    expect(dashboard.panels.length).toBeGreaterThan(5);
    for (const { title, targets } of dashboard.panels)
      for (const { expr } of targets) {
        const ways = expr.split(' or ');
        // A Prometheus that was told by OTLP, or fetches native histograms, has no buckets of its own.
        expect([title, ways.length]).toEqual([title, expr.includes('_bucket{') ? 2 : 1]);
        for (const way of ways) {
          const [selector, ...others] = [...way.matchAll(/(rampart_\w+)\{([^}]*)\}/g)];
          expect([title, selector !== undefined, others.length]).toEqual([title, true, 0]);
          const [, called = '', matchers = ''] = selector ?? [];
          const native = way !== ways[0];
          const name = native ? `${called}_bucket` : called;
          expect([title, name, known.has(name)]).toEqual([title, name, true]);
          const grouped = /by \(([^)]*)\)/.exec(way)?.[1]?.split(', ') ?? [];
          const matched = [...matchers.matchAll(/(\w+)(?:=|!)/g)].map(([, label = '']) => label);
          // Prometheus gives each that one itself.
          for (const label of [...grouped, ...matched].filter((each) => each !== 'instance'))
            expect([title, label, known.get(name)?.has(label)]).toEqual([title, label, true]);
        }
      }
  });
});
