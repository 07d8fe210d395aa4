import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../core/event.ts';
import { micros } from '../core/units.ts';
import { ConsoleView } from './console.ts';
import { fixtureEvents, fixturePlan } from './result.fixture.ts';
import { searchEvents, searchPlan } from './search.fixture.ts';

/** A terminal, as far as the view uses one. */
class Screen {
  readonly rows: string[] = [''];
  readonly #columns: number;
  #row = 0;
  #column = 0;

  constructor(columns: number) {
    this.#columns = columns;
  }

  write(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a terminal reads.
    for (const [token] of text.matchAll(/\u001b\[(\d*)([A-Za-z])|[\s\S]/gu)) this.#take(token);
  }

  get text(): string {
    return this.rows.map((row) => row.trimEnd()).join('\n');
  }

  #take(token: string): void {
    if (token === '\n') {
      this.#row++;
      this.#column = 0;
      this.rows[this.#row] ??= '';
    } else if (token === '\r') this.#column = 0;
    else if (token.endsWith('A') && token.length > 1) this.#row -= Number(token.slice(2, -1));
    else if (token === '\u001b[K') this.#set(this.#current.slice(0, this.#column));
    else if (token === '\u001b[J') {
      this.#set(this.#current.slice(0, this.#column));
      this.rows.length = this.#row + 1;
    } else if (!token.endsWith('m') || token.length === 1) {
      expect(token.startsWith('\u001b'), 'an escape code that this terminal does not know').toBe(false);
      expect(this.#column, 'wider than the terminal').toBeLessThan(this.#columns);
      const padded = this.#current.padEnd(this.#column);
      this.#set(padded.slice(0, this.#column) + token + padded.slice(this.#column + 1));
      this.#column++;
    }
  }

  get #current(): string {
    return this.rows[this.#row] ?? '';
  }

  #set(text: string): void {
    expect(this.#row, 'above the screen').toBeGreaterThanOrEqual(0);
    this.rows[this.#row] = text;
  }
}

function show(events: readonly RunEvent[], options: { columns?: number; isTTY?: boolean; colour?: boolean } = {}) {
  const { columns = 100, isTTY = true, colour = false } = options;
  const screen = new Screen(isTTY ? columns : 1000);
  const writes: string[] = [];
  const view = new ConsoleView({
    plan: fixturePlan(),
    columns,
    isTTY,
    colour,
    write: (text) => {
      writes.push(text);
      screen.write(text);
    },
  });
  for (const event of events) view.accept(event);
  return { screen, writes, view };
}

const EVENTS = fixtureEvents();
const UNFINISHED = EVENTS.slice(0, 9);

describe('on a terminal', () => {
  it('redraws one block in place', () => {
    const { screen } = show(UNFINISHED);
    expect(screen.rows.filter((row) => row.startsWith('users'))).toEqual(['users       40   in flight 3']);
    expect(screen.rows[0]).toMatch(/^Holding: 40 users/);
    expect(screen.rows.length).toBeLessThanOrEqual(13);
  });

  it('starts with a state of its own', () => {
    expect(show(EVENTS.slice(0, 1)).screen.rows[0]).toMatch(/^Starting/);
  });

  it('leaves one line behind', () => {
    const { screen } = show(EVENTS);
    expect(screen.text).toBe('● Completed after 0:12: 1,440 requests sent, 1,416 ok, 24 failed.\n');
  });

  it('writes each drawing at once', () => {
    expect(show(UNFINISHED).writes).toHaveLength(UNFINISHED.length);
  });

  it('is never wider than the terminal', () => {
    for (const columns of [2, 10, 33, 40, 80]) show(EVENTS, { columns, colour: true });
  });

  it('paints only where there is colour', () => {
    expect(show(UNFINISHED).writes.join('')).not.toContain('\u001b[3');
    expect(show(UNFINISHED, { colour: true }).writes.join('')).toContain('\u001b[32m');
  });

  it('takes no line of others away where the window was made narrower, whether the terminal breaks its lines or not', () => {
    let columns = 100;
    let last = '';
    const view = new ConsoleView({
      plan: fixturePlan(),
      get columns() {
        return columns;
      },
      isTTY: true,
      colour: false,
      write: (text) => {
        last = text;
      },
    });
    for (const event of EVENTS.slice(0, 8)) view.accept(event);
    const lines = last.split('\n').length - 1;
    expect(lines).toBeGreaterThan(5);
    for (const narrower of [99, 31, 5]) {
      columns = narrower;
      view.accept(EVENTS[8] as RunEvent);
      expect(last.startsWith(`\u001b[${lines}A`)).toBe(true);
      columns = 100;
      view.steered({ type: 'reset', at: micros(8e6) });
    }
  });

  it('keeps what was said above the block', () => {
    const lost: RunEvent = { type: 'lost', at: micros(8e6), source: 'thread 1', message: 'exit \u001b[2J code 7' };
    const { screen, view } = show([...UNFINISHED, lost]);
    expect(screen.rows[0]).toBe('■ thread 1: exit \uFFFD[2J code 7');
    expect(screen.rows[1]).toMatch(/^Holding/);
    view.note('Stopping');
    expect(screen.rows.slice(1, 3)).toEqual(['Stopping', expect.stringMatching(/^Holding/)]);
  });

  it('shows the most frequent message, made safe', () => {
    const { screen } = show(fixtureEvents({ message: 'bad \u001b[31m\nthing' }).slice(0, 9));
    expect(screen.text).toContain('bad \uFFFD[31m thing');
  });
});

describe('in a log', () => {
  const times = (seconds: number): string[] =>
    show(fixtureEvents({ seconds }), { isTTY: false })
      .screen.rows.filter((row) => /^\d/.test(row))
      .map((row) => row.split(' ')[0] ?? '');

  it('writes plain lines, and how it ended', () => {
    const { screen, writes } = show(EVENTS, { isTTY: false });
    expect(writes.join('')).not.toContain('\u001b');
    expect(screen.rows[6]).toBe(
      '0:07  users 35  offered 120.0/s  achieved 118.0/s  p50 25.9 ms  p95 39.4 ms  failed 14  in flight 3',
    );
    expect(screen.rows.at(-2)).toMatch(/^● Completed/);
  });

  it('thins them to every 5 s after the first 10', () => {
    const first = ['0:01', '0:02', '0:03', '0:04', '0:05', '0:06', '0:07', '0:08', '0:09', '0:10'];
    expect(times(33)).toEqual([...first, '0:15', '0:20', '0:25', '0:30']);
  });

  it('waits until an interval is complete', () => {
    expect(show(EVENTS.slice(0, 4), { isTTY: false }).screen.rows).toHaveLength(3);
  });

  it('writes at most one line a second when intervals are shorter', () => {
    const events = EVENTS.map((event): RunEvent => {
      if (event.type !== 'interval') return event;
      const { startAt, endAt } = event.snapshot;
      return {
        ...event,
        snapshot: { ...event.snapshot, startAt: micros(startAt / 4), endAt: micros(endAt / 4) },
      };
    });
    expect(show(events, { isTTY: false }).screen.rows.filter((row) => /^\d/.test(row))).toHaveLength(4);
  });
});

it('tells what the budget of a search can give, once the idle target is known to be slow', () => {
  const slowed = searchEvents().map((event): RunEvent => {
    if (event.type !== 'judged' || event.level.purpose !== 'idle') return event;
    return { ...event, level: { ...event.level, meanMs: 2_000 } };
  });
  const said = (events: readonly RunEvent[]): string[] => {
    const writes: string[] = [];
    const write = (text: string): void => void writes.push(text);
    const view = new ConsoleView({ plan: searchPlan(), write, columns: 100, isTTY: false, colour: false });
    for (const event of events) view.accept(event);
    return writes.filter((text) => text.startsWith('One at a time'));
  };
  expect(said(slowed)).toHaveLength(1);
  expect(said(slowed)[0]).toContain('2:00 hold about 60 requests');
  expect(said(searchEvents())).toEqual([]);
});
