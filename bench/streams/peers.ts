/**
 * What other tools report of a server of known times, beside ours: `npm run bench:streams -- --peers VENV,VENV`, where each folder
 * is a virtual environment of Python in which aiperf, guidellm or inference-perf was installed. Nothing of them is a dependency.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RunResult } from '../../src/core/result.ts';
import { medianOf } from '../../src/stats/average.ts';
import type { Cores } from '../machine.ts';
import { run, type Server } from '../process.ts';
import { rampart } from '../rampart.ts';
import { quantile } from '../statistics.ts';
import type { Table } from '../table.ts';
import type { ClientErrors } from './client-error.ts';
import type { Schedule } from './server.ts';

const STREAMS = 50;
const SCHEDULE: Schedule = { first: 200, gap: 20, events: 50 };
/** Shorter and longer run, s: what is paid once falls out of the difference. */
const [SHORT, LONG] = [4, 12] as const;

/** What a tool says, ms, and what it took, CPU seconds. */
interface Told {
  readonly ttft: readonly [p50: number, p95: number];
  readonly itl: readonly [p50: number, p95: number];
  readonly events: number;
  readonly cpu: number;
}

interface Tool {
  readonly name: string;
  measure(url: string, seconds: number): Promise<Told>;
}

interface Setting {
  readonly folder: string;
  readonly cores: Cores;
  /** Of virtual environments. */
  readonly folders: readonly string[];
  readonly rounds: number;
  readonly tell: (line: string) => void;
  readonly self: (...args: readonly (string | number)[]) => string[];
  readonly startStreams: (schedule: Schedule, cores: Cores) => Promise<Server>;
}

export async function comparePeers(setting: Setting): Promise<Table> {
  const { cores, folder, rounds, tell, self } = setting;
  const tools = [ours(setting), ...setting.folders.flatMap((venv) => peerIn(resolve(venv), setting))];
  const told = new Map<string, { readonly long: Told; readonly perEvent: number }[]>(
    tools.map(({ name }) => [name, []]),
  );
  const truths: ClientErrors['stamped'][] = [];
  for (let round = 1; round <= rounds; round++) {
    const server = await setting.startStreams(SCHEDULE, cores);
    try {
      const argv = self('client-error', server.url, STREAMS, LONG);
      const { stamped } = JSON.parse((await run({ argv, cores: cores.client }, folder)).stdout) as ClientErrors;
      truths.push(stamped);
      for (const { name, measure } of tools) {
        const short = await measure(server.url, SHORT);
        const long = await measure(server.url, LONG);
        const perEvent = (1e6 * (long.cpu - short.cpu)) / (long.events - short.events);
        told.get(name)?.push({ long, perEvent });
        tell(
          `round ${round}: ${name}: TTFT ${long.ttft.map(shown).join(' / ')} ms, ITL ${long.itl.map(shown).join(' / ')} ms, ${perEvent.toFixed(0)} µs an event`,
        );
      }
    } finally {
      await server.stop();
    }
  }
  const truth = (of: 'ttft' | 'itl', p: number): number => medianOf(truths.map((one) => quantile(one[of], p))) / 1e3;
  const own = medianOf((told.get('rampart') ?? []).map(({ perEvent }) => perEvent));
  return {
    title: 'Beside other tools: a server of known times',
    notes: [
      `${STREAMS} streams at a time, first event ${SCHEDULE.first} ms after the request, ${SCHEDULE.events} events ${SCHEDULE.gap} ms apart: up to ${(STREAMS * 1_000) / SCHEDULE.gap} events/s. The first line is what the server's own stamps tell. ` +
        `Median of ${rounds === 1 ? 'one round' : `${rounds} rounds`} of ${LONG} s. CPU: user and system time of a run of ${LONG} s less that of one of ${SHORT} s, all processes, by the events it took more.`,
      'guidellm gives one mean inter-token latency for each request, and percentiles of those; aiperf likewise: so their p95 hides what single gaps were. inference-perf (which needs Python 3.12 or later) is asked for so many requests as the others have time for.',
      'Ours opens all its connections at the start, and counts that as a part of the first tokens that waited for it, one in twelve here: its p95 is theirs. With `--warmup 3s` the same run has a p95 of 201.7 ms.',
    ],
    head: ['', 'TTFT p50, ms', 'p95', 'ITL p50, ms', 'p95', 'CPU of an event, µs', 'of ours'],
    rows: [
      [
        'the server itself',
        ...[truth('ttft', 0.5), truth('ttft', 0.95), truth('itl', 0.5), truth('itl', 0.95)].map(shown),
        '',
        '',
      ],
      ...[...told].map(([name, all]) => {
        const at = (pick: (told: Told) => number): string => shown(medianOf(all.map(({ long }) => pick(long))));
        const perEvent = medianOf(all.map((one) => one.perEvent));
        return [
          name,
          ...[at(({ ttft }) => ttft[0]), at(({ ttft }) => ttft[1]), at(({ itl }) => itl[0]), at(({ itl }) => itl[1])],
          perEvent.toFixed(0),
          name === 'rampart' ? '' : `${(perEvent / own).toFixed(1)} times`,
        ];
      }),
    ],
  };
}

const shown = (ms: number): string => ms.toFixed(2);

function ours({ folder, cores }: Setting): Tool {
  return {
    name: 'rampart',
    measure: async (url, seconds) => {
      const flags = [
        '--vus',
        String(STREAMS),
        '--threads',
        '1',
        '--duration',
        `${seconds}s`,
        '--quiet',
        '--json',
        '--overwrite',
      ];
      const argv = rampart('run', url, '--body', '{"stream":true}', ...flags, '--out', join(folder, 'report'));
      const { cpu, stdout } = await run({ argv, cores: cores.client }, folder);
      const { latency, streams } = JSON.parse(stdout) as RunResult;
      const [ttft, itl] = [latency.timeToFirstToken, latency.interTokenLatency];
      return {
        ttft: [ttft?.p50 ?? Number.NaN, ttft?.p95 ?? Number.NaN],
        itl: [itl?.p50 ?? Number.NaN, itl?.p95 ?? Number.NaN],
        events: streams?.events ?? Number.NaN,
        cpu,
      };
    },
  };
}

/** The tool that an environment holds. @throws Error where it holds none of them. */
function peerIn(venv: string, setting: Setting): Tool[] {
  const known = { aiperf, guidellm, 'inference-perf': inferencePerf } as const;
  const found = (Object.keys(known) as (keyof typeof known)[]).filter((name) => existsSync(join(venv, 'bin', name)));
  if (found.length === 0) throw new Error(`${venv} has none of aiperf, guidellm and inference-perf in its bin/`);
  return found.map((name) => known[name](venv, setting));
}

/** Both want a tokenizer, and would fetch one: a word is a token. */
const TOKENIZER = `
import json, os, sys
from tokenizers import Tokenizer, models, pre_tokenizers
words = "the of and to in is was for that on with as it be by at from are this have or had not but what all were when we".split()
t = Tokenizer(models.WordLevel({"<unk>": 0, **{w: i + 1 for i, w in enumerate(words)}}, unk_token="<unk>"))
t.pre_tokenizer = pre_tokenizers.Whitespace()
os.makedirs("tokenizer", exist_ok=True)
t.save("tokenizer/tokenizer.json")
json.dump({"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "<unk>"}, open("tokenizer/tokenizer_config.json", "w"))
print("made")
`;

/** A command of an environment, in a folder where a tokenizer lies. */
async function inFolder(venv: string, command: string, { folder, cores }: Setting): Promise<number> {
  const made = existsSync(join(folder, 'tokenizer'));
  const make = made ? '' : `'${join(venv, 'bin', 'python')}' -c '${TOKENIZER}' && `;
  const argv = ['bash', '-c', `cd '${folder}' && ${make}'${join(venv, 'bin')}'/${command} && echo done`];
  return (await run({ argv, cores: cores.client }, folder)).cpu;
}

interface AiperfFigures {
  readonly p50: number;
  readonly p95: number;
  readonly avg: number;
}

function aiperf(venv: string, setting: Setting): Tool {
  return {
    name: 'aiperf',
    measure: async (url, seconds) => {
      const flags = `--endpoint-type completions --streaming --concurrency ${STREAMS} --benchmark-duration ${seconds} --isl 8 --tokenizer ./tokenizer`;
      const quiet = '--artifact-dir aiperf --ui none --no-server-metrics --no-gpu-telemetry';
      const cpu = await inFolder(
        venv,
        `aiperf profile -m words --url ${new URL(url).origin} ${flags} ${quiet}`,
        setting,
      );
      const text = readFileSync(join(setting.folder, 'aiperf', 'profile_export_aiperf.json'), 'utf8');
      const told = JSON.parse(text) as Record<
        'time_to_first_token' | 'inter_token_latency' | 'request_count',
        AiperfFigures
      >;
      const { time_to_first_token: ttft, inter_token_latency: itl, request_count: requests } = told;
      return { ttft: [ttft.p50, ttft.p95], itl: [itl.p50, itl.p95], events: requests.avg * SCHEDULE.events, cpu };
    },
  };
}

interface GuidellmFigures {
  readonly successful: { readonly percentiles: { readonly p50: number; readonly p95: number } };
}

function guidellm(venv: string, setting: Setting): Tool {
  return {
    name: 'guidellm',
    measure: async (url, seconds) => {
      const parts = [
        `--backend kind=openai_http,target=${new URL(url).origin},model=words,request_format=/v1/completions`,
        `--profile kind=concurrent,streams=${STREAMS} --constraint kind=max_duration,seconds=${seconds}`,
        `--tokenizer kind=hf_auto,model=./tokenizer --data kind=synthetic_text,prompt_tokens=8,output_tokens=${SCHEDULE.events}`,
        '--output kind=json,path=guidellm.json --disable-console',
      ];
      const cpu = await inFolder(venv, `guidellm run ${parts.join(' ')}`, setting);
      const { benchmarks } = JSON.parse(readFileSync(join(setting.folder, 'guidellm.json'), 'utf8')) as {
        readonly benchmarks: readonly {
          readonly metrics: Record<'time_to_first_token_ms' | 'inter_token_latency_ms', GuidellmFigures> & {
            readonly request_totals: { readonly successful: number };
          };
        }[];
      };
      const metrics = benchmarks[0]?.metrics;
      if (metrics === undefined) throw new Error('guidellm measured nothing');
      const of = ({ successful: { percentiles } }: GuidellmFigures): [number, number] => [
        percentiles.p50,
        percentiles.p95,
      ];
      return {
        ttft: of(metrics.time_to_first_token_ms),
        itl: of(metrics.inter_token_latency_ms),
        events: metrics.request_totals.successful * SCHEDULE.events,
        cpu,
      };
    },
  };
}

/** Times in seconds. */
interface InferencePerfFigures {
  readonly median: number;
  readonly p95: number;
}

function inferencePerf(venv: string, setting: Setting): Tool {
  return {
    name: 'inference-perf',
    measure: async (url, seconds) => {
      // It counts requests, not time: as many as there is time for.
      const { first, gap, events } = SCHEDULE;
      const requests = Math.round((STREAMS * seconds * 1e3) / (first + (events - 1) * gap));
      const exactly = (tokens: number): object => ({
        min: tokens,
        max: tokens,
        mean: tokens,
        std_dev: 0,
        total_count: requests,
      });
      const config = {
        api: { type: 'completion', streaming: true },
        server: { type: 'vllm', model_name: 'words', base_url: new URL(url).origin, ignore_eos: true },
        tokenizer: { pretrained_model_name_or_path: './tokenizer' },
        data: { type: 'random', input_distribution: exactly(8), output_distribution: exactly(events) },
        load: {
          type: 'concurrent',
          num_workers: 1,
          worker_max_concurrency: 2 * STREAMS,
          stages: [{ num_requests: requests, concurrency_level: STREAMS }],
        },
        report: { request_lifecycle: { summary: true, per_stage: false, per_request: false } },
        storage: { local_storage: { path: 'inference-perf' } },
      };
      writeFileSync(join(setting.folder, 'inference-perf.yaml'), JSON.stringify(config));
      const cpu = await inFolder(venv, 'inference-perf --config_file inference-perf.yaml', setting);
      const report = join(setting.folder, 'inference-perf', 'summary_lifecycle_metrics.json');
      const { successes } = JSON.parse(readFileSync(report, 'utf8')) as {
        readonly successes: {
          readonly count: number;
          readonly latency: Record<'time_to_first_token' | 'inter_token_latency', InferencePerfFigures>;
        };
      };
      const of = ({ median, p95 }: InferencePerfFigures): [number, number] => [1e3 * median, 1e3 * p95];
      const { time_to_first_token: ttft, inter_token_latency: itl } = successes.latency;
      return { ttft: of(ttft), itl: of(itl), events: successes.count * events, cpu };
    },
  };
}

const HEADING = '## Beside other tools';

/** The part of an earlier page; empty: there is none. */
export function peersIn(page: string): string {
  const text = existsSync(page) ? readFileSync(page, 'utf8') : '';
  return text.includes(HEADING) ? `\n${text.slice(text.indexOf(HEADING))}` : '';
}

/** Puts the table at the end of the page, in the place of an earlier one. */
export function writePeers(
  page: string,
  table: string,
  { machine, busy }: { readonly machine: string; readonly busy: number },
): void {
  const text = existsSync(page) ? readFileSync(page, 'utf8') : '';
  const before = text.includes(HEADING) ? text.slice(0, text.indexOf(HEADING)) : `${text.trimEnd()}\n\n`;
  const when = `Measured on ${new Date().toISOString().slice(0, 10)}: ${machine}; in the minute before, something else used ${busy.toFixed(1)} cores. \`npm run bench:streams -- --peers VENV,VENV,VENV --out docs/streams-bench.md\` makes this part again.`;
  const [heading = '', ...rest] = table.split('\n');
  writeFileSync(page, `${before}${[heading, '', when, ...rest].join('\n')}`);
}
