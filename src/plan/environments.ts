/** The environments of a scenario file: named settings that lie over those of the file, one of them at a time (--env staging). */
import * as z from 'zod';
import { RampartError } from '../core/errors.ts';
import { isRecord } from '../core/json-value.ts';
import type { ChosenEnvironment } from './chosen-environment.ts';
import { FORM_FIELDS } from './form-fields.ts';
import type { Origin, RawSettings, WrittenPath } from './raw-settings.ts';
import { settingsSchema } from './schema.ts';
import { refusal } from './steps.ts';
import { meantAmong } from './suggest.ts';
import { quote } from './syntax.ts';

export const environmentsSchema = z
  .record(z.string(), settingsSchema.omit({ env: true } as never).extend(FORM_FIELDS), {
    error: 'must be an object of settings by name, like {"staging": {"url": "https://staging.example"}}',
  })
  .describe(
    'Settings over those of the file, one of them at a time: {"staging": {"url": "https://staging.example"}} and --env staging',
  );

/** What reading a file gives for it. */
interface EnvironmentsFile {
  readonly environments: unknown;
  readonly chosen: ChosenEnvironment | null;
  readonly file: string;
  originAt(path: WrittenPath): Origin;
  /** Settings of one, checked. */
  give(fields: Readonly<Record<string, unknown>>, at: WrittenPath): RawSettings;
}

/** The settings of the one that is wanted; null: none is. All of them are checked. @throws RampartError */
export function readEnvironment({ environments, chosen, file, originAt, give }: EnvironmentsFile): RawSettings | null {
  if (environments !== undefined && !isRecord(environments))
    throw refusal(originAt(['environments']), 'must be an object of settings by name');
  const all = Object.entries(environments ?? {}).map(([name, fields]): [string, RawSettings] => {
    const at = ['environments', name];
    if (!isRecord(fields)) throw refusal(originAt(at), 'must be an object of settings');
    if ('env' in fields) throw refusal(originAt([...at, 'env']), 'names an environment within one');
    return [name, give(fields, at)];
  });
  // A RAMPART_ENV beside a file without any is likely somebody's own.
  if (chosen === null || (environments === undefined && chosen.origin.layer === 'environment')) return null;
  const { name, origin } = chosen;
  const found = all.find(([one]) => one === name);
  if (found !== undefined) return found[1];
  const hint =
    all.length === 0
      ? 'Write them there: "environments": {"staging": {"url": "https://staging.example"}}.'
      : meantAmong(
          name,
          all.map(([one]) => one),
        );
  throw new RampartError(origin.code, `${origin.label}: ${file} has no environment ${quote(name)}`, hint);
}
