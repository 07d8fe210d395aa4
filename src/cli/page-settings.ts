/** Whether a live page is wanted, where, and who may see it. */
import { SETTINGS, type Settings } from '../settings/table.ts';
import { portOf } from './port.ts';

/** Where the page is to be. */
export interface PageSettings {
  readonly host: string;
  readonly port: number;
  readonly open: boolean;
}

const PORT = SETTINGS.ui.default ?? '';
const HOST = SETTINGS.uiHost.default ?? '';

/**
 * What was asked for; null: no page. Who says where it is to be, or to open it, wants one.
 *
 * @throws RampartError `bad-flag` for a port that is none.
 */
export function pageSettings(
  { ui, uiHost, open }: Pick<Settings, 'ui' | 'uiHost' | 'open'>,
  flags: Readonly<Record<string, unknown>>,
): PageSettings | null {
  const said = String(ui ?? (flags['uiHost'] !== undefined || flags['open'] === true));
  if (said === 'false' || said === '') return null;
  return { host: uiHost ?? HOST, port: portOf(said === 'true' ? PORT : said, '--ui'), open: open === true };
}
