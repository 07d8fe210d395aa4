/** The judgement in `result.json`: its checks and doubts, and how well a percentile is known that a run went on for. */
import * as z from 'zod';
import { DOUBT_CODES } from '../core/verdict.ts';
import { text } from './schema-fields.ts';

export const verdict = z
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

export const untilResult = z
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
