import { defineConfig } from 'vitest/config';

/** As with snapshots: `vitest run src/report/golden.test.ts --update` takes what is drawn now for what is meant. */
const updating = process.argv.some((word) => word === '--update' || word === '-u');

/**
 * End-to-end tests that do not measure: messages, pages, formats, counts, waiting. What they expect is so on a machine with other
 * work too, so they run side by side. A file that is not named here runs alone: it measures, or it packs the package, which
 * builds `dist/` anew under whoever uses it.
 */
const SIDE_BY_SIDE = [
  'abort-on',
  'agents-access',
  'agents-loss',
  'agents-resume',
  'ci-examples',
  'ci-page',
  'coming-from',
  'compressed',
  'cookies',
  'data',
  'discover',
  'doctor',
  'endings',
  'exit-codes',
  'exporters',
  'find-page',
  'hlog-readers',
  'http2',
  'imports',
  'interruptions',
  'junit',
  'keys',
  'live-guard',
  'live-page',
  'load-source',
  'long-journal',
  'mix',
  'outputs',
  'overlay-page',
  'preflight',
  'proxy',
  'readme',
  'ready-scenarios',
  'replay',
  'report-page',
  'report-parts',
  'samples',
  'setup',
  'secrets',
  'serve-data',
  'serve-usage',
  'start',
  'start-programs',
  'streams',
  'summary',
  'tls',
  'trace',
].map((name) => `test/${name}.test.ts`);

const E2E = { testTimeout: 120_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'reference-server/**/*.test.ts', 'bench/**/*.test.ts', 'scripts/**/*.test.ts'],
          testTimeout: 600_000,
          env: { GOLDEN: updating ? 'update' : 'compare' },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/**/*.test.ts'],
          exclude: SIDE_BY_SIDE,
          ...E2E,
          sequence: { groupOrder: 2 },
          // Two cores: a load test beside another load test measures its neighbour.
          fileParallelism: false,
        },
      },
      {
        test: { name: 'e2e-side-by-side', include: SIDE_BY_SIDE, ...E2E, sequence: { groupOrder: 1 }, maxWorkers: 2 },
      },
    ],
  },
});
