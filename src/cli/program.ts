/**
 * The way of a command line: habits and imports are put into flags, the command is run, and what goes wrong becomes a
 * message and a code.
 */
import { CommanderError } from 'commander';
import { EXIT, RampartError } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { readInput } from '../plan/file.ts';
import { secretsIn } from '../plan/publish.ts';
import { createProgram, helpHint, MEASURING } from './commands.ts';
import { withoutCurl } from './curl.ts';
import { discreet } from './discreet.ts';
import { errorText } from './error-text.ts';
import { withTwoDashes } from './habits.ts';

/**
 * Runs a command line, and says what went wrong.
 *
 * @returns the exit code; nothing is thrown.
 */
export async function main(outside: World): Promise<number> {
  try {
    const argv = withoutCurl(outside.argv, (path) => readInput(outside.files, path, '-F'));
    return await mainOf({
      ...outside,
      argv: MEASURING.includes(argv[0] ?? '') ? await withImport(outside, argv) : argv,
    });
  } catch (error) {
    return report(error, outside);
  }
}

/** The command line with the request of a file in the place of the flag that names it. */
async function withImport(world: World, argv: readonly string[]): Promise<readonly string[]> {
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  if (!own.some((word) => /^--(?:curl|from)(?:=|$)/.test(word))) return argv;
  const { withImported } = await import('./import.ts');
  return withImported(world, argv);
}

async function mainOf(world: World): Promise<number> {
  let exitCode: number = EXIT.passed;
  const secrets = secretsIn(world.argv, world.env);
  const inside = discreet(world, secrets);
  const [name, ...words] = withPage(world.argv);
  const asked = name === 'help' ? words[0] : name;
  const program = createProgram(inside, asked ?? '', secrets, (code) => {
    exitCode = code;
  });
  try {
    if (name !== undefined && ADDRESS.test(name))
      throw new RampartError(
        'usage',
        'an address by itself is no command',
        `Say what to do with it: rampart probe ${name}, or run, find or discover in the place of probe.`,
      );
    const command = program.commands.find((each) => each.name() === name);
    await program.parseAsync(
      name === undefined ? [] : [name, ...withTwoDashes(name === 'compare' ? withHead(words) : words, command)],
      { from: 'user' },
    );
  } catch (error) {
    exitCode = report(error, inside);
  }
  return delivered(exitCode, inside);
}

/** An address where a command is expected. */
const ADDRESS = /^(?:[a-z][a-z\d+.-]*:\/\/|[\w.-]+:\d+(?:\/|$))/i;

/** What was asked for stands on standard output: where it could not be written, that is no success. */
async function delivered(exitCode: number, { stdout, stderr }: World): Promise<number> {
  const failure = (await stdout.failure?.()) ?? null;
  if (failure === null) return exitCode;
  stderr.write(`rampart: standard output could not be written whole: ${failure.message}\n`);
  return exitCode === EXIT.passed ? EXIT.unsaved : exitCode;
}

/** `rampart --ui` names no command: it is the page by itself. */
function withPage(argv: readonly string[]): readonly string[] {
  return /^--(ui|ui-host|open)(=|$)/.test(argv[0] ?? '') ? ['ui', ...argv] : argv;
}

/** In `compare a b -- c d` what stands behind the dashes is the head. */
function withHead(words: readonly string[]): readonly string[] {
  return words.map((word) => (word === '--' ? '--head' : word));
}

/** Says what went wrong, in words for whoever has to act on it. */
function report(error: unknown, world: World): number {
  // Commander has printed its own message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.passed : EXIT.usage;
  if (error instanceof RampartError) {
    const [command = ''] = world.argv;
    const lost = error.code === 'bad-flag' || error.code === 'usage';
    const help = lost && MEASURING.includes(command) ? `${helpHint(command)}\n` : '';
    world.stderr.write(`${errorText(error)}${help}`);
    return error.exitCode;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  world.stderr.write(`rampart: an unexpected error; this is a bug, please report it:\n${detail}\n`);
  return EXIT.bug;
}
