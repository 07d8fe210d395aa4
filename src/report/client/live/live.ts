/** The live page's script: follows the run, draws it as the report does, and passes on what the reader wants changed. */
import { formatCount } from '../../../analyze/wording.ts';
import { Board } from '../board.ts';
import { type Found, found, foundSentence, NO_FACETS, type Wanted } from '../facets.ts';
import type { Span } from '../picture.ts';
import type { PictureSource } from '../pictures.ts';
import { type Names, onlyName, snapped, timelineOf } from '../selection.ts';
import { onTheme } from '../theme-switch.ts';
import { Toolbar } from '../toolbar.ts';
import { onPress, showButtons } from './buttons.ts';
import { Connection, type Link } from './connection.ts';
import { showDownloads } from './downloads.ts';
import { showFindings } from './findings.ts';
import { call, type Defaults, EditForm, StartForm } from './forms.ts';
import type { Frame, RunState } from './frame.ts';
import { BANNERS, showLink } from './link-banner.ts';
import { LogPanel } from './log-panel.ts';
import { PHASES, showChip, showMonitor } from './monitor.ts';
import { Panels, showSearch } from './panels.ts';
import { one, put, slotOf } from './places.ts';
import { RunRecord } from './record.ts';
import { Statistics } from './statistics.ts';
import { Tabs } from './tabs.ts';

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
  #chosen: Names = null;
  #wanted: Wanted | null = null;
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
    onPress('edit', () => {
      if (this.#run !== null) this.#edit.open(this.#run);
    });
    onPress('stop', () => void this.#control('stop', 'Stopping: responses under way are waited for.'));
    onPress('reset', () => void this.#control('reset', 'Statistics begin anew.'));
    onPress('new', () => {
      this.#composing = true;
      this.#showView();
    });
    onPress('back', () => {
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
    this.#chosen = null;
    this.#wanted = null;
    this.#toolbar?.forget();
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
    showLink(link);
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
    showButtons(this.#run, this.#link === 'live');
  }

  #showRun(run: RunState): void {
    const { sentence, why, fixed, chip, statistics, exceptions, kind } = run;
    put('sentence', sentence);
    put('why', why);
    put('fixed', fixed ?? '');
    one('[data-text="fixed"]').hidden = fixed === null;
    showChip(chip);
    showMonitor(run);
    showFindings(run);
    this.#tabs.show('breaking-point', kind === 'find');
    const failed = statistics[statistics.length - 1]?.totals.failed ?? 0;
    this.#tabs.count('failures', failed > 0 ? formatCount(failed) : '');
    this.#tabs.count('exceptions', exceptions.length > 0 ? formatCount(exceptions.length) : '');
    this.#showStatistics(run);
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
        get wholes() {
          return page.#record.archive.wholes;
        },
        get whole() {
          return page.#whole;
        },
        get grid() {
          return [0, ...page.#record.archive.slots.map(({ to }) => to)];
        },
        get facets() {
          return page.#run?.facets ?? NO_FACETS;
        },
        chooseName: (name) => {
          this.#wanted = null;
          this.#chosen = onlyName(name);
          if (this.#run !== null) this.#showStatistics(this.#run);
          this.#draw();
        },
        find: (wanted) => {
          this.#wanted = wanted;
          this.#chosen = null;
          const hits = this.#found();
          if (this.#run !== null) this.#showStatistics(this.#run);
          if (hits === null) this.#toolbar?.show(this.#span, '');
          else this.#toolbar?.say(foundSentence(hits, this.#record.archive.names));
          this.#draw();
        },
        chooseSpan: (span) => this.#choose(span),
      });
      this.#toolbar.show(null, '');
    }
    const names = [...archive.names, ...archive.wholes].join('\n');
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
    this.#showStatistics(this.#run);
    this.#draw();
  }

  /** What the reader looks for, among the names that there are now; null: nothing. */
  #found(): Found | null {
    if (this.#wanted === null) return null;
    const hits = found(this.#record.archive.names, this.#run?.facets ?? NO_FACETS, this.#wanted);
    return hits.names === null ? null : hits;
  }

  #showStatistics(run: RunState): void {
    this.#statistics.show(run, this.#record.archive, this.#span, this.#found());
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
    const names = this.#found()?.names ?? this.#chosen;
    const timeline = names === null ? archive.timeline : timelineOf(archive, names);
    const source: PictureSource = { ...run.picture, timeline };
    this.#board.draw({ source, loads: run.loads, archive, names, span: this.#span });
    document.documentElement.dataset['drawn'] = this.#span === null && names === null ? 'whole' : 'part';
  }

  async #control(path: string, done: string): Promise<void> {
    const errors = await call(path);
    this.#say(errors.length === 0 ? done : errors.map(({ message }) => message).join(' '));
  }
}

new LivePage().connect();
