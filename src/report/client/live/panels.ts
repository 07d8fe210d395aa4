import { formatBytes, formatCount, formatMs, formatShare } from '../../../analyze/wording.ts';
import { clockLabel } from '../axis.ts';
import { fill } from '../html-table.ts';
import type { EarlierRun, ExceptionRow, LogLine, RunState, ThreadRow } from './frame.ts';
import { LiveTable } from './table.ts';

type Say = (text: string) => void;
type Failure = RunState['failures'][number];
type Share = RunState['mix'][number];

const DASH = '–';
const count = <Row extends { readonly count: number }>() => ({
  text: (row: Row) => formatCount(row.count),
  value: (row: Row) => row.count,
});

/** `1:05`, since the start of the run. */
const since = (iso: string, startedAt: string): string => {
  const seconds = (Date.parse(iso) - Date.parse(startedAt)) / 1_000;
  return Number.isNaN(seconds) ? iso : clockLabel(Math.max(0, seconds));
};

export function slotOf(name: string): HTMLElement {
  const place = document.querySelector<HTMLElement>(`[data-slot="${name}"]`);
  if (place === null) throw new Error(`the page has no place for ${name}`);
  return place;
}

/** What the tabs beside statistics and charts show. */
export class Panels {
  readonly #failures: LiveTable<Failure>;
  readonly #exceptions: LiveTable<ExceptionRow>;
  readonly #mix: LiveTable<Share>;
  readonly #threads: LiveTable<ThreadRow>;
  #startedAt = '';

  constructor(say: Say) {
    this.#failures = new LiveTable<Failure>(slotOf('failures'), {
      name: 'Failures',
      empty: 'No request has failed.',
      sortable: true,
      say,
      columns: [
        { id: 'count', label: '# Failures', ...count<Failure>() },
        { id: 'method', label: 'Method', text: ({ method }) => method, left: true },
        { id: 'name', label: 'Name', text: ({ name }) => name, left: true },
        { id: 'outcome', label: 'Kind', text: ({ outcome }) => outcome, left: true },
        { id: 'message', label: 'Message', text: ({ message, outcome }) => message || outcome, left: true },
        { id: 'first', label: 'First seen', text: ({ firstSeen }) => since(firstSeen, this.#startedAt) },
        { id: 'last', label: 'Last seen', text: ({ lastSeen }) => since(lastSeen, this.#startedAt) },
        {
          id: 'example',
          label: 'One example',
          text: ({ example, bodies }) => example ?? bodies?.[0] ?? DASH,
          left: true,
        },
      ],
    });
    this.#exceptions = new LiveTable<ExceptionRow>(slotOf('exceptions'), {
      name: 'Exceptions',
      unit: 'what went wrong on this side, not the target’s',
      empty: 'Nothing went wrong on this side.',
      say,
      columns: [
        { id: 'count', label: '# Occurrences', ...count<ExceptionRow>() },
        { id: 'message', label: 'Message', text: ({ message }) => message, left: true },
        { id: 'first', label: 'First seen', text: ({ firstSeen }) => since(firstSeen, this.#startedAt) },
        { id: 'last', label: 'Last seen', text: ({ lastSeen }) => since(lastSeen, this.#startedAt) },
      ],
    });
    this.#mix = new LiveTable<Share>(slotOf('mix'), {
      name: 'Requests mix',
      unit: 'share of the requests sent',
      empty: 'The plan has no request.',
      say,
      columns: [
        { id: 'name', label: 'Name', text: ({ name }) => name, left: true },
        {
          id: 'planned',
          label: 'Planned',
          text: ({ planned }) => (planned === null ? DASH : formatShare(planned)),
          reason: () => 'What responses give decides how often it is sent.',
        },
        {
          id: 'observed',
          label: 'Observed',
          text: ({ observed }) => (observed === null ? DASH : formatShare(observed)),
          reason: () => 'Nothing has been sent yet.',
        },
      ],
    });
    const ms = (value: number | null): string => (value === null ? DASH : formatMs(value));
    this.#threads = new LiveTable<ThreadRow>(slotOf('generator'), {
      name: 'Generator threads',
      unit: 'in the last interval',
      empty: 'The generator has not reported on itself yet.',
      say,
      columns: [
        { id: 'name', label: 'Thread', text: ({ name }) => name, left: true },
        { id: 'state', label: 'State', text: ({ state }) => state, left: true },
        {
          id: 'vus',
          label: 'Users',
          text: ({ vus }) => (vus === null ? DASH : formatCount(vus)),
          reason: () => 'Arrivals have no users.',
        },
        {
          id: 'flight',
          label: 'In flight',
          text: ({ inFlight }) => (inFlight === null ? DASH : formatCount(inFlight)),
        },
        { id: 'cpu', label: 'CPU', text: ({ cpu }) => (cpu === null ? DASH : formatShare(cpu)) },
        { id: 'lag', label: 'Send lag p99', text: ({ lagP99 }) => ms(lagP99) },
        { id: 'loop', label: 'Loop delay p99', text: ({ loopDelayP99 }) => ms(loopDelayP99) },
        {
          id: 'memory',
          label: 'Memory',
          text: ({ memoryBytes }) => (memoryBytes === null ? DASH : formatBytes(memoryBytes)),
        },
        {
          id: 'region',
          label: 'Region',
          title: 'Where the agent says that it is',
          text: ({ agent }) => agent?.region ?? DASH,
          when: (rows) => rows.some(({ agent }) => agent !== null && agent.region !== null),
          left: true,
        },
        {
          id: 'share',
          label: 'Agent’s share',
          title: 'What of the load is the agent’s own, on all of its threads',
          text: ({ agent }) => (agent?.share == null ? DASH : formatShare(agent.share)),
          value: ({ agent }) => agent?.share ?? null,
          when: ofAgents,
        },
        {
          id: 'version',
          label: 'Version',
          title: 'Of the agent’s rampart',
          text: ({ agent }) => agent?.version ?? DASH,
          when: ofAgents,
        },
        {
          id: 'clock',
          label: 'Clock offset',
          title:
            'This clock less the agent’s, found at the start, and how far that may be wrong. A clock begins where its machine did',
          text: ({ agent }) =>
            agent === null ? DASH : `${formatOffset(agent.clockOffset)} ± ${formatMs(agent.clockWithin)}`,
          value: ({ agent }) => agent?.clockOffset ?? null,
          when: ofAgents,
        },
      ],
    });
  }

  show(run: RunState): void {
    this.#startedAt = run.startedAt;
    this.#failures.show(run.failures);
    this.#exceptions.show(run.exceptions);
    this.#mix.show(run.mix);
    this.#threads.show(run.threads, run.generator.map(([label, value]) => `${label} ${value}`).join(' · '));
  }
}

/** The levels of a search, and the figures of its answer so far. */
export function showSearch({ levels, limits }: RunState): void {
  const list = document.createElement('dl');
  list.className = 'limits';
  for (const { label, value, aside } of limits) {
    const pair = document.createElement('div');
    const [term, figure, below] = [
      document.createElement('dt'),
      document.createElement('dd'),
      document.createElement('dd'),
    ];
    term.textContent = label;
    figure.textContent = value;
    below.textContent = aside;
    below.className = 'aside';
    pair.append(term, figure, below);
    list.append(pair);
  }
  slotOf('limits').replaceChildren(list);
  const place = slotOf('levels');
  if (levels === null) {
    const quiet = document.createElement('p');
    quiet.className = 'quiet';
    quiet.textContent = 'No level has been judged yet: the pictures begin with the first one.';
    place.replaceChildren(quiet);
    return;
  }
  let table = place.querySelector('table');
  if (table === null) {
    const card = document.createElement('section');
    card.className = 'card';
    const title = document.createElement('div');
    title.className = 'title';
    const heading = document.createElement('h2');
    heading.textContent = 'Levels';
    title.append(heading);
    const scroll = document.createElement('div');
    scroll.className = 'scroll';
    scroll.tabIndex = 0;
    scroll.setAttribute('role', 'region');
    scroll.setAttribute('aria-label', 'Levels');
    table = document.createElement('table');
    table.className = 'reasons levels-table';
    scroll.append(table);
    card.append(title, scroll);
    place.replaceChildren(card);
  }
  if (table.tBodies[0]?.rows.length !== levels.rows.length) fill(table, levels);
}

/** The log, the latest line last; it follows its end as long as the reader is there. */
export class LogPanel {
  readonly #list = document.createElement('ol');
  #shown: readonly LogLine[] = [];

  constructor() {
    this.#list.className = 'log';
    this.#list.tabIndex = 0;
    this.#list.setAttribute('aria-label', 'Log of the run');
    slotOf('logs').replaceChildren(this.#list);
  }

  show(lines: readonly LogLine[]): void {
    const last = this.#shown[this.#shown.length - 1];
    const from = last === undefined ? 0 : lines.lastIndexOf(last) + 1;
    if (from === 0) this.#list.replaceChildren();
    if (from === lines.length && this.#shown.length > 0) return;
    const atEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 40;
    this.#list.append(...lines.slice(from).map(lineOf));
    while (this.#list.children.length > lines.length) this.#list.firstElementChild?.remove();
    this.#shown = lines;
    if (atEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }
}

function lineOf({ time, kind, text }: LogLine): HTMLElement {
  const item = document.createElement('li');
  item.className = kind;
  const clock = document.createElement('time');
  clock.dateTime = time;
  clock.textContent = new Date(time).toLocaleTimeString([], { hour12: false });
  item.append(clock, text);
  return item;
}

const WHAT: Readonly<Record<string, string>> = {
  'report.html': 'the report: one file, to be read anywhere',
  'result.json': 'every number, in a documented format',
  'stats.csv': 'requests, in Locust’s columns',
  'history.csv': 'the run over time, in Locust’s columns',
  'failures.csv': 'failures, in Locust’s columns',
  'latency.hlog': 'every interval’s response times, HdrHistogram’s format',
  'summary.md': 'the summary, for a pull request',
  'junit.xml': 'thresholds as test cases',
  'journal.ndjson': 'the stream itself: everything can be drawn again from it',
};

/** Everything a run leaves; of a run that is on, as far as it is. */
export function showDownloads(run: RunState, earlier: readonly EarlierRun[]): void {
  const place = slotOf('download');
  const key = JSON.stringify([run.id, run.phase === 'ended', run.files, earlier.map(({ id }) => id)]);
  if (place.dataset['shown'] === key) return;
  place.dataset['shown'] = key;
  const note = run.phase === 'ended' ? '' : 'The run is on: what you get is the run so far.';
  place.replaceChildren(
    filesOf('This run', note, run.id, run.files),
    ...earlier.map(({ id, target, sentence, files }) => filesOf(`${id}  ${target}`, sentence, id, files)),
  );
}

function filesOf(title: string, note: string, id: string, files: readonly string[]): HTMLElement {
  const card = document.createElement('section');
  card.className = 'card';
  const heading = document.createElement('h2');
  heading.textContent = title;
  const list = document.createElement('ul');
  list.className = 'files';
  for (const name of files) {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = `/runs/${encodeURIComponent(id)}/${name}`;
    link.download = '';
    link.textContent = name;
    const about = document.createElement('span');
    about.textContent = WHAT[name] ?? '';
    item.append(link, about);
    if (name === 'report.html') {
      const view = document.createElement('a');
      view.href = `${link.href}?view`;
      view.target = '_blank';
      view.rel = 'noopener';
      view.textContent = 'Open';
      item.append(view);
    }
    list.append(item);
  }
  card.append(heading);
  if (note !== '') {
    const text = document.createElement('p');
    text.className = 'hint';
    text.textContent = note;
    card.append(text);
  }
  card.append(list);
  return card;
}

const ofAgents = (rows: readonly ThreadRow[]): boolean => rows.some(({ agent }) => agent !== null);

/** Machines that were started on different days have clocks days apart. */
function formatOffset(ms: number): string {
  const size = Math.abs(ms);
  const text = size < 60_000 ? formatMs(size) : `${formatCount(Math.round(size / 1e3))} s`;
  return ms < 0 ? `−${text}` : text;
}
