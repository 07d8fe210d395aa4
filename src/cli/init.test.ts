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

it.each([
  [['s1.yaml'], 'To write the scenario there: rampart init -o s1.yaml,'],
  [['s1.yml', '-o', 'other.yaml'], 'rampart init -o s1.yml'],
  [['load/s1.ts'], 'rampart init --typescript -o load/s1.ts.'],
  [['s1.mjs', '--typescript'], 'rampart init --typescript -o s1.mts.'],
  [['calls.json'], 'rampart init --from calls.json;'],
])('rampart init takes no file for an address: %j', async ([file = '', ...flags], hint) => {
  const { code, stdout, stderr } = await saidBy(['init', file, ...flags]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`"${file}" is the name of a file; an address of that ending needs its http://\n  To `);
  expect(stderr).toContain(hint);
});
