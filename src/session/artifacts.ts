/** The files that a run leaves: result, report, tables, each written from what was gathered of the stream. */
import { fileURLToPath } from 'node:url';
import { RunFold } from '../analyze/fold.ts';
import type { RunEvent, RunSink } from '../core/event.ts';
import type { RunResult } from '../core/result.ts';
import type { FileName } from '../core/run-files.ts';
import type { Machine } from '../core/world.ts';
import { IntervalArchive } from '../report/archive.ts';
import { toFailuresCsv, toStatsCsv } from '../report/csv.ts';
import { HistoryCsv } from '../report/history-csv.ts';
import { renderHtml } from '../report/html.ts';
import { toResultJson } from '../report/json.ts';
import { toJunitXml } from '../report/junit.ts';
import { LatencyLog } from '../report/latency-log.ts';
import { toMarkdown } from '../report/markdown.ts';
import { toHlog } from '../stats/hlog.ts';

/**
 * What a run leaves in its folder besides the journal, gathered from the stream: the same from a live run as from a
 * journal read again.
 */
export class Artifacts implements RunSink {
  readonly fold = new RunFold();
  #history = '';
  readonly #historyCsv = new HistoryCsv((text) => {
    this.#history += text;
  });
  readonly #log = new LatencyLog();
  readonly archive = new IntervalArchive();

  accept(event: RunEvent): void {
    this.fold.accept(event);
    this.#historyCsv.accept(event);
    if (event.type !== 'interval') return;
    this.archive.add(event.snapshot);
    this.#log.add(event.snapshot);
  }

  close(): void {
    this.#historyCsv.close();
  }

  /** The text of each file, made when it is asked for: of the run so far, or of all of it. */
  contents(
    { files, assets }: Pick<Machine, 'files' | 'assets'>,
    result = this.fold.result(),
  ): Record<FileName, () => string> {
    const asset = (name: string): string => files.readText(fileURLToPath(new URL(name, assets)));
    return {
      'result.json': () => toResultJson(result),
      'report.html': () =>
        renderHtml(
          result,
          { script: asset('report.js'), style: asset('report-style.css') },
          this.archive.pack(result.timeline, result.failures),
        ),
      'summary.md': () => toMarkdown(result),
      'junit.xml': () => toJunitXml(result),
      'stats.csv': () => toStatsCsv(result, (name, kind) => this.fold.responseTimesOf(name, kind)),
      'history.csv': () => this.#history,
      'failures.csv': () => toFailuresCsv(result),
      'latency.hlog': () => toHlog(this.#log.intervals(), result.run.startedAt),
    };
  }

  /** Writes every file. One that cannot be made or written does not keep the others from it. */
  async write(
    machine: Pick<Machine, 'files' | 'assets'>,
    result: RunResult,
    write: (name: FileName, text: string) => Promise<void>,
  ): Promise<void> {
    for (const [name, content] of Object.entries(this.contents(machine, result)))
      await write(name as FileName, content());
  }
}
