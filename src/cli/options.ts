/** The flags of each command: those of the settings table, and the few that are no settings. */
import type { Command } from 'commander';
import type { SettingCommand } from '../settings/setting.ts';
import { SETTINGS, type SettingGroup, type SettingName, settingsOf } from '../settings/table.ts';

/**
 * The flags of the settings that a command has. Values stay text: `plan/` reads them, with the same rules as a scenario file's
 * and the environment's.
 *
 * @param groups the only ones that are wanted, in this order.
 * @param helpOf what is said of some of them instead.
 */
export function addSettings(
  command: Command,
  name: SettingCommand,
  groups?: readonly SettingGroup[],
  helpOf: Readonly<Partial<Record<SettingName, string>>> = {},
): Command {
  for (const setting of settingsOf(name, groups)) {
    const { flag = '', help, repeat } = SETTINGS[setting];
    const said = helpOf[setting] ?? help[name];
    if (repeat === true) command.option(flag, said ?? '', collect);
    else command.option(flag, said);
    // Another way to write the same setting.
    if (setting === 'bodyFile') command.option('--body-raw <text>', 'request body, where it may begin with @');
  }
  return command;
}

/** Flags of `rampart discover`, which finds a request, makes rows of them, and records the responses. */
export function addDiscoverOptions(command: Command): Command {
  return addTargetOptions(command)
    .option('--rows <count>', 'print so many different bodies that it accepts, one a line: > rows.jsonl')
    .option('--record <file>', 'ask each of them (default 100) and keep the responses as what is expected: .jsonl')
    .option('--seed <number>', 'makes the rows the same again');
}

/** How the target is reached; what to send is what is looked for. */
function addTargetOptions(command: Command): Command {
  return command
    .option('-H, --header <header>', 'request header, "Name: value"; repeat for more', collect)
    .option('--timeout <duration>', 'fail a request after this long, e.g. 30s (default)')
    .option('--http2', 'HTTP/2: by ALPN over TLS, by prior knowledge without')
    .option('--proxy <url>', 'HTTP proxy between here and the target, http://host:port')
    .option('--connect-to <way>', 'connect elsewhere, HOST:PORT:OTHER-HOST:OTHER-PORT; Host and SNI stay', collect)
    .option('--resolve <addresses>', 'addresses of the host, HOST:PORT:ADDRESS[,ADDRESS]', collect)
    .option('--user <name:password>', 'send them as Authorization: Basic')
    .option('--cacert <path>', 'trust the certificates in this PEM file, not the usual authorities')
    .option('--cert <path>', 'client certificate, PEM')
    .option('--key <path>', 'its private key, PEM')
    .option('--insecure', 'accept any certificate of the target')
    .option('--secret <name>', 'a name whose value is shown nowhere, besides the usual ones; repeat for more', collect)
    .option('-o, --out <file>', 'write a scenario that sends what was accepted: scenario.yaml, or .json')
    .option('--overwrite', 'replace the file of --out')
    .option('--json', 'print what was found as JSON on stdout, and nothing else there');
}

/** A scenario to begin with: of an address, or of requests that were written or recorded elsewhere. */
export function addInitOptions(command: Command): Command {
  return addTargetOptions(command)
    .option('--from <file>', 'requests of a HAR file, a Postman collection, an .http file or cURL commands')
    .option('--from-kind <kind>', 'what --from is, where its name does not say it: har, postman, http or curl')
    .option('--host <host>', 'which host of several in the file of --from')
    .option('--typescript', 'a starter in TypeScript, whose functions make values (scenario.ts)');
}

/** One request of such a file, in the place of a target. */
export function addImportOptions(command: Command): Command {
  return command
    .option('--curl <file>', 'send what the cURL command in this file sends; also behind two dashes: -- curl …')
    .option('--from <file>', 'send the one request of a HAR file, a Postman collection or an .http file');
}

export function addReportOptions(command: Command): Command {
  return command
    .option('-o, --out <folder>', 'where to write (default: the folder of the run; of several: reports/overlay-…)')
    .option('--overwrite', 'replace another run, or a page, that the folder of --out holds')
    .option('-l, --label <name>', 'what to call a run among several, in their order; repeat', collect)
    .option('--json', 'print result.json on stdout, and nothing else there');
}

/** What some settings say where two targets are compared. */
export const COMPARE_HELP: Readonly<Partial<Record<SettingName, string>>> = {
  budget:
    'measure pairs until the verdict is clear, so long at most (without it: --pairs); with --find: each search (default 2m)',
};

export function addCompareOptions(command: Command): Command {
  return command
    .option('--head <run...>', 'the head’s runs: the same as two dashes')
    .option('--base-url <url>', 'measure this target as the base')
    .option('--head-url <url>', 'measure this target as the head')
    .option(
      '--base-cmd <command>',
      'start the base by this line for the shell, for each of its runs; it is ended after it',
    )
    .option('--head-cmd <command>', 'the same for the head')
    .option('--find', 'compare what they sustain: a search for each one’s breaking point, and a run at a common load')
    .option(
      '--deployment <name=what>',
      'one of several: NAME=URL, or NAME=COMMAND that starts it; at one load (--rate, --vus), or with --find; repeat',
      collect,
    )
    .option('--cost <name=amount>', 'with --find: what an hour of a deployment costs, four=0.12/h; repeat', collect)
    .option(
      '--wait-for <url>',
      'a started target is ready when this answers below 400 (default: any response of its origin)',
    )
    .option('--wait-timeout <duration>', 'how long a started target may take until it is ready (default 60s)')
    .option(
      '--pairs <count>',
      'measure at most so many pairs of runs, in turns (default 10); of deployments: so many rounds (default 5)',
    )
    .option('--margin <share>', 'a change within ± this share of the base does not count (default 5%)')
    .option('--force', 'compare runs of different plans')
    .option('-o, --out <folder>', 'where comparison.json, .md, .html and measured runs go (targets: reports/compare-…)')
    .option('--overwrite', 'replace earlier runs that the folder of --out holds')
    .option('--json', 'print comparison.json on stdout, and nothing else there')
    .option('-q, --quiet', 'no line for each pair');
}

export function addSweepOptions(command: Command): Command {
  return command
    .option('--levels <users>', 'numbers of users, 1,2,8,32; or 1-64, doubled from one to the other (default 1-64)')
    .option('--slo <expression>', 'what must hold, ttft_p95<300ms; repeat for more', collect)
    .option('--tier <name=slos>', "one of several sets of SLOs: 'gold=ttft_p95<200ms,tpot_p95<30ms'; repeat", collect)
    .option('-o, --out <folder>', 'where sweep.json, .csv, .md, .html and the runs go (default: reports/sweep-…)')
    .option('--overwrite', 'replace earlier runs that the folder of --out holds')
    .option('--json', 'print sweep.json on stdout, and nothing else there')
    .option('-q, --quiet', 'no line for each level');
}

export function addBaselineOptions(command: Command): Command {
  return command
    .option('--dir <folder>', 'where baselines lie (default: baselines)')
    .option('--overwrite', 'save: replace the baseline of that name')
    .option('--margin <share>', 'check: a change within ± this share of the baseline does not count (default 5%)')
    .option('--strict', 'check: fail (exit 3) also where the runs cannot tell')
    .option('--force', 'check: compare runs of different plans, or of another machine')
    .option('--json', 'check: print comparison.json on stdout, and nothing else there');
}

export function addDoctorOptions(command: Command): Command {
  return command
    .option('--calibrate', 'how far are searches on this machine from what is known? three of them, on exact queues')
    .option('--budget <duration>', 'with --calibrate: how long each search may take (default 60s)')
    .option('-c, --connections <count>', 'connections to measure with', '50')
    .option('-d, --duration <duration>', 'of each of its measurements, after a second of warm-up', '2s')
    .option('-X, --method <method>', 'HTTP method; POST where there is a body, else GET')
    .option('-H, --header <header>', 'request header, "Name: value"; repeat for more', collect)
    .option('-b, --body <text>', 'request body')
    .option('--body-file <path>', 'file with the request body')
    .option('--json', 'print checks and measurements as JSON on stdout, and nothing else there');
}

export function addServeOptions(command: Command): Command {
  return command
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on', '8989')
    .option('--admin-port <number>', 'also listen for an operator, on this machine only')
    .option('--strategy <name>', 'per-request, global, pool, cluster, autoscale or batch', 'global')
    .option('--sleep', 'the fancy model waits, instead of keeping the processor busy')
    .option('--workers <count>', 'pool: threads (default: 4)')
    .option('--queue <count>', 'how many may wait; beyond it 503 with Retry-After (default: no bound; pool: 100)')
    .option('--cache <count>', 'how many responses are remembered (default: none)')
    .option('--replicas <count>', 'cluster: processes (default: 2); autoscale: from-to (default: 1-4)')
    .option('--scale-by <load>', 'autoscale: in-flight (default) or queue')
    .option(
      '--target <count>',
      'autoscale: requests in flight per replica, or waiting ones per further replica (default: 2)',
    )
    .option('--cooldown <duration>', 'autoscale: how long before a replica goes (default: 5s)')
    .option('--split <shares>', 'autoscale: versions and their shares of the traffic, e.g. v1=90,v2=10')
    .option('--affinity <session>', 'autoscale: keep a session on its replica: header:x-session or cookie:session')
    .option('--max-batch <count>', 'batch: requests that go together at most (default: 8; of tokens: 32)')
    .option('--prefill <duration>', 'tokens: what a prompt takes before its first word (default: 20ms)')
    .option('--prefill-token <duration>', 'tokens: on top for each word of the prompt (default: 500us)')
    .option('--decode <duration>', 'tokens: between two words, for all of the batch together (default: 10ms)')
    .option('--decode-each <duration>', 'tokens: on top for each further response of the batch (default: 100us)')
    .option('--kv-tokens <count>', 'tokens: words of prompts and responses that are held at once (default: 65536)')
    .option('--prefix-cache <count>', 'tokens: words of prompts whose beginnings are remembered (default: 0)')
    .option('--preempt', 'tokens: when the cache is full the youngest response gives its room up, and is read again')
    .option('--max-wait <duration>', 'batch: how long the first one waits for others (default: 5ms)')
    .option(
      '--law <law>',
      'an exact queue instead of a model: fixed:50ms, exp:5ms, uniform:2ms-8ms, bimodal:5ms,50ms,10%',
    )
    .option('--slots <count>', 'how many the law serves at once, or unlimited (default: 1)')
    .option(
      '--fault <fault>',
      'stall:1s/10s, error:2%, slow:5%x10, drop:1%, hang:0.5%, leak, warmup:10s (repeatable)',
      (fault: string, before: string[]) => [...before, fault],
      [],
    )
    .option('--seed <number>', 'of service times, faults and the split', '1');
}

/** The flag `--resume` of `rampart run`. It is no setting, since no other part of a plan goes with it. */
export function addResumeOption(command: Command): Command {
  return command.option(
    '--resume <run>',
    'take over a run, or a search, on agents whose controller has died; with --nats, --tolerate-loss, --out, --json, --quiet',
  );
}

/** Flags of `rampart agent`: where its work comes from, and what it may be made to do. */
export function addAgentOptions(command: Command): Command {
  return command
    .option('--nats <url>', 'NATS server with JetStream: nats://host:4222, tls://host:4222 (or RAMPART_NATS)')
    .option('--name <name>', 'its name, which no other has (default: of the machine, and four digits)')
    .option('--region <region>', 'where it is: run --agents eu=10,us=5 asks for so many of each')
    .option('--allow <origin>', "send to these targets only: 'https://*.staging.example.com'; repeat for more", collect)
    .option('--max-rate <rate>', 'send no more than this, whoever asks: 500/s')
    .option('--nats-creds <path>', 'credentials file of NATS (JWT and nkey), or the seed of an nkey')
    .option('--nats-ca <path>', 'trust the certificates in this PEM file for NATS')
    .option('--nats-cert <path>', 'client certificate for NATS, PEM')
    .option('--nats-key <path>', 'its private key, PEM');
}

export function addManifestOptions(command: Command): Command {
  return command
    .option('--kubernetes', 'an Indexed Job with a pod for each agent, and a NetworkPolicy')
    .option('--count <count>', 'how many agents', '4')
    .option('--region <region>', 'where they are, of agents in several regions')
    .option('--nats <url>', 'NATS server, as the pods reach it', 'tls://rampart-nats:4222')
    .option('--image <image>', 'image with this package in /app, as the Dockerfile makes it', 'rampart')
    .option('--cpu <cores>', 'whole cores of a pod', '2')
    .option('--memory <size>', 'memory of a pod, such as 1Gi', '1Gi')
    .option('--allow <origin>', 'targets that agents send to; repeat for more', collect)
    .option('--secret <name>', 'secret with the file nats.creds')
    .option('--tls-secret <name>', 'secret with the file ca.crt, the authority of NATS')
    .option('--deadline <seconds>', 'agents end after so long at the latest', '14400');
}

export function addFleetOptions(command: Command): Command {
  return command
    .option('--agents <count>', 'how many agents, or of regions: eu=2,us=2', '2')
    .option('--port <number>', 'port of the nats-server', '4222');
}

/** For flags that may be given more than once. */
function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
