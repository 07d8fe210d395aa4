/**
 * The test of Prometheus' own OTLP endpoint. Debian's Prometheus has none, so a newer one is built from its Go module, which takes
 * minutes, without the discovery of targets in clouds; Go is needed, and `OTLP_PROMETHEUS_FOLDER` keeps it. Arguments go to vitest.
 */
import { testWithBuilt } from './go-built.mjs';

testWithBuilt({
  name: 'prometheus',
  build: ['-tags', 'remove_all_sd', 'github.com/prometheus/prometheus/cmd/prometheus'],
  tests: ['test/otlp-prometheus'],
  variable: 'OTLP_PROMETHEUS',
  kept: process.env['OTLP_PROMETHEUS_FOLDER'],
});
