/** The JSON Schema of scenario files, for editors. */
import * as z from 'zod';
import { environmentsSchema } from './environments.ts';
import { FORM_FIELDS } from './form-fields.ts';
import { flowsSchema, requestsSchema } from './mix.ts';
import { settingsSchema } from './schema.ts';
import { setupSchema, teardownSchema } from './written-frame.ts';

/** Rows that stand in the file. */
const inlineRowsSchema = z.array(z.record(z.string(), z.unknown()));
/** Files whose rows are joined. */
const joinedFilesSchema = z.array(z.string()).min(1);

/** JSON Schema (draft-07, which editors know) of a scenario file; the build writes it to `scenario.schema.json`. */
export function scenarioJsonSchema(): Record<string, unknown> {
  const { shape } = settingsSchema;
  const number = shape['requests'] as z.ZodType;
  const scenario = z.strictObject({
    ...shape,
    ...FORM_FIELDS,
    data: z
      .union([shape['data'] as z.ZodType, inlineRowsSchema, joinedFilesSchema])
      .optional()
      .describe(
        'Rows that requests are made of: a file, .jsonl or .csv; a list of files, whose rows are joined; or a list of rows',
      ),
    environments: environmentsSchema.optional(),
    $schema: z.string().optional().describe('Where an editor finds this schema; nothing else looks at it'),
    requests: z
      .union([number, requestsSchema])
      .optional()
      .describe('What is sent, one object for each request; a number: stop after so many of the only one'),
    flows: flowsSchema.optional().describe('What users or arrivals do: requests in turn, with pauses'),
    setup: setupSchema.optional(),
    teardown: teardownSchema.optional(),
    maxRequests: number.describe('Beside a list of requests: stop after so many'),
  });
  return { title: 'rampart scenario', ...z.toJSONSchema(scenario, { target: 'draft-7', io: 'input' }) };
}
