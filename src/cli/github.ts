/**
 * What GitHub shows of a job beside its log: the summary on the job's page, and annotations, which stand in the pull request
 * too. Elsewhere nothing of this is written.
 */
import { relative, resolve } from 'node:path';
import type { RunResult } from '../core/result.ts';
import type { World } from '../core/world.ts';
import type { FilePlace } from '../plan/raw-settings.ts';
import { toMarkdown } from '../report/markdown.ts';
import { printable } from '../report/terminal.ts';

export type Surroundings = Pick<World, 'env' | 'files' | 'stderr'>;

/** What stands in this file is shown on the page of the job. */
const SUMMARY = 'GITHUB_STEP_SUMMARY';

interface Annotation {
  readonly level: 'error' | 'warning';
  readonly title: string;
  readonly message: string;
  /** Of the threshold, in the scenario file. */
  readonly place?: FilePlace;
}

/** @param places finds those of the scenario's thresholds, by their texts: GitHub shows the annotation at that line. */
export async function tellGitHub(
  world: Surroundings,
  result: RunResult,
  places: () => ReadonlyMap<string, FilePlace> = () => new Map(),
): Promise<void> {
  annotate(world, () => annotationsOf(result, places()));
  await appendSummary(world, () => toMarkdown(result));
}

/** Each threshold that broke or is not sure, and why a measurement is invalid. */
function annotationsOf({ verdict, plan }: RunResult, places: ReadonlyMap<string, FilePlace>): readonly Annotation[] {
  const command = `rampart ${plan.kind}`;
  const checks = verdict.checks.flatMap(({ status, outcome, threshold, message }): Annotation[] => {
    const place = places.get(threshold);
    const told = { title: `${command}: ${threshold}`, message, ...(place === undefined ? {} : { place }) };
    if (status === 'failed') return [{ level: 'error', ...told }];
    return outcome === 'not-sure' ? [{ level: 'warning', ...told }] : [];
  });
  const doubts = verdict.doubts.flatMap(({ invalidates, message, hint }): Annotation[] =>
    invalidates ? [{ level: 'error', title: `${command}: invalid`, message: `${message} ${hint}`.trim() }] : [],
  );
  return [...checks, ...doubts];
}

/** Source: GitHub's workflow commands; their values are escaped as its toolkit does. */
export function annotate(
  { env, stderr }: Pick<Surroundings, 'env' | 'stderr'>,
  annotations: () => readonly Annotation[],
): void {
  if (env['GITHUB_ACTIONS'] !== 'true') return;
  // Seen from the repository's root; a step may have another working directory.
  const workspace = env['GITHUB_WORKSPACE'] ?? '';
  const seen = (file: string): string =>
    (workspace === '' ? file : relative(workspace, resolve(file))).replaceAll('\\', '/');
  const escaped = (text: string): string => printable(text).replaceAll('%', '%25');
  const property = (text: string): string => escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  for (const { level, title, message, place } of annotations()) {
    const at = place === undefined ? '' : `file=${property(seen(place.file))},line=${place.line},`;
    stderr.write(`::${level} ${at}title=${property(title)}::${escaped(message)}\n`);
  }
}

/** What goes wrong with it is told, and changes nothing. */
export async function appendSummary({ env, files, stderr }: Surroundings, markdown: () => string): Promise<void> {
  const path = env[SUMMARY] ?? '';
  if (path === '') return;
  try {
    // Several runs of one step stand below each other.
    await files.appendText(path, `${markdown()}\n`);
  } catch (error) {
    stderr.write(`rampart: the job's summary (${SUMMARY}) could not be written: ${(error as Error).message}\n`);
  }
}
