import type { AnswerCheck, Plan, RequestBody, RequestTemplate, Tls } from '../core/plan.ts';
import { SECRET_NAME } from '../core/secret.ts';

const MASK = '***';
const LARGEST_BODY = 4_096;
const SHOWN = 1_024;
const CUT = ' … (cut)';

/** The plan as it may be shown to others: secrets masked, large bodies cut. It can no longer be run. */
export function publishPlan(plan: Plan): Plan {
  return Object.freeze({
    ...plan,
    target: Object.freeze({ ...plan.target, url: maskQuery(plan.target.url) }),
    tls: Object.freeze(publishTls(plan.tls)),
    requests: Object.freeze(plan.requests.map(publishRequest)),
    checks: Object.freeze(plan.checks.map(publishCheck)),
    ...(plan.proxy?.authorization == null ? {} : { proxy: Object.freeze({ ...plan.proxy, authorization: MASK }) }),
  });
}

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

function publishRequest(request: RequestTemplate): RequestTemplate {
  const headers = request.headers.map(([name, value]) =>
    Object.freeze([name, SECRET_NAME.test(name) ? MASK : value] as const),
  );
  return Object.freeze({
    ...request,
    path: maskQuery(request.path),
    headers: Object.freeze(headers),
    body: request.body === null ? null : Object.freeze(cutBody(request.body)),
  });
}

/** A command line as it may be shown: the values of secret headers and query parameters masked. */
export function publishCommand(argv: readonly string[]): string[] {
  return argv.map((argument, index) => {
    if (argument.startsWith('--proxy=') || argv[index - 1] === '--proxy') return maskUser(argument);
    const header = /^((?:-H|--header=)?\s*)([!#$%&'*+.^_`|~\w-]+)(:\s*)\S/.exec(argument);
    if (header !== null && SECRET_NAME.test(header[2] ?? '') && !argument.includes('://'))
      return `${header[1]}${header[2]}${header[3]}${MASK}`;
    return maskQuery(argument);
  });
}

/** A proxy's user name and password; a password may have a `/` in it. */
function maskUser(argument: string): string {
  return argument.replace(/^((?:--proxy=)?(?:[a-z][a-z0-9+.-]*:\/\/)?).*@/is, `$1${MASK}@`);
}

/** Masks the values of query parameters with secret names; all else stays as it was written. */
export function maskQuery(url: string): string {
  const start = url.indexOf('?') + 1;
  if (start === 0) return url;
  const parameters = url.slice(start).split('&');
  return url.slice(0, start) + parameters.map(maskParameter).join('&');
}

function maskParameter(parameter: string): string {
  const equals = parameter.indexOf('=');
  if (equals < 0) return parameter;
  const name = parameter.slice(0, equals);
  // Reads an escaped name (`api%5Fkey`) as a server would; a malformed escape is left as it is.
  const [[plain = name] = []] = [...new URLSearchParams(name)];
  return SECRET_NAME.test(plain) ? `${name}=${MASK}` : parameter;
}

/** Expected values may be large; those of secret names are secrets themselves. */
function publishCheck(check: AnswerCheck): AnswerCheck {
  const short = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}${CUT}` : text);
  switch (check.kind) {
    case 'header':
      return SECRET_NAME.test(check.name) ? { ...check, value: MASK } : check;
    case 'body':
    case 'contains':
      return { ...check, text: short(check.text) };
    case 'json': {
      const { expected } = check;
      if (expected === null || expected.from === 'row') return check;
      const secret = check.steps.some((step) => typeof step === 'string' && SECRET_NAME.test(step));
      if (expected.from === 'template')
        return { ...check, expected: { ...expected, text: secret ? MASK : short(expected.text) } };
      return { ...check, expected: { from: 'plan', json: secret ? JSON.stringify(MASK) : short(expected.json) } };
    }
    default:
      return check;
  }
}

function cutBody(body: RequestBody): RequestBody {
  const whole = Buffer.from(body.data, body.encoding);
  if (whole.length <= LARGEST_BODY) return body;
  if (body.encoding === 'base64') return { ...body, data: `${whole.toString('base64', 0, SHOWN)}${CUT}` };
  // A character cut in half would become a replacement mark.
  const head = new TextDecoder().decode(whole.subarray(0, SHOWN), { stream: true });
  return { ...body, data: `${head}${CUT}` };
}
