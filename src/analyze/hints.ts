/** What to do about a response that every request gets, by its status. */
import type { Plan, RequestTemplate } from '../core/plan.ts';
import type { FailureResult } from '../core/result.ts';
import { planToTargetOf } from '../core/targets.ts';

/** A failed response, as far as a hint needs it; the message of a 405 names the methods that the target allows. */
type Failed = Pick<FailureResult, 'status' | 'message'>;

type Way = Pick<Plan, 'target' | 'targets' | 'tls'>;

/** What to do about a failure that all of several requests have in common: null where they want different things done. */
export function sharedHint(failed: Failed, requests: readonly RequestTemplate[], plan: Way): string | null {
  const hints = new Set(requests.map((request) => statusHint(failed, request, plan)));
  const [hint = null] = hints;
  return hints.size === 1 ? hint : null;
}

/**
 * What to do about a response that every request gets, by its status: null where nothing particular is known.
 *
 * @param request that got it; undefined: nobody knows which.
 */
export function statusHint(
  { status, message }: Failed,
  request: RequestTemplate | undefined,
  plan: Way,
): string | null {
  if (request === undefined) return null;
  const { target, tls } = planToTargetOf(plan, request);
  switch (status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return message.includes(': ')
        ? 'Point the test at the address where it ends.'
        : 'Point the test there, follow it with --follow-redirects, or expect it with --expect-status.';
    case 400:
    case 422:
      return request.body === null
        ? 'A model wants its input: give it a body with -b, --body-file or --data.'
        : `Is the body what it expects?${target.protocol === 'https:' && tls.cert === null ? ' If it asks for a certificate of the client, there are --cert and --key.' : ''}`;
    case 401:
    case 403:
      return has(request, 'authorization') || has(request, 'cookie') || has(request, 'x-api-key')
        ? 'It does not accept the credentials that were sent: are they the right ones, and still valid?'
        : "It wants to know who asks: send a token with -H 'Authorization: Bearer TOKEN', or a name and password with --user.";
    case 404:
      return `There is nothing at ${request.path}: is the path right, to the last slash?`;
    case 405:
      return methodHint(request, /\(allows ([^)]+)\)/.exec(message)?.[1]);
    case 407:
      return 'The proxy wants to know who asks: --proxy http://name:password@host:port.';
    case 411:
    case 415:
      return request.body === null
        ? 'It wants a body: give it one with -b, --body-file or --data.'
        : `It wants another kind of body than ${typeOf(request)}: say which it is with -H 'content-type: …'.`;
    case 413:
      return 'The body is larger than the target, or a proxy before it, accepts.';
    case 429:
      return 'It limits how many requests it takes: send fewer with --rate, or lift the limit for the test.';
    case 502:
    case 503:
    case 504:
      return 'A proxy may stand before it, and find no server behind: does the model itself answer?';
    default:
      return null;
  }
}

function methodHint({ method, body }: RequestTemplate, allowed: string | undefined): string {
  const said = allowed === undefined ? '' : `, it allows ${allowed}`;
  const another = allowed?.split(/\s*,\s*/)[0] ?? 'POST';
  const how =
    body === null && /\bPOST\b/i.test(allowed ?? 'POST')
      ? 'a body (-b, --body-file or --data) makes it a POST, -X names another method'
      : `name another with -X ${another}`;
  return `${method} is not allowed there${said}: ${how}.`;
}

const has = ({ headers }: RequestTemplate, wanted: string): boolean =>
  headers.some(([name]) => name.toLowerCase() === wanted);

function typeOf({ headers }: RequestTemplate): string {
  return headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? 'one without a content type';
}
