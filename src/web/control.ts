/** What the live page may ask of the tests behind it, read from its calls. */
import { isRecord } from '../core/json-value.ts';
import type { ControlAnswer, EarlierRun, FieldError } from '../report/client/live/frame.ts';
import type { LiveRun } from './live-run.ts';

/** Texts as a person typed them, by the name of the setting (`spawnRate`). */
export type Settings = Readonly<Record<string, string>>;

/** What the page can do to the tests it shows: the making side, as far as it is the page's business. */
export interface Tester {
  /** The run that is on, or the last one; null: none yet. */
  readonly current: LiveRun | null;
  /** Runs before that one, the latest first. */
  readonly earlier: readonly EarlierRun[];
  /** Begins a test; what is wrong with the settings is said before any request, and then nothing has begun. */
  start(kind: 'run' | 'find', settings: Settings): Promise<readonly FieldError[]>;
  /**
   * Sends one request of a test, and shows what comes; what is wrong with the settings is said, and then nothing is
   * sent.
   */
  sendOne(kind: 'run' | 'find', settings: Settings): Promise<ControlAnswer>;
  /** Finds out what an address accepts, by the rules of the command; what is wrong with the settings is said. */
  discover(kind: 'run' | 'find', settings: Settings): Promise<ControlAnswer>;
  /** Changes the load of the run that is on. What is wrong is said, and then nothing has changed. */
  edit(settings: Settings): readonly FieldError[];
  /** Sends nothing more; responses under way are waited for. */
  stop(): void;
  /** Statistics begin anew; the journal keeps everything. */
  reset(): readonly FieldError[];
  /** A file of a run; null: there is none of that name. */
  file(run: string, name: string): Promise<Download | null>;
}

/** A file to download: its text, or where it lies. */
export type Download = { readonly text: string } | { readonly path: string };

/** A call of the page, read from its JSON; null: it makes no sense. */
export function readStart(body: unknown): { readonly kind: 'run' | 'find'; readonly settings: Settings } | null {
  if (!isRecord(body)) return null;
  const { kind, settings } = body;
  const read = readSettings(settings);
  return (kind === 'run' || kind === 'find') && read !== null ? { kind, settings: read } : null;
}

/** Empty texts are not given. Null: no object of texts. */
export function readSettings(value: unknown): Settings | null {
  if (!isRecord(value)) return null;
  const settings: Record<string, string> = {};
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string') return null;
    if (text.trim() !== '') settings[name] = text;
  }
  return settings;
}
