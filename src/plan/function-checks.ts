/** Checks that are functions of a scenario module; and functions that are named and not there. */
import { RampartError } from '../core/errors.ts';
import { functionsOf } from '../core/placeholders.ts';
import type { RequestCheck, RequestTemplate } from '../core/plan.ts';
import { resolveChecks } from './checks.ts';
import type { RawSettings } from './raw-settings.ts';

/** The checks of all requests, with the function that checks, if there is one. */
export function checksWithFunction(given: RawSettings, checks: readonly RequestCheck[]): readonly RequestCheck[] {
  const number = given.functions?.checks.get(null);
  return number === undefined ? checks : [...checks, { kind: 'function', number }];
}

/** Requests with their own function lie over the checks of the file as they do with any other check of their own. */
export function checkedByFunctions(
  given: RawSettings,
  requests: readonly RequestTemplate[],
): readonly RequestTemplate[] {
  const { functions } = given;
  if (functions === undefined) return requests;
  return requests.map((request, place) => {
    const number = functions.checks.get(place);
    if (number === undefined) return request;
    return { ...request, checks: [...(request.checks ?? resolveChecks(given)), { kind: 'function', number }] };
  });
}

/** @throws RampartError where somebody wrote the placeholder by hand. */
export function refuseUnknownFunctions(given: RawSettings, requests: readonly RequestTemplate[]): void {
  const known = given.functions?.source.places.length ?? 0;
  for (const { number } of requests.flatMap(functionsOf))
    if (number >= known)
      throw new RampartError(
        'bad-flag',
        `{{function ${number}}} is no placeholder`,
        'A scenario in TypeScript or JavaScript has functions: body: ({ seq }) => ….',
      );
}
