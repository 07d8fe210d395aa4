/** The page's section on viewers of the live page. */
import type { Watched } from '../../test/viewers.ts';
import type { Measurement, Section } from './section.ts';

interface Figures extends Omit<Watched, 'result'> {
  readonly seconds: number;
  /** Requests/s. */
  readonly achieved: number;
  /** Offered, and without a success. */
  readonly failed: number;
  /** ms. */
  readonly lag: readonly [p50: number | null, p99: number | null];
  readonly response: readonly [p50: number | null, p95: number | null];
}

export interface ViewersResults extends Measurement {
  /** Offered, requests/s. */
  readonly rate: number;
  /** The machine's load average before. */
  readonly load: number;
  readonly alone: Figures;
  readonly crowd: Figures;
}

/** MB that a viewer may cost. */
const MEMORY = 0.1;

/** What is not as it is to be. */
export function wrongWith({ rate, alone, crowd }: ViewersResults): string[] {
  const { readers, slow } = crowd;
  return [
    readers.complete === readers.count ? '' : `${readers.count - readers.complete} that read missed something`,
    slow.caughtUp === slow.count ? '' : `${slow.count - slow.caughtUp} slow ones did not catch up`,
    slow.thinned === slow.count ? '' : `${slow.count - slow.thinned} slow ones had all that they missed kept for them`,
    crowd.achieved > 0.99 * rate ? '' : 'the rate was not held',
    crowd.failed === 0 ? '' : `${crowd.failed} requests did not succeed`,
    crowd.rss < alone.rss + MEMORY * (readers.count + slow.count) ? '' : 'too much memory',
  ].filter((text) => text !== '');
}

const ms = (value: number | null): string =>
  value === null ? '–' : `${value < 0.1 ? value.toFixed(3) : value.toPrecision(3)} ms`;

export const viewersSection: Section<ViewersResults> = {
  name: 'viewers',
  render: (results) => {
    const { rate, load, alone, crowd, date, machine } = results;
    const wrong = wrongWith(results);
    const row = (name: string, { seconds, achieved, lag, response, rss }: Figures): string =>
      `| ${name} | ${seconds} | ${achieved.toFixed(1)}/s | ${lag.map(ms).join(', ')} | ${response.map(ms).join(', ')} | ${rss.toFixed(0)} |`;
    const viewers = (crowd.readers.count + crowd.slow.count).toLocaleString('en-US');
    return `## Many viewers of the live page

\`npm run build && node scripts/bundled.mjs bench/reliability/viewers.ts\` offers ${rate} requests/s from a process that shows its live page to ${viewers} viewers over
connections that hold about 30 kB. ${crowd.slow.count} of them stop reading at once, and read again shortly before the end; by then more than a hundred
events went by, so that they go on with the whole instead of what they missed: nothing is queued for one that does not read. A short form of it is
in the test suite. Generator, target and viewers share the machine, the viewers at the lowest priority, as if they were elsewhere, and with
other work: its load average was ${load.toFixed(1)} before the start, so that the row without viewers is what to compare with. ${date}: ${machine}.

**${crowd.readers.complete.toLocaleString('en-US')} of ${crowd.readers.count.toLocaleString('en-US')} that read got each of ${crowd.published} events, in order, and the end; ${crowd.slow.caughtUp} of ${crowd.slow.count} slow ones caught up, ${crowd.slow.thinned} by the whole.**${wrong.length > 0 ? ` Not as it is to be: ${wrong.join('; ')}.` : ''}

| viewers | seconds | achieved | lag: p50, p99 | response: p50, p95 | memory at most, MB |
|---|---|---|---|---|---|
${row('none', alone)}
${row(viewers, crowd)}
`;
  },
};
