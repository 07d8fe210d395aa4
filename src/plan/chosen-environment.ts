/** The one environment of a scenario file that flags, variables or the file itself ask for. */
import type { Settings } from '../settings/table.ts';
import type { Origin, RawSettings } from './raw-settings.ts';

/** Which one is wanted, and where that is said. */
export interface ChosenEnvironment {
  readonly name: string;
  readonly origin: Origin;
}

/** The one that settings name; null: none. */
export function environmentIn({
  settings,
  originOf,
}: Pick<RawSettings, 'settings' | 'originOf'>): ChosenEnvironment | null {
  const { env } = settings as Pick<Settings, 'env'>;
  return env === undefined ? null : { name: env, origin: originOf('env') };
}
