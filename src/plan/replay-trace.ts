/** Reads the file of a replay: when each of its rows is due, and the texts that requests are made of. */
import { RampartError } from '../core/errors.ts';
import type { LeftOutLines } from '../core/plan.ts';
import { TableWriter } from '../core/row-table.ts';
import type { RowTable, Trace } from '../core/rows.ts';
import { type Cell, writeText, writeUntyped } from '../core/template.ts';
import { count } from '../core/units.ts';
import type { Files } from '../core/world.ts';
import { isSafe, LOG_FIELDS, readLogLine } from './access-log.ts';
import { headerText, loadRows, type RowWatch } from './data.ts';
import { decodeUtf8, type Refuse, readPieces } from './file.ts';
import { instantOf, isNumber, TIME_UNITS, unitBySize } from './instant.ts';
import type { ReadTrace, ReplaySettings } from './replay.ts';
import { linesOf, refuserIn } from './row-reader.ts';
import { didYouMean } from './suggest.ts';
import { quote } from './syntax.ts';

/** Eight bytes of memory each. */
const MOST_ARRIVALS = 20_000_000;

/** Where instants usually are, in lower case and without a unit behind it. */
const USUAL_COLUMNS = [
  ...['timestamp', '@timestamp', 'time', 'ts', 'datetime', 'date'],
  ...['arrival', 'arrived_at', 'arrival_time', 'arrival_timestamp', 'arrived', 'due', 'due_at'],
  ...['sent_at', 'sent', 'start_time', 'started_at', 'start', 'request_time', 'requested_at'],
];
const UNIT_BEHIND =
  /^(.*?)[\s_.(-]+(s|secs?|seconds|ms|millis|milliseconds|us|micros|microseconds|ns|nanos|nanoseconds)\)?$/;

/** What published traces of language models call their token counts. */
export const TOKEN_FIELDS: Readonly<Record<string, readonly string[]>> = {
  input_tokens: ['ContextTokens', 'input_length', 'prompt_tokens', 'num_prompt_tokens', 'request_tokens'],
  output_tokens: ['GeneratedTokens', 'output_length', 'completion_tokens', 'num_completion_tokens', 'response_tokens'],
};

export interface LoadedTrace extends ReadTrace {
  /** With the trace in it. */
  readonly table: RowTable;
  /** Of a log: its methods, each with how often it comes; null: it is none. */
  readonly methods: readonly (readonly [method: string, lines: number])[] | null;
}

/**
 * Reads a trace: when each of its rows is due, and the texts that requests use of it.
 *
 * @throws RampartError 'bad-file' with the line of the first row that does not do.
 */
export function loadTrace(
  settings: ReplaySettings,
  {
    label,
    cells,
    leftOut,
  }: { readonly label: string; readonly cells: readonly Cell[]; readonly leftOut: string | null },
  files: Pick<Files, 'pieces' | 'scratch'>,
  note: (line: string) => void,
): LoadedTrace {
  const { file, format } = settings;
  const instants = new Instants();
  if (format === 'log') return loadLog(settings, { label, cells }, instants, files, note);
  const watch = watchOf(settings, instants);
  const table = loadRows({ ...{ file, label, format, cells, leftOut, watch }, otherNames: TOKEN_FIELDS }, files, note);
  const trace = instants.trace(settings.speed);
  return { table: { ...table, trace }, trace, methods: null };
}

/** Takes the instant of each row. */
function watchOf({ column: wanted, unit: given }: ReplaySettings, instants: Instants): RowWatch {
  let column: string | null = null;
  let unit = 1;
  return (textAt, names, line, refuse) => {
    if (column === null) {
      [column, unit] = columnIn(names(), textAt, wanted, given, line, refuse);
    }
    const text = textAt(column);
    if (text === undefined) return refuse(line, ` has no field ${quote(column)}`);
    const at = instantOf(text, unit);
    if (at === null || !Number.isFinite(at))
      return refuse(
        line,
        `: ${quote(text)} in ${quote(column)} is no instant`,
        'Instants are numbers (seconds, or another unit by --replay-time NAME:ms) or ISO 8601: 2026-01-31T12:00:00.250Z.',
      );
    return instants.add(at, line, refuse);
  };
}

function columnIn(
  names: readonly string[],
  textAt: (name: string) => string | undefined,
  wanted: string | null,
  given: string | null,
  line: number,
  refuse: Refuse,
): [column: string, unit: number] {
  const parted = names.map((name): [name: string, base: string, unit: string | undefined] => {
    const [, base = name, unit] = UNIT_BEHIND.exec(name.toLowerCase()) ?? [];
    return [name, base.toLowerCase(), unit];
  });
  const found =
    wanted === null
      ? USUAL_COLUMNS.map((usual) => parted.find(([, base]) => base === usual)).find((part) => part !== undefined)
      : parted.find(([name]) => name === wanted);
  if (found === undefined) {
    if (wanted !== null) return refuse(line, ` has no field ${quote(wanted)}`, didYouMean(wanted, names));
    const shown = names.length === 0 ? 'no field' : names.map((name) => quote(name)).join(', ');
    return refuse(line, `: none of its fields says when it was (${shown})`, 'Name the field with --replay-time NAME.');
  }
  const [column, , behind] = found;
  const first = textAt(column) ?? '';
  const written = given ?? (behind === undefined ? null : shortUnit(behind));
  // Mooncake's traces count milliseconds from 0.
  const usual = names.includes('input_length') && names.includes('output_length') && Number(first) < 1e9 ? 'ms' : null;
  const unit = written ?? usual ?? (isNumber(first) ? unitBySize(first) : 's');
  return [column, TIME_UNITS[unit] ?? 1e6];
}

const shortUnit = (unit: string): string =>
  unit.startsWith('s')
    ? 's'
    : unit.startsWith('mil')
      ? 'ms'
      : unit.startsWith('mic')
        ? 'us'
        : unit.startsWith('n')
          ? 'ns'
          : unit;

/** The request lines of an access log. */
function loadLog(
  { file, speed, all }: ReplaySettings,
  { label, cells }: { readonly label: string; readonly cells: readonly Cell[] },
  instants: Instants,
  files: Pick<Files, 'pieces' | 'scratch'>,
  note: (line: string) => void,
): LoadedTrace {
  const refuse = refuserIn(file, label);
  const table = new TableWriter(cells.length, files, () =>
    note(`${label}: ${quote(file)} is large: its lines are checked and copied to a temporary file …`),
  );
  for (const { field } of cells)
    if (field === null || !(LOG_FIELDS as readonly string[]).includes(field))
      throw new RampartError(
        'bad-flag',
        `${label}: the lines of an access log have no ${field === null ? 'JSON row' : `field ${quote(field)}`}`,
        `They have ${LOG_FIELDS.join(', ')}.`,
      );
  const methods = new Map<string, { readonly flow: number; lines: number }>();
  const changing = new Map<string, number>();
  let unsendable = 0;
  let line = 0;
  for (const bytes of linesOf(readPieces(files, file, label), refuse)) {
    line++;
    const text = (decodeUtf8(bytes) ?? Buffer.from(bytes).toString('latin1')).replace(/\r$/, '');
    if (text.trim() === '') continue;
    const read = readLogLine(text);
    if (read === null)
      return refuse(
        line,
        ' is no line of an access log',
        'It takes the common and the combined format of nginx and Apache; a table of instants is a .csv or .jsonl file.',
      );
    const { at, request } = read;
    if (request === null) {
      unsendable++;
      continue;
    }
    const { method, fields } = request;
    if (!all && !isSafe(method)) {
      changing.set(method, (changing.get(method) ?? 0) + 1);
      continue;
    }
    const known = methods.get(method) ?? { flow: methods.size, lines: 0 };
    known.lines++;
    methods.set(method, known);
    for (const { field, style } of cells) {
      const value = style === 'line' ? String(line) : (fields[field ?? ''] ?? '');
      // A path is encoded already, as it was sent.
      const asIs = field === 'path' && style === 'url';
      const written = asIs ? writeText(value, 'text') : writeUntyped(value, style);
      table.add(style === 'header' ? headerText(written, field, line, refuse) : written, style === 'header');
    }
    table.endRow();
    instants.add(at, line, refuse, known.flow);
  }
  if (instants.count === 0)
    throw new RampartError(
      'bad-file',
      `${label}: ${quote(file)} has no line that is sent`,
      changing.size === 0 ? '' : 'All of them may change something: --replay-all sends those as well, without bodies.',
    );
  instants.spreadSeconds();
  const trace = instants.trace(speed, methods.size > 1);
  const left: LeftOutLines = {
    changing: Object.fromEntries([...changing].map(([method, lines]) => [method, count(lines)])),
    unsendable: count(unsendable),
  };
  return {
    table: { ...table.finish(), trace },
    trace,
    methods: [...methods].map(([method, { lines }]) => [method, lines] as const),
    ...(changing.size + unsendable === 0 ? {} : { leftOut: left }),
  };
}

/** Instants of rows, in the order of the rows. */
class Instants {
  count = 0;
  #at = new Float64Array(1024);
  #flows = new Uint8Array(1024);
  #ascending = true;

  add(at: number, line: number, refuse: Refuse, flow = 0): void {
    if (this.count === MOST_ARRIVALS)
      refuse(
        line,
        ` is one arrival too many: a trace has at most ${MOST_ARRIVALS / 1e6} million`,
        'Replay a part of it.',
      );
    if (this.count === this.#at.length) {
      this.#at = grown(this.#at, new Float64Array(2 * this.count));
      this.#flows = grown(this.#flows, new Uint8Array(2 * this.count));
    }
    if (this.count > 0 && at < (this.#at[this.count - 1] as number)) this.#ascending = false;
    this.#at[this.count] = at;
    this.#flows[this.count] = flow;
    this.count++;
  }

  /** A log has whole seconds: the lines of one are spread evenly over it, in their order. */
  spreadSeconds(): void {
    const inSecond = new Map<number, number>();
    for (let row = 0; row < this.count; row++) {
      const at = this.#at[row] as number;
      inSecond.set(at, (inSecond.get(at) ?? 0) + 1);
    }
    const passed = new Map<number, number>();
    for (let row = 0; row < this.count; row++) {
      const at = this.#at[row] as number;
      const before = passed.get(at) ?? 0;
      passed.set(at, before + 1);
      this.#at[row] = at + (before * 1e6) / (inSecond.get(at) as number);
    }
  }

  /** In the order of time, from the first on. @param several whether arrivals begin flows of their own. */
  trace(speed: number, several = false): Trace {
    const { count: length } = this;
    const order = this.#ascending ? null : Uint32Array.from({ length }, (_, row) => row);
    // By time, and those of one instant in their order.
    order?.sort((a, b) => (this.#at[a] as number) - (this.#at[b] as number) || a - b);
    const placeOf = (place: number): number => (order === null ? place : (order[place] as number));
    const dueAt = new Float64Array(new SharedArrayBuffer(8 * length));
    const first = this.#at[placeOf(0)] as number;
    for (let place = 0; place < length; place++) dueAt[place] = ((this.#at[placeOf(place)] as number) - first) / speed;
    const span = dueAt[length - 1] ?? 0;
    // One mean distance behind the last; where all come at once, a second.
    const period = span > 0 ? span + span / (length - 1) : 1e6;
    const flows = several ? new Uint8Array(new SharedArrayBuffer(length)) : null;
    if (flows !== null)
      for (let place = 0; place < length; place++) flows[place] = this.#flows[placeOf(place)] as number;
    const rows = order === null ? null : new Uint32Array(new SharedArrayBuffer(4 * length));
    rows?.set(order as Uint32Array);
    return { dueAt, period, ...(rows === null ? {} : { rows }), ...(flows === null ? {} : { flows }) };
  }
}

function grown<Numbers extends Float64Array | Uint8Array>(old: Numbers, larger: Numbers): Numbers {
  larger.set(old);
  return larger;
}
