/**
 * `node scripts/bundled.mjs bench/reliability/parser.ts [--inputs 10000000] [--seed 1] [--continue]`: reads made-up responses with our parser and with
 * llhttp, and writes what came of it into docs/reliability.md. Exit code 1 where they differ without a listed reason. About six minutes; in several
 * pieces with `--continue`, which goes on behind the last input of the kept results and adds to them.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { compareWithLlhttp } from '../../src/drivers/http1/llhttp-comparison.fixture.ts';
import { readWithOurs } from '../../src/drivers/http1/own-reading.fixture.ts';
import { anyResponse } from '../../src/drivers/http1/response.fixture.ts';
import { describeMachine } from '../machine.ts';
import { saveSection } from './page.ts';
import { type ParserResults, parserSection } from './parser-section.ts';

/** Made and read together: memory stays bounded. */
const BATCH = 10_000;
/** Differences without a reason that are shown. */
const SHOWN = 20;

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '10000000' },
    seed: { type: 'string', default: '1' },
    continue: { type: 'boolean', default: false },
  },
});
const inputs = BATCH * Math.ceil(Number(values.inputs) / BATCH);
const seed = Number(values.seed);
if (!(inputs > 0) || !Number.isSafeInteger(seed)) throw new Error('--inputs and --seed are numbers');

const input = fc.tuple(anyResponse, fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true }));
const undici = JSON.parse(readFileSync('node_modules/undici/package.json', 'utf8')) as { version: string };
const llhttp = `undici ${undici.version}`;
const before = values.continue ? kept() : null;
const verdicts = before?.verdicts ?? { done: 0, 'cut-off': 0, malformed: 0 };
const known: Record<string, number> = before?.known ?? {};
let unknown = before?.unknown ?? 0;
let piecewise = before?.piecewise ?? 0;
const done = before?.inputs ?? 0;

const show = (text: string, bodiless: boolean, difference: string): void => {
  if (unknown + piecewise <= SHOWN) console.log(`${JSON.stringify(text)}${bodiless ? ' (HEAD)' : ''}: ${difference}`);
};

const startedAt = performance.now();
for (let batch = done / BATCH; batch < (done + inputs) / BATCH; batch++) {
  for (const [text, bodiless, at] of fc.sample(input, { numRuns: BATCH, seed: seed * 1_000_000 + batch })) {
    const { verdict, difference, known: reason } = compareWithLlhttp(text, bodiless);
    verdicts[verdict]++;
    if (reason !== null) known[reason.name] = (known[reason.name] ?? 0) + 1;
    else if (difference !== null) {
      unknown++;
      show(text, bodiless, difference);
    }
    const pieces = differenceInPieces(text, bodiless, at);
    if (pieces !== null) {
      piecewise++;
      show(text, bodiless, pieces);
    }
  }
  if (batch % 100 === 99)
    console.log(`${((batch + 1) * BATCH).toLocaleString('en-US')} inputs, ${unknown + piecewise} differences`);
}

saveSection(parserSection, {
  date: new Date().toISOString().slice(0, 10),
  machine: describeMachine(),
  llhttp,
  seed,
  inputs: done + inputs,
  seconds: (before?.seconds ?? 0) + Math.round((performance.now() - startedAt) / 1000),
  verdicts,
  known: Object.fromEntries(Object.entries(known).sort(([a], [b]) => (a < b ? -1 : 1))),
  unknown,
  piecewise,
});
if (unknown + piecewise > 0) process.exitCode = 1;

/** The results so far, to be added to. */
function kept(): Pick<ParserResults, 'inputs' | 'seconds' | 'unknown' | 'piecewise'> & {
  readonly verdicts: Record<keyof ParserResults['verdicts'], number>;
  readonly known: Record<string, number>;
} {
  const results = JSON.parse(readFileSync('bench/reliability/parser.json', 'utf8')) as ParserResults;
  if (results.llhttp !== llhttp || results.seed !== seed)
    throw new Error('the kept results are of another llhttp or seed');
  return { ...results, verdicts: { ...results.verdicts }, known: { ...results.known } };
}

/** What our parser says otherwise when the bytes come in two pieces, cut at that share of them; null: nothing. */
function differenceInPieces(text: string, bodiless: boolean, at: number): string | null {
  const bytes = Buffer.from(text, 'latin1');
  const whole = readWithOurs(bytes, [], bodiless);
  const cut = Math.round(at * bytes.length);
  const cutUp = readWithOurs(bytes, [cut], bodiless);
  // In the same wrong head one may see another fault first, and stop before the status.
  const parts =
    whole.verdict === 'malformed'
      ? (['verdict'] as const)
      : (['verdict', 'status', 'body', 'end', 'reusable'] as const);
  const part = parts.find((each) => whole[each] !== cutUp[each]);
  return part === undefined ? null : `${part} is ${whole[part]} whole, ${cutUp[part]} cut at ${cut}`;
}
