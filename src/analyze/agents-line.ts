/** The line of the start that says which agents make a load. */
import type { RunEvent } from '../core/event.ts';
import { formatMs, formatShare } from './wording.ts';

/** Who makes a load, and how nearly they began together, in a line. */
export function agentsLine({ agents, startSkew }: Extract<RunEvent, { type: 'agents' }>): string {
  const alike = new Set(agents.map(({ share }) => share)).size <= 1;
  const names = agents
    .map(({ name, threads, region, share }) => {
      const part = alike || share === undefined ? [] : [formatShare(share)];
      return `${name} (${[...(region === undefined ? [] : [region]), threads, ...part].join(', ')})`;
    })
    .join(', ');
  const many = agents.length === 1 ? 'one agent' : `${agents.length} agents`;
  return `Load from ${many} with so many threads${alike ? '' : ' and such a share'} each: ${names}; they began within ${formatMs(startSkew / 1e3)} of each other`;
}
