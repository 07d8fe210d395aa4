/** Set-up and tear-down as a scenario file has them: their schemas, and the reading of them. What they mean is told by `./frame`. */
import * as z from 'zod';
import type { Settings } from '../settings/table.ts';
import { FORM_FIELDS } from './form-fields.ts';
import { type PartReader, readerOfParts, requestSchema } from './mix.ts';
import type { Origin, RawSettings, WrittenFrame, WrittenFrameRequest, WrittenPath } from './raw-settings.ts';
import { PER_REQUEST } from './request-settings.ts';
import { settingsSchema } from './schema.ts';
import { several } from './written-steps.ts';

const MOST_RETRIES = 1_000;

const { name, path, target, capture } = requestSchema.shape;
const own = PER_REQUEST.filter((setting) => setting !== 'expectField');

export const frameRequestSchema = z.strictObject(
  {
    name: name.describe('What messages call it; by default its method and path'),
    path,
    target: target.describe('The one of several targets that it goes to; by default the first'),
    capture: capture.describe(
      'Values of the response for all later requests, as {{captured.NAME}}: {"token": "$.access_token"}, and the like',
    ),
    retries: z
      .int({ error: 'must be a whole number' })
      .min(0, { error: 'is negative' })
      .max(MOST_RETRIES, { error: `is too often; at most ${MOST_RETRIES} times` })
      .optional()
      .describe('Where it fails it is sent again, so often at most (default 0)'),
    retryPause: z
      .union([z.string(), z.number()], { error: 'must be a duration such as 2s' })
      .optional()
      .describe('How long is waited before that, at most 10m (default 1s)'),
    ...FORM_FIELDS,
    ...settingsSchema.pick(Object.fromEntries(own.map((setting) => [setting, true])) as never).shape,
  },
  { error: 'must be an object that describes a request' },
);

export const setupSchema = several(frameRequestSchema, 'requests').describe(
  'Requests before everything else, in turn, once for the whole run; they are in no figure',
);
export const teardownSchema = several(frameRequestSchema, 'requests').describe(
  'Requests behind the load, in turn, however it ended; they are in no figure',
);

/** What reading a file gives for it. */
interface FrameFile {
  /** The values of `setup` and `teardown` as they stand in the file; undefined: there is none. */
  readonly setup: unknown;
  readonly teardown: unknown;
  readonly originAt: (path: WrittenPath) => Origin;
  /** The settings of a request alone, and those of all beneath them. */
  readonly give: (
    raw: Settings,
    place: readonly ['setup' | 'teardown', number],
  ) => { readonly alone: RawSettings; readonly whole: RawSettings };
}

/** @throws RampartError 'bad-scenario' with the place of what is wrong. */
export function readFrame({ setup, teardown, originAt, give }: FrameFile): WrittenFrame {
  const { parse }: PartReader = readerOfParts(originAt);
  const known = Object.keys(frameRequestSchema.shape);
  const read = (raw: unknown, list: 'setup' | 'teardown', schema: typeof setupSchema): WrittenFrameRequest[] =>
    (raw === undefined ? [] : parse(schema, raw, [list], known)).map(
      ({ name, path, target, capture = {}, retries = 0, retryPause = '1s', ...own }, index): WrittenFrameRequest => {
        const { alone, whole } = give(own as Settings, [list, index]);
        return {
          ...{ name, path, target, capture, retries, own: own as Settings, given: whole, ownHeaders: alone.headers },
          retryPause: String(retryPause),
          originOf: (field, key) => originAt([list, index, field, ...(key === undefined ? [] : [key])]),
        };
      },
    );
  return { setup: read(setup, 'setup', setupSchema), teardown: read(teardown, 'teardown', teardownSchema) };
}
