/** The page's section on reports of long journals. */
import type { Measurement, Section } from './section.ts';

export interface JournalResults extends Measurement {
  readonly runs: readonly {
    readonly intervals: number;
    readonly perSecond: number;
    /** Size of the journal, MB. */
    readonly size: number;
    /** Seconds. */
    readonly cpu: number;
    readonly wall: number;
    /** MB. */
    readonly rss: number;
  }[];
}

export const journalSection: Section<JournalResults> = {
  name: 'journal',
  render: ({ runs, date, machine }) => `## Reports of long journals

\`npm run build && node scripts/bundled.mjs bench/reliability/journal.ts\` makes journals of one interval a second, and draws each with \`rampart report\`: all files
of the run anew. \`history.csv\` has every interval, \`latency.hlog\` lines for at most an hour of single seconds, the pictures a point for each of
at most 2,400 stretches. ${date}: ${machine}.

| intervals | requests in each | journal, MB | CPU, s | elapsed, s | memory at most, MB |
|---|---|---|---|---|---|
${runs
  .map(
    ({ intervals, perSecond, size, cpu, wall, rss }) =>
      `| ${intervals.toLocaleString('en-US')} | ${perSecond} | ${size.toFixed(0)} | ${cpu.toFixed(1)} | ${wall.toFixed(1)} | ${rss.toFixed(0)} |`,
  )
  .join('\n')}
`,
};
