/** Whether the targets can be reached at all. A file that was named in the place of an address is told as that. */
import { RampartError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { Files } from '../core/world.ts';
import { reach } from '../drivers/reach.ts';
import { quote } from '../plan/syntax.ts';

/** What name servers say of a name that is none. */
const NO_SUCH_HOST: readonly unknown[] = ['ENOTFOUND', 'EAI_AGAIN'];

/** @throws RampartError 'unreachable', or 'usage' where the address is a file's name. */
export async function reached(
  plan: Plan,
  files: Pick<Files, 'exists' | 'isFolder' | 'namesIn'>,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await reach(plan, signal);
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    const file = NO_SUCH_HOST.includes(code) ? fileNamed(new URL(plan.target.url), files) : null;
    if (file === null) throw error;
    throw new RampartError(
      'usage',
      `${quote(file)} is a file, and no address: no host has that name`,
      `A scenario of the requests in it: rampart init --from ${file}. What it has recorded, sent to an address: rampart run URL --replay ${file}.`,
      { cause: error },
    );
  }
}

/** The file that an address without a port is the name of. */
function fileNamed(
  { hostname, port, pathname }: URL,
  files: Pick<Files, 'exists' | 'isFolder' | 'namesIn'>,
): string | null {
  // A working folder may be gone.
  if (port !== '' || !files.isFolder('.')) return null;
  // A host has no capital letters, which a file may have.
  const name =
    pathname === '/' ? files.namesIn('.').find((each) => each.toLowerCase() === hostname) : `${hostname}${pathname}`;
  return name !== undefined && files.exists(name) && !files.isFolder(name) ? name : null;
}
