/** The outputs that are known by name. */
import type { Output, WantedOutput } from '../core/output.ts';
import { BADGE } from './badge.ts';
import { BROWSER_PERFORMANCE } from './browser-performance.ts';
import { FILE_OUTPUTS } from './files.ts';
import { INFLUXDB } from './lines/influxdb.ts';
import { JSON_LINES, STDOUT } from './lines/json-lines.ts';
import { STATSD } from './lines/statsd.ts';
import { OPENMETRICS } from './openmetrics.ts';
import { OTLP } from './otlp/otlp.ts';
import { REMOTE_WRITE } from './prometheus/remote-write.ts';
import { PROMETHEUS } from './prometheus/server.ts';

export const OUTPUTS: readonly Output[] = [
  ...FILE_OUTPUTS,
  OPENMETRICS,
  BADGE,
  BROWSER_PERFORMANCE,
  PROMETHEUS,
  REMOTE_WRITE,
  OTLP,
  INFLUXDB,
  STATSD,
  JSON_LINES,
];

/** The one that `--metrics-port` asks for. */
export const OF_METRICS_PORT = PROMETHEUS;

/** Whether it has standard output for itself. */
export const hasStdout = ({ output, options }: WantedOutput): boolean =>
  output === JSON_LINES && (options?.['to'] ?? STDOUT) === STDOUT;
