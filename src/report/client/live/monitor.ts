/** The state of the run at the head of the page: the chip, and a row of figures that change under way. */
import { formatClock, formatCount, formatRate, formatShare } from '../../../analyze/wording.ts';
import type { RunState } from './frame.ts';
import { one } from './places.ts';

const VERDICTS: Readonly<Record<RunState['verdict'], string>> = {
  passed: '● passed',
  failed: '■ failed',
  invalid: '■ invalid',
  interrupted: '○ interrupted',
  undecided: '○ open',
};

export const PHASES: Readonly<Record<RunState['phase'], string>> = {
  starting: 'Starting',
  running: 'Running',
  stopping: 'Stopping',
  ended: 'Ended',
};

export function showChip(chip: RunState['chip']): void {
  const place = one('[data-chip]');
  place.hidden = chip === null;
  if (chip === null) return;
  const sign = { valid: '●', doubtful: '○', invalid: '■' }[chip.status];
  const text = `${sign} ${chip.text}`;
  if (place.textContent === text) return;
  const mark = document.createElement('span');
  mark.className = `sign-text ${chip.status}`;
  mark.textContent = sign;
  mark.setAttribute('aria-hidden', 'true');
  place.replaceChildren(mark, ` ${chip.text}`);
}

export function showMonitor(run: RunState): void {
  const { phase, vus, inFlight, achievedPerSec, offeredPerSec, p95, failedShare, elapsed, whole } = run;
  const rate = (value: number | null): string => (value === null ? '–' : formatRate(value));
  const ended = phase === 'ended';
  const figures: [label: string, value: string, style: string][] = [
    ['Status', PHASES[phase], phase],
    ['Time', whole === null ? formatClock(elapsed) : `${formatClock(elapsed)} of ${formatClock(whole)}`, ''],
    vus === null ? ['In flight', formatCount(inFlight), 'users'] : ['Users', formatCount(vus), 'users'],
    // While it is on, each is of another stretch than its namesakes on the page: it says of which.
    [ended ? 'Offered' : 'Offered, last 5 s', rate(offeredPerSec), 'offered'],
    [ended ? 'Achieved' : 'Achieved, last 5 s', rate(achievedPerSec), 'achieved'],
    [ended ? 'p95' : 'p95, last interval', p95 ?? '–', 'p95'],
    [
      ended ? 'Failed' : 'Failed so far',
      failedShare === null ? '–' : formatShare(failedShare),
      (failedShare ?? 0) > 0 ? 'failed' : '',
    ],
    [ended ? 'Verdict' : 'Verdict so far', ...verdictOf(run)],
  ];
  const list = one('[data-monitor]');
  if (list.children.length !== figures.length)
    list.replaceChildren(
      ...figures.map(() => {
        const pair = document.createElement('div');
        pair.append(document.createElement('dt'), document.createElement('dd'));
        return pair;
      }),
    );
  figures.forEach(([label, value, style], i) => {
    const [term, figure] = list.children[i]?.children ?? [];
    if (term !== undefined && term.textContent !== label) term.textContent = label;
    if (figure === undefined || (figure.textContent === value && figure.className === style)) return;
    figure.textContent = value;
    figure.className = style;
  });
}

/** Without a threshold there is nothing to pass. */
function verdictOf({ verdict, checks, kind }: RunState): [text: string, style: string] {
  const open = verdict === 'passed' && checks.length === 0 && kind === 'run';
  return open ? ['– none set', ''] : [VERDICTS[verdict], verdict];
}
