/** Tables of a load that agents made. */
import { formatCount, formatMs, formatShare } from '../../analyze/wording.ts';
import type { RunResult } from '../../core/result.ts';
import { escapeHtml } from './escape.ts';
import { card, table, tableRow } from './table.ts';
import { REQUEST_HEADS, requestRows } from './tables.ts';

/** What agents of each region had; nothing where none says where it is. */
export function regionsTable(result: RunResult): string {
  const { regions = {} } = result;
  const rows = Object.entries(regions).flatMap(([name, part]) => requestRows(name, part, result, name, 'region'));
  if (rows.length === 0) return '';
  return card(
    'Regions',
    'of the whole run; all requests of the agents in each, together in the table of requests; response time in ms',
    table('Regions', ['Region', ...REQUEST_HEADS], rows),
  );
}

/** Who made the load, and what of it each; nothing where this machine did. */
export function agentsTable({ run: { agents } }: RunResult): string {
  if (agents === undefined) return '';
  const placed = agents.each.some(({ region }) => region !== undefined);
  const rows = agents.each.map(({ name, region = '', host, cores, threads, share, version, roundTripMs, lost }) =>
    tableRow(
      name,
      [
        formatShare(share),
        ...(placed ? [escapeHtml(region)] : []),
        escapeHtml(host),
        formatCount(cores),
        formatCount(threads),
        escapeHtml(version),
        escapeHtml(formatMs(roundTripMs)),
        lost ? 'lost' : '',
      ],
      `agent ${name}`,
      '',
    ),
  );
  const heads = [
    'Agent',
    'Share',
    ...(placed ? ['Region'] : []),
    'Machine',
    'Cores',
    'Threads',
    'Version',
    'Round trip',
    '',
  ];
  return card(
    'Agents',
    `who made the load; they began within ${formatMs(agents.startSkewMs)} of each other`,
    table('Agents', heads, rows, ['Region', 'Machine', 'Version']),
  );
}
