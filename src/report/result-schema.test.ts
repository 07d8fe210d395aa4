import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../core/result.ts';
import { toResultJson } from './json.ts';
import { fixtureResult } from './result.fixture.ts';
import { resultJsonSchema } from './result-schema.ts';
import { searchResult } from './search.fixture.ts';

const schema = resultJsonSchema();
const ajv = new Ajv2020({ strict: true, allErrors: true });
const validate = ajv.compile(schema);
/** As a reader of the file would. */
const errorsOf = (result: unknown): unknown[] => (validate(result) ? [] : [...(validate.errors ?? [])]);
const parsed = (options?: Parameters<typeof fixtureResult>[0]) =>
  JSON.parse(toResultJson(fixtureResult(options))) as Record<string, never> & RunResult;

type Change = (result: ReturnType<typeof parsed>) => unknown;

describe('resultJsonSchema', () => {
  it('accepts real results', () => {
    for (const options of [
      {},
      { model: 'open' as const, lagMs: 40 },
      { kind: 'probe' as const, names: ['POST /predict'], thresholds: [] },
      { rate: 0, ending: 'interrupted' as const },
      { rate: 2 },
    ]) {
      expect(errorsOf(parsed(options)), JSON.stringify(options)).toEqual([]);
    }
  });

  it('accepts the answer of a search, and rejects a part of one', () => {
    const found = JSON.parse(toResultJson(searchResult()));
    expect(errorsOf(found)).toEqual([]);
    const { summary: _, ...breakingPoint } = found.breakingPoint;
    expect(errorsOf({ ...found, breakingPoint })).not.toEqual([]);
  });

  it.each<[string, Change]>([
    ['another format', (result) => ({ ...result, format: 1 })],
    ['a part that is missing', ({ totals: _, ...result }) => result],
    ['a part that nobody knows', (result) => ({ ...result, extra: 1 })],
    ['a count that is no whole number', (result) => ({ ...result, totals: { ...result.totals, ok: 1.5 } })],
    ['a time that is text', (result) => ({ ...result, rates: { ...result.rates, sentPerSec: '92' } })],
    ['a negative time', (result) => ({ ...result, generator: { ...result.generator, lagP99: -1 } })],
    [
      'an outcome that does not exist',
      (result) => ({ ...result, totals: { ...result.totals, byOutcome: { bad: 1 } } }),
    ],
    ['a verdict that does not exist', (result) => ({ ...result, verdict: { ...result.verdict, status: 'fine' } })],
    ['a date that is none', (result) => ({ ...result, run: { ...result.run, startedAt: 'yesterday' } })],
    ['a null where a number must be', (result) => ({ ...result, timeline: [{ ...result.timeline[0], ok: null }] })],
    [
      'an interval with one end',
      (result) => ({
        ...result,
        latency: { ...result.latency, lag: { ...result.latency.lag, ci95: { p50: [1] } } },
      }),
    ],
    [
      'a load of two models',
      (result) => ({ ...result, plan: { ...result.plan, load: { ...result.plan.load, model: 'open' } } }),
    ],
  ])('rejects %s', (_, change) => {
    expect(errorsOf(change(parsed()))).not.toEqual([]);
  });

  it('is 2020-12, and describes every field', () => {
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    const silent: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      if ('properties' in node) {
        for (const [name, field] of Object.entries(node.properties as Record<string, object>)) {
          if (!('description' in field || '$ref' in field)) silent.push(`${path}/${name}`);
        }
      }
      for (const [key, child] of Object.entries(node)) visit(child, `${path}/${key}`);
    };
    visit(schema, '');
    expect(silent).toEqual([]);
  });

  it('closes every object', () => {
    const open: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      if ('properties' in node && !('additionalProperties' in node)) open.push(path);
      for (const [key, child] of Object.entries(node)) visit(child, `${path}/${key}`);
    };
    visit(schema, '');
    expect(open).toEqual([]);
  });
});
