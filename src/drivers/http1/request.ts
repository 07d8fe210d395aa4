import type { RequestTemplate, Target } from '../../core/plan.ts';

/** The bytes of a request, rendered once and sent many times. */
export function renderRequest(request: RequestTemplate, target: Target, keepAlive: boolean): Buffer {
  const named = (name: string): boolean => request.headers.some(([given]) => given.toLowerCase() === name);
  const lines = [`${request.method} ${request.path} HTTP/1.1`];
  if (!named('host')) lines.push(`Host: ${hostHeader(target)}`);
  for (const [name, value] of request.headers) lines.push(`${name}: ${value}`);
  const body = request.body === null ? null : Buffer.from(request.body.data, request.body.encoding);
  // A method that usually carries a body says so even when it is empty (RFC 9110, 8.6).
  if (body !== null || /^(POST|PUT|PATCH)$/.test(request.method)) lines.push(`Content-Length: ${body?.length ?? 0}`);
  if (!keepAlive) lines.push('Connection: close');
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return body === null ? head : Buffer.concat([head, body]);
}

function hostHeader(target: Target): string {
  const name = target.host.includes(':') ? `[${target.host}]` : target.host;
  const usual = target.protocol === 'https:' ? 443 : 80;
  return target.port === usual ? name : `${name}:${target.port}`;
}
