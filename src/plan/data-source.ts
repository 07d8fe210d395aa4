/** The rows of a plan: of its data, of the trace that it replays, or of both; checked against what uses them. */
import { RampartError } from '../core/errors.ts';
import { cellsOf } from '../core/placeholders.ts';
import type { DataSource, Plan } from '../core/plan.ts';
import type { RowTable } from '../core/rows.ts';
import { count } from '../core/units.ts';
import type { Files } from '../core/world.ts';
import { expectedField } from './checks.ts';
import { formatOf, loadRows } from './data.ts';
import { rowsSource } from './inline-rows.ts';
import { refuseRows } from './parts.ts';
import { blame, type RawSettings, refuse } from './raw-settings.ts';
import type { ReplaySettings } from './replay.ts';
import { type LoadedTrace, loadTrace } from './replay-trace.ts';
import { defaultOf, readValue } from './value.ts';

/** Where rows are read, and who is told of what takes long. */
interface RowsWorld {
  readonly files: Pick<Files, 'pieces' | 'scratch'>;
  note?(line: string): void;
}

/** What a plan says of its rows, the rows, and what is known of its trace. */
interface ResolvedData {
  readonly data: DataSource | null;
  readonly rows: RowTable | null;
  readonly replayed: LoadedTrace | null;
}

/** Reads the rows that requests and checks use. @param replay null: nothing is replayed. @throws RampartError */
export function resolveData(
  given: RawSettings,
  { requests, checks }: Pick<Plan, 'requests' | 'checks'>,
  { files, note = () => {} }: RowsWorld,
  replay: ReplaySettings | null,
): ResolvedData {
  const { data: file } = given.settings;
  const order = readValue(given, 'dataOrder');
  // Rows of a trace are not what functions ask for.
  const cells = cellsOf({ requests, checks }, file !== undefined && replay === null);
  const ownCells = file === undefined ? cells : [];
  const replayed =
    replay === null
      ? null
      : blame(given.originOf('replay'), (label) =>
          loadTrace(replay, { label, cells: ownCells, leftOut: leftOutOf(given) }, files, note),
        );
  if (file === undefined && replayed !== null && replay !== null) {
    if (order !== undefined) refuse(given, 'dataOrder', 'needs --data: the rows of a trace are used at their instants');
    const { table } = replayed;
    const source = { file: replay.file, format: replay.format, order: 'sequential', rows: count(table.rows) } as const;
    return { data: cells.length === 0 ? null : source, rows: table, replayed };
  }
  if (file === undefined) {
    refuseRows(given, requests, checks);
    if (order !== undefined) refuse(given, 'dataOrder', 'needs --data: it is the order of its rows');
    return { data: null, rows: null, replayed: null };
  }
  return blame(given.originOf('data'), (label) => {
    const source = rowsSource(file, files, label);
    const format = source.inline ? 'jsonl' : formatOf(file, files, label);
    const sent = requests.map(({ checks: _, ...request }) => request);
    if (cellsOf({ requests: sent, checks: [] }, true).length === 0)
      throw new RampartError(
        'bad-flag',
        `${label}: no part of the request uses a row`,
        'Write {{row.NAME}} where a value belongs; without a body each row of a .jsonl file is one.',
      );
    const wanted = { ...source, label, format, cells, leftOut: leftOutOf(given) };
    const rows = loadRows(wanted, source.files, note);
    return {
      data: { file: source.file, format, order: order ?? defaultOf('dataOrder'), rows: count(rows.rows) },
      // Rows of their own are in an order of their own.
      rows:
        replayed === null ? rows : { ...rows, trace: { dueAt: replayed.trace.dueAt, period: replayed.trace.period } },
      replayed,
    };
  });
}

/** The field of a row with the expected response: one, since it is left out wherever a row is sent as a whole. */
function leftOutOf(given: RawSettings): string | null {
  let field: string | null = null;
  for (const each of given.mix?.requests.map((request) => request.given) ?? [given]) {
    const its = expectedField(each);
    if (its === null) continue;
    if (field !== null && its !== field) refuse(each, 'expectField', `is another field than "${field}"`);
    field = its;
  }
  return field;
}
