/** StatsD over UDP: counts and gauges of each interval, with tags as Datadog, Telegraf and statsd_exporter read them. */
import { createSocket } from 'node:dgram';
import { RampartError } from '../../core/errors.ts';
import type { Output } from '../../core/output.ts';
import type { IntervalSnapshot } from '../../core/snapshot.ts';
import type { Labels } from '../metrics/family.ts';
import { tagLabels } from '../metrics/tag-labels.ts';
import { tagsOf } from '../options.ts';
import { figuresOf } from './interval.ts';

/** What fits into one packet on every network, bytes. */
const PACKET = 1_432;

export const STATSD: Output = {
  name: 'statsd',
  options: { address: 'host:port; 127.0.0.1:8125 if it is left out', tags: 'further tags, as env=ci;branch=main' },
  open: ({ id, options, warn }) => {
    const { host, port } = addressOf(options['address'] ?? '127.0.0.1:8125');
    const common = { run: id, ...tagsOf('statsd', options['tags']) };
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    let [lost, open] = [0, 0];
    let labels: ReadonlyMap<string, Labels> = new Map();
    let idle: (() => void) | null = null;
    // A name that is not known, or a port that is closed: nobody else hears of it.
    const sent = (error: Error | null): void => {
      open--;
      if (error !== null) {
        if (lost === 0) warn(error.message);
        lost++;
      }
      if (open === 0) idle?.();
    };
    socket.on('error', () => {});
    socket.unref();
    return {
      accept: (event) => {
        if (event.type === 'started') labels = tagLabels(event.plan);
        if (event.type !== 'interval') return;
        for (const packet of packetsOf(toStatsd(event.snapshot, common, labels))) {
          open++;
          socket.send(packet, port, host, sent);
        }
      },
      close: async () => {
        if (open > 0)
          await new Promise<void>((resolve) => {
            idle = resolve;
          });
        socket.close();
        if (lost > 0) throw new Error(`${lost} packets could not be sent`);
      },
    };
  },
};

function addressOf(text: string): { readonly host: string; readonly port: number } {
  const [, host = '', port = ''] = /^(?:udp:\/\/)?\[?([^\]/]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (host === '' || Number(port) < 1 || Number(port) > 65_535)
    throw new RampartError(
      'bad-output',
      `the output statsd: ${JSON.stringify(text)} is no address`,
      'Write --output statsd=127.0.0.1:8125.',
    );
  return { host, port: Number(port) };
}

/**
 * Counters of what happened in the interval; percentiles as gauges, in ms: StatsD would make wrong ones of them.
 * @param labels further ones of each request.
 */
function toStatsd(snapshot: IntervalSnapshot, common: Labels, labels: ReadonlyMap<string, Labels>): readonly string[] {
  const { vus, inFlight } = snapshot.load;
  return [
    ...figuresOf(snapshot).flatMap(({ request, phase, counts, outcomes, times }) => {
      const own = { ...common, request, phase, ...labels.get(request) };
      const tags = tagText(own);
      return [
        ...Object.entries(counts).map(([name, n]) => `rampart.${name}:${n}|c${tags}`),
        ...Object.entries(outcomes).map(([outcome, n]) => `rampart.ended:${n}|c${tagText({ ...own, outcome })}`),
        ...Object.entries(times).flatMap(([measure, { mean, max, p50, p95, p99 }]) =>
          Object.entries({ mean, max, p50, p95, p99 }).map(
            ([name, value]) => `rampart.${measure}.${name}:${value}|g${tags}`,
          ),
        ),
      ];
    }),
    ...(snapshot.generator === undefined
      ? []
      : [
          `rampart.vus:${vus}|g${tagText(common)}`,
          `rampart.in_flight:${inFlight}|g${tagText(common)}`,
          `rampart.cpu:${snapshot.generator.cpu}|g${tagText(common)}`,
        ]),
  ];
}

function tagText(tags: Labels): string {
  return `|#${Object.entries(tags)
    .map(([name, value]) => `${name}:${value.replaceAll(/[\s|,#:]+/g, '_')}`)
    .join(',')}`;
}

/** Whole lines, as many as fit into each. */
export function packetsOf(lines: readonly string[]): string[] {
  const all: string[] = [];
  let packet = '';
  let bytes = 0;
  for (const line of lines) {
    const more = Buffer.byteLength(line) + 1;
    if (packet !== '' && bytes + more > PACKET) {
      all.push(packet);
      [packet, bytes] = ['', 0];
    }
    packet += `${line}\n`;
    bytes += more;
  }
  return packet === '' ? all : [...all, packet];
}
