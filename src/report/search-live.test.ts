import { describe, expect, it } from 'vitest';
import { RunFold } from '../analyze/fold.ts';
import type { RunEvent } from '../core/event.ts';
import { ConsoleView } from './console.ts';
import { searchEvents, searchPlan } from './search.fixture.ts';
import { levelLine, SearchProgress, searchBlock, statusOf } from './search-live.ts';
import { renderLine } from './terminal.ts';

const EVENTS = searchEvents();
const PLAN = searchPlan();
const SEARCH = PLAN.search!;
type Judged = Extract<RunEvent, { type: 'judged' }>;
const JUDGED = EVENTS.filter((event): event is Judged => event.type === 'judged');

/** What is known after so many events. */
function momentAfter(count: number) {
  const fold = new RunFold();
  const progress = new SearchProgress(SEARCH);
  for (const event of EVENTS.slice(0, count)) {
    fold.accept(event);
    progress.accept(event);
  }
  return progress.at(fold.timeline, 'HTTP 503');
}

/** Where the level of this number begins in the stream. */
const beginOf = (level: number): number => EVENTS.findIndex((event) => event.type === 'level' && event.index === level);
const linesAfter = (count: number, columns = 100): string[] =>
  searchBlock(momentAfter(count), columns).map((line) => renderLine(line, columns, false));

describe('the live block of a search', () => {
  it('says that it starts', () => {
    expect(linesAfter(1)).toEqual(['Starting the search', 'Ctrl-C stops and still gives the result so far']);
  });

  it('says which level is under way, for what, and under which SLO', () => {
    expect(statusOf(momentAfter(beginOf(0) + 1))).toBe(
      'Level 1, probing with 1 user, warming up (p95<250ms and errors<1%)',
    );
    const ramp = JUDGED.findIndex(({ level }) => level.purpose === 'ramp');
    expect(linesAfter(beginOf(ramp) + 8)[0]).toMatch(new RegExp(`^Level ${ramp + 1}, ramping: 2 users`));
  });

  it('shows budget, progress of the level, verdicts with their signs, and the estimate closing in', () => {
    const lines = linesAfter(beginOf(9) + 12);
    expect(lines[1]).toMatch(/^budget {6}━+─+ \d:\d\d of 2:00$/);
    expect(lines[2]).toMatch(/^level {7}━+─* \d+\.\d s of \d+\.\d s$/);
    const signs = lines.find((line) => line.startsWith('levels')) ?? '';
    const last = JUDGED[8]!.level;
    expect(signs).toMatch(/● \d/);
    expect(lines.find((line) => line.startsWith('last'))).toContain(` ${last.verdict}   ${last.reason.slice(0, 20)}`);
    const [low, high] = JUDGED[8]!.estimate!.interval;
    const [, from, to] = lines.find((line) => line.startsWith('result'))?.match(/ {6}between (.*) and (.*)\/s$/) ?? [];
    expect(Number(from)).toBeCloseTo(low, -0.5);
    expect(Number(to)).toBeCloseTo(high ?? 0, -0.5);
  });

  it('counts the failures of the level under way only', () => {
    const failing = JUDGED.findIndex(({ level }) => level.failed > 0);
    const end = EVENTS.indexOf(JUDGED[failing]!);
    expect(linesAfter(end).join('\n')).toMatch(/failures {4}■ \d+ \(.* %\) {3}HTTP 503/);
    expect(linesAfter(beginOf(failing + 1) + 1).join('\n')).toContain('failures    none in this level');
  });

  it('has at most 12 lines, none wider than the terminal', () => {
    for (let count = 1; count < EVENTS.length; count += 37) {
      for (const columns of [20, 40, 80]) {
        const lines = linesAfter(count, columns);
        expect(lines.length).toBeLessThanOrEqual(12);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
      }
    }
  });
});

describe('a judged level in a log', () => {
  const event = JUDGED.at(-1)!;
  const made = (changes: Partial<Judged['level']>, estimate: Judged['estimate'] = null): string =>
    levelLine({ ...event, level: { ...event.level, ...changes }, estimate }, SEARCH);

  it('is one line: when, what for, load, the SLO’s figure with its interval, the verdict, what is left', () => {
    const criteria = [
      { slo: 'p95<250ms', value: 96.2, interval: [88.1, 107], limit: 250, unit: 'ms', verdict: 'undecided' },
    ] as const;
    const load = { model: 'open', ratePerSec: 70 } as const;
    const line = levelLine(
      {
        type: 'judged',
        at: 14_000_000 as Judged['at'],
        level: { ...event.level, index: 6, purpose: 'narrow', load, criteria, verdict: 'undecided', errorShare: 0 },
        estimate: { estimate: 70.4, interval: [66, 75] },
      },
      SEARCH,
    );
    expect(line).toBe('0:14  level 7  narrow  70.0/s  p95 96.2 ms (88.1–107)  ○ undecided  → 66.0–75.0/s');
  });

  it('says why a level is void, and how many failed', () => {
    const line = made({
      verdict: 'void',
      reason: 'The generator was held up.\u001b[2J',
      errorShare: 0.02,
      criteria: [],
    });
    expect(line).toContain('/s  errors 2 %  – void (The generator was held up.\uFFFD[2J)');
    expect(made({}, { estimate: 9, interval: [8, null] })).toMatch(/→ at least 8\.00\/s$/);
  });

  it('takes the place of the lines of intervals', () => {
    let text = '';
    const write = (part: string): void => {
      text += part;
    };
    const view = new ConsoleView({ plan: PLAN, columns: 100, isTTY: false, colour: false, write });
    for (const each of EVENTS) view.accept(each);
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(JUDGED.length + 1);
    expect(lines[0]).toMatch(/^0:\d\d {2}level 1 {2}idle {2}1 user {2}p95 /);
    expect(lines.at(-1)).toMatch(/^● Completed/);
  });

  it('is not drawn for every one of its short intervals', () => {
    let drawings = 0;
    const write = (): void => {
      drawings++;
    };
    const view = new ConsoleView({ plan: PLAN, columns: 100, isTTY: true, colour: false, write });
    for (const each of EVENTS) view.accept(each);
    const seconds = JUDGED.reduce((sum, { level }) => sum + level.elapsedSeconds, 0);
    expect(drawings).toBeGreaterThan(2 * seconds);
    expect(drawings).toBeLessThan(7 * seconds + 3 * JUDGED.length);
  });

  it('is drawn in place on a terminal', () => {
    let text = '';
    const write = (part: string): void => {
      text += part;
    };
    const view = new ConsoleView({ plan: PLAN, columns: 100, isTTY: true, colour: false, write });
    const ramp = JUDGED.findIndex(({ level }) => level.purpose === 'ramp');
    for (const each of EVENTS.slice(0, beginOf(ramp + 1) + 5)) view.accept(each);
    expect(text).toContain(`Level ${ramp + 2}, ramping: 4 users`);
    expect(text).toContain('● 1 user   ● 2 users');
  });
});
