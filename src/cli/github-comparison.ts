/** What GitHub shows of a comparison: apart from what it shows of a run, which needs no comparisons to be loaded. */
import type { Comparison } from '../core/comparison.ts';
import type { DeploymentComparison } from '../core/deployments.ts';
import { comparisonMarkdown } from '../report/comparison.ts';
import { comparisonSentence } from '../report/comparison-phrases.ts';
import { deploymentsMarkdown } from '../report/deployments.ts';
import { annotate, appendSummary, type Surroundings } from './github.ts';

export async function tellGitHubOfComparison(world: Surroundings, comparison: Comparison): Promise<void> {
  const level = { regression: 'error', undecided: 'warning', improved: null, equivalent: null } as const;
  const told = level[comparison.verdict];
  if (told !== null)
    annotate(world, () => [{ level: told, title: 'rampart compare', message: comparisonSentence(comparison) }]);
  await appendSummary(world, () => comparisonMarkdown(comparison));
}

export const tellGitHubOfDeployments = (world: Surroundings, comparison: DeploymentComparison): Promise<void> =>
  appendSummary(world, () => deploymentsMarkdown(comparison));
