/** Writes a run's events to disk as they come, and reads them again, also where the run broke off. */
import { RampartError } from '../core/errors.ts';
import type { RunEvent, RunSink } from '../core/event.ts';
import { upgraded } from './journal-format-1.ts';
import { EVENT_CHECKS } from './journal-shape.ts';
import { Unanswered } from './unanswered.ts';

/** Keeps the stream on disk as it goes, an event a line: a crash loses at most the interval under way. */
export class Journal implements RunSink {
  readonly #append: (line: string) => Promise<void>;
  readonly #close: () => Promise<void>;

  /** @param append writes a line through to the file, or rejects. */
  constructor(append: (line: string) => Promise<void>, close: () => Promise<void>) {
    this.#append = append;
    this.#close = close;
  }

  accept(event: RunEvent): Promise<void> {
    return this.#append(`${JSON.stringify(event)}\n`);
  }

  close(): Promise<void> {
    return this.#close();
  }
}

/** Formats that can be read; journals of format 1 are brought into the present form. */
const FORMATS: readonly unknown[] = [1, 2];
/** A longer line is none of a journal: a file without line breaks must not fill the memory. */
const LONGEST_LINE = 64 * 1024 * 1024;
const LINE_FEED = 0x0a;

/** What a kind of event must be besides its shape, as whoever reads a journal knows it. */
export type EventCheck = (event: RunEvent) => string | null;

/**
 * The events of a journal, one after the other: only one is in memory. A last line that was cut off (a crash, a full disk) is
 * left out.
 *
 * @param pieces its bytes; a piece is valid until the next.
 * @param path for messages only.
 * @throws {RampartError} bad-journal, naming the line, and the field where one is wrong.
 */
export function* journalEvents(
  pieces: Iterable<Uint8Array>,
  path: string,
  check: EventCheck = () => null,
): Generator<RunEvent> {
  const bad = (what: string, hint = ''): RampartError => new RampartError('bad-journal', `${path}${what}`, hint);
  const foreign = (): RampartError => bad(' is no journal of a run', 'Name a run’s folder or its journal.ndjson.');
  let number = 0;
  let begun = false;
  let old = false;
  for (const { text, whole } of linesOf(pieces, () => bad(`: line ${number + 1} is longer than any of a journal`))) {
    number++;
    if (text === '') continue;
    const raw = parse(text);
    if (raw === null) {
      if (number === 1) throw foreign();
      if (!whole) return;
      throw bad(`: line ${number} is no event of a run`);
    }
    if (!begun && raw.type !== 'started') throw foreign();
    if (begun && raw.type === 'started') throw bad(`: line ${number} begins another run`);
    if (raw.type === 'started') {
      if (!FORMATS.includes(raw['format'])) throw bad(...otherFormat(raw));
      old = raw['format'] === 1;
    }
    const event = (old ? upgraded(raw) : raw) as RunEvent;
    const wrong = EVENT_CHECKS[event.type]?.(event) ?? check(event);
    if (wrong !== null) throw bad(`: line ${number}, ${wrong.replace(/^[.:]\s?/, '')}`);
    begun = true;
    yield event;
  }
  if (!begun) throw foreign();
}

/**
 * The same, and what is missing at the end where the run was killed: the outcome of the requests that were under way. One
 * of a run that is still going looks the same.
 */
export function* eventsOf(...journal: Parameters<typeof journalEvents>): Generator<RunEvent> {
  const unanswered = new Unanswered();
  let last: RunEvent['type'] = 'started';
  for (const event of journalEvents(...journal)) {
    last = event.type;
    if (event.type === 'interval') unanswered.add(event.snapshot);
    yield event;
  }
  if (last === 'finished') return;
  for (const snapshot of unanswered.given('still unanswered when the journal broke off'))
    yield { type: 'interval', snapshot };
}

/** The events of a journal's text: see `journalEvents`. */
export function readJournal(text: string, path: string): RunEvent[] {
  return [...journalEvents([new TextEncoder().encode(text)], path)];
}

/** @param whole false: the line has no end. */
function* linesOf(
  pieces: Iterable<Uint8Array>,
  tooLong: () => RampartError,
): Generator<{ readonly text: string; readonly whole: boolean }> {
  const decoder = new TextDecoder();
  let text = '';
  for (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf(LINE_FEED); end >= 0; end = piece.indexOf(LINE_FEED, from)) {
      yield { text: text + decoder.decode(piece.subarray(from, end)), whole: true };
      text = '';
      from = end + 1;
    }
    text += decoder.decode(piece.subarray(from), { stream: true });
    if (text.length > LONGEST_LINE) throw tooLong();
  }
  text += decoder.decode();
  if (text !== '') yield { text, whole: false };
}

/** What is wrong, and what to do. */
function otherFormat({ format, tool }: Line): [what: string, hint: string] {
  const version = (tool as { version?: unknown } | undefined)?.version;
  const made = typeof version === 'string' ? `rampart ${version}, which made it,` : 'the version that made it';
  return [
    ` has format ${JSON.stringify(format) ?? 'none'}; this version reads formats ${FORMATS.join(' and ')}`,
    `Draw it with ${made} or with a later one.`,
  ];
}

type Line = Readonly<Record<string, unknown>> & { readonly type: string };

function parse(line: string): Line | null {
  try {
    const value = JSON.parse(line) as { type?: unknown } | null;
    return typeof value === 'object' && value !== null && Object.hasOwn(EVENT_CHECKS, String(value.type))
      ? (value as Line)
      : null;
  } catch {
    return null;
  }
}
