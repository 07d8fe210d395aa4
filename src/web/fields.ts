/** The fields of the start form, made of the table of settings. */
import type { FieldPurpose, FormField } from '../settings/setting.ts';
import { SETTING_NAMES, SETTINGS } from '../settings/table.ts';

/** A field of the start form. Its name is the setting's, and so is what it may hold. */
export interface Field {
  readonly name: string;
  readonly label: string;
  /** What to write, in a few words. */
  readonly hint: string;
  readonly placeholder: string;
  readonly kind: 'line' | 'lines' | 'code';
  /** Shown for these tests; absent: for all. */
  readonly only?: FieldPurpose;
}

const field = (name: string, label: string, hint: string, placeholder: string, rest: Partial<Field> = {}): Field => ({
  name,
  label,
  hint,
  placeholder,
  kind: 'line',
  ...rest,
});

/** The fields of a part of the start form, as their settings declare them. */
const fieldsIn = (part: FormField['part']): readonly Field[] =>
  SETTING_NAMES.flatMap((name) => {
    const { form } = SETTINGS[name];
    if (form === undefined || form.part === 'unseen' || form.part !== part) return [];
    const { label, hint, placeholder = '', kind = 'line', only } = form;
    return [field(name, label, hint, placeholder, { kind, ...(only === undefined ? {} : { only }) })];
  });

/** What most tests need. */
export const MAIN_FIELDS: readonly Field[] = fieldsIn('main');

/** What some tests need; folded away. */
export const ADVANCED_FIELDS: readonly Field[] = fieldsIn('advanced');

/** The fields of the dialog that changes a run under way. */
export const EDIT_FIELDS: readonly Field[] = [
  field('vus', 'Users', 'how many there shall be', '', { only: 'users' }),
  field('spawnRate', 'Ramp up', 'users per second on the way there; empty: at once', '', { only: 'users' }),
  field('rate', 'Rate', 'requests due per second', '', { only: 'rate' }),
  field('ramp', 'Within', 'how long the rate takes to get there; empty: at once', '', { only: 'rate' }),
];
