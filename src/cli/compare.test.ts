import { describe, expect, it } from 'vitest';
import { saidBy } from './world.fixture.ts';

const A = 'http://127.0.0.1:1/p';
const B = 'http://127.0.0.1:2/p';

describe('what compare refuses', () => {
  it.each([
    ['sides that are not said', ['a', 'b', 'c'], /not said which runs are the base and which the head/],
    ['one run', ['a'], /not said which runs are the base and which the head/],
    ['nothing at all', [], /not said which runs are the base and which the head/],
    ['runs beside targets', ['a', B], /finished runs and targets cannot be mixed/],
    ['three targets', [A, B, A], /two targets are compared/],
    ['one target', [A], /two targets are compared/],
    ['the same target twice', [A, A], /base and head are the same address/],
    ['a command for one side only', [A, '--base-cmd', 'x'], /--base-cmd and --head-cmd go together/],
    ['a margin without a unit', [A, B, '--margin', '5'], /--margin: "5" has no %/],
    ['a margin of nothing', [A, B, '--margin', '0%'], /--margin: 0 % is more exact than any run/],
    ['too few pairs', [A, B, '--pairs', '3'], /--pairs: "3" is too little; at least 5/],
    [
      'a budget too short for five pairs',
      [A, B, '--budget', '30s'],
      /--budget: 30s is too short: 5 pairs of two runs of 10s take 1:40 at least/,
    ],
    ['a budget that nobody can hold', [A, B, '--budget', 'auto'], /--budget: "auto" is not a duration/],
    ['a budget of finished runs', ['a', '--', 'b', '--budget', '1m'], /--budget says how targets are measured/],
    ['a target that is no URL', ['http://[', B], /URL: "http:\/\/\[" is not a URL/],
    [
      'a scheme that nobody serves',
      ['--base-url', 'ftp://a/p', '--head-url', B],
      /URL: "ftp:\/\/a\/p" has the scheme ftp/,
    ],
    ['a flag of runs that says no', ['a', '--', 'b', '--no-preflight'], /--no-preflight says how targets are measured/],
    ['a patience without a unit', [A, B, '--wait-timeout', '5'], /--wait-timeout: "5" has no unit/],
    [
      'an address to wait for that is none',
      [A, '--base-cmd', 'x', '--head-cmd', 'y', '--wait-for', 'health'],
      /--wait-for: "health" is no address/,
    ],
    ['an empty command', [A, '--base-cmd', ' ', '--head-cmd', 'y'], /--base-cmd: the command is empty/],
    ['a search without --find', [A, B, '--slo', 'p95<1s'], /--slo belongs to a comparison of breaking points/],
    [
      'deployments without a load, and without --find',
      ['--deployment', `a=${A}`, '--deployment', `b=${B}`],
      /--deployment: it is not said at which load they are measured\s+Give --rate or --vus; or add --find/,
    ],
    [
      'deployments at a load, and what says how to search',
      ['--deployment', `a=${A}`, '--deployment', `b=${B}`, '--rate', '5/s', '--slo', 'p95<1s'],
      /--slo belongs to a comparison of breaking points/,
    ],
    [
      'deployments at a load, and a cost of what they sustain',
      ['--deployment', `a=${A}`, '--deployment', `b=${B}`, '--rate', '5/s', '--cost', 'a=1/h'],
      /--cost belongs to a comparison of breaking points/,
    ],
    ['--find without targets', ['--find'], /--find measures targets, and none is named/],
    ['--find of finished runs', ['--find', 'a', '--', 'b'], /--find measures targets, and none is named/],
    ['deployments beside a head', ['--find', '--deployment', `a=${A}`, '--head-url', B], /base and head have no place/],
    ['a cost of nobody', ['--find', A, B, '--cost', 'x=1/h'], /there is no deployment "x"/],
    ['stages at a common load', ['--find', A, B, '--stages', '1/s,10s'], /one common load/],
    ['a flag of runs for finished ones', ['a', '--', 'b', '--rate', '5/s'], /--rate says how targets are measured/],
  ])('%s', async (_, args, message) => {
    const { code, stderr, stdout } = await saidBy(['compare', ...args]);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it('a comparison without a load', async () => {
    const { code, stderr } = await saidBy(['compare', A, B], { env: { RAMPART_DRY_RUN: 'true' } });
    expect(stderr).toMatch(/RAMPART_DRY_RUN sends no load, and targets are compared by one/);
    expect(code).toBe(2);
  });
});
