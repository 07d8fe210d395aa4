/** Settings as they were written, before they mean anything, each with the place that it was given in. */
import { RampartError } from '../core/errors.ts';
import type { FunctionSource } from '../core/functions.ts';
import type { Tags } from '../core/plan.ts';
import type { SettingName, Settings } from '../settings/table.ts';
import type { Header } from './header.ts';
import type { JsonPath } from './json.ts';

/** Where a value comes from; each wins over those before it. */
export type LayerName = 'default' | 'discovery' | 'scenario' | 'environment' | 'flags' | 'program';

/** Where a setting was given: what to call it in an error, and the kind of that error. */
export interface Origin {
  readonly layer: LayerName;
  readonly label: string;
  readonly code: 'bad-flag' | 'bad-scenario' | 'bad-setting';
  /** Of a scenario file that is a text. */
  readonly place?: FilePlace | null;
}

export interface FilePlace {
  readonly file: string;
  readonly line: number;
}

/** What was given, of one source or of all laid over each other. Nothing in it is a default. */
export interface RawSettings {
  readonly settings: Settings;
  readonly headers: readonly Header[];
  /** Of a scenario file that names several requests; each then has settings of its own. Absent: one, of these. */
  readonly mix?: WrittenMix;
  /** Of a scenario file with requests before or behind the load. Absent: there are none. */
  readonly frame?: WrittenFrame;
  /** Of a scenario module: its functions, which templates and checks name by number. Absent: it has none. */
  readonly functions?: WrittenFunctions;
  /** Of a scenario file: the names of its environments. Absent: it has none. */
  readonly environments?: readonly string[];
  /** @param inside a part of it, of a scenario file. */
  originOf(name: SettingName, inside?: JsonPath): Origin;
}

export interface WrittenFunctions {
  readonly source: FunctionSource;
  /** Which of them checks responses: of a request in the list, or (null) of all. */
  readonly checks: ReadonlyMap<number | null, number>;
}

export interface WrittenRequest {
  readonly name: string | undefined;
  readonly weight: number | undefined;
  readonly path: string | undefined;
  /** The name of the one target that it goes to. */
  readonly target: string | undefined;
  readonly tags: Tags;
  /** What its response gives to later steps, by name. */
  readonly capture: Readonly<Record<string, string>>;
  readonly thresholds: readonly string[];
  /** Its own settings over those of all. */
  readonly given: RawSettings;
  /** The settings that it has of its own. */
  readonly own: Settings;
  originOf(field: string, key?: string | number): Origin;
}

export type WrittenStep =
  | { readonly request: string }
  | { readonly pause: string }
  | { readonly repeat: number; readonly steps: readonly WrittenStep[] }
  | { readonly choose: readonly { readonly weight: number; readonly steps: readonly WrittenStep[] }[] }
  | {
      readonly if: string;
      /** One of the three is there. */
      readonly is?: readonly string[];
      readonly isNot?: readonly string[];
      readonly matches?: string;
      readonly steps: readonly WrittenStep[];
      readonly else: readonly WrittenStep[];
    }
  | { readonly group: string; readonly steps: readonly WrittenStep[] };

/** Where in a scenario something is: names of fields and places in lists. */
export type WrittenPath = readonly (string | number)[];

export interface WrittenFlow {
  readonly name: string;
  /** Absent: none is written. */
  readonly weight: number | undefined;
  /** A load of its own, `requests` of which are passes. Null: it shares that of the file. */
  readonly load: RawSettings | null;
  readonly steps: readonly WrittenStep[];
  originOf(field: string, ...within: WrittenPath): Origin;
}

/** What a scenario file sends, where it has more than one request. */
export interface WrittenMix {
  readonly requests: readonly WrittenRequest[];
  /** Null: each request by itself. */
  readonly flows: readonly WrittenFlow[] | null;
  originOf(field: 'requests' | 'flows'): Origin;
}

/** A request before or behind the load. */
export interface WrittenFrameRequest
  extends Pick<WrittenRequest, 'name' | 'path' | 'target' | 'capture' | 'given' | 'own'> {
  readonly retries: number;
  readonly retryPause: string;
  /** Those that no other request has. */
  readonly ownHeaders: readonly Header[];
  originOf(field: string, key?: string): Origin;
}

export interface WrittenFrame {
  readonly setup: readonly WrittenFrameRequest[];
  readonly teardown: readonly WrittenFrameRequest[];
}

/** The layer that a setting's value comes from. */
export function layerOf(given: RawSettings, name: SettingName): LayerName {
  const isGiven = name === 'headers' ? given.headers.length > 0 : given.settings[name] !== undefined;
  return isGiven ? given.originOf(name).layer : 'default';
}

type QuantityName = {
  [Name in SettingName]-?: NonNullable<Settings[Name]> extends string | number ? Name : never;
}[SettingName];

/** The setting's value by its parser, or undefined where none was given. Errors name the place it was given in. */
export function read<Value>(
  given: RawSettings,
  name: QuantityName,
  parse: (text: string, label: string) => Value,
): Value | undefined {
  const value = given.settings[name];
  return value === undefined ? undefined : blame(given.originOf(name), (label) => parse(String(value), label));
}

/** Runs a parser; what it throws at a scenario's field is the scenario's error. */
export function blame<Value>(origin: Origin, parse: (label: string) => Value): Value {
  try {
    return parse(origin.label);
  } catch (error) {
    if (origin.code === 'bad-flag' || !(error instanceof RampartError) || error.code !== 'bad-flag') throw error;
    throw new RampartError(origin.code, error.message, error.hint, { cause: error.cause });
  }
}

/** @throws RampartError naming the setting and what it clashes with. */
export function refuse(given: RawSettings, name: SettingName, problem: string, hint = ''): never {
  const { code, label } = given.originOf(name);
  throw new RampartError(code, `${label} ${problem}`, hint);
}
