/** The first screen of a report, and the pieces of HTML that other pages begin with too. */
import { headline } from '../../analyze/headline.ts';
import { counted, formatCount } from '../../analyze/wording.ts';
import type { RunResult } from '../../core/result.ts';
import { targetLine } from '../../core/targets.ts';
import type { Doubt } from '../../core/verdict.ts';
import { signOf } from '../phrases.ts';
import { escapeHtml } from './escape.ts';
import { durationFigure, utc } from './figures.ts';
import { keyFiguresOf } from './key-figures.ts';

type Mark = 'good' | 'fair' | 'bad';

const SHAPES: Readonly<Record<Mark, string>> = {
  good: '<circle cx="5" cy="5" r="5"/>',
  fair: '<circle cx="5" cy="5" r="4"/>',
  bad: '<rect x="0.5" y="0.5" width="9" height="9"/>',
};

const ENDED: Readonly<Record<RunResult['run']['ending'], string>> = {
  completed: '',
  stopped: ', stopped by hand',
  interrupted: ', interrupted',
  aborted: ', ended by itself',
  lost: ', a generator thread was lost',
  'never-ready': ', a generator thread never started',
};

export const CHIP = { valid: 'good', doubtful: 'fair', invalid: 'bad' } as const;
const CHECK = { ...CHIP, passed: 'good', undecided: 'fair', failed: 'bad' } as const;

/** The first screen: what ran, the answer in one sentence, why, and how far to trust it. */
export function answerOf(result: RunResult): string {
  const { sentence, why, chip } = headline(result);
  return (
    `${headerOf(result)}<section class="answer" aria-label="The answer"><h1>${escapeHtml(sentence)}</h1>` +
    `<p class="why">${escapeHtml(why)}</p>` +
    `<p class="chip">${mark(CHIP[chip.status])}<span>${escapeHtml(chip.text)}</span></p></section>` +
    `${keyFiguresOf(result)}${findingsOf(result)}`
  );
}

export function targetOf({ plan }: RunResult): string {
  const [first, ...others] = plan.requests;
  return others.length > 0 || first === undefined
    ? `${formatCount(plan.requests.length)} requests to ${targetLine(plan)}`
    : `${first.method} ${targetLine(plan)}`;
}

function headerOf(result: RunResult): string {
  const { run, plan, generator } = result;
  const seconds = (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1_000;
  const took = Number.isFinite(seconds) ? durationFigure(Math.max(0, seconds)) : '';
  return headerLine(
    `rampart ${plan.kind}`,
    [
      `<span class="target">${escapeHtml(targetOf(result))}</span>`,
      `<span><time datetime="${escapeHtml(run.startedAt)}">${escapeHtml(utc(run.startedAt))}</time></span>`,
      `<span>${took}${ENDED[run.ending]}</span>`,
    ],
    `${run.agents === undefined ? '' : `${counted(run.agents.each.length, 'agent')}, `}${counted(generator.threads, 'thread')}, seed ${plan.seed}`,
  );
}

/** What ran, in a quiet line above the answer; `parts` are HTML. */
export function headerLine(command: string, parts: readonly string[], end: string): string {
  return (
    `<header class="top"><strong>${command}</strong>${parts.join('')}` +
    `<span class="end"><span>${end}</span>${themeButton()}</span></header>`
  );
}

/** Light or dark; the script brings it out. */
export function themeButton(): string {
  return (
    '<button type="button" class="theme" hidden aria-pressed="false" aria-label="Dark theme" title="Light or dark">' +
    '<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" stroke-width="1.5"/>' +
    '<path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor"/></svg></button>'
  );
}

function findingsOf({ verdict, breakingPoint }: RunResult): string {
  const warnings = (breakingPoint?.warnings ?? []).map(({ message }) => finding('fair', 'warning: ', message, ''));
  const checks = verdict.checks.map((check) =>
    // What is not sure says so itself.
    finding(CHECK[signOf(check)], check.outcome === 'not-sure' ? '' : `${check.status}: `, check.message, ''),
  );
  const lists = [
    findingsList('Thresholds', checks),
    findingsList('About the breaking point', warnings),
    doubtsOf(verdict.doubts),
  ].join('');
  return lists === '' ? '' : `<section class="findings" aria-label="Thresholds and doubts">${lists}</section>`;
}

/** The worst in one line, which unfolds to all of them. */
function doubtsOf(doubts: readonly Doubt[]): string {
  const sorted = [
    ...doubts.filter(({ invalidates }) => invalidates),
    ...doubts.filter(({ invalidates }) => !invalidates),
  ];
  const [worst, ...others] = sorted;
  if (worst === undefined) return '';
  const items = sorted.map(({ invalidates, message, hint }) =>
    finding(invalidates ? 'bad' : 'fair', invalidates ? 'invalidates: ' : 'doubt: ', message, hint),
  );
  const more = others.length === 0 ? '' : ` <b>and ${counted(others.length, 'other doubt')}</b>`;
  return (
    `<details class="doubts"><summary><h2>Doubts about this measurement</h2> ${mark(worst.invalidates ? 'bad' : 'fair')}` +
    `<span>${escapeHtml(worst.message)}${more}</span></summary><ul>${items.join('')}</ul></details>`
  );
}

export function findingsList(title: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `<div><h2>${title}</h2><ul>${items.join('')}</ul></div>`;
}

export function finding(shape: Mark, spoken: string, message: string, hint: string): string {
  const below = hint === '' ? '' : `<span class="hint">${escapeHtml(hint)}</span>`;
  return `<li>${mark(shape)}<span><span class="spoken">${spoken}</span>${escapeHtml(message)}</span>${below}</li>`;
}

export function mark(shape: Mark): string {
  return `<svg class="mark ${shape}" viewBox="0 0 10 10" aria-hidden="true">${SHAPES[shape]}</svg>`;
}
