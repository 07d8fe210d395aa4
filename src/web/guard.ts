/** Who may use the live page: by address, token and origin. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { RequestHandler, Response } from 'express';

/** Who may use the page, and how it is told from a stranger's. */
export interface AccessPolicy {
  /** The address listened on, as the user wrote it. */
  readonly host: string;
  readonly port: number;
  /** Null: the page is for this machine only, which needs none. */
  readonly token: string | null;
}

/** 144 bits, fit for an address. */
export function newToken(): string {
  return randomBytes(18).toString('base64url');
}

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return /^(localhost|::1|\[::1\]|127(\.\d{1,3}){3})$/i.test(host);
}

/** Why a request is not served. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

const NO_TOKEN: Refusal = {
  status: 401,
  message: 'This page needs its token: open the address that rampart printed when it started.',
};

/**
 * Lets in who calls the page by an address it has, and shows the token where there is one. A page of somebody else whose
 * name was made to point here (DNS rebinding) calls it by that name. Null: it may come in.
 */
export function refusalOf(headers: IncomingHttpHeaders, policy: AccessPolicy): Refusal | null {
  if (!isOwnAddress(headers.host ?? '', policy)) {
    const hint = 'Open it by its IP address, or start rampart with --ui-host and the name you use.';
    return { status: 421, message: `This page cannot be opened under that host name. ${hint}` };
  }
  if (policy.token === null) return null;
  const bearer = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
  const given = bearer ?? cookieIn(headers.cookie ?? '', cookieOf(policy));
  return given !== undefined && equal(given, policy.token) ? null : NO_TOKEN;
}

/** For what changes something: only JSON that this page itself posts. Other sites' forms and scripts cannot. */
export function callRefusalOf(headers: IncomingHttpHeaders): Refusal | null {
  const { origin, host = '' } = headers;
  const site = headers['sec-fetch-site'];
  if ((site !== undefined && site !== 'same-origin') || (origin !== undefined && origin !== `http://${host}`))
    return { status: 403, message: 'A call from another site changes nothing here.' };
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? ''))
    return { status: 415, message: 'A call must be JSON: Content-Type: application/json.' };
  return null;
}

export function guard(policy: AccessPolicy): RequestHandler {
  return (request, response, next) => {
    const refusal = refusalOf(request.headers, policy);
    const shown = request.query['token'];
    // Whoever opens the printed address gets the token as a cookie, and an address without it.
    const entering =
      refusal === NO_TOKEN && request.method === 'GET' && request.path === '/' && typeof shown === 'string';
    if (entering && equal(shown, policy.token ?? '')) {
      response.cookie(cookieOf(policy), shown, { httpOnly: true, sameSite: 'strict' });
      response.redirect(303, '/');
    } else if (refusal === null) next();
    else refuse(response, refusal);
  };
}

export const sameOriginJson: RequestHandler = (request, response, next) => {
  const refusal = callRefusalOf(request.headers);
  if (refusal === null) next();
  else refuse(response, refusal);
};

function isOwnAddress(header: string, { host, port }: AccessPolicy): boolean {
  const [, name = '', given = '80'] = /^(\[[0-9a-f:.]+\]|[^:]*)(?::(\d+))?$/i.exec(header) ?? [];
  if (Number(given) !== port) return false;
  const called = name.replace(/^\[|\]$/g, '').toLowerCase();
  if (isLoopback(called)) return true;
  if (isLoopback(host)) return false;
  // An address cannot be rebound; a name must be the one that was asked for.
  return isIP(called) !== 0 || called === host.toLowerCase();
}

/** In a time that does not tell how much of it was right. */
function equal(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Cookies know no ports: two servers of one machine need two names. */
const cookieOf = ({ port }: AccessPolicy): string => `rampart-${port}`;

function cookieIn(header: string, name: string): string | undefined {
  const pair = header.split(/;\s*/).find((each) => each.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}

function refuse(response: Response, { status, message }: Refusal): void {
  response.status(status).type('text/plain').send(`${message}\n`);
}
