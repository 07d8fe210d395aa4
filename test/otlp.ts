/** The way of OTLP to a receiver in tests, straight or through a collector. */
import { spawn } from 'node:child_process';
import { accepts, freePort } from '../bench/port.ts';

/** Where OTLP is sent in tests. */
export interface OtlpWay {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The way to a receiver: straight, or, where `OTEL_COLLECTOR` names one (`npm run test:otel-collector`), through an OpenTelemetry
 * collector, which passes on what it understood of it.
 */
export async function otlpWayTo(receiver: string): Promise<OtlpWay> {
  const program = process.env['OTEL_COLLECTOR'];
  if (program === undefined) return { url: receiver, close: async () => {} };
  const port = await freePort();
  const pipeline = { receivers: ['otlp'], exporters: ['otlp_http'] };
  const config = {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    // Without its queue they arrive in their order.
    exporters: {
      otlp_http: { endpoint: receiver, encoding: 'json', compression: 'none', sending_queue: { enabled: false } },
    },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { metrics: pipeline, traces: pipeline },
    },
  };
  const child = spawn(program, ['--config', `yaml:${JSON.stringify(config)}`], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  for (let tries = 0; !(await accepts(port)); tries++) {
    if (child.exitCode !== null || tries > 400) throw new Error(`the collector did not start: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {
    url: `http://127.0.0.1:${port}`,
    // Asked to end, it passes on what it still has.
    close: async () => {
      child.kill('SIGTERM');
      await gone;
    },
  };
}
