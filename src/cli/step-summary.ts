import type { RunResult } from '../core/result.ts';
import type { World } from '../core/world.ts';
import { toMarkdown } from '../report/markdown.ts';

type Surroundings = Pick<World, 'env' | 'files' | 'stderr'>;

/** On GitHub what stands in this file is shown on the page of the job. */
const VARIABLE = 'GITHUB_STEP_SUMMARY';

/** Adds the result to the summary of the job, where there is one. */
export function addStepSummary(world: Surroundings, result: RunResult): Promise<void> {
  return appendSummary(world, toMarkdown(result));
}

/** What goes wrong with it is told, and changes nothing. */
export async function appendSummary({ env, files, stderr }: Surroundings, markdown: string): Promise<void> {
  const path = env[VARIABLE] ?? '';
  if (path === '') return;
  try {
    // Several runs of one step stand below each other.
    await files.appendText(path, `${markdown}\n`);
  } catch (error) {
    stderr.write(`rampart: the job's summary (${VARIABLE}) could not be written: ${(error as Error).message}\n`);
  }
}
