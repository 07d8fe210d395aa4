/** The events of a run as metrics that grow: counters and histograms since its start, and gauges of its latest interval. */
import type { RunEvent } from '../../core/event.ts';
import { GENERATOR_MEASURES, MEASURES, type Measure, SERIES_MEASURES } from '../../core/measures.ts';
import type { GeneratorSnapshot, IntervalSnapshot, SeriesSnapshot } from '../../core/snapshot.ts';
import { targetLine } from '../../core/targets.ts';
import { toSeconds } from '../../core/units.ts';
import { Histogram } from '../../stats/histogram.ts';
import { type Distribution, type Family, type Labels, type Point, snakeCase } from './family.ts';
import { tagLabels } from './tag-labels.ts';

type Counted = Pick<SeriesSnapshot, 'due' | 'sent' | 'dropped' | 'bytesIn' | 'bodyBytesIn' | 'bytesOut'>;

/** Counters of a request name: key of the snapshot, name, unit, and what it counts. */
const COUNTERS: readonly (readonly [keyof Counted, string, '' | 'By', string])[] = [
  ['due', 'requests.offered', '', 'Requests that were due.'],
  ['sent', 'requests.sent', '', 'Requests that were written to a connection.'],
  ['dropped', 'requests.dropped', '', 'Requests that were due and not sent, since too many were in flight.'],
  ['bytesIn', 'received', 'By', 'Bytes received, with heads.'],
  ['bodyBytesIn', 'received.body', 'By', 'The bodies’ part of the bytes received.'],
  ['bytesOut', 'transmitted', 'By', 'Bytes sent, with heads.'],
];

/** Counters that are there where there is anything to count. */
const FURTHER: readonly (readonly [key: string, name: string, help: string])[] = [
  ['pieces', 'stream.events', 'Events of streams with a piece of the response.'],
  ['outputTokens', 'output_tokens', 'Tokens of the streams that came to their end.'],
  ['inputTokens', 'input_tokens', 'Tokens of their prompts, as servers tell them, or a tokenizer counts them.'],
  ['good', 'requests.good', 'Requests that met all their limits.'],
  ['bad', 'requests.bad', 'Requests that failed, or were over one of their limits.'],
];

/** What one request name came to in one phase. */
interface Course {
  /** Of streams and of goodput, where there are any. */
  readonly further: Map<string, number>;
  readonly finishes: Map<string, number>;
  readonly labels: Labels;
  readonly counts: Record<keyof Counted, number>;
  readonly outcomes: Map<string, number>;
  readonly statuses: Map<string, number>;
  readonly times: Map<string, Histogram>;
}

const measureName = (measure: Measure): string => `rampart.${snakeCase(measure)}`;

const aboutOf = (measure: Measure): string => MEASURES[measure].about;

/**
 * Points are told apart by `request` and `phase`: `warmup`, `ramp` (users are being started) or `measured`, which is what the result
 * counts, with its drain. After a reset by a person a label `resets` tells the new count from the old. The request's tags are labels, too.
 */
export class Meter {
  readonly #courses = new Map<string, Course>();
  readonly #generator = new Map<string, Histogram>();
  #latest: IntervalSnapshot | null = null;
  #health: GeneratorSnapshot | null = null;
  #ramps = false;
  #info: Labels = {};
  #tags: ReadonlyMap<string, Labels> = new Map();
  #startedAt = 0;
  #at = 0;

  accept(event: RunEvent): void {
    if (event.type === 'started') {
      const { run, plan, tool } = event;
      this.#startedAt = Date.parse(run.startedAt);
      this.#at = this.#startedAt;
      this.#ramps = plan.rampEnd !== undefined;
      this.#tags = tagLabels(plan);
      this.#info = { run: run.id, kind: plan.kind, target: targetLine(plan), version: tool.version };
    }
    if (event.type === 'interval') this.#add(event.snapshot);
  }

  /** When the run began, and the end of what is known of it; ms of the wall clock. */
  get startedAt(): number {
    return this.#startedAt;
  }

  get at(): number {
    return this.#at;
  }

  families(): Family[] {
    return [this.#runInfo(), ...this.#gauges(), ...this.#counters(), ...this.#histograms()];
  }

  #add(snapshot: IntervalSnapshot): void {
    this.#latest = snapshot;
    this.#at = this.#startedAt + snapshot.endAt / 1_000;
    const { generator } = snapshot;
    if (generator !== undefined) {
      this.#health = generator;
      addTimes(this.#generator, generator.times);
    }
    for (const [name, series] of Object.entries(snapshot.series)) {
      const course = this.#courseOf(name, snapshot);
      for (const [key] of COUNTERS) course.counts[key] += series[key];
      addCounts(course.outcomes, series.byOutcome);
      addCounts(course.statuses, series.byStatus);
      addTimes(course.times, series.times);
      if (series.goodput !== undefined)
        addCounts(course.further, { good: series.goodput.good, bad: series.goodput.bad });
      if (series.streams === undefined) continue;
      const { pieces, outputTokens, inputTokens, toldInput, countedInput = 0, finishes } = series.streams;
      addCounts(course.further, { pieces, outputTokens, ...(toldInput + countedInput > 0 ? { inputTokens } : {}) });
      addCounts(course.finishes, finishes);
    }
  }

  #courseOf(request: string, { phase, resets = 0 }: IntervalSnapshot): Course {
    const ramp = this.#ramps ? 1 : 0;
    const measured = phase === 'warmup' ? 'warmup' : resets < ramp ? 'ramp' : 'measured';
    const times = Math.max(0, resets - ramp);
    const own = { request, phase: measured, ...(times > 0 ? { resets: `${times}` } : {}) };
    const key = JSON.stringify(own);
    let course = this.#courses.get(key);
    if (course === undefined) {
      const labels = { ...own, ...this.#tags.get(request) };
      const counts = { due: 0, sent: 0, dropped: 0, bytesIn: 0, bodyBytesIn: 0, bytesOut: 0 };
      course = {
        labels,
        counts,
        outcomes: new Map(),
        statuses: new Map(),
        times: new Map(),
        further: new Map(),
        finishes: new Map(),
      };
      this.#courses.set(key, course);
    }
    return course;
  }

  #runInfo(): Family {
    return gauge('rampart.run.info', '', 'The run that these metrics are of: always 1.', 1, this.#info);
  }

  #gauges(): Family[] {
    if (this.#latest === null) return [];
    const { load, level } = this.#latest;
    const found = [
      gauge('rampart.virtual_users', '', 'Virtual users at the end of the latest interval.', load.vus),
      gauge('rampart.requests.in_flight', '', 'Requests in flight at the end of the latest interval.', load.inFlight),
    ];
    if (level !== undefined) found.push(gauge('rampart.level', '', 'Which level of the search is on.', level));
    if (this.#health === null) return found;
    const { cpu, loopDelayP99 } = this.#health;
    return [
      ...found,
      gauge('rampart.generator.cpu_cores', '', 'Cores that the generator used in the latest interval.', cpu),
      gauge(
        'rampart.generator.loop_delay',
        's',
        'How late the generator’s event loop was in the latest interval, p99.',
        toSeconds(loopDelayP99),
      ),
    ];
  }

  #counters(): Family[] {
    const courses = [...this.#courses.values()];
    const counter = (name: string, unit: '' | 'By', help: string, points: readonly Point[]): Family => ({
      ...{ kind: 'counter', name: `rampart.${name}`, unit, help, points },
    });
    const split = (of: (course: Course) => ReadonlyMap<string, number>, label: string): Point[] =>
      courses.flatMap((course) =>
        [...of(course)].map(([value, n]) => ({ labels: { ...course.labels, [label]: value }, value: n })),
      );
    return [
      ...COUNTERS.map(([key, name, unit, help]) =>
        counter(
          name,
          unit,
          help,
          courses.map(({ labels, counts }) => ({ labels, value: counts[key] })),
        ),
      ),
      counter(
        'requests.ended',
        '',
        'Requests that ended, by outcome.',
        split(({ outcomes }) => outcomes, 'outcome'),
      ),
      counter(
        'responses',
        '',
        'Responses, by HTTP status.',
        split(({ statuses }) => statuses, 'status'),
      ),
      ...FURTHER.map(([key, name, help]) =>
        counter(
          name,
          '',
          help,
          courses.flatMap(({ labels, further }) => {
            const value = further.get(key);
            return value === undefined ? [] : [{ labels, value }];
          }),
        ),
      ),
      counter(
        'streams.ended',
        '',
        'Streams that came to their end, by how generation ended.',
        split(({ finishes }) => finishes, 'finish'),
      ),
    ].filter(({ points }, i) => points.length > 0 || i < COUNTERS.length + 2);
  }

  /** One for each measure of which there is a sample: those of the table, in its order. */
  #histograms(): Family[] {
    const of = (measure: Measure, points: readonly Distribution[]): readonly Family[] =>
      points.length === 0
        ? []
        : [{ kind: 'histogram', name: measureName(measure), unit: 's', help: aboutOf(measure), points }];
    return [
      ...SERIES_MEASURES.flatMap((measure) =>
        of(
          measure,
          [...this.#courses.values()].flatMap(({ labels, times }) => pointsOf(labels, times.get(measure))),
        ),
      ),
      ...GENERATOR_MEASURES.flatMap((measure) => of(measure, pointsOf({}, this.#generator.get(measure)))),
    ];
  }
}

const pointsOf = (labels: Labels, histogram: Histogram | undefined): Distribution[] =>
  histogram === undefined ? [] : [{ labels, histogram: histogram.toData() }];

function gauge(name: string, unit: '' | 's', help: string, value: number, labels: Labels = {}): Family {
  return { kind: 'gauge', name, unit, help, points: [{ labels, value }] };
}

function addCounts(counts: Map<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [key, n] of Object.entries(more)) counts.set(key, (counts.get(key) ?? 0) + n);
}

function addTimes(
  histograms: Map<string, Histogram>,
  times: GeneratorSnapshot['times'] | SeriesSnapshot['times'],
): void {
  for (const [measure, data] of Object.entries(times)) {
    let histogram = histograms.get(measure);
    if (histogram === undefined) {
      histogram = new Histogram();
      histograms.set(measure, histogram);
    }
    histogram.add(data);
  }
}
