import { RampartError } from '../core/errors.ts';
import type { Plan, SearchPlan, Threshold } from '../core/plan.ts';
import { micros, seconds } from '../core/units.ts';
import { namesWhere, SETTING_NAMES, SETTINGS } from '../settings/table.ts';
import { type RawSettings, refuse } from './raw-settings.ts';
import { defaultOf, readOrDefault, readValue } from './value.ts';

const DEFAULT_BUDGET = defaultOf('budget');
/** s. */
const MOST_EXTENDED = 3_600;

/** Settings of another command, wherever they were given. @throws RampartError */
export function refuseMisplaced(given: RawSettings, kind: 'find' | 'probe', problem: string): void {
  for (const name of SETTING_NAMES) {
    const hint = SETTINGS[name].refusedBy?.[kind];
    if (hint !== undefined && given.settings[name] !== undefined) refuse(given, name, problem, hint);
  }
}

/** What is sent at a level. */
interface Searched {
  readonly slos: readonly Threshold[];
  /** Whether flows have several steps. */
  readonly walked: boolean;
}

/** What to search for; null where the plan is no search. @throws RampartError */
export function resolveSearch(given: RawSettings, kind: Plan['kind'], { slos, walked }: Searched): SearchPlan | null {
  if (kind !== 'find') {
    for (const name of namesWhere(({ onlyFor }) => onlyFor === 'find'))
      if (given.settings[name] !== undefined) refuse(given, name, 'only applies to rampart find');
    return null;
  }
  refuseMisplaced(given, 'find', 'does not apply to find, which chooses its own levels');
  if (walked) {
    const { label, code } = given.mix?.originOf('flows') ?? given.originOf('url');
    const hint = 'Search the mix of its requests: give them weights, without flows.';
    throw new RampartError(code, `${label} have several steps, and find searches the load of single requests`, hint);
  }
  const unit = readOrDefault(given, 'unit');
  const maxRate = readValue(given, 'maxRate');
  const maxVus = readValue(given, 'maxVus');
  const arrivals = readValue(given, 'arrivals');
  if (unit === 'vus' && arrivals !== undefined)
    refuse(given, 'arrivals', 'belongs to a search for a rate, but --unit vus searches users');
  if (unit === 'vus' && maxRate !== undefined)
    refuse(given, 'maxRate', 'bounds a search for a rate, but --unit vus searches users', 'Use --max-vus.');
  return {
    unit,
    slos,
    ...budgetOf(given),
    precision: readOrDefault(given, 'precision'),
    ...(given.settings.allowRough === true ? { allowRough: true } : {}),
    maxLoad: unit === 'vus' ? (maxVus ?? null) : (maxRate ?? null),
    arrivals: arrivals ?? 'poisson',
    maxVus: maxVus ?? defaultOf('maxVus'),
    settle: readValue(given, 'settle') ?? micros(0),
    instanceHeader: instanceHeaderOf(given),
  };
}

/** `auto`: the usual budget, and as much more as the precision takes. */
function budgetOf(given: RawSettings): Pick<SearchPlan, 'budget' | 'extendTo'> {
  if (given.settings.budget === 'auto') return { budget: DEFAULT_BUDGET, extendTo: seconds(MOST_EXTENDED) };
  return { budget: readOrDefault(given, 'budget') };
}

function instanceHeaderOf(given: RawSettings): string | null {
  const header = given.settings.instanceHeader;
  if (header === undefined) return null;
  if (given.settings.settle === undefined) refuse(given, 'instanceHeader', 'needs --settle', 'Write --settle 60s.');
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(header)) refuse(given, 'instanceHeader', `"${header}" is no name of a header`);
  return header;
}
