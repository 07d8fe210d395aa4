/** What the page's "try one request" is told. */
import { statusHint } from '../analyze/hints.ts';
import { formatMs } from '../analyze/wording.ts';
import type { Plan } from '../core/plan.ts';
import { requestNamed } from '../core/request.ts';
import { MASK, type Secrets } from '../core/secret.ts';
import type { SingleResponse } from '../core/single-response.ts';
import type { Trial } from '../report/client/live/frame.ts';

/** So much of a body is shown, characters. */
const BODY_SHOWN = 4_000;

/** What the page shows of a single request: the response without its secrets, and what a run would make of it. */
export function trialOf(plan: Plan, response: SingleResponse, known: Secrets): Trial {
  const secrets = known.knowing(response.sentSecrets);
  const { request, outcome, status, body, bodyBytes, responseMs, connectMs, headers } = response;
  const message = secrets.mask(response.message);
  const good = outcome === 'ok';
  const time =
    connectMs > 0 ? `${formatMs(responseMs)}, ${formatMs(connectMs)} of it to connect` : formatMs(responseMs);
  return {
    good,
    sentence: sentenceOf(),
    hint: good || status === 0 ? '' : (statusHint({ status, message }, requestNamed(plan, request), plan) ?? ''),
    headers: headers
      .map(([header, value]) => `${header}: ${secrets.isSecret(header) ? MASK : secrets.mask(value)}`)
      .join('\n'),
    body: body === null ? `(${unshown(bodyBytes)})` : secrets.excerpt(body, 0, BODY_SHOWN),
  };

  function sentenceOf(): string {
    if (status === 0) return `No response: ${message}.`;
    if (good) return `Status ${status} after ${time}. A run would count it as a success.`;
    const example = response.example === '' ? '' : ` (${secrets.mask(response.example)})`;
    return `Status ${status} after ${time}. A run would count it as a failure: ${message}${example}.`;
  }
}

const unshown = (bytes: number): string =>
  bytes === 0 ? 'a body of more than 1 MiB' : `${bytes.toLocaleString('en-US')} bytes that are no text`;
