import { RunFold } from '../src/analyze/fold.ts';
import type { RunEvent } from '../src/core/event.ts';
import { stagesOf, type Tags } from '../src/core/plan.ts';
import type { RunResult } from '../src/core/result.ts';
import type { HistogramData, SeriesSnapshot } from '../src/core/snapshot.ts';
import { bytes, count, type Micros, micros, perSecond, seconds } from '../src/core/units.ts';
import { IntervalArchive } from '../src/report/archive.ts';
import { Histogram } from '../src/stats/histogram.ts';
import { randomOf } from '../src/stats/random.fixture.ts';
import { closedRun, openRun } from './sample-run.ts';

/** Invented streams that look like real ones: arithmetic from a fixed seed, so that every call gives the same. */

export interface Shape {
  readonly seconds: number;
  readonly names: readonly string[];
  /** Of all names together, 1/s. */
  readonly rate: number;
  readonly warmup?: number;
  readonly model?: 'closed' | 'open';
  /** Of each name, by its place. */
  readonly tags?: (place: number) => Tags;
}

export interface Sample {
  readonly events: readonly RunEvent[];
  readonly result: RunResult;
  /** The packed archive. */
  readonly intervals: string;
}

/** One for all: each holds room for thousands of buckets. */
const SCRATCH = new Histogram();

/** Latency grows towards the end; the last tenth has failures; the first name is the fastest. */
export function sampleOf(shape: Shape): Sample {
  const events = [...eventsOf(shape)];
  return { events, ...foldedOf(events) };
}

/** The same of hours, whose events would fill the memory; seconds that are much alike share their times. */
export function longSampleOf(shape: Shape): Omit<Sample, 'events'> {
  return foldedOf(eventsOf(shape, new Map()));
}

function foldedOf(events: Iterable<RunEvent>): Omit<Sample, 'events'> {
  const fold = new RunFold();
  const archive = new IntervalArchive();
  for (const event of events) {
    fold.accept(event);
    if (event.type === 'interval') archive.add(event.snapshot);
  }
  const result = fold.result();
  return { result, intervals: archive.pack(result.timeline, result.failures) };
}

/** Of that many neighbours none is like another; the number is prime to those that are merged. */
const UNLIKE = 97;
/** The parts of a run in which latency counts as the same. */
const PARTS = 10;

/** @param made snapshots to be used again; absent: every second has its own. */
function* eventsOf(
  { seconds: length, names, rate, warmup = 0, model = 'open', tags }: Shape,
  made?: Map<string, SeriesSnapshot>,
): Generator<RunEvent> {
  const random = randomOf(7);
  const { plan, run, tool } = model === 'open' ? openRun() : closedRun();
  const [request] = plan.requests;
  const load =
    plan.load.model === 'open'
      ? { ...plan.load, rate: [{ duration: seconds(length), from: perSecond(rate), to: perSecond(rate) }] }
      : {
          ...plan.load,
          vus: [
            { duration: seconds(length / 2), from: count(0), to: count(50) },
            { duration: seconds(length / 2), from: count(50), to: count(50) },
          ],
        };
  yield {
    type: 'started',
    format: 2,
    tool,
    run: { id: run.id, command: run.command, startedAt: run.startedAt, host: run.host },
    plan: {
      ...plan,
      load,
      warmup: seconds(warmup),
      requests: names.map((name, place) => ({
        ...request!,
        name,
        ...(tags === undefined ? {} : { tags: tags(place) }),
      })),
    },
  };
  const per = Math.max(1, Math.round(rate / names.length));
  const users = stagesOf(load)[0]?.to ?? 0;
  for (let i = 0; i < length; i++) {
    const progress = i / length;
    const series: Record<string, SeriesSnapshot> = {};
    for (const [place, name] of names.entries()) {
      const key = `${name} ${i === 0 ? 'first' : i % UNLIKE} ${Math.floor(PARTS * progress)}`;
      const alike = made?.get(key);
      if (alike !== undefined) {
        series[name] = alike;
        continue;
      }
      const n = Math.max(1, Math.round(per * (1 + 0.1 * (random() - 0.5))));
      const failed = progress >= 0.9 ? Math.ceil(n / 20) : 0;
      series[name] = seriesOf(n, failed, (15_000 + 12_000 * place) * (1 + 2 * progress ** 4), i, random);
      made?.set(key, series[name]);
    }
    const due = Object.values(series).reduce((sum, part) => sum + part.due, 0);
    yield {
      type: 'interval',
      snapshot: {
        index: i,
        startAt: micros(i * 1e6),
        endAt: micros((i + 1) * 1e6),
        phase: i < warmup ? 'warmup' : 'measure',
        load: { due, sent: due, dropped: 0, inFlight: 4, vus: count(model === 'open' ? 0 : Math.min(users, i * 2)) },
        series,
        generator: {
          times: { lag: manyOf(due, () => 20 + 30 * random()) },
          loopDelayP99: micros(1_100 + 200 * random()),
          loopDelayMax: micros(2_000),
          utilization: null,
          gcMax: micros(900),
          cpu: 0.3 + 0.05 * random(),
          cpuWait: 0,
          rss: bytes(90_000_000),
        },
      },
    };
  }
  const at = micros(length * 1e6);
  const finishedAt = new Date(Date.parse(run.startedAt) + length * 1_000).toISOString();
  yield { type: 'finished', at, finishedAt, ending: 'completed' };
}

function seriesOf(n: number, failed: number, typical: number, second: number, random: () => number): SeriesSnapshot {
  const ok = n - failed;
  const values = Array.from({ length: ok }, () => typical * Math.exp(0.35 * gauss(random)));
  const [refused, late] = [Math.ceil(failed / 2), Math.floor(failed / 2)];
  const at = micros(second * 1e6 + 4e5) as Micros;
  const kinds = [
    { outcome: 'http-error' as const, status: 503, message: '503 Service Unavailable', count: refused },
    { outcome: 'timeout' as const, status: 0, message: 'no answer within 10 s', count: late },
  ].filter((kind) => kind.count > 0);
  return {
    due: n,
    sent: n,
    dropped: 0,
    ok,
    failed,
    byOutcome: { ok, ...Object.fromEntries(kinds.map((kind) => [kind.outcome, kind.count])) },
    byStatus: { '200': ok, ...(refused > 0 ? { '503': refused } : {}) },
    bytesIn: ok * 143 + refused * 96,
    bodyBytesIn: ok * 31 + refused * 12,
    bytesOut: n * 181,
    times: {
      response: recorded(values.map((value) => value + 35)),
      service: recorded(values),
      firstByte: recorded(values.map((value) => value * 0.98)),
      body: recorded(values.map((value) => value * 0.02)),
      ...(second === 0 ? { connect: recorded([310, 420, 280]) } : {}),
      failedResponse: recorded(Array.from({ length: failed }, () => typical)),
    },
    failures: kinds.map((kind) => ({ ...kind, firstAt: at, lastAt: at })),
  };
}

function manyOf(n: number, value: () => number): HistogramData {
  return recorded(Array.from({ length: n }, value));
}

function recorded(values: readonly number[]): HistogramData {
  SCRATCH.reset();
  for (const value of values) SCRATCH.record(value);
  return SCRATCH.toData();
}

function gauss(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random() || 1e-9)) * Math.cos(2 * Math.PI * random());
}
