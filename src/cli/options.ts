import type { Command } from 'commander';

/**
 * The flags that make a plan. Values stay text: `plan/` reads them, with the same rules as a scenario file's and the
 * environment's.
 */
export function addRequestOptions(command: Command): Command {
  return command
    .option('-X, --method <method>', 'HTTP method; POST where there is a body, else GET')
    .option('-H, --header <header>', 'request header, "Name: value"; repeat for more', collect)
    .option('-b, --body <text>', 'request body, or @FILE with it; sent as application/json where it parses as JSON')
    .option('--body-file <path>', 'file with the request body')
    .option('--body-raw <text>', 'request body, where it may begin with @')
    .option('--data <path>', 'rows that requests are made of, .jsonl or .csv: {{row.NAME}} in URL, header or body')
    .option('--data-order <order>', 'sequential (default), shuffled, or once: the run ends when all rows are used')
    .option('--expect-status <statuses>', 'statuses that are right: 200, 200,201 or 200-299')
    .option('--expect-header <header>', 'header the response must have, "Name: value"; repeat for more', collect)
    .option('--expect-body <text>', 'what the body of the response must be')
    .option('--expect-contains <text>', 'what the body of the response must contain; repeat for more', collect)
    .option(
      '--expect-json <check>',
      "field of a JSON response: '$.p=0.123±1e-9', '$.p={{row.p}}'; repeat for more",
      collect,
    )
    .option('--expect-field <name>', 'field of a row with the expected answer, e.g. answer or answer±1e-9')
    .option('--timeout <duration>', 'fail a request after this long, e.g. 30s (default), 500ms')
    .option('--max-body <size>', 'fail a response whose body is longer, e.g. 10MB (default 1GiB)')
    .option('--http2', 'HTTP/2: by ALPN over TLS, by prior knowledge without')
    .option('--proxy <url>', 'HTTP proxy between here and the target, http://host:port')
    .option('--no-keepalive', 'open a new connection for every request')
    .option('--max-conn-age <duration>', 'replace connections older than this, e.g. 30s')
    .option('--dns-ttl <duration>', 'look a name up again after this long (default 30s)')
    .option('--connect-to <way>', 'connect elsewhere, HOST:PORT:OTHER-HOST:OTHER-PORT; Host and SNI stay', collect)
    .option('--resolve <addresses>', 'addresses of the host, HOST:PORT:ADDRESS[,ADDRESS]', collect)
    .option('--user <name:password>', 'send them as Authorization: Basic')
    .option('--cacert <path>', 'trust the certificates in this PEM file, not the usual authorities')
    .option('--cert <path>', 'client certificate, PEM')
    .option('--key <path>', 'its private key, PEM')
    .option('--insecure', 'accept any certificate of the target')
    .option(
      '--threshold <expression>',
      'pass or fail by: p95<250ms, errors<1% (a share) or errors<10 (a count), achieved>95/s; repeat for more',
      collect,
    )
    .option('--strict', 'fail where a threshold is not sure: its interval holds the limit')
    .option(
      '--secret <name>',
      'a header, parameter or field whose value is shown nowhere, besides the usual ones; repeat for more',
      collect,
    )
    .option('--seed <number>', 'makes every random choice the same again');
}

export function addLoadOptions(command: Command): Command {
  return command
    .option('-u, --vus <count>', 'virtual users: each sends its next request after its last response')
    .option('--spawn-rate <rate>', 'start this many users per second; without it all at once')
    .option('--think-time <duration>', 'pause of a user between requests: 1s, 1s-3s or exp:1s')
    .option('-r, --rate <rate>', 'arrivals: requests due per second whatever the responses do, e.g. 200/s')
    .option(
      '--arrivals <kind>',
      'how arrivals are spread: uniform (default), poisson, or bursty:N (N at once, the same mean rate)',
    )
    .option('--max-in-flight <count>', 'with --rate: drop (and count) what is due while so many are under way')
    .option('-c, --connections <count>', 'with --rate: at most this many connections; requests queue when all are busy')
    .option('--stages <stages>', 'duration:target, in turn, each reached in a straight line, e.g. 30s:100,1m:100')
    .option('-d, --duration <duration>', 'how long, e.g. 30s, 2m; forever: until it is stopped')
    .option(
      '--until <precision>',
      "stop when a percentile is known so well: 'p95±5%' (or p95+-5%); at most --duration, then 10m by default",
    )
    .option('-n, --requests <count>', 'stop after so many requests')
    .option('--warmup <duration>', 'leave the first stretch out of the statistics')
    .option('--graceful-stop <duration>', 'how long requests under way may finish at the end (default 5s)')
    .option('--timing <how>', 'with --rate: precise (default) or relaxed, which sleeps and gives the core back')
    .option('--engine <name>', 'what sends: rampart (default), or autocannon as a second opinion')
    .option('--threads <count>', 'generator threads (default: cores less one)');
}

export function addSearchOptions(command: Command): Command {
  return command
    .option(
      '--slo <expression>',
      'what must hold: p95<250ms, errors<1% (a share; errors<1 is a count); repeat for more (all must hold)',
      collect,
    )
    .option('--unit <unit>', 'what to search: req/s (default) or vus')
    .option(
      '--budget <duration>',
      'how long it may take (default 2m); auto: until the precision is reached, an hour at most',
    )
    .option('--precision <share>', 'how narrow the interval shall be (default 10%)')
    .option('--allow-rough', 'a rough answer passes too (else exit code 5)')
    .option('--max-rate <rate>', 'highest arrival rate to try')
    .option('--max-vus <count>', 'most virtual users to try (default 1024)')
    .option(
      '--settle <duration>',
      'for a target that scales itself: wait after each increase until it is steady, so long at most',
    )
    .option('--instance-header <name>', 'with --settle: the response header that names the instance')
    .option('--arrivals <kind>', 'how arrivals are spread: poisson (default), uniform, or bursty:N (N at once)')
    .option('--think-time <duration>', 'with --unit vus: pause of a user between requests')
    .option('--max-in-flight <count>', 'drop (and count) what is due while so many are under way')
    .option('--graceful-stop <duration>', 'how long requests under way may finish after a level (default 5s)')
    .option('--threads <count>', 'generator threads (default: cores less one)');
}

export function addProbeOptions(command: Command): Command {
  return command.option('-n, --requests <count>', 'how many requests, after 5 for warm-up (default 100)');
}

export function addOutputOptions(command: Command): Command {
  return command
    .option('-o, --out <folder>', 'folder of this run (default: reports/<run-id>)')
    .option('--overwrite', 'replace the earlier run that the folder of --out holds')
    .option('--json', 'print result.json on stdout, and nothing else there')
    .option('-q, --quiet', 'no plan and no live view');
}

export function addPageOptions(command: Command): Command {
  return command
    .option('--ui [port]', 'a live page in the browser (default port 8089; 0: any that is free)')
    .option('--ui-host <address>', 'where the page listens (default 127.0.0.1); others need the token it prints')
    .option('--open', 'open the page in the browser');
}

export function addReportOptions(command: Command): Command {
  return command
    .option('-o, --out <folder>', 'where to write (default: the folder of the run; of several: reports/overlay-…)')
    .option('--overwrite', 'replace another run, or a page, that the folder of --out holds')
    .option('-l, --label <name>', 'what to call a run among several, in their order; repeat', collect)
    .option('--json', 'print result.json on stdout, and nothing else there');
}

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
    .option(
      '--wait-for <url>',
      'a started target is ready when this answers below 400 (default: any response of its origin)',
    )
    .option('--wait-timeout <duration>', 'how long a started target may take until it is ready (default 60s)')
    .option('--pairs <count>', 'measure at most so many pairs of runs, in turns (default 10)')
    .option('--margin <share>', 'a change within ± this share of the base does not count (default 5%)')
    .option('--force', 'compare runs of different plans')
    .option(
      '-o, --out <folder>',
      'where comparison.json, comparison.md and measured runs go (targets: reports/compare-…)',
    )
    .option('--overwrite', 'replace earlier runs that the folder of --out holds')
    .option('--json', 'print comparison.json on stdout, and nothing else there')
    .option('-q, --quiet', 'no line for each pair');
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
    .option('--cache <count>', 'how many answers are remembered (default: none)')
    .option('--replicas <count>', 'cluster: processes (default: 2); autoscale: from-to (default: 1-4)')
    .option('--scale-by <load>', 'autoscale: in-flight (default) or queue')
    .option(
      '--target <count>',
      'autoscale: requests in flight per replica, or waiting ones per further replica (default: 2)',
    )
    .option('--cooldown <duration>', 'autoscale: how long before a replica goes (default: 5s)')
    .option('--split <shares>', 'autoscale: versions and their shares of the traffic, e.g. v1=90,v2=10')
    .option('--affinity <session>', 'autoscale: keep a session on its replica: header:x-session or cookie:session')
    .option('--max-batch <count>', 'batch: requests that go together at most (default: 8)')
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

/** For flags that may be given more than once. */
function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
