/** The files that a run leaves in its folder. */

/** The stream, an event a line. */
export const JOURNAL = 'journal.ndjson';

/** What a run leaves besides its journal. */
export const FILES = [
  'report.html',
  'result.json',
  'stats.csv',
  'history.csv',
  'failures.csv',
  'latency.hlog',
  'summary.md',
  'junit.xml',
] as const;
export type FileName = (typeof FILES)[number];
