/** Journals of format 1, which is before 0.2: their events are brought into the present form, so that they are still drawn. */
import { isRecord } from '../core/json-value.ts';

type Fields = Readonly<Record<string, unknown>>;

const SERIES_TIMES = [
  'response',
  'service',
  'firstByte',
  'body',
  'connect',
  'tls',
  'separateConnect',
  'separateTls',
  'failedResponse',
  'unfinished',
];
const GENERATOR_TIMES = ['lag', 'connectionWait'];

/** What is not as format 1 has it is left as it is: whoever reads it says what is wrong. */
export function upgraded(event: Fields): Fields {
  switch (event['type']) {
    case 'started':
      return { ...event, format: 2 };
    case 'interval':
      return { ...event, snapshot: changed(event['snapshot'], snapshotOf) };
    case 'settling':
      return { ...event, ...inMicros(event, 1e6, 'longest'), load: changed(event['load'], loadOf) };
    case 'level':
      return { ...event, ...inMicros(event, 1e6, 'warmup', 'duration'), load: changed(event['load'], loadOf) };
    case 'judged':
      return { ...event, level: changed(event['level'], levelOf) };
    case 'answer':
      return {
        ...event,
        breakingPoint: changed(event['breakingPoint'], (found) => {
          const { levels } = found;
          return Array.isArray(levels) ? { ...found, levels: levels.map((each) => changed(each, levelOf)) } : found;
        }),
      };
    case 'finished':
      return { ...event, ...inMicros(event, 1e3, 'clockSetBy') };
    default:
      return event;
  }
}

/** Some times were in seconds, or in ms. */
function inMicros(fields: Fields, unit: number, ...names: readonly string[]): Fields {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = fields[name];
      return typeof value === 'number' ? [[name, Math.round(value * unit)]] : [];
    }),
  );
}

const loadOf = (load: Fields): Fields => ({ ...load, ...inMicros(load, 1e6, 'pause') });

function levelOf(level: Fields): Fields {
  return { ...level, ...inMicros(level, 1e6, 'startedAfter'), load: changed(level['load'], loadOf) };
}

function snapshotOf(snapshot: Fields): Fields {
  const { series, generator } = snapshot;
  return {
    ...snapshot,
    series: changed(series, (all) =>
      Object.fromEntries(
        Object.entries(all).map(([name, one]) => [name, changed(one, (each) => withTimes(each, SERIES_TIMES))]),
      ),
    ),
    ...(generator === undefined ? {} : { generator: changed(generator, (each) => withTimes(each, GENERATOR_TIMES)) }),
  };
}

/** Each measure had a field of its own, most of them also where there was no sample. */
function withTimes(part: Fields, measures: readonly string[]): Fields {
  const fields = Object.entries(part);
  return {
    ...Object.fromEntries(fields.filter(([name]) => !measures.includes(name))),
    times: Object.fromEntries(fields.filter(([name]) => measures.includes(name))),
  };
}

function changed(value: unknown, change: (fields: Fields) => Fields): unknown {
  return isRecord(value) ? change(value) : value;
}
