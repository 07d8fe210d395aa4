import { counted, formatClock, formatCount, formatRate, formatShare } from '../../../analyze/wording.ts';
import { Board } from '../board.ts';
import type { Span } from '../picture.ts';
import type { PictureSource } from '../pictures.ts';
import { snapped, timelineOf } from '../selection.ts';
import { onTheme } from '../theme-switch.ts';
import { Toolbar } from '../toolbar.ts';
import { Connection, type Link } from './connection.ts';
import { call, type Defaults, EditForm, StartForm } from './forms.ts';
import type { Frame, RunState } from './frame.ts';
import { LogPanel, Panels, showDownloads, showSearch, slotOf } from './panels.ts';
import { RunRecord } from './record.ts';
import { Statistics } from './statistics.ts';
import { Tabs } from './tabs.ts';

/** The live page's script: follows the run, draws it as the report does, and passes on what the reader wants changed. */

const LINKS: Readonly<Record<Link, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Connection lost',
  gone: 'Page closed',
};

const BANNERS: Readonly<Record<Link, string>> = {
  connecting: '',
  live: '',
  lost: 'The connection to the page’s server is lost. The run goes on without this page; it is tried again all the time.',
  gone: 'rampart has ended: this is what the page last knew.',
};

const VERDICTS: Readonly<Record<RunState['verdict'], string>> = {
  passed: '● passed',
  failed: '■ failed',
  invalid: '■ invalid',
  interrupted: '○ interrupted',
  undecided: '○ open',
};

const PHASES: Readonly<Record<RunState['phase'], string>> = {
  starting: 'Starting',
  running: 'Running',
  stopping: 'Stopping',
  ended: 'Ended',
};

class LivePage {
  readonly #statistics: Statistics;
  readonly #panels: Panels;
  readonly #log: LogPanel;
  readonly #tabs: Tabs;
  readonly #board: Board;
  readonly #edit: EditForm;
  #toolbar: Toolbar | null = null;
  #record = new RunRecord();
  #run: RunState | null = null;
  #frame: Frame | null = null;
  #name: number | null = null;
  #span: Span | null = null;
  #names = '';
  /** The reader looks at the start form although there is a run. */
  #composing = false;
  #link: Link = 'connecting';
  /** The charts are not as the record is. */
  #stale = false;

  constructor() {
    const say = (text: string): void => this.#say(text);
    this.#board = new Board(say, (span) => this.#choose(span));
    this.#statistics = new Statistics(slotOf('statistics'), say);
    this.#panels = new Panels(say);
    this.#log = new LogPanel();
    const list = one<HTMLElement>('[role="tablist"]');
    this.#tabs = new Tabs(list, () => queueMicrotask(() => this.#drawIfSeen()));
    this.#edit = new EditForm(one<HTMLFormElement>('#edit'));
    const defaults = JSON.parse(document.getElementById('defaults')?.textContent ?? '{}') as Defaults;
    new StartForm(one<HTMLFormElement>('#start'), defaults, () => {
      this.#composing = false;
      this.#showView();
    });
    this.#act('edit', () => {
      if (this.#run !== null) this.#edit.open(this.#run);
    });
    this.#act('stop', () => void this.#control('stop', 'Stopping: responses under way are waited for.'));
    this.#act('reset', () => void this.#control('reset', 'Statistics begin anew.'));
    this.#act('new', () => {
      this.#composing = true;
      this.#showView();
    });
    this.#act('back', () => {
      this.#composing = false;
      this.#showView();
    });
    document.addEventListener('visibilitychange', () => this.#drawIfSeen());
    onTheme(() => this.#board.redraw());
  }

  connect(): void {
    new Connection(
      (frame) => this.#apply(frame),
      (link) => this.#linked(link),
    );
  }

  #apply(frame: Frame): void {
    const { run } = frame;
    const before = this.#run;
    if (frame.whole) this.#record = new RunRecord();
    if (run?.id !== before?.id) this.#forget();
    const changed = this.#record.apply(frame);
    this.#run = run;
    this.#frame = frame;
    if (run !== null && (run.id !== before?.id || run.phase !== before.phase)) this.#announce(run);
    this.#showView();
    if (run === null) return;
    this.#showRun(run);
    if (changed || before === null || run.phase !== before.phase) this.#stale = true;
    this.#drawIfSeen();
  }

  #forget(): void {
    this.#span = null;
    this.#name = null;
    this.#names = '';
    this.#edit.close();
  }

  /** What changes of state are spoken; figures are not. */
  #announce({ phase, sentence, kind }: RunState): void {
    const what = kind === 'find' ? 'search' : 'run';
    const words = {
      starting: `The ${what} starts.`,
      running: `The ${what} is on.`,
      stopping: 'Stopping.',
      ended: `The ${what} has ended. ${sentence}`,
    };
    this.#say(words[phase]);
  }

  #say(text: string): void {
    put('spoken', text);
    if (this.#toolbar !== null) this.#toolbar.say(text);
  }

  #linked(link: Link): void {
    if (link === this.#link) return;
    if (link === 'live' && (this.#link === 'lost' || this.#link === 'gone'))
      this.#say('Connected again: nothing is missing.');
    else if (BANNERS[link] !== '') put('spoken', BANNERS[link]);
    this.#link = link;
    put('link', LINKS[link]);
    one('[data-text="link"]').dataset['link'] = link;
    put('banner', BANNERS[link]);
    one('[data-text="banner"]').hidden = BANNERS[link] === '';
    this.#showButtons();
  }

  #showView(): void {
    const view = this.#frame === null ? 'waiting' : this.#run === null || this.#composing ? 'start' : 'run';
    document.body.dataset['view'] = view;
    one('.waiting-view').hidden = view !== 'waiting';
    one('.start-view').hidden = view !== 'start';
    one('.run-view').hidden = view !== 'run';
    one('[data-act="back"]').hidden = this.#run === null;
    const target = view === 'run' ? (this.#run?.target ?? '') : '';
    put('target', target);
    document.title = view === 'run' && this.#run !== null ? `${PHASES[this.#run.phase]} · rampart` : 'rampart';
    this.#showButtons();
    if (view === 'run') this.#drawIfSeen();
  }

  #showButtons(): void {
    const run = this.#run;
    const on = run !== null && run.phase !== 'ended';
    const linked = this.#link === 'live';
    const show = (act: string, shown: boolean, usable = linked): void => {
      const button = one<HTMLButtonElement>(`[data-act="${act}"]`);
      button.hidden = !shown;
      button.disabled = !usable;
    };
    show('edit', on && run.editable !== null);
    show('reset', on && run.kind === 'run');
    show('stop', on, linked && run?.phase !== 'stopping');
    show('new', run !== null && !on);
  }

  #showRun(run: RunState): void {
    const { sentence, why, chip, statistics, exceptions, kind } = run;
    put('sentence', sentence);
    put('why', why);
    showChip(chip);
    showMonitor(run);
    showFindings(run);
    this.#tabs.show('breaking-point', kind === 'find');
    const failed = statistics[statistics.length - 1]?.totals.failed ?? 0;
    this.#tabs.count('failures', failed > 0 ? formatCount(failed) : '');
    this.#tabs.count('exceptions', exceptions.length > 0 ? formatCount(exceptions.length) : '');
    this.#statistics.show(run, this.#record.archive, this.#span);
    this.#panels.show(run);
    this.#log.show(this.#record.log);
    showDownloads(run, this.#frame?.earlier ?? []);
    if (kind === 'find') showSearch(run);
    this.#prepareToolbar();
  }

  /** There is nothing to choose from before the first interval. */
  #prepareToolbar(): void {
    const { archive } = this.#record;
    if (archive.slots.length === 0) return;
    const page = this;
    if (this.#toolbar === null) {
      this.#toolbar = new Toolbar(one<HTMLFormElement>('form.toolbar'), {
        get names() {
          return page.#record.archive.names;
        },
        get whole() {
          return page.#whole;
        },
        get grid() {
          return [0, ...page.#record.archive.slots.map(({ to }) => to)];
        },
        chooseName: (name) => {
          this.#name = name;
          this.#draw();
        },
        chooseSpan: (span) => this.#choose(span),
      });
      this.#toolbar.show(null, '');
    }
    const names = archive.names.join('\n');
    if (names !== this.#names) {
      this.#names = names;
      this.#toolbar.offerNames();
    }
    if (this.#span === null) this.#toolbar.follow();
  }

  get #whole(): Span {
    const { timeline } = this.#record;
    return { from: 0, to: timeline[timeline.length - 1]?.t ?? 0 };
  }

  #choose(span: Span | null): void {
    const { archive } = this.#record;
    if (this.#run === null || archive.slots.length === 0) return;
    this.#span = span === null ? null : snapped(archive, span);
    const note = this.#span === null ? '' : 'Charts and statistics are of this stretch. Escape shows the whole run.';
    this.#toolbar?.show(this.#span, note);
    this.#statistics.show(this.#run, archive, this.#span);
    this.#draw();
  }

  /** Drawing is for who sees it. */
  #drawIfSeen(): void {
    const tab = this.#tabs.current;
    const seen = tab === 'charts' || tab === 'breaking-point' || tab === 'generator';
    one<HTMLFormElement>('form.toolbar').hidden =
      this.#record.archive.slots.length === 0 || (tab !== 'charts' && tab !== 'statistics');
    if (this.#stale && seen && !document.hidden && document.body.dataset['view'] === 'run') this.#draw();
  }

  #draw(): void {
    const run = this.#run;
    if (run === null) return;
    this.#stale = false;
    const { archive } = this.#record;
    const quiet = one('[data-quiet="charts"]');
    quiet.hidden = archive.slots.length > 0;
    one('#panel-charts .grid').hidden = archive.slots.length === 0;
    if (archive.slots.length === 0) {
      quiet.textContent =
        run.phase === 'ended'
          ? 'No interval was recorded, so there is nothing to draw.'
          : 'Waiting for the first interval.';
      return;
    }
    const timeline = this.#name === null ? archive.timeline : timelineOf(archive, this.#name);
    const source: PictureSource = { ...run.picture, timeline };
    this.#board.draw({ source, loads: run.loads, archive, name: this.#name, span: this.#span });
    document.documentElement.dataset['drawn'] = this.#span === null && this.#name === null ? 'whole' : 'part';
  }

  async #control(path: string, done: string): Promise<void> {
    const errors = await call(path);
    this.#say(errors.length === 0 ? done : errors.map(({ message }) => message).join(' '));
  }

  #act(name: string, act: () => void): void {
    one(`[data-act="${name}"]`).addEventListener('click', act);
  }
}

function showChip(chip: RunState['chip']): void {
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

function showMonitor(run: RunState): void {
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

/** Thresholds as they stand, and doubts about the measurement. */
function showFindings({ checks, doubts, phase }: RunState): void {
  const place = one('[data-findings]');
  // Of few requests nothing is to be said yet; that is no finding while more come.
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
    ...listOf(
      'Thresholds',
      checks.map(({ status, outcome, message }) => [
        status === 'failed' ? 'bad' : outcome === 'held' ? 'good' : 'fair',
        message,
        '',
      ]),
    ),
    ...listOf(
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

function listOf(
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

function put(name: string, text: string): void {
  const place = one(`[data-text="${name}"]`);
  if (place.textContent !== text) place.textContent = text;
}

function one<E extends HTMLElement = HTMLElement>(selector: string): E {
  const found = document.querySelector<E>(selector);
  if (found === null) throw new Error(`the page has no ${selector}`);
  return found;
}

new LivePage().connect();
