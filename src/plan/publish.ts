/** What may be shown to others: plans, command lines and addresses with their secrets masked. */
import type { Plan, RequestBody, RequestCheck, RequestTemplate, Target, Tls } from '../core/plan.ts';
import { MASK, Secrets } from '../core/secret.ts';

const LARGEST_BODY = 4_096;
const SHOWN = 1_024;
const CUT = ' … (cut)';

/** The plan as it may be shown to others: secrets masked, large bodies cut. It can no longer be run. */
export function publishPlan(plan: Plan, secrets = Secrets.of(plan)): Plan {
  const { target, targets, tls, requests, setup, teardown, checks, proxy } = plan;
  return Object.freeze({
    ...plan,
    target: publishTarget(target, secrets),
    ...(targets === undefined ? {} : { targets: Object.freeze(targets.map((one) => publishTarget(one, secrets))) }),
    tls: Object.freeze(publishTls(tls)),
    requests: Object.freeze(requests.map((request) => publishRequest(request, secrets))),
    ...(setup === undefined ? {} : { setup: Object.freeze(setup.map((request) => publishRequest(request, secrets))) }),
    ...(teardown === undefined
      ? {}
      : { teardown: Object.freeze(teardown.map((request) => publishRequest(request, secrets))) }),
    ...(plan.functions === undefined
      ? {}
      : { functions: Object.freeze({ ...plan.functions, text: publishModule(plan.functions.text, secrets) }) }),
    checks: Object.freeze(checks.map((check) => publishCheck(check, secrets))),
    ...(proxy?.authorization == null ? {} : { proxy: Object.freeze({ ...proxy, authorization: MASK }) }),
  });
}

/** Characters of a module that are kept: one with all that it imports may be large. */
const LARGEST_MODULE = 256 * 1_024;

const publishModule = (text: string, secrets: Secrets): string =>
  text.length > LARGEST_MODULE ? secrets.excerpt(text, 0, LARGEST_MODULE, CUT) : secrets.mask(text);

/** Whether something was masked: who may read the files of such a run is then not everybody's business. */
export function heldSecrets(published: { readonly command: readonly string[]; readonly plan: Plan }): boolean {
  return JSON.stringify(published).includes(MASK);
}

/** Several targets have each their own TLS. */
const publishTarget = <T extends Target & { readonly tls?: Tls }>(target: T, secrets: Secrets): T =>
  Object.freeze({
    ...target,
    url: maskAddress(target.url, secrets),
    ...(target.tls === undefined ? {} : { tls: Object.freeze(publishTls(target.tls)) }),
  });

/** A bundle of authorities is long, and a private key nobody else's business. */
function publishTls({ verify, ca, cert, key }: Tls): Tls {
  const size = (pem: string): string => `PEM, ${pem.length} bytes`;
  return {
    verify,
    ca: ca === null ? null : size(ca),
    cert: cert === null ? null : size(cert),
    key: key === null ? null : MASK,
  };
}

function publishRequest<Request extends RequestTemplate>(request: Request, secrets: Secrets): Request {
  const headers = request.headers.map(([name, value]) =>
    Object.freeze([name, maskValue(name, value, secrets)] as const),
  );
  return Object.freeze({
    ...request,
    path: maskAddress(request.path, secrets),
    headers: Object.freeze(headers),
    body: request.body === null ? null : Object.freeze(publishBody(request.body, secrets)),
    ...(request.checks === undefined
      ? {}
      : { checks: Object.freeze(request.checks.map((check) => publishCheck(check, secrets))) }),
  });
}

function maskValue(name: string, value: string, secrets: Secrets): string {
  return secrets.isSecret(name) && value !== '' ? MASK : secrets.mask(value);
}

/**
 * A command line as it may be shown: the values of secret headers, parameters and fields masked, wherever they stand.
 */
export function publishCommand(argv: readonly string[], secrets: Secrets): string[] {
  return argv.map((argument, index) => publishArgument(argument, argv[index - 1] ?? '', secrets));
}

/** What is secret in a command line or in the environment's variables that are settings. */
export function secretsIn(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Secrets {
  const set = Object.entries(env).flatMap(([name, value = '']) => (name.startsWith('RAMPART_') ? [[name, value]] : []));
  const names = argv.flatMap((argument, index) => {
    if (argument.startsWith('--secret=')) return [argument.slice('--secret='.length)];
    return argv[index - 1] === '--secret' ? [argument] : [];
  });
  const named = new Secrets(
    [...names, ...(env['RAMPART_SECRET'] ?? '').split(/[,\r\n]/)].filter((name) => name !== ''),
  );
  const lines = set.flatMap(([name, value = '']) =>
    value.split(/\r?\n/).map((line) => (name === 'RAMPART_OUTPUT' ? `--output=${line}` : line)),
  );
  const texts = [...argv, ...lines];
  return named.knowing(texts.flatMap((text, index) => foundInArgument(text, texts[index - 1] ?? '', named)));
}

/** A header as a flag takes it, also joined to the flag. */
const HEADER = /^((?:-H|--[\w-]+=)?\s*)([!#$%&'*+.^_`|~\w-]+)(\s*:\s*)(\S.*)$/s;
/** A proxy's user name and password, or a user's; a password may have a `/` in it. */
const USER = /^((?:--[\w-]+=)?(?:[a-z][a-z0-9+.-]*:\/\/)?)(.*)@/is;

function publishArgument(argument: string, before: string, secrets: Secrets): string {
  if (/^--secret(?:=|$)/.test(argument) || before === '--secret') return argument;
  if (/^--proxy=/.test(argument) || before === '--proxy') return argument.replace(USER, `$1${MASK}@`);
  if (/^--user=/.test(argument) || before === '--user') return argument.replace(/:.*$/s, `:${MASK}`);
  if (isOutput(argument, before)) return outputSecrets(argument, secrets).reduce(masked, argument);
  const [, flag, name = '', colon, value = ''] = HEADER.exec(argument) ?? [];
  if (flag !== undefined && secrets.isSecret(name)) return `${flag}${name}${colon}${value === '' ? '' : MASK}`;
  return isAddress(argument) ? maskAddress(argument, secrets) : secrets.mask(argument);
}

function foundInArgument(argument: string, before: string, secrets: Secrets): string[] {
  if (isOutput(argument, before)) return outputSecrets(argument, secrets);
  const [, , name = '', , value = ''] = HEADER.exec(argument) ?? [];
  const found = [...(name === '' ? [] : secrets.foundIn(name, value)), ...secrets.found(argument)];
  if (isAddress(argument))
    for (const [parameter, text] of parametersOf(argument)) found.push(...secrets.foundIn(parameter, text));
  const user = /^--(?:proxy|user)(?:=|$)/.test(argument) || /^--(?:proxy|user)$/.test(before);
  const [, , credentials = ''] = (user && (USER.exec(argument) ?? /^(--user=)?(.*)$/s.exec(argument))) || [];
  return [...found, credentials, credentials.slice(credentials.indexOf(':') + 1)];
}

const isOutput = (argument: string, before: string): boolean =>
  argument.startsWith('--output=') || before === '--output';

const masked = (text: string, secret: string): string => text.replaceAll(secret, MASK);

/** Of `--output`: the values of options with secret names, of secret headers and parameters, and a user's password. */
function outputSecrets(argument: string, secrets: Secrets): string[] {
  const options = [
    ...argument.matchAll(/[,?&;]([\w-]+)=([^,&;]+)/g),
    ...argument.matchAll(/,header=([\w-]+):\s*([^,]+)/g),
  ];
  const users = [...argument.matchAll(/:\/\/[^:@/]*:([^@/]+)@/g)];
  return [
    ...options.flatMap(([, name = '', value = '']) => (secrets.isSecret(name) ? [value] : [])),
    ...users.map(([, password = '']) => password),
  ];
}

const isAddress = (argument: string): boolean =>
  /^(?:--[\w-]+=)?[a-z][a-z0-9+.-]*:\/\//i.test(argument) || /^[^\s{["']*\?/.test(argument);

/** Masks the values of query parameters with secret names, to the end of each, and what else is secret in an address. */
export function maskAddress(url: string, secrets: Secrets): string {
  const start = url.indexOf('?') + 1;
  if (start === 0) return secrets.mask(url);
  const parameters = url.slice(start).split('&');
  const masked = parameters.map((parameter) => {
    const equals = parameter.indexOf('=');
    const name = parameter.slice(0, equals);
    return equals > 0 && equals + 1 < parameter.length && secrets.isSecret(name) ? `${name}=${MASK}` : parameter;
  });
  return `${secrets.mask(url.slice(0, start - 1))}?${secrets.mask(masked.join('&'))}`;
}

function parametersOf(url: string): [name: string, value: string][] {
  return [...new URLSearchParams(url.slice(url.indexOf('?') + 1).replaceAll('+', '%2B'))];
}

/** Expected values may be large; those of secret names are secrets themselves. */
function publishCheck(check: RequestCheck, secrets: Secrets): RequestCheck {
  const short = (text: string): string =>
    text.length > SHOWN ? secrets.excerpt(text, 0, SHOWN, CUT) : secrets.mask(text);
  switch (check.kind) {
    case 'header':
      return { ...check, value: maskValue(check.name, check.value, secrets) };
    case 'body':
    case 'contains':
      return { ...check, text: short(check.text) };
    case 'json': {
      const { expected } = check;
      if (expected === null || expected.from === 'row') return check;
      const secret = secrets.isSecretPath(check.steps);
      if (expected.from === 'template')
        return { ...check, expected: { ...expected, text: secret ? MASK : short(expected.text) } };
      return { ...check, expected: { from: 'plan', json: secret ? JSON.stringify(MASK) : short(expected.json) } };
    }
    default:
      return check;
  }
}

/** The body's size stays the one that is sent. */
function publishBody(body: RequestBody, secrets: Secrets): RequestBody {
  if (body.encoding === 'base64') {
    const whole = Buffer.from(body.data, 'base64');
    const head = whole.subarray(0, whole.length > LARGEST_BODY ? SHOWN : LARGEST_BODY);
    const text = whole.subarray(0, LARGEST_BODY + SHOWN).toString('latin1');
    if (secrets.mask(text) !== text) return { ...body, data: MASK };
    return whole.length > head.length ? { ...body, data: `${head.toString('base64')}${CUT}` } : body;
  }
  if (Buffer.byteLength(body.data) <= LARGEST_BODY) return { ...body, data: secrets.mask(body.data) };
  return { ...body, data: secrets.excerpt(body.data, 0, SHOWN, CUT) };
}
