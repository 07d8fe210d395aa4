/** Suits a scenario file to the command that uses it: a load that the command makes itself is left out. */
import type { Plan } from '../core/plan.ts';
import { SETTING_NAMES, SETTINGS, type SettingName, type Settings } from '../settings/table.ts';
import { layerOf, type RawSettings, refuse } from './raw-settings.ts';
import { refusal } from './steps.ts';
import { readOrDefault } from './value.ts';

/** What a command left out of a scenario file that was written for another one. */
export interface Suited {
  readonly given: RawSettings;
  /** A sentence; null: nothing. */
  readonly leftOut: string | null;
}

/** A file's load of its own cannot be left out: its rows and requests are those of the trace. */
const KEPT: ReadonlySet<SettingName> = new Set(['replay', 'replayTime', 'speed', 'replayLoop', 'replayAll']);

/**
 * One scenario file serves a run, a search and a probe: what it says of a load that another command makes is left out, and the
 * thresholds of a run are what a search holds, unless the file or the command has SLOs. What flags and variables say is meant for
 * this command, and refused where it does not apply.
 */
export function suitedTo(given: RawSettings, kind: Plan['kind']): Suited {
  const alike = withoutLoads(given, kind);
  const suited = suitedSettings(alike, kind);
  if (alike === given) return suited;
  const loads = `Left out of the file, since ${REASON[kind]}: the loads of single flows.`;
  return { ...suited, leftOut: suited.leftOut === null ? loads : `${suited.leftOut} ${loads}` };
}

/**
 * Loads of single flows. A search has one axis, a trace the only instants: what they say cannot be left out, for it is what
 * the flows are there for. A probe goes through all flows alike, one request at a time.
 */
function withoutLoads(given: RawSettings, kind: Plan['kind']): RawSettings {
  const { mix, settings } = given;
  const own = mix?.flows?.find(({ load }) => load !== null);
  if (mix === undefined || own === undefined) return given;
  if (kind === 'find')
    throw refusal(
      own.originOf('load'),
      'is a load of its own, and find searches one load, of all flows',
      'Give the flows weights instead, in a file for find.',
    );
  if (settings.replay !== undefined)
    throw refusal(
      own.originOf('load'),
      'is a load of its own, and a trace has the instants of all',
      'Leave one of them out.',
    );
  if (kind === 'run') return given;
  return { ...given, mix: { ...mix, flows: (mix.flows ?? []).map((flow) => ({ ...flow, load: null })) } };
}

function suitedSettings(given: RawSettings, kind: Plan['kind']): Suited {
  // A search for a rate has no users that would keep to it.
  if (kind === 'find' && given.settings.pacing !== undefined && readOrDefault(given, 'unit') === 'vus')
    refuse(
      given,
      'pacing',
      'sets how often a user begins, and find --unit vus searches users that begin again at once',
      'Take it away, or search flows per second: find without --unit.',
    );
  const ofFile = (name: SettingName): boolean => layerOf(given, name) === 'scenario';
  const misplaced = SETTING_NAMES.filter((name) => !KEPT.has(name) && ofFile(name) && isMisplaced(name, kind));
  if (misplaced.length === 0) return { given, leftOut: null };
  const settings: Partial<Settings> = { ...given.settings };
  for (const name of misplaced) delete settings[name];
  const held = kind === 'find' && misplaced.includes('thresholds') && given.settings.slos === undefined;
  const slos = held ? { slos: given.settings.thresholds } : {};
  const others = misplaced.filter((name) => !held || name !== 'thresholds');
  return {
    given: {
      ...given,
      settings: { ...settings, ...slos } as Settings,
      originOf: (name, inside) => given.originOf(held && name === 'slos' ? 'thresholds' : name, inside),
    },
    leftOut: [
      ...(others.length === 0 ? [] : [`Left out of the file, since ${REASON[kind]}: ${others.join(', ')}.`]),
      ...(held ? ['Its thresholds are the SLOs.'] : []),
    ].join(' '),
  };
}

const REASON: Readonly<Record<Plan['kind'], string>> = {
  run: 'they are of a search',
  find: 'find chooses its own levels',
  probe: 'a probe sends one request at a time',
};

function isMisplaced(name: SettingName, kind: Plan['kind']): boolean {
  const { refusedBy, onlyFor } = SETTINGS[name];
  return kind === 'run'
    ? onlyFor === 'find'
    : refusedBy?.[kind] !== undefined || (kind === 'probe' && onlyFor === 'find');
}
