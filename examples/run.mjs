// Load at a rate, its verdict and its figures: node run.mjs http://127.0.0.1:8989/predict
import { fileURLToPath } from 'node:url';
import { exitCodeOf, RampartError, run } from 'rampart';

const [, , url = 'http://127.0.0.1:8989/predict'] = process.argv;

try {
  const result = await run({
    url,
    bodyFile: fileURLToPath(new URL('loan.json', import.meta.url)),
    rate: '50/s',
    duration: '5s',
    thresholds: ['p95<250ms', 'errors<1%'],
  });
  const { totals, latency, verdict } = result;
  console.log(`${totals.sent} sent, ${totals.failed} failed, p95 ${latency.response.p95} ms: ${verdict.status}`);
  for (const { message } of verdict.checks) console.log(`  ${message}`);
  process.exitCode = exitCodeOf(result);
} catch (error) {
  if (!(error instanceof RampartError)) throw error;
  // Nothing was measured: what was asked for is wrong, or nothing answers.
  console.error(`${error.code}: ${error.message}. ${error.hint}`);
  process.exitCode = error.exitCode;
}
