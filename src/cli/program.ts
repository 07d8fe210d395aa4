import { Command, CommanderError } from 'commander';
import { EXIT, RampartError } from '../core/errors.ts';
import type { Secrets } from '../core/secret.ts';
import type { World } from '../core/world.ts';
import { secretsIn } from '../plan/publish.ts';
import { discreet } from './discreet.ts';
import type { DoctorFlags } from './doctor.ts';
import { addHabits, bodyFrom, withoutHabits, withTwoDashes } from './habits.ts';
import {
  addLoadOptions,
  addOutputOptions,
  addPageOptions,
  addRequestOptions,
  addSearchOptions,
  collect,
} from './options.ts';
import type { ReportFlags } from './report.ts';
import type { ServeFlags } from './serve.ts';

/**
 * The command line. Each command's code is loaded when it is called, so that `--help` costs next to nothing.
 *
 * @returns the exit code; nothing is thrown.
 */
export async function main(world: World): Promise<number> {
  let exitCode: number = EXIT.passed;
  const secrets = secretsIn(world.argv, world.env);
  const inside = discreet(world, secrets);
  const program = createProgram(inside, secrets, (code) => {
    exitCode = code;
  });
  try {
    const [name, ...words] = withPage(world.argv);
    const command = program.commands.find((each) => each.name() === name);
    await program.parseAsync(name === undefined ? [] : [name, ...withTwoDashes(words, command)], { from: 'user' });
  } catch (error) {
    exitCode = report(error, inside);
  }
  return delivered(exitCode, inside);
}

/** What was asked for stands on standard output: where it could not be written, that is no success. */
async function delivered(exitCode: number, { stdout, stderr }: World): Promise<number> {
  const failure = (await stdout.failure?.()) ?? null;
  if (failure === null) return exitCode;
  stderr.write(`rampart: standard output could not be written whole: ${failure.message}\n`);
  return exitCode === EXIT.passed ? EXIT.unsaved : exitCode;
}

/** What the commands that measure have in common besides their flags. */
function measuring(command: Command): Command {
  return addHabits(command).allowExcessArguments(true).showHelpAfterError(helpHint(command.name()));
}

const MEASURING = ['run', 'find', 'probe'];

const helpHint = (command: string): string => `(rampart ${command} --help lists its flags)`;

function createProgram(world: World, secrets: Secrets, end: (code: number) => void): Command {
  const program = new Command('rampart')
    .description('Tells how much load a model endpoint takes before it breaks, and proves that the number is true.')
    .version(world.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.stdout.write(text),
      writeErr: (text) => world.stderr.write(secrets.maskAddresses(text)),
      getOutHelpWidth: () => world.stdout.columns,
      getErrHelpWidth: () => world.stderr.columns,
    })
    .showHelpAfterError('(rampart --help lists what there is)')
    .addHelpText(
      'after',
      `
Every flag has a twin in the environment (RAMPART_RATE) and in a scenario file; flags win.

Exit codes: 0 passed · 2 bad usage · 3 a threshold failed · 4 target unreachable · 5 measurement invalid
            6 generator not ready · 7 results not saved whole · 130 interrupted · 1 a bug

Examples:
  rampart run http://localhost:8989/predict --body-file loan.json --vus 100 --spawn-rate 5 --duration 30s
  rampart run http://localhost:8989/predict -b '{"x":1}' --rate 200/s -d 1m --threshold 'p95<250ms'
  rampart find http://localhost:8989/predict --body-file loan.json --slo 'p95<250ms' --slo 'errors<1%'
  rampart --ui                     a live page with a start form
  rampart run http://localhost:8989/predict --vus 10 --ui --open
  rampart probe http://localhost:8989/predict --body-file loan.json
  rampart report reports/before reports/after
  rampart doctor
  rampart serve loan`,
    );

  const run = program
    .command('run')
    .description('put load on an endpoint: virtual users (--vus) or arrivals (--rate)')
    .argument('[target]', 'URL of the endpoint, or a scenario file (JSON)');
  measuring(addPageOptions(addOutputOptions(addLoadOptions(addRequestOptions(run))))).action(
    async (target: string | undefined, options: Record<string, unknown>) => {
      const given = withTarget(target, withoutHabits(options, run.args.slice(1)));
      const { runCommand } = await import('./run.ts');
      end(await runCommand(world, 'run', given.target, given.options));
    },
  );

  const find = program
    .command('find')
    .description('find the breaking point under an SLO: a number, an interval and the reason')
    .argument('[target]', 'URL of the endpoint, or a scenario file (JSON)');
  measuring(addPageOptions(addOutputOptions(addSearchOptions(addRequestOptions(find))))).action(
    async (target: string | undefined, options: Record<string, unknown>) => {
      const given = withTarget(target, withoutHabits(options, find.args.slice(1)));
      const { runCommand } = await import('./run.ts');
      end(await runCommand(world, 'find', given.target, given.options));
    },
  );

  const probe = program
    .command('probe')
    .description('one request at a time: median, p95, and where the time goes')
    .argument('<target>', 'URL of the endpoint, or a scenario file (JSON)')
    .option('-n, --requests <count>', 'how many requests, after 5 for warm-up (default 100)');
  measuring(addOutputOptions(addRequestOptions(probe))).action(
    async (target: string, options: Record<string, unknown>) => {
      const given = withoutHabits(options, probe.args.slice(1));
      const { runCommand } = await import('./run.ts');
      end(await runCommand(world, 'probe', target, given));
    },
  );

  addPageOptions(
    program.command('ui', { hidden: true }).description('the live page with its start form: rampart --ui'),
  ).action(async (options: Record<string, unknown>) => {
    const { uiCommand } = await import('./ui.ts');
    end(await uiCommand(world, options));
  });

  program
    .command('report')
    .description('draw a finished run again from its journal; several: over each other, in one page')
    .argument('<run...>', 'folder of a run, or its journal.ndjson')
    .option('-o, --out <folder>', 'where to write (default: the folder of the run; of several: reports/overlay-…)')
    .option('--overwrite', 'replace another run, or a page, that the folder of --out holds')
    .option('-l, --label <name>', 'what to call a run among several, in their order; repeat', collect)
    .option('--json', 'print result.json on stdout, and nothing else there')
    .action(async (runs: string[], flags: ReportFlags) => {
      const { reportCommand } = await import('./report.ts');
      end(await reportCommand(world, runs, flags));
    });

  program
    .command('doctor')
    .description('is this machine fit to measure? its ceiling, its timers, its clocks and its limits')
    .argument('[url]', 'endpoint whose request and answer to copy the size of')
    .option('-c, --connections <count>', 'connections to measure with', '50')
    .option('-d, --duration <duration>', 'of each of its measurements, after a second of warm-up', '2s')
    .option('-X, --method <method>', 'HTTP method; POST where there is a body, else GET')
    .option('-H, --header <header>', 'request header, "Name: value"; repeat for more', collect)
    .option('-b, --body <text>', 'request body')
    .option('--body-file <path>', 'file with the request body')
    .option('--json', 'print checks and measurements as JSON on stdout, and nothing else there')
    .action(async (url: string | undefined, flags: DoctorFlags) => {
      const { doctorCommand } = await import('./doctor.ts');
      const { body, bodyFile, ...rest } = flags;
      end(await doctorCommand(world, url, { ...rest, ...bodyFrom({ body, bodyFile }) }));
    });

  program
    .command('serve')
    .description('the reference model server, to try things on')
    .argument('[model]', 'which model (default: loan)')
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
    .option('--seed <number>', 'of service times, faults and the split', '1')
    .action(async (model: string | undefined, flags: ServeFlags) => {
      const { serveCommand } = await import('./serve.ts');
      end(await serveCommand(world, model, flags));
    });
  return program;
}

/** `rampart --ui` names no command: it is the page by itself. */
function withPage(argv: readonly string[]): readonly string[] {
  return /^--(ui|ui-host|open)(=|$)/.test(argv[0] ?? '') ? ['ui', ...argv] : argv;
}

/** In `--ui http://…` the port is left out, and the address is the target. */
function withTarget(target: string | undefined, options: Record<string, unknown>) {
  const { ui } = options;
  if (target !== undefined) return { target, options };
  if (typeof ui === 'string' && !/^\d+$/.test(ui)) return { target: ui, options: { ...options, ui: true } };
  throw new RampartError('usage', 'no target is given', 'Give the URL of the endpoint, or a scenario file.');
}

/** Says what went wrong, in words for whoever has to act on it. */
function report(error: unknown, world: World): number {
  // Commander has printed its own message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.passed : EXIT.usage;
  if (error instanceof RampartError) {
    const [command = ''] = world.argv;
    const lost = error.code === 'bad-flag' || error.code === 'usage';
    const help = lost && MEASURING.includes(command) ? `${helpHint(command)}\n` : '';
    world.stderr.write(`rampart: ${error.message}\n${error.hint === '' ? '' : `  ${error.hint}\n`}${help}`);
    return error.exitCode;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  world.stderr.write(`rampart: an unexpected error; this is a bug, please report it:\n${detail}\n`);
  return EXIT.bug;
}
