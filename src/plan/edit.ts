/**
 * Reads what somebody wants to make of a load that is running, from the fields of a form or the arguments of a call.
 */
import { LOADS_OF_THEIR_OWN, type LoadEdit } from '../core/command.ts';
import { RampartError } from '../core/errors.ts';
import type { LoadProfile } from '../core/plan.ts';
import { micros } from '../core/units.ts';
import { parseRamp, parseSpawnRate, parseTargetRate, parseTargetUsers } from './load.ts';
import { didYouMean } from './suggest.ts';

/** What is wrong with one field of a form; `message` begins with the field's name. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

export type EditReading =
  | { readonly ok: true; readonly edit: LoadEdit }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** Fields by model: the first must be given. */
const FIELDS = { closed: ['vus', 'spawnRate'], open: ['rate', 'ramp'] } as const;

/**
 * Reads what a person wants to make of a running load: `vus` and `spawnRate` (empty: all at once) of one with virtual
 * users, `rate` and `ramp` (a duration; empty: at once) of one with arrivals. As text or numbers, within the limits of a
 * stage of the plan.
 */
export function readEdit(load: LoadProfile, fields: Readonly<Record<string, unknown>>): EditReading {
  if (load.model === 'mixed') return { ok: false, errors: [{ field: '', message: LOADS_OF_THEIR_OWN }] };
  const known: readonly string[] = FIELDS[load.model === 'closed' ? 'closed' : 'open'];
  const errors: FieldError[] = [];
  const read = <Value>(field: string, parse: (text: string, label: string) => Value): Value | null => {
    const text = textOf(fields[field]);
    if (text === '') return null;
    try {
      if (text === null) throw new RampartError('bad-flag', `${field} must be text or a number`);
      return parse(text, field);
    } catch (error) {
      if (!(error instanceof RampartError)) throw error;
      errors.push({ field, message: error.message });
      return null;
    }
  };
  const given = (field: string): boolean => textOf(fields[field]) !== '';
  for (const field of Object.keys(fields).filter((name) => !known.includes(name) && given(name)))
    errors.push({
      field,
      message: `${field} cannot be changed while the test runs. ${didYouMean(field, known)}`.trim(),
    });
  const edit: LoadEdit | null = load.model === 'closed' ? closedEdit() : openEdit();
  return edit === null || errors.length > 0 ? { ok: false, errors } : { ok: true, edit };

  function closedEdit(): LoadEdit | null {
    if (!given('vus')) errors.push({ field: 'vus', message: 'vus is missing: how many virtual users there shall be' });
    const vus = read('vus', parseTargetUsers);
    const spawnRate = read('spawnRate', parseSpawnRate);
    return vus === null ? null : { model: 'closed', vus, spawnRate };
  }

  function openEdit(): LoadEdit | null {
    if (!given('rate'))
      errors.push({ field: 'rate', message: 'rate is missing: how many requests per second shall be due' });
    const ratePerSec = read('rate', parseTargetRate);
    const ramp = read('ramp', parseRamp) ?? micros(0);
    return ratePerSec === null ? null : { model: 'open', ratePerSec, ramp };
  }
}

/** Null: neither text nor a number. */
function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : null;
}
