import { expect, it } from 'vitest';
import { planFixture } from '../core/plan.fixture.ts';
import { reached } from './reached.ts';

const FILES = ['Recorded.invalid', 'logs.invalid/access.log'];
const files = {
  exists: (path: string) => FILES.includes(path),
  isFolder: (path: string) => ['.', 'folder.invalid'].includes(path),
  namesIn: () => ['Recorded.invalid', 'folder.invalid', 'logs.invalid'],
};

/** How an address ends that no name server knows. */
async function endOf(address: string): Promise<string> {
  const { hostname, port } = new URL(address);
  const target = { url: address, protocol: 'http:', host: hostname, port: Number(port) || 80 } as const;
  return reached(planFixture({ target }), files).then(
    () => 'reached',
    ({ code, message, hint }) => `${code}: ${message}\n${hint}`,
  );
}

it('tells a file that was named in the place of an address, whatever its letters', async () => {
  expect(await endOf('http://recorded.invalid/')).toMatch(
    /^usage: "Recorded.invalid" is a file, and no address: .*\n.*rampart init --from Recorded.invalid\b/,
  );
  expect(await endOf('http://logs.invalid/access.log')).toContain('"logs.invalid/access.log" is a file');
});

it('tells a host that there is not, where no file has its name', async () => {
  for (const address of ['http://other.invalid/', 'http://folder.invalid/', 'http://recorded.invalid:8080/'])
    expect(await endOf(address)).toMatch(/^unreachable: nothing answers at /);
});
