/** A badge for a README: what a finished run came to, in the colour of its verdict. */
import type { RunResult } from '../core/result.ts';
import type { VerdictStatus } from '../core/verdict.ts';
import { finishedFile } from './finished-file.ts';

export const BADGE = finishedFile('badge', 'badge.svg', ({ result }) => toBadge(result()));

/** White text on each has a contrast of 4.5 at least. */
const COLOURS: Readonly<Record<VerdictStatus, string>> = {
  passed: '#0b7a55',
  failed: '#c62828',
  invalid: '#8a5a00',
  interrupted: '#5c636d',
};
/** Of a letter at 11 px, about. */
const LETTER = 6.6;
const PADDING = 12;

export function toBadge(result: RunResult): string {
  const { name, value } = figureOf(result);
  const [left, right] = [name, value].map((text) => Math.round(text.length * LETTER + PADDING)) as [number, number];
  const width = left + right;
  const text = (at: number, words: string): string => `<text x="${at}" y="14">${words}</text>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${name}: ${value}">` +
    `<title>${name}: ${value}</title><clipPath id="r"><rect width="${width}" height="20" rx="3"/></clipPath><g clip-path="url(#r)">` +
    `<rect width="${left}" height="20" fill="#444a52"/><rect x="${left}" width="${right}" height="20" fill="${COLOURS[result.verdict.status]}"/></g>` +
    `<g fill="#fff" text-anchor="middle" font-family="system-ui,sans-serif" font-size="11">${text(left / 2, name)}${text(left + right / 2, value)}</g></svg>\n`
  );
}

/** What is not known for sure is not said. */
function figureOf({ verdict, latency, breakingPoint }: RunResult): { readonly name: string; readonly value: string } {
  if (verdict.status === 'invalid' || verdict.status === 'interrupted')
    return { name: 'load test', value: verdict.status };
  if (breakingPoint !== undefined) {
    const { estimate, unit } = breakingPoint;
    if (estimate === null) return { name: 'breaking point', value: 'unknown' };
    const load = estimate >= 100 ? Math.round(estimate) : Number(estimate.toPrecision(3));
    return { name: 'breaking point', value: `${load} ${unit === 'vus' ? 'users' : unit}` };
  }
  const { p95 } = latency.responseWithFailures;
  if (p95 === null) return { name: 'load test', value: verdict.status };
  return { name: 'p95', value: p95 >= 100 ? `${Math.round(p95)} ms` : `${Number(p95.toPrecision(2))} ms` };
}
