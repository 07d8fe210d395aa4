/**
 * Runs every suite, one after the other (a measurement beside a busy neighbour measures the neighbour; `vitest.config.ts` says
 * which files may have one), and ends with one plain line that adds them up. Arguments go to vitest (a file, `-t name`).
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { relative } from 'node:path';

const counts = { passed: 0, failed: 0, skipped: 0 };
/** A line for each failure, told again at the end: a log of 6,000 tests is often kept by its last lines only. @type {string[]} */
const failures = [];
const filters = process.argv.slice(2);
mkdirSync('.vitest', { recursive: true });

for (const project of ['unit', 'e2e-side-by-side', 'e2e-in-pairs', 'e2e']) {
  const file = `.vitest/${project}.json`;
  rmSync(file, { force: true });
  const { status } = spawnSync(
    process.execPath,
    [
      ...['node_modules/vitest/vitest.mjs', 'run', '--project', project, '--reporter=default', '--reporter=json'],
      ...[`--outputFile.json=${file}`, '--passWithNoTests', ...filters],
    ],
    { stdio: 'inherit' },
  );
  const before = counts.failed;
  add(file);
  if (status !== 0 && counts.failed === before) {
    counts.failed++;
    failures.push(`${project}: Vitest itself ended with ${status}`);
  }
}
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;

/** @param {string} file */
function add(file) {
  try {
    const results = JSON.parse(readFileSync(file, 'utf8'));
    for (const suite of results.testResults) {
      // A file that does not even load has no tests to fail.
      if (suite.status === 'failed' && suite.assertionResults.length === 0) {
        counts.failed++;
        failures.push(`${relative('.', suite.name)}: ${suite.message}`);
      }
      for (const { fullName, status, meta, failureMessages } of suite.assertionResults) {
        if (status === 'failed')
          failures.push(`${relative('.', suite.name)}: ${fullName}\n  ${failureMessages.join('\n  ')}`);
        if (['pending', 'skipped', 'todo'].includes(status))
          console.log(`skipped: ${fullName}${meta?.reason ? `: ${meta.reason}` : ''}`);
        if (meta?.repeated) console.log(`run again, since the machine disturbed it: ${fullName}: ${meta.repeated}`);
      }
    }
    counts.passed += results.numPassedTests;
    counts.failed += results.numFailedTests;
    counts.skipped += results.numPendingTests + results.numTodoTests;
  } catch (error) {
    counts.failed++;
    console.error(`no results to count: ${error}`);
  }
}
