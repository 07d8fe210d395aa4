/**
 * The settings as a scenario file has them: text, numbers and yes/no. Parts of a file are read by it, and editors know it as
 * JSON Schema; the settings of any one source are checked by `./shapes`.
 */
import * as z from 'zod';
import type { Setting } from '../settings/setting.ts';
import { SETTING_NAMES, SETTINGS } from '../settings/table.ts';
import { NO_HEADERS, NO_NUMBER, NO_TEXT, NO_YES_OR_NO, wantedShape } from './shapes.ts';

const text = z.string({ error: NO_TEXT });
const list = z.array(text, { error: 'must be a list of texts' });

/** One of several targets; what its texts mean is read by `plan/targets`. */
export const targetSchema = z.strictObject(
  {
    name: text.describe('What tables and thresholds call it: p95{target=canary}<300ms'),
    url: text.describe('Its address, with what comes before the paths of requests, if anything'),
    weight: z
      .number({ error: NO_NUMBER })
      .optional()
      .describe('Its share of the load, beside the weights of the others (default 1)'),
    headers: z
      .union([list, z.record(z.string(), text)], { error: NO_HEADERS })
      .optional()
      .describe('Headers of all requests to it, over those of the file'),
    insecure: z.boolean({ error: NO_YES_OR_NO }).optional().describe('Accept any certificate of it'),
    cacert: text.optional().describe('Trust the certificates in this PEM file, not the usual authorities'),
    cert: text.optional().describe('Client certificate for it, PEM'),
    key: text.optional().describe('Its private key, PEM'),
  },
  { error: 'must be text like canary=10@http://host, or an object with a name and a url' },
);

function shapeOf(setting: Setting): z.ZodType {
  const error = wantedShape(setting);
  switch (setting.shape) {
    case 'text':
      return text;
    case 'quantity':
      return z.union([z.string(), z.number()], { error });
    case 'yes-or-no':
      return z.boolean({ error });
    case 'texts':
      return z.union([z.string(), list], { error });
    case 'headers':
      return z.union([list, z.record(z.string(), text)], { error });
    case 'body':
      return z.union([z.string(), z.array(z.unknown()), z.record(z.string(), z.unknown())], { error });
    case 'targets':
      return z.union([z.string(), z.array(z.union([text, targetSchema]))], { error });
    case 'port':
      return z.union([z.boolean(), z.string(), z.number()], { error });
  }
}

/** The part that is wrong, where a value may be one of several things: an object with a field that is no text. */
export function innermost(issue: z.core.$ZodIssue): Pick<z.core.$ZodIssue, 'path' | 'message'> {
  if (issue.code !== 'invalid_union') return issue;
  const inside = issue.errors.flat().find(({ path, message }) => path.length > 0 && message === NO_TEXT);
  return inside === undefined ? issue : { ...inside, path: [...issue.path, ...inside.path] };
}

export const settingsSchema = z.strictObject(
  Object.fromEntries(
    SETTING_NAMES.map((name) => [name, shapeOf(SETTINGS[name]).optional().describe(SETTINGS[name].what)]),
  ),
  { error: 'must be an object of settings' },
);
