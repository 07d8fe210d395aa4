/** The folded parts at the end of a report. */

import { changeLabel, rampOf } from '../../analyze/changes.ts';
import { formatBytes, formatClock, formatCount, formatLimit, formatMs, formatShare } from '../../analyze/wording.ts';
import {
  arrivalsName,
  type Distribution,
  type FlowLoad,
  type LoadProfile,
  type Plan,
  type RequestTemplate,
  type SearchPlan,
  stagesOf,
} from '../../core/plan.ts';
import { hasLevels } from '../../core/procedure.ts';
import type { RunResult } from '../../core/result.ts';
import { targetLine } from '../../core/targets.ts';
import { type Micros, micros, toMillis, toSeconds } from '../../core/units.ts';
import { DEFINITIONS } from './definitions.ts';
import { escapeHtml } from './escape.ts';
import { durationFigure, utc } from './figures.ts';

/** A body longer than this is cut: the scenario file has the whole. */
const BODY_SHOWN = 2_000;
/** So many of the changes that a person made are listed, the first ones. */
const CHANGES_SHOWN = 50;

type Entry = readonly [term: string, html: string];

/** The folded parts at the end: what was asked for, where it ran, and what the words mean. */
export function detailsOf(result: RunResult): string {
  return [
    folded(
      'What each number means',
      DEFINITIONS.map(([term, text]): Entry => [term, escapeHtml(text)]),
    ),
    folded('Plan', [...planEntries(result.plan), ...wireEntries(result), ...changeEntries(result)]),
    folded('Environment', environmentEntries(result)),
  ].join('');
}

/** `0 → 100 users over 20 s, then 100 users for 10 s` */
export function loadWords(load: LoadProfile): string {
  if (load.model === 'mixed') {
    const { vus, rate, arrivals, maxInFlight } = load;
    const users = loadWords({ model: 'closed', vus, thinkTime: null });
    return `${users}, and ${loadWords({ model: 'open', rate, arrivals, maxInFlight })}`;
  }
  const amount = (value: number): string =>
    load.model === 'closed' ? `${formatCount(value)} ${value === 1 ? 'user' : 'users'}` : formatLimit(value, '1/s');
  const bare = (value: number): string => (load.model === 'closed' ? formatCount(value) : formatLimit(value, '1/s'));
  return stagesOf(load)
    .filter(({ duration }) => duration > 0)
    .map(({ from, to, duration }) => {
      const time = durationFigure(toSeconds(duration));
      return from === to ? `${amount(to)} for ${time}` : `${bare(from)} → ${amount(to)} over ${time}`;
    })
    .join(', then ');
}

function planEntries(plan: Plan): Entry[] {
  const { load } = plan;
  const entries: Entry[] = [
    ['Target', code(targetLine(plan))],
    ...plan.requests.map(
      (request): Entry => [plan.requests.length === 1 ? 'Request' : request.name, requestText(request)],
    ),
    ...(plan.search !== null
      ? searchEntries(plan.search, load)
      : plan.loads === undefined
        ? loadEntries(load)
        : plan.loads.flatMap(ownLoadEntries)),
  ];
  if (plan.maxRequests !== null) entries.push(['Requests', `at most ${formatCount(plan.maxRequests)}`]);
  if (plan.warmupRequests > 0)
    entries.push(['Warm-up', `${formatCount(plan.warmupRequests)} requests, in no statistic`]);
  else if (!hasLevels(plan))
    entries.push(['Warm-up', plan.warmup > 0 ? `${span(plan.warmup)}, in no statistic` : 'none']);
  entries.push(
    ['Timeout', span(plan.timeout)],
    ['Graceful stop', span(plan.gracefulStop)],
    ['Connections', plan.keepAlive ? 'kept open' : 'a new one for each request'],
    ...(!hasLevels(plan) ? [['Interval', span(plan.interval)] as const] : []),
    ['Threads, seed', `${formatCount(plan.threads)}, ${plan.seed}`],
  );
  if (plan.engine !== 'rampart') entries.push(['Sent by', plan.engine]);
  if (plan.http2) entries.push(['Protocol', 'HTTP/2']);
  if (plan.proxy !== null) entries.push(['Proxy', code(plan.proxy.url)]);
  if (plan.timing === 'relaxed') entries.push(['Timing', 'relaxed']);
  if (plan.thresholds.length > 0)
    entries.push([
      plan.strict === true ? 'Thresholds, strict' : 'Thresholds',
      plan.thresholds.map(({ text }) => code(text)).join(', '),
    ]);
  return entries;
}

/** What became of responses on their way, where the plan asked for it. */
function wireEntries({ redirects, decoded, functions }: RunResult): Entry[] {
  const entries: Entry[] = [];
  if (functions !== undefined) {
    const each = formatMs(functions.spentMs / functions.calls);
    entries.push([
      "The scenario's functions",
      `${formatCount(functions.calls)} calls took ${formatMs(functions.spentMs)} of the load threads, ${each} each`,
    ]);
  }
  if (redirects !== undefined)
    entries.push(['Redirects followed', `${formatCount(redirects)}, each within the time of its request`]);
  if (decoded !== undefined) {
    const { responses, wireBytes, bytes, undecoded } = decoded;
    const rest = undecoded === 0 ? '' : `; ${formatCount(undecoded)} more could not be decoded`;
    const sizes = `${formatBytes(wireBytes)} as they came, ${formatBytes(bytes)} decoded`;
    entries.push(['Compressed responses', `${formatCount(responses)}, ${sizes}${rest}`]);
  }
  return entries;
}

/** What was changed while the run went on: `0:12 120 users over 20 s`. */
function changeEntries({ changes = [] }: RunResult): Entry[] {
  const lines = changes.slice(0, CHANGES_SHOWN).map((change) => {
    const ramp = change.type === 'edited' ? rampOf(change) : 0;
    const over = ramp > 0 ? ` over ${durationFigure(toSeconds(micros(ramp)))}` : '';
    return `${formatClock(toSeconds(change.at))} ${change.type === 'reset' ? 'statistics reset' : changeLabel(change)}${over}`;
  });
  const left = changes.length - lines.length;
  if (left > 0) lines.push(`and ${formatCount(left)} more, in journal.ndjson`);
  return lines.length === 0 ? [] : [['Changed under way', lines.join('<br>')]];
}

/** Of several loads at once: whose each of them is. */
function ownLoadEntries({ flow, profile, maxPasses }: FlowLoad): Entry[] {
  const whose = flow === null ? 'the other flows' : `flow ${flow}`;
  const most = maxPasses === null ? '' : `, at most ${formatCount(maxPasses)} passes`;
  const lines = loadEntries(profile).map(([term, html]) => `${term}: ${html}`);
  return [[`Load of ${whose}`, `${lines.join('<br>')}${most}`]];
}

function loadEntries(load: LoadProfile): Entry[] {
  const words: Entry = ['Load', loadWords(load)];
  if (load.model === 'closed') {
    const model = 'closed: each user sends when its last response is there';
    const pacing: Entry[] = load.pacing === undefined ? [] : [['Pacing', `a pass every ${span(load.pacing)}`]];
    return [['Model', model], words, ['Think time', thinkWords(load.thinkTime)], ...pacing];
  }
  return [
    ['Model', `open: ${arrivalsName(load.arrivals)}, whatever the target does`],
    words,
    ['In flight', `at most ${formatCount(load.maxInFlight)} requests; more are dropped, and counted`],
  ];
}

/** The load of a search is its levels'. */
function searchEntries(search: SearchPlan, load: LoadProfile): Entry[] {
  const { unit, slos, budget, precision, maxLoad, maxVus, settle, arrivals = 'poisson' } = search;
  const users = unit === 'vus';
  const entries: Entry[] = [
    [
      'Searched',
      users
        ? 'the most virtual users'
        : `the highest arrival rate${unit === 'flows/s' ? ' of flows' : ''} (${arrivalsName(arrivals)}), after a ramp of users`,
    ],
    ['SLO', slos.length === 0 ? 'assumed from the idle response time' : slos.map(({ text }) => code(text)).join(', ')],
    ['Budget, precision', `${span(budget)}, an interval of ${formatShare(precision)} of the estimate`],
    [
      'Bounds',
      `${maxLoad === null ? '' : `at most ${users ? `${formatCount(maxLoad)} users` : formatLimit(maxLoad, '1/s')}; `}a ramp of at most ${formatCount(maxVus)} users`,
    ],
  ];
  if (settle > 0) entries.push(['Settling', `${span(settle)} after each increase of load`]);
  if (users && load.model === 'closed') entries.push(['Think time', thinkWords(load.thinkTime)]);
  return entries;
}

function environmentEntries({ run, tool, generator }: RunResult): Entry[] {
  const { host } = run;
  return [
    ['Command', code(run.command.join(' '))],
    ['Run', code(run.id)],
    ['Started', escapeHtml(utc(run.startedAt))],
    ['Finished', escapeHtml(utc(run.finishedAt))],
    ['Rampart', escapeHtml(tool.version)],
    ['Node.js', escapeHtml(host.node)],
    ['System', escapeHtml(host.os)],
    ['Processor', `${escapeHtml(host.cpu)}, ${formatCount(host.cores)} ${host.cores === 1 ? 'core' : 'cores'}`],
    ['Memory', formatBytes(host.memoryBytes)],
    ['Generator threads', formatCount(generator.threads)],
  ];
}

function requestText({ method, path, headers, body }: RequestTemplate): string {
  const lines = [`${method} ${path}`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  if (body !== null) {
    const shown = body.encoding === 'utf8' ? body.data : `(${formatBytes(body.bytes)} of binary data)`;
    lines.push(
      '',
      shown.length > BODY_SHOWN ? `${shown.slice(0, BODY_SHOWN)}… (${formatBytes(body.bytes)} in all)` : shown,
    );
  }
  return `<pre>${escapeHtml(lines.join('\n'))}</pre>`;
}

function thinkWords(think: Distribution | null): string {
  if (think === null) return 'none';
  if (think.kind === 'constant') return span(think.value);
  if (think.kind === 'uniform') return `${span(think.min)} to ${span(think.max)}, uniform`;
  if (think.kind === 'lognormal') return `${span(think.mean)} ± ${span(think.deviation)}, lognormal`;
  return `${span(think.mean)} on average, exponential`;
}

/** Short ones to the millisecond, long ones as people say them. */
function span(duration: Micros): string {
  return duration < 1_000_000 ? formatMs(toMillis(duration)) : durationFigure(toSeconds(duration));
}

function code(text: string): string {
  return `<code>${escapeHtml(text)}</code>`;
}

function folded(title: string, entries: readonly Entry[]): string {
  const list = entries.map(([term, html]) => `<dt>${escapeHtml(term)}</dt><dd>${html}</dd>`).join('');
  return `<details class="more"><summary>${title}</summary><dl>${list}</dl></details>`;
}
