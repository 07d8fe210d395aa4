/** A plan in words, line by line, as it is told before the first request. */

import { amountsText } from '../core/amounts.ts';
import { capturedNames } from '../core/capture.ts';
import { hasSteps, requestShares } from '../core/flow.ts';
import { placeholdersIn } from '../core/placeholders.ts';
import {
  arrivalsName,
  type Plan,
  type RequestCheck,
  type RequestTemplate,
  type SearchPlan,
  type Step,
  type Target,
} from '../core/plan.ts';
import { isOneAtATime } from '../core/procedure.ts';
import { Secrets } from '../core/secret.ts';
import { targetOf } from '../core/targets.ts';
import { describeLoads, describeThinking, describeTraps } from './describe-load.ts';
import { describeTime, formatBytes, formatDuration, formatNumber, formatShare, plural } from './plan-words.ts';
import { maskAddress } from './publish.ts';

/** The plan in a few plain lines, as it is told before the first request. Secrets in the query are masked. */
export function describePlan(plan: Plan): string[] {
  const secrets = Secrets.of(plan);
  return [
    ...describeTargets(plan),
    ...describeRequests(plan, secrets),
    ...describeFlows(plan),
    ...describeFrame(plan),
    ...describeData(plan),
    ...describePrompts(plan),
    ...(plan.search !== null
      ? [describeSearch(plan.search)]
      : isOneAtATime(plan)
        ? [describeProbe(plan)]
        : describeLoads(plan)),
    describeRest(plan),
    ...describeTraps(plan),
  ];
}

/** A Unix socket has no origin that a URL would know. */
function originOf(target: Target): string {
  return target.socketPath === undefined ? new URL(target.url).origin : `http+unix://${target.socketPath}:`;
}

/** `Targets: stable http://10.0.0.1 90 %, canary http://10.0.0.2 10 %` */
function describeTargets({ targets = [] }: Plan): string[] {
  if (targets.length === 0) return [];
  const whole = targets.reduce((sum, { weight }) => sum + weight, 0);
  const each = targets.map((target) => `${target.name} ${originOf(target)} ${formatShare(target.weight / whole)}`);
  return [`Targets: ${each.join(', ')}`];
}

/** Of several each with its name, and its share where it is a flow by itself. */
function describeRequests(plan: Plan, secrets: Secrets): string[] {
  const { requests } = plan;
  const lines = requests.map((request) => describeRequest(request, originOf(targetOf(plan, request)), secrets));
  if (requests.length === 1) return lines;
  const shares = requestShares(plan);
  const alone = !hasSteps(plan);
  return requests.map((request, index) => {
    const share = alone && shares !== null ? `, ${formatShare(shares[index] ?? 0)}` : '';
    const own = request.timeout === undefined ? '' : `, timeout ${formatDuration(request.timeout)}`;
    const checked =
      request.checks === undefined || request.checks.length === 0 ? '' : `, ${describeChecks(request.checks)}`;
    return `${request.name}${share}: ${lines[index]}${own}${checked}${capturesOf(request)}`;
  });
}

function capturesOf(request: RequestTemplate): string {
  const names = capturedNames({ requests: [request] });
  return names.length === 0 ? '' : `, captures ${names.join(', ')}`;
}

/** `Set-up: log in, captures token; tear-down: log out` */
function describeFrame({ setup = [], teardown = [] }: Plan): string[] {
  const named = (requests: readonly RequestTemplate[]): string =>
    requests.map((request) => `${request.name}${capturesOf(request)}`).join(' → ');
  return [
    ...(setup.length === 0 ? [] : [`Set-up, once: ${named(setup)}`]),
    ...(teardown.length === 0 ? [] : [`Tear-down, once: ${named(teardown)}`]),
  ];
}

/** `buy, 25 %: home → 1 s to 3 s → buy` */
function describeFlows(plan: Plan): string[] {
  const { flows = [], requests } = plan;
  if (!hasSteps(plan)) return [];
  return flows.map(({ name, weight, steps, load }) => {
    const sharing = flows.filter((other) => other.load === load);
    const weights = sharing.reduce((sum, other) => sum + other.weight, 0);
    const share = load !== undefined && sharing.length === 1 ? '' : `, ${formatShare(weight / weights)}`;
    return `${name}${share}: ${describeSteps(steps, requests)}`;
  });
}

const describeSteps = (steps: readonly Step[], requests: Plan['requests']): string =>
  steps.map((step) => describeStep(step, requests)).join(' → ');

/** `3 × (poll → 1 s)`, `90 % (search) or 10 % ()`, `if state is done (fetch) else (poll)`, `checkout (pay → confirm)` */
function describeStep(step: Step, requests: Plan['requests']): string {
  const within = (of: readonly Step[]): string => `(${describeSteps(of, requests)})`;
  switch (step.kind) {
    case 'request':
      return requests[step.request]?.name ?? '';
    case 'pause':
      return describeTime(step.time);
    case 'repeat':
      return `${step.times} × ${within(step.steps)}`;
    case 'group':
      return `${step.name} ${within(step.steps)}`;
    case 'choose': {
      const weights = step.of.reduce((sum, { weight }) => sum + weight, 0);
      return step.of.map((branch) => `${formatShare(branch.weight / weights)} ${within(branch.steps)}`).join(' or ');
    }
    case 'if': {
      const { captured, test, otherwise } = step;
      const tested =
        test.kind === 'matches' ? `matches ${test.pattern}` : `${TESTED[test.kind]} ${test.values.join(' or ')}`;
      const rest = otherwise.length === 0 ? '' : ` else ${within(otherwise)}`;
      return `if ${captured} ${tested} ${within(step.steps)}${rest}`;
    }
  }
}

const TESTED = { is: 'is', 'is-not': 'is not' } as const;

const describeChecks = (checks: readonly RequestCheck[]): string =>
  `checked: ${[...new Set(checks.map(describeCheck))].join(', ')}`;

function describeRequest(
  { method, path, headers, body, templated }: RequestTemplate,
  origin: string,
  secrets: Secrets,
): string {
  const line = `${method} ${origin}${maskAddress(path, secrets)}`;
  if (body === null) return line;
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const size = templated ? 'a body made for each' : formatBytes(body.bytes);
  return `${line}  (${size}${type === undefined ? '' : ` of ${type}`})`;
}

function describeSearch({
  unit,
  slos,
  budget,
  extendTo,
  precision,
  maxLoad,
  arrivals = 'poisson',
}: SearchPlan): string {
  const what =
    unit === 'vus'
      ? 'the most virtual users'
      : `the highest arrival rate${unit === 'flows/s' ? ' of flows' : ''} (${arrivalsName(arrivals)})`;
  const held =
    slos.length === 0
      ? 'p95 stays within 10 times its idle median (at least 100 ms) and errors < 1 %'
      : slos.map(({ text }) => text).join(' and ');
  const bound = maxLoad === null ? '' : `, at most ${formatNumber(maxLoad)} ${unit}`;
  return `searching ${what} at which ${held}${bound}: ${formatDuration(budget)}${extendTo === undefined ? '' : ` or longer, at most ${formatDuration(extendTo)}`}, interval of ${formatNumber(100 * precision)} %`;
}

function describeData({ data, checks, checkEvery }: Plan): string[] {
  const lines: string[] = [];
  if (data !== null) {
    const order = {
      sequential: 'in turn',
      shuffled: 'shuffled',
      once: 'each once',
      'per-user': 'one for each virtual user',
    }[data.order];
    lines.push(`${formatNumber(data.rows)} ${plural(data.rows, 'row')} of ${data.file}, ${order}`);
  }
  if (checks.length > 0)
    lines.push(
      `${checkEvery === undefined ? 'every response' : `one response in ${checkEvery}`} is checked: ${[...new Set(checks.map(describeCheck))].join(', ')}`,
    );
  return lines;
}

/** `prompts of 512 words each, made for each request (…); responses of at most 128 tokens` */
function describePrompts({ requests, data }: Plan): string[] {
  const made = requests.flatMap(placeholdersIn);
  const words = made.find((one) => one.kind === 'words' && one.shared < 1);
  // It stands before a prompt of somebody else's.
  const begins = requests.some(({ body }) => /\{\{random\.words \d+ key:\d+\}\} (?!")/.test(body?.data ?? ''));
  const limit = made.find((one) => one.kind === 'amount');
  const parts: string[] = [];
  if (begins) parts.push('each prompt begins with words that no run had before');
  if (data?.format === 'conversations')
    parts.push('prompts of conversations, responses as long as theirs, counted in words');
  else if (!begins && words?.kind === 'words') {
    const { amounts, shared, key } = words;
    const begun = shared === 0 ? '' : `, of which all have the first ${formatShare(shared)} in common`;
    parts.push(
      `prompts of ${amountsText(amounts)} words${begun}${key === undefined ? '' : ', which no run had before'}: ` +
        'a word is about a token; the tokens that the server counted are told at the end',
    );
  }
  if (limit?.kind === 'amount') parts.push(`responses of at most ${amountsText(limit.amounts)} tokens`);
  return parts.length === 0 ? [] : [parts.join('; ')];
}

function describeCheck(check: RequestCheck): string {
  switch (check.kind) {
    case 'status':
      return `status ${check.statuses.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(',')}`;
    case 'header':
      return `header ${check.name}`;
    case 'json':
      return check.path === '$' && check.expected?.from === 'row' ? 'the row’s own value' : check.path;
    case 'function':
      return 'by a function';
    default:
      return 'body';
  }
}

function describeProbe({ maxRequests, warmupRequests, load }: Plan): string {
  const measured = maxRequests === null ? '' : `, ${formatNumber(maxRequests - warmupRequests)} measured`;
  const thinking = load.model === 'closed' ? describeThinking(load.thinkTime) : '';
  return `one request at a time${thinking}: ${formatNumber(warmupRequests)} to warm up${measured}`;
}

function describeRest(plan: Plan): string {
  const parts = [`timeout ${formatDuration(plan.timeout)}`];
  if (plan.warmup > 0) parts.push(`warm-up ${formatDuration(plan.warmup)}`);
  if (!plan.keepAlive) parts.push('a new connection per request');
  if (plan.connections.limit !== null)
    parts.push(`at most ${formatNumber(plan.connections.limit)} ${plural(plan.connections.limit, 'connection')}`);
  if (plan.connections.maxAge !== null)
    parts.push(`connections replaced after ${formatDuration(plan.connections.maxAge)}`);
  parts.push(...describeWays(plan));
  if (plan.engine !== 'rampart') parts.push(`sent by ${plan.engine}`);
  if (plan.http2) parts.push('HTTP/2');
  if (plan.proxy !== null) parts.push(`through ${plan.proxy.url}`);
  if (plan.tokenizer !== undefined) parts.push(`tokens counted by ${plan.tokenizer} where the server tells none`);
  if (plan.cancel !== undefined)
    parts.push(
      `of ${formatShare(plan.cancel.share)} of the requests the user leaves after ${describeTime(plan.cancel.after)}`,
    );
  if (plan.timing === 'relaxed') parts.push('relaxed timing');
  if (plan.load.model === 'open' && plan.loads === undefined)
    parts.push(`at most ${formatNumber(plan.load.maxInFlight)} in flight`);
  parts.push(`${plan.threads} ${plural(plan.threads, 'thread')}`, `seed ${plan.seed}`);
  if (plan.thresholds.length > 0) {
    const strict = plan.strict === true ? ' (strict)' : '';
    parts.push(`thresholds${strict}: ${plan.thresholds.map(({ text }) => text).join(', ')}`);
  }
  return parts.join(' · ');
}

/** Where connections go instead, and whom they trust; of several targets each. */
function describeWays({ target, targets, tls }: Plan): string[] {
  const ways = targets ?? [{ ...target, name: '', tls }];
  return ways.flatMap((one) => {
    const of = one.name === '' ? '' : ` of ${one.name}`;
    return [
      ...(one.via === undefined ? [] : [`${one.name === '' ? '' : `${one.name} `}connects to ${describeVia(one.via)}`]),
      ...(one.protocol === 'https:' && !one.tls.verify ? [`any certificate${of} is accepted`] : []),
    ];
  });
}

function describeVia({ host, port, addresses }: NonNullable<Target['via']>): string {
  const at = (name: string): string => `${name.includes(':') ? `[${name}]` : name}:${port}`;
  return (addresses ?? [host]).map(at).join(', ');
}
