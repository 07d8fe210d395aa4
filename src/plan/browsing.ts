/** What virtual users do as browsers do: compressed responses, redirects and cookies. */
import type { Plan } from '../core/plan.ts';
import { type RawSettings, refuse } from './raw-settings.ts';

/** What users do as browsers do. @throws RampartError */
export function resolveBrowsing(given: RawSettings): Pick<Plan, 'compressed' | 'followRedirects' | 'cookies'> {
  const { compressed, followRedirects, cookies, keepCookies, rate } = given.settings;
  if (keepCookies === true && cookies === false)
    refuse(given, 'keepCookies', `does not go with ${given.originOf('cookies').label} of false`);
  if (keepCookies === true && rate !== undefined)
    refuse(
      given,
      'keepCookies',
      'is for virtual users: arrivals come from nobody in particular, and begin without cookies',
      'Take --cookies, or --vus instead of --rate.',
    );
  return {
    ...(compressed === true ? { compressed } : {}),
    ...(followRedirects === true ? { followRedirects } : {}),
    ...(keepCookies === true ? { cookies: 'user' } : cookies === true ? { cookies: 'pass' } : {}),
  };
}
