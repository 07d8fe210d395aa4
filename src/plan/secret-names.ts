/** Names that a person calls secret with `--secret`, besides the usual ones. */
import { RampartError } from '../core/errors.ts';
import type { Settings } from '../settings/table.ts';
import { blame, type RawSettings } from './raw-settings.ts';
import { quote } from './syntax.ts';

/** Names that a person calls secret. @throws RampartError 'bad-flag' for one that can be none. */
export function resolveSecretNames(given: RawSettings): string[] {
  return blame(given.originOf('secrets'), (label) =>
    namesIn(given.settings).map((name) => {
      if (/[\p{L}\p{N}]/u.test(name) && !/[\s:=]/.test(name)) return name;
      throw new RampartError(
        'bad-flag',
        `${label}: ${quote(name)} is not a name`,
        'Write the name of a header, parameter or field, without its value: --secret ssn.',
      );
    }),
  );
}

/** In the environment there is one text: names with commas or line ends between them. */
function namesIn({ secrets = [] }: Pick<Settings, 'secrets'>): string[] {
  const written = typeof secrets === 'string' ? secrets.split(/[,\r\n]/) : secrets;
  return written.map((name) => name.trim()).filter((name) => name !== '');
}
