/** Reads a setting by the kind, limits and default of its declaration in the settings table. */
import type { Amounts } from '../core/amounts.ts';
import type { ArrivalPattern, Distribution } from '../core/plan.ts';
import type { Bytes, Count, Micros, PerSecond } from '../core/units.ts';
import type { Value } from '../settings/setting.ts';
import { type DefaultedName, SETTINGS, type ValuedName, type ValueOf } from '../settings/table.ts';
import { type RawSettings, read } from './raw-settings.ts';
import {
  parseAmountsOf,
  parseArrivals,
  parseBytes,
  parseChoice,
  parseCount,
  parseDuration,
  parseRate,
  parseSeed,
  parseShare,
  parseThinkTime,
} from './syntax.ts';

/** What a text of each kind of value means. */
type Meaning<Kind extends Value> = Kind extends { readonly kind: 'choice'; readonly of: readonly (infer Word)[] }
  ? Word
  : Kind extends { readonly kind: keyof Meanings }
    ? Meanings[Kind['kind']]
    : never;

interface Meanings {
  readonly duration: Micros;
  readonly count: Count;
  readonly rate: PerSecond;
  readonly size: Bytes;
  readonly share: number;
  readonly seed: number;
  readonly arrivals: ArrivalPattern;
  readonly 'think-time': Distribution;
  readonly amounts: Amounts;
}

/** A setting's value by the kind and the limits of its declaration, or undefined where none was given. @throws RampartError */
export function readValue<Name extends ValuedName>(given: RawSettings, name: Name): Meaning<ValueOf<Name>> | undefined {
  return read(given, name, (text, label) => parse(name, text, label));
}

/** The same, or the default that is declared. */
export function readOrDefault<Name extends ValuedName & DefaultedName>(
  given: RawSettings,
  name: Name,
): Meaning<ValueOf<Name>> {
  return readValue(given, name) ?? defaultOf(name);
}

export function defaultOf<Name extends ValuedName & DefaultedName>(name: Name): Meaning<ValueOf<Name>> {
  return parse(name, SETTINGS[name].default ?? '', `the default of ${name}`);
}

/** Its upper limit, as it is written. */
export function mostOf(name: 'vus' | 'rate' | 'duration'): string {
  const { value } = SETTINGS[name];
  return (value !== undefined && 'max' in value ? value.max : undefined) ?? '';
}

function parse<Name extends ValuedName>(name: Name, text: string, label: string): Meaning<ValueOf<Name>> {
  const { value } = SETTINGS[name];
  if (value === undefined) throw new Error(`${name} has no kind of value`);
  return parseValue(value, text, label) as Meaning<ValueOf<Name>>;
}

function parseValue(value: Value, text: string, label: string): unknown {
  switch (value.kind) {
    case 'duration':
      return parseDuration(text, label, value);
    case 'count':
      return parseCount(text, label, value);
    case 'rate':
      return parseRate(text, label, value);
    case 'size':
      return parseBytes(text, label);
    case 'share':
      return parseShare(text, label);
    case 'seed':
      return parseSeed(text, label);
    case 'arrivals':
      return parseArrivals(text, label);
    case 'think-time':
      return parseThinkTime(text, label);
    case 'amounts':
      return parseAmountsOf(text, label);
    case 'choice':
      return parseChoice(text, label, value.of);
  }
}
