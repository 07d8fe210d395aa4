/** What a command says at its end: the result, where it lies, and what could not be saved. */
import { EXIT } from '../core/errors.ts';
import type { RunResult } from '../core/result.ts';
import type { World } from '../core/world.ts';
import { toResultJson } from '../report/json.ts';
import { renderSummary } from '../report/summary.ts';
import { fillSummaryTemplate, type SummaryTemplate } from '../report/summary-template.ts';
import type { RunFolder } from '../session/run-folder.ts';
import { colourOf } from './colour.ts';

interface Printing {
  readonly folder: RunFolder | null;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Instead of the usual summary. Absent or null: that. */
  readonly template?: SummaryTemplate | null;
}

/** The result on standard output, what else is to be known on standard error. */
export async function printResult(
  world: World,
  result: RunResult,
  { folder, json, quiet, template = null }: Printing,
): Promise<void> {
  const { stdout, stderr, env } = world;
  if (json) {
    stdout.write(toResultJson(result));
    // A pass that is none for sure must not go by unseen where nothing but JSON is printed.
    for (const { outcome, status, threshold, message } of result.verdict.checks)
      if (outcome === 'not-sure' && status === 'passed') stderr.write(`rampart: ${threshold}: ${message}\n`);
  }
  if (template !== null) stdout.write(fillSummaryTemplate(template, result));
  else if (!json) stdout.write(renderSummary(result, { columns: stdout.columns, colour: colourOf(stdout, env) }));
  for (const loss of outputLosses(result)) stderr.write(`rampart: ${loss}\n`);
  if (folder === null) return;
  if (!quiet) stderr.write(`\nReport: ${await folder.pathOf('report.html')}\n`);
  for (const loss of folder.losses) stderr.write(`rampart: not saved in ${folder.path}: ${loss}\n`);
}

/** What went wrong at outputs, a sentence for each. */
export function outputLosses({ outputs = [] }: RunResult): string[] {
  return outputs.map(({ name, delivered, dropped, error }) => {
    const what = `${dropped} of ${delivered + dropped} ${name === 'samples' ? 'requests' : 'events'}`;
    const lost = dropped === 0 ? '' : `, and never had ${what}`;
    return error === null
      ? `the output ${name} was too slow: it never had ${what}`
      : `the output ${name} failed (${error})${lost}`;
  });
}

/** A run that passed is no success where its results are not where they should be. */
export function savedCode(code: number, losses: readonly string[]): number {
  return code === EXIT.passed && losses.length > 0 ? EXIT.unsaved : code;
}
