import { createHash } from 'node:crypto';
import type { RunResult } from '../core/result.ts';
import { IntervalArchive } from './archive.ts';
import { answerOf, targetOf } from './html/answer.ts';
import { detailsOf } from './html/details.ts';
import { embeddedJson, escapeHtml } from './html/escape.ts';
import { embeddedRunOf, pictureGrid } from './html/pictures.ts';
import { levelsTable, searchSection } from './html/search.ts';
import { failuresTable, requestsTable, timesTable } from './html/tables.ts';
import { toolbar } from './html/toolbar.ts';

/** The built browser side: the bundled script and the style sheet, both put into the page. */
export interface ReportAssets {
  readonly script: string;
  readonly style: string;
}

/**
 * The report of a run as one HTML file that needs no network and no server, and whose tables and pictures are readable
 * with scripts blocked. The same input gives the same bytes.
 *
 * @param intervals what an IntervalArchive packed of the run's stream; without it the page shows the whole run only.
 */
export function renderHtml(
  result: RunResult,
  assets: ReportAssets,
  intervals = new IntervalArchive().pack(result.timeline, result.failures),
): string {
  const script = inlined(assets.script, 'script');
  const style = inlined(assets.style, 'style');
  const policy = [
    "default-src 'none'",
    `script-src '${digest(script)}'`,
    `style-src '${digest(style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const title = `rampart ${result.plan.kind}: ${targetOf(result)}`;

  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="rampart ${escapeHtml(result.tool.version)}">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
${answerOf(result)}
<main>
${searchSection(result)}${toolbar()}
${pictureGrid(result)}
${levelsTable(result)}${requestsTable(result)}
${timesTable(result)}
${failuresTable(result)}
${detailsOf(result)}
</main>
<footer>rampart ${escapeHtml(result.tool.version)}, run ${escapeHtml(result.run.id)}</footer>
<script type="application/json" id="timeline">${embeddedJson(embeddedRunOf(result, intervals))}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** Browsers read CRLF as LF, and end the element at its closing tag wherever that stands; the hash is of what they read. */
function inlined(source: string, element: 'script' | 'style'): string {
  return source.replace(/\r\n?/g, '\n').replace(new RegExp(`</(?=${element})`, 'gi'), '<\\/');
}

function digest(source: string): string {
  return `sha256-${createHash('sha256').update(source, 'utf8').digest('base64')}`;
}
