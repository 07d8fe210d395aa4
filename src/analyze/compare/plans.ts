import type { Plan } from '../../core/plan.ts';

/**
 * In what two plans differ that makes their figures no longer comparable, in words: where they send to (the host, so to
 * speak the build that is tested), seeds, thresholds and secrets may differ; what is sent, and how much, may not.
 */
export function differencesOf(base: Plan, head: Plan): readonly string[] {
  const differences: string[] = [];
  for (const [name, read] of ASPECTS) {
    const [left, right] = [read(base), read(head)].map((value) => JSON.stringify(value ?? null));
    if (left !== right) differences.push(name);
  }
  return differences;
}

const ASPECTS: readonly (readonly [name: string, read: (plan: Plan) => unknown])[] = [
  ['the command (run, find or probe)', ({ kind }) => kind],
  [
    'the requests',
    ({ requests }) =>
      requests.map(({ method, path, body, templated }) => [method, path, body?.data, templated ?? false]),
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
