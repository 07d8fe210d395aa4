import { expect, it } from 'vitest';
import { saidBy } from './world.fixture.ts';

it.each([
  [['--json'], '--json is for an address, and none is given'],
  [['--connect-to', 'a:1:b:2'], '--connect-to is for an address, and none is given'],
  [['--host', 'a.test'], '--host is for the file of --from, and none is given'],
  [['--from', 'none.har', 'http://h/'], 'an address and --from are both given'],
  [['--from', 'none.har'], '--from: "none.har" does not exist'],
  [['--from', 'none.har', '--from-kind', 'x'], '--from-kind: "x" is none of har, postman, http, curl'],
  [['-o', 'x.json'], '"x.json" is no .yaml file'],
])('rampart init without an address refuses %j', async (flags, says) => {
  const { code, stdout, stderr } = await saidBy(['init', ...flags]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(says);
});
