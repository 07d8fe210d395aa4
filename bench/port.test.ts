/** Ports that tests and benchmarks give to programs of their own. */
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { accepts, freePort } from './port.ts';

it('are free, another one each time, and none that a system gives to whoever asks for any', async () => {
  const ports = [await freePort(), await freePort(), await freePort()];
  expect(new Set(ports).size).toBe(3);
  for (const port of ports) {
    expect(port).toBeLessThan(32_768);
    expect(await accepts(port)).toBe(false);
  }
});

it('are passed over where somebody listens', async () => {
  const taken = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(taken, '127.0.0.1', resolve));
  // Once round.
  for (let n = 0; n < 1_000; n++) expect(await freePort()).not.toBe(taken);
  await new Promise((resolve) => server.close(resolve));
});
