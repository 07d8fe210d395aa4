/** The page on a soak: memory of server and tester, minute by minute. */
import { isDeepStrictEqual } from 'node:util';
import { formatMs } from '../../src/analyze/wording.ts';
import type { RunResult } from '../../src/core/result.ts';
import { medianOf } from '../../src/stats/average.ts';
import type { MemoryPoint } from '../process.ts';

export interface Soak {
  readonly date: string;
  readonly machine: string;
  /** What served. */
  readonly command: string;
  /** Requests per second. */
  readonly rate: number;
  readonly minutes: number;
  readonly server: readonly MemoryPoint[];
  readonly tester: readonly MemoryPoint[];
  readonly result: RunResult;
  readonly stats: { readonly received: number; readonly byStatus: Readonly<Record<string, number>> };
}

/** How much a median minute may have grown over the second one, MB. */
const FLAT = 10;

/** The median of each whole minute, MB. */
export function byMinute(points: readonly MemoryPoint[]): number[] {
  const minutes: number[][] = [];
  for (const { at, rss } of points) {
    const minute = Math.floor(at / 60);
    minutes[minute] ??= [];
    minutes[minute].push(rss);
  }
  return minutes.map((one) => medianOf(one));
}

/** The least-squares slope from the second minute on, MB a minute. */
export function slopeOf(points: readonly MemoryPoint[]): number {
  const settled = points.filter(({ at }) => at >= 60);
  const x = settled.reduce((sum, { at }) => sum + at, 0) / settled.length;
  const y = settled.reduce((sum, { rss }) => sum + rss, 0) / settled.length;
  const covariance = settled.reduce((sum, { at, rss }) => sum + (at - x) * (rss - y), 0);
  return (60 * covariance) / settled.reduce((sum, { at }) => sum + (at - x) ** 2, 0);
}

/** `docs/soak.md`. */
export function soakPage(soak: Soak): string {
  const { result, stats, minutes, rate } = soak;
  const { totals, latency } = result;
  const server = byMinute(soak.server);
  const tester = byMinute(soak.tester);
  const whole = Math.floor(minutes);
  const row = (name: string, values: readonly number[]): string =>
    `| ${name} | ${values
      .slice(0, whole)
      .map((value) => value.toFixed(1))
      .join(' | ')} |`;
  const growth = (values: readonly number[]): number => (values[whole - 1] ?? Number.NaN) - (values[1] ?? Number.NaN);
  const flat = growth(server) <= FLAT;
  const equal = totals.sent === stats.received && isDeepStrictEqual(totals.byStatus, stats.byStatus);
  const percentiles = [latency.response.p50, latency.response.p99].map((value) =>
    value === null ? '–' : formatMs(value),
  );
  return `# The soak

\`${soak.command}\` at ${rate} requests a second, 70 % of its capacity, for ${minutes} minutes. Made by \`npm run soak\`; nobody edits it by
hand. Measured on ${soak.date}: ${soak.machine}.

Resident memory, the median of each minute, MB:

| minute | ${Array.from({ length: whole }, (_, minute) => minute + 1).join(' | ')} |
|---|${'---|'.repeat(whole)}
${row('server', server)}
${row('tester', tester)}

From the second minute to the last the server grew by ${growth(server).toFixed(1)} MB (a straight line through it: ${slopeOf(soak.server).toFixed(2)} MB a minute): ${flat ? 'flat' : '**not flat**'}, as
at most ${FLAT} MB are. The tester, which keeps every second for its report, grew by ${growth(tester).toFixed(1)} MB.

${totals.sent} requests were sent, ${totals.ok} answered well, ${totals.failed} failed; p50 ${percentiles[0]}, p99 ${percentiles[1]}. The server’s own count is ${equal ? 'the same' : '**another one**'}: received
${stats.received}, ${Object.entries(stats.byStatus)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', ')}.
`;
}
