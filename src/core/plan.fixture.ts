/** A plan for tests, of which each says only what it is about. */
import type { Plan } from './plan.ts';
import { bytes, count, micros, seconds } from './units.ts';

/** A plan for tests: one user for a second against http://127.0.0.1:8989/predict, with whatever is to differ. */
export function planFixture(changes: Partial<Plan> = {}): Plan {
  const body = '{"x":1}';
  return {
    kind: 'run',
    target: { url: 'http://127.0.0.1:8989/predict', protocol: 'http:', host: '127.0.0.1', port: 8989 },
    requests: [
      {
        name: 'POST /predict',
        method: 'POST',
        path: '/predict',
        headers: [['content-type', 'application/json']],
        body: { encoding: 'utf8', data: body, bytes: bytes(body.length) },
      },
    ],
    data: null,
    checks: [],
    load: { model: 'closed', vus: [{ duration: seconds(1), from: count(1), to: count(1) }], thinkTime: null },
    maxRequests: null,
    warmup: micros(0),
    warmupRequests: count(0),
    timeout: seconds(30),
    gracefulStop: seconds(5),
    keepAlive: true,
    connections: { limit: null, maxAge: null, dnsTtl: seconds(30) },
    tls: { verify: true, ca: null, cert: null, key: null },
    engine: 'rampart',
    http2: false,
    proxy: null,
    timing: 'precise',
    threads: count(1),
    seed: 1,
    interval: seconds(1),
    thresholds: [],
    search: null,
    ...changes,
  };
}
