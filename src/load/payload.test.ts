import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellsOf } from '../core/placeholders.ts';
import { planFixture } from '../core/plan.fixture.ts';
import type { DataSource, Plan, RequestTemplate } from '../core/plan.ts';
import type { RowTable } from '../core/rows.ts';
import type { Place } from '../core/template.ts';
import { bytes, count } from '../core/units.ts';
import { PlanPayloads } from './payload.ts';
import { createRowOrder } from './row-order.ts';

function planWith(body: string, changes: Partial<Plan> = {}): Plan {
  const [request] = planFixture().requests as [RequestTemplate];
  const templated = {
    ...request,
    body: { encoding: 'utf8' as const, data: body, bytes: bytes(body.length) },
    templated: true as const,
  };
  return planFixture({ requests: [templated], ...changes });
}

function tableOf(rows: readonly (readonly string[])[]): RowTable {
  const texts = rows.flat().map((text) => Buffer.from(text));
  let end = 0;
  const ends = Uint32Array.from(texts, (text) => {
    end += text.length;
    return end;
  });
  return { kind: 'memory', rows: rows.length, cells: rows[0]?.length ?? 0, bytes: Buffer.concat(texts), ends };
}

const sourceOf = (rows: number, order: DataSource['order'] = 'sequential'): DataSource => ({
  file: 'rows.jsonl',
  format: 'jsonl',
  order,
  rows: count(rows),
});

function textsOf(template: string, indices: readonly number[], { seed = 1, place = 'json' as Place } = {}): string[] {
  const filling = new PlanPayloads(planWith(template, { seed }), null).compile([{ text: template, place }]);
  return indices.map((index) => textAt(filling, index));
}

function textAt(filling: { bytes: Buffer; fill(index: number): number }, index: number): string {
  const length = filling.fill(index);
  return filling.bytes.toString('utf8', 0, length);
}

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

describe('a template', () => {
  it('numbers requests, and is JSON with every placeholder, in quotes and out of them', () => {
    const template =
      '{"n":{{seq}},"s":"#{{seq}}","id":"{{uuid}}","raw":{{uuid}},"f":{{random.float 0 1}},"c":{{random.choice a 7}},"q":"{{random.choice "x" y}}"}';
    for (const text of textsOf(template, [0, 1, 12_345, 2 ** 32 + 1])) {
      const value = JSON.parse(text);
      expect(value.s).toBe(`#${value.n}`);
      expect(value.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(value.raw).not.toBe(value.id);
      expect(value.f).toBeGreaterThanOrEqual(0);
      expect(value.f).toBeLessThan(1);
      expect(['a', 7]).toContain(value.c);
      expect(['"x"', 'y']).toContain(value.q);
    }
    expect(textsOf('{{seq}}', [0, 41])).toEqual(['0', '41']);
  });

  it('gives request n the same bytes whoever sends it, whatever was sent before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.array(fc.nat(1e6), { maxLength: 30 }), (seed, indices) => {
        const template = '{"id":"{{uuid}}","n":{{random.int 1 1000000}},"m":{{random.float -5 5}}}';
        const together = textsOf(template, indices, { seed });
        const apart = indices.map((index) => textsOf(template, [index], { seed })[0]);
        expect(together).toEqual(apart);
      }),
      { numRuns: 50 },
    );
  });

  it('makes prompts of so many words, each request its own, and the same ones where they are shared', () => {
    const template = '{"p":"{{random.words 20 40}}","same":{{random.words 30 shared}}}';
    const prompts = textsOf(template, range(2_000)).map((text) => JSON.parse(text) as { p: string; same: string });
    const lengths = new Set(prompts.map(({ p }) => p.split(' ').length));
    expect([Math.min(...lengths), Math.max(...lengths), lengths.size]).toEqual([20, 40, 21]);
    expect(new Set(prompts.map(({ p }) => p.split(' ').slice(0, 8).join(' '))).size).toBe(2_000);
    expect(new Set(prompts.map(({ same }) => same)).size).toBe(1);
    expect(prompts[0]?.same).toMatch(/^(?:[a-z]+ ){29}[a-z]+$/);
    const counts = new Map<string, number>();
    for (const word of prompts.flatMap(({ p }) => p.split(' '))) counts.set(word, (counts.get(word) ?? 0) + 1);
    // 60,000 words of about 300: none is rare, none is everywhere.
    expect(counts.size).toBeGreaterThan(250);
    expect(Math.max(...counts.values())).toBeLessThan(1_000);
    const [again] = textsOf(template, [1_234]);
    expect(JSON.parse(again ?? '')).toEqual(prompts[1_234]);
    expect(textsOf('{{random.words 8}}', [1], { seed: 1 })).not.toEqual(
      textsOf('{{random.words 8}}', [1], { seed: 2 }),
    );
  });

  it('begins every prompt of a shared share with the same words, whatever the seed; a key changes the rest', () => {
    const template = '{{random.words 10-400 shared:50%}}';
    const prompts = textsOf(template, range(500), { place: 'text' }).map((text) => text.split(' '));
    const longest = prompts.reduce((most, one) => (one.length > most.length ? one : most));
    for (const words of prompts) {
      const begun = Math.round(words.length / 2);
      expect(words.slice(0, begun)).toEqual(longest.slice(0, begun));
    }
    expect(new Set(prompts.map((words) => words.slice(Math.round(words.length / 2)).join(' '))).size).toBe(500);
    const [other] = textsOf(template, [3], { seed: 2, place: 'text' });
    const [one, two] = [template, template.replace('}}', ' key:9}}')].map(
      (text) => textsOf(text, [3], { place: 'text' })[0] ?? '',
    ) as [string, string];
    expect(other?.split(' ').slice(0, 5)).toEqual(one.split(' ').slice(0, 5));
    expect(two).not.toBe(one);
    expect(two.split(' ').length).toBe(one.split(' ').length);
  });

  it('has the same text wherever a number of its own stands, and one beginning for all that is shared', () => {
    const [one, two] = textsOf(
      '{{random.words 9-40 same:1}}|{{random.words 5}}|{{random.words 9-40 same:1}}|{{random.words 9-40 same:2}}|{{random.words 3 shared}}|{{random.words 6 shared}}',
      [4, 5],
      { place: 'text' },
    ).map((text) => text.split('|')) as [string[], string[]];
    expect(one[2]).toBe(one[0]);
    expect(two[2]).toBe(two[0]);
    expect(two[0]).not.toBe(one[0]);
    expect(one[3]).not.toBe(one[0]);
    expect(one[5]?.startsWith(`${one[4]} `)).toBe(true);
  });

  it.each([
    ['exp:200', 200, 200],
    ['lognormal:200±100', 200, 100],
    ['100-300', 200, 58],
  ])('draws amounts of %s', (text, mean, deviation) => {
    const drawn = textsOf(`{{random.int ${text}}}`, range(40_000)).map(Number);
    const average = drawn.reduce((sum, one) => sum + one, 0) / drawn.length;
    const variance = drawn.reduce((sum, one) => sum + (one - average) ** 2, 0) / drawn.length;
    // The mean's own deviation is 1 at most.
    expect(Math.abs(average - mean)).toBeLessThan(6);
    expect(Math.abs(Math.sqrt(variance) / deviation - 1)).toBeLessThan(0.1);
    expect(Math.min(...drawn)).toBeGreaterThan(0);
  });

  it('draws other values for another seed, another request and another placeholder', () => {
    const all = [1, 2].flatMap((seed) => textsOf('{{uuid}} {{uuid}}', range(5_000), { seed, place: 'text' }));
    expect(new Set(all.flatMap((text) => text.split(' '))).size).toBe(20_000);
  });

  it('draws whole numbers evenly, both ends included', () => {
    const counts = new Map<string, number>();
    for (const text of textsOf('{{random.int 1 9}}', range(90_000))) counts.set(text, (counts.get(text) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    // 10,000 each with a standard deviation of 94.
    for (const n of counts.values()) expect(Math.abs(n - 10_000)).toBeLessThan(500);
  });
});

describe('rows', () => {
  it('fill the places of their fields, of any length and any text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.string()), {
          minLength: 1,
          maxLength: 20,
        }),
        fc.array(fc.nat(1_000), { maxLength: 20 }),
        (rows, indices) => {
          const template = '<{{row.a}}|{{row.b}}>';
          const plan = planWith(template, { data: sourceOf(rows.length) });
          const texts = planWith(template).requests.map((request) => ({ ...request, headers: [] }));
          const plain = { ...plan, requests: texts };
          expect(cellsOf(plain, true).map(({ field }) => field)).toEqual(['a', 'b']);
          const filling = new PlanPayloads(plain, tableOf(rows)).compile([{ text: template, place: 'text' }]);
          for (const index of indices) {
            const [a, b] = rows[index % rows.length] as [string, string];
            expect(textAt(filling, index)).toBe(Buffer.from(`<${a}|${b}>`).toString());
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each(['sequential', 'once'] as const)('in %s order: row n for request n, again from the start', (order) => {
    const at = createRowOrder(sourceOf(7, order), 1);
    expect(range(16).map(at)).toEqual([0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1]);
  });

  it('per user: a row for each, whichever request it is', () => {
    const at = createRowOrder(sourceOf(5, 'per-user'), 1);
    for (const index of [0, 7, 2 ** 40]) expect(range(5).map((user) => at(index, user))).toEqual([0, 1, 2, 3, 4]);
    // A request before the load has no user.
    expect(at(3)).toBe(0);
  });

  it('shuffled: each pass has every row once, in an order of its own that the seed decides', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), fc.nat(), fc.nat(5), (rows, seed, pass) => {
        const at = createRowOrder(sourceOf(rows, 'shuffled'), seed);
        const drawn = range(rows).map((n) => at(pass * rows + n));
        expect([...drawn].sort((a, b) => a - b)).toEqual(range(rows));
        expect(range(rows).map((n) => createRowOrder(sourceOf(rows, 'shuffled'), seed)(pass * rows + n))).toEqual(
          drawn,
        );
      }),
    );
    const order = (seed: number, pass: number): string =>
      range(50)
        .map((n) => createRowOrder(sourceOf(50, 'shuffled'), seed)(pass * 50 + n))
        .join();
    expect(new Set([order(1, 0), order(1, 1), order(2, 0), order(3, 0)]).size).toBe(4);
  });

  it('shuffled: every row is about as likely at every place', () => {
    const seen = new Float64Array(100);
    for (let seed = 0; seed < 20_000; seed++) {
      const at = createRowOrder(sourceOf(10, 'shuffled'), seed);
      for (let place = 0; place < 10; place++) seen[place * 10 + at(place)] = (seen[place * 10 + at(place)] ?? 0) + 1;
    }
    // 2,000 each with a standard deviation of 42.
    for (const n of seen) expect(Math.abs(n - 2_000)).toBeLessThan(250);
  });
});
