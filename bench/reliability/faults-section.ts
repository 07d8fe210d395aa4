/** The page's section on processes that go wrong. */
import { COMMANDS, type CommandName, FAULTS, type FaultRun } from '../../test/faults.ts';
import type { Measurement, Section } from './section.ts';

const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];

/** `exit 5, invalid: 1,547 sent, 45 failed; 1,506 arrived`. */
function cell(run: FaultRun | undefined): string {
  if (run === undefined) return '–';
  const { code, status, sent, failed, aborted, leftOut, received, wrong } = run;
  const counts = [
    `${n(sent)} sent`,
    ...(failed > 0 ? [`${n(failed)} failed`] : []),
    ...(aborted > 0 ? [`${n(aborted)} given up`] : []),
    ...(leftOut > 0 ? [`${n(leftOut)} left out`] : []),
  ];
  const fault = wrong.length === 0 ? '' : `. **${wrong.join('; ')}**`;
  return `exit ${String(code)}, ${status}: ${counts.join(', ')}; ${n(received)} arrived${fault}`;
}

const n = (value: number): string => value.toLocaleString('en-US');

export interface FaultsResults extends Measurement {
  readonly runs: readonly FaultRun[];
}

export const faultsSection: Section<FaultsResults> = {
  name: 'faults',
  render: ({ runs, date, machine }) => `## Processes that go wrong

\`npm run build && node scripts/bundled.mjs bench/reliability/faults.ts\` brings each fault about for real, a second and a half after the first request (of the
target's responses: every fifth from then on), against a target in a process of its own that counts what arrives. As it is to be: the exit code that
is stated for it in \`test/faults.ts\`, no stack trace, a result and a report, sent = ok + failed + aborted (+ left out, while the tester was suspended), and of
\`run\` what the target counted: but for what was written to a target that did not live to read it, which has failed, and for what a thread that died
had not told yet, a second of it at most.

**${runs.length} cells: ${runs.filter(({ wrong }) => wrong.length === 0).length} as they are to be.** ${date}: ${machine}.

| fault | ${COMMAND_NAMES.map((name) => `\`${name}\``).join(' | ')} |
|---|${'---|'.repeat(COMMAND_NAMES.length)}
${FAULTS.map((fault) => `| ${fault} | ${COMMAND_NAMES.map((name) => cell(runs.find((run) => run.command === name && run.fault === fault))).join(' | ')} |`).join('\n')}
`,
};
