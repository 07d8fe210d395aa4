import { describe, expect, it } from 'vitest';
import { saidBy } from '../cli/world.fixture.ts';

const URL = 'http://127.0.0.1:1/p';

describe('what starts a target', () => {
  it.each<[string, string[], RegExp, string?]>([
    ['an empty command', ['--start', ' '], /--start: the command is empty/],
    ['an address that is none', ['--wait-for', 'health'], /--wait-for: "health" is no address to wait for/],
    ['another protocol', ['--wait-for', 'ftp://x/'], /--wait-for: "ftp:\/\/x\/" is no address to wait for/],
    [
      'a command for a socket',
      ['--start', 'x'],
      /--start: a Unix socket cannot be asked whether it is ready/,
      'http+unix:///run/m.sock:/',
    ],
    ['a patience for nothing', ['--wait-timeout', '5s'], /--wait-timeout: nothing is waited for/],
    ['a patience without a unit', ['--wait-for', URL, '--wait-timeout', '5'], /--wait-timeout: "5" has no unit/],
  ])('is refused before anything is started: %s', async (_, args, message, target = URL) => {
    const { code, stderr } = await saidBy(['run', target, ...args]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
