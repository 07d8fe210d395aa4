/** Whether what is written to a terminal is in colour. */
import type { Terminal } from '../core/world.ts';

/** Colour only where a person looks: NO_COLOR (no-color.org) and CI logs stay plain, FORCE_COLOR overrides. */
export function colourOf(terminal: Terminal, env: Readonly<Record<string, string | undefined>>): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] && env['FORCE_COLOR'] !== '0') return true;
  return terminal.isTTY && !env['CI'];
}
