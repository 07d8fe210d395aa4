import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../bench/port.ts';
import { foldOf, planOf } from '../src/analyze/events.fixture.ts';
import { EVENTS } from '../src/analyze/few-events.fixture.ts';
import type { RunEvent } from '../src/core/event.ts';
import { wantedOutputs } from '../src/outputs/wanted.ts';
import { Artifacts } from '../src/session/artifacts.ts';
import { openOutputs } from '../src/session/outputs.ts';
import { rampart, temporaryFolder } from './command.ts';
import { type OtlpWay, otlpWayTo } from './otlp.ts';
import { type Prometheus, prometheusReading, promtoolSays } from './prometheus.ts';
import { printedBy } from './python.ts';
import { fixedTarget } from './target.ts';
import { worldWith } from './world.ts';

/** The events of one run, told to everything at once, and what each consumer made of it. No load is made for it. */

/** What is posted, by path. */
async function postbox() {
  const got: Record<string, string[]> = {};
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      const path = request.url ?? '';
      got[path] = [...(got[path] ?? []), body];
      got['authorization'] = [...(got['authorization'] ?? []), request.headers.authorization ?? ''];
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { got, url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

/** As a run makes them, of now: Prometheus takes nothing that is old. */
const events: readonly RunEvent[] = EVENTS.map((event) =>
  event.type === 'started'
    ? { ...event, run: { ...event.run, startedAt: new Date(Date.now() - 3_000).toISOString() } }
    : event,
);
const result = foldOf(events).result();
const { totals } = result;
const cwd = temporaryFolder();
const packets: string[] = [];
const printed: string[] = [];
let [metrics, prometheus, box]: [string, Prometheus?, Awaited<ReturnType<typeof postbox>>?] = [''];
let way: OtlpWay | undefined;

beforeAll(async () => {
  const statsd = createSocket('udp4', (packet) => void packets.push(packet.toString()));
  await new Promise<void>((resolve) => statsd.bind(0, '127.0.0.1', resolve));
  const port = await freePort();
  [prometheus, box] = await Promise.all([prometheusReading(port), postbox()]);
  way = await otlpWayTo(box.url);
  const wanted = await wantedOutputs(
    {
      outputs: [
        `remote-write=${prometheus.url}/api/v1/write,every=1s`,
        `otlp=${way.url},every=1s,tags=env=ci`,
        `influxdb=${box.url}/write?db=d,token=s3cret-t0ken`,
        `statsd=127.0.0.1:${statsd.address().port}`,
        `json-lines=${join(cwd, 'lines.ndjson')}`,
        'json-lines',
      ],
      metricsPort: port,
    },
    worldWith(),
  );
  const record = new Artifacts();
  const queues = await openOutputs(worldWith(), wanted, {
    ...{ id: 'r1', plan: planOf(), record },
    voice: { print: (text) => void printed.push(text), warn: (sentence) => expect.fail(sentence) },
  });
  for (const event of events) {
    record.accept(event);
    for (const queue of queues) queue.offer(event);
  }
  metrics = await fetch(`http://127.0.0.1:${port}/metrics`).then((response) => response.text());
  await until(async () => (await prometheus?.value(SENT_PULLED)) === totals.sent);
  // Those that are fetched are gone from there with what they were fetched from.
  for (const [name, query] of Object.entries(NATIVE)) natives.set(name, (await prometheus.value(query)) ?? null);
  const outcomes = await Promise.all(queues.map((queue) => queue.close()));
  await way.close();
  for (const outcome of outcomes) expect(outcome).toMatchObject({ delivered: events.length, dropped: 0, error: null });
  await until(async () => packets.join('').includes('rampart.ended:2'));
  statsd.close();
}, 60_000);

afterAll(async () => {
  box?.close();
  await prometheus?.close();
});

const PREDICT = 'rampart_response_seconds{job="pulled",phase="measured",request="POST /predict"}';
const NATIVE = {
  count: `histogram_count(${PREDICT})`,
  sum: `histogram_sum(${PREDICT})`,
  largest: `histogram_quantile(1, ${PREDICT})`,
};
const natives = new Map<string, number | null>();
const SENT_PULLED = 'sum(last_over_time(rampart_requests_sent_total{job="pulled",phase="measured"}[1m]))';

async function until(happened: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await happened()); await new Promise((resolve) => setTimeout(resolve, 100)))
    if (Date.now() > end) throw new Error('it did not happen in 20 s');
}

const seconds = (ms: number | null | undefined): number => (ms ?? Number.NaN) / 1e3;

describe('a run that is told to everything at once', () => {
  it('gives metrics that promtool has nothing against', () => {
    expect(metrics).toContain('# TYPE rampart_response_seconds histogram');
    expect(promtoolSays(metrics)).toBe('');
  });

  it('is in Prometheus what it is in result.json: fetched, with native histograms, and written there', async () => {
    const sum = (metric: string, labels: string): Promise<number | null> | undefined =>
      prometheus?.value(`sum(last_over_time(${metric}{${labels},phase="measured"}[1m]))`);
    for (const job of ['pulled', 'rampart']) {
      expect(await sum('rampart_requests_sent_total', `job="${job}"`)).toBe(totals.sent);
      expect(await sum('rampart_requests_ended_total', `job="${job}",outcome="timeout"`)).toBe(
        totals.byOutcome.timeout,
      );
    }
    const { series, streams, goodput } = result;
    for (const job of ['pulled', 'rampart'])
      expect(await sum('rampart_requests_sent_total', `job="${job}",tag_kind="model"`)).toBe(
        series['POST /predict']?.totals.sent,
      );
    for (const job of ['pulled', 'rampart']) {
      expect(await sum('rampart_output_tokens_total', `job="${job}"`)).toBe(streams?.outputTokens);
      expect(await sum('rampart_streams_ended_total', `job="${job}",finish="stop"`)).toBe(streams?.finishes.stop);
      expect(await sum('rampart_requests_good_total', `job="${job}"`)).toBe(goodput?.good);
    }
    expect(await sum('rampart_time_to_first_token_seconds_count', 'job="rampart"')).toBe(streams?.ended);
    expect(await sum('rampart_inter_token_latency_seconds_count', 'job="rampart"')).toBe(5);
    expect(await sum('rampart_response_seconds_count', 'job="rampart"')).toBe(totals.ok);
    expect(await sum('rampart_response_seconds_bucket', 'job="rampart",le="0.02"')).toBe(5);
    expect(natives.get('count')).toBe(result.series['POST /predict']?.latency.response.count);
    expect(natives.get('sum')).toBeCloseTo(0.072, 9);
    expect(natives.get('largest')).toBeCloseTo(0.03, 3);
  });

  it('is in OpenTelemetry’s schema what it is in result.json', async (test) => {
    const requests = box?.got['/v1/metrics'] ?? [];
    const decoded = JSON.parse(await printedBy(test, 'otlp_decode.py', requests.join('\n')));
    expect(decoded.requests).toBe(4);
    expect(decoded.attributes).toEqual({ 'service.name': 'rampart', env: 'ci', 'service.instance.id': 'r1' });
    const points = (name: string) =>
      decoded.metrics[name].points.filter((each: { labels: { phase: string } }) => each.labels.phase === 'measured');
    const sent = points('rampart.requests.sent').map(({ value }: { value: number }) => value);
    expect(sent.reduce((sum: number, value: number) => sum + value, 0)).toBe(totals.sent);
    for (const { labels } of points('rampart.requests.sent'))
      expect(labels.tag_kind).toBe(labels.request === 'POST /predict' ? 'model' : 'odd, one');
    for (const found of points('rampart.response')) {
      const { count, max, p95 } = result.series[found.labels.request]?.latency.response ?? {};
      expect([found.count, found.max]).toEqual([count, seconds(max)]);
      if (p95 == null) continue;
      expect(found.p95).toBeGreaterThanOrEqual(seconds(p95) / found.base);
      expect(found.p95).toBeLessThanOrEqual(seconds(p95) * found.base * 1.001);
    }
    expect(decoded.metrics['rampart.response'].unit).toBe('s');
    expect(points('rampart.time_to_first_token')).toMatchObject([{ count: 3, max: 0.009 }]);
    expect(points('rampart.output_tokens')).toMatchObject([{ value: 12 }]);
    const histograms = Object.values(decoded.metrics as object).filter(({ kind }) => kind === 'exponential_histogram');
    expect(histograms.length).toBeGreaterThan(5);
  });

  it('adds up to result.json in InfluxDB’s lines, StatsD’s packets and lines of JSON', () => {
    const lines = (box?.got['/write?db=d'] ?? []).join('').split('\n');
    const measured = lines.filter((line) => line.startsWith('rampart,') && line.includes(',phase=measured'));
    const sumOf = (texts: readonly string[], pattern: RegExp): number =>
      texts.reduce((sum, text) => sum + Number(pattern.exec(text)?.[1] ?? 0), 0);
    expect(sumOf(measured, /[ ,]sent=(\d+)i/)).toBe(totals.sent);
    expect(sumOf(measured, /,response_count=(\d+)i/)).toBe(totals.ok);
    const ofModel = result.series['POST /predict']?.totals.sent;
    const byTag = lines.filter((line) => line.startsWith('rampart_tag,') && line.includes(',phase=measured'));
    for (const [texts, pattern] of [
      [measured, /,tag_kind=model .*sent=(\d+)i/],
      [byTag, /,tag=kind\\=model,.* .*sent=(\d+)i/],
    ] as const)
      expect(sumOf(texts, pattern)).toBe(ofModel);
    expect(sumOf(measured, /,output_tokens=(\d+)i/)).toBe(12);
    expect(sumOf(measured, /,time_to_first_token_count=(\d+)i/)).toBe(3);
    for (const line of lines.filter((each) => each !== ''))
      expect(line).toMatch(/^\w+(,\w+=(\\[, =]|[^, =])+)+ \w+=[-\d.e]+i?(,\w+=[-\d.e]+i?)* \d{19}$/);
    expect(box?.got['authorization']).toContain('Token s3cret-t0ken');
    const counted = packets.join('').split('\n');
    expect(
      sumOf(
        counted.filter((line) => line.includes('phase:measured')),
        /^rampart\.sent:(\d+)\|c/,
      ),
    ).toBe(totals.sent);
    for (const line of counted.filter((each) => each !== ''))
      expect(line).toMatch(/^rampart\.[\w.]+:[-\d.e]+\|[cg](\|#[\w]+:[^|,#:\s]+(,[\w]+:[^|,#:\s]+)*)$/);
    expect(sumOf(counted, /^rampart\.sent:(\d+)\|c.*,phase:measured,tag_kind:model$/)).toBe(ofModel);
    const text = readFileSync(join(cwd, 'lines.ndjson'), 'utf8');
    expect(printed.join('')).toBe(text);
    const json = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect([json[0].type, json.at(-1).type, json.at(-1).totals.sent]).toEqual(['started', 'finished', totals.sent]);
    const inLines = json.filter(({ type, phase }) => type === 'interval' && phase !== 'warmup');
    expect(inLines.flatMap(({ requests }) => requests).reduce((sum, each) => sum + each.sent, 0)).toBe(totals.sent);
    const sentBy = (parts: readonly { readonly sent: number }[]): number =>
      parts.reduce((sum, { sent }) => sum + sent, 0);
    expect(sentBy(inLines.flatMap(({ requests }) => requests).filter(({ tags }) => tags.kind === 'model'))).toBe(
      ofModel,
    );
    expect(sentBy(inLines.flatMap(({ tags }) => tags).filter(({ tag }) => tag === 'kind=model'))).toBe(ofModel);
  });
});

describe('receivers that are down', () => {
  it('change nothing of the load, are told once each, and in the result, and no secret with them', async () => {
    const [target, port] = [await fixedTarget(5), await freePort()];
    const nowhere = `http://user:s3cret-pass@127.0.0.1:${port}`;
    const { code, stdout, stderr } = await rampart(
      [
        ...['run', target.url, '--vus', '1', '--think-time', '10ms', '-d', '1s', '--threads', '1', '-q', '-o', 'down'],
        ...[
          '--output',
          `otlp=${nowhere},every=1s`,
          '--output',
          `influxdb=http://127.0.0.1:${port}/w,token=s3cret-t0ken`,
        ],
        ...['--output', 'json-lines'],
      ],
      { cwd },
    );
    await target.close();
    expect([5, 7]).toContain(code);
    for (const name of ['otlp', 'influxdb']) {
      expect(stderr.match(new RegExp(`the output ${name}: ECONNREFUSED`, 'g'))).toHaveLength(1);
      expect(stderr).toMatch(
        new RegExp(`the output ${name} failed \\(\\d+ of \\d+ messages did not arrive: ECONNREFUSED`),
      );
    }
    const lines = stdout.trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '').totals.sent).toBeGreaterThan(10);
    const files = ['result.json', 'journal.ndjson', 'report.html'].map((name) =>
      readFileSync(join(cwd, 'down', name), 'utf8'),
    );
    for (const text of [stdout, stderr, ...files]) expect(text).not.toContain('s3cret');
  });
});
