/** The load of a run from its settings: virtual users or arrivals, their stages, think time and duration. */
import { type Distribution, FOREVER, type OneLoad, type Stage } from '../core/plan.ts';
import { type Count, count, type Micros, micros, type PerSecond, seconds } from '../core/units.ts';
import type { SettingName } from '../settings/table.ts';
import { parseProfile } from './profile.ts';
import { blame, type RawSettings, read, refuse } from './raw-settings.ts';
import { parseCount, parseDuration, parseRate, parseStages, type StageText } from './syntax.ts';
import { defaultOf, mostOf, readOrDefault, readValue } from './value.ts';

/** How long load is offered where only the number of requests says when to stop. */
export const UNTIL_COUNTED: Micros = seconds(24 * 3_600);

/** Where the run ends when something is known. */
const DEFAULT_UNTIL = seconds(600);
const MOST_VUS = mostOf('vus');
const MOST_RATE = mostOf('rate');
const LONGEST = mostOf('duration');

/** The load of a `run`: a rate means the open model, virtual users (or nothing) the closed one. @throws RampartError */
export function resolveLoad(given: RawSettings): OneLoad {
  refuseTogether(given, 'stages', 'duration', 'the stages say how long');
  refuseTogether(given, 'stages', 'spawnRate', 'the stages say how fast');
  refuseTogether(given, 'profile', 'stages', 'each says how the load goes');
  refuseTogether(given, 'profile', 'spawnRate', 'the profile says how fast');
  refuseTogether(given, 'profile', 'requests', 'the profile says how long');
  refuseTogether(given, 'profile', 'until', 'the load is to stay the same for that');
  if (given.settings.rate === undefined) return closedLoad(given);
  refuseTogether(given, 'rate', 'vus', 'one is the open model, the other the closed one');
  refuseTogether(given, 'rate', 'spawnRate', 'spawning belongs to virtual users');
  refuseTogether(given, 'rate', 'thinkTime', 'thinking belongs to virtual users');
  refuseTogether(given, 'rate', 'pacing', 'pacing belongs to virtual users');
  return openLoad(given);
}

/** What a stage, or an edit of a running load, may lead to. @throws RampartError */
export const parseTargetUsers = (text: string, label: string): Count => parseCount(text, label, { max: MOST_VUS });
export const parseTargetRate = (text: string, label: string): PerSecond => parseRate(text, label, { max: MOST_RATE });
/** How fast it gets there. @throws RampartError */
export const parseSpawnRate = (text: string, label: string): PerSecond =>
  parseRate(text, label, { min: '1/h', max: MOST_RATE });
export const parseRamp = (text: string, label: string): Micros => parseDuration(text, label, { max: LONGEST });

/** One virtual user that pauses only if asked to: a probe's load. */
export function probeLoad(given: RawSettings): OneLoad {
  return {
    model: 'closed',
    vus: [{ duration: UNTIL_COUNTED, from: count(1), to: count(1) }],
    thinkTime: resolveThinkTime(given),
  };
}

function openLoad(given: RawSettings): OneLoad {
  const staged = given.settings.stages !== undefined;
  // Stages may begin with no load at all.
  const start = (staged ? read(given, 'rate', parseTargetRate) : readValue(given, 'rate')) ?? (0 as PerSecond);
  return {
    model: 'open',
    arrivals: readValue(given, 'arrivals') ?? 'uniform',
    rate: staged
      ? stagesFrom(start, given, parseTargetRate)
      : (profileFrom(start, given, parseTargetRate) ?? [{ duration: resolveDuration(given), from: start, to: start }]),
    maxInFlight: readOrDefault(given, 'maxInFlight'),
  };
}

function closedLoad(given: RawSettings): OneLoad {
  for (const name of ['arrivals', 'maxInFlight'] as const)
    if (given.settings[name] !== undefined) refuse(given, name, 'needs --rate: it belongs to arrivals');
  const pacing = readValue(given, 'pacing');
  const pauses = { thinkTime: resolveThinkTime(given), ...(pacing === undefined ? {} : { pacing }) };
  const staged = given.settings.stages !== undefined;
  const vus = staged ? read(given, 'vus', parseTargetUsers) : readValue(given, 'vus');
  if (staged) {
    const parseTarget = (text: string, label: string) => {
      if (text.includes('/'))
        refuse(given, 'stages', 'stages a rate, but no rate is given', 'Give the rate to start at: --rate 0/s.');
      return parseTargetUsers(text, label);
    };
    return { model: 'closed', vus: stagesFrom(vus ?? count(0), given, parseTarget), ...pauses };
  }
  const spawnRate = readValue(given, 'spawnRate');
  if (spawnRate !== undefined && vus === undefined)
    refuse(given, 'spawnRate', 'needs --vus: how many virtual users to start');
  const whole = resolveDuration(given);
  const users = vus ?? defaultOf('vus');
  if (spawnRate === undefined) {
    const flat = [{ duration: whole, from: users, to: users }];
    return { model: 'closed', vus: profileFrom(users, given, parseTargetUsers) ?? flat, ...pauses };
  }
  const ramp = micros(Math.round((users / spawnRate) * 1e6));
  // A ramp longer than the run is cut: its last value need not be whole, the user it stands for has come by then.
  const reached = ramp > whole ? count(settled((spawnRate * whole) / 1e6)) : users;
  const rising = { duration: micros(Math.min(ramp, whole)), from: count(0), to: reached };
  const flat = { duration: micros(whole - rising.duration), from: users, to: users };
  return {
    model: 'closed',
    vus: [rising, flat].filter(({ duration }) => duration > 0),
    ...pauses,
    ...(ramp > whole ? { goal: users } : {}),
  };
}

/** 0.7/s over 10 s are seven users, though the product comes out a bit above: it would start an eighth. */
function settled(value: number): number {
  const whole = Math.round(value);
  return whole > 0 && Math.abs(value - whole) < 1e-9 ? whole : value;
}

function resolveThinkTime(given: RawSettings): Distribution | null {
  const thinkTime = readValue(given, 'thinkTime') ?? null;
  return thinkTime?.kind === 'constant' && thinkTime.value === 0 ? null : thinkTime;
}

function resolveDuration(given: RawSettings): Micros {
  const { requests, dataOrder = '', until } = given.settings;
  const endless = String(given.settings.duration).trim().toLowerCase() === 'forever';
  const duration = endless ? FOREVER : readValue(given, 'duration');
  const counted = requests !== undefined || dataOrder.trim().toLowerCase() === 'once';
  return duration ?? (counted ? UNTIL_COUNTED : until === undefined ? defaultOf('duration') : DEFAULT_UNTIL);
}

/** Null: there is no profile. */
function profileFrom<Quantity extends number>(
  base: Quantity,
  given: RawSettings,
  parseTarget: (text: string, label: string) => Quantity,
): Stage<Quantity>[] | null {
  const { profile } = given.settings;
  if (profile === undefined) return null;
  const duration = resolveDuration(given);
  if (duration >= FOREVER) refuse(given, 'profile', 'needs an end: give the load a --duration');
  return blame(given.originOf('profile'), (label) => parseProfile(profile, label, { base, duration, parseTarget }));
}

/** Stages of no duration are jumps: they only change what the next one starts from. */
function stagesFrom<Quantity extends number>(
  start: Quantity,
  given: RawSettings,
  parseTarget: (text: string, label: string) => Quantity,
): Stage<Quantity>[] {
  const { stages: written = '' } = given.settings;
  const text = typeof written === 'string' ? written : written.join(',');
  const steps: StageText<Quantity>[] = blame(given.originOf('stages'), (label) =>
    parseStages(text, label, parseTarget),
  );
  let from = start;
  const stages: Stage<Quantity>[] = [];
  for (const { duration, target } of steps) {
    if (duration > 0) stages.push({ duration, from, to: target });
    from = target;
  }
  const whole = stages.reduce((sum, { duration }) => sum + duration, 0);
  if (whole === 0) refuse(given, 'stages', 'take no time at all; write duration:target pairs like 30s:100,1m:100');
  if (whole > parseDuration(LONGEST, '')) refuse(given, 'stages', `take too long together; at most ${LONGEST}`);
  if (stages.every((stage) => stage.from === 0 && stage.to === 0))
    refuse(given, 'stages', 'never offer any load: all are 0');
  return stages;
}

function refuseTogether(given: RawSettings, one: SettingName, other: SettingName, reason: string): void {
  if (given.settings[one] !== undefined && given.settings[other] !== undefined)
    refuse(given, one, `and ${given.originOf(other).label} exclude each other: ${reason}`);
}
