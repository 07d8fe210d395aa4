import { defineConfig } from 'vitest/config';

/** As with snapshots: `vitest run src/report/golden.test.ts --update` takes what is drawn now for what is meant. */
const updating = process.argv.some((word) => word === '--update' || word === '-u');

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
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // Two cores: a load test beside another load test measures its neighbour.
          fileParallelism: false,
        },
      },
    ],
  },
});
