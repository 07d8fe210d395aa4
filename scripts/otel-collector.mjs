/**
 * The tests of metrics and of traces with an OpenTelemetry collector, which all OTLP that they post goes through: what arrives is what
 * it understood. It is built from its Go modules, which takes minutes, into a folder of its own, so Go is needed;
 * `OTEL_COLLECTOR_FOLDER` keeps it. Arguments go to vitest.
 */
import { testWithBuilt } from './go-built.mjs';

testWithBuilt({
  name: 'collector',
  build: ['.'],
  tests: ['test/exporters', 'test/trace'],
  variable: 'OTEL_COLLECTOR',
  kept: process.env['OTEL_COLLECTOR_FOLDER'],
});
