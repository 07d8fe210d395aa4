/** What the name of a target tells: whether it is a scenario file, and of which kind. Reading one is done in `./scenario-source`. */

const EXTENSION = /\.(?:jsonc?|ya?ml|mts|ts|mjs|js)$/i;

/** Whether a target is a file that describes a test, not an address. */
export function isScenario(target: string): boolean {
  return EXTENSION.test(target) && !/^[a-z][a-z0-9+.-]*:\/\//i.test(target) && !/^[^/\\]+:\d+\//.test(target);
}

export const isYaml = (path: string): boolean => /\.ya?ml$/i.test(path);

export const isModule = (path: string): boolean => /\.(?:mts|ts|mjs|js)$/i.test(path);

export const extensionOf = (path: string): string => EXTENSION.exec(path)?.[0] ?? '';
