// Users are added while the target keeps up: node steered.mjs http://127.0.0.1:8989/predict
import { fileURLToPath } from 'node:url';
import { start } from 'rampart';

const [, , url = 'http://127.0.0.1:8989/predict'] = process.argv;
const MOST = 8;

const session = start({
  url,
  bodyFile: fileURLToPath(new URL('loan.json', import.meta.url)),
  vus: 1,
  duration: '1m',
});

let users = 1;
for await (const event of session) {
  if (event.type !== 'interval' || event.snapshot.phase === 'drain') continue;
  const failed = Object.values(event.snapshot.series).reduce((sum, series) => sum + series.failed, 0);
  if (failed > 0 || users === MOST) session.stop();
  else {
    users *= 2;
    session.edit({ vus: users });
  }
}

const { changes = [], totals, run } = await session.result;
console.log(
  `${run.ending} with ${users} users after ${changes.length} changes: ${totals.sent} sent, ${totals.failed} failed`,
);
