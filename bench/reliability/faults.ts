/**
 * `npm run build && node scripts/bundled.mjs bench/reliability/faults.ts [run|find|probe [fault…]]`: lets processes go wrong under way, and writes what came
 * of it into docs/reliability.md. Exit code 1 where something is not as it is to be. About two minutes for each command.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS, type CommandName, FAULTS, type FaultRun, faultRun } from '../../test/faults.ts';
import { describeMachine } from '../machine.ts';
import { type FaultsResults, faultsSection } from './faults-section.ts';
import { saveSection } from './page.ts';

const KEPT = 'bench/reliability/faults.json';
const [only, ...some] = process.argv.slice(2);
const commands = (Object.keys(COMMANDS) as CommandName[]).filter((name) => only === undefined || name === only);
const faults = FAULTS.filter((fault) => some.length === 0 || some.includes(fault));
const kept = existsSync(KEPT) ? (JSON.parse(readFileSync(KEPT, 'utf8')) as FaultsResults).runs : [];
let runs: readonly FaultRun[] = kept;
for (const command of commands)
  for (const fault of faults) {
    const run = await faultRun(
      command,
      fault,
      join(process.cwd(), 'dist/bin/cli.js'),
      join(process.cwd(), 'test/fault-target.mjs'),
    );
    runs = [...runs.filter((each) => each.command !== command || each.fault !== fault), run];
    saveSection(faultsSection, { date: new Date().toISOString().slice(0, 10), machine: describeMachine(), runs });
    const { code, status, sent, ok, failed, aborted, leftOut, received, took, wrong, sentence } = run;
    console.log(
      `${command}, ${fault}: ${code} ${status}; ${sent} = ${ok}+${failed}+${aborted}+${leftOut}, ${received} received; ${took.toFixed(1)} s; ${wrong.join('; ') || 'as it is to be'} | ${sentence}`,
    );
  }
if (runs.some(({ wrong }) => wrong.length > 0)) process.exitCode = 1;
