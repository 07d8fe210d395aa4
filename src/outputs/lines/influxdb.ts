/** InfluxDB's line protocol, over HTTP: InfluxDB 1 and 2, VictoriaMetrics, Telegraf, QuestDB. */
import { type TagSet, tellingTags } from '../../core/flow.ts';
import type { Output } from '../../core/output.ts';
import type { Plan } from '../../core/plan.ts';
import type { IntervalSnapshot } from '../../core/snapshot.ts';
import { Delivery } from '../delivery.ts';
import { post, receiverOf } from '../http-receiver.ts';
import type { Labels } from '../metrics/family.ts';
import { tagLabels } from '../metrics/tag-labels.ts';
import { tagsOf } from '../options.ts';
import { type Figures, figuresOf, tagFiguresOf } from './interval.ts';

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
    let run: LinesRun | null = null;
    return {
      accept: (event) => {
        if (event.type === 'started') run = linesRun(event.plan, Date.parse(event.run.startedAt), common);
        if (event.type === 'interval' && run !== null) delivery.offer(toLines(event.snapshot, run));
      },
      close: () => delivery.finish(),
    };
  },
};

/** What lines say of every interval of a run. */
interface LinesRun {
  /** ms of the wall clock. */
  readonly startedAt: number;
  readonly common: Labels;
  /** Of each request. */
  readonly labels: ReadonlyMap<string, Labels>;
  readonly tags: readonly TagSet[];
}

const linesRun = (plan: Plan, startedAt: number, common: Labels): LinesRun => ({
  ...{ startedAt, common },
  labels: tagLabels(plan),
  tags: tellingTags(plan),
});

/**
 * A line `rampart` for each request name, one `rampart_tag` for each tag, and one `rampart_load` of all, with the fields of the
 * interval; times in ms. Times of the lines are of ns, which every server takes without being told.
 */
function toLines(snapshot: IntervalSnapshot, { startedAt, common, labels, tags }: LinesRun): string {
  const at = `${Math.round(startedAt * 1_000 + snapshot.endAt)}000`;
  const { vus, inFlight } = snapshot.load;
  const fields = ({ counts, times }: Figures): Fields => ({ ...whole(counts), ...timeFields(times) });
  const requests = figuresOf(snapshot).map((each) => {
    const { request, phase } = each;
    return line('rampart', { ...common, request, phase, ...labels.get(request) }, fields(each), at);
  });
  const tagged = tagFiguresOf(snapshot, tags).map((each) =>
    line('rampart_tag', { ...common, tag: each.tag, phase: each.phase }, fields(each), at),
  );
  const load = { vus: `${vus}i`, in_flight: `${inFlight}i`, ...health(snapshot) };
  // Both snapshots of one interval have the same instant.
  return [
    ...requests,
    ...tagged,
    ...(snapshot.generator === undefined ? [] : [line('rampart_load', common, load, at)]),
  ].join('');
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
