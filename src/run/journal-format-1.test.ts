import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { foldOf } from '../analyze/events.fixture.ts';
import { eventsOf, journalEvents } from './journal.ts';

/** Journals that version 0.1.0 wrote, and what it made of them. */
const committed = (name: string): Uint8Array => readFileSync(new URL(`../../test/journals/${name}`, import.meta.url));
const FIGURES = JSON.parse(new TextDecoder().decode(committed('format-1-figures.json')));
const JOURNALS = {
  run: committed('format-1-run.ndjson'),
  probe: committed('format-1-probe.ndjson'),
  find: gunzipSync(committed('format-1-find.ndjson.gz')),
};

/** Of those measures that have a sample: one that came after the journal has none. */
const sampled = (latency: object) =>
  Object.fromEntries(Object.entries(latency).filter(([, { count }]: [string, { count: number }]) => count > 0));

describe.each(Object.entries(JOURNALS))('a journal of format 1 (%s)', (kind, bytes) => {
  it('gives the figures that it gave', () => {
    const events = [...eventsOf([bytes], 'journal.ndjson')];
    const { totals, rates, latency, generator, timeline, ramp, breakingPoint } = foldOf(events).result();
    const known = FIGURES[kind];
    expect({ totals, rates, generator }).toEqual({
      totals: known.totals,
      rates: known.rates,
      generator: known.generator,
    });
    expect(sampled(latency)).toEqual(sampled(known.latency));
    expect(ramp && { ...ramp, latency: sampled(ramp.latency) }).toEqual(
      known.ramp && { ...known.ramp, latency: sampled(known.ramp.latency) },
    );
    if (kind === 'find') expect(timeline).toHaveLength(known.timeline);
    else expect(timeline).toEqual(known.timeline);
    if (kind === 'find') expect(breakingPoint).toMatchObject(known.breakingPoint);
  });

  it('is read no less strictly', () => {
    const text = new TextDecoder().decode(bytes);
    const damaged = text.replace(/"lag":\{"count":[1-9]\d*/, '"lag":{"count":"x"');
    expect(damaged).not.toBe(text);
    expect(() => [...journalEvents([new TextEncoder().encode(damaged)], 'journal.ndjson')]).toThrow(
      /line \d+, snapshot\.generator\.times\["lag"\]\.count: must be a whole number/,
    );
  });
});

it('refuses a format that is not known, and says what to do', () => {
  const started = '{"type":"started","format":3,"tool":{"name":"rampart","version":"7.1.0"}}\n';
  expect(() => [...journalEvents([new TextEncoder().encode(started)], 'j.ndjson')]).toThrow(
    expect.objectContaining({
      message: 'j.ndjson has format 3; this version reads formats 1 and 2',
      hint: 'Draw it with rampart 7.1.0, which made it, or with a later one.',
    }),
  );
});
