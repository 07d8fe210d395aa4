import { describe, expect, it } from 'vitest';
import { planOfScenario, preparedOf, worldWith } from './plan.fixture.ts';

const OF_A_RUN = { vus: 5, duration: '10s', warmup: '1s', thresholds: ['p95<200ms', 'errors<1%'] };
const OF_A_SEARCH = { budget: '3m', slos: ['p95<50ms'] };

const slosOf = (settings: object, flags = {}): string[] | undefined =>
  planOfScenario({ ...settings }, flags, { kind: 'find' }).search?.slos.map(({ text }) => text);

describe('a scenario file of one command with another', () => {
  it('gives a search what it sends, and its thresholds as SLOs', () => {
    const { search, thresholds } = planOfScenario(OF_A_RUN, {}, { kind: 'find' });
    expect(search?.slos.map(({ text }) => text)).toEqual(['p95<200ms', 'errors<1%']);
    expect(thresholds).toEqual([]);
  });

  it('has SLOs win over thresholds, those of the command over those of the file', () => {
    expect(slosOf({ ...OF_A_RUN, ...OF_A_SEARCH })).toEqual(['p95<50ms']);
    expect(slosOf(OF_A_RUN, { slos: ['p99<1s'] })).toEqual(['p99<1s']);
  });

  it('gives a run its load and thresholds, and a probe neither', () => {
    const run = planOfScenario({ ...OF_A_RUN, ...OF_A_SEARCH });
    expect(run).toMatchObject({ search: null, load: { model: 'closed' } });
    expect(run.thresholds).toHaveLength(2);
    const probe = planOfScenario({ ...OF_A_RUN, ...OF_A_SEARCH }, {}, { kind: 'probe' });
    expect(probe).toMatchObject({ kind: 'probe', search: null });
    expect(probe.thresholds).toHaveLength(2);
  });

  it('says what was left out', () => {
    const said = (settings: object, kind: 'run' | 'find'): string[] => {
      const lines: string[] = [];
      const files = { 's.json': JSON.stringify({ url: 'http://h:1/p', ...settings }) };
      const world = { ...worldWith(files), note: (line: string) => lines.push(line) };
      preparedOf({ kind, target: 's.json', env: {}, flags: {} }, world);
      return lines;
    };
    expect(said(OF_A_RUN, 'find')).toEqual([
      'Left out of the file, since find chooses its own levels: vus, duration, warmup. Its thresholds are the SLOs.',
    ]);
    expect(said(OF_A_RUN, 'run')).toEqual([]);
    expect(said({ ...OF_A_RUN, ...OF_A_SEARCH }, 'run')).toEqual([
      'Left out of the file, since they are of a search: slos, budget.',
    ]);
  });

  it('names the file where a threshold is no SLO', () => {
    expect(() => slosOf({ ...OF_A_RUN, thresholds: ['p95<1parsec'] })).toThrow(/s\.json, line \d+.*thresholds/);
  });

  it.each([
    ['a flag', () => slosOf(OF_A_RUN, { vus: 3 }), '--vus does not apply to find'],
    ['a trace', () => slosOf({ replay: 'trace.csv' }), 'replay does not apply to find'],
  ])('refuses %s that does not apply', (_, make, message) => {
    expect(make).toThrow(message);
  });
});
