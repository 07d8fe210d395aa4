/**
 * The settings as a person writes them, in a scenario file, in the environment or as flags: text, numbers and yes/no.
 * What the text means is read after the sources are laid over each other.
 */
import * as z from 'zod';
import type { Setting } from '../settings/setting.ts';
import { SETTING_NAMES, SETTINGS } from '../settings/table.ts';

const NO_TEXT = 'must be text';
const text = z.string({ error: NO_TEXT });
const list = z.array(text, { error: 'must be a list of texts' });

/** One of several targets; what its texts mean is read by `plan/targets`. */
export const targetSchema = z.strictObject(
  {
    name: text.describe('What tables and thresholds call it: p95{target=canary}<300ms'),
    url: text.describe('Its address, with what comes before the paths of requests, if anything'),
    weight: z
      .number({ error: 'must be a number' })
      .optional()
      .describe('Its share of the load, beside the weights of the others (default 1)'),
    headers: z
      .union([list, z.record(z.string(), text)], {
        error: 'must be a list of "Name: value" texts, or an object of texts by name',
      })
      .optional()
      .describe('Headers of all requests to it, over those of the file'),
    insecure: z.boolean({ error: 'must be true or false' }).optional().describe('Accept any certificate of it'),
    cacert: text.optional().describe('Trust the certificates in this PEM file, not the usual authorities'),
    cert: text.optional().describe('Client certificate for it, PEM'),
    key: text.optional().describe('Its private key, PEM'),
  },
  { error: 'must be text like canary=10@http://host, or an object with a name and a url' },
);

function shapeOf({ shape, example }: Setting): z.ZodType {
  switch (shape) {
    case 'text':
      return text;
    case 'quantity':
      return z.union([z.string(), z.number()], { error: 'must be text or a number' });
    case 'yes-or-no':
      return z.boolean({ error: 'must be true or false' });
    case 'texts': {
      const like =
        example === undefined ? 'text, or a list of texts' : `text like "${example}", or a list of such texts`;
      return z.union([z.string(), list], { error: `must be ${like}` });
    }
    case 'headers':
      return z.union([list, z.record(z.string(), text)], {
        error: 'must be a list of "Name: value" texts, or an object of texts by name',
      });
    case 'body':
      return z.union([z.string(), z.array(z.unknown()), z.record(z.string(), z.unknown())], {
        error: 'must be text, or an object or list to send as JSON',
      });
    case 'targets':
      return z.union([z.string(), z.array(z.union([text, targetSchema]))], {
        error: 'must be a list of targets, like {"name": "canary", "url": "http://host:8080", "weight": 10}',
      });
    case 'port':
      return z.union([z.boolean(), z.string(), z.number()], { error: 'must be a port, or true or false' });
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
