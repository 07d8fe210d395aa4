import { expect, it } from 'vitest';
import { FORM_SETTINGS } from '../plan/form.ts';
import { flagOf, SETTING_NAMES } from '../settings/table.ts';
import { readSettings, readStart } from './control.ts';
import { ADVANCED_FIELDS, EDIT_FIELDS, MAIN_FIELDS } from './fields.ts';

it('reads what the form sends, and leaves out what is empty', () => {
  const settings = { url: 'http://127.0.0.1/', vus: '3', rate: '  ' };
  expect(readStart({ kind: 'run', settings })).toEqual({
    kind: 'run',
    settings: { url: 'http://127.0.0.1/', vus: '3' },
  });
});

it.each([null, 7, 'run', [], {}, { kind: 'run' }, { kind: 'serve', settings: {} }, { kind: 'run', settings: [] }])(
  'makes nothing of %j',
  (body) => expect(readStart(body)).toBeNull(),
);

it('takes nothing but texts', () => {
  expect(readSettings({ vus: 3 })).toBeNull();
  expect(readSettings({ vus: { toString: 'x' } })).toBeNull();
});

it('has fields for settings of the form only, named as their flags are', () => {
  for (const { name } of [...MAIN_FIELDS, ...ADVANCED_FIELDS]) {
    expect(FORM_SETTINGS).toContain(name);
    const list = ['headers', 'thresholds', 'slos'].includes(name);
    const flag = `--${(list ? name.slice(0, -1) : name).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const setting = SETTING_NAMES.find((each) => each === name);
    if (setting === undefined) throw new Error(`no setting ${name}`);
    if (name !== 'url') expect(flagOf(setting)).toBe(flag);
  }
  expect(EDIT_FIELDS.map(({ name }) => name)).toEqual(['vus', 'spawnRate', 'rate', 'ramp']);
});
