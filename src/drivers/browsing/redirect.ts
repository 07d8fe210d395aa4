/** Where a redirect leads, and why it is not followed. */
import { isRedirect } from '../status.ts';

/** Redirects of one request that are followed at most. */
export const MOST_REDIRECTS = 10;

/** A request on its way, as far as a redirect changes it. */
export interface Step {
  readonly method: string;
  /** Path and query, as on the request line. */
  readonly path: string;
}

/** Where a redirect leads; or why nobody goes there, in words that are equal for equal causes. */
export type Onward =
  | (Step & { readonly keepsBody: boolean })
  | { readonly problem: 'leads to another origin, which is not followed' | 'leads to no address' };

/** Whether a response is a redirect that says where to. */
export const leadsOn = (status: number, location: string | null): location is string =>
  location !== null && location !== '' && isRedirect(status);

/**
 * By the rules of fetch: a POST becomes a GET with 301 and 302, anything but a HEAD with 303; 307 and 308 keep method and body.
 *
 * @param origins that are the target: by its address, and by the name that requests call it.
 */
export function onwardFrom(step: Step, status: number, location: string, origins: readonly string[]): Onward {
  let url: URL;
  try {
    url = new URL(location, `${origins[0]}${step.path.startsWith('/') ? step.path : '/'}`);
  } catch {
    return { problem: 'leads to no address' };
  }
  if (!origins.includes(url.origin)) return { problem: 'leads to another origin, which is not followed' };
  const { method } = step;
  const path = `${url.pathname}${url.search}`;
  const becomesGet =
    status === 303 ? method !== 'GET' && method !== 'HEAD' : (status === 301 || status === 302) && method === 'POST';
  return becomesGet ? { method: 'GET', path, keepsBody: false } : { method, path, keepsBody: true };
}
