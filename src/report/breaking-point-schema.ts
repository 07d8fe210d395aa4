/** The documented shape of `result.json.breakingPoint`: the types of `core/breaking-point`, in words. */
import * as z from 'zod';
import { amount, count, maybe, type TimeUnit, text } from './schema-fields.ts';

const interval = () => z.tuple([z.number().nonnegative(), z.number().nonnegative().nullable()]);

const UNIT = z.enum(['req/s', 'flows/s', 'vus']);
const INTERVAL = '95 % interval; an open upper end is null.';

const estimate = z.strictObject({
  estimate: amount('The number.'),
  interval: interval().describe(INTERVAL),
});

const limitFields = {
  status: z.enum(['found', 'not-reached']).describe('not-reached: it lies above the lower end of the interval.'),
  estimate: maybe("On the search's axis; null: not reached."),
  interval: interval().describe(INTERVAL),
};

const criterion = z.strictObject({
  slo: text('As written.'),
  value: maybe('In `unit`; null: infinite (failures), or it cannot be known.'),
  interval: interval().nullable().describe(`${INTERVAL} Null: none can be given.`),
  limit: amount('In `unit`.'),
  unit: z.enum(['ms', 'share']).describe('share: 0..1.'),
  verdict: z.enum(['pass', 'fail', 'undecided']).describe('By the interval, not by the value.'),
});

const levelIn = (unit: TimeUnit) =>
  z.strictObject({
    index: count('Which level it is, from 0.'),
    purpose: z
      .enum(['idle', 'ramp', 'explore', 'narrow', 'confirm-pass', 'confirm-fail', 'repeat', 'recover'])
      .describe('What it was run for.'),
    load: z
      .discriminatedUnion('model', [
        z.strictObject({
          model: z.literal('closed').describe('The load model.'),
          vus: count('Virtual users.'),
          pause: amount(`Of each user between a response and its next request, ${unit}; absent: none.`).exactOptional(),
        }),
        z.strictObject({
          model: z.literal('open').describe('The load model.'),
          ratePerSec: amount('Arrivals, 1/s.'),
        }),
      ])
      .describe('What was offered.'),
    startedAfter: amount(`Since the search began, ${unit}.`),
    seconds: amount('The measured window, s.'),
    elapsedSeconds: amount('Warm-up, window and drain together, s.'),
    verdict: z
      .enum(['pass', 'fail', 'undecided', 'overloaded', 'drifting', 'void'])
      .describe('void: the generator was not fit; the level says nothing of the target.'),
    reason: text('One sentence with the numbers behind the verdict.'),
    offered: count('Requests that were due in the window.'),
    sent: count('Requests that left.'),
    dropped: count('Requests that were due and never left.'),
    ok: count('Requests that ended well.'),
    failed: count('Requests that failed.'),
    offeredPerSec: amount('Offered requests, 1/s; of flows with steps, passes that began.'),
    achievedPerSec: amount('Successes, 1/s of the window; of flows with steps, passes that ended well.'),
    requestsPerSec: amount('Requests that ended, 1/s; absent: there are no flows with steps.').exactOptional(),
    tokensPerSec: amount('Output tokens of streams, 1/s; absent: nothing was streamed.').exactOptional(),
    errorShare: amount('Failed requests of all that ended, 0..1.'),
    imbalance: z.number().describe('Share of the arrivals that did not leave; below 0 where more left than came.'),
    imbalanceLimit: z.number().describe('Above this share it counts as overload.'),
    inFlightAtEnd: count('Requests under way at the end of the window.'),
    meanInFlight: amount("Mean number of requests in the system, by Little's law."),
    meanMs: maybe('Mean response time, ms; null: no success.'),
    p50: maybe('Response time, ms; null: the sample does not bear it.'),
    p95: maybe('Response time, ms; null: the sample does not bear it.'),
    p99: maybe('Response time, ms; null: the sample does not bear it.'),
    effectiveSamples: maybe('What the sample is worth for the first latency SLO, in independent requests.'),
    lag1: z.number().nullable().describe('Autocorrelation of neighbouring batches.'),
    criteria: z.array(criterion).describe('One per SLO.'),
    used: z.boolean().describe('Whether the estimate rests on it too.'),
    settled: z
      .strictObject({
        seconds: amount('How long it was waited before this level, s.'),
        steady: z.boolean().describe('Whether latency and instances were steady then.'),
        instances: maybe('Instances that answered; null: they cannot be told apart.'),
      })
      .exactOptional()
      .describe('With --settle, after an increase of load.'),
  });

const scalability = z.strictObject({
  gamma: amount('Throughput of one user, 1/s.'),
  sigma: amount('Contention.'),
  kappa: amount('Coherency.'),
  peak: estimate.nullable().describe('Users at which throughput peaks; null: no peak was observed.'),
  peakPerSec: maybe('Throughput at the peak, or the plateau where there is none; null: it grows on.'),
  points: z
    .array(z.strictObject({ vus: count('Virtual users.'), perSec: amount('Successes, 1/s.') }))
    .describe('What it was fitted to.'),
});

/** @param unit of times whose name does not say it: a journal has µs. */
export const breakingPointSchemaIn = (unit: TimeUnit) =>
  z
    .strictObject({
      status: z
        .enum(['found', 'rough', 'not-reached', 'generator-limited', 'fails-at-every-load', 'undecided'])
        .describe(
          'rough: the interval is wide, or no levels on either side bear it out. not-reached and generator-limited: the truth is at least `estimate`. ' +
            'fails-at-every-load: an SLO is broken however low the load.',
        ),
      stoppedBy: z
        .enum([
          'precision',
          'budget',
          'resolution',
          'fails-at-idle',
          'fails-at-every-load',
          'bound',
          'generator',
          'target-lost',
          'interrupted',
        ])
        .describe('Why the search ended.'),
      summary: text('One sentence that says it all.'),
      unit: UNIT.describe(
        'The axis that was searched: arrivals per second, of requests or of flows with steps, or virtual users.',
      ),
      criterion: z
        .string()
        .nullable()
        .describe('What binds first: an SLO as written, or `capacity`; null: nothing found.'),
      scope: z
        .strictObject({
          kind: z.enum(['request', 'group', 'flow', 'tag']).describe('What it is.'),
          name: text('Its name.'),
        })
        .exactOptional()
        .describe('Whose SLO that is; absent: it is one of all requests.'),
      estimate: maybe('The SLO limit; of a result "at least" the highest load that passed; null: nothing is known.'),
      interval: interval().nullable().describe(INTERVAL),
      confidence: z.literal(0.95).describe('Of the intervals.'),
      precision: z
        .strictObject({
          asked: amount('Share, 0..1.'),
          reached: maybe('Share, 0..1; null: not known.'),
        })
        .describe('Width of the interval over the estimate.'),
      resolution: maybe('Relative difference of load that the requests near the limit can tell apart; null: unknown.'),
      moreSeconds: maybe(
        'Of a rough result: about how much longer a search must be for one that is found, s; null: not known.',
      ).exactOptional(),
      budgetSeconds: amount('How long it was allowed to take, s.'),
      spentSeconds: amount('How long it took, s.'),
      slos: z.array(z.string()).describe('What had to hold; the assumed ones where none was given.'),
      sloLimit: z
        .strictObject(limitFields)
        .exactOptional()
        .describe('Where the first of the SLOs breaks; absent where it fails at idle.'),
      sloLimits: z
        .array(z.strictObject({ ...limitFields, slo: text('As written.') }))
        .describe('Where each SLO by itself breaks.'),
      tiers: z
        .array(
          z.strictObject({
            name: text('Its name.'),
            slos: z.array(z.string()).describe('As written.'),
            holdsUpTo: maybe('The highest level at which all hold, below all at which one breaks; null: none.'),
            breaksFrom: maybe('The lowest level at which one breaks; null: none.'),
            brokenBy: z.string().nullable().describe('Which: an SLO as written, or `capacity`; null: none broke.'),
          }),
        )
        .exactOptional()
        .describe('Further sets of SLOs, judged from the same levels. Absent: none was asked for.'),
      capacity: estimate
        .nullable()
        .describe('Highest throughput of successes the target sustained, 1/s; null: unknown.'),
      openAndClosed: z
        .strictObject({
          relation: z
            .enum(['below', 'full', 'unclear', 'more'])
            .describe(
              'below: the limit is lower than what waiting users got; full: the same; unclear: its interval reaches so far; more: arrivals got more.',
            ),
          vus: count('The most users among the levels with most throughput.'),
          closed: estimate.describe('Successes that they got, 1/s; an open upper end: more users might get more.'),
          message: text('What either means, and why they differ.'),
        })
        .exactOptional()
        .describe('What users who wait got, beside arrivals that do not; absent where either is not known.'),
      errorLimit: z
        .strictObject(limitFields)
        .exactOptional()
        .describe('Where errors exceed their SLO; absent without an errors SLO.'),
      knee: estimate.nullable().describe('Load with the most throughput per response time, with its neighbours.'),
      usersAtLimit: maybe("Mean number of requests in the system at the limit, by Little's law; null: unknown."),
      tokensAtLimit: amount(
        'Output tokens of streams there, 1/s; absent: nothing was streamed, or unknown.',
      ).exactOptional(),
      idleMs: z
        .strictObject({
          p50: maybe('ms; null: unknown.'),
          p95: maybe('ms; null: unknown.'),
        })
        .describe('Response time with a single user.'),
      monotone: z.boolean().describe('Whether latency grows with the load everywhere.'),
      cliff: z.boolean().describe('Whether latency is flat until it breaks.'),
      recovered: z.boolean().nullable().describe('Whether latency came back at half the load; null: not tried.'),
      generatorLimited: z.boolean().describe('Whether the generator could be the cause of the limit.'),
      scalability: scalability
        .nullable()
        .describe('Universal Scalability Law, fitted to the closed ramp; null: too few.'),
      curve: z
        .array(
          z.strictObject({
            load: amount("On the search's axis."),
            value: amount("In the binding SLO's unit."),
            low: amount('Lower end of its 95 % band.'),
            high: amount('Upper end of its 95 % band.'),
          }),
        )
        .describe('The fitted curve of the binding SLO.'),
      warnings: z
        .array(
          z.strictObject({
            code: z
              .enum([
                'non-monotone',
                'cliff',
                'capacity-changed',
                'not-settled',
                'not-recovered',
                'confirmation-failed',
                'void-levels',
                'slo-assumed',
                'cold-start',
                'pauses',
              ])
              .describe('The kind of warning.'),
            message: text('What was seen.'),
          }),
        )
        .describe('What the reader of the result must know.'),
      levels: z.array(levelIn(unit)).describe('Every level, in the order run.'),
    })
    .describe('What a search found.');

export const ARRIVALS = z.union([
  z.enum(['uniform', 'poisson']),
  z.strictObject({ bursty: z.int().min(2).describe('So many are due at once.') }),
]);

/** What a search was told to do; part of the plan. */
export function searchPlanSchema<Slo extends z.ZodType>(slo: Slo, unit: TimeUnit) {
  return z.strictObject({
    unit: UNIT.describe('The axis that is searched.'),
    slos: z.array(slo).describe('All must hold; none: chosen from the idle response time.'),
    tiers: z
      .array(z.strictObject({ name: text('Its name.'), slos: z.array(slo).describe('All must hold.') }))
      .exactOptional()
      .describe('Further sets of SLOs, judged from the same levels. Absent: none.'),
    budget: amount(`How long it may take, ${unit}.`),
    precision: amount('Wanted width of the 95 % interval over the estimate, 0..1.'),
    allowRough: z.literal(true).exactOptional().describe('A rough result passes too.'),
    extendTo: amount(
      `Go on until the interval is as narrow as \`precision\`, at most so long, ${unit}; absent: the budget is the end.`,
    ).exactOptional(),
    maxLoad: maybe('Highest load to try on the searched axis; null: none.'),
    arrivals: ARRIVALS.exactOptional().describe('How the arrivals of a level are spread; absent: poisson.'),
    maxVus: count('Most virtual users of the ramp at the beginning.'),
    settle: amount(`Longest wait after each increase of load, until the target is steady, ${unit}.`),
    instanceHeader: z.string().nullable().describe('Response header that names an instance; null: the usual ones.'),
  });
}
