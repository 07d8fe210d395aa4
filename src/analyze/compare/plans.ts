/** In what two plans differ, and whether their figures may be compared at all. */
import { createHash } from 'node:crypto';
import type { Plan } from '../../core/plan.ts';

/**
 * What makes the figures of two plans comparable, each part by its digest: where they send to (the host, so to speak the build
 * that is tested), seeds, thresholds and secrets may differ; what is sent, and how much, may not.
 */
export function aspectsOf(plan: Plan): Readonly<Record<string, string>> {
  const further = FURTHER.flatMap(([name, read]) => {
    const part = read(plan);
    return part === undefined ? [] : [[name, digestOf(JSON.stringify(part))]];
  });
  const all = ASPECTS.map(([name, read]) => [name, digestOf(JSON.stringify(read(plan) ?? null))]);
  return Object.fromEntries([...all, ...further]);
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 16);

/** In what two plans differ, in words. */
export function differencesOf(
  base: Readonly<Record<string, string>>,
  head: Readonly<Record<string, string>>,
): readonly string[] {
  return [...new Set([...Object.keys(base), ...Object.keys(head)])].filter((name) => base[name] !== head[name]);
}

const ASPECTS: readonly (readonly [name: string, read: (plan: Plan) => unknown])[] = [
  ['the command (run, find or probe)', ({ kind }) => kind],
  [
    'the requests',
    ({ requests }) =>
      requests.map(({ method, path, body, templated }) => [
        method,
        path,
        // Prompts that no run had before are as long as those of the other.
        templated ? body?.data.replaceAll(/(\{\{random\.words [^{}]*?) key:\d+/g, '$1') : body?.data,
        templated ?? false,
      ]),
  ],
  ['the rows of data', ({ data }) => data && [data.rows, data.order]],
  ['the load', ({ load, search }) => (search === null ? load : null)],
  ['the number of requests', ({ maxRequests, until }) => [maxRequests, until?.text]],
  ['the warm-up', ({ warmup, warmupRequests, kind }) => (kind === 'probe' ? warmupRequests : warmup)],
  ['the SLOs', ({ search }) => search?.slos.map(({ text }) => text)],
  ['what is searched (req/s or users)', ({ search }) => search?.unit],
  ['the arrivals', ({ search }) => search?.arrivals],
  ['keep-alive', ({ keepAlive }) => keepAlive],
  ['the limit of connections', ({ connections }) => connections.limit],
  ['HTTP/2', ({ http2 }) => http2],
  ['TLS', ({ target }) => target.protocol],
  ['the engine', ({ engine }) => engine],
  ['the timeout', ({ timeout }) => timeout],
];

/** What most plans have not, and then no digest of it. */
const FURTHER: readonly (readonly [name: string, read: (plan: Plan) => unknown])[] = [
  ['the flows', ({ flows }) => flows],
  ['the loads of flows', ({ loads }) => loads],
  ['users who leave', ({ cancel }) => cancel],
  ['compression', ({ compressed }) => compressed],
  ['redirects', ({ followRedirects }) => followRedirects],
  ['cookies', ({ cookies }) => cookies],
  ['the proxy', ({ proxy }) => (proxy === null ? undefined : true)],
];
