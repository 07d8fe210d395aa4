/** The settings of a replay (`--replay`), and the load that a trace comes to. */
import type { LoadProfile, ReplayedTrace, Stage } from '../core/plan.ts';
import type { Trace } from '../core/rows.ts';
import { count, micros, type PerSecond } from '../core/units.ts';
import type { SettingName } from '../settings/table.ts';
import { TIME_UNITS } from './instant.ts';
import { UNTIL_COUNTED } from './load.ts';
import { type RawSettings, read, refuse } from './raw-settings.ts';
import { parseDuration, quote } from './syntax.ts';
import { mostOf, readOrDefault, readValue } from './value.ts';

/** What is to be replayed, as settings say it. */
export interface ReplaySettings {
  readonly file: string;
  readonly format: 'csv' | 'jsonl' | 'log';
  /** The field with the instants, and the unit of numbers in it; null: the usual ones. */
  readonly column: string | null;
  readonly unit: string | null;
  readonly speed: number;
  readonly loop: boolean;
  /** Send what may change something, too. */
  readonly all: boolean;
}

const EXCLUDED = [
  ['rate', 'the trace says when requests are due'],
  ['stages', 'the trace says when requests are due'],
  ['profile', 'the trace says when requests are due'],
  ['arrivals', 'the trace says when requests are due'],
  ['vus', 'a trace has arrivals, and no virtual users'],
  ['spawnRate', 'a trace has arrivals, and no virtual users'],
  ['thinkTime', 'a trace has arrivals, and no virtual users'],
  ['pacing', 'a trace has arrivals, and no virtual users'],
  ['until', 'the load of a trace does not stay the same'],
] as const satisfies readonly (readonly [SettingName, string])[];

/** What a log says itself. */
const OF_THE_LOG = ['method', 'body', 'bodyFile', 'data'] as const satisfies readonly SettingName[];

/** Null: nothing is replayed. @throws RampartError */
export function resolveReplay(given: RawSettings): ReplaySettings | null {
  const { replay: file, replayTime, replayLoop, replayAll, speed } = given.settings;
  if (file === undefined) {
    for (const name of ['replayTime', 'speed', 'replayLoop', 'replayAll'] as const)
      if (given.settings[name] !== undefined && given.settings[name] !== false)
        refuse(given, name, 'needs --replay, the trace that it is for');
    return null;
  }
  for (const [name, reason] of EXCLUDED)
    if (given.settings[name] !== undefined)
      refuse(given, 'replay', `and ${given.originOf(name).label} exclude each other: ${reason}`);
  const format = formatOfTrace(given, file);
  if (format === 'log') {
    if (given.mix !== undefined)
      refuse(given, 'replay', 'is an access log, which says itself what is requested: leave requests out');
    for (const name of OF_THE_LOG)
      if (given.settings[name] !== undefined)
        refuse(given, name, 'has no place beside an access log, which says itself what is requested');
    if (replayTime !== undefined)
      refuse(given, 'replayTime', 'has no place beside an access log: its lines have one time');
  } else if (replayAll === true)
    refuse(given, 'replayAll', 'is for access logs; what is sent here are your own requests');
  const [column, unit] = replayTime === undefined ? [null, null] : columnOf(given, replayTime);
  return {
    ...{ file, format, column, unit },
    speed: speed === undefined ? 1 : speedOf(given),
    loop: replayLoop === true,
    all: replayAll === true,
  };
}

function formatOfTrace(given: RawSettings, file: string): ReplaySettings['format'] {
  if (file === '') refuse(given, 'replay', 'is empty; write the path of a file');
  if (/\.[ct]sv$/i.test(file)) return 'csv';
  if (/\.(?:jsonl|ndjson)$/i.test(file)) return 'jsonl';
  if (/\.(?:gz|zst|bz2|xz|zip)$/i.test(file))
    refuse(given, 'replay', `: ${quote(file)} is compressed; unpack it first`);
  if (/\.json$/i.test(file))
    refuse(given, 'replay', `: ${quote(file)} is JSON`, `A list becomes lines with: jq -c '.[]' ${file} > trace.jsonl`);
  return 'log';
}

function columnOf(given: RawSettings, text: string): [column: string, unit: string | null] {
  const [, column = '', unit] = /^(.+?)(?::(\w+))?$/s.exec(text.trim()) ?? [];
  if (column === '') refuse(given, 'replayTime', 'is empty; write the name of the field with the instants');
  if (unit !== undefined && TIME_UNITS[unit] === undefined)
    refuse(given, 'replayTime', `: ${quote(unit)} is no unit of time; write s, ms, us or ns`);
  return [column, unit ?? null];
}

function speedOf(given: RawSettings): number {
  return (
    read(given, 'speed', (text) => {
      const [, number] = /^(\d+(?:\.\d+)?|\.\d+)\s*x?$/i.exec(text.trim()) ?? [];
      const speed = Number(number);
      if (number === undefined || speed < 1e-3 || speed > 1e4)
        refuse(given, 'speed', `${quote(text)} is no speed; write 2x or 0.5x, from 0.001x to 10000x`);
      return speed;
    }) ?? 1
  );
}

/** What is known of a trace once it is read. */
export interface ReadTrace extends Pick<ReplayedTrace, 'leftOut'> {
  readonly trace: Trace;
}

/** The load of a trace. @throws RampartError */
export function replayedLoad(given: RawSettings, settings: ReplaySettings, { trace, leftOut }: ReadTrace): LoadProfile {
  const { file, speed, loop } = settings;
  const { duration: written, requests } = given.settings;
  if (loop && written === undefined && requests === undefined)
    refuse(given, 'replayLoop', 'has no end: say how long with --duration, or how many requests with --requests');
  const asked = written === undefined ? null : readValue(given, 'duration');
  if (written !== undefined && asked === undefined)
    refuse(given, 'duration', 'must have an end where a trace is replayed');
  const whole = Math.ceil(trace.period);
  const duration = loop ? (asked ?? UNTIL_COUNTED) : Math.min(whole, asked ?? whole);
  const longest = mostOf('duration');
  if (duration > parseDuration(longest, ''))
    refuse(
      given,
      'replay',
      `takes ${Math.round(duration / 3.6e9)} hours, more than ${longest}`,
      'Play it faster with --speed, or a part of it with --duration. Are its instants in the unit that was taken (--replay-time NAME:ms)?',
    );
  return {
    model: 'open',
    arrivals: {
      replay: {
        ...{ file, arrivals: count(trace.dueAt.length), speed },
        ...(loop ? { loop: true as const } : {}),
        ...(leftOut === undefined ? {} : { leftOut }),
      },
    },
    rate: meanRates(trace, duration),
    maxInFlight: readOrDefault(given, 'maxInFlight'),
  };
}

/** Stretches that a trace is told in. */
const STRETCHES = 60;

/** The mean rate over stretches of a trace, for whoever draws or tells the load; over all of it where it is looped. */
export function meanRates({ dueAt, period }: Trace, duration: number): Stage<PerSecond>[] {
  const stage = (length: number, arrivals: number): Stage<PerSecond> => {
    // It is told and drawn; the instants are those of the trace.
    const rate = Number(((arrivals * 1e6) / length).toPrecision(3)) as PerSecond;
    return { duration: micros(length), from: rate, to: rate };
  };
  if (duration > Math.ceil(period)) return [stage(duration, (dueAt.length * duration) / period)];
  const stretches = Math.max(1, Math.min(STRETCHES, Math.floor(duration / 1e6)));
  const counts = new Array<number>(stretches).fill(0);
  for (const at of dueAt) {
    if (at >= duration) break;
    const place = Math.min(stretches - 1, Math.floor((at / duration) * stretches));
    counts[place] = (counts[place] ?? 0) + 1;
  }
  const border = (place: number): number => Math.round((place * duration) / stretches);
  return counts.map((arrivals, place) => stage(border(place + 1) - border(place), arrivals));
}
