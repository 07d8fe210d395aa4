/** The command `rampart --ui`: the live page alone, from which tests are started. */
import { EXIT } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { wantedOutputs } from '../outputs/wanted.ts';
import { readSources } from '../plan/sources.ts';
import { Interruption } from './interruption.ts';
import { followFor, voiceOf } from './live-view.ts';
import { Page } from './page.ts';
import { pageSettings } from './page-settings.ts';
import { printResult } from './printing.ts';
import { warnOfForeignVariables } from './run.ts';

/** `rampart --ui`: the page with its start form, and the tests started from it, until Ctrl-C. */
export async function uiCommand(world: World, flags: Readonly<Record<string, unknown>>): Promise<number> {
  const { settings } = await readSources({ kind: 'run', target: '', env: world.env, flags }, world.files);
  const wanted = pageSettings({ ...settings, ui: settings.ui ?? true }, flags);
  if (wanted === null) return EXIT.passed;
  warnOfForeignVariables(world);
  const interruption = new Interruption(world);
  const page = await Page.open(
    world,
    wanted,
    { kind: 'run', settings: {} },
    {
      memory: null,
      outputs: await wantedOutputs(settings, world),
      voice: (view) => voiceOf(world, view),
      follow: followFor(world),
      ended: ({ folder }, result) => printResult(world, result, { folder, json: false, quiet: false }),
    },
  );
  world.stderr.write('Waiting for a test to be started from the page (Ctrl-C ends it)\n');
  try {
    await page.untilInterrupted(interruption);
  } finally {
    interruption.forget();
    await page.close();
  }
  return EXIT.passed;
}
