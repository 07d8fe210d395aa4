/** The files of a run as outputs of their own: one of them, where somebody else looks for it. */
import type { Output } from '../core/output.ts';
import type { FileName } from '../core/run-files.ts';

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

export const FILE_OUTPUTS: readonly Output[] = Object.entries(NAMES).map(([name, file]) => ({
  name,
  options: { file: `where to write it; ${file} if it is left out` },
  open: ({ options, file: textOf, write }) => {
    const path = options['file'] ?? file;
    let ended = false;
    return {
      accept: (event) => {
        ended ||= event.type === 'finished';
      },
      // Nothing is written of a run that never came to its end: it would be taken for one that did.
      close: async () => {
        if (ended) await write(path, await textOf(file));
      },
    };
  },
}));
