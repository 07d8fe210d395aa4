import { describe, expect, it } from 'vitest';
import { micros } from '../core/units.ts';
import { toResultJson } from './json.ts';
import { fixtureResult } from './result.fixture.ts';

describe('toResultJson', () => {
  const result = fixtureResult({ message: 'two\nlines and "quotes"' });

  it('holds the whole result', () => {
    const { plan, ...rest } = JSON.parse(toResultJson(result));
    expect({ ...rest, plan: result.plan }).toEqual(JSON.parse(JSON.stringify(result)));
    // Times are ms in the file.
    expect(plan).toMatchObject({ timeout: result.plan.timeout / 1e3, interval: 1_000, requests: result.plan.requests });
    const changed = { ...result, changes: [{ type: 'reset', at: micros(5_000_000) }] } as const;
    expect(JSON.parse(toResultJson(changed)).changes).toEqual([{ type: 'reset', at: 5_000 }]);
  });

  it('has one order, however the result was put together', () => {
    const reversed = Object.fromEntries(Object.entries(result).reverse()) as unknown as typeof result;
    expect(toResultJson(reversed)).toBe(toResultJson(result));
    expect(toResultJson(result)).toMatch(/^\{\n {2}"format": 2,\n {2}"tool": \{\n {4}"name": "rampart",\n/);
  });

  it('has one line per point of the timeline', () => {
    const lines = toResultJson(result).split('\n');
    expect(lines.filter((line) => line.startsWith('    {"t":'))).toHaveLength(result.timeline.length);
    expect(JSON.parse(toResultJson({ ...result, timeline: [] })).timeline).toEqual([]);
  });
});
