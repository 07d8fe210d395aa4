/** Metrics pushed to Prometheus, or what else takes its remote write (version 1): Mimir, VictoriaMetrics, Grafana Cloud. */
import type { Output } from '../../core/output.ts';
import { post, receiverOf } from '../http-receiver.ts';
import type { Meter } from '../metrics/meter.ts';
import { pushed } from '../metrics/push.ts';
import { tagsOf } from '../options.ts';
import { double, nested, uint, varint } from './protobuf.ts';
import { samplesOf } from './text.ts';

export const REMOTE_WRITE: Output = {
  name: 'remote-write',
  options: {
    url: 'where to, as http://127.0.0.1:9090/api/v1/write',
    token: 'sent as a bearer token',
    every: 'how often; 5s if it is left out',
    tags: 'further labels, as env=ci;branch=main',
  },
  open: (context) => {
    const { url, token, tags } = context.options;
    const receiver = receiverOf('remote-write', url, {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    });
    const labels = { job: 'rampart', instance: context.id, ...tagsOf('remote-write', tags) };
    return pushed(
      'remote-write',
      context,
      (meter) => uncompressed(writeRequest(meter, labels)),
      (bytes) => post(receiver, bytes),
    );
  },
};

function writeRequest(meter: Meter, common: Readonly<Record<string, string>>): Buffer {
  const at = Math.round(meter.at);
  const series = meter.families().flatMap((family) =>
    samplesOf(family).map(([name, labels, value]) => {
      const all = Object.entries({ ...common, ...labels, __name__: name }).sort(([a], [b]) => (a < b ? -1 : 1));
      const sample = nested(2, [double(1, value), uint(2, at)]);
      return nested(1, [...all.map(([label, text]) => nested(1, [nested(1, label), nested(2, text)])), sample]);
    }),
  );
  return Buffer.concat(series);
}

/** Snappy's format with nothing compressed: its length, and all of it as literals of up to 64 KiB. */
function uncompressed(bytes: Buffer): Buffer<ArrayBuffer> {
  const parts = [varint(bytes.length)];
  for (let at = 0; at < bytes.length; at += 65_536) {
    const piece = bytes.subarray(at, at + 65_536);
    const length = Buffer.alloc(3);
    length[0] = 61 << 2;
    length.writeUInt16LE(piece.length - 1, 1);
    parts.push(length, piece);
  }
  return Buffer.concat(parts);
}
