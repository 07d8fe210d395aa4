/** Posts messages of an output to an HTTP address, and tells what is worth another try. */
import { RampartError } from '../core/errors.ts';
import { Refused } from './delivery.ts';

/** How long a receiver may take for a message, ms. */
const PATIENCE = 5_000;

/** Where messages are posted to. */
export interface HttpReceiver {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** @throws RampartError `bad-output`, where it is no address. */
export function receiverOf(
  output: string,
  url: string | undefined,
  headers: Readonly<Record<string, string>>,
): HttpReceiver {
  const address = url !== undefined && URL.canParse(url) ? new URL(url) : null;
  if (address === null || !/^https?:$/.test(address.protocol))
    throw new RampartError(
      'bad-output',
      url === undefined
        ? `the output ${output} has no address`
        : `the output ${output}: ${JSON.stringify(url)} is no address`,
      `Write --output ${output}=http://host:port/path.`,
    );
  const { username, password } = address;
  address.username = '';
  address.password = '';
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = username === '' ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` };
  return { url: address.href, headers: { ...authorization, ...headers } };
}

/** @returns what it answered. @throws Refused where it makes no sense to send it again. */
export async function post({ url, headers }: HttpReceiver, body: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(PATIENCE) });
  const said = await response.text();
  if (response.ok) return said;
  const problem = `it answered ${response.status}${said === '' ? '' : `: ${said.trim().slice(0, 200)}`}`;
  throw response.status < 500 && response.status !== 429 && response.status !== 408
    ? new Refused(problem)
    : new Error(problem);
}
