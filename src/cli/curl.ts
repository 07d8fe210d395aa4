/**
 * A cURL command as it is pasted behind two dashes, `rampart run -- curl -X POST … -d '…'`, said in our own flags. It
 * is taken as it is: what would be sent otherwise than curl does is refused, with what to write instead.
 */
import { RampartError } from '../core/errors.ts';
import { literalText } from '../plan/template.ts';
import { type FormField, formBody, type ReadPart } from './curl-form.ts';

/** What is gathered of a command. */
interface Gathered {
  readonly flags: string[];
  readonly headers: string[];
  readonly data: string[];
  readonly form: FormField[];
  url: string | null;
  method: string | null;
  query: boolean;
  /** The Unix socket that leads there. */
  socket: string | null;
}

/** Before a text that begins with @ and names no file all the same. */
const RAW = '\0';

type Take = (value: string, to: Gathered) => void;

const flag =
  (name: string): Take =>
  (value, { flags }) =>
    void flags.push(name, value);
const header =
  (name: string): Take =>
  (value, { headers }) =>
    void headers.push(`${name}: ${value}`);
const data: Take = (value, to) => void to.data.push(value);
const nothing: Take = () => {};

/** Options with a value. */
const VALUED: readonly (readonly [names: string, take: Take])[] = [
  [
    '-X --request',
    (value, to) => {
      to.method = value;
    },
  ],
  ['-H --header', (value, { headers }) => void headers.push(value)],
  ['-d --data --data-ascii --data-binary', data],
  ['--data-raw', (value, to) => void to.data.push(value.startsWith('@') ? `${RAW}${value}` : value)],
  [
    '--json',
    (value, to) => {
      to.data.push(value);
      to.headers.push('content-type: application/json', 'accept: application/json');
    },
  ],
  [
    '--url',
    (value, to) => {
      to.url = value;
    },
  ],
  ['-u --user', flag('--user')],
  ['-x --proxy', flag('--proxy')],
  ['-m --max-time', (value, { flags }) => void flags.push('--timeout', `${value}s`)],
  ['--cacert', flag('--cacert')],
  ['-E --cert', flag('--cert')],
  ['--key', flag('--key')],
  [
    '--unix-socket',
    (value, to) => {
      to.socket = value;
    },
  ],
  ['--connect-to', flag('--connect-to')],
  ['-A --user-agent', header('user-agent')],
  ['-e --referer', header('referer')],
  ['--oauth2-bearer', (value, { headers }) => void headers.push(`authorization: Bearer ${value}`)],
  [
    '-b --cookie',
    (value, { headers }) => {
      if (!value.includes('=')) throw refused('-b', 'reads cookies from a file', "Write them: -b 'name=value'.");
      headers.push(`cookie: ${value}`);
    },
  ],
  ['-F --form', (text, { form }) => void form.push({ text, literal: false })],
  ['--form-string', (text, { form }) => void form.push({ text, literal: true })],
  ['-o --output -w --write-out --retry --retry-delay --retry-max-time --connect-timeout -D --dump-header', nothing],
  ['--stderr --trace --trace-ascii -c --cookie-jar --max-redirs', nothing],
];

/** Options without one. */
const PLAIN: readonly (readonly [names: string, take: (to: Gathered) => void])[] = [
  ['-k --insecure', ({ flags }) => void flags.push('--insecure')],
  ['--http2 --http2-prior-knowledge', ({ flags }) => void flags.push('--http2')],
  [
    '-I --head',
    (to) => {
      to.method = 'HEAD';
    },
  ],
  [
    '-G --get',
    (to) => {
      to.query = true;
    },
  ],
  ['--compressed', ({ headers }) => void headers.push('accept-encoding: gzip, deflate, br')],
  ['-s --silent -S --show-error -v --verbose -i --include -f --fail --fail-with-body -N --no-buffer', () => {}],
  [
    '-g --globoff -L --location --http1.1 -0 --http1.0 -# --progress-bar --no-progress-meter -O --remote-name',
    () => {},
  ],
];

const BY_NAME = new Map<string, Take>(VALUED.flatMap(([names, take]) => names.split(' ').map((name) => [name, take])));
const PLAIN_BY_NAME = new Map(PLAIN.flatMap(([names, take]) => names.split(' ').map((name) => [name, take] as const)));

/** What curl has and this has not in this form. */
const TOLD: Readonly<Record<string, string>> = {
  '--data-urlencode': "Write it percent-encoded: -d 'a=x%20y'.",
  '-T': 'Give the body with --body-file, and the method with -X.',
  '--upload-file': 'Give the body with --body-file, and the method with -X.',
  '-K': 'Write the options of that file out.',
  '--config': 'Write the options of that file out.',
};

function refused(option: string, problem: string, hint = ''): RampartError {
  return new RampartError('usage', `the cURL command: ${option} ${problem}`, hint);
}

/**
 * The command line with a cURL command in it said in our own flags; as it is where there is none.
 *
 * @param read a file of its form.
 * @throws RampartError
 */
export function withoutCurl(argv: readonly string[], read: ReadPart): readonly string[] {
  const at = argv.indexOf('--');
  if (at < 0 || !/(^|[\\/])curl(\.exe)?$/.test(argv[at + 1] ?? '')) return argv;
  return [...argv.slice(0, at), ...flagsOfCurl(argv.slice(at + 2), read)];
}

/** What stands behind `curl`, in our own flags: the address first. @throws RampartError */
export function flagsOfCurl(words: readonly string[], read: ReadPart): string[] {
  const to: Gathered = {
    ...{ flags: [], headers: [], data: [], form: [] },
    ...{ url: null, method: null, query: false, socket: null },
  };
  const end = words.findIndex((word) => /^(\||\|\||&&|;|\d?>{1,2}&?\d?|<)$/.test(word));
  const queue = words.slice(0, end < 0 ? words.length : end).filter((word) => word !== '\\' && word.trim() !== '');
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (!word.startsWith('-') || word === '-') {
      if (to.url !== null) throw refused(word, 'is a second address', 'A run has one: take the other out.');
      to.url = word;
    } else takeOption(word, queue, to);
  }
  return said(to, read);
}

function takeOption(word: string, queue: string[], to: Gathered): void {
  const long = word.startsWith('--');
  const name = long ? word : word.slice(0, 2);
  const plain = PLAIN_BY_NAME.get(name);
  if (plain !== undefined) {
    plain(to);
    // `-sS` are two.
    if (!long && word.length > 2) queue.unshift(`-${word.slice(2)}`);
    return;
  }
  const take = BY_NAME.get(name);
  if (take === undefined)
    throw refused(
      name,
      'is not understood',
      TOLD[name] ?? 'Take it out, or write what it does with the flags of rampart.',
    );
  const value = !long && word.length > 2 ? word.slice(2) : queue.shift();
  if (value === undefined) throw refused(name, 'has no value');
  take(value, to);
}

function said({ flags, headers: given, data, form, url, method, query, socket }: Gathered, read: ReadPart): string[] {
  if (url === null) throw refused('curl', 'has no address');
  for (const text of [url, ...given, ...form.map((field) => field.text)]) refusePlaceholder(text);
  if (form.length > 0 && data.length > 0) throw refused('-F', 'and -d are two bodies', 'A request has one.');
  const made = form.length === 0 ? null : formBody(form, read);
  // One that was written has no boundary: curl puts its own there.
  const headers =
    made === null ? given : [...given.filter((each) => !/^content-type\s*:/i.test(each)), `content-type: ${made.type}`];
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`;
  const joined = data.map((each) => each.replace(RAW, '')).join('&');
  const asked = query && data.length > 0 ? `${address}${address.includes('?') ? '&' : '?'}${joined}` : address;
  const sends = data.length > 0 && !query;
  const typed = headers.some((each) => /^content-type\s*:/i.test(each));
  const { address: to, host } = socket === null ? { address: asked, host: [] } : throughSocket(socket, asked);
  const named = headers.some((each) => /^host\s*:/i.test(each));
  return [
    to,
    ...flags,
    ...(method === null ? [] : ['-X', method]),
    ...[
      ...(named ? [] : host),
      ...headers,
      ...(sends && !typed ? ['content-type: application/x-www-form-urlencoded'] : []),
    ].flatMap((each) =>
      // Without a value curl takes the header out.
      /:\s*$/.test(each) ? [] : ['-H', each],
    ),
    ...(sends ? bodyOf(data, joined) : []),
    ...(made === null ? [] : ['--body-file', made.body]),
  ];
}

/** Our own address of a Unix socket, and the header that names whom curl would ask there. */
function throughSocket(socket: string, asked: string): { readonly address: string; readonly host: readonly string[] } {
  const [, scheme = '', host = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/is.exec(asked) ?? [];
  if (scheme.toLowerCase() !== 'http')
    throw refused('--unix-socket', `leads to an address of ${scheme}`, 'A Unix socket is asked over plain HTTP here.');
  if (host.includes('@')) throw refused('--unix-socket', 'has a user in its address', 'Write: -u name:password.');
  return {
    address: `http+unix://${encodeURIComponent(socket)}${rest}`,
    host: /^localhost$/i.test(host) ? [] : [`host: ${host}`],
  };
}

function bodyOf(data: readonly string[], joined: string): string[] {
  const [first = ''] = data;
  if (data.every((each) => !each.startsWith('@'))) return ['--data-raw', literalText(joined)];
  if (data.length > 1)
    throw refused('-d', 'is given several times, and one of them is a file', 'Put them into one file.');
  if (first === '@-') throw refused('-d', 'reads the standard input', 'Put the body into a file: -d @body.json.');
  return ['--body-file', first.slice(1)];
}

/** Documentation is pasted with them. */
const PLACEHOLDER = /<[A-Za-z][\w .-]{0,40}>|\$\{?[A-Za-z_]\w*\}?|\bYOUR[_-][A-Z_-]+\b/;

function refusePlaceholder(text: string): void {
  const [placeholder] = PLACEHOLDER.exec(text) ?? [];
  if (placeholder !== undefined)
    throw refused(
      'it',
      `has the placeholder ${placeholder}`,
      'Write what belongs there; a shell fills $NAME in within "…".',
    );
}
