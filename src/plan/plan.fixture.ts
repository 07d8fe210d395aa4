import type { Plan } from '../core/plan.ts';
import { type PlanWorld, resolvePlan } from './resolve.ts';

type Content = string | Uint8Array;

/** A world of four cores, whose random seed is 7, with the files handed in. */
export function worldWith(files: Readonly<Record<string, Content>> = {}, cores = 4): PlanWorld {
  return {
    files: {
      readBytes: (path) => {
        const content = files[path];
        if (content === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
        return typeof content === 'string' ? new TextEncoder().encode(content) : content;
      },
    },
    host: { cores },
    version: '1.2.3',
    randomSeed: () => 7,
  };
}

interface Setting {
  readonly kind?: Plan['kind'];
  readonly target?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, Content>>;
  readonly cores?: number;
}

/** The plan of some flags; the target is `http://h:1/p` where none is given. */
export function planOf(flags: Readonly<Record<string, unknown>> = {}, setting: Setting = {}): Plan {
  const { kind = 'run', target = 'http://h:1/p', env = {}, files, cores } = setting;
  return resolvePlan({ kind, target, env, flags }, worldWith(files, cores));
}

/** The same with a scenario file of these settings, written out with a line for each. */
export function planOfScenario(
  settings: Readonly<Record<string, unknown>>,
  flags: Readonly<Record<string, unknown>> = {},
  setting: Omit<Setting, 'target'> = {},
): Plan {
  const files = { 'dir/s.json': JSON.stringify({ url: 'http://h:1/p', ...settings }, null, 2), ...setting.files };
  return planOf(flags, { ...setting, target: 'dir/s.json', files });
}
