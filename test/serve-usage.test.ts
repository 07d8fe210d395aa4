import { afterEach, expect, it } from 'vitest';
import { rampart } from './command.ts';
import { type Served, serve } from './served.ts';

/** A port that is taken: exit code 2. What else is refused, `src/cli/usage.test.ts` tells. */

let served: Served | null = null;
afterEach(async () => {
  await served?.stop();
  served = null;
});

it.each(['global', 'cluster', 'autoscale'])(
  'a port that is taken is told by %s, which leaves nothing behind',
  async (strategy) => {
    served = await serve('fancy', '--sleep', '--admin-port', '0');
    const port = new URL(served.url).port;
    const taken = await rampart(['serve', 'fancy', '--strategy', strategy, '--port', port]);
    expect(taken.stderr).toContain(`cannot listen on port ${port} of 127.0.0.1: it is already in use`);
    expect(taken.code).toBe(2);
    const both = await rampart(['serve', 'fancy', '--strategy', strategy, '--port', '0', '--admin-port', port]);
    expect(both.stderr).toContain('it is already in use');
    expect(both.code).toBe(2);
  },
);
