/**
 * What lines of a journal must be like. A journal may be damaged, or from somebody else: what is read from it goes into sums,
 * array lengths and dates. Fields that are not known are let through. Written by hand, since it looks at millions of numbers.
 */
import { isRecord } from '../core/json-value.ts';
import { OUTCOMES } from '../core/sample.ts';
import { FINISHES } from '../core/streamed.ts';
import { bucketOf, HIGHEST } from '../stats/histogram.ts';

/** What is wrong, behind the path of the field: `.snapshot.endAt: must be a number from 0 up, is "x"`; null: nothing. */
export type Check = (value: unknown) => string | null;

const LONGEST_SHOWN = 40;

function wrong(wanted: string, value: unknown): string {
  const text = value === undefined ? 'missing' : `is ${JSON.stringify(value)}`;
  return `: must be ${wanted}, ${text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text}`;
}

/** µs: a century, so that sums of thousands of them are exact. */
const LONGEST = 3.2e15;

const between =
  (low: number, high: number): Check =>
  (value) =>
    typeof value === 'number' && value >= low && value <= high ? null : wrong(`a number from ${low} to ${high}`, value);
const whole: Check = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? null : wrong('a whole number from 0 up', value);
const text: Check = (value) => (typeof value === 'string' ? null : wrong('text', value));
const micros = between(0, LONGEST);
const amount = between(0, 1e15);
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string) ? null : wrong(words.map((word) => JSON.stringify(word)).join(' or '), value);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined ? null : check(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null ? null : check(value);

function list(check: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return wrong('a list', value);
    for (let i = 0; i < value.length; i++) {
      const found = check(value[i]);
      if (found !== null) return `[${i}]${found}`;
    }
    return null;
  };
}

function fields(shape: Readonly<Record<string, Check>>): Check {
  const checks = Object.entries(shape);
  return (value) => {
    if (!isRecord(value)) return wrong('an object', value);
    for (const [name, check] of checks) {
      const found = check(value[name]);
      if (found !== null) return `.${name}${found}`;
    }
    return null;
  };
}

function byName(check: Check, name: Check = () => null): Check {
  return (value) => {
    if (!isRecord(value)) return wrong('an object', value);
    for (const key of Object.keys(value)) {
      const found = name(key) ?? check(value[key]);
      if (found !== null) return `[${JSON.stringify(key)}]${found}`;
    }
    return null;
  };
}

const edge = between(0, HIGHEST);
const head = fields({ count: whole, min: edge, max: edge, sum: amount });

/** Its buckets are where its least and greatest value are, and hold as many as it says. */
const histogram: Check = (value) => {
  const found = head(value);
  if (found !== null) return found;
  const { count, min, max, buckets } = value as { count: number; min: number; max: number; buckets: unknown };
  if (!Array.isArray(buckets) || buckets.length % 2 !== 0) return `.buckets${wrong('pairs of numbers', buckets)}`;
  let index = 0;
  let sum = 0;
  for (let i = 0; i < buckets.length; i += 2) {
    const gap: unknown = buckets[i];
    const n: unknown = buckets[i + 1];
    if (!Number.isSafeInteger(gap) || (gap as number) < (i === 0 ? 0 : 1))
      return `.buckets[${i}]${wrong('a gap', gap)}`;
    if (!Number.isSafeInteger(n) || (n as number) < 1) return `.buckets[${i + 1}]${wrong('a count', n)}`;
    index += gap as number;
    sum += n as number;
    if (i === 0 && index !== bucketOf(min)) return `.buckets[0]${wrong('the bucket of `min`', gap)}`;
  }
  if (sum !== count) return `.buckets: hold ${sum} values, \`count\` is ${count}`;
  return count > 0 && index !== bucketOf(max) ? '.buckets: do not end at `max`' : null;
};

const outcome = oneOf(...OUTCOMES);
const failure = fields({
  outcome,
  status: between(0, 999),
  message: text,
  example: maybe(text),
  bodies: maybe(list(text)),
  count: whole,
  firstAt: micros,
  lastAt: micros,
});

const streams = fields({
  pieces: whole,
  endedPieces: maybe(whole),
  failedPieces: maybe(whole),
  ended: whole,
  outputTokens: whole,
  inputTokens: whole,
  toldOutput: whole,
  toldInput: whole,
  countedOutput: maybe(whole),
  countedInput: maybe(whole),
  finishes: byName(whole, oneOf(...FINISHES)),
});

const goodput = fields({ good: whole, bad: whole, open: whole });

const series = fields({
  due: whole,
  sent: whole,
  dropped: whole,
  ok: whole,
  failed: whole,
  leftOut: maybe(whole),
  cut: maybe(whole),
  byOutcome: byName(whole, outcome),
  byStatus: byName(whole, (key) => (/^[1-9]\d\d$/.test(key as string) ? null : ': is no status')),
  bytesIn: whole,
  bodyBytesIn: whole,
  unfinishedBodyBytesIn: maybe(whole),
  tooLong: maybe(whole),
  bytesOut: whole,
  times: byName(histogram),
  failures: list(failure),
  streams: maybe(streams),
  goodput: maybe(goodput),
});

const thread = fields({
  name: text,
  vus: whole,
  inFlight: whole,
  sent: maybe(whole),
  cpu: amount,
  lagP99: orNull(micros),
  loopDelayP99: micros,
  heap: orNull(amount),
  agent: maybe(fields({ name: text, cpuWait: orNull(amount), utilization: orNull(amount) })),
});

const generator = fields({
  times: byName(histogram),
  loopDelayP99: micros,
  loopDelayMax: micros,
  utilization: orNull(amount),
  gcMax: micros,
  cpu: amount,
  cpuWait: orNull(amount),
  rss: amount,
  heap: maybe(amount),
  standstills: maybe(list(fields({ from: micros, to: micros, lasted: micros }))),
  threads: maybe(list(thread)),
});

const decoded = fields({ responses: whole, wireBytes: whole, bytes: whole, undecoded: whole });

const snapshot = fields({
  index: between(0, 1e9),
  startAt: micros,
  endAt: micros,
  phase: oneOf('warmup', 'measure', 'drain'),
  level: maybe(between(0, 1e6)),
  resets: maybe(between(0, 1e6)),
  load: fields({
    due: whole,
    sent: whole,
    dropped: whole,
    skipped: maybe(whole),
    overran: maybe(whole),
    inFlight: whole,
    vus: whole,
  }),
  missing: maybe(list(text)),
  connections: maybe(
    fields({
      closedUnannounced: whole,
      surplus: whole,
      redirects: maybe(whole),
      functions: maybe(fields({ calls: whole, spent: whole })),
      decoded: maybe(decoded),
    }),
  ),
  series: byName(series),
  flows: maybe(byName(series)),
  groups: maybe(byName(series)),
  regions: maybe(byName(series)),
  generator: maybe(generator),
});

const instant: Check = (value) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && !Number.isNaN(Date.parse(value))
    ? null
    : wrong('an instant, such as 2026-01-02T03:04:05Z', value);

const host = fields({ os: text, cpu: text, cores: amount, memoryBytes: amount, node: text });

/** By type. What only a live view reads has no more than its type; plans, changes and results have schemas of their own. */
export const EVENT_CHECKS: Readonly<Record<string, Check>> = {
  started: fields({
    format: (value) => (value === 2 ? null : wrong('2', value)),
    tool: fields({ name: text, version: text }),
    run: fields({ id: text, command: list(text), startedAt: instant, host }),
    plan: (value) => (isRecord(value) ? null : wrong('an object', value)),
  }),
  interval: fields({
    snapshot: (value) =>
      snapshot(value) ??
      ((value as { startAt: number }).startAt > (value as { endAt: number }).endAt
        ? '.endAt: is before startAt'
        : null),
  }),
  edited: fields({ at: micros }),
  reset: fields({ at: micros }),
  stopping: fields({ at: micros }),
  settling: fields({ at: micros }),
  level: fields({ at: micros }),
  judged: fields({ at: micros }),
  answer: fields({ at: micros }),
  known: fields({ at: micros }),
  failing: fields({ at: micros, failure: fields({ outcome, status: between(0, 999), message: text, count: whole }) }),
  broken: fields({
    ...{ at: micros, threshold: text, actual: orNull(amount), limit: amount },
    ...{ unit: oneOf('ms', 'share', 'count', '1/s'), message: text },
  }),
  'torn-down': fields({
    ...{ at: micros, requests: whole },
    failures: list(fields({ request: text, status: between(0, 999), message: text })),
  }),
  agents: fields({
    at: micros,
    startSkew: micros,
    agents: list(
      fields({
        ...{ name: text, version: text, host: text, cores: whole, threads: whole },
        ...{ share: maybe(between(0, 1)), region: maybe(text) },
        // A clock's origin is the machine's start.
        ...{ clockOffset: between(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER), roundTrip: micros },
      }),
    ),
  }),
  lost: fields({
    at: micros,
    of: maybe(oneOf('agents')),
    source: text,
    message: text,
    tolerated: maybe((value) => (value === true ? null : wrong('true', value))),
  }),
  finished: fields({
    at: micros,
    finishedAt: instant,
    clockSetBy: maybe(between(-LONGEST, LONGEST)),
    ending: oneOf('completed', 'stopped', 'interrupted', 'aborted', 'lost', 'never-ready'),
  }),
};
