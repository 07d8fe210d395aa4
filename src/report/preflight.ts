/** What is told of requests before a load, and why none is sent. */
import { statusHint } from '../analyze/hints.ts';
import { counted, formatMs } from '../analyze/wording.ts';
import { RampartError } from '../core/errors.ts';
import type { Plan, RequestTemplate } from '../core/plan.ts';
import { requestNamed } from '../core/request.ts';
import { MASK, type Secrets } from '../core/secret.ts';
import type { SingleResponse } from '../core/single-response.ts';
import { targetOf } from '../core/targets.ts';
import type { Signpost } from '../discover/signpost.ts';
import { printable } from './terminal.ts';

/** So much of a body is shown, characters, and so many of its lines. */
const BODY_SHOWN = 500;
const LINES_SHOWN = 20;
/** A header that a target makes longer is cut. */
const HEADER_SHOWN = 200;

/** The headers that say what to do otherwise. */
const TELLING = ['allow', 'content-type', 'location', 'www-authenticate', 'retry-after'];

const ANYWAY = '--no-preflight sends the load all the same.';

/** What is told of a first request whose response is as the checks want. */
export function preflightLine({ status, responseMs, connectMs }: SingleResponse): string {
  const connect = connectMs > 0 ? `, ${formatMs(connectMs)} of it to connect` : '';
  return `Preflight: HTTP ${status} after ${formatMs(responseMs)}${connect}; this request is not counted`;
}

/** What is told of several first requests, one of each. */
export function preflightLines(responses: readonly SingleResponse[]): string {
  const [first] = responses;
  if (first !== undefined && responses.length === 1) return preflightLine(first);
  const slowest = responses.reduce((most, { responseMs }) => Math.max(most, responseMs), 0);
  return `Preflight: one of each of the ${responses.length} requests is right, the slowest after ${formatMs(slowest)}; they are not counted`;
}

/** That what is sent, since nobody said what to send, predicts nothing. */
export function signpostLine(
  plan: Plan,
  request: RequestTemplate,
  { what, instead }: Signpost,
  secrets: Secrets,
): string {
  const path = printable(secrets.maskAddresses(request.path));
  const url = printable(secrets.maskAddresses(targetOf(plan, request).url));
  const where =
    instead.length === 0
      ? `rampart discover ${url} says what there is.`
      : `a model is asked by ${instead.map((each) => printable(secrets.mask(each))).join(', ')}.`;
  return `Note: GET ${path} is ${what}, which predicts nothing, and the load asks for that. Where the model is meant, give its own address: ${where}`;
}

/** What is told of each request where they are all there is to tell. */
export function responseLine({ request, status, responseMs, bodyBytes }: SingleResponse, secrets: Secrets): string {
  return `${printable(secrets.maskAddresses(request))}: HTTP ${status} after ${formatMs(responseMs)}, a body of ${bodyBytes} bytes`;
}

/** What is told of a request that was not tried. */
export const untriedLine = (request: string, secrets: Secrets): string =>
  `${printable(secrets.maskAddresses(request))}: not sent: no flow came to it, by its weights and by what responses gave`;

/**
 * Why no load is sent: the response to a request, without its secrets, and what to do.
 *
 * @param before how many requests were right.
 * @param spoken what the target was found to speak instead.
 */
export function preflightRefusal(
  plan: Plan,
  response: SingleResponse,
  known: Secrets,
  before = 0,
  spoken: 'TLS' | 'HTTP/2' | null = null,
): RampartError {
  const request = requestNamed(plan, response.request);
  const { cause, lines, hint: usual } = failureOf(plan, request, response, known);
  const url = request === undefined ? plan.target.url : targetOf(plan, request).url;
  const tls = spoken === 'TLS' || wantsTls(response);
  const hint = tls
    ? `It speaks TLS there: ask ${printable(known.maskAddresses(url.replace(/^http:/, 'https:')))}.`
    : spoken === 'HTTP/2'
      ? 'It speaks HTTP/2 only, as gRPC does: --http2 asks it so. gRPC itself is not spoken here; servers of models have HTTP on another port.'
      : usual;
  const took = formatMs(response.responseMs);
  const said =
    before === 0
      ? `the first request failed (${cause}, after ${took}), so nothing more was sent`
      : `a request failed (${cause}, after ${took}), so no load was sent; ${before} before it ${before === 1 ? 'was' : 'were'} right`;
  return new RampartError('unusable', [said, ...lines].join('\n  '), [hint, ANYWAY].filter(Boolean).join(' '));
}

/** As nginx, Go and others say of a request that came without TLS. */
export const wantsTls = ({ status, body }: SingleResponse): boolean =>
  status === 400 &&
  /plain HTTP request was sent to HTTPS|HTTP request to an HTTPS server|speaking plain HTTP to an SSL/i.test(
    body ?? '',
  );

/** Why no load is sent: a threshold is of streams, and the response is none. */
export function streamRefusal(
  { text, response }: { readonly text: string; readonly response: SingleResponse },
  known: Secrets,
): RampartError {
  const secrets = known.knowing(response.sentSecrets);
  const name = printable(secrets.maskAddresses(response.request));
  const headerOf = (header: string): string | undefined =>
    response.headers.find(([each]) => each.toLowerCase() === header)?.[1];
  const type = headerOf('content-type');
  const coding = headerOf('content-encoding');
  const shown =
    type === undefined ? 'it has no content type' : `its content type is ${secrets.excerpt(type, 0, HEADER_SHOWN)}`;
  const packed = coding === undefined ? '' : `, packed as ${secrets.excerpt(coding, 0, HEADER_SHOWN)}`;
  return new RampartError(
    'unusable',
    `${text} looks at streams, and the response to ${name} is none (${printable(`${shown}${packed}`)}), so no load was sent`,
    `Ask for a stream, as with "stream": true in the body. Where it is one by another name, say how it is split: --stream sse. ${ANYWAY}`,
  );
}

/** What is told of a set-up whose responses are as they are to be. */
export function setupLine(
  attempted: readonly { readonly response: SingleResponse; readonly attempts: number }[],
): string {
  const slowest = attempted.reduce((most, { response }) => Math.max(most, response.responseMs), 0);
  const again = attempted.reduce((sum, { attempts }) => sum + attempts - 1, 0);
  const retried = again === 0 ? '' : `, ${counted(again, 'attempt')} before them failed`;
  return `Set-up: ${counted(attempted.length, 'request')}, the slowest after ${formatMs(slowest)}${retried}; not counted`;
}

/** Why no load is sent: a request of the set-up failed for good. @param before how many of it were right. */
export function setupRefusal(
  plan: Plan,
  request: RequestTemplate,
  { response, attempts }: { readonly response: SingleResponse; readonly attempts: number },
  known: Secrets,
  before: number,
): RampartError {
  const { cause, lines, hint } = failureOf(plan, request, response, known);
  const last = attempts === 1 ? '' : `, the last of ${attempts} attempts`;
  const said = `request ${before + 1} of the set-up failed (${cause}, after ${formatMs(response.responseMs)}${last}), so no load was sent`;
  const again = attempts === 1 ? 'Where it may take more than one attempt, give it "retries".' : '';
  return new RampartError('unusable', [said, ...lines].join('\n  '), [hint, again].filter(Boolean).join(' '));
}

/** A captured value that does not fit where it is to go. */
export const valueRefusal = (name: string): RampartError =>
  new RampartError(
    'unusable',
    `what the set-up captures as ${name} has a line break or a character that no header can carry, so no load was sent`,
  );

/** What is told of a request that failed, without its secrets. */
function failureOf(
  plan: Plan,
  sent: RequestTemplate | undefined,
  response: SingleResponse,
  known: Secrets,
): { readonly cause: string; readonly lines: readonly string[]; readonly hint: string } {
  const secrets = known.knowing(response.sentSecrets);
  const { request, outcome, status } = response;
  const message = printable(secrets.mask(response.message));
  const example = response.example === '' ? [] : [printable(secrets.mask(response.example))];
  return {
    cause: status === 0 || outcome === 'http-error' ? message : `HTTP ${status}, ${message}`,
    lines: [
      `${printable(secrets.maskAddresses(request))}:`,
      ...example,
      ...(status === 0
        ? []
        : [...headerLines(response, secrets), ...bodyLines(response, secrets)].map((line) => `  ${line}`)),
    ],
    hint:
      status === 0
        ? silenceHint(response)
        : outcome === 'wrong-answer'
          ? ''
          : (statusHint({ status, message }, sent, plan) ?? ''),
  };
}

function silenceHint({ outcome, message }: SingleResponse): string {
  if (outcome === 'timeout') return 'Where it takes that long, give it more with --timeout.';
  return outcome === 'protocol-error' && !/HTTP\/2/.test(message) ? 'Is this the address of an HTTP server?' : '';
}

function headerLines({ headers }: SingleResponse, secrets: Secrets): string[] {
  return headers.flatMap(([name, value]) => {
    if (!TELLING.includes(name.toLowerCase())) return [];
    const shown = secrets.isSecret(name) ? MASK : secrets.excerpt(value, 0, HEADER_SHOWN);
    return [printable(`${name.toLowerCase()}: ${shown}`)];
  });
}

function bodyLines({ body, bodyBytes }: SingleResponse, secrets: Secrets): string[] {
  if (body === null) return [bodyBytes === 0 ? '(a body of more than 1 MiB)' : `(${bodyBytes} bytes that are no text)`];
  const shown = secrets.excerpt(body.trim(), 0, BODY_SHOWN);
  if (shown === '') return ['(an empty body)'];
  const lines = shown.split(/\r\n|\r|\n/);
  return [...lines.slice(0, LINES_SHOWN), ...(lines.length > LINES_SHOWN ? ['…'] : [])].map((line) =>
    printable(line.replaceAll('\t', '  ')),
  );
}
