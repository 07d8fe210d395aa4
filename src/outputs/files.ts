/** The files of a run as outputs of their own: one of them, where somebody else looks for it. */
import type { FileName } from '../core/run-files.ts';
import { finishedFile } from './finished-file.ts';

/** By the name that `--output` knows it by. */
const NAMES = {
  html: 'report.html',
  json: 'result.json',
  stats: 'stats.csv',
  history: 'history.csv',
  failures: 'failures.csv',
  hlog: 'latency.hlog',
  markdown: 'summary.md',
  junit: 'junit.xml',
} as const satisfies Record<string, FileName>;

/** Fails to compile when a file of a run has no name. */
true satisfies Exclude<FileName, (typeof NAMES)[keyof typeof NAMES]> extends never ? true : false;

export const FILE_OUTPUTS = Object.entries(NAMES).map(([name, file]) =>
  finishedFile(name, file, (context) => context.file(file)),
);
