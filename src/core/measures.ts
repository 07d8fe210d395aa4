/** The one table of what is measured of a request. A new measure is a row here, and a line where it is sampled. */

export interface MeasureRow {
  /**
   * Of which requests: see `Times` in `core/snapshot`. `streams`: successes that were streamed; `gaps`: between the events of
   * all streams, those that failed later included. `generator`: of the load generator itself, not of a request name.
   */
  readonly of:
    | 'successes'
    | 'streams'
    | 'gaps'
    | 'failures'
    | 'given up'
    | 'opened connections'
    | 'separate connections'
    | 'generator';
  /** As the tables call it. */
  readonly label: string;
  /** How it is derived, in a sentence: what `result.schema.json` says of it. */
  readonly about: string;
  /** Whether `latency` in the result has it: always, or where there is a sample. `no`: it goes into others. */
  readonly told: 'always' | 'where any' | 'no';
  /**
   * Its 95 % intervals. `batches`: from the scatter of batches of time, which costs memory; `singly`: only where requests are
   * independent, as a probe's are.
   */
  readonly intervals: 'batches' | 'singly' | 'none';
  /**
   * Its place among those that a report carries second by second, so that they can be recomputed for a stretch of the run;
   * absent: it does not. A long report has only the first three.
   */
  readonly carried?: number;
}

/** All times are µs. The order is that of result and tables. */
export const MEASURES = {
  response: {
    of: 'successes',
    label: 'Response time',
    about: 'Last byte less the instant the request was due; of successes.',
    told: 'always',
    intervals: 'batches',
  },
  service: {
    of: 'successes',
    label: 'Service time',
    about: 'Last byte less the instant the request left; of successes.',
    told: 'always',
    intervals: 'batches',
    carried: 1,
  },
  firstByte: {
    of: 'successes',
    label: 'First byte',
    about: 'First byte less the instant the request left; of successes.',
    told: 'always',
    intervals: 'batches',
    carried: 4,
  },
  body: {
    of: 'successes',
    label: 'Body',
    about: 'Last byte less first byte; of successes.',
    told: 'always',
    intervals: 'singly',
    carried: 5,
  },
  timeToFirstToken: {
    of: 'streams',
    label: 'Time to first token',
    about: 'First event with a piece of the response less the instant the request was due; of streamed successes.',
    told: 'where any',
    intervals: 'batches',
    carried: 7,
  },
  timePerOutputToken: {
    of: 'streams',
    label: 'Time per output token',
    about:
      'Last event less first, over the tokens of the response less one; of streamed successes with two tokens or more.',
    told: 'where any',
    intervals: 'batches',
  },
  interTokenLatency: {
    of: 'gaps',
    label: 'Inter-token latency',
    about: 'Every gap between two events of a stream, be it whole or not; 0 of events that came together.',
    told: 'where any',
    intervals: 'batches',
    carried: 8,
  },
  longestGap: {
    of: 'streams',
    label: 'Longest gap',
    about: 'The longest gap between two events of a stream; of streamed successes with two events or more.',
    told: 'where any',
    intervals: 'none',
  },
  connect: {
    of: 'opened connections',
    label: 'Connect',
    about: 'Time to open a connection, inside the response time of the request that needed it; absent where none did.',
    told: 'where any',
    intervals: 'singly',
    carried: 2,
  },
  tls: {
    of: 'opened connections',
    label: 'TLS',
    about: 'The TLS handshake’s part of it; absent where there was none.',
    told: 'where any',
    intervals: 'singly',
    carried: 3,
  },
  separateConnect: {
    of: 'separate connections',
    label: 'Connect, after the requests',
    about: 'Of a probe: time to open a connection after the requests, inside no response time; absent where none was.',
    told: 'where any',
    intervals: 'singly',
  },
  separateTls: {
    of: 'separate connections',
    label: 'TLS, after the requests',
    about: 'The TLS handshake’s part of it; absent where there was none.',
    told: 'where any',
    intervals: 'singly',
  },
  failedResponse: {
    of: 'failures',
    label: 'Response time of failures',
    about: 'End less the instant the request was due; of failures, a timeout at its timeout.',
    told: 'no',
    intervals: 'none',
  },
  waitedForFirstToken: {
    of: 'given up',
    label: 'Waited in vain for a first token',
    about:
      'How long requests had waited, without a first token, that the run gave up at its end; of request names whose responses are streamed.',
    told: 'no',
    intervals: 'none',
  },
  unfinished: {
    of: 'given up',
    label: 'Waited in vain',
    about: 'How long requests had waited that the run gave up at its end: they would have taken that long at least.',
    told: 'no',
    intervals: 'none',
  },
  lag: {
    of: 'generator',
    label: 'Send lag',
    about: 'Instant sent less instant due, connecting apart: what the generator itself was late.',
    told: 'always',
    intervals: 'none',
    carried: 6,
  },
  connectionWait: {
    of: 'generator',
    label: 'Wait for a connection',
    about: 'How long requests waited for one of a limited number of connections, part of the lag.',
    told: 'no',
    intervals: 'none',
  },
} as const satisfies Record<string, MeasureRow>;

/** The table of all times that are taken. */
export type Table = typeof MEASURES;
export type Measure = keyof Table;

/** The measures whose row has such a value in such a column. */
export type Where<Column extends keyof MeasureRow, Value> = {
  [M in Measure]: Table[M] extends { readonly [C in Column]: Value } ? M : never;
}[Measure];

export type GeneratorMeasure = Where<'of', 'generator'>;
/** The measures that are taken of each request name. */
export type SeriesMeasure = Exclude<Measure, GeneratorMeasure>;
export type AlwaysTold = Exclude<Where<'told', 'always'>, GeneratorMeasure>;
export type ToldWhereAny = Exclude<Where<'told', 'where any'>, GeneratorMeasure>;
export type BatchedMeasure = Where<'intervals', 'batches'>;
export type CarriedMeasure = Where<'carried', number>;

const ALL = Object.keys(MEASURES) as readonly Measure[];
const row = (measure: Measure): MeasureRow => MEASURES[measure];

export const SERIES_MEASURES = ALL.filter((each) => row(each).of !== 'generator') as readonly SeriesMeasure[];
export const GENERATOR_MEASURES = ALL.filter((each) => row(each).of === 'generator') as readonly GeneratorMeasure[];
/** The measures of a request name that the result's `latency` has, in its order. */
export const TOLD_MEASURES = SERIES_MEASURES.filter((each) => row(each).told !== 'no') as readonly (
  | AlwaysTold
  | ToldWhereAny
)[];
export const BATCHED_MEASURES = ALL.filter((each) => row(each).intervals === 'batches') as readonly BatchedMeasure[];
/** The most important ones first. */
export const CARRIED_MEASURES = ALL.filter((each) => row(each).carried !== undefined).sort(
  (a, b) => (row(a).carried ?? 0) - (row(b).carried ?? 0),
) as readonly CarriedMeasure[];

export const isBatched = (measure: Measure): measure is BatchedMeasure => row(measure).intervals === 'batches';
export const isAlwaysTold = (measure: Measure): boolean => row(measure).told === 'always';
