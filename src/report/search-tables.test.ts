import { describe, expect, it } from 'vitest';
import type { BreakingPoint } from '../core/breaking-point.ts';
import type { RunResult } from '../core/result.ts';
import { toJunitXml } from './junit.ts';
import { toMarkdown } from './markdown.ts';
import { searchResult } from './search.fixture.ts';
import { criterionFigure, formatLoad, limitRows, loadRange } from './search-phrases.ts';
import { renderSummary } from './summary.ts';
import { cellsOf } from './terminal.ts';

const RESULT = searchResult();
const FOUND = RESULT.breakingPoint;
const changed = (changes: Partial<BreakingPoint>): RunResult => ({
  ...RESULT,
  breakingPoint: { ...FOUND, ...changes },
});
const render = (result: RunResult, columns = 160): string => renderSummary(result, { columns, colour: false });
const rowOf = (text: string, start: string): string[] =>
  text
    .split('\n')
    .find((line) => line.startsWith(start))
    ?.split(/ {2,}/) ?? [];

describe('the limits', () => {
  const rows = (changes: Partial<BreakingPoint>) =>
    Object.fromEntries(limitRows({ ...FOUND, ...changes }).map(({ label, ...row }) => [label, row]));

  it('have estimate, interval and what binds', () => {
    const row = rows({ estimate: 188.4, interval: [181.2, 194.4], criterion: 'p95<250ms' })['SLO limit'];
    expect(row).toEqual({ value: '188/s', interval: '181–194/s', note: 'p95<250ms binds first' });
    const rough = rows({ status: 'rough', estimate: 188.4, interval: [120, 294.4], criterion: 'p95<250ms' })[
      'SLO limit'
    ];
    expect(rough).toEqual({ value: '≈ 188/s', interval: '120–294/s', note: 'p95<250ms binds first' });
    expect(rows({ criterion: 'capacity' })['SLO limit']?.note).toBe('capacity binds first');
  });

  it('are at least what passed where the limit was not reached', () => {
    const row = rows({ status: 'generator-limited', estimate: 1240, interval: [1240, null], criterion: null });
    expect(row['SLO limit']).toEqual({ value: '≥ 1,240/s', interval: 'at least 1,240/s', note: '' });
  });

  it('say of tiers between which levels they break, which is no interval of confidence', () => {
    const tiers = [
      { name: 'gold', slos: ['ttft_p95<60ms'], holdsUpTo: null, breaksFrom: 14.6, brokenBy: 'ttft_p95<60ms' },
      { name: 'bronze', slos: ['ttft_p95<2s'], holdsUpTo: 20, breaksFrom: null, brokenBy: null },
    ];
    const rows = limitRows({ ...FOUND, tiers }).filter(({ label }) => label.startsWith('Tier'));
    expect(rows).toEqual([
      { label: 'Tier gold', value: '–', interval: '', note: 'ttft_p95<60ms breaks at 14.6/s' },
      { label: 'Tier bronze', value: '≥ 20.0/s', interval: '', note: 'no level broke it' },
    ]);
  });

  it('are dashes, never made-up zeros, where nothing is known', () => {
    const { errorLimit: _, ...rest } = FOUND;
    const bare = { ...rest, status: 'undecided', estimate: null, interval: null, capacity: null, knee: null } as const;
    const labels = limitRows({ ...bare, usersAtLimit: null, idleMs: { p50: null, p95: null }, recovered: null });
    expect(labels.map(({ label, value }) => `${label} ${value}`)).toEqual([
      'SLO limit –',
      'Capacity –',
      'Knee –',
      'Users there –',
      'Idle –',
      'Recovery not tried',
    ]);
  });

  it('name each latency SLO where there are several', () => {
    const limit = { status: 'found', estimate: 150, interval: [140, 160] } as const;
    const sloLimits = [
      { slo: 'p95<250ms', ...limit },
      { slo: 'p99<1s', status: 'not-reached', estimate: null, interval: [181, null] },
      { slo: 'errors<1%', ...limit },
    ] as const;
    const made = rows({ sloLimits });
    expect(made['of p95<250ms']?.value).toBe('150/s');
    expect(made['of p99<1s']).toEqual({ value: '–', interval: 'at least 181/s', note: 'not reached' });
    expect(made['of errors<1%']).toBeUndefined();
  });

  it('speak of users where users were searched', () => {
    expect(formatLoad(180.4, 'vus')).toBe('180 users');
    expect(loadRange([171, 190], 'vus')).toBe('171–190 users');
    expect(loadRange([1, null], 'vus')).toBe('at least 1 user');
  });
});

describe('the figure of an SLO', () => {
  const of = (value: number | null, interval: readonly [number, number | null] | null, unit: 'ms' | 'share' = 'ms') =>
    criterionFigure({ slo: 'x', value, interval, limit: 1, unit, verdict: 'pass' });

  it('has its interval, as far as it goes', () => {
    expect(of(96.2, [88.1, 107])).toBe('96.2 ms (88.1–107)');
    expect(of(900, [880, 1250])).toBe('900 ms (880–1.25 s)');
    expect(of(96.2, [88.1, null])).toBe('96.2 ms (88.1 or more)');
    expect(of(null, [450, null])).toBe('∞ (450 or more)');
    expect(of(0.02, [0.01, 0.03], 'share')).toBe('2 % (1–3)');
    expect(of(null, null)).toBe('–');
  });
});

describe('renderSummary of a search', () => {
  const text = render(RESULT);

  it('has the answer, the limits, every level with its reason, and one line of totals', () => {
    expect(text.split('\n')[0]).toMatch(/^It sustains \d+.* requests per second under p95<250ms/);
    expect(rowOf(text, 'SLO limit')).toHaveLength(4);
    for (const level of FOUND.levels) {
      const row = text
        .split('\n')
        .find((line) => line.startsWith(`${level.index + 1} ${level.purpose.replace('-', ' ')}`));
      expect(row).toContain(` ${level.verdict}`);
      expect(row).toContain(level.reason.slice(0, 25));
    }
    expect(text).toContain(`${FOUND.levels.length} levels in `);
    expect(text).not.toContain('All requests');
  });

  it('says what the reader of the answer must know', () => {
    const warned = changed({ warnings: [{ code: 'cliff', message: 'Flat until it \u001b[31mbreaks.' }] });
    expect(render(warned)).toContain('Warnings\n○ Flat until it \uFFFD[31mbreaks.');
  });

  it('says what waiting users got beside what arrivals did, in the terminal and in Markdown', () => {
    const message = FOUND.openAndClosed?.message ?? '';
    expect(message).toMatch(/^\d+ users who each wait for their response got /);
    expect(render(RESULT).replace(/\s+/g, ' ')).toContain(message);
    expect(toMarkdown(RESULT)).toMatch(/\n\d+ users who each wait for their response got /);
    const { openAndClosed: _, ...without } = FOUND;
    expect(render({ ...RESULT, breakingPoint: without })).not.toContain('who each wait');
  });

  it('fits the terminal, without the reasons where they do not', () => {
    for (const columns of [40, 60, 80, 100]) {
      for (const line of render(RESULT, columns).split('\n')) expect(cellsOf(line)).toBeLessThanOrEqual(columns);
    }
    expect(rowOf(render(RESULT, 80), 'Levels')).not.toContain('why');
  });

  it('survives a search that learnt nothing', () => {
    const nothing = changed({ levels: [], sloLimits: [], status: 'undecided', estimate: null, interval: null });
    expect(render(nothing)).toContain('0 levels');
  });
});

describe('toMarkdown of a search', () => {
  it('has the limits, and the levels folded away', () => {
    const text = toMarkdown(RESULT);
    expect(text).toContain('| SLO limit | ');
    expect(text).toContain(`<details><summary>${FOUND.levels.length} levels in `);
    expect(text.match(/^\| \d+ \|/gm)).toHaveLength(FOUND.levels.length);
    expect(text).not.toContain('All requests');
  });
});

describe('toJunitXml of a search', () => {
  const at = (changes: Partial<BreakingPoint>): string => toJunitXml(changed(changes));

  it('has one test case for the answer', () => {
    const text = toJunitXml(RESULT);
    expect(text.match(/<testcase /g)).toHaveLength(2);
    expect(text).toContain('name="the breaking point under p95&lt;250ms and errors&lt;1%"');
    expect(text).not.toMatch(/<failure|<error/);
  });

  it('fails where an SLO fails with a single user, and errs where there is no answer', () => {
    expect(at({ status: 'fails-at-every-load', stoppedBy: 'fails-at-idle', summary: '0: fails at idle.' })).toContain(
      '<failure message="0: fails at idle." type="fails-at-idle"/>',
    );
    expect(at({ status: 'undecided', stoppedBy: 'budget', summary: 'No answer yet.' })).toContain(
      '<error message="No answer yet." type="budget"/>',
    );
  });
});
