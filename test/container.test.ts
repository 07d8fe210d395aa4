import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('the Dockerfile’s steps make, in clean folders, a server that is healthy and predicts', { timeout: 300_000 }, () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/container-steps.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stderr).not.toContain('Error');
  expect(stdout).toContain('HEALTHCHECK healthy');
  expect(stdout).toMatch(/POST \/predict \{"default_probability":0\.\d+\}/);
  expect(stdout).toContain('SIGTERM: ended with 0');
  expect(status).toBe(0);
});
