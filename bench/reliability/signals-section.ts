/** The page's section on signals at random moments. */
import type { Measurement, Section } from './section.ts';

export interface SignalsResults extends Measurement {
  readonly seed: number;
  readonly runs: readonly {
    readonly command: string;
    readonly signal: string;
    /** ms after the first request. */
    readonly after: number;
    readonly sent: number;
    readonly received: number;
    /** What was not as it is to be; empty: nothing. */
    readonly wrong: readonly string[];
  }[];
}

export const signalsSection: Section<SignalsResults> = {
  name: 'signals',
  render: ({ runs, seed, date, machine }) => {
    const bad = runs.filter(({ wrong }) => wrong.length > 0);
    const rows = [...new Set(runs.map(({ command }) => command))].map((command) => {
      const of = (signal: string): string => {
        const those = runs.filter((run) => run.command === command && run.signal === signal);
        return `${those.filter(({ wrong }) => wrong.length === 0).length} of ${those.length}`;
      };
      return `| \`${command}\` | ${of('SIGINT')} | ${of('SIGTERM')} | ${of('SIGHUP')} |`;
    });
    const faults = bad.map(
      ({ command, signal, after, wrong }) => `* \`${command}\`, ${signal} after ${after} ms: ${wrong.join('; ')}\n`,
    );
    return `## Signals at random moments

\`node scripts/bundled.mjs bench/reliability/signals.ts\` starts a command against a server that counts, and sends it a signal at a random moment of its first three seconds
of load. As it is to be: exit code 130, every file of the folder whole, the status \`interrupted\`, a JUnit file that is not green, and
sent = ok + failed + aborted; of \`run\` also what the server counted.

**${runs.length} runs: ${runs.length - bad.length} as it is to be.** Seed ${seed}, ${date}: ${machine}.

| command | SIGINT | SIGTERM | SIGHUP |
|---|---|---|---|
${rows.join('\n')}
${faults.length > 0 ? `\n${faults.join('')}` : ''}`;
  },
};
