/** A target that is started for the test by `--start`, or waited for: its program, its readiness, its end. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { RampartError } from '../core/errors.ts';
import { millis, toSeconds } from '../core/units.ts';
import type { Program, World } from '../core/world.ts';
import type { TargetStart } from '../plan/start.ts';
import { printable } from '../report/terminal.ts';

/** A target that is started for the test. */
export type StartedTarget = TargetStart & { readonly line: string };

const PAUSE = millis(100);
/** One attempt, ms. */
const ATTEMPT = 2_000;
const SHOWN_LINES = 10;

type Surroundings = Pick<World, 'clock' | 'startProgram' | 'stderr'>;

/**
 * Does something with a target that is started, or waited for, first.
 *
 * @param signal ends the waiting.
 * @throws {RampartError} interrupted, unreachable
 */
export async function whenReady(
  world: Surroundings,
  target: TargetStart,
  signal: AbortSignal,
  use: () => Promise<number>,
): Promise<number> {
  const begin = async (): Promise<number> => {
    if (signal.aborted)
      throw new RampartError('interrupted', 'interrupted before the target was ready: nothing was measured');
    return use();
  };
  const { line } = target;
  if (line !== null) return withTargetProgram(world, { ...target, line }, signal, begin);
  await readiness(world, target, signal);
  return begin();
}

/**
 * Starts the target, waits until it is ready, and ends it, whatever happened in between.
 *
 * @throws {RampartError} unreachable: it ended, or was not ready in time, with the last of what it printed; or somebody else
 * answers at its address, so that it would be that who is measured.
 */
export async function withTargetProgram<Value>(
  world: Surroundings,
  target: StartedTarget,
  signal: AbortSignal,
  use: (program: Program) => Promise<Value>,
): Promise<Value> {
  if ((await statusOf(target.url)) !== null)
    throw new RampartError(
      'unreachable',
      `${target.url} answers before the target is started`,
      'Something else runs there: end it, or leave out the command that starts the target.',
    );
  const program = world.startProgram(target.line);
  try {
    await readiness(world, target, signal, () => program.hasEnded()).catch((error: unknown) => {
      if (!(error instanceof RampartError)) throw error;
      const last = program.lastLines().slice(-SHOWN_LINES).map(printable);
      const said = last.length === 0 ? 'It printed nothing.' : `The last it printed:\n    ${last.join('\n    ')}`;
      throw new RampartError(error.code, error.message, `${error.hint}${error.hint === '' ? '' : '\n  '}${said}`);
    });
    return await use(program);
  } finally {
    if ((await program.stop()) === 'killed')
      world.stderr.write(
        `rampart: the target’s program did not end when it was asked to (SIGTERM), and was killed: ${printable(target.line)}\n`,
      );
    if ((await statusOf(target.url)) !== null)
      world.stderr.write(
        `rampart: ${target.url} still answers after its program was ended (${printable(target.line)}): it left its process group; end it yourself\n`,
      );
  }
}

/**
 * Waits until an address answers, or nobody waits for it any more.
 *
 * @param ended how the program behind it ended; null: it runs. Absent: it is none of ours.
 * @throws {RampartError} unreachable, with what was seen last.
 */
async function readiness(
  { clock }: Pick<World, 'clock'>,
  { url, strict, patience }: Omit<TargetStart, 'line'>,
  signal: AbortSignal,
  ended: () => string | null = () => null,
): Promise<void> {
  const until = clock.now() + patience;
  let last: string;
  do {
    const status = await statusOf(url, signal);
    if (status !== null && (!strict || status < 400)) return;
    last = status === null ? 'nothing answered' : `HTTP ${status}`;
    const ending = ended();
    // One that puts itself into the background ends well, and goes on.
    if (ending !== null && ending !== 'exit code 0')
      throw new RampartError('unreachable', `the target’s program ended (${ending}) before ${url} was ready`);
    await new Promise<void>((resolve) => {
      clock.after(PAUSE, resolve);
    });
    if (signal.aborted) return;
  } while (clock.now() < until);
  throw new RampartError(
    'unreachable',
    `${url} was not ready within ${Math.round(toSeconds(patience))} s: ${last}`,
    'More time is --wait-timeout 2m; another address --wait-for URL.',
  );
}

/** The status of one GET; null: there was no response. No certificate is checked, since nothing secret is sent. */
function statusOf(url: string, signal?: AbortSignal): Promise<number | null> {
  return new Promise((resolve) => {
    const secure = url.startsWith('https:');
    const asked = (secure ? requestHttps : requestHttp)(
      url,
      { timeout: ATTEMPT, agent: false, signal, ...(secure ? { rejectUnauthorized: false } : {}) },
      (response) => {
        response.destroy();
        resolve(response.statusCode ?? null);
      },
    );
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => resolve(null));
    asked.end();
  });
}
