/** The documented shape of what was measured, in all, of one request, and in one interval. */
import * as z from 'zod';
import { PERCENTILES, type PercentileName } from '../core/latencies.ts';
import { type AlwaysTold, isAlwaysTold, MEASURES, TOLD_MEASURES, type ToldWhereAny } from '../core/measures.ts';
import { OUTCOMES } from '../core/sample.ts';
import { FINISHES, TOKEN_SOURCES } from '../core/streamed.ts';
import { amount, count, maybe } from './schema-fields.ts';

export const totals = z
  .strictObject({
    offered: count('Requests that were due.'),
    sent: count('Requests that left.'),
    dropped: count('Requests that were due while the maximum was in flight, and never left.'),
    ok: count('Requests that were achieved: answered, and well.'),
    failed: count('Requests that ended badly, but for those that the run gave up at its end (aborted).'),
    leftOut: count(
      'Requests under way while the generator stood still: in no count but offered and sent, and in no time. Absent: 0.',
    ).exactOptional(),
    cut: count(
      'Of a flow or a group: ended before its last step with its user or with the load; in no other count. Absent: 0.',
    ).exactOptional(),
    byOutcome: z.partialRecord(z.enum(OUTCOMES), count('Requests.')).describe('Absent: 0.'),
    byStatus: z.record(z.string(), count('Responses.')).describe('Responses by HTTP status.'),
    bytesIn: count('Bytes received.'),
    bodyBytesIn: count('The part of them that is bodies: without heads and chunk framing, compressed as they came.'),
    unfinishedBodyBytesIn: count(
      'The part of those that is of bodies which did not come to their end: cancelled, late, cut off, too long. Absent: 0.',
    ).exactOptional(),
    tooLong: count(
      'Wrong answers whose body was given up, since it is longer than `maxBody` allows. Absent: 0.',
    ).exactOptional(),
    bytesOut: count('Bytes sent.'),
    durationMs: amount('How long load was offered, ms; without the drain, and without what the generator stood still.'),
  })
  .meta({
    id: 'totals',
    description: 'Counts of the measured phase and its drain; warm-up requests are in none of them.',
  });

export const rates = z
  .strictObject({
    offeredPerSec: amount('Offered requests, 1/s.'),
    sentPerSec: amount('Sent requests, 1/s.'),
    achievedPerSec: amount(
      'Requests that were ok by the end of the measured phase, 1/s; those of the drain are not in it.',
    ),
  })
  .meta({ id: 'rates', description: 'Counts divided by the duration of the measured phase.' });

export const streams = z
  .strictObject({
    ended: count('Streams that came to their end.'),
    events: count('Events with a piece of the text, those of streams that failed later included.'),
    outputTokens: count('Tokens of the streams that came to their end.'),
    inputTokens: count(
      'Tokens of their prompts; absent: the server told none, and no tokenizer counted.',
    ).exactOptional(),
    inputTokensFrom: z
      .enum(['tokenizer', 'both'])
      .exactOptional()
      .describe('Input tokens by a tokenizer, or some of them. Absent: by the server’s own count.'),
    tokensFrom: z
      .enum([...TOKEN_SOURCES, 'both'])
      .describe('Output tokens by the server’s own count, a tokenizer’s, one for each event, or not all by one.'),
    tokensBy: z
      .partialRecord(z.enum(TOKEN_SOURCES), count('Streams.'))
      .exactOptional()
      .describe('Streams by where their output tokens are from. Absent: all from one.'),
    outputTokensPerSec: amount(
      'Output tokens that came while load was offered, 1/s, those of streams that failed left out.',
    ),
    finishes: z.partialRecord(z.enum(FINISHES), count('Streams.')).describe('How generation ended. Absent: 0.'),
  })
  .meta({ id: 'streams', description: 'Streamed responses, beside their times; absent: there were none.' });

export const goodput = z
  .strictObject({
    good: count('Successes under all limits of `plan.goodput`.'),
    judged: count(
      'Requests of which it is known: those that ended or were dropped, and those given up that were over a limit already.',
    ),
    open: count('Given up at the end, and over no limit until then; in none of the others. Absent: 0.').exactOptional(),
    share: maybe('good / judged, 0..1; null: none is known.'),
    ci95: z
      .tuple([amount('Lower end.'), amount('Upper end.')])
      .exactOptional()
      .describe('95 % confidence interval of the share. Absent: none can be given.'),
    perSec: amount('Good ones that came while load was offered, 1/s.'),
  })
  .meta({ id: 'goodput', description: 'Requests that met all limits at once; absent: it was not asked for.' });

function forPercentiles<Field extends z.ZodType>(field: (name: PercentileName) => Field) {
  return Object.fromEntries(PERCENTILES.map((name) => [name, field(name)])) as Record<PercentileName, Field>;
}

export const latency = z
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
export const seriesLatency = {
  response,
  service,
  responseWithFailures: latency.describe('Response time with each failure infinitely slow: what thresholds look at.'),
  ...others,
};

export const timelinePoint = z.strictObject({
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
  cancelled: count('Requests whose users left in it; absent: none.').exactOptional(),
  p50: maybe('Response time of its successes, ms; null: none.'),
  p95: maybe('Response time of its successes, ms; null: none.'),
  p99: maybe('Response time of its successes, ms; null: none.'),
  serviceP95: maybe('Service time of its successes, ms; null: none.'),
  inFlight: count('Requests under way at its end.'),
  lagP99: maybe('Send lag, ms; null: nothing was sent.'),
  loopDelayP99: maybe("Delay of the generator's event loop, ms; null: unknown."),
  cpu: maybe('Cores used by the load threads; null: unknown.'),
  ttftP50: amount('Time to first token, ms; absent: no stream ended in it.').exactOptional(),
  ttftP95: amount('Time to first token, ms; absent: no stream ended in it.').exactOptional(),
  itlP50: amount('Gaps between the events of streams, ms; absent: there was none.').exactOptional(),
  itlP99: amount('Gaps between the events of streams, ms; absent: there was none.').exactOptional(),
  tokens: count('Events of streams with a piece of a text, as they came; absent: none.').exactOptional(),
  good: count('Requests that met all limits of `plan.goodput`; absent: none was judged.').exactOptional(),
  bad: count('Others that were judged; absent: none was.').exactOptional(),
  unfit: z.boolean().describe('The generator was too late in it for its times to be those of the target.'),
});

export const seriesResult = (times: string, what: string) =>
  z
    .strictObject({
      totals,
      rates,
      latency: z.strictObject(seriesLatency).describe(times),
      streams: streams.exactOptional(),
      goodput: goodput.exactOptional(),
    })
    .describe(what);
