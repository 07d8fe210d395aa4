/** Thresholds and doubts on the live page, as they stand. */
import { counted } from '../../../analyze/wording.ts';
import type { RunState } from './frame.ts';
import { one, put } from './places.ts';

/** Thresholds as they stand, and doubts about the measurement. */
export function showFindings({ checks, doubts, phase }: RunState): void {
  const place = one('[data-findings]');
  // That there are too few requests yet is no finding while more are coming.
  const shown = doubts.filter(({ code }) => phase === 'ended' || code !== 'too-few-samples');
  const key = JSON.stringify([checks, shown]);
  if (place.dataset['shown'] === key) return;
  place.dataset['shown'] = key;
  const fold = one<HTMLDetailsElement>('[data-verdicts]');
  fold.hidden = checks.length + shown.length === 0;
  put('findings', summaryOf(checks, shown));
  // While figures come in, what is below must not jump; at the end there is time to read.
  if (phase === 'ended') fold.open = true;
  place.replaceChildren(
    ...findingsElement(
      'Thresholds',
      checks.map(({ status, outcome, message }) => [
        status === 'failed' ? 'bad' : outcome === 'held' ? 'good' : 'fair',
        message,
        '',
      ]),
    ),
    ...findingsElement(
      'Doubts about this measurement',
      shown.map(({ invalidates, message, hint }) => [invalidates ? 'bad' : 'fair', message, hint]),
    ),
  );
}

/** `1 threshold broken, 1 holds; 2 doubts about this measurement` */
function summaryOf(checks: RunState['checks'], doubts: RunState['doubts']): string {
  const broken = checks.filter(({ status }) => status === 'failed').length;
  const holds = checks.filter(({ outcome }) => outcome === 'held').length;
  const unsure = checks.filter(({ status, outcome }) => status === 'passed' && outcome === 'not-sure').length;
  const open = checks.length - broken - holds - unsure;
  const parts = [
    broken > 0 ? `■ ${counted(broken, 'threshold')} broken` : '',
    holds > 0 ? `● ${counted(holds, 'threshold')} ${holds === 1 ? 'holds' : 'hold'}` : '',
    unsure > 0 ? `○ ${counted(unsure, 'threshold')} not sure` : '',
    open > 0 ? `○ ${counted(open, 'threshold')} open` : '',
    doubts.length > 0
      ? `${doubts.some(({ invalidates }) => invalidates) ? '■' : '○'} ${counted(doubts.length, 'doubt')} about this measurement`
      : '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

const SIGNS = { good: '●', fair: '○', bad: '■' } as const;

function findingsElement(
  title: string,
  items: readonly [kind: keyof typeof SIGNS, message: string, hint: string][],
): HTMLElement[] {
  if (items.length === 0) return [];
  const part = document.createElement('div');
  const heading = document.createElement('h2');
  heading.textContent = title;
  const list = document.createElement('ul');
  for (const [kind, message, hint] of items) {
    const item = document.createElement('li');
    const sign = document.createElement('span');
    sign.className = `sign-text ${kind}`;
    sign.textContent = SIGNS[kind];
    const text = document.createElement('span');
    text.textContent = message;
    item.append(sign, text);
    if (hint !== '') {
      const below = document.createElement('span');
      below.className = 'hint';
      below.textContent = hint;
      item.append(below);
    }
    list.append(item);
  }
  part.append(heading, list);
  return [part];
}
