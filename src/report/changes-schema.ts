/** The documented shape of `result.json.changes`: the types of `core/command`, in words. */
import * as z from 'zod';
import { amount, type TimeUnit } from './schema-fields.ts';

/** @param unit of times: a journal has µs. */
export function changesSchemaIn(unit: TimeUnit) {
  const at = () => amount(`When it came into effect, ${unit} since the start.`);
  const edit = z.discriminatedUnion('model', [
    z.strictObject({
      model: z.literal('closed').describe('Virtual users.'),
      vus: amount('Virtual users asked for.'),
      spawnRate: z.number().positive().nullable().describe('How many come or go per second; null: all at once.'),
    }),
    z.strictObject({
      model: z.literal('open').describe('An arrival rate.'),
      ratePerSec: amount('Arrival rate asked for, requests per second.'),
      ramp: amount(`How long the rate takes to get there, ${unit}.`),
    }),
  ]);

  const stage = z.strictObject({
    duration: amount(`Length of the stage, ${unit}.`),
    from: amount('At its start, virtual users or requests per second.'),
    to: amount('At its end; a straight line between.'),
  });

  return z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({
          type: z.literal('edited').describe('The load was changed.'),
          at: at(),
          edit: edit.describe('What was asked for.'),
          stages: z.array(stage).describe('The load from then on, in place of the plan’s or of the edit’s before.'),
        }),
        z.strictObject({
          type: z.literal('reset').describe('The statistics began anew: what was due before counts in none.'),
          at: at(),
        }),
      ]),
    )
    .describe('What a person changed while the run went on, in order. Absent: nothing.');
}
