/** The report of a run as one HTML file. */
import type { RunResult } from '../core/result.ts';
import { IntervalArchive } from './archive.ts';
import { chipsOf, FEW_NAMES } from './client/facets.ts';
import { facetsOf } from './facets.ts';
import { agentsTable, regionsTable } from './html/agents.ts';
import { answerOf, targetOf } from './html/answer.ts';
import { detailsOf } from './html/details.ts';
import { failuresTable, tracesTable } from './html/failures.ts';
import { pageOf, type ReportAssets } from './html/page.ts';
import { canvasGrid, embeddedRunOf, pictureGrid } from './html/pictures.ts';
import { levelsTable, searchSection } from './html/search.ts';
import { goodputTable, requestsTable, tagsTable, timesTable, wholesTable } from './html/tables.ts';
import { toolbar } from './html/toolbar.ts';

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
  const names = Object.keys(result.series).length;
  const tags = chipsOf(facetsOf(result.plan));
  const page = {
    title: `rampart ${result.plan.kind}: ${targetOf(result)}`,
    version: result.tool.version,
    top: answerOf(result),
    main: [
      `${searchSection(result)}${result.timeline.length === 0 ? '' : toolbar({ finds: names >= FEW_NAMES, tags })}`,
      pictureGrid(result),
      `${levelsTable(result)}${requestsTable(result)}${regionsTable(result)}${goodputTable(result)}${tagsTable(result)}${wholesTable(result)}`,
      timesTable(result),
      `${tracesTable(result)}${failuresTable(result)}${agentsTable(result)}`,
      canvasGrid(result),
      detailsOf(result),
    ].join('\n'),
    foot: `run ${result.run.id}`,
    data: embeddedRunOf(result, intervals),
  };
  return pageOf(page, assets);
}
