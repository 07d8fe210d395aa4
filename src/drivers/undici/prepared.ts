/** Requests of a plan in the form that lanes send: constant ones once, others for each exchange. */
import { Buffer } from 'node:buffer';
import type { Exchange } from '../../core/exchange.ts';
import type { HttpProxy, Plan, RequestTemplate } from '../../core/plan.ts';
import type { Filling, Payloads } from '../../core/ports.ts';
import { bodyPlace } from '../../core/template.ts';
import { hostHeader } from '../http1/request.ts';
import type { Prepared } from './lane.ts';

/** Makes the request of an exchange. */
type Prepare = (exchange: Exchange) => Prepared;

/**
 * The requests of a plan in the form that lanes take. One with placeholders is made anew for each exchange, of the same
 * values as over raw sockets: equal seed and number, equal request.
 *
 * @param asked the proxy that is asked for the response, with the whole address; null: the target is asked itself.
 */
export function prepareRequests(plan: Plan, payloads: Payloads | null, asked: HttpProxy | null): Prepare {
  const host = hostHeader(plan.target);
  const origin = `${plan.target.protocol}//${host}`;
  const prepares = plan.requests.map((request): Prepare => {
    const headers = [...request.headers];
    if (!headers.some(([name]) => name.toLowerCase() === 'host')) headers.unshift(['host', host]);
    if (asked?.authorization != null) headers.push(['proxy-authorization', asked.authorization]);
    const { method } = request;
    const before = asked === null ? '' : origin;
    if (request.templated === true && payloads !== null) return varying({ ...request, headers }, before, payloads);
    const { body } = request;
    const bytes = body === null ? null : Buffer.from(body.data, body.encoding);
    const prepared = { constant: true, method, path: before + request.path, headers, body: bytes };
    return () => prepared;
  });
  return (exchange) => (prepares[exchange.request] as Prepare)(exchange);
}

/** Path, headers and body are compiled in the order of the other driver: each random placeholder has its stream by it. */
function varying(request: RequestTemplate, before: string, payloads: Payloads): Prepare {
  const { method, body } = request;
  const path = payloads.compile([
    { text: before, place: null },
    { text: request.path, place: 'path' },
  ]);
  const headers = request.headers.map(
    ([name, value]) => [name, payloads.compile([{ text: value, place: 'header' }])] as const,
  );
  const text = body?.encoding === 'utf8' ? payloads.compile([{ text: body.data, place: bodyPlace(request) }]) : null;
  const constant = body === null ? null : Buffer.from(body.data, body.encoding);
  return (exchange) => ({
    constant: false,
    method,
    path: latin1(path, exchange),
    headers: headers.map(([name, filling]) => [name, latin1(filling, exchange)] as const),
    body: text === null ? constant : copyOf(text, exchange),
  });
}

function latin1(filling: Filling, { index, captured, made, user }: Exchange): string {
  const length = filling.fill(index, captured, made, user);
  return filling.bytes.toString('latin1', 0, length);
}

/** Memory of its own: the next request is made while this one is still on its way. */
function copyOf(filling: Filling, { index, captured, made, user }: Exchange): Buffer {
  const length = filling.fill(index, captured, made, user);
  return Buffer.from(filling.bytes.subarray(0, length));
}
