/** The syntax of thresholds: `p95<250ms`, `errors<1%`, `ttft_p95{chat}<300ms`. */
import { RampartError } from '../core/errors.ts';
import type { MeasuredNames, TagSet } from '../core/flow.ts';
import type { Scope, Threshold } from '../core/plan.ts';
import type { StreamMetric } from '../core/streamed.ts';
import type { WrittenThreshold } from './goodput.ts';
import { blame, type RawSettings } from './raw-settings.ts';
import { didYouMean, meantAmong } from './suggest.ts';
import { parseCount, parseDuration, parseRate, parseShare, quote } from './syntax.ts';

const EXAMPLE = 'write p95<250ms, errors<1% or achieved>95/s';
const METRICS =
  'p50, p95, p99.9 (any percentile), mean, min, max, errors, achieved and goodput; of streams ttft_p95, tpot_p95, itl_p99 and tokens';

type Metric = WrittenThreshold['metric'];
/** What is no time. */
const COUNTED: ReadonlySet<Metric['kind']> = new Set<Metric['kind']>(['errors', 'achieved', 'tokens', 'goodput']);

/**
 * `p95<250ms`, `p99.9<=1s`, `mean<…`, `min…`, `max…`, `errors<1%` (share), `errors<10` (count), `achieved>95/s`; also k6's
 * `p(95)`, `avg` and `med`. Of streamed responses `ttft_p95<300ms` (time to first token), `tpot_mean<40ms` (time per output token), `itl_p99<80ms` (gaps between
 * tokens) and `tokens>500/s`. `goodput>95%` or `goodput>50/s`, with limits of each request: `ttft<300ms`,
 * `response<2s`. Of one request: `p95{chat}<250ms`, by its name.
 *
 * @throws RampartError 'bad-flag' naming the flag, the threshold and what is allowed.
 */
export function parseThreshold(text: string, flag: string): WrittenThreshold {
  const trimmed = text.trim();
  const refuse = (problem: string, hint = ''): never => {
    throw new RampartError('bad-flag', `${flag}: ${quote(text)} ${problem}`, hint);
  };
  if (trimmed === '') return refuse(`is empty; ${EXAMPLE}`);
  const scoped = /^([^{<>=!]*)\{(.*)\}\s*([<>=!].*)$/s.exec(trimmed);
  const scope = scoped === null ? null : scopeOf(scoped[2] ?? '');
  if (scope !== null && scope.name === '') return refuse('names nothing between its braces; write p95{chat}<250ms');
  const plain = scoped === null ? trimmed : `${scoped[1]}${scoped[3]}`;
  const [, name = '', op = '', value = ''] = /^([^<>=!]*)([<>=!]*)(.*)$/s.exec(plain) ?? [];
  const word = name.trim();
  const metric = metricOf(word.toLowerCase());
  if (op === '' || word === '') return refuse(`is not a threshold; ${EXAMPLE}`);
  if (typeof metric === 'string') return refuse(metric, metricMeant(word, op, value.trim()));
  if (op !== '<' && op !== '<=' && op !== '>' && op !== '>=')
    return refuse(`compares with "${op}"; write <, <=, > or >=`);
  if (value.trim() === '') return refuse(`has nothing to compare with; ${EXAMPLE}`);
  if (/^\d+$/.test(value.trim()) && isTime(metric))
    return refuse('compares with a time that has no unit', `Write ${word}${op}${value.trim()}ms, or with s.`);
  if (metric.kind === 'each' && op !== '<' && op !== '<=')
    return refuse(
      'is a limit of each request from below; goodput counts those under a limit',
      `Write ${word}<${value}.`,
    );
  const quantity = limitOf(metric, value.trim(), `${flag}: ${quote(text)}`);
  if (op === '<' && quantity.limit === 0) return refuse('can never hold: nothing is below zero; write <= instead of <');
  if (metric.kind === 'goodput' && quantity.unit === 'share' && op === '>' && quantity.limit === 1)
    return refuse('can never hold: no share is above 100 %; write >= instead of >');
  return { text: trimmed, ...(scope === null ? {} : { scope }), metric, op, ...quantity };
}

/** `chat`, `request chat`, `group "check out"`, `flow buy`. Which a bare name is of, the plan's names tell. */
function scopeOf(written: string): Scope {
  const [, kind = 'request', rest = written] = /^\s*(request|group|flow)\s+(.+)$/s.exec(written) ?? [];
  const name = rest.trim();
  return { kind: kind as Scope['kind'], name: unquoted(name) };
}

/** What a threshold may look at. */
export type ScopeNames = MeasuredNames & { readonly tags: readonly TagSet[] };

/** What a scope means among the names of a plan; null: there is nothing of that name. */
function meantScope(scope: Scope, text: string, names: ScopeNames): Scope | null {
  const of = { request: names.requests, group: names.groups, flow: names.flows, tag: [] };
  const written = /\{(.*)\}/s.exec(text)?.[1]?.trim() ?? '';
  // A request may be called "flow 1".
  if (of.request.includes(written)) return { kind: 'request', name: written };
  if ((of[scope.kind] as readonly string[]).includes(scope.name)) return scope;
  // At several targets it has another name at each, and a tag that they share.
  const shared = names.tags.find(({ key, value }) => key === scope.kind && value === scope.name);
  if (shared !== undefined) return { kind: 'tag', name: shared.name };
  if (scope.kind !== 'request' || /^request\s/.test(written)) return null;
  const [, key = '', value = ''] = TAG.exec(written) ?? [];
  const tagged = names.tags.find((tag) => tag.key === key && tag.value === unquoted(value));
  if (tagged !== undefined) return { kind: 'tag', name: tagged.name };
  if (names.groups.includes(scope.name)) return { kind: 'group', name: scope.name };
  if (names.flows.includes(scope.name)) return { kind: 'flow', name: scope.name };
  const other = names.tags.find((tag) => (tag.key === 'group' || tag.key === 'flow') && tag.value === scope.name);
  return other === undefined ? null : { kind: 'tag', name: other.name };
}

const TAG = /^\s*([^={}]+?)\s*=\s*(.+?)\s*$/s;

const unquoted = (text: string): string => /^"(.*)"$/s.exec(text)?.[1] ?? text;

const isTime = ({ kind }: Metric): boolean => !COUNTED.has(kind);

/** The metric, or what is wrong with its name. */
function metricOf(name: string): Metric | string {
  const [, stream, rest = ''] = /^(ttft|tpot|itl)(?:[\s_.:-]*(.*))$/.exec(name) ?? [];
  if (stream === undefined) return plainMetricOf(name);
  if (rest === '') return { kind: 'each', of: stream as StreamMetric };
  const metric = plainMetricOf(rest);
  if (typeof metric === 'string') return metric;
  if (metric.kind !== 'percentile' && metric.kind !== 'mean' && metric.kind !== 'min' && metric.kind !== 'max')
    return `looks at ${quote(name)}, which is no time; write ${stream}_p95, ${stream}_mean or ${stream}_max`;
  return { ...metric, of: stream as StreamMetric };
}

function plainMetricOf(name: string): Metric | string {
  switch (name) {
    case 'mean':
    case 'min':
    case 'max':
    case 'errors':
    case 'achieved':
    case 'tokens':
    case 'goodput':
      return { kind: name };
    case 'response':
      return { kind: 'each' };
    // As k6 and others have them.
    case 'avg':
    case 'average':
      return { kind: 'mean' };
    case 'median':
    case 'med':
      return { kind: 'percentile', p: 50 };
  }
  const [, digits] = /^p(\d+(?:\.\d+)?)$/.exec(name.replace(/^p\s*\(\s*([\d.]+)\s*\)$/, 'p$1')) ?? [];
  if (digits === undefined) return `looks at the unknown ${quote(name)}; there are ${METRICS}`;
  const p = Number(digits);
  if (p > 0 && p < 100) return { kind: 'percentile', p };
  return `looks at a percentile outside 0 to 100; write ${p === 0 ? 'min' : 'max'}, or one between like p95`;
}

const percentOf = (share: number): string => `${Number((100 * share).toPrecision(6))}%`;

/** What to write instead of a metric that others have under another name. */
function metricMeant(word: string, op: string, value: string): string {
  if (/^(?:rps|qps|tps|throughput|rate|requests?(?:\/s|_per_second)?|http_reqs)$/i.test(word))
    return `For the rate of successful responses write achieved${op}${/^[\d.]+$/.test(value) ? `${value}/s` : value}.`;
  if (/fail|err/i.test(word)) {
    const share = Number(value);
    return `Failed requests are errors: errors${op}${share > 0 && share < 1 ? percentOf(share) : value}.`;
  }
  if (/^(?:latency|duration|response_?time|http_req_duration)$/i.test(word))
    return `Say which: p95${op}${value}, mean${op}${value} or max${op}${value}.`;
  return didYouMean(word, [
    'mean',
    'min',
    'max',
    'errors',
    'achieved',
    'goodput',
    'tokens',
    'ttft_p95',
    'tpot_p95',
    'itl_p95',
  ]);
}

function limitOf(metric: Metric, value: string, flag: string): Pick<Threshold, 'limit' | 'unit'> {
  switch (metric.kind) {
    case 'errors':
      if (value.endsWith('%')) return { limit: parseShare(value, flag), unit: 'share' };
      if (/^\d*\.\d+$/.test(value))
        throw new RampartError(
          'bad-flag',
          `${flag}: "${value}" is neither a share nor a count; write errors<1% or errors<10`,
          Number(value) < 1 ? `As a share it is ${percentOf(Number(value))}.` : '',
        );
      return { limit: parseCount(value, flag), unit: 'count' };
    case 'goodput':
      if (value.endsWith('%')) return { limit: parseShare(value, flag), unit: 'share' };
      if (!/\/|ps/.test(value))
        throw new RampartError(
          'bad-flag',
          `${flag}: "${value}" is neither a share nor a rate; write goodput>95% or goodput>50/s`,
        );
      return { limit: parseRate(value, flag), unit: '1/s' };
    case 'achieved':
    case 'tokens':
      return { limit: parseRate(value, flag), unit: '1/s' };
    default:
      return { limit: parseDuration(value, flag), unit: 'µs' };
  }
}

/**
 * Every threshold of a setting that holds several.
 *
 * @param names of what the plan measures.
 * @throws RampartError
 */
export function resolveThresholdList(
  given: RawSettings,
  name: 'thresholds' | 'slos',
  names: ScopeNames,
): WrittenThreshold[] {
  const value = given.settings[name] ?? [];
  const texts = typeof value === 'string' ? [value] : value;
  return blame(given.originOf(name), (label) =>
    texts.flatMap((text) => separated(text).map((part) => parseThresholdOf(part, label, names))),
  );
}

/** One threshold, whose scope is among the names of a plan. @throws RampartError */
export function parseThresholdOf(text: string, label: string, names: ScopeNames): WrittenThreshold {
  const { scope, ...threshold } = parseThreshold(text, label);
  if (scope === undefined) return threshold;
  const meant = meantScope(scope, threshold.text, names);
  if (meant === null) throw nothingOf(scope, threshold.text, label, names);
  return { ...threshold, scope: meant };
}

/** A threshold that a request has of its own, where that is sent to several targets: it looks at all of them. */
export function meantBy({ scope, ...threshold }: WrittenThreshold, names: ScopeNames): WrittenThreshold {
  const meant = scope === undefined ? null : meantScope(scope, threshold.text, names);
  return meant === null ? threshold : { ...threshold, scope: meant };
}

function nothingOf({ kind, name }: Scope, text: string, label: string, names: ScopeNames): RampartError {
  const { requests, groups, flows, tags } = names;
  const [, key = ''] = TAG.exec(name) ?? [];
  const isTag = key !== '' && (tags.length > 0 || /^[\w.-]+$/.test(key));
  const shared = (wanted: string): string[] => tags.filter((tag) => tag.key === wanted).map(({ value }) => value);
  const known = isTag
    ? tags.map((tag) => tag.name)
    : {
        request: [...new Set([...shared('request'), ...requests, ...groups, ...flows])],
        group: [...groups, ...shared('group')],
        flow: [...flows, ...shared('flow')],
        tag: [],
      }[kind];
  const hint =
    isTag && key === 'target' && tags.every((tag) => tag.key !== 'target')
      ? 'There is one target without a name: name several with --target NAME=URL.'
      : known.length === 0
        ? ''
        : meantAmong(name, known);
  return new RampartError(
    'bad-flag',
    `${label}: ${quote(text)} looks at ${quote(name)}, and there is no such ${isTag ? 'tag' : kind}`,
    hint,
  );
}

/** Thresholds that a request has of its own: as written for all requests, they look at it alone. @throws RampartError */
export function resolveOwnThresholds(texts: readonly string[], request: string, label: string): WrittenThreshold[] {
  return texts
    .flatMap(separated)
    .map((text) => parseThreshold(text, label))
    .map(({ text, scope, ...threshold }) => {
      if (scope !== undefined)
        throw new RampartError('bad-flag', `${label}: ${quote(text)} names a request; here it is ${quote(request)}`);
      const at = text.search(/[<>]/);
      const scoped = `${text.slice(0, at).trim()}{${request}}${text.slice(at)}`;
      return { text: scoped, scope: { kind: 'request', name: request }, ...threshold };
    });
}

/** One text may hold several: an environment variable has no other way. Only a request's name may have a comma in it. */
export function separated(text: string): string[] {
  return text.split(/,(?![^{}]*\})/);
}
