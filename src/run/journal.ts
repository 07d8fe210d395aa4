import { RampartError } from '../core/errors.ts';
import type { RunEvent, RunSink } from '../core/event.ts';
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

/**
 * What is missing at the end of a journal whose run was killed: the outcome of the requests that were under way. One of a
 * run that is still going looks the same.
 */
export function endingOf(events: readonly RunEvent[]): RunEvent[] {
  if (events.at(-1)?.type === 'finished') return [];
  const unanswered = new Unanswered();
  for (const event of events) if (event.type === 'interval') unanswered.add(event.snapshot);
  return unanswered
    .given('still unanswered when the journal broke off')
    .map((snapshot) => ({ type: 'interval', snapshot }));
}

/**
 * The events of a journal's text. A last line that was cut off (a crash, a full disk) is left out.
 *
 * @param path for messages only.
 * @throws {RampartError} bad-journal, naming the line.
 */
export function readJournal(text: string, path: string): RunEvent[] {
  const lines = text.split('\n');
  const whole = text.endsWith('\n');
  const events: RunEvent[] = [];
  lines.forEach((line, index) => {
    if (line === '') return;
    const event = parse(line);
    if (event !== null) events.push(event);
    else if (whole || index < lines.length - 1)
      throw new RampartError('bad-journal', `${path}: line ${index + 1} is no event of a run`);
  });
  const [first] = events;
  if (first?.type !== 'started')
    throw new RampartError(
      'bad-journal',
      `${path} is no journal of a run`,
      'Name a run’s folder or its journal.ndjson.',
    );
  if (first.format !== 1)
    throw new RampartError('bad-journal', `${path} has format ${String(first.format)}; this version reads format 1`);
  return events;
}

function parse(line: string): RunEvent | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'type' in value ? (value as RunEvent) : null;
  } catch {
    return null;
  }
}
