import type { Settings } from '../plan/schema.ts';
import { portOf } from './port.ts';

/** Where the page is to be. */
export interface PageWishes {
  readonly host: string;
  readonly port: number;
  readonly open: boolean;
}

const PORT = '8089';
const HOST = '127.0.0.1';

/**
 * What was asked for; null: no page. Who says where it is to be, or to open it, wants one.
 *
 * @throws RampartError `bad-flag` for a port that is none.
 */
export function pageWishes(
  { ui, uiHost, open }: Pick<Settings, 'ui' | 'uiHost' | 'open'>,
  flags: Readonly<Record<string, unknown>>,
): PageWishes | null {
  const said = String(ui ?? (flags['uiHost'] !== undefined || flags['open'] === true));
  if (said === 'false' || said === '') return null;
  return { host: uiHost ?? HOST, port: portOf(said === 'true' ? PORT : said, '--ui'), open: open === true };
}
