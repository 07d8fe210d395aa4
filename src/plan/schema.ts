import * as z from 'zod';
import type { Setting } from '../settings/setting.ts';
import { SETTING_NAMES, SETTINGS } from '../settings/table.ts';

/*
 * The settings as a person writes them, in a scenario file, in the environment or as flags: text, numbers and yes/no.
 * What the text means is read after the sources are laid over each other.
 */

const NO_TEXT = 'must be text';
const text = z.string({ error: NO_TEXT });
const list = z.array(text, { error: 'must be a list of texts' });

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
