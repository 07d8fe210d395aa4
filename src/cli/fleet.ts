/** The command `rampart fleet up`: a NATS server and some agents on this machine, to try distributed runs on. */
import { EXIT, RampartError } from '../core/errors.ts';
import { millis, seconds } from '../core/units.ts';
import type { Program, World } from '../core/world.ts';
import { parseAgents } from '../plan/fleet.ts';
import { printable } from '../report/terminal.ts';
import { portOf } from './port.ts';

export interface FleetFlags {
  readonly agents: string;
  readonly port: string;
}

const READY_WITHIN = seconds(20);
const LOOK = millis(100);
const SHOWN_LINES = 8;
/** Processes of one machine. */
const MOST = 64;
/** What an agent prints when it is there. */
const WAITING = /^Agent \S+ waits/;

/** `rampart fleet up`: a nats-server and agents on this machine, to try distributed runs on; all end with it. */
export async function fleetCommand(world: World, flags: FleetFlags): Promise<number> {
  const agents = agentsOf(flags.agents);
  const port = portOf(flags.port, '--port');
  const folder = await world.files.makeTemporaryFolder('rampart-fleet-');
  const programs: Program[] = [];
  let ended = false;
  let wake = (): void => {};
  const forget = world.onInterrupt(() => {
    ended = true;
    wake();
  });
  try {
    const url = `nats://127.0.0.1:${port}`;
    const server = world.startProgram(`exec nats-server -js -sd '${folder}' -a 127.0.0.1 -p ${port}`);
    programs.push(server);
    await until(
      world,
      server,
      /Server is ready/,
      () => ended,
      'nats-server',
      'Install it (Debian: apt-get install nats-server), or give another --port.',
    );
    for (const { name, region } of ended ? [] : agents)
      programs.push(
        world.startSelf(['agent', '--nats', url, '--name', name, ...(region === null ? [] : ['--region', region])]),
      );
    const nameOf = (n: number): string => agents[n - 1]?.name ?? 'nats-server';
    for (const [n, agent] of programs.slice(1).entries())
      await until(world, agent, WAITING, () => ended, nameOf(n + 1), '');
    if (ended) return EXIT.passed;
    world.stderr.write(`${agents.length} agents wait at ${url}, made for this machine alone (Ctrl-C ends them)\n`);
    world.stderr.write(`  rampart run URL --nats ${url} --agents ${flags.agents}\n`);
    const dead = programs.map((program, n) => program.ended.then((how) => `${nameOf(n)} has ended (${how})`));
    const why = await Promise.race([
      ...dead,
      new Promise<null>((resolve) => {
        wake = () => resolve(null);
        if (ended) resolve(null);
      }),
    ]);
    if (why !== null) throw new RampartError('never-ready', why, 'The others are ended too.');
    return EXIT.passed;
  } finally {
    forget();
    await Promise.all(programs.slice(1).map((program) => program.stop()));
    await programs[0]?.stop();
    await world.files.removeTree(folder);
  }
}

/** `4`, or of each region so many: `eu=2,us=2`. @throws {RampartError} bad-flag */
function agentsOf(text: string): readonly { readonly name: string; readonly region: string | null }[] {
  const { agents, regions } = parseAgents(text, '--agents');
  if (agents === 'all' || agents > MOST)
    throw new RampartError(
      'bad-flag',
      `--agents: ${text} is no number of agents for one machine`,
      `Write 1 to ${MOST}, or of each region so many: eu=2,us=2.`,
    );
  const each = regions ?? [{ name: null, agents }];
  return each.flatMap(({ name, agents: many }) =>
    Array.from({ length: many }, (_, n) => ({ name: `${name ?? 'agent'}-${n + 1}`, region: name })),
  );
}

/** Waits until a program has printed what it prints when it is ready. @throws {RampartError} never-ready */
async function until(
  world: World,
  program: Program,
  line: RegExp,
  isOver: () => boolean,
  name: string,
  hint: string,
): Promise<void> {
  const last = world.clock.now() + READY_WITHIN;
  while (!isOver() && !program.lastLines().some((each) => line.test(each))) {
    const how = program.hasEnded();
    if (how === null && world.clock.now() < last) {
      await new Promise<void>((resolve) => {
        world.clock.after(LOOK, resolve);
      });
      continue;
    }
    const said = program.lastLines().slice(-SHOWN_LINES).map(printable).join('\n    ');
    const what = how === null ? 'was not ready in 20 s' : `has ended (${how})`;
    throw new RampartError('never-ready', `${name} ${what}${said === '' ? '' : `:\n    ${said}`}`, hint);
  }
}
