/** Requests of files that other programs wrote: as a scenario (`rampart init --from`), or one of them as a target. */
import { dirname, isAbsolute, join, relative } from 'node:path';
import { EXIT, RampartError } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { readHar } from '../imports/har.ts';
import { toOneHost } from '../imports/hosts.ts';
import { readHttpFile } from '../imports/http-file.ts';
import { type Header, type Imported, type ImportedRequest, type ImportKind, unusable } from '../imports/imported.ts';
import { kindOf } from '../imports/kind.ts';
import { readPostman } from '../imports/postman.ts';
import { type ImportedScenario, scenarioOf } from '../imports/scenario.ts';
import { commandsIn } from '../imports/shell-words.ts';
import { isDataUrl } from '../plan/data-url.ts';
import { withEnvironment } from '../plan/env-values.ts';
import { decodeUtf8, readInput } from '../plan/file.ts';
import { preparedBy } from '../plan/resolve.ts';
import { readSources } from '../plan/sources.ts';
import { STARTER_LOAD, STARTER_TOP } from '../plan/starter.ts';
import { flagOf, SETTING_NAMES, SETTINGS, type SettingName } from '../settings/table.ts';
import { flagsOfCurl } from './curl.ts';
import type { ReadPart } from './curl-form.ts';
import { writeScenario } from './discover.ts';

const KINDS: readonly ImportKind[] = ['har', 'postman', 'http', 'curl'];

/** What `rampart init --from` is given. */
interface InitFrom {
  readonly from: string;
  readonly fromKind: unknown;
  readonly host: unknown;
  readonly out: string;
  readonly overwrite: boolean;
}

/** A scenario of what a file holds. Returns the exit code. @throws RampartError */
export async function initFrom(world: World, { from, fromKind, host, out, overwrite }: InitFrom): Promise<number> {
  const { checkPath } = await import('./discover.ts');
  checkPath(world, out, overwrite);
  const read = readImport(world, from, '--from', kindGiven(fromKind));
  const { imported, settings } = named(from, () => ({
    imported: withBodyFiles(world, from, out, toOneHost(read.imported, typeof host === 'string' ? host : null)),
    settings: read.settings,
  }));
  const { yamlText } = await import('../plan/yaml-text.ts');
  const made = scenarioOf(imported, settings);
  const text = `${STARTER_TOP}\n${aboutIt(from, made, imported)}${yamlText(made.scenario)}\n${STARTER_LOAD}`;
  await checked(world, out, text, from);
  await writeScenario(world, out, text);
  world.stdout.write(told(from, out, made, imported));
  return EXIT.passed;
}

function kindGiven(kind: unknown): ImportKind | null {
  if (kind === undefined) return null;
  const known = KINDS.find((each) => each === kind);
  if (known !== undefined) return known;
  throw new RampartError(
    'bad-flag',
    `--from-kind: ${JSON.stringify(kind)} is none of ${KINDS.join(', ')}`,
    'Leave it out where the file says what it is.',
  );
}

/** What is read says itself what is wrong, but not in which file. */
function named<Value>(path: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RampartError) || error.code !== 'bad-file') throw error;
    throw new RampartError('bad-file', `${path} ${error.message}`, error.hint);
  }
}

interface Read {
  readonly imported: Imported;
  /** Settings for all requests: cURL commands say more than their request. */
  readonly settings: Readonly<Record<string, unknown>>;
}

function readImport({ files }: World, path: string, flag: string, given: ImportKind | null): Read {
  const text = decodeUtf8(readInput(files, path, flag))?.replace(/^\ufeff/, '');
  if (text === undefined) throw new RampartError('bad-file', `${path} is not UTF-8 text`);
  return named(path, () => {
    const kind = given ?? kindOf(path, text);
    switch (kind) {
      case 'har':
        return { imported: readHar(text), settings: {} };
      case 'postman':
        return { imported: readPostman(text), settings: {} };
      case 'http':
        return { imported: readHttpFile(text), settings: {} };
      case 'curl':
        return ofCommands(text, (part) => readInput(files, isAbsolute(part) ? part : join(dirname(path), part), '-F'));
    }
  });
}

function ofCommands(text: string, readPart: ReadPart): Read {
  if (/\^\s*\r?\n|\^"/.test(text))
    throw unusable('is a cURL command for the command prompt of Windows', 'Copy it as cURL (bash).');
  const commands = commandsIn(text).filter(([word]) => /(?:^|[\\/])curl(?:\.exe)?$/.test(word ?? ''));
  if (commands.length === 0) throw unusable('has no cURL command', 'One begins with: curl.');
  const read = commands.map(([, ...words]) => ofCommand(words, readPart));
  const [first] = read as [ReturnType<typeof ofCommand>];
  if (read.some(({ settings }) => JSON.stringify(settings) !== JSON.stringify(first.settings)))
    throw unusable(
      'has commands that differ in how they connect (TLS, proxy, timeouts)',
      'Put those that are alike into a file each.',
    );
  const requests = read.map(({ request }) => request);
  return { imported: { requests, inOrder: false, leftOut: [] }, settings: first.settings };
}

/** A command, of which the request is one thing, and how it is sent another. */
function ofCommand(
  words: readonly string[],
  readPart: ReadPart,
): {
  readonly request: ImportedRequest;
  readonly settings: Readonly<Record<string, unknown>>;
} {
  const [url = '', ...flags] = flagsOfCurl(words, readPart);
  const headers: Header[] = [];
  const settings: Record<string, unknown> = {};
  let method: string | null = null;
  let body: string | null = null;
  let bodyFile: string | undefined;
  for (let at = 0; at < flags.length; at++) {
    const flag = flags[at] ?? '';
    const setting = SETTING_OF_FLAG.get(flag);
    if (setting !== undefined && SETTINGS[setting].shape === 'yes-or-no') {
      settings[setting] = true;
      continue;
    }
    const value = flags[++at] ?? '';
    if (flag === '-X') method = value;
    else if (flag === '-H') headers.push(splitHeader(value));
    else if (flag === '--data-raw') body = value;
    else if (flag === '--body-file') bodyFile = value;
    else if (flag === '--user') headers.push(['Authorization', `Basic ${btoa(value)}`]);
    else if (setting !== undefined) settings[setting] = value;
    else throw unusable(`has a cURL command with ${flag}, which a scenario has in no request`);
  }
  const verb = method ?? (body === null && bodyFile === undefined ? 'GET' : 'POST');
  const path = /^[a-z+]+:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] ?? '';
  return {
    request: {
      name: `${verb} ${path === '' ? '/' : path}`,
      ...{ method: verb, url, headers, body },
      ...(bodyFile === undefined ? {} : { bodyFile }),
    },
    settings,
  };
}

const SETTING_OF_FLAG: ReadonlyMap<string, SettingName> = new Map(SETTING_NAMES.map((name) => [flagOf(name), name]));

function splitHeader(text: string): Header {
  const colon = text.indexOf(':');
  return colon < 0 ? [text, ''] : [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}

/**
 * Files that are bodies as they are from the folder of the scenario; requests whose files are not there are left out.
 */
function withBodyFiles({ files }: World, from: string, out: string, imported: Imported): Imported {
  const leftOut = [...imported.leftOut];
  const requests = imported.requests.flatMap((request): ImportedRequest[] => {
    const { bodyFile } = request;
    if (bodyFile === undefined || isDataUrl(bodyFile)) return [request];
    const path = isAbsolute(bodyFile) ? bodyFile : join(dirname(from), bodyFile);
    if (files.exists(path)) return [{ ...request, bodyFile: isAbsolute(path) ? path : relative(dirname(out), path) }];
    leftOut.push(`${request.name}: its body is the file ${path}, which is not there`);
    return [];
  });
  if (requests.length === 0) throw unusable('has no request whose body is there', `${leftOut.join('. ')}.`);
  return { ...imported, requests, leftOut };
}

/** A scenario that is written is one: what it cannot say is said now. @throws RampartError */
async function checked(world: World, path: string, text: string, from: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  const files = { ...world.files, readBytes: (name: string) => (name === path ? bytes : world.files.readBytes(name)) };
  const standIn = (name: string): string => name.toLowerCase().replaceAll('_', '-');
  try {
    preparedBy(await readSources({ kind: 'run', target: path, env: {}, standIn, flags: {} }, files), 'run', world);
  } catch (error) {
    if (!(error instanceof RampartError)) throw error;
    throw new RampartError('bad-file', `${from}: no scenario can be made of it: ${error.message}`, error.hint);
  }
}

/** Above the settings: where they come from, what they need and what is missing. */
function aboutIt(
  from: string,
  { variables, requests, captures }: ImportedScenario,
  { leftOut, inOrder }: Imported,
): string {
  const lines = [
    `Made of ${from}: ${requests} ${requests === 1 ? 'request' : 'requests'}.`,
    ...(variables.length === 0 ? [] : [`Needs of the environment: ${variables.join(', ')}.`]),
    ...(leftOut.length === 0 ? [] : [`Left out: ${leftOut.join(', ')}.`]),
    ...(inOrder && requests > 1
      ? [
          captures.length > 0
            ? `The flow is what was recorded, with its pauses. Later requests are made of responses: ${captures.join(', ')}.`
            : 'The flow is what was recorded, with its pauses. Without `flows` the requests are a mix, which rampart find searches, too.',
        ]
      : []),
  ];
  return `${lines.map((line) => `# ${line.replaceAll(/\s+/g, ' ')}`).join('\n')}\n`;
}

function told(from: string, out: string, made: ImportedScenario, { leftOut }: Imported): string {
  const { requests, variables, captures } = made;
  const lines = [
    `${out} is there: ${requests} ${requests === 1 ? 'request' : 'requests'} of ${from}.`,
    ...(variables.length === 0 ? [] : [`Set in the environment before a run: ${variables.join(', ')}`]),
    ...(captures.length === 0 ? [] : [`Captured from responses for later requests: ${captures.join(', ')}`]),
    ...(leftOut.length === 0 ? [] : [`Left out: ${leftOut.join(', ')}`]),
    `Then: rampart validate ${out}, rampart run ${out} --dry-run`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The command line with the request of `--curl FILE` or `--from FILE` in our own flags. @throws RampartError */
export function withImported(world: World, argv: readonly string[]): readonly string[] {
  const words: string[] = [];
  let made: readonly string[] | null = null;
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--') return [...words, ...(made ?? []), ...argv.slice(at)];
    const [, flag, written] = /^(--curl|--from)(?:=(.*))?$/s.exec(word) ?? [];
    if (flag === undefined) {
      words.push(word);
      continue;
    }
    const path = written ?? argv[++at];
    if (path === undefined || path === '')
      throw new RampartError('usage', `${flag} has no file`, `Write: ${flag} FILE.`);
    if (made !== null)
      throw new RampartError('usage', '--curl and --from are given more than once', 'A run has one target.');
    made = flagsFrom(world, path, flag);
  }
  // The address stands behind the command's name.
  const [command = '', ...others] = words;
  return [command, ...(made ?? []), ...others];
}

function flagsFrom(world: World, path: string, flag: string): string[] {
  const read = readImport(world, path, flag, flag === '--curl' ? 'curl' : null);
  const { requests } = read.imported;
  const [request] = requests;
  if (request === undefined || requests.length > 1)
    throw new RampartError(
      'usage',
      `${flag}: ${path} has ${requests.length} requests, and here one is meant`,
      `Make a scenario of them: rampart init --from ${path} -o scenario.yaml.`,
    );
  const { method, headers, bodyFile } = request;
  const filled = withEnvironment(
    {
      url: request.url,
      headers: headers.map(([name, value]) => `${name}: ${value}`),
      ...(request.body === null ? {} : { body: request.body }),
    },
    (name) => {
      const value = world.env[name];
      if (value !== undefined) return value;
      throw new RampartError(
        'bad-file',
        `${path} needs the environment variable ${name}, which is not set`,
        `Set it first, as in: export ${name}=…`,
      );
    },
  ) as { readonly url: string; readonly headers: readonly string[]; readonly body?: string };
  const place =
    bodyFile === undefined
      ? undefined
      : isAbsolute(bodyFile) || isDataUrl(bodyFile) || flag === '--curl'
        ? bodyFile
        : join(dirname(path), bodyFile);
  return [
    filled.url,
    ...['-X', method],
    ...filled.headers.flatMap((header) => ['-H', header]),
    ...(filled.body === undefined ? [] : ['--body-raw', filled.body]),
    ...(place === undefined ? [] : ['--body-file', place]),
    ...Object.entries(read.settings).flatMap(([name, value]) => flagWords(name as SettingName, value)),
  ];
}

const flagWords = (name: SettingName, value: unknown): string[] =>
  value === true ? [flagOf(name)] : [flagOf(name), String(value)];
