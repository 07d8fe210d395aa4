/** The flag `--resume`: takes up a distributed run whose controller has died. */
import { join } from 'node:path';
import { exitCodeOf } from '../analyze/verdict.ts';
import { RampartError } from '../core/errors.ts';
import { STOPPED } from '../core/event.ts';
import { Secrets } from '../core/secret.ts';
import type { World } from '../core/world.ts';
import { Steering } from '../run/steering.ts';
import { Artifacts } from '../session/artifacts.ts';
import { execute, openFolder } from '../session/execution.ts';
import { followedBy } from '../session/outputs.ts';
import { procedureOf } from '../session/procedures.ts';
import { flagOfAttribute } from '../settings/table.ts';
import { accessOf, credentialsIn, type NatsFlags } from './agent.ts';
import { discreet } from './discreet.ts';
import { Interruption } from './interruption.ts';
import { createView, takeKeys, voiceOf } from './live-view.ts';
import { printResult, savedCode } from './printing.ts';
import { publicationOf } from './publication.ts';

interface ResumeFlags extends NatsFlags {
  readonly resume: string;
  readonly tolerateLoss?: boolean;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** What goes with `--resume`; everything else is in the plan, which the agents have. */
const OWN = new Set([
  ...['resume', 'nats', 'natsCreds', 'natsCa', 'natsCert', 'natsKey', 'tolerateLoss'],
  ...['out', 'overwrite', 'json', 'quiet'],
]);

/** `rampart run --resume ID --nats URL`: goes on where a controller has died, with all that its agents have told. */
export async function resumeCommand(
  outside: World,
  target: string | undefined,
  given: Readonly<Record<string, unknown>>,
): Promise<number> {
  const other = Object.keys(given).find((name) => !OWN.has(name));
  if (target !== undefined || other !== undefined)
    throw new RampartError(
      'usage',
      `${other === undefined ? 'a target' : flagOfAttribute(other)} does not go with --resume: the agents have the plan already`,
      'Write: rampart run --resume ID --nats URL',
    );
  const flags = given as unknown as ResumeFlags;
  const access = accessOf(outside, flags, '--resume needs --nats, the server that the agents are at');
  const hidden = discreet(outside, new Secrets().knowing(credentialsIn(access.url)));
  const { Fleet } = await import('../agent/fleet.ts');
  const settings = { access, tolerateLoss: flags.tolerateLoss === true };
  const { fleet, plan } = await Fleet.takeOver(settings, flags.resume, hidden);
  const world = discreet(hidden, Secrets.of(plan));
  const { json = false, quiet = false, out, overwrite = false } = flags;
  if ((plan.teardown ?? []).length > 0)
    world.stderr.write(
      'rampart: the tear-down of the plan is not sent: what the set-up captured went with its controller\n',
    );
  const interruption = new Interruption(world);
  const view = quiet ? null : createView(world, plan);
  interruption.view = view;
  const steering = new Steering(plan.kind);
  const leaveKeys = view === null ? null : takeKeys(world, steering, () => interruption.leave('Ctrl-C', STOPPED), view);
  try {
    const publication = publicationOf(world, plan);
    const path = out ?? join('reports', `${flags.resume}-resumed`);
    const folder = await openFolder(world, plan, publication, { path, label: '--out', overwrite });
    const result = await execute(world, {
      ...{ id: flags.resume, plan, rows: null, publication, folder, steering, fleet, signal: interruption.signal },
      ...{ procedure: await procedureOf(plan), record: new Artifacts(), voice: voiceOf(world, view) },
      outputs: view === null ? [] : [followedBy('console', view)],
    });
    await printResult(world, result, { folder, json, quiet });
    return savedCode(exitCodeOf(result), folder.losses);
  } finally {
    leaveKeys?.();
    interruption.forget();
    await fleet.close();
  }
}
