/** For tests: searches, runs and deployments of several rounds. */
import type { CommonRun, SearchFigures } from '../../core/deployments.ts';
import type { DeploymentOptions, MeasuredDeployment } from './deployments.ts';

/** A search that found a breaking point, ±10 %. */
export const searchAt = (estimate: number, round = 0): SearchFigures => ({
  ...{ id: `s${round}`, from: `find/x-${round}`, startedAt: '2026-01-01T00:00:00.000Z', status: 'found' },
  ...{ estimate, interval: [0.9 * estimate, 1.1 * estimate], criterion: 'p95<250ms' },
  ...{ capacity: 1.2 * estimate, perSec: estimate },
});

export const runAt = (p95: number, msPerRequest: number | null, round = 0): CommonRun => ({
  ...{ id: `r${round}`, from: `run/x-${round}`, startedAt: '2026-01-01T00:00:00.000Z', p95 },
  cpu: msPerRequest === null ? null : { cores: 0.5, msPerRequest },
});

/** One whose rounds differ by these factors. */
export const deploymentAt = (
  name: string,
  { limit, p95, cpu = null, cost }: { limit: number; p95: number; cpu?: number | null; cost?: number },
  factors: readonly number[] = [1, 1.01, 0.99, 1.005, 0.995],
): MeasuredDeployment => ({
  ...{ name, target: `http://${name}/predict`, started: cpu !== null },
  searches: factors.map((factor, round) => searchAt(limit * factor, round)),
  runs: factors.map((factor, round) => runAt(p95 * factor, cpu === null ? null : cpu * factor, round)),
  ...(cost === undefined ? {} : { costPerHour: cost }),
});

export const OPTIONS: DeploymentOptions = {
  ...{ unit: 'req/s', slos: ['p95<250ms'], margin: 0.05, version: '1.0.0' },
  commonLoad: { load: 50, unit: 'req/s', chosen: true },
};
