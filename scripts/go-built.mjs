/** Tests beside a program that is built from its Go modules: the building, which takes minutes, and the run of Vitest. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Builds a program, and runs tests that find it by a variable of their environment. What the command was given goes to Vitest.
 *
 * @param {object} how
 * @param {string} how.name of the program, and of its folder in test/go
 * @param {readonly string[]} how.build what `go build` is told besides
 * @param {readonly string[]} how.tests
 * @param {string} how.variable names the program in the tests
 * @param {string | undefined} how.kept a folder that keeps it; else it is built into one that goes
 */
export function testWithBuilt({ name, build, tests, variable, kept }) {
  const source = fileURLToPath(new URL(`../test/go/${name}`, import.meta.url));
  const folder = kept ?? mkdtempSync(join(tmpdir(), `rampart-${name}-`));
  try {
    const program = join(folder, name);
    if (!existsSync(program)) run('go', ['build', '-C', source, '-o', program, ...build], { CGO_ENABLED: '0' });
    run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...tests, ...process.argv.slice(2)], {
      [variable]: program,
    });
  } finally {
    if (kept === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} program @param {readonly string[]} args @param {Record<string, string>} env */
function run(program, args, env) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (error) throw new Error(`${program}: ${error.message}`);
  if (status !== 0) throw new Error(`${program} ${args[0]} has ended with ${status}`);
}
