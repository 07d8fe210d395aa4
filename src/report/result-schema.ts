import * as z from 'zod';
import { type AlwaysTold, isAlwaysTold, MEASURES, TOLD_MEASURES, type ToldWhereAny } from '../core/measures.ts';
import { DOUBT_CODES, PERCENTILES, type PercentileName, type RunResult } from '../core/result.ts';
import { OUTCOMES } from '../core/sample.ts';
import { ARRIVALS, breakingPointSchema, searchPlanSchema } from './breaking-point-schema.ts';
import { changesSchema } from './changes-schema.ts';

/**
 * The documented shape of `result.json`, format 1. It says no more than the types of `core/result`, and no less: the
 * compiler compares the two (see the end).
 */

const text = (description: string) => z.string().describe(description);
const amount = (description: string) => z.number().nonnegative().describe(description);
const count = (description: string) => z.int().nonnegative().describe(description);
const maybe = (description: string) => z.number().nonnegative().nullable().describe(description);
// A pattern, not a format: validators know formats by extensions only.
const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const instant = (description: string) => z.string().regex(ISO_INSTANT).describe(`${description} ISO 8601, UTC.`);

const run = z
  .strictObject({
    id: text('Name of the run; also of its folder.'),
    command: z.array(z.string()).describe('The command line, as it was given.'),
    startedAt: instant('When the run started.'),
    finishedAt: instant('When the last response was in.'),
    ending: z
      .enum(['completed', 'stopped', 'interrupted', 'aborted', 'lost', 'never-ready'])
      .describe(
        'How the run ended. stopped: by hand, a normal end. lost: a generator thread died; never-ready: one did not start.',
      ),
    host: z
      .strictObject({
        os: text('Operating system and its version.'),
        cpu: text('Model of the processor.'),
        cores: count('Cores that the process may use.'),
        memoryBytes: count('Memory of the machine, bytes.'),
        node: text('Version of Node.js.'),
      })
      .describe('The machine that made the load.'),
  })
  .describe('Which run this is.');

const stage = (unit: string) =>
  z.strictObject({
    duration: amount('Length of the stage, µs.'),
    from: amount(`At its start, ${unit}.`),
    to: amount(`At its end, ${unit}; a straight line between.`),
  });

const thinkKind = <Kind extends string>(kind: Kind) => z.literal(kind).describe('How it is distributed.');

const thinkTime = z.discriminatedUnion('kind', [
  z.strictObject({ kind: thinkKind('constant'), value: amount('Always the same, µs.') }),
  z.strictObject({ kind: thinkKind('uniform'), min: amount('Shortest, µs.'), max: amount('Longest, µs.') }),
  z.strictObject({ kind: thinkKind('exponential'), mean: amount('Mean, µs.') }),
  z.strictObject({
    kind: thinkKind('lognormal'),
    mean: amount('Mean, µs.'),
    deviation: amount('Standard deviation, µs.'),
  }),
]);

const flow = z
  .strictObject({
    name: text('As tables show it.'),
    weight: z.number().nonnegative().describe('Its share is this of the sum of all weights.'),
    steps: z
      .array(
        z.discriminatedUnion('kind', [
          z.strictObject({
            kind: z.literal('request').describe('What the step is.'),
            request: count('Which of `requests`, from 0.'),
          }),
          z.strictObject({
            kind: z.literal('pause').describe('What the step is.'),
            time: thinkTime.describe('How long.'),
          }),
        ]),
      )
      .describe('In turn.'),
  })
  .describe('What a virtual user, or an arrival, does.');

const load = z.discriminatedUnion('model', [
  z
    .strictObject({
      model: z.literal('closed').describe('The load model.'),
      vus: z.array(stage('virtual users')).describe('Stages of the number of virtual users.'),
      thinkTime: thinkTime.nullable().describe('Pause of a virtual user between a response and its next request.'),
      goal: count(
        'Users asked for, where the load ends before its ramp reaches them; absent: it does.',
      ).exactOptional(),
    })
    .describe('Virtual users, each of which sends its next request after its last response.'),
  z
    .strictObject({
      model: z.literal('open').describe('The load model.'),
      arrivals: ARRIVALS.describe('Evenly spaced, at random instants, or several at once at random instants.'),
      rate: z.array(stage('requests per second')).describe('Stages of the arrival rate.'),
      maxInFlight: count('A request due while this many are under way is dropped, and counted.'),
    })
    .describe('Requests are due at instants that no response can delay.'),
]);

const metric = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('percentile').describe('A percentile of the response time.'),
    p: z.number().min(0).max(100).describe('Which, in percent: 95 is p95.'),
  }),
  z.strictObject({
    kind: z.enum(['mean', 'min', 'max', 'errors', 'achieved']).describe('Of the response time, or of all requests.'),
  }),
]);

const data = z.strictObject({
  file: text('Path of the file, as given.'),
  format: z.enum(['jsonl', 'csv']).describe('JSON Lines, or comma-separated values.'),
  order: z.enum(['sequential', 'shuffled', 'once']).describe('once: the run ends when all rows are used.'),
  rows: count('Rows in it.'),
});

const checkKind = <Kind extends string>(kind: Kind) => z.literal(kind).describe('What it looks at.');

const templatedCheck = z
  .literal(true)
  .exactOptional()
  .describe('It has placeholders, those of its request. Absent: it is meant as it stands.');

const answerCheck = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: checkKind('status'),
    statuses: z.array(z.tuple([z.int(), z.int()])).describe('Ranges that are expected, both ends included.'),
  }),
  z.strictObject({
    kind: checkKind('header'),
    name: text('Header name.'),
    value: text('Its expected value.'),
    templated: templatedCheck,
  }),
  z.strictObject({
    kind: checkKind('body'),
    text: text('The expected body; a large one is cut.'),
    tolerance: z.number().min(0).exactOptional().describe('How far numbers in it may lie apart. Absent: not at all.'),
    templated: templatedCheck,
  }),
  z.strictObject({
    kind: checkKind('contains'),
    text: text('What the body must contain; a large text is cut.'),
    templated: templatedCheck,
  }),
  z.strictObject({
    kind: checkKind('json'),
    path: text('Singular path of RFC 9535.'),
    steps: z.array(z.union([z.string(), z.int()])).describe('The same in steps.'),
    expected: z
      .discriminatedUnion('from', [
        z.strictObject({
          from: z.literal('plan').describe('Where the value is.'),
          json: text('The expected value, as JSON; a large one is cut.'),
        }),
        z.strictObject({
          from: z.literal('row').describe('Where the value is.'),
          field: text('The field of the row that holds it.'),
        }),
        z.strictObject({
          from: z.literal('template').describe('Where the value is.'),
          text: text('A text with placeholders; a large one is cut.'),
          place: z.enum(['json', 'text']).describe('Filled in it is JSON, or the characters of a string.'),
        }),
      ])
      .nullable()
      .describe('Null: it must be there, whatever it is.'),
    tolerance: amount('How far numbers may lie apart.'),
  }),
]);

const request = z.strictObject({
  name: text('As tables show it; the key in `series`.'),
  method: text('HTTP method.'),
  path: text('Path and query.'),
  headers: z
    .array(z.tuple([z.string(), z.string()]))
    .describe('Name and value, in the order sent; without Host, Content-Length and Connection. Secrets are masked.'),
  body: z
    .strictObject({
      encoding: z.enum(['utf8', 'base64']).describe('How `data` is to be read.'),
      data: text('The body; a large one is cut.'),
      bytes: count('Its length as sent, bytes.'),
    })
    .nullable()
    .describe('Null: none.'),
  templated: z
    .literal(true)
    .exactOptional()
    .describe('Path, header values and body have placeholders. Absent: they are sent as they stand.'),
  checks: z.array(answerCheck).exactOptional().describe('Of its own. Absent: those of the plan.'),
  timeout: amount('Of its own, µs. Absent: that of the plan.').exactOptional(),
});

const threshold = z.strictObject({
  text: text('As the user wrote it.'),
  metric: metric.describe('What it looks at. A failed request counts as infinitely slow.'),
  op: z.enum(['<', '<=', '>', '>=']).describe('How the metric must lie to the limit.'),
  limit: z.number().describe('In `unit`.'),
  unit: z.enum(['µs', 'share', 'count', '1/s']).describe('share: 0..1.'),
});

export const planSchema = z
  .strictObject({
    kind: z.enum(['run', 'probe', 'find']).describe('A probe sends one request at a time; find runs levels of load.'),
    target: z
      .strictObject({
        url: text('The URL under test.'),
        protocol: z.enum(['http:', 'https:']).describe('With or without TLS.'),
        host: text('Name or address connected to.'),
        port: z.int().min(0).max(65_535).describe('TCP port.'),
        via: z
          .strictObject({
            host: text('Name or address connected to.'),
            port: z.int().min(1).max(65_535).describe('TCP port.'),
            addresses: z.array(z.string()).exactOptional().describe('What its name was taken to stand for.'),
          })
          .exactOptional()
          .describe('Where was connected to instead; absent: to `host`.'),
        socketPath: z.string().exactOptional().describe('The Unix socket connected to instead.'),
      })
      .describe('Where requests go.'),
    requests: z.array(request).describe('What is sent; at least one, each of another name.'),
    flows: z
      .array(flow)
      .exactOptional()
      .describe('What users or arrivals do; absent: each request is a flow by itself.'),
    data: data.nullable().describe('Rows that requests are made of; null: none.'),
    checks: z.array(answerCheck).describe('What a response must be to count as ok, where its request has no checks.'),
    load: load.describe('How load is offered.'),
    maxRequests: z
      .int()
      .nonnegative()
      .nullable()
      .describe('Stop after this many requests, or of `flows` after so many passes through them; null: no limit.'),
    warmup: amount('Requests due before this, µs since the start, count in no statistic.'),
    rampEnd: amount(
      'Requests due before this, µs since the start, are counted apart. Absent: none are.',
    ).exactOptional(),
    warmupRequests: count('Of a probe: requests at its start that count in no statistic.'),
    timeout: amount('A request not answered in this time has failed, µs; of requests without a time of their own.'),
    maxBody: z.int().positive().exactOptional().describe('A response with a longer body is a wrong one, bytes.'),
    gracefulStop: amount('How long requests under way may take once the load has ended, µs.'),
    keepAlive: z.boolean().describe('Whether connections are used again.'),
    connections: z
      .strictObject({
        limit: z
          .int()
          .nonnegative()
          .nullable()
          .describe('Most connections of the open model; a request due while all are busy waits; null: no limit.'),
        maxAge: maybe('A connection older than this takes no request, µs; null: no limit.'),
        dnsTtl: amount('How long the addresses of a name are remembered, µs.'),
      })
      .describe('How connections are kept and renewed.'),
    tls: z
      .strictObject({
        verify: z.boolean().describe("Whether the target's certificate must be valid."),
        ca: z.string().nullable().describe('Trusted authorities; null: the usual ones.'),
        cert: z.string().nullable().describe('Certificate of the client; null: none.'),
        key: z.string().nullable().describe('Masked; null: none.'),
      })
      .describe('How https is spoken.'),
    engine: z.enum(['rampart', 'autocannon']).describe('What sent the requests.'),
    http2: z.boolean().describe('HTTP/2 instead of HTTP/1.1: requests share connections.'),
    proxy: z
      .strictObject({
        url: text('The proxy, without user name and password.'),
        host: text('Name or address connected to.'),
        port: z.int().min(0).max(65_535).describe('TCP port.'),
        authorization: z.string().nullable().describe('Masked where there is one.'),
      })
      .nullable()
      .describe('The HTTP proxy between generator and target.'),
    timing: z.enum(['precise', 'relaxed']).describe('How the open model waited for the next due instant.'),
    threads: count('Generator threads.'),
    secretNames: z
      .array(z.string())
      .exactOptional()
      .describe('Names whose values are shown nowhere, besides the usual ones; absent: none.'),
    seed: z.number().describe('Of everything random in the load.'),
    interval: amount('Length of an interval of the timeline, µs.'),
    thresholds: z.array(threshold).describe('What the run is judged by, in the order of `verdict.checks`.'),
    until: z
      .strictObject({
        text: text('As the user wrote it: `p95±5%`.'),
        p: z.number().gt(0).lt(100).describe('The percentile, in percent.'),
        precision: z.number().gt(0).max(1).describe('How far each end of its interval may be from it, as a share.'),
      })
      .exactOptional()
      .describe('The load ends when this is known. Absent: not before its stages do.'),
    strict: z.literal(true).exactOptional().describe('A threshold that is not sure fails; absent: it passes.'),
    search: searchPlanSchema(threshold).nullable().describe('Of a search, whose `load` is only its beginning.'),
  })
  .describe('Everything the run was told to do. Unlike the rest of this file, its times are microseconds.');

const verdict = z
  .strictObject({
    status: z
      .enum(['passed', 'failed', 'invalid', 'interrupted'])
      .describe(
        'failed: a threshold broke. invalid: the measurement is not one of the target; it neither passes nor fails. ' +
          'interrupted: by a signal or a kill, so that nothing can be said of the whole.',
      ),
    checks: z
      .array(
        z.strictObject({
          threshold: text('As the user wrote it.'),
          status: z
            .enum(['passed', 'failed', 'undecided'])
            .describe(
              'For the verdict. What is not sure passes, and fails where the plan is strict. undecided: it cannot be known.',
            ),
          outcome: z
            .enum(['held', 'broken', 'not-sure', 'unknown'])
            .describe('What is known. not-sure: the interval holds the limit.'),
          actual: z.number().nullable().describe('In `unit`; null: infinite (failures), or it cannot be known.'),
          interval: z
            .tuple([z.number(), z.number().nullable()])
            .exactOptional()
            .describe(
              '95 % interval, in `unit`; null: an open end. Absent: there is none, and the value alone decides.',
            ),
          moreSeconds: z
            .number()
            .nullable()
            .exactOptional()
            .describe(
              'Of what is not sure: how much longer the run must be to tell; null: no length that can be named.',
            ),
          limit: z.number().describe('In `unit`.'),
          unit: z.enum(['ms', 'share', 'count', '1/s']).describe('share: 0..1.'),
          message: text('One sentence.'),
        }),
      )
      .describe('One per threshold.'),
    doubts: z
      .array(
        z.strictObject({
          code: z.enum(DOUBT_CODES).describe('The kind of doubt.'),
          message: text('What was seen.'),
          hint: text('What to do about it; may be empty.'),
          invalidates: z.boolean().describe('Whether it makes the verdict invalid.'),
        }),
      )
      .describe('Reasons to trust the measurement less, and why percentiles are null.'),
  })
  .describe('The judgement.');

const untilResult = z
  .strictObject({
    asked: text('As the user wrote it: `p95±5%`.'),
    reached: z.boolean().describe('Whether the run ended for it.'),
    below: z.number().exactOptional().describe('How far the lower end is from the percentile, as a share of it.'),
    above: z.number().nullable().exactOptional().describe('The same of the upper end; null: an open end.'),
    moreSeconds: z
      .number()
      .nullable()
      .exactOptional()
      .describe(
        'Where it was not reached: how much longer it takes, at least that where an end is open; null: unknown.',
      ),
  })
  .describe('How well a percentile is known that the run went on for.');

const totals = z
  .strictObject({
    offered: count('Requests that were due.'),
    sent: count('Requests that left.'),
    dropped: count('Requests that were due while the maximum was in flight, and never left.'),
    ok: count('Requests that were achieved: answered, and well.'),
    failed: count('Requests that ended badly, but for those that the run gave up at its end (aborted).'),
    leftOut: count(
      'Requests under way while the generator stood still: in no count but offered and sent, and in no time. Absent: 0.',
    ).exactOptional(),
    byOutcome: z.partialRecord(z.enum(OUTCOMES), count('Requests.')).describe('Absent: 0.'),
    byStatus: z.record(z.string(), count('Answers.')).describe('Answers by HTTP status.'),
    bytesIn: count('Bytes received.'),
    bodyBytesIn: count('The part of them that is bodies: without heads and chunk framing, compressed as they came.'),
    bytesOut: count('Bytes sent.'),
    durationMs: amount('How long load was offered, ms; without the drain, and without what the generator stood still.'),
  })
  .meta({
    id: 'totals',
    description: 'Counts of the measured phase and its drain; warm-up requests are in none of them.',
  });

const rates = z
  .strictObject({
    offeredPerSec: amount('Offered requests, 1/s.'),
    sentPerSec: amount('Sent requests, 1/s.'),
    achievedPerSec: amount(
      'Requests that were ok by the end of the measured phase, 1/s; those of the drain are not in it.',
    ),
  })
  .meta({ id: 'rates', description: 'Counts divided by the duration of the measured phase.' });

function forPercentiles<Field extends z.ZodType>(field: (name: PercentileName) => Field) {
  return Object.fromEntries(PERCENTILES.map((name) => [name, field(name)])) as Record<PercentileName, Field>;
}

const latency = z
  .strictObject({
    count: count('Samples.'),
    min: maybe('Smallest, ms; null: no sample.'),
    mean: maybe('Mean, ms; null: no sample, or infinite.'),
    ...forPercentiles((name) =>
      maybe(`${name}, ms; null: the sample is too small to bear it, or it falls among failures (infinite).`),
    ),
    max: maybe('Largest, ms; null: no sample, or infinite.'),
    ci95: z
      .strictObject(
        forPercentiles((name) =>
          z
            .tuple([amount('Lower end, ms.'), maybe('Upper end, ms; null: open.')])
            .exactOptional()
            .describe(`95 % confidence interval of ${name}, ms.`),
        ),
      )
      .exactOptional()
      .describe('95 % confidence intervals; absent where none can be given.'),
  })
  .meta({ id: 'latency', description: 'Summary of one histogram, ms.' });

const always = (measure: AlwaysTold) => latency.describe(MEASURES[measure].about);
const whereAny = (measure: ToldWhereAny) => latency.exactOptional().describe(MEASURES[measure].about);

const measured = Object.fromEntries(
  TOLD_MEASURES.map((each) => [each, isAlwaysTold(each) ? always(each as AlwaysTold) : whereAny(each as ToldWhereAny)]),
) as Record<AlwaysTold, ReturnType<typeof always>> & Record<ToldWhereAny, ReturnType<typeof whereAny>>;

const { response, service, ...others } = measured;
const seriesLatency = {
  response,
  service,
  responseWithFailures: latency.describe('Response time with each failure infinitely slow: what thresholds look at.'),
  ...others,
};

const timelinePoint = z.strictObject({
  t: amount('End of the interval, s since the start.'),
  phase: z
    .enum(['warmup', 'ramp', 'discarded', 'measure', 'drain'])
    .describe(
      'ramp: while virtual users were started, counted apart; discarded: before a reset of the statistics; drain: the load has ended, responses are waited for.',
    ),
  seconds: amount('Length of the interval, s; the last one may be short. Counts divided by it are rates.'),
  vus: count('Virtual users at its end; 0 in the open model.'),
  offered: count('Requests due in it.'),
  sent: count('Requests sent in it.'),
  dropped: count('Requests dropped in it.'),
  ok: count('Requests that ended well in it.'),
  failed: count('Requests that failed in it.'),
  p50: maybe('Response time of its successes, ms; null: none.'),
  p95: maybe('Response time of its successes, ms; null: none.'),
  p99: maybe('Response time of its successes, ms; null: none.'),
  serviceP95: maybe('Service time of its successes, ms; null: none.'),
  inFlight: count('Requests under way at its end.'),
  lagP99: maybe('Send lag, ms; null: nothing was sent.'),
  loopDelayP99: maybe("Delay of the generator's event loop, ms; null: unknown."),
  cpu: maybe('Cores used by the load threads; null: unknown.'),
  unfit: z.boolean().describe('The generator was too late in it for its times to be those of the target.'),
});

const resultSchema = z
  .strictObject({
    format: z.literal(1).describe('Version of this format.'),
    tool: z
      .strictObject({ name: z.literal('rampart').describe('The tool.'), version: text('Its semantic version.') })
      .describe('What made the file.'),
    run,
    plan: planSchema,
    verdict,
    until: untilResult.exactOptional(),
    totals,
    rates,
    latency: z
      .strictObject({
        ...seriesLatency,
        lag: latency.describe(MEASURES.lag.about),
      })
      .describe('Of all requests of the measured phase.'),
    series: z
      .record(
        z.string(),
        z
          .strictObject({ totals, rates, latency: z.strictObject(seriesLatency).describe('Of these requests.') })
          .describe('One request name.'),
      )
      .describe('By request name.'),
    ramp: z
      .strictObject({
        from: amount('Its beginning, or the end of the warm-up, s since the start.'),
        to: amount('When all virtual users had started, s since the start.'),
        totals,
        rates,
        latency: z.strictObject(seriesLatency).describe('Of its requests.'),
      })
      .exactOptional()
      .describe(
        'What was due while virtual users were started: in none of the above. Absent: nothing is counted apart.',
      ),
    timeline: z.array(timelinePoint).describe('One point per interval, warm-up included.'),
    generator: z
      .strictObject({
        threads: count('Generator threads.'),
        cpu: amount('Cores used by them, mean.'),
        loopDelayP99: amount("p99 of the intervals' event-loop delay p99, ms."),
        loopDelayMax: amount('Longest event-loop delay, ms.'),
        lagP99: maybe('p99 of the send lag, ms; null: nothing was sent.'),
        connectionWaitP99: z
          .number()
          .nonnegative()
          .exactOptional()
          .describe('p99 of the wait for a free connection, part of the lag, ms; absent: no limit.'),
        gcMaxMs: amount('Longest garbage collection, ms.'),
        rssBytes: count('Most memory of the process, bytes.'),
        utilization: maybe('Share of the time the event loop did not wait, 0..1; null: it turned on purpose.'),
        standstills: z
          .array(
            z.strictObject({
              from: amount('Its beginning, seconds since the start.'),
              to: amount('Its end, seconds since the start.'),
              lastedMs: amount('How long it took, ms: more than that where the machine was suspended.'),
            }),
          )
          .exactOptional()
          .describe('Stretches of the measured time in which the generator did nothing at all. Absent: none.'),
      })
      .describe("The load generator's own health in the measured phase."),
    failures: z
      .array(
        z.strictObject({
          name: text('Request name.'),
          outcome: z.enum(OUTCOMES).describe('What became of the request.'),
          status: count('HTTP status, or 0.'),
          message: text('Why, equal for equal causes.'),
          example: z.string().exactOptional().describe('What one of them looked like; short, secrets masked.'),
          count: count('How often.'),
          firstSeen: instant('First time.'),
          lastSeen: instant('Last time.'),
        }),
      )
      .describe('Failed and given-up requests by cause, the most frequent first.'),
    changes: changesSchema.exactOptional(),
    breakingPoint: breakingPointSchema.exactOptional(),
    outputs: z
      .array(
        z.strictObject({
          name: text('Name of the output.'),
          delivered: count('Events that it took.'),
          dropped: count('Events that it never got: it was too slow, or had failed.'),
          error: z
            .string()
            .nullable()
            .describe('Why it was left out, or what went wrong at its end; null: nothing did.'),
        }),
      )
      .exactOptional()
      .describe('Outputs at which something went wrong. Not of a run that is drawn again from its journal.'),
  })
  .describe('The judged result of a rampart run. Times in ms, rates in 1/s, shares 0..1, where nothing else is said.');

/** JSON Schema (2020-12) of `result.json`; the build writes it to `result.schema.json`. */
export function resultJsonSchema(): Record<string, unknown> {
  return { title: 'rampart result', ...z.toJSONSchema(resultSchema, { target: 'draft-2020-12' }) };
}

/** Units taken off numbers, everything read-only: what of a type is seen in JSON. */
type Plain<T> = T extends number
  ? keyof T extends keyof number
    ? T
    : number
  : T extends object
    ? { readonly [K in keyof T]: Plain<T[K]> }
    : T;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** Fails to compile when the schema and the type part company. */
true satisfies Same<Plain<z.infer<typeof resultSchema>>, Plain<RunResult>>;
