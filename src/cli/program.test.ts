import { describe, expect, it } from 'vitest';
import { saidBy } from './world.fixture.ts';

/** Nobody listens there. */
const NOBODY = 'http://127.0.0.1:1/';

describe('the environment', () => {
  it('of a pod beside a service named rampart stops nothing', async () => {
    const env = {
      RAMPART_SERVICE_HOST: '10.0.0.7',
      RAMPART_PORT: 'tcp://10.0.0.7:8089',
      RAMPART_PORT_8089_TCP_ADDR: '10.0.0.7',
    };
    const { code, stderr } = await saidBy(['run', NOBODY, '-n', '3', '-q'], { env });
    expect(stderr).toMatch(/^rampart: nothing answers at 127\.0\.0\.1:1: ECONNREFUSED/);
    expect(code).toBe(4);
  });

  it('is warned of once where it holds others, and refused where it holds a slip', async () => {
    const foreign = await saidBy(['run', NOBODY, '-q'], { env: { RAMPART_VERSION: '0.1.0', RAMPART_IMAGE: 'x' } });
    expect(foreign.stderr).toMatch(
      /^rampart: ignored, since there are no such settings: RAMPART_VERSION, RAMPART_IMAGE\nrampart: nothing answers/,
    );
    expect(await saidBy(['run', NOBODY], { env: { RAMPART_RAET: '5' } })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('RAMPART_RAET: there is no such setting\n  Did you mean RAMPART_RATE?'),
    });
  });
});
