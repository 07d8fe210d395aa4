/** The loads of a run whose flows have loads of their own. */
import { type FlowLoad, together } from '../core/loads.ts';
import type { LoadProfile, OneLoad } from '../core/plan.ts';
import type { SettingName, Settings } from '../settings/table.ts';
import { lay } from './layers.ts';
import { resolveLoad } from './load.ts';
import { layerOf, type RawSettings, refuse, type WrittenFlow } from './raw-settings.ts';
import { LOAD_OF_FLOW } from './request-settings.ts';
import { readValue } from './value.ts';

/** What a run offers: its load, and where flows have loads of their own, each of them. */
export interface ResolvedLoads {
  readonly load: LoadProfile;
  readonly loads: readonly FlowLoad[] | null;
}

/** The file's word of all loads that do not say it themselves. */
const OF_ALL = ['duration', 'dataOrder', 'until'] as const satisfies readonly SettingName[];

/** The loads of a `run`: of each flow that has its own, and first that of all others. @throws RampartError */
export function resolveLoads(given: RawSettings): ResolvedLoads {
  const flows = given.mix?.flows ?? [];
  const own = flows.filter((flow): flow is WrittenFlow & { load: RawSettings } => flow.load !== null);
  if (own.length === 0) return { load: resolveLoad(given), loads: null };
  if (given.settings.requests !== undefined)
    refuse(
      given,
      'requests',
      'counts passes of one load, and flows have loads of their own',
      'Say in each of them how many there are: "load": {"vus": 1, "iterations": 100}.',
    );
  const isShared = own.length < flows.length;
  if (!isShared) refuseUnused(given);
  const shared: FlowLoad[] = isShared ? [{ flow: null, profile: resolveLoad(given), maxPasses: null }] : [];
  const loads = [...shared, ...own.map((flow) => ({ flow: flow.name, ...loadOf(flow.load, given) }))];
  return { load: together(loads.map(({ profile }) => profile)), loads };
}

/** A duration of a flag lies over those of the file, as every flag does. */
function loadOf(load: RawSettings, given: RawSettings): { profile: OneLoad; maxPasses: FlowLoad['maxPasses'] } {
  const over = ['scenario', 'discovery', 'default'].includes(layerOf(given, 'duration')) ? [] : ['duration' as const];
  const its = lay(lay(only(given, OF_ALL), load), only(given, over));
  return { profile: resolveLoad(its), maxPasses: readValue(load, 'requests') ?? null };
}

/** @throws RampartError where a load is given and no flow is left for it. */
function refuseUnused(given: RawSettings): void {
  const unused = LOAD_OF_FLOW.find((name) => name !== 'duration' && given.settings[name] !== undefined);
  if (unused !== undefined)
    refuse(
      given,
      unused,
      'has no flow that it could be of: each has a load of its own',
      'Change those, or take the load of one flow away.',
    );
}

function only(given: RawSettings, names: readonly SettingName[]): RawSettings {
  const said = names.filter((name) => given.settings[name] !== undefined);
  const settings = Object.fromEntries(said.map((name) => [name, given.settings[name]])) as Settings;
  return { settings, headers: [], originOf: given.originOf };
}
