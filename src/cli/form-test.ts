/** A test made ready from the start form: its target is there, its set-up was sent, and it has a folder. */
import { join } from 'node:path';
import type { Plan } from '../core/plan.ts';
import type { RowTable } from '../core/rows.ts';
import type { Secrets } from '../core/secret.ts';
import type { World } from '../core/world.ts';
import { reach } from '../drivers/reach.ts';
import type { PlannedForm } from '../plan/form.ts';
import { plannedAgain } from '../session/discovery.ts';
import { discardRows } from '../session/execution.ts';
import type { Frame } from '../session/frame.ts';
import { preflight } from '../session/preflight.ts';
import type { Procedure } from '../session/procedure.ts';
import { procedureOf } from '../session/procedures.ts';
import type { RunFolder, WantedFolder } from '../session/run-folder.ts';

/** A test that is ready to run. */
export interface Test {
  readonly id: string;
  readonly plan: Plan;
  readonly rows: RowTable | null;
  readonly folder: RunFolder;
  /** Its set-up was sent. */
  readonly frame: Frame;
  readonly procedure: Procedure;
}

/** @throws RampartError where the target is not there or the set-up fails: then nothing is left of it. */
export async function testOf(
  world: World,
  id: string,
  form: PlannedForm,
  secretsOf: (plan: Plan) => Secrets,
  openFolder: (plan: Plan, folder: WantedFolder, frame: Frame) => Promise<RunFolder>,
): Promise<Test> {
  let { rows } = form;
  let frame: Frame | null = null;
  try {
    await reach(form.plan);
    const folder = { path: join('reports', id), label: '', overwrite: false };
    const again = plannedAgain(form.sources, form, world);
    const ready = await preflight(world, {
      ...{ prepared: form, folder, secretsOf, again },
      looksForCache: form.given.settings.discover !== false,
    });
    ({ frame } = ready);
    ({ rows } = ready.prepared);
    const { plan } = frame;
    for (const line of ready.told) world.stderr.write(`${line}\n`);
    const procedure = await procedureOf(plan);
    return { id, plan, rows, frame, procedure, folder: await openFolder(plan, folder, frame) };
  } catch (error) {
    await frame?.tearDown();
    discardRows(world.files, rows);
    throw error;
  }
}
