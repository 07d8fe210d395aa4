/** The settings of a search: what it looks for, within what budget and bounds, and what it refuses. */
import { RampartError } from '../core/errors.ts';
import type { Pass } from '../core/pass.ts';
import type { Plan, SearchPlan, SearchTier, Threshold } from '../core/plan.ts';
import { micros, seconds, toSeconds } from '../core/units.ts';
import { namesWhere, SETTING_NAMES, SETTINGS } from '../settings/table.ts';
import { type RawSettings, refuse } from './raw-settings.ts';
import { defaultOf, readOrDefault, readValue } from './value.ts';

type Time = Pick<SearchPlan, 'budget' | 'extendTo'>;

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
  readonly tiers: readonly SearchTier[];
  /** A pass through flows with steps; null: requests come by themselves. */
  readonly pass: Pass | null;
}

/** A level of flows takes twice the longest pause, warm-up and window, and a search has some twenty levels. */
const BUDGET_OF_PAUSES = 40;

/** What to search for; null where the plan is no search. @throws RampartError */
export function resolveSearch(
  given: RawSettings,
  kind: Plan['kind'],
  { slos, tiers, pass }: Searched,
): SearchPlan | null {
  if (kind !== 'find') {
    for (const name of namesWhere(({ onlyFor }) => onlyFor === 'find'))
      if (given.settings[name] !== undefined) refuse(given, name, 'only applies to rampart find');
    return null;
  }
  refuseMisplaced(given, 'find', 'does not apply to find, which chooses its own levels');
  const asked = readOrDefault(given, 'unit');
  const unit = pass !== null && asked === 'req/s' ? 'flows/s' : asked;
  const time = budgetOf(given, pass);
  const maxRate = readValue(given, 'maxRate');
  const maxVus = readValue(given, 'maxVus');
  const arrivals = readValue(given, 'arrivals');
  if (unit === 'vus' && arrivals !== undefined)
    refuse(given, 'arrivals', 'belongs to a search for a rate, but --unit vus searches users');
  if (unit === 'vus' && maxRate !== undefined)
    refuse(given, 'maxRate', 'bounds a search for a rate, but --unit vus searches users', 'Use --max-vus.');
  return {
    unit,
    // Who names tiers alone looks for where the first of them ends.
    slos: slos.length === 0 ? (tiers[0]?.slos ?? []) : slos,
    ...(tiers.length === 0 ? {} : { tiers }),
    ...time,
    precision: readOrDefault(given, 'precision'),
    ...(given.settings.allowRough === true ? { allowRough: true } : {}),
    maxLoad: unit === 'vus' ? (maxVus ?? null) : (maxRate ?? null),
    arrivals: arrivals ?? 'poisson',
    maxVus: maxVus ?? defaultOf('maxVus'),
    settle: readValue(given, 'settle') ?? micros(0),
    instanceHeader: instanceHeaderOf(given),
  };
}

/** @param longest, @param needed s. */
function longFlows(given: RawSettings, longest: number, needed: number): RampartError {
  const { label, code } = given.mix?.originOf('flows') ?? given.originOf('url');
  const budget = needed > 90 ? `${Math.ceil(needed / 60)}m` : `${needed}s`;
  return new RampartError(
    code,
    `${label} pause for up to ${Number(longest.toPrecision(2))} s in a pass, and each level of a search must be longer than its flows`,
    `Give it --budget ${budget}, or shorter pauses.`,
  );
}

/** `auto`: the usual budget, and as much more as the precision takes. */
function budgetOf(given: RawSettings, pass: Pass | null): Time {
  const auto = given.settings.budget === 'auto';
  const most = auto ? seconds(MOST_EXTENDED) : readOrDefault(given, 'budget');
  const needed = pass === null ? micros(0) : seconds(Math.ceil(BUDGET_OF_PAUSES * pass.longest));
  if (pass !== null && needed > most) throw longFlows(given, pass.longest, toSeconds(needed));
  return auto ? { budget: micros(Math.max(DEFAULT_BUDGET, needed)), extendTo: most } : { budget: most };
}

function instanceHeaderOf(given: RawSettings): string | null {
  const header = given.settings.instanceHeader;
  if (header === undefined) return null;
  if (given.settings.settle === undefined) refuse(given, 'instanceHeader', 'needs --settle', 'Write --settle 60s.');
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(header)) refuse(given, 'instanceHeader', `"${header}" is no name of a header`);
  return header;
}
