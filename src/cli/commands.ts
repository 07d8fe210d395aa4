/**
 * The command line as commander knows it: every command with its words, its flags, and the code that it calls when it
 * is asked for.
 */
import { Argument, Command } from 'commander';
import { RampartError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { Secrets } from '../core/secret.ts';
import type { World } from '../core/world.ts';
import type { AgentFlags } from './agent.ts';
import type { BaselineFlags } from './baseline.ts';
import type { DoctorFlags } from './doctor.ts';
import type { FleetFlags } from './fleet.ts';
import { addHabits, bodyFrom, withoutHabits } from './habits.ts';
import type { ManifestFlags } from './manifest.ts';
import {
  addAgentOptions,
  addBaselineOptions,
  addCompareOptions,
  addDiscoverOptions,
  addDoctorOptions,
  addFleetOptions,
  addImportOptions,
  addInitOptions,
  addManifestOptions,
  addReportOptions,
  addResumeOption,
  addServeOptions,
  addSettings,
  addSweepOptions,
  COMPARE_HELP,
} from './options.ts';
import type { ReportFlags } from './report.ts';
import type { ServeFlags } from './serve.ts';

/** The commands that measure. */
export const MEASURING = ['run', 'find', 'probe'];

export const helpHint = (command: string): string => `(rampart ${command} --help lists its flags)`;

/**
 * Loads a command that also draws reports. Node opens all files that a module imports at once, and where few may be open
 * (`ulimit -n 64`) that is too many: what draws the files of a run is loaded first, the rest after it.
 */
async function inTwo<Loaded>(load: () => Promise<Loaded>): Promise<Loaded> {
  await import('../session/artifacts.ts');
  return load();
}

const WITHOUT_FLAGS = ['help', 'completion', 'validate'];

/** A command in the list of them all: nearly each has flags. */
function termOf(command: Command): string {
  const names = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...(WITHOUT_FLAGS.includes(command.name()) ? [] : ['[options]']), ...names].join(' ');
}

/** What the commands that measure have in common besides their flags. */
function measuring(command: Command): Command {
  return addHabits(addImportOptions(command)).allowExcessArguments(true).showHelpAfterError(helpHint(command.name()));
}

/**
 * The commands, each with its words and flags. Each one's code is loaded when it is called, so that `--help` costs next to nothing.
 *
 * @param asked the command that is called, or whose help is.
 */
export function createProgram(world: World, asked: string, secrets: Secrets, end: (code: number) => void): Command {
  /** Flags are made for the command that is called, or for all to be completed: there are two hundred of them. */
  const flags = (command: Command, add: (command: Command) => Command): Command =>
    command.name() === asked || asked === 'completion' ? add(command) : command;
  const program = new Command('rampart')
    .description('Tells how much load a model endpoint takes before it breaks, and proves that the number is true.')
    .version(world.version)
    .exitOverride()
    .configureHelp({ subcommandTerm: termOf })
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

Exit codes: 0 passed · 2 bad usage · 3 a threshold failed · 4 target not usable · 5 measurement invalid
            6 generator or agents not ready · 7 results not saved whole · 130 interrupted · 1 a bug

Examples:
  rampart run http://localhost:8989/predict --body-file loan.json --vus 100 --spawn-rate 5 --duration 30s
  rampart run http://localhost:8989/predict -b '{"x":1}' --rate 200/s -d 1m --threshold 'p95<250ms'
  rampart find http://localhost:8989/predict --body-file loan.json --slo 'p95<250ms' --slo 'errors<1%'
  rampart discover http://localhost:8989/predict -o scenario.yaml
  rampart init http://localhost:8989/predict && rampart run scenario.yaml --dry-run
  rampart --ui                     a live page with a start form
  rampart run http://localhost:8989/predict --vus 10 --ui --open
  rampart probe http://localhost:8989/predict --body-file loan.json
  rampart report reports/before reports/after
  rampart compare reports/main-* -- reports/change-*
  rampart doctor
  rampart serve loan`,
    );

  const measures = (kind: Plan['kind'], description: string): void => {
    const command = program
      .command(kind)
      .description(description)
      .argument('[target]', 'URL of the endpoint, or a scenario file (YAML or JSON)');
    flags(command, (own) => {
      const settings = measuring(addSettings(own, kind));
      return kind === 'run' ? addResumeOption(settings) : settings;
    }).action(async (target: string | undefined, options: Record<string, unknown>) => {
      if (options['resume'] !== undefined) {
        const { resumeCommand } = await inTwo(() => import('./resume.ts'));
        const given = Object.entries(options).filter(([name]) => command.getOptionValueSource(name) !== 'default');
        end(await resumeCommand(world, target, Object.fromEntries(given)));
        return;
      }
      const given = withTarget(target, withoutHabits(options, command.args.slice(1)), world);
      const { runCommand } = await inTwo(() => import('./run.ts'));
      end(await runCommand(world, kind, given.target, given.options));
    });
  };
  measures('run', 'put load on an endpoint: virtual users (--vus) or arrivals (--rate)');
  measures('find', 'find the breaking point under an SLO: a number, an interval and the reason');
  measures('probe', 'one request at a time: median, p95, and where the time goes');

  const discover = program
    .command('discover')
    .description('what is this endpoint, and what does a valid request look like? writes a scenario')
    .argument('<url>', 'URL of the endpoint');
  flags(discover, addDiscoverOptions).action(async (url: string, options: Record<string, unknown>) => {
    const { discoverCommand } = await import('./discover.ts');
    end(await discoverCommand(world, url, options));
  });

  const init = program
    .command('init')
    .description('a scenario to begin with, with comments; of an address, with a request that it accepts')
    .argument('[url]', 'URL of the endpoint');
  flags(init, addInitOptions).action(async (url: string | undefined, options: Record<string, unknown>) => {
    const { initCommand } = await import('./init.ts');
    end(await initCommand(world, url, options));
  });

  program
    .command('validate')
    .description('is a scenario right? reads it, and the files that it names, and sends nothing')
    .argument('<file...>', 'scenario file (YAML or JSON)')
    .action(async (paths: string[]) => {
      const { validateCommand } = await import('./validate.ts');
      end(await validateCommand(world, paths));
    });

  const ui = program.command('ui', { hidden: true }).description('the live page with its start form: rampart --ui');
  flags(ui, (own) => addSettings(own, 'ui')).action(async (options: Record<string, unknown>) => {
    const { uiCommand } = await inTwo(() => import('./ui.ts'));
    end(await uiCommand(world, options));
  });

  const report = program
    .command('report')
    .description('draw a finished run again from its journal; several: over each other, in one page')
    .argument('<run...>', 'folder of a run, or its journal.ndjson');
  flags(report, addReportOptions).action(async (runs: string[], flags: ReportFlags) => {
    const { reportCommand } = await import('./report.ts');
    end(await reportCommand(world, runs, flags));
  });

  const compare = program
    .command('compare')
    .description('did this change make it slower? runs of each side, or two targets measured in turns; with statistics')
    .argument('[run...]', 'the base’s runs, two dashes, the head’s; or a folder of runs for each; or two URLs');
  flags(compare, (own) =>
    addSettings(addSettings(addCompareOptions(own), 'run', ['request', 'load']), 'find', ['search'], COMPARE_HELP),
  ).action(async (runs: string[], options: Record<string, unknown>) => {
    const { own, others } = partedFlags(options, addCompareOptions(new Command()));
    const rest = withoutHabits(others, []);
    if (options['find'] === true || options['deployment'] !== undefined) {
      const { compareDeploymentsCommand } = await inTwo(() => import('./compare-deployments.ts'));
      return end(await compareDeploymentsCommand(world, runs, own, rest));
    }
    const { compareCommand } = await inTwo(() => import('./compare.ts'));
    end(await compareCommand(world, runs, own, rest));
  });

  const sweep = program
    .command('sweep')
    .description('throughput of each user against that of all, over numbers of users; up to which one SLOs hold')
    .argument('<target>', 'URL of the endpoint, or a scenario file (YAML or JSON)');
  flags(sweep, (own) => addSettings(addSweepOptions(own), 'run', ['request', 'prompts', 'load', 'target'])).action(
    async (target: string, options: Record<string, unknown>) => {
      const { own, others } = partedFlags(options, addSweepOptions(new Command()));
      const { sweepCommand } = await inTwo(() => import('./sweep.ts'));
      end(await sweepCommand(world, target, own, others));
    },
  );

  const baseline = program
    .command('baseline')
    .description('keep runs by a name, small enough for a repository, and hold others against them')
    .addArgument(new Argument('<action>', 'what to do').choices(['save', 'check', 'show', 'list']))
    .argument('[name]', 'name of the baseline')
    .argument('[run...]', 'save and check: folders of runs, or a folder that holds them');
  flags(baseline, addBaselineOptions).action(
    async (action: string, name: string | undefined, runs: string[], flags: BaselineFlags) => {
      const { baselineCommand } = await inTwo(() => import('./baseline.ts'));
      end(await baselineCommand(world, action, name, runs, flags));
    },
  );

  const doctor = program
    .command('doctor')
    .description('is this machine fit to measure? its ceiling, its timers, its clocks and its limits')
    .argument('[url]', 'endpoint whose request and response to copy the size of');
  flags(doctor, addDoctorOptions).action(async (url: string | undefined, flags: DoctorFlags) => {
    const { doctorCommand } = await import('./doctor.ts');
    const { body, bodyFile, ...rest } = flags;
    end(await doctorCommand(world, url, { ...rest, ...bodyFrom({ body, bodyFile }) }));
  });

  const serve = program
    .command('serve')
    .description('the reference model server, to try things on')
    .argument('[model]', 'which model (default: loan)');
  flags(serve, addServeOptions).action(async (model: string | undefined, flags: ServeFlags) => {
    const { serveCommand } = await import('./serve.ts');
    end(await serveCommand(world, model, flags));
  });

  const agent = program
    .command('agent')
    .description('make load for runs elsewhere: rampart run --nats URL has its part done here')
    .allowExcessArguments(false);
  flags(agent, addAgentOptions).action(async (flags: AgentFlags) => {
    const { agentCommand } = await import('./agent.ts');
    end(await agentCommand(world, flags));
  });

  const agents = program
    .command('agents')
    .description('agents as a cluster runs them: rampart agents manifest --kubernetes --count 50')
    .addArgument(new Argument('<action>', 'what to do').choices(['manifest']));
  flags(agents, addManifestOptions).action(async (_action: string, flags: ManifestFlags) => {
    const { manifestCommand } = await import('./manifest.ts');
    end(manifestCommand(world, flags));
  });

  const fleet = program
    .command('fleet')
    .description('a NATS server and agents on this machine, to try distributed runs: rampart fleet up --agents 4')
    .addArgument(new Argument('<action>', 'what to do').choices(['up']));
  flags(fleet, addFleetOptions).action(async (_action: string, flags: FleetFlags) => {
    const { fleetCommand } = await import('./fleet.ts');
    end(await fleetCommand(world, flags));
  });

  program
    .command('completion')
    .description('a script that completes commands, flags and their values in a shell: bash, zsh, fish, powershell')
    .argument('<shell>', 'bash: source <(rampart completion bash); zsh and fish likewise')
    .action(async (shell: string) => {
      const { completionCommand } = await import('./completion.ts');
      completionCommand(world, shell, program);
    });
  return program;
}

/** Those that are `compare`'s own, and those of its runs; two flags of `run` say something of the comparison instead. */
function partedFlags(options: Record<string, unknown>, command: Command) {
  const names = new Set([...command.options.map((option) => option.attributeName()), 'strict', 'seed']);
  const pick = (mine: boolean) =>
    Object.fromEntries(Object.entries(options).filter(([name]) => names.has(name) === mine));
  return { own: pick(true), others: pick(false) };
}

/** In `--ui http://…` the port is left out, and the address is the target. Several targets stand in the place of an address. */
function withTarget(target: string | undefined, options: Record<string, unknown>, { env }: Pick<World, 'env'>) {
  const { ui } = options;
  if (target !== undefined) return { target, options };
  if (options['target'] !== undefined || env['RAMPART_TARGET'] !== undefined) return { target: '', options };
  if (typeof ui === 'string' && !/^\d+$/.test(ui)) return { target: ui, options: { ...options, ui: true } };
  throw new RampartError('usage', 'no target is given', 'Give the URL of the endpoint, or a scenario file.');
}
