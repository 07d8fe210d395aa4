import type { Plan, SearchPlan } from '../core/plan.ts';
import { count, micros, seconds } from '../core/units.ts';
import type { SettingName } from './schema.ts';
import { type Given, read, refuse } from './sources.ts';
import { parseArrivals, parseChoice, parseCount, parseDuration, parseRate, parseShare } from './syntax.ts';
import { resolveThresholdList } from './threshold.ts';

/** What `find` decides itself, level by level. */
const DECIDED_BY_FIND = [
  'rate',
  'vus',
  'stages',
  'spawnRate',
  'duration',
  'warmup',
  'requests',
  'thresholds',
  'strict',
  'until',
  'engine',
] as const satisfies readonly SettingName[];

const ONLY_FIND = [
  'slos',
  'unit',
  'budget',
  'precision',
  'allowRough',
  'maxRate',
  'maxVus',
  'settle',
  'instanceHeader',
] as const satisfies readonly SettingName[];

const DEFAULT_VUS = 1024;
/** s. */
const DEFAULT_BUDGET = 120;
const MOST_EXTENDED = 3_600;

/** What to search for; null where the plan is no search. @throws RampartError */
export function resolveSearch(given: Given, kind: Plan['kind']): SearchPlan | null {
  if (kind !== 'find') {
    for (const name of ONLY_FIND)
      if (given.settings[name] !== undefined) refuse(given, name, 'only applies to rampart find');
    return null;
  }
  for (const name of DECIDED_BY_FIND)
    if (given.settings[name] !== undefined)
      refuse(given, name, 'does not apply to find, which chooses its own levels', hintFor(name));
  const unit = read(given, 'unit', (text, label) => parseChoice(text, label, ['req/s', 'vus'])) ?? 'req/s';
  const maxRate = read(given, 'maxRate', (text, label) => parseRate(text, label, { min: '0.1/s' }));
  const maxVus = read(given, 'maxVus', (text, label) => parseCount(text, label, { min: '2', max: '100k' }));
  const arrivals = read(given, 'arrivals', parseArrivals);
  if (unit === 'vus' && arrivals !== undefined)
    refuse(given, 'arrivals', 'belongs to a search for a rate, but --unit vus searches users');
  if (unit === 'vus' && maxRate !== undefined)
    refuse(given, 'maxRate', 'bounds a search for a rate, but --unit vus searches users', 'Use --max-vus.');
  return {
    unit,
    slos: resolveThresholdList(given, 'slos'),
    ...budgetOf(given),
    precision: read(given, 'precision', parseShare) ?? 0.1,
    ...(given.settings.allowRough === true ? { allowRough: true } : {}),
    maxLoad: unit === 'vus' ? (maxVus ?? null) : (maxRate ?? null),
    arrivals: arrivals ?? 'poisson',
    maxVus: maxVus ?? count(DEFAULT_VUS),
    settle: read(given, 'settle', (text, label) => parseDuration(text, label, { max: '1h' })) ?? micros(0),
    instanceHeader: instanceHeaderOf(given),
  };
}

/** `auto`: the usual budget, and as much more as the precision takes. */
function budgetOf(given: Given): Pick<SearchPlan, 'budget' | 'extendTo'> {
  if (given.settings.budget === 'auto') return { budget: seconds(DEFAULT_BUDGET), extendTo: seconds(MOST_EXTENDED) };
  const budget = read(given, 'budget', (text, label) => parseDuration(text, label, { min: '5s', max: '24h' }));
  return { budget: budget ?? seconds(DEFAULT_BUDGET) };
}

function instanceHeaderOf(given: Given): string | null {
  const header = given.settings.instanceHeader;
  if (header === undefined) return null;
  if (given.settings.settle === undefined) refuse(given, 'instanceHeader', 'needs --settle', 'Write --settle 60s.');
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(header)) refuse(given, 'instanceHeader', `"${header}" is no name of a header`);
  return header;
}

function hintFor(name: SettingName): string {
  if (name === 'thresholds') return 'Say what must hold with --slo.';
  if (name === 'until') return 'Say how narrow its interval shall be with --precision.';
  if (name === 'strict') return 'A rough answer does not pass anyway, without --allow-rough.';
  if (name === 'duration' || name === 'requests') return 'Say how long it may take with --budget.';
  return 'Bound it with --max-rate or --max-vus, or use rampart run.';
}
