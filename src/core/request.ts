/** What holds for one request of a plan: its own, or what the plan says for all. */
import type { Plan, RequestCheck, RequestTemplate } from './plan.ts';
import type { Micros } from './units.ts';

/** The request of that name among those of the load, or (where it has none such) of set-up and tear-down. */
export const requestNamed = (
  { requests, setup = [], teardown = [] }: Pick<Plan, 'requests' | 'setup' | 'teardown'>,
  name: string,
): RequestTemplate | undefined => [requests, setup, teardown].flat().find((request) => request.name === name);

/** What the responses to a request must be. */
export const checksOf = (
  plan: Pick<Plan, 'checks'>,
  { checks }: Pick<RequestTemplate, 'checks'>,
): readonly RequestCheck[] => checks ?? plan.checks;

/** The plan's checks, and all that requests have of their own. */
export const allChecks = ({ checks, requests }: Pick<Plan, 'checks' | 'requests'>): readonly RequestCheck[] => [
  ...checks,
  ...requests.flatMap((request) => request.checks ?? []),
];

/** Whether the responses to any request are checked. */
export const hasChecks = (plan: Pick<Plan, 'checks' | 'requests'>): boolean =>
  plan.requests.some((request) => checksOf(plan, request).length > 0);

/** Whether a redirect of it is followed. */
export const followsRedirects = (
  plan: Pick<Plan, 'followRedirects'>,
  { followRedirects }: Pick<RequestTemplate, 'followRedirects'>,
): boolean => followRedirects ?? plan.followRedirects ?? false;

/** How long a request may take. */
export const timeoutOf = (plan: Pick<Plan, 'timeout'>, { timeout }: Pick<RequestTemplate, 'timeout'>): Micros =>
  timeout ?? plan.timeout;
