import * as z from 'zod';
import { ARRIVALS, searchPlanSchema } from './breaking-point-schema.ts';

/** The documented shape of a plan, as `result.json` and journals have it: the types of `core/plan`, in words. */

type TimeUnit = 'µs' | 'ms';

const text = (description: string) => z.string().describe(description);
const amount = (description: string) => z.number().nonnegative().describe(description);
const count = (description: string) => z.int().nonnegative().describe(description);
const maybe = (description: string) => z.number().nonnegative().nullable().describe(description);

const stage = (unit: TimeUnit, of: string) =>
  z.strictObject({
    duration: amount(`Length of the stage, ${unit}.`),
    from: amount(`At its start, ${of}.`),
    to: amount(`At its end, ${of}; a straight line between.`),
  });

const thinkKind = <Kind extends string>(kind: Kind) => z.literal(kind).describe('How it is distributed.');

const thinkTime = (unit: TimeUnit) =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: thinkKind('constant'), value: amount(`Always the same, ${unit}.`) }),
    z.strictObject({ kind: thinkKind('uniform'), min: amount(`Shortest, ${unit}.`), max: amount(`Longest, ${unit}.`) }),
    z.strictObject({ kind: thinkKind('exponential'), mean: amount(`Mean, ${unit}.`) }),
    z.strictObject({
      kind: thinkKind('lognormal'),
      mean: amount(`Mean, ${unit}.`),
      deviation: amount(`Standard deviation, ${unit}.`),
    }),
  ]);

const stepKind = <Kind extends string>(kind: Kind) => z.literal(kind).describe('What the step is.');

/** Steps within steps: a type that has itself in it must be said. */
type StepShape =
  | { readonly kind: 'request'; readonly request: number }
  | { readonly kind: 'pause'; readonly time: z.infer<ReturnType<typeof thinkTime>> }
  | { readonly kind: 'repeat'; readonly times: number; readonly steps: readonly StepShape[] }
  | {
      readonly kind: 'choose';
      readonly of: readonly { readonly weight: number; readonly steps: readonly StepShape[] }[];
    }
  | {
      readonly kind: 'if';
      readonly captured: string;
      readonly test:
        | { readonly kind: 'is' | 'is-not'; readonly values: readonly string[] }
        | { readonly kind: 'matches'; readonly pattern: string };
      readonly steps: readonly StepShape[];
      readonly otherwise: readonly StepShape[];
    }
  | { readonly kind: 'group'; readonly name: string; readonly steps: readonly StepShape[] };

function stepsOf(unit: TimeUnit): z.ZodType<readonly StepShape[]> {
  const steps: z.ZodType<readonly StepShape[]> = z.lazy(() => z.array(step));
  const step: z.ZodType<StepShape> = z.discriminatedUnion('kind', [
    z.strictObject({ kind: stepKind('request'), request: count('Which of `requests`, from 0.') }),
    z.strictObject({ kind: stepKind('pause'), time: thinkTime(unit).describe('How long.') }),
    z.strictObject({
      kind: stepKind('repeat'),
      times: count('How often.'),
      steps: steps.describe('What is gone through so often.'),
    }),
    z.strictObject({
      kind: stepKind('choose'),
      of: z
        .array(
          z.strictObject({
            weight: z.number().nonnegative().describe('Its share is this of the sum of all weights.'),
            steps: steps.describe('In turn.'),
          }),
        )
        .describe('One of them.'),
    }),
    z.strictObject({
      kind: stepKind('if'),
      captured: text('The captured value that it depends on.'),
      test: z
        .discriminatedUnion('kind', [
          z.strictObject({
            kind: z.enum(['is', 'is-not']).describe('How it is tested.'),
            values: z.array(z.string()).describe('It is one of them, or none.'),
          }),
          z.strictObject({
            kind: z.literal('matches').describe('How it is tested.'),
            pattern: text('A regular expression.'),
          }),
        ])
        .describe('What that must be.'),
      steps: steps.describe('If it is.'),
      otherwise: steps.describe('If it is not.'),
    }),
    z.strictObject({
      kind: stepKind('group'),
      name: text('As tables show it; the key in `groups`.'),
      steps: steps.describe('What is measured together.'),
    }),
  ]);
  return steps;
}

const flow = (unit: TimeUnit) =>
  z
    .strictObject({
      name: text('As tables show it; the key in `flows` of the result.'),
      weight: z.number().nonnegative().describe('Its share is this of the sum of all weights.'),
      steps: stepsOf(unit).describe('In turn.'),
    })
    .describe('What a virtual user, or an arrival, does.');

const replayed = z.strictObject({
  replay: z
    .strictObject({
      file: text('The trace, as given.'),
      arrivals: count('Arrivals in it.'),
      speed: z.number().positive().describe('How many times as fast as it was.'),
      loop: z.literal(true).exactOptional().describe('It begins anew at its end. Absent: the load ends there.'),
      leftOut: z
        .strictObject({
          changing: z.record(z.string(), z.int()).describe('By method: it may change something.'),
          unsendable: count('They hold no request that could be sent again.'),
        })
        .exactOptional()
        .describe('Lines of an access log that are not sent. Absent: none.'),
    })
    .describe('Arrivals at the instants of a trace.'),
});

const load = (unit: TimeUnit) =>
  z.discriminatedUnion('model', [
    z
      .strictObject({
        model: z.literal('closed').describe('The load model.'),
        vus: z.array(stage(unit, 'virtual users')).describe('Stages of the number of virtual users.'),
        pacing: amount(
          `From the beginning of a pass of a user to that of its next one, ${unit}. Absent: nothing is kept to.`,
        ).exactOptional(),
        thinkTime: thinkTime(unit)
          .nullable()
          .describe('Pause of a virtual user between a response and its next request.'),
        goal: count(
          'Users asked for, where the load ends before its ramp reaches them; absent: it does.',
        ).exactOptional(),
      })
      .describe('Virtual users, each of which sends its next request after its last response.'),
    z
      .strictObject({
        model: z.literal('open').describe('The load model.'),
        arrivals: z
          .union([ARRIVALS, replayed])
          .describe('Evenly spaced, at random instants, several at once at random instants, or as in a trace.'),
        rate: z.array(stage(unit, 'requests per second')).describe('Stages of the arrival rate.'),
        maxInFlight: count('A request due while this many are under way is dropped, and counted.'),
      })
      .describe('Requests are due at instants that no response can delay.'),
  ]);

const ofStream = z
  .enum(['ttft', 'tpot', 'itl'])
  .exactOptional()
  .describe(
    'Of streamed responses, instead of the response time: time to first token, time per output token, gaps between tokens.',
  );

const metric = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('percentile').describe('A percentile of the response time.'),
    p: z.number().min(0).max(100).describe('Which, in percent: 95 is p95.'),
    of: ofStream,
  }),
  z.strictObject({ kind: z.enum(['mean', 'min', 'max']).describe('Of the response time.'), of: ofStream }),
  z.strictObject({
    kind: z
      .enum(['errors', 'achieved', 'tokens', 'goodput'])
      .describe('Of all requests; tokens: of answers, per second; goodput: those that meet all limits at once.'),
  }),
]);

const data = z.strictObject({
  file: text('Path of the file, as given.'),
  format: z.enum(['jsonl', 'csv', 'log']).describe('JSON Lines, comma-separated values, or an access log.'),
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

const captureName = text('What it is called: `{{captured.NAME}}`.');
const captureFrom = <From extends string>(from: From) => z.literal(from).describe('Where the value is.');

const request = (unit: TimeUnit) =>
  z.strictObject({
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
    captures: z
      .array(
        z.discriminatedUnion('from', [
          z.strictObject({
            name: captureName,
            from: captureFrom('json'),
            path: text('The path, as written.'),
            steps: z.array(z.union([z.string(), z.int()])).describe('Its names and indices.'),
          }),
          z.strictObject({ name: captureName, from: captureFrom('header'), header: text('Its name.') }),
          z.strictObject({ name: captureName, from: captureFrom('regexp'), pattern: text('As written.') }),
          z.strictObject({ name: captureName, from: captureFrom('status') }),
        ]),
      )
      .exactOptional()
      .describe('What later steps of a flow are made of. Absent: nothing.'),
    checks: z.array(answerCheck).exactOptional().describe('Of its own. Absent: those of the plan.'),
    timeout: amount(`Of its own, ${unit}. Absent: that of the plan.`).exactOptional(),
    followRedirects: z.boolean().exactOptional().describe('Of its own. Absent: as the plan says.'),
  });

const frameRequest = (unit: TimeUnit) =>
  request(unit).extend({
    retries: count('How often it was sent again at most, where it failed.'),
    retryPause: amount(`Before that, ${unit}.`),
  });

const threshold = <Unit extends TimeUnit>(unit: Unit) =>
  z.strictObject({
    text: text('As the user wrote it.'),
    scope: z
      .strictObject({
        kind: z.enum(['request', 'group', 'flow']).describe('What it is.'),
        name: text('Its name.'),
      })
      .exactOptional()
      .describe('What it looks at alone. Absent: all requests.'),
    metric: metric.describe('What it looks at. A failed request counts as infinitely slow.'),
    op: z.enum(['<', '<=', '>', '>=']).describe('How the metric must lie to the limit.'),
    limit: z.number().describe('In `unit`.'),
    unit: z.enum([unit, 'share', 'count', '1/s']).describe('share: 0..1.'),
  });

/** @param unit of times: a journal has µs, a result ms. */
export const planSchemaIn = <Unit extends TimeUnit>(unit: Unit) =>
  z
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
      requests: z.array(request(unit)).describe('What is sent; at least one, each of another name.'),
      flows: z
        .array(flow(unit))
        .exactOptional()
        .describe('What users or arrivals do; absent: each request is a flow by itself.'),
      setup: z
        .array(frameRequest(unit))
        .exactOptional()
        .describe('What was sent before everything else, in turn, and is in no figure. Absent: nothing.'),
      teardown: z
        .array(frameRequest(unit))
        .exactOptional()
        .describe('What was sent behind the load, however that ended. Absent: nothing.'),
      data: data.nullable().describe('Rows that requests are made of; null: none.'),
      checks: z.array(answerCheck).describe('What a response must be to count as ok, where its request has no checks.'),
      load: load(unit).describe('How load is offered.'),
      maxRequests: z
        .int()
        .nonnegative()
        .nullable()
        .describe('Stop after this many requests, or of `flows` after so many passes through them; null: no limit.'),
      warmup: amount(`Requests due before this, ${unit} since the start, count in no statistic.`),
      rampEnd: amount(
        `Requests due before this, ${unit} since the start, are counted apart. Absent: none are.`,
      ).exactOptional(),
      warmupRequests: count('Of a probe: requests at its start that count in no statistic.'),
      timeout: amount(
        `A request not answered in this time has failed, ${unit}; of requests without a time of their own.`,
      ),
      checkEvery: z
        .int()
        .positive()
        .exactOptional()
        .describe('Of so many responses one was checked, but for its status. Absent: each.'),
      compressed: z
        .literal(true)
        .exactOptional()
        .describe('Compressed responses were asked for, and decoded. Absent: they were not.'),
      followRedirects: z
        .literal(true)
        .exactOptional()
        .describe('Redirects within the target were followed. Absent: they were not.'),
      cookies: z
        .enum(['pass', 'user'])
        .exactOptional()
        .describe('How long each virtual user kept its cookies. Absent: it kept none.'),
      maxBody: z.int().positive().exactOptional().describe('A response with a longer body is a wrong one, bytes.'),
      stream: z
        .enum(['sse', 'ndjson', 'chunks', 'off'])
        .exactOptional()
        .describe('How a streamed response is split, whatever it calls itself. Absent: by its content type.'),
      gracefulStop: amount(`How long requests under way may take once the load has ended, ${unit}.`),
      keepAlive: z.boolean().describe('Whether connections are used again.'),
      connections: z
        .strictObject({
          limit: z
            .int()
            .nonnegative()
            .nullable()
            .describe('Most connections of the open model; a request due while all are busy waits; null: no limit.'),
          maxAge: maybe(`A connection older than this takes no request, ${unit}; null: no limit.`),
          dnsTtl: amount(`How long the addresses of a name are remembered, ${unit}.`),
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
      interval: amount(`Length of an interval of the timeline, ${unit}.`),
      thresholds: z
        .array(threshold(unit))
        .describe(
          'What the run is judged by, in the order of `verdict.checks`; one of `abortOn` that ended it comes behind them.',
        ),
      trace: z
        .strictObject({ key: count('Their ids follow from it and from the number of the request.') })
        .exactOptional()
        .describe('Each request says to which trace it belongs. Absent: none does.'),
      goodput: z
        .array(
          z.strictObject({
            text: text('As the user wrote it.'),
            request: text('Of which requests, by name. Absent: of all.').exactOptional(),
            of: z.enum(['response', 'ttft', 'tpot', 'itl']).describe('The time that is limited; of gaps the longest.'),
            op: z.enum(['<', '<=']).describe('How it must lie to the limit.'),
            limit: amount(`The limit, ${unit}.`),
          }),
        )
        .exactOptional()
        .describe('What a request must be under to be good. Absent: goodput is not counted.'),
      abortOn: z
        .array(
          threshold(unit).extend({
            over: amount(`The stretch of time that it looks at, ${unit}.`),
            after: amount(`Not before so much was measured, ${unit}.`),
          }),
        )
        .exactOptional()
        .describe('What ended the load, had it been broken. Absent: nothing.'),
      until: z
        .strictObject({
          text: text('As the user wrote it: `p95±5%`.'),
          p: z.number().gt(0).lt(100).describe('The percentile, in percent.'),
          precision: z.number().gt(0).max(1).describe('How far each end of its interval may be from it, as a share.'),
        })
        .exactOptional()
        .describe('The load ends when this is known. Absent: not before its stages do.'),
      strict: z.literal(true).exactOptional().describe('A threshold that is not sure fails; absent: it passes.'),
      keepFailing: z
        .literal(true)
        .exactOptional()
        .describe('The load went on even where all requests failed alike from the start; absent: it would have ended.'),
      preflight: z.literal(false).exactOptional().describe('No request was tried before the load; absent: one was.'),
      search: searchPlanSchema(threshold(unit), unit)
        .nullable()
        .describe('Of a search, whose `load` is only its beginning.'),
    })
    .describe('Everything the run was told to do.');
