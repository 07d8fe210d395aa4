import type { Command } from 'commander';

/**
 * The flags that make a plan. Values stay text: `plan/` reads them, with the same rules as a scenario file's and the
 * environment's.
 */
export function addRequestOptions(command: Command): Command {
  return command
    .option('-X, --method <method>', 'HTTP method; POST where there is a body, else GET')
    .option('-H, --header <header>', 'request header, "Name: value"; repeat for more', collect)
    .option('-b, --body <text>', 'request body; sent as application/json where it parses as JSON')
    .option('--body-file <path>', 'file with the request body')
    .option('--timeout <duration>', 'give a request up after this long, e.g. 30s (default), 500ms')
    .option('--no-keepalive', 'open a new connection for every request')
    .option(
      '--threshold <expression>',
      'pass or fail by: p95<250ms, errors<1%, achieved>95/s; repeat for more',
      collect,
    )
    .option('--seed <number>', 'makes every random choice the same again');
}

export function addLoadOptions(command: Command): Command {
  return command
    .option('-u, --vus <count>', 'virtual users: each sends its next request after its last answer')
    .option('--spawn-rate <rate>', 'start this many users per second; without it all at once')
    .option('--think-time <duration>', 'pause of a user between requests: 1s, 1s-3s or exp:1s')
    .option('-r, --rate <rate>', 'arrivals: requests due per second whatever the answers do, e.g. 200/s')
    .option('--arrivals <kind>', 'how arrivals are spread: uniform (default) or poisson')
    .option('--max-in-flight <count>', 'with --rate: drop (and count) what is due while so many are under way')
    .option('--stages <stages>', 'duration:target, in turn, each reached in a straight line, e.g. 30s:100,1m:100')
    .option('-d, --duration <duration>', 'how long, e.g. 30s, 2m')
    .option('-n, --requests <count>', 'stop after so many requests')
    .option('--warmup <duration>', 'leave the first stretch out of the statistics')
    .option('--graceful-stop <duration>', 'how long requests under way may finish at the end (default 5s)')
    .option('--threads <count>', 'generator threads (default: cores less one)');
}

export function addOutputOptions(command: Command): Command {
  return command
    .option('-o, --out <folder>', 'folder of this run (default: reports/<run-id>)')
    .option('--json', 'print result.json on stdout, and nothing else there')
    .option('-q, --quiet', 'no plan and no live view');
}

/** For flags that may be given more than once. */
function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
