import * as z from 'zod';

/*
 * The settings as a person writes them, in a scenario file, in the environment or as flags: text, numbers and yes/no.
 * What the text means is read by `syntax`, after the sources are laid over each other.
 */

const quantity = (description: string) =>
  z.union([z.string(), z.number()], { error: 'must be text or a number' }).optional().describe(description);
const text = (description: string) => z.string({ error: 'must be text' }).optional().describe(description);
const yesOrNo = (description: string) => z.boolean({ error: 'must be true or false' }).optional().describe(description);
const list = z.array(z.string({ error: 'must be text' }), { error: 'must be a list of texts' });
const texts = (description: string) =>
  z.union([z.string(), list], { error: 'must be text, or a list of texts' }).optional().describe(description);

export const settingsSchema = z.strictObject(
  {
    url: text('Address of the endpoint, http or https: http://127.0.0.1:8989/predict'),
    method: text('HTTP method; POST where there is a body, else GET'),
    headers: z
      .union([list, z.record(z.string(), z.string())], {
        error: 'must be a list of "Name: value" texts, or an object of texts by name',
      })
      .optional()
      .describe('Request headers: ["Name: value"] or {"Name": "value"}'),
    body: z
      .union([z.string(), z.array(z.unknown()), z.record(z.string(), z.unknown())], {
        error: 'must be text, or an object or list to send as JSON',
      })
      .optional()
      .describe('Request body as text; in a scenario file an object or list is sent as JSON'),
    bodyFile: text('File with the request body, relative to the scenario file that names it'),
    data: text('File of rows that requests are made of, .jsonl or .csv, relative to the scenario file that names it'),
    dataOrder: text('sequential (default; from the start again after the last), shuffled, or once: then the run ends'),
    expectStatus: quantity('Statuses that are right: 200, 200,201 or 200-299 (default: 200-299)'),
    expectHeaders: texts('A header the response must have, "Name: value"'),
    expectBody: text('What the body of the response must be, exactly'),
    expectContains: texts('A text the body of the response must contain'),
    expectJson: texts('A field of a JSON response: $.label=approved, $.p=0.123±1e-9, $.p={{row.p}}, or $.id alone'),
    expectField: text('The field of a row with the expected answer, which is not sent: answer or answer±1e-9'),
    vus: quantity('Virtual users, up to 100k: each sends its next request after its last response (default 10)'),
    spawnRate: quantity('Virtual users started per second; without it all start at once'),
    thinkTime: quantity('Pause of a virtual user between requests: 1s, 1s-3s or exp:1s'),
    rate: quantity('Arrival rate, up to 10m/s: requests due per second whatever the responses do, 200/s'),
    arrivals: text(
      'How arrivals are spread: uniform (default of a run), poisson (of find), or bursty:4 (four at once, the same mean rate)',
    ),
    maxInFlight: quantity('With a rate: what is due while this many requests are under way is dropped (default 10k)'),
    stages: z
      .union([z.string(), list], { error: 'must be text like "30s:100,1m:100", or a list of such texts' })
      .optional()
      .describe('duration:target pairs in turn, each target reached in a straight line: 30s:100,1m:100'),
    duration: quantity('How long load is offered: 30s, 2m (default 30s), or forever: until it is stopped'),
    until: text(
      'Stop when a percentile is known so well, at the latest after the duration (then 10m by default): p95±5%, p99+-10%',
    ),
    requests: quantity('Stop after this many requests'),
    warmup: quantity('Requests due in this first stretch count in no statistic; rounded up to whole seconds'),
    timeout: quantity('A request without a response after this long has failed, at most 30m (default 30s)'),
    maxBody: quantity('A response with a longer body is given up, and a wrong one: 10MB, 64MiB (default 1GiB)'),
    gracefulStop: quantity('How long requests under way may take once the load has ended (default 5s)'),
    keepalive: yesOrNo('Keep connections open between requests (default true)'),
    engine: text('What sends the requests: rampart (default), or autocannon as a second opinion'),
    http2: yesOrNo('HTTP/2: by ALPN over TLS, by prior knowledge without (default false)'),
    proxy: text('HTTP proxy between here and the target: http://proxy:3128 (HTTP_PROXY and NO_PROXY are not read)'),
    timing: text('With a rate: precise (default; turns for the exact instant) or relaxed (sleeps; a millisecond late)'),
    connections: quantity('With a rate: at most this many connections; a request due while all are busy waits for one'),
    maxConnAge: quantity('Connections older than this are replaced, e.g. 30s'),
    dnsTtl: quantity('How long the addresses of a name are remembered (default 30s)'),
    connectTo: texts('Connect elsewhere, as curl does: HOST:PORT:OTHER-HOST:OTHER-PORT; the URL keeps its name'),
    resolve: texts('Addresses of the host, as curl has them: HOST:PORT:ADDRESS; no name is looked up'),
    user: text('Name and password, "name:password", sent as Authorization: Basic'),
    cacert: text('File with the certificates (PEM) to trust instead of the usual authorities'),
    cert: text('File with the certificate (PEM) to show to the target'),
    key: text('File with the private key (PEM) of that certificate'),
    insecure: yesOrNo("Accept any certificate of the target: expired, self-signed, another host's (default false)"),
    threads: quantity('Generator threads, 1 to 256 (default: cores less one)'),
    secrets: texts('A name whose values are shown nowhere, of a header, parameter or field, besides the usual ones'),
    seed: quantity('Makes every random choice the same again: 0 to 4294967295'),
    thresholds: z
      .union([z.string(), list], { error: 'must be text like "p95<250ms", or a list of such texts' })
      .optional()
      .describe('What the run must hold to pass: p95<250ms, errors<1%, achieved>95/s'),
    strict: yesOrNo('Fail where a threshold is not sure: its interval holds the limit (default false: it passes)'),
    slos: z
      .union([z.string(), list], { error: 'must be text like "p95<250ms", or a list of such texts' })
      .optional()
      .describe('What must hold at the load that find looks for: p95<250ms, errors<1%'),
    unit: text('What find searches: req/s (default, arrivals) or vus (virtual users)'),
    budget: quantity('How long find may take: 2m (default); auto: until its precision is reached, an hour at most'),
    precision: quantity('How narrow the interval of the answer shall be: 10% (default)'),
    allowRough: yesOrNo('Pass with a rough answer too (default false: exit code 5)'),
    maxRate: quantity('The highest arrival rate find may try'),
    maxVus: quantity('The most virtual users find may try (default 1024)'),
    settle: quantity('How long find waits at most, after each increase of load, until the target is steady: 60s'),
    instanceHeader: text('With settle: the response header that names the instance which answered'),
    out: text('Folder the results are written to (default: reports/<run-id>)'),
    overwrite: yesOrNo('Replace the earlier run that the folder of out holds'),
    json: yesOrNo('Print result.json on the standard output, and nothing else there'),
    quiet: yesOrNo('Show neither the plan nor the progress'),
    ui: z
      .union([z.boolean(), z.string(), z.number()], { error: 'must be a port, or true or false' })
      .optional()
      .describe('Show a live page: on port 8089, or on this port (0: any that is free)'),
    uiHost: text('Address the live page listens on (default 127.0.0.1); any other needs the token that is printed'),
    open: yesOrNo('Open the live page in the browser'),
  },
  { error: 'must be an object of settings' },
);

export type Settings = z.output<typeof settingsSchema>;
export type SettingName = keyof Settings;

export const SETTING_NAMES = Object.keys(settingsSchema.shape) as readonly SettingName[];

/** The flag of a setting: `bodyFile` is `--body-file`; what may be given several times is named in the singular. */
export function flagOf(name: SettingName): string {
  if (name === 'keepalive') return '--no-keepalive';
  return `--${singular(name).replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The environment variable of a setting: `bodyFile` is RAMPART_BODY_FILE. */
export function variableOf(name: SettingName): string {
  return `RAMPART_${singular(name)
    .replaceAll(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase()}`;
}

const PLURAL: readonly SettingName[] = ['headers', 'expectHeaders', 'secrets', 'thresholds', 'slos'];
const singular = (name: SettingName): string => (PLURAL.includes(name) ? name.slice(0, -1) : name);
