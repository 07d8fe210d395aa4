/** The command `rampart init`: a scenario to begin with, explained line by line. */
import { EXIT, RampartError } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { isModule, isScenario, isYaml } from '../plan/scenario-name.ts';
import { STARTER_LOAD, STARTER_REQUEST, STARTER_SEVERAL, STARTER_TOP, STARTER_TYPESCRIPT } from '../plan/starter.ts';
import { flagOfAttribute } from '../settings/table.ts';
import { checkPath, discoverCommand, writeScenario } from './discover.ts';

/** `rampart init`: a scenario to begin with, with comments; of an address, what it accepts. Returns the exit code. */
export async function initCommand(
  world: World,
  url: string | undefined,
  { out, ...given }: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { typescript, ...flags } = given;
  if (url !== undefined && isScenario(url))
    throw new RampartError(
      'usage',
      `${JSON.stringify(url)} is the name of a file; an address of that ending needs its http://`,
      hintFor(url),
    );
  if (typescript === true) return initTypeScript(world, url, { out, ...flags });
  const path = typeof out === 'string' ? out : 'scenario.yaml';
  if (!isYaml(path))
    throw new RampartError(
      'bad-flag',
      `--out: ${JSON.stringify(path)} is no .yaml file`,
      'The starter has comments, which YAML is for.',
    );
  const { overwrite, from, fromKind, host, ...ofAddress } = flags;
  if (typeof from === 'string') {
    if (url !== undefined)
      throw new RampartError('usage', 'an address and --from are both given', 'Leave one of them out.');
    const { initFrom } = await import('./import.ts');
    return initFrom(world, { from, fromKind, host, out: path, overwrite: overwrite === true });
  }
  for (const [flag, value] of [
    ['--from-kind', fromKind],
    ['--host', host],
  ] as const)
    if (value !== undefined)
      throw new RampartError('usage', `${flag} is for the file of --from, and none is given`, 'Name it: --from FILE.');
  const [idle] = Object.keys(ofAddress);
  if (url === undefined && idle !== undefined)
    throw new RampartError(
      'usage',
      `${flagOfAttribute(idle)} is for an address, and none is given`,
      'Give one, rampart init URL, or leave the flag out.',
    );
  checkPath(world, path, overwrite === true);
  if (url !== undefined)
    return discoverCommand(world, url, { ...flags, out: path }, async (scenario) => {
      const { yamlText } = await import('../plan/yaml-text.ts');
      return `${STARTER_TOP}\n${yamlText(scenario)}\n${STARTER_LOAD}${STARTER_SEVERAL}`;
    });
  await writeScenario(world, path, `${STARTER_TOP}\n${STARTER_REQUEST}\n${STARTER_LOAD}${STARTER_SEVERAL}`);
  world.stdout.write(
    `${path} is there. Put your address into it, then: rampart validate ${path}, rampart run ${path} --dry-run\n`,
  );
  return EXIT.passed;
}

/** What whoever names a file in the place of an address most likely wants. */
function hintFor(file: string): string {
  if (isYaml(file)) return `To write the scenario there: rampart init -o ${file}, or rampart init URL -o ${file}.`;
  if (isModule(file)) return `To write a scenario there: rampart init --typescript -o ${file.replace(/js$/i, 'ts')}.`;
  return `To make a scenario of the requests in it: rampart init --from ${file}; the starter is YAML: rampart init -o scenario.yaml.`;
}

/** A scenario with functions: there is nothing of an address to put into it. */
async function initTypeScript(
  world: World,
  url: string | undefined,
  { out, overwrite, ...others }: Readonly<Record<string, unknown>>,
): Promise<number> {
  const path = typeof out === 'string' ? out : 'scenario.ts';
  if (!/\.m?ts$/i.test(path))
    throw new RampartError(
      'bad-flag',
      `--out: ${JSON.stringify(path)} is no .ts file`,
      'Leave --typescript out for YAML.',
    );
  const [other] = Object.keys(others);
  if (url !== undefined || other !== undefined)
    throw new RampartError(
      'usage',
      `${url === undefined ? flagOfAttribute(other ?? '') : 'an address'} and --typescript are both given`,
      'The TypeScript starter is a file to edit: put the address into it.',
    );
  checkPath(world, path, overwrite === true);
  await writeScenario(world, path, STARTER_TYPESCRIPT);
  world.stdout.write(
    `${path} is there. Put your address into it, then: rampart validate ${path}, rampart run ${path} --dry-run\n` +
      'TypeScript needs Node 22.18 or later, or esbuild beside the file: npm install --save-dev esbuild\n',
  );
  return EXIT.passed;
}
