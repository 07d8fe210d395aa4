import type { Plan, RequestBody, RequestTemplate } from '../core/plan.ts';

const MASK = '***';
const LARGEST_BODY = 4_096;
const SHOWN = 1_024;
const CUT = ' … (cut)';

/** A name whose value is nobody else's business: of a header, or of a query parameter. */
const SECRET = /auth|cookie|token|secret|key|password|passwd|credential|signature|^(?:sig|pwd)$/i;

/** The plan as it may be shown to others: secrets masked, large bodies cut. It can no longer be run. */
export function publishPlan(plan: Plan): Plan {
  return Object.freeze({
    ...plan,
    target: Object.freeze({ ...plan.target, url: maskQuery(plan.target.url) }),
    requests: Object.freeze(plan.requests.map(publishRequest)),
  });
}

function publishRequest(request: RequestTemplate): RequestTemplate {
  const headers = request.headers.map(([name, value]) =>
    Object.freeze([name, SECRET.test(name) ? MASK : value] as const),
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
  return argv.map((argument) => {
    const header = /^((?:-H|--header=)?\s*)([!#$%&'*+.^_`|~\w-]+)(:\s*)\S/.exec(argument);
    if (header !== null && SECRET.test(header[2] ?? '') && !argument.includes('://'))
      return `${header[1]}${header[2]}${header[3]}${MASK}`;
    return maskQuery(argument);
  });
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
  return SECRET.test(plain) ? `${name}=${MASK}` : parameter;
}

function cutBody(body: RequestBody): RequestBody {
  const whole = Buffer.from(body.data, body.encoding);
  if (whole.length <= LARGEST_BODY) return body;
  if (body.encoding === 'base64') return { ...body, data: `${whole.toString('base64', 0, SHOWN)}${CUT}` };
  // A character cut in half would become a replacement mark.
  const head = new TextDecoder().decode(whole.subarray(0, SHOWN), { stream: true });
  return { ...body, data: `${head}${CUT}` };
}
