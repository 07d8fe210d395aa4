/** InfluxDB's line protocol, over HTTP: InfluxDB 1 and 2, VictoriaMetrics, Telegraf, QuestDB. */
import type { Output } from '../../core/output.ts';
import type { IntervalSnapshot } from '../../core/snapshot.ts';
import { Delivery } from '../delivery.ts';
import { post, receiverOf } from '../http-receiver.ts';
import type { Labels } from '../metrics/family.ts';
import { tagsOf } from '../options.ts';
import { figuresOf } from './interval.ts';

export const INFLUXDB: Output = {
  name: 'influxdb',
  options: {
    url: 'where to: http://127.0.0.1:8086/api/v2/write?org=o&bucket=b, or …/write?db=d',
    token: 'sent as InfluxDB’s token',
    tags: 'further tags, as env=ci;branch=main',
  },
  open: ({ id, options, clock, warn }) => {
    const { url, token, tags } = options;
    const receiver = receiverOf('influxdb', url, {
      'content-type': 'text/plain; charset=utf-8',
      ...(token === undefined ? {} : { authorization: `Token ${token}` }),
    });
    const common = { run: id, ...tagsOf('influxdb', tags) };
    const delivery = new Delivery((lines: string) => post(receiver, lines), { clock, warn });
    let startedAt = 0;
    return {
      accept: (event) => {
        if (event.type === 'started') startedAt = Date.parse(event.run.startedAt);
        if (event.type === 'interval') delivery.offer(toLines(event.snapshot, startedAt, common));
      },
      close: () => delivery.finish(),
    };
  },
};

/**
 * A line `rampart` for each request name, and one `rampart_load` of all, with the fields of the interval; times in ms.
 * @param startedAt ms of the wall clock. Times of the lines are of ns, which every server takes without being told.
 */
export function toLines(snapshot: IntervalSnapshot, startedAt: number, common: Labels): string {
  const at = `${Math.round(startedAt * 1_000 + snapshot.endAt)}000`;
  const { vus, inFlight } = snapshot.load;
  const requests = figuresOf(snapshot).map(({ request, phase, counts, times }) =>
    line('rampart', { ...common, request, phase }, { ...whole(counts), ...timeFields(times) }, at),
  );
  const load = { vus: `${vus}i`, in_flight: `${inFlight}i`, ...health(snapshot) };
  // Both snapshots of one interval have the same instant.
  return [...requests, ...(snapshot.generator === undefined ? [] : [line('rampart_load', common, load, at)])].join('');
}

type Fields = Readonly<Record<string, string>>;

const whole = (counts: Readonly<Record<string, number>>): Fields =>
  Object.fromEntries(Object.entries(counts).map(([name, n]) => [name, `${n}i`]));

function timeFields(times: Readonly<Record<string, object>>): Fields {
  return Object.fromEntries(
    Object.entries(times).flatMap(([measure, all]) =>
      Object.entries(all).map(([name, value]) => [`${measure}_${name}`, name === 'count' ? `${value}i` : `${value}`]),
    ),
  );
}

function health({ generator }: IntervalSnapshot): Fields {
  if (generator === undefined) return {};
  return { cpu: `${generator.cpu}`, loop_delay_p99: `${generator.loopDelayP99 / 1e3}` };
}

function line(measurement: string, tags: Labels, fields: Fields, at: string): string {
  const told = Object.entries(tags).map(([name, value]) => `,${escaped(name)}=${escaped(value)}`);
  const written = Object.entries(fields).map(([name, value]) => `${escaped(name)}=${value}`);
  return `${measurement}${told.join('')} ${written.join(',')} ${at}\n`;
}

/** An end of line cannot be written in a tag, nor can a backslash at its end. */
const escaped = (text: string): string =>
  text
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll(/[,= ]/g, String.raw`\$&`)
    .replace(/\\$/, String.raw`\ `);
