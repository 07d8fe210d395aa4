/** The documented shape of a plan, as `result.json` and journals have it: the types of `core/plan`, in words. */
import * as z from 'zod';
import { searchPlanSchema } from './breaking-point-schema.ts';
import { flow } from './flow-schema.ts';
import { flowLoad, load, thinkTime } from './load-schema.ts';
import { frameRequest, request, requestCheck } from './request-schema.ts';
import { amount, count, maybe, type TimeUnit, text } from './schema-fields.ts';

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
      .describe('Of all requests; tokens: of responses, per second; goodput: those that meet all limits at once.'),
  }),
]);

const data = z.strictObject({
  file: text('Path of the file, as given.'),
  format: z
    .enum(['jsonl', 'json', 'conversations', 'csv', 'log'])
    .describe('JSON Lines, a JSON list, conversations in ShareGPT’s shape, comma-separated values, or an access log.'),
  order: z
    .enum(['sequential', 'shuffled', 'once', 'per-user'])
    .describe('once: the run ends when all rows are used; per-user: each virtual user has a row of its own.'),
  rows: count('Rows in it.'),
});

const threshold = <Unit extends TimeUnit>(unit: Unit) =>
  z.strictObject({
    text: text('As the user wrote it.'),
    scope: z
      .strictObject({
        kind: z.enum(['request', 'group', 'flow', 'tag']).describe('What it is.'),
        name: text('Its name; of a tag `key=value`.'),
      })
      .exactOptional()
      .describe('What it looks at alone. Absent: all requests.'),
    metric: metric.describe('What it looks at. A failed request counts as infinitely slow.'),
    op: z.enum(['<', '<=', '>', '>=']).describe('How the metric must lie to the limit.'),
    limit: z.number().describe('In `unit`.'),
    unit: z.enum([unit, 'share', 'count', '1/s']).describe('share: 0..1.'),
  });

const target = {
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
};

const tls = z.strictObject({
  verify: z.boolean().describe("Whether the target's certificate must be valid."),
  ca: z.string().nullable().describe('Trusted authorities; null: the usual ones.'),
  cert: z.string().nullable().describe('Certificate of the client; null: none.'),
  key: z.string().nullable().describe('Masked; null: none.'),
});

/** @param unit of times: a journal has µs, a result ms. */
export const planSchemaIn = <Unit extends TimeUnit>(unit: Unit) =>
  z
    .strictObject({
      kind: z.enum(['run', 'probe', 'find']).describe('A probe sends one request at a time; find runs levels of load.'),
      target: z.strictObject(target).describe('Where requests go; of several targets the first.'),
      targets: z
        .array(
          z.strictObject({
            ...target,
            name: text('As tables and thresholds have it.'),
            weight: z.number().nonnegative().describe('Its share is this of the sum of all weights.'),
            tls: tls.describe('How https is spoken to it.'),
          }),
        )
        .exactOptional()
        .describe('Several targets: a request says to which it goes. Absent: there is one.'),
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
      functions: z
        .strictObject({
          file: text('The module, as given.'),
          sha256: text("Of the file's own text."),
          text: text(
            'What was run: the module with all that it imports, or the file alone; cut where it is very large.',
          ),
          url: z.string().nullable().describe('Where it was imported from; null: the text is all of it.'),
          places: z.array(z.string()).describe('Where each function stands in it, by number.'),
        })
        .exactOptional()
        .describe('Functions of the scenario. Absent: it has none.'),
      checks: z
        .array(requestCheck)
        .describe('What a response must be to count as ok, where its request has no checks.'),
      load: load(unit).describe('How load is offered; of several loads what they come to together.'),
      loads: z
        .array(flowLoad(unit))
        .exactOptional()
        .describe('Several loads at once, each of other flows. Absent: there is one.'),
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
      tokenizer: text('What counts tokens where a server tells no number. Absent: events count.').exactOptional(),
      cancel: z
        .strictObject({
          share: z.number().min(0).max(1).describe('Of all requests, 0..1.'),
          after: thinkTime(unit).describe('So long after their request was due.'),
        })
        .exactOptional()
        .describe('Users who leave before they have their whole response. Absent: all stay.'),
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
      tls: tls.describe('How https is spoken.'),
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
