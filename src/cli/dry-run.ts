/** The flag `--dry-run`: the plan, and one of each request, without any load. */
import { EXIT, RampartError } from '../core/errors.ts';
import { Secrets } from '../core/secret.ts';
import type { World } from '../core/world.ts';
import { describePlan } from '../plan/describe.ts';
import type { RawSettings } from '../plan/raw-settings.ts';
import type { PreparedRun } from '../plan/resolve.ts';
import type { Sources } from '../plan/sources.ts';
import { responseLine, untriedLine } from '../report/preflight.ts';
import { printable } from '../report/terminal.ts';
import { plannedAgain } from '../session/discovery.ts';
import { discardRows } from '../session/execution.ts';
import { isFramed } from '../session/frame.ts';
import { preflight } from '../session/preflight.ts';

/** Shows the plan, and what comes of one of each request. Returns the exit code. */
export async function tried(
  world: World,
  sources: Sources,
  intended: PreparedRun & { readonly given: RawSettings },
  signal: AbortSignal,
): Promise<number> {
  if (intended.plan.preflight === false)
    throw new RampartError('usage', '--dry-run and --no-preflight exclude each other', 'Leave one of them out.');
  if (intended.given.settings.json === true)
    throw new RampartError('usage', '--dry-run and --json exclude each other: without a load there is no result.json');
  try {
    const { prepared, told, responses, frame } = await preflight(world, {
      prepared: intended,
      folder: null,
      secretsOf: (plan) => Secrets.of(plan),
      again: plannedAgain(sources, intended, world),
      looksForCache: false,
      signal,
    });
    const tornDown = await frame.tearDown();
    const secrets = frame.secrets(Secrets.of(prepared.plan));
    const lines = [...describePlan(isFramed(intended.plan) ? intended.plan : prepared.plan), '', ...told.slice(0, -1)];
    for (const response of responses) lines.push(responseLine(response, secrets.knowing(response.sentSecrets)));
    for (const { name } of prepared.plan.requests)
      if (!responses.some(({ request }) => request === name)) lines.push(untriedLine(name, secrets));
    for (const { request, message } of tornDown?.failures ?? [])
      lines.push(`Tear-down: ${request} failed: ${printable(secrets.mask(message))}`);
    world.stdout.write(`${lines.join('\n')}\nNo load was sent.\n`);
    return EXIT.passed;
  } finally {
    discardRows(world.files, intended.rows);
  }
}
