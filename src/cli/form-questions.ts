/** What the start form of the page asks before a test: a single request, and what its address accepts. */

import { requestOnce } from '../client/single.ts';
import { RampartError } from '../core/errors.ts';
import { firstTemplate } from '../core/flow.ts';
import { isMisledByCache } from '../core/procedure.ts';
import type { Secrets } from '../core/secret.ts';
import type { World } from '../core/world.ts';
import { reach } from '../drivers/reach.ts';
import type { PlannedForm } from '../plan/form.ts';
import type { Trial } from '../report/client/live/frame.ts';
import { discoveredForm } from '../report/discovered-form.ts';
import { probeCache } from '../session/cache-probe.ts';
import { discoverFor, moreOfAddress, settingsOf } from '../session/discovery.ts';
import { discardRows } from '../session/execution.ts';
import type { Settings } from '../web/control.ts';
import { trialOf } from '../web/trial.ts';

/** Sends the first request of a form, and says what a run would make of it. @throws RampartError */
export async function trialFor(world: World, { plan, rows }: PlannedForm, secrets: Secrets): Promise<Trial> {
  try {
    await reach(plan);
    return trialOf(plan, await requestOnce(plan, rows, world.clock), secrets);
  } finally {
    discardRows(world.files, rows);
  }
}

/**
 * Finds out what the address of a form accepts, and fills its fields with that.
 *
 * @param texts of the form.
 * @throws RampartError
 */
export async function discoveryFor(
  { clock, randomSeed, files }: World,
  { plan, rows, given }: PlannedForm,
  texts: Settings,
  secrets: Secrets,
): Promise<ReturnType<typeof discoveredForm>> {
  discardRows(files, rows);
  if (given.mix !== undefined)
    throw new RampartError('usage', 'a scenario file says what to send: nothing is looked for');
  await reach(plan);
  const request = firstTemplate(plan);
  const discovery = await discoverFor(plan, request, clock);
  const { accepted } = discovery;
  const cache = isMisledByCache(plan) ? await probeCache(plan, request, discovery, { clock, randomSeed }) : null;
  return discoveredForm(discovery, texts, {
    request: accepted === null ? null : settingsOf(accepted.question),
    more: accepted === null ? '' : moreOfAddress(request, accepted.question),
    cache: cache?.cached === true ? cache : null,
    secrets,
  });
}
