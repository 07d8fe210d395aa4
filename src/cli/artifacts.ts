import { fileURLToPath } from 'node:url';
import { RunFold } from '../analyze/fold.ts';
import type { RunEvent, RunSink } from '../core/event.ts';
import type { RunResult } from '../core/result.ts';
import { toSeconds } from '../core/units.ts';
import type { World } from '../core/world.ts';
import { IntervalArchive } from '../report/archive.ts';
import { HistoryCsv, toFailuresCsv, toStatsCsv } from '../report/csv.ts';
import { renderHtml } from '../report/html.ts';
import { toResultJson } from '../report/json.ts';
import { toJunitXml } from '../report/junit.ts';
import { toMarkdown } from '../report/markdown.ts';
import { Shelf } from '../report/shelf.ts';
import { Histogram } from '../stats/histogram.ts';
import type { HlogInterval } from '../stats/hlog.ts';
import { type PackedHistogram, packHistogram, unpackHistogram } from '../stats/packed-histogram.ts';
import type { FileName } from './run-folder.ts';

/** Lines of the log, about: of an hour with one request name, every second has its own. */
const LOG_LINES = 3_600;

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
  /** For the log, every one of the run: an hour at a high rate would take hundreds of MB as they are. */
  readonly #intervals = new Shelf<Omit<HlogInterval, 'histogram'> & { readonly packed: PackedHistogram }>();
  readonly archive = new IntervalArchive();

  async accept(event: RunEvent): Promise<void> {
    this.fold.accept(event);
    await this.#historyCsv.accept(event);
    if (event.type !== 'interval') return;
    this.archive.add(event.snapshot);
    const { startAt, endAt, phase, series } = event.snapshot;
    for (const [name, { response }] of Object.entries(series))
      if (response.count > 0)
        this.#intervals.push({
          // A reader adds what has one tag: with the warm-up among it no percentile would be that of the result.
          tag: phase === 'warmup' ? `warmup ${name}` : name,
          startSeconds: toSeconds(startAt),
          lengthSeconds: toSeconds(endAt) - toSeconds(startAt),
          packed: packHistogram(response),
        });
  }

  close(): Promise<void> {
    return this.#historyCsv.close();
  }

  /** The text of each file, made when it is asked for: of the run so far, or of all of it. */
  async contents(
    { files, assets }: Pick<World, 'files' | 'assets'>,
    result = this.fold.result(),
  ): Promise<Record<FileName, () => string>> {
    // Its library takes longer to load than most runs to start.
    const { toHlog } = await import('../stats/hlog.ts');
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
      'stats.csv': () => toStatsCsv(result, (name) => this.fold.responseTimesOf(name)),
      'history.csv': () => this.#history,
      'failures.csv': () => toFailuresCsv(result),
      'latency.hlog': () => toHlog(this.#logged(), result.run.startedAt),
    };
  }

  /** Of a long run neighbours share a line: the log's size, and the time it takes, do not grow with the run. */
  *#logged(): Generator<HlogInterval> {
    const together = Math.ceil(this.#intervals.length / LOG_LINES);
    const groups = new Map<string, HlogInterval[]>();
    for (const { packed, ...interval } of this.#intervals) {
      const group = groups.get(interval.tag) ?? [];
      groups.set(interval.tag, group);
      group.push({ ...interval, histogram: unpackHistogram(packed) });
      if (group.length >= together) yield oneOf(group.splice(0));
    }
    for (const group of groups.values()) if (group.length > 0) yield oneOf(group);
  }

  /** Writes every file. One that cannot be made or written does not keep the others from it. */
  async write(world: World, result: RunResult, write: (name: FileName, text: string) => Promise<void>): Promise<void> {
    for (const [name, content] of Object.entries(await this.contents(world, result)))
      await write(name as FileName, content());
  }
}

/** Neighbouring intervals as one. */
function oneOf(intervals: readonly HlogInterval[]): HlogInterval {
  const [first] = intervals as [HlogInterval];
  if (intervals.length === 1) return first;
  const end = Math.max(...intervals.map(({ startSeconds, lengthSeconds }) => startSeconds + lengthSeconds));
  return {
    tag: first.tag,
    startSeconds: first.startSeconds,
    lengthSeconds: end - first.startSeconds,
    histogram: Histogram.of(...intervals.map(({ histogram }) => histogram)).toData(),
  };
}
