/** What many searches come to: a line of the table, and the figures in it. */

import type { BreakingPoint } from '../../src/core/breaking-point.ts';
import { meanOf } from '../../src/stats/average.ts';

/** One line of the accuracy table. */
export interface Row {
  readonly experiment: string;
  readonly truth: string;
  readonly measured: string;
  readonly must: string;
  /** Null: shown for information, nothing is demanded. */
  readonly reached: boolean | null;
  /** Of a held-out law whose searches count together with the others': how many were found, of how many. */
  readonly pooled?: { readonly found: number; readonly all: number };
}

export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;
export const rms = (values: readonly number[]): number => Math.sqrt(meanOf(values.map((value) => value * value)));

/** Of the answers that name a limit, found or rough; `found` is the share of all answers that are. */
export interface Summary {
  readonly covered: number;
  readonly bias: number;
  readonly rmse: number;
  readonly width: number;
  readonly found: number;
}

export function summarize(answers: readonly BreakingPoint[], truth: number): Summary {
  const located = answers.flatMap(({ status, estimate, interval }) => {
    const names = status === 'found' || status === 'rough';
    return names && estimate !== null && interval !== null ? [{ estimate, interval }] : [];
  });
  const errors = located.map(({ estimate }) => estimate / truth - 1);
  const holds = located.filter(({ interval: [low, high] }) => low <= truth && (high === null || truth <= high));
  return {
    covered: holds.length / answers.length,
    bias: meanOf(errors),
    rmse: rms(errors),
    width: meanOf(located.map(({ interval: [low, high] }) => ((high ?? low) - low) / truth)),
    found: answers.filter(({ status }) => status === 'found').length / answers.length,
  };
}
