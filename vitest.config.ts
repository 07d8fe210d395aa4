import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** As with snapshots: `vitest run src/report/golden.test.ts --update` takes what is drawn now for what is meant. */
const updating = process.argv.some((word) => word === '--update' || word === '-u');

/** @param names of files in test/, without their ends */
const inTest = (names: readonly string[]): string[] => names.map((name) => `test/${name}.test.ts`);

/**
 * End-to-end tests that do not measure: messages, pages, formats, counts, waiting. What they expect is so on a machine with
 * other work too, so they run side by side, one more than there are cores.
 */
const SIDE_BY_SIDE = inTest([
  'abort-on',
  'agents',
  'agents-access',
  'agents-faults',
  'agents-hosts',
  'agents-loss',
  'agents-regions',
  'agents-resume',
  'agents-rows',
  'ci-examples',
  'ci-lint',
  'ci-page',
  'coming-from',
  'compressed',
  'container',
  'cookies',
  'data',
  'discover',
  'disturbed',
  'doctor',
  'endings',
  'exit-codes',
  'exporters',
  'faults',
  'find-page',
  'flow-loads-page',
  'hlog-readers',
  'http2',
  'imports',
  'interruptions',
  'junit',
  'keys',
  'live-guard',
  'live-page',
  'load-source',
  'loaded',
  'long-journal',
  'manifests',
  'mix',
  'outputs',
  'overlay-page',
  'package',
  'preflight',
  'proxy',
  'readme',
  'ready-scenarios',
  'redirects',
  'reductions',
  'replay',
  'report-page',
  'report-parts',
  'samples',
  'scenario',
  'secrets',
  'serve-data',
  'serve-usage',
  'scenario-module',
  'setup',
  'start',
  'start-programs',
  'starved',
  'streams',
  'summary',
  'targets',
  'tls',
  'trace',
]);

/**
 * End-to-end tests that measure, with targets that sleep and loads that leave most of a core idle: two at a time disturb each
 * other no more than the system does. A file that is named in neither list runs alone: it measures at full speed or to the
 * millisecond.
 */
const IN_PAIRS = inTest([
  'closing',
  'cold-start',
  'compare',
  'compare-find',
  'connections',
  'engines',
  'find',
  'serve-capacity',
  'serve-faults',
  'serve-law',
  'serve-nginx',
  'serve-strategies',
  'standstill',
  'steer',
  'thresholds',
  'until',
  'viewers',
]);

/** Files that take long for their size, by which Vitest sorts them: begun last, one would have all others wait for it. */
const LONG = [
  'accuracy',
  'search',
  'compare-find',
  'find',
  'agents',
  'report-parts',
  'discover',
  'package',
  'compare',
  'serve-strategies',
  'container',
  'agents-resume',
  'serve-capacity',
  'connections',
  'live-page',
  'doctor',
  'ci-lint',
  'readme',
  'agents-loss',
  'serve-nginx',
  'serve-faults',
  'data',
  'outputs',
  'load-source',
  'ci-examples',
  'ready-scenarios',
];

/** Needs what only a script of its own builds: `npm run test:otlp-prometheus`. */
const ELSEWHERE = process.env['OTLP_PROMETHEUS'] === undefined ? inTest(['otlp-prometheus']) : [];

class LongOnesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification): number => {
      const place = LONG.indexOf(basename(moduleId, '.test.ts'));
      return place < 0 ? LONG.length : place;
    };
    return (await super.sort(files)).sort((a, b) => placeOf(a) - placeOf(b));
  }
}

/** What is waited for comes at once, but on a machine with other work: a page may take longer than Vitest's second to appear. */
const E2E = { testTimeout: 120_000, hookTimeout: 60_000, expect: { poll: { timeout: 20_000 } } };
const CORES = availableParallelism();

export default defineConfig({
  test: {
    sequence: { sequencer: LongOnesFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'reference-server/**/*.test.ts', 'bench/**/*.test.ts', 'scripts/**/*.test.ts'],
          testTimeout: 600_000,
          expect: { poll: { timeout: 20_000 } },
          env: { GOLDEN: updating ? 'update' : 'compare' },
          // Files of one worker share the modules that they load: nothing is replaced in them, and most of the time went into loading.
          isolate: false,
          // Vitest itself leaves a core to its own process, which has little to do once files are transformed.
          maxWorkers: CORES,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/**/*.test.ts'],
          exclude: [...SIDE_BY_SIDE, ...IN_PAIRS, ...ELSEWHERE],
          ...E2E,
          sequence: { groupOrder: 3 },
          // Two cores: a load test beside another load test measures its neighbour.
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e-side-by-side',
          include: SIDE_BY_SIDE,
          ...E2E,
          // Of those tests of a file that may go side by side themselves.
          maxConcurrency: 4,
          sequence: { groupOrder: 1 },
          // They wait more than they compute; what a measurement of theirs says of a machine that stood still, `undisturbed` heeds.
          maxWorkers: CORES + 1,
        },
      },
      {
        test: {
          name: 'e2e-in-pairs',
          include: IN_PAIRS,
          ...E2E,
          sequence: { groupOrder: 2 },
          maxWorkers: Math.min(2, CORES),
        },
      },
    ],
  },
});
