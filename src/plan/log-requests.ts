/** The requests of a replayed access log, whose lines say themselves what is requested. */
import type { Flow, Plan, RequestTemplate } from '../core/plan.ts';

/** Their address: that of the line. */
export const OF_THE_LINE = { path: '{{row.path}}', pathname: '{{row.path}}' };

/** The request of a log, once for each of its methods; each is told by it. */
export function byMethod(
  { requests: [request] }: Pick<Plan, 'requests'>,
  methods: readonly (readonly [method: string, lines: number])[],
): { readonly requests: readonly RequestTemplate[]; readonly flows: readonly Flow[] | null } {
  const requests = methods.map(([method]) => ({ ...(request as RequestTemplate), name: method, method }));
  const lines = methods.reduce((sum, [, own]) => sum + own, 0);
  const flows = methods.map(
    ([name, own], place): Flow => ({
      name,
      weight: Math.max(0.001, Math.round((100_000 * own) / lines) / 1_000),
      steps: [{ kind: 'request', request: place }],
    }),
  );
  return { requests, flows: methods.length === 1 ? null : flows };
}
