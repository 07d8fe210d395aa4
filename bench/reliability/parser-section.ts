/** The page's section on the parser of HTTP/1.1. */
import { DIFFERENCES } from '../../src/drivers/http1/llhttp-differences.fixture.ts';
import type { Measurement, Section } from './section.ts';

export interface ParserResults extends Measurement {
  /** Where llhttp came from: `undici 7.30.2`. */
  readonly llhttp: string;
  readonly seed: number;
  readonly inputs: number;
  readonly seconds: number;
  /** What llhttp made of them. */
  readonly verdicts: Readonly<Record<'done' | 'cut-off' | 'malformed', number>>;
  /** Inputs read differently, by the name of the known difference. */
  readonly known: Readonly<Record<string, number>>;
  /** Inputs read differently, of no known difference. */
  readonly unknown: number;
  /** Inputs that our parser read otherwise when they came in two pieces. */
  readonly piecewise: number;
}

const counted = (n: number): string => n.toLocaleString('en-US');

export const parserSection: Section<ParserResults> = {
  name: 'parser',
  render: ({
    llhttp,
    seed,
    inputs,
    seconds,
    verdicts,
    known,
    unknown,
    piecewise,
    date,
    machine,
  }) => `## The HTTP/1.1 parser against llhttp

\`node scripts/bundled.mjs bench/reliability/parser.ts\` makes responses, well-formed and damaged, and has each read by our parser and by llhttp (of ${llhttp}), the parser of
Node.js: verdict, status, length of the body, end of the response, headers, whether the connection may be used again. Each is read by ours a
second time in two pieces, cut at a random place.

**${counted(inputs)} inputs: ${counted(unknown)} read differently without a listed reason, ${counted(piecewise)} read differently in two pieces.** To llhttp ${counted(verdicts.done)} were
whole, ${counted(verdicts['cut-off'])} cut off and ${counted(verdicts.malformed)} malformed. Seed ${seed}, ${Math.round(seconds / 60)} minutes on ${date}: ${machine}.

Where the two differ on purpose (\`src/drivers/http1/llhttp-differences.fixture.ts\`, which the test suite uses too):

| difference | inputs | reason |
|---|---|---|
${DIFFERENCES.map(({ name, reason }) => `| ${name} | ${counted(known[name] ?? 0)} | ${reason} |`).join('\n')}
`,
};
