/** A server's metrics, in Prometheus' form. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What is asked when the metrics are read. */
export interface Gauged {
  readonly inFlight: number;
  readonly queued: number;
  replicas(): Record<string, number>;
}

const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128];

/** The server's metrics, in Prometheus' form. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests = new Counter({
    name: 'model_requests_total',
    help: 'Answers to requests to the model, by status and version.',
    labelNames: ['status', 'version'],
    registers: [this.registry],
  });
  readonly #seconds = new Histogram({
    name: 'model_request_seconds',
    help: 'From a request read in full to its answer handed over.',
    labelNames: ['version'],
    buckets: LATENCY_BUCKETS,
    registers: [this.registry],
  });
  readonly #batches = new Histogram({
    name: 'model_batch_rows',
    help: 'Rows predicted together.',
    buckets: BATCH_BUCKETS,
    registers: [this.registry],
  });

  readonly #connections = new Counter({
    name: 'model_connections_total',
    help: 'Connections accepted: far fewer than requests where the client keeps them.',
    registers: [this.registry],
  });

  constructor(gauged: () => Gauged) {
    const { registry } = this;
    new Gauge({
      name: 'model_requests_in_flight',
      help: 'Requests that were read and not answered yet.',
      registers: [registry],
      collect() {
        this.set(gauged().inFlight);
      },
    });
    new Gauge({
      name: 'model_queue_depth',
      help: 'Requests that wait for a model.',
      registers: [registry],
      collect() {
        this.set(gauged().queued);
      },
    });
    new Gauge({
      name: 'model_replicas',
      help: 'Models that are loaded and at work, by version.',
      labelNames: ['version'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [version, count] of Object.entries(gauged().replicas())) this.set({ version }, count);
      },
    });
    collectDefaultMetrics({ register: registry });
    // Gauges that are named as if they counted: promtool objects, and each has a twin by type.
    for (const what of ['handles', 'requests', 'resources']) registry.removeSingleMetric(`nodejs_active_${what}_total`);
  }

  answered(status: number, version: string, seconds: number): void {
    this.#requests.inc({ status, version });
    if (status < 400) this.#seconds.observe({ version }, seconds);
  }

  readonly connected = (): void => {
    this.#connections.inc();
  };

  readonly batched = (rows: number): void => {
    this.#batches.observe(rows);
  };
}
