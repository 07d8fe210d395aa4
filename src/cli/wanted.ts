/** What a run is to do besides measuring, as its settings have it, and what of that excludes each other. */
import { RampartError } from '../core/errors.ts';
import type { WantedOutput } from '../core/output.ts';
import type { Plan } from '../core/plan.ts';
import type { World } from '../core/world.ts';
import { takesStdout, wantedOutputs } from '../outputs/wanted.ts';
import { resolveFleet } from '../plan/fleet.ts';
import type { RawSettings } from '../plan/raw-settings.ts';
import { traceSettingsOf } from '../plan/trace.ts';
import type { SummaryTemplate } from '../report/summary-template.ts';
import { type SampleFileSettings, sampleSettingsOf } from '../session/sample-file.ts';
import type { SpanSettings } from '../session/traces.ts';
import { type PageSettings, pageSettings } from './page-settings.ts';
import { summaryTemplateOf } from './summary-flag.ts';

export interface Wanted {
  /** Null: no page. */
  readonly page: PageSettings | null;
  readonly outputs: readonly WantedOutput[];
  /** One of them has standard output for itself. */
  readonly isPiped: boolean;
  readonly samples: SampleFileSettings | null;
  readonly traces: SpanSettings | null;
  /** The summary's template; null: the usual summary. */
  readonly template: SummaryTemplate | null;
}

/** @throws {RampartError} usage: two of them cannot both be had. */
export async function wantedOf(
  world: World,
  given: RawSettings,
  kind: Plan['kind'],
  flags: Readonly<Record<string, unknown>>,
): Promise<Wanted> {
  const { settings } = given;
  const page = kind === 'probe' ? null : pageSettings(settings, flags);
  const outputs = await wantedOutputs(settings, world);
  const isPiped = await takesStdout(outputs);
  if (settings.json === true && isPiped)
    throw new RampartError(
      'usage',
      '--json and the output json-lines both want standard output',
      'Write the lines elsewhere: --output json-lines=lines.ndjson.',
    );
  const template = summaryTemplateOf(world, settings);
  const samples = sampleSettingsOf(given);
  const traces = traceSettingsOf(given);
  const ofRequests = [
    { flag: '--samples', asked: samples !== null, elsewhere: 'is of requests of this machine' },
    { flag: '--trace', asked: traces !== null, elsewhere: 'tells of requests of this machine' },
  ].filter(({ asked }) => asked);
  for (const { flag, elsewhere } of ofRequests) {
    if (page !== null)
      throw new RampartError(
        'usage',
        `${flag} is for one run, and the page may make several`,
        `Leave --ui or ${flag} out.`,
      );
    if (resolveFleet(given, world.files) !== null)
      throw new RampartError('usage', `${flag} ${elsewhere}, and agents make them elsewhere`, `Leave ${flag} out.`);
  }
  return { page, outputs, isPiped, samples, traces, template };
}
