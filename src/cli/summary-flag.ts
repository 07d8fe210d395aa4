/** The flag `--summary`: a template of the user's own in the place of the usual summary. */
import { RampartError } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import type { RawSettings } from '../plan/raw-settings.ts';
import { parseSummaryTemplate, type SummaryTemplate } from '../report/summary-template.ts';

/** The template of the summary; null: the usual one is wanted. @throws {RampartError} */
export function summaryTemplateOf(
  { files }: World,
  { summary, json = false }: RawSettings['settings'],
): SummaryTemplate | null {
  if (summary === undefined) return null;
  if (json) throw new RampartError('usage', '--summary and --json both want standard output', 'Leave one of them out.');
  let text: string;
  try {
    text = files.readText(summary);
  } catch (error) {
    throw new RampartError('bad-file', `--summary: ${summary}: ${(error as Error).message}`);
  }
  return parseSummaryTemplate(text, summary);
}
