/** Runs every suite and ends with one plain line that adds them up. Arguments go to vitest (a file, `-t name`). */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

const RESULTS = '.vitest/results.json';
mkdirSync('.vitest', { recursive: true });
rmSync(RESULTS, { force: true });
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${RESULTS}`,
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
let counts = { passed: 0, failed: 1, skipped: 0 };
try {
  const results = JSON.parse(readFileSync(RESULTS, 'utf8'));
  for (const file of results.testResults)
    for (const test of file.assertionResults)
      if (test.status === 'pending' || test.status === 'skipped' || test.status === 'todo')
        console.log(`skipped: ${test.fullName}${test.meta?.reason ? `: ${test.meta.reason}` : ''}`);
  const files = results.testResults.filter(
    (/** @type {{status: string, assertionResults: unknown[]}} */ file) =>
      file.status === 'failed' && file.assertionResults.length === 0,
  );
  counts = {
    passed: results.numPassedTests,
    failed: results.numFailedTests + files.length,
    skipped: results.numPendingTests + results.numTodoTests,
  };
} catch (error) {
  console.error(`no results to count: ${error}`);
}
if (status !== 0 && counts.failed === 0) counts.failed = 1;
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
