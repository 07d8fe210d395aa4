/** The documented shape of a plan's load. */
import * as z from 'zod';
import { ARRIVALS } from './breaking-point-schema.ts';
import { amount, count, type TimeUnit, text } from './schema-fields.ts';

const stage = (unit: TimeUnit, of: string) =>
  z.strictObject({
    duration: amount(`Length of the stage, ${unit}.`),
    from: amount(`At its start, ${of}.`),
    to: amount(`At its end, ${of}; a straight line between.`),
  });

const thinkKind = <Kind extends string>(kind: Kind) => z.literal(kind).describe('How it is distributed.');

export const thinkTime = (unit: TimeUnit) =>
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

const kinds = (unit: TimeUnit) =>
  [
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
  ] as const;

const mixed = (unit: TimeUnit) =>
  z
    .strictObject({
      model: z.literal('mixed').describe('The load model.'),
      vus: z
        .array(stage(unit, 'virtual users'))
        .describe('Stages of the number of virtual users, of all loads together.'),
      rate: z
        .array(stage(unit, 'passes per second'))
        .describe('Stages of the arrival rate, of all loads together; as long as those of the users.'),
      arrivals: ARRIVALS.describe('How arrivals are spread: the least even of all loads.'),
      maxInFlight: count('Of arrivals, of all loads together.'),
    })
    .describe('Users and arrivals at once: what `loads` come to together.');

export const load = (unit: TimeUnit) => z.discriminatedUnion('model', [...kinds(unit), mixed(unit)]);

export const flowLoad = (unit: TimeUnit) =>
  z.strictObject({
    flow: z
      .string()
      .nullable()
      .describe('Whose it is, without its target; null: of all flows that have none of their own, by their weights.'),
    profile: z.discriminatedUnion('model', kinds(unit)).describe('How it is offered.'),
    maxPasses: z.int().nonnegative().nullable().describe('So many passes at most; null: as many as its stages make.'),
  });
