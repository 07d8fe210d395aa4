/** The first screen of the page of several runs. */

import { headline } from '../../analyze/headline.ts';
import { percentileIn, percentileText } from '../../analyze/percentiles.ts';
import { formatRate, formatTime } from '../../analyze/wording.ts';
import { hasLevels } from '../../core/procedure.ts';
import type { RunResult } from '../../core/result.ts';
import type { LoadUnit } from '../client/overlay/run.ts';
import { formatLoad } from '../search-phrases.ts';
import { finding, findingsList, headerLine, mark, targetOf } from './answer.ts';
import { escapeHtml } from './escape.ts';

/** A run with its letter. */
export interface LetteredRun {
  readonly letter: string;
  readonly label: string;
  readonly result: RunResult;
}

/** The first screen of runs drawn over each other: what each came to in one sentence, and what makes them unlike. */
export function overlayAnswer(runs: readonly LetteredRun[], unit: LoadUnit): string {
  const targets = [...new Set(runs.map(({ result }) => targetOf(result)))];
  const target = targets.length === 1 ? (targets[0] ?? '') : `${targets.length} targets`;
  const doubtful = runs.filter(({ result }) => headline(result).chip.status !== 'valid');
  const chip =
    doubtful.length === 0
      ? { shape: 'good' as const, text: `valid: all ${runs.length} measurements` }
      : { shape: 'fair' as const, text: `${doubtful.length} of ${runs.length} measurements are in doubt` };
  const findings = findingsList('About this comparison', [
    ...unlike(runs, unit).map((message) => finding('fair', 'unlike: ', message, '')),
    ...doubtful.map(({ letter, result }) => {
      const { status, text } = headline(result).chip;
      return finding(status === 'invalid' ? 'bad' : 'fair', '', `${letter} is ${text}`, '');
    }),
  ]);
  return (
    headerLine('rampart report', [`<span class="target">${escapeHtml(target)}</span>`], `${runs.length} runs`) +
    `<section class="answer" aria-label="The answer"><h1>${escapeHtml(sentenceOf(runs))}</h1>` +
    `<p class="why">${escapeHtml(whyOf(runs))}</p><p class="chip">${mark(chip.shape)}<span>${chip.text}</span></p></section>` +
    (findings === '' ? '' : `<section class="findings" aria-label="About this comparison">${findings}</section>`)
  );
}

/** Numbers only: whether they differ for a reason cannot be said of one run each. */
function sentenceOf(runs: readonly LetteredRun[]): string {
  const breaks = runs.map(({ letter, result: { breakingPoint: found } }) =>
    found == null || found.estimate === null ? null : `${formatLoad(found.estimate, found.unit)} in ${letter}`,
  );
  if (breaks.every((each) => each !== null)) return `Breaks at ${listed(breaks)}.`;
  const known = runs.flatMap(({ letter, result: { latency } }) => {
    const p95 = percentileIn(latency.responseWithFailures, 'p95');
    return p95 === null ? [] : [{ letter, p95: p95.value, text: percentileText(latency.responseWithFailures, 'p95') }];
  });
  if (known.length < runs.length) return `${runs.length} runs, drawn over each other.`;
  if (known.length <= 3) return `p95 was ${listed(known.map(({ letter, text }) => `${text} in ${letter}`))}.`;
  const sorted = [...known].sort((a, b) => a.p95 - b.p95);
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  return `p95 was between ${formatTime(low?.p95 ?? 0)} (${low?.letter}) and ${formatTime(high?.p95 ?? 0)} (${high?.letter}).`;
}

function whyOf(runs: readonly LetteredRun[]): string {
  const rates = runs.map(({ letter, result }) => `${formatRate(result.rates.achievedPerSec)} in ${letter}`);
  return (
    `Achieved: ${listed(rates)}. Intervals tell how far chance within a run reaches; runs also differ from each other by ` +
    'themselves, so one run each does not show that a change made the difference.'
  );
}

const MODELS = { closed: 'virtual users', open: 'arrivals at a rate', mixed: 'users and arrivals at once' } as const;

function unlike(runs: readonly LetteredRun[], unit: LoadUnit): string[] {
  const differing = (what: string, of: (result: RunResult) => string): string[] => {
    const kinds = new Map<string, string[]>();
    for (const { letter, result } of runs) kinds.set(of(result), [...(kinds.get(of(result)) ?? []), letter]);
    if (kinds.size < 2) return [];
    return [`${what}: ${listed([...kinds].map(([kind, letters]) => `${kind} (${letters.join(', ')})`))}.`];
  };
  const model = ({ plan }: RunResult): string => (hasLevels(plan) ? 'a search' : MODELS[plan.load.model]);
  const mixed = new Set(runs.map(({ result }) => model(result))).size > 1;
  return [
    ...differing('Target', targetOf),
    ...differing('Load', model),
    ...(mixed && unit === 'offered'
      ? ['By load they are aligned at the rate offered: users offer what they send.']
      : []),
    ...differing('Machine', ({ run: { host } }) => `${host.cpu}, ${host.cores} cores`),
    ...differing('Threads', ({ plan }) => String(plan.threads)),
    ...differing('Rampart', ({ tool }) => tool.version),
  ];
}

/** `a, b and c` */
function listed(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}
