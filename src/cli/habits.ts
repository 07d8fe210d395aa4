/**
 * What users of other tools (Locust, k6, wrk, hey, oha, ab, autocannon, vegeta, curl) write by habit. What means the
 * same here is taken as that; what does not is told, with what to write instead.
 */
import { type Command, Option } from 'commander';
import { RampartError } from '../core/errors.ts';

/** Flags that mean the same as one of ours, by the name of its option. */
const SAME: readonly (readonly [flags: string, option: string])[] = [
  ['--users <count>', 'vus'],
  ['--clients <count>', 'vus'],
  ['-t, --run-time <duration>', 'duration'],
  ['-z <duration>', 'duration'],
  ['--hatch-rate <rate>', 'spawnRate'],
  ['--iterations <count>', 'requests'],
  ['-R, --rps <rate>', 'rate'],
  ['--qps <rate>', 'rate'],
  ['--stage <stage>', 'stages'],
  ['--stop-timeout <duration>', 'gracefulStop'],
  ['-w, --workers <count>', 'threads'],
  ['--request <method>', 'method'],
  ['-D, --data-file <path>', 'bodyFile'],
  ['--data-raw <text>', 'bodyRaw'],
  ['--data-binary <text>', 'body'],
  ['-k', 'insecure'],
  ['--disable-keepalive', 'noKeepalive'],
  ['--disable-keep-alive', 'noKeepalive'],
  ['--no-keep-alive', 'noKeepalive'],
  ['--only-summary', 'quiet'],
  ['-P, --web-port <port>', 'ui'],
  ['--web-host <address>', 'uiHost'],
];

/** Flags that ask for what is so anyway. */
const NEEDLESS = ['--headless', '--autostart', '--latency'];

/** Flags of other tools that have no counterpart of the same form, and what to write. */
const TOLD: readonly (readonly [flags: string, hint: string])[] = [
  ['--host [url]', 'The address stands by itself: rampart run http://host:port/path.'],
  ['-f, --locustfile [path]', 'A test is described by flags or by a scenario file (YAML or JSON), not by a program.'],
  ['-s, --script [path]', 'A test is described by flags or by a scenario file (YAML or JSON), not by a program.'],
  ['--csv [prefix]', 'Every run leaves stats.csv, history.csv and failures.csv in its folder: name it with -o.'],
  ['--html [path]', 'Every run leaves report.html in its folder: name it with -o.'],
  ['--summary-export [path]', 'Every run leaves result.json in its folder: name it with -o, or print it with --json.'],
  ['--autoquit [seconds]', 'A run ends by itself; the page stays open only in a terminal.'],
  ['--connect-timeout [seconds]', 'One limit holds for the connection and the response: --timeout 10s.'],
  ['-m, --max-time [seconds]', 'A time limit is --timeout 10s; a method is -X POST.'],
  ['-T, --content-type [type]', "Write -H 'content-type: application/json'; a body that is JSON has it anyway."],
  [
    '-p, --pipelining [count]',
    'Requests are not pipelined: a body is --body-file, several at once are --vus or --http2.',
  ],
  ['-F, --form [field]', "A form goes as a body: -b 'a=1&b=2' -H 'content-type: application/x-www-form-urlencoded'."],
  ['-G, --get', 'Write the query into the address, and -X GET where there is a body.'],
];

const keyOf = (flags: string): string => new Option(flags).attributeName();
const LEFT_OUT = new Set([
  ...SAME.map(([flags]) => keyOf(flags)),
  ...NEEDLESS.map(keyOf),
  ...TOLD.map(([flags]) => keyOf(flags)),
]);

/** Teaches a command the habits that it has an option for. */
export function addHabits(command: Command): Command {
  const known = new Set(command.options.map((option) => option.attributeName()));
  const taken = new Set(command.options.flatMap(({ short, long }) => [short, long]));
  const add = (flags: string, heard: (value: unknown) => void): void => {
    const option = new Option(flags).hideHelp();
    if (taken.has(option.short) && option.short !== undefined) return;
    command.addOption(option);
    command.on(`option:${option.name()}`, heard);
  };
  for (const [flags, name] of SAME) {
    const target = name === 'noKeepalive' ? 'keepalive' : name;
    if (!known.has(target)) continue;
    add(flags, (value) => {
      const meant = name === 'noKeepalive' ? false : (value ?? true);
      const before: unknown = name === 'stages' ? (command.getOptionValue('stages') ?? []) : null;
      command.setOptionValue(target, Array.isArray(before) ? [...before, meant] : meant);
    });
  }
  for (const flags of NEEDLESS) add(flags, () => {});
  for (const [flags, hint] of TOLD)
    add(flags, () => {
      throw new RampartError(
        'usage',
        `${new Option(flags).long ?? flags} is no flag of rampart ${command.name()}`,
        hint,
      );
    });
  return command;
}

/**
 * What was given, without the habits' own traces.
 *
 * @param rest what stands behind the address.
 * @throws RampartError for values that belong to another tool's flag.
 */
export function withoutHabits(
  options: Readonly<Record<string, unknown>>,
  rest: readonly string[],
): Record<string, unknown> {
  const { body, bodyRaw, bodyFile, ...all } = options;
  const given = Object.fromEntries(Object.entries(all).filter(([name]) => !LEFT_OUT.has(name)));
  checkRest(rest, given['quiet'] === true);
  checkValues(given);
  return { ...given, ...bodyFrom({ body, bodyRaw, bodyFile }) };
}

/** The settings of a request's body. As curl does: one that begins with @ is in a file. @throws RampartError */
export function bodyFrom(options: {
  readonly body?: unknown;
  readonly bodyRaw?: unknown;
  readonly bodyFile?: unknown;
}): {
  body?: string;
  bodyFile?: string;
} {
  const { body, bodyRaw, bodyFile } = options;
  const inFile = typeof body === 'string' && body.startsWith('@') ? body.slice(1) : bodyFile;
  const text = inFile === bodyFile ? body : undefined;
  const given = [body, bodyRaw, bodyFile].filter((each) => each !== undefined);
  if (given.length > 1)
    throw new RampartError('usage', '--body, --body-raw and --body-file exclude each other: a request has one body');
  const raw = bodyRaw ?? text;
  return {
    ...(raw === undefined ? {} : { body: String(raw) }),
    ...(inFile === undefined ? {} : { bodyFile: String(inFile) }),
  };
}

const isBody = (text: string): boolean => /^\s*[{["@]/.test(text);

/** What stands on the command line behind the address. */
function checkRest(rest: readonly string[], quiet: boolean): void {
  const [first] = rest;
  if (first === undefined) return;
  const shown = JSON.stringify(first.length > 60 ? `${first.slice(0, 59)}…` : first);
  const hint = isBody(first)
    ? 'A request body goes with -b.'
    : /^https?:\/\//i.test(first)
      ? 'One address is tested at a time.'
      : quiet && /^\d/.test(first)
        ? 'A rate is --rate 50/s; -q is quiet.'
        : 'A value with spaces in it needs quotes.';
  throw new RampartError('usage', `${shown} stands by itself, where nothing is expected`, hint);
}

function checkValues(given: Readonly<Record<string, unknown>>): void {
  const { duration, vus, rate, header, data } = given;
  if (typeof duration === 'string' && isBody(duration))
    throw new RampartError(
      'bad-flag',
      '--duration: that is no duration',
      'A request body, curl’s -d, goes with -b here.',
    );
  if (typeof duration === 'string' && /^\d+$/.test(duration.trim()))
    throw new RampartError(
      'bad-flag',
      `--duration: "${duration}" has no unit`,
      `Write -d ${duration.trim()}s. Generator threads, wrk’s -t, are --threads.`,
    );
  if (typeof vus === 'string' && /^[^\s:]*[a-z@][^\s:]*:/i.test(vus))
    throw new RampartError(
      'bad-flag',
      '--vus: that is no number of users',
      'Name and password, curl’s -u, go with --user.',
    );
  if (typeof vus === 'string' && typeof rate === 'string' && /^[\d.]+$/.test(rate.trim()))
    throw new RampartError(
      'usage',
      '--rate and --vus exclude each other: one is the open model, the other the closed one',
      `Users started per second, Locust’s -r, are --spawn-rate ${rate.trim()}.`,
    );
  if (Array.isArray(header) && header.some((text) => typeof text === 'string' && /^https?:\/\//i.test(text)))
    throw new RampartError(
      'bad-flag',
      '--header: a URL is no header',
      'The address, Locust’s -H, stands by itself: rampart run http://host:port/path.',
    );
  if (typeof data === 'string' && (isBody(data) || (data.includes('=') && !/\.(?:jsonl?|ndjson|[ct]sv)$/i.test(data))))
    throw new RampartError(
      'bad-flag',
      '--data names a file of rows, one for each request',
      `A request body, curl’s --data, goes with -b${data.startsWith('@') ? ' (-b @file)' : ''}.`,
    );
}

/** Long flags with one dash, as Go's tools have them: `-rate=50`, `-duration 30s`. */
export function withTwoDashes(argv: readonly string[], command: Command | undefined): string[] {
  const long = new Set(command?.options.flatMap(({ long }) => long ?? []));
  return argv.map((word) => (/^-[a-z]{3}/.test(word) && long.has(`-${word.split('=')[0]}`) ? `-${word}` : word));
}
