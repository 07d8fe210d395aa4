/** The tabs of the live page beside statistics and charts: failures, exceptions, the mix of requests, threads; and a search. */
import { formatBytes, formatCount, formatMs, formatRate, formatShare } from '../../../analyze/wording.ts';
import { clockLabel } from '../axis.ts';
import { fill } from '../html-table.ts';
import type { ExceptionRow, RunState, ThreadRow } from './frame.ts';
import { slotOf } from './places.ts';
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
        {
          id: 'rate',
          label: 'Sent/s',
          text: ({ perSec }) => (perSec === null ? DASH : formatRate(perSec).replace('/s', '')),
          value: ({ perSec }) => perSec,
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

/** The levels of a search, and the figures of its result so far. */
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

const ofAgents = (rows: readonly ThreadRow[]): boolean => rows.some(({ agent }) => agent !== null);

/** Machines that were started on different days have clocks days apart. */
function formatOffset(ms: number): string {
  const size = Math.abs(ms);
  const text = size < 60_000 ? formatMs(size) : `${formatCount(Math.round(size / 1e3))} s`;
  return ms < 0 ? `−${text}` : text;
}
