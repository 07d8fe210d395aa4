/**
 * The documented shape of `result.json`, format 2. It says no more than the types of `core/result`, and no less: the
 * compiler compares the two (see the end).
 */
import * as z from 'zod';
import { MEASURES } from '../core/measures.ts';
import { OUTCOMES } from '../core/sample.ts';
import { BODIES_KEPT } from '../core/snapshot.ts';
import { breakingPointSchemaIn } from './breaking-point-schema.ts';
import { changesSchemaIn } from './changes-schema.ts';
import type { ResultFile } from './json.ts';
import { planSchemaIn } from './plan-schema.ts';
import { instant, run } from './run-schema.ts';
import { amount, count, maybe, text } from './schema-fields.ts';
import {
  goodput,
  latency,
  rates,
  seriesLatency,
  seriesResult,
  streams,
  timelinePoint,
  totals,
} from './series-schema.ts';
import { untilResult, verdict } from './verdict-schema.ts';

const targetRatio = z
  .strictObject({
    ratio: amount('How many times as long.'),
    ci95: z
      .tuple([amount('Lower end.'), maybe('Upper end; null: open.')])
      .exactOptional()
      .describe('95 % confidence interval. Absent: none can be given.'),
  })
  .nullable()
  .describe('Null: one of the two percentiles is not known, or infinite.');

const SUMS = 'Sums over the requests of each, without the pauses between them.';

const resultSchema = z
  .strictObject({
    format: z.literal(2).describe('Version of this format.'),
    tool: z
      .strictObject({ name: z.literal('rampart').describe('The tool.'), version: text('Its semantic version.') })
      .describe('What made the file.'),
    run,
    plan: planSchemaIn('ms'),
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
    streams: streams.exactOptional(),
    goodput: goodput.exactOptional(),
    series: z.record(z.string(), seriesResult('Of these requests.', 'One request name.')).describe('By request name.'),
    flows: z
      .record(z.string(), seriesResult(SUMS, 'One flow.'))
      .exactOptional()
      .describe('Passes through flows of several steps, by name; failed as its first request that did. Absent: none.'),
    groups: z
      .record(z.string(), seriesResult(SUMS, 'One group.'))
      .exactOptional()
      .describe('Groups of requests in flows, by name; failed as its first request that did. Absent: none.'),
    regions: z
      .record(z.string(), seriesResult('Of all its requests.', 'One region.'))
      .exactOptional()
      .describe('All requests of the agents of a region, by its name. Absent: no agent said where it is.'),
    tags: z
      .record(z.string(), seriesResult('Of what has the tag.', 'One tag.'))
      .exactOptional()
      .describe(
        'What has a tag, together, by `key=value`. Of several targets: `target=…` each of them; `request=…`, `flow=…` and `group=…` what went to several. Absent: none.',
      ),
    targetRatios: z
      .strictObject({
        base: text('The target that the others are held against: the first.'),
        each: z
          .record(z.string(), z.strictObject({ p50: targetRatio, p95: targetRatio }))
          .describe('By target: how many times as long as at the base responses took, as callers had them.'),
      })
      .exactOptional()
      .describe('Of a run against several targets. Absent: there is one, or nothing to compare.'),
    ramp: z
      .strictObject({
        from: amount('Its beginning, or the end of the warm-up, s since the start.'),
        to: amount('When all virtual users had started, s since the start.'),
        totals,
        rates,
        latency: z.strictObject(seriesLatency).describe('Of its requests.'),
        streams: streams.exactOptional(),
        goodput: goodput.exactOptional(),
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
          bodies: z
            .array(z.string())
            .max(BODIES_KEPT)
            .exactOptional()
            .describe('Bodies of the first of these responses, up to 2,000 characters each; secrets masked.'),
          count: count('How often.'),
          firstSeen: instant('First time.'),
          lastSeen: instant('Last time.'),
        }),
      )
      .describe('Failed and given-up requests by cause, the most frequent first.'),
    changes: changesSchemaIn('ms').exactOptional(),
    breakingPoint: breakingPointSchemaIn('ms').exactOptional(),
    abortedBy: z
      .strictObject({
        threshold: text('As the user wrote it, with its stretch of time.'),
        at: amount('When, seconds since the start.'),
        message: text('What it saw.'),
      })
      .exactOptional()
      .describe('The threshold that ended the load; also the last of `verdict.checks`. Absent: none did.'),
    decoded: z
      .strictObject({
        responses: count('Bodies that were decoded, or had come as they are.'),
        wireBytes: count('Their bytes as they came.'),
        bytes: count('Their bytes once decoded.'),
        undecoded: count('Further ones, that could not be decoded or hold more than 1 MiB.'),
      })
      .exactOptional()
      .describe('Bodies where compressed ones were asked for, warm-up included. Absent: they were not, or none came.'),
    redirects: z
      .int()
      .positive()
      .exactOptional()
      .describe('Redirects that were followed, warm-up included; each is within its request. Absent: none.'),
    functions: z
      .strictObject({
        calls: count('How often they were called.'),
        spentMs: amount('What they took of the load threads, ms.'),
      })
      .exactOptional()
      .describe("Functions of the scenario, warm-up included: the generator's time, not the target's. Absent: none."),
    teardown: z
      .strictObject({
        requests: count('How many were sent.'),
        failures: z
          .array(
            z.strictObject({
              request: text('Its name.'),
              status: count('HTTP status, or 0.'),
              message: text('Why; secrets masked.'),
            }),
          )
          .describe('Those that failed.'),
      })
      .exactOptional()
      .describe('What came of the requests behind the load, which are in no figure. Absent: there were none.'),
    traces: z
      .array(
        z.strictObject({
          traceId: text('By W3C Trace Context.'),
          spanId: text('Of the request within it.'),
          name: text('Of the request.'),
          dueAt: instant('When it was due.'),
          responseMs: amount('Its response time, ms.'),
          outcome: z.enum(OUTCOMES).describe('What became of it.'),
        }),
      )
      .exactOptional()
      .describe(
        'Of a traced run: its slowest requests, slowest first. Not of a run that is drawn again from its journal.',
      ),
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
true satisfies Same<Plain<z.infer<typeof resultSchema>>, Plain<ResultFile>>;
