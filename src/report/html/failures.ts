/** The tables of single requests in a report: what failed, with examples, and the slowest of a traced run. */
import { counted, formatClock, formatCount, formatMs } from '../../analyze/wording.ts';
import type { RunResult } from '../../core/result.ts';
import { escapeHtml } from './escape.ts';
import { dash, utc } from './figures.ts';
import { attributes, card, foldButton, placed, requestName, table } from './table.ts';

/** Every kind of failure; where there was none, a sentence. */
export function failuresTable(result: RunResult): string {
  const { failures, totals } = result;
  if (failures.length === 0) {
    const sentence = totals.sent === 0 ? 'No request was sent, so none failed.' : 'No request failed.';
    return card('Failures', '', `<p class="quiet">${sentence}</p>`);
  }
  const rows = failures.map(
    ({ count, outcome, status, message, example, bodies, name, firstSeen, lastSeen }, i) =>
      `<tr${attributes(`failures ${i}`, '', placed('request', name, i))}><td>${formatCount(count)}</td><td class="text">${outcome}</td><td>${status === 0 ? dash('There was no response with a status.') : status}</td>` +
      `<td class="text">${escapeHtml(message)}${exampleLine(example)}${bodiesOf(bodies)}</td><td class="text">${requestName(name)}</td>` +
      `<td>${instant(firstSeen, result.run.startedAt)}</td><td>${instant(lastSeen, result.run.startedAt)}</td></tr>`,
  );
  const heads = ['Count', 'Outcome', 'Status', 'Message', 'Request', 'First seen', 'Last seen'];
  return card(
    'Failures',
    '',
    table('Failures', heads, rows, ['Outcome', 'Message', 'Request']) + foldButton(rows.length),
  );
}

/** Of a traced run: by what a tracing backend knows the slowest requests. */
export function tracesTable({ traces = [], run }: RunResult): string {
  if (traces.length === 0) return '';
  const rows = traces.map(
    ({ traceId, name, responseMs, outcome, dueAt }) =>
      `<tr data-of="${escapeHtml(`request ${name}`)}"><td>${escapeHtml(formatMs(responseMs))}</td><td class="text">${outcome}</td><td class="text">${requestName(name)}</td>` +
      `<td>${instant(dueAt, run.startedAt)}</td><td class="text"><code>${escapeHtml(traceId)}</code></td></tr>`,
  );
  const heads = ['Response time', 'Outcome', 'Request', 'Due', 'Trace id'];
  return card('Slowest requests', '', table('Slowest requests', heads, rows, ['Outcome', 'Request', 'Trace id']));
}

/** What one of the failures looked like, under its message. */
function exampleLine(example: string | undefined): string {
  return example === undefined ? '' : `<br><span class="quiet">${escapeHtml(example)}</span>`;
}

/** Bodies of the first of the responses, folded up. */
function bodiesOf(bodies: readonly string[] | undefined): string {
  if (bodies === undefined) return '';
  const said = counted(bodies.length, 'response');
  const shown = bodies.map((body) => `<pre>${escapeHtml(body)}</pre>`).join('');
  return `<details><summary>Body of ${said}</summary>${shown}</details>`;
}

function instant(iso: string, startedAt: string): string {
  const since = (Date.parse(iso) - Date.parse(startedAt)) / 1_000;
  const label = Number.isNaN(since) ? escapeHtml(iso) : formatClock(since);
  return `<time datetime="${escapeHtml(iso)}" title="${escapeHtml(utc(iso))}">${label}</time>`;
}
