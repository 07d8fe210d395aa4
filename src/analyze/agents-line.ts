import type { RunEvent } from '../core/event.ts';
import { formatMs } from './wording.ts';

/** Who makes a load, and how nearly they began together, in a line. */
export function agentsLine({ agents, startSkew }: Extract<RunEvent, { type: 'agents' }>): string {
  const names = agents
    .map(({ name, threads, region }) => `${name} (${region === undefined ? '' : `${region}, `}${threads})`)
    .join(', ');
  const many = agents.length === 1 ? 'one agent' : `${agents.length} agents`;
  return `Load from ${many} with so many threads each: ${names}; they began within ${formatMs(startSkew / 1e3)} of each other`;
}
