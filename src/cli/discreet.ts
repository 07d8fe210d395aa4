/** Keeps secrets out of error output, whoever writes there. */
import type { Secrets } from '../core/secret.ts';
import type { Terminal, World } from '../core/world.ts';

/** The world with an error output that repeats no secret, whatever goes wrong and whoever tells of it. */
export function discreet(world: World, secrets: Secrets): World {
  const { stderr } = world;
  const hiding: Terminal = {
    write: (text) => stderr.write(secrets.hide(text)),
    isTTY: stderr.isTTY,
    get columns() {
      return stderr.columns;
    },
  };
  return { ...world, stderr: hiding };
}
