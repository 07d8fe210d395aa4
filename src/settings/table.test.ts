import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { settingsPage } from './reference.ts';
import { attributeOf, flagOf, SETTING_NAMES, SETTINGS, settingsOf, variableOf } from './table.ts';

describe('the table', () => {
  it('gives each setting a flag, a variable and an attribute of its own, and says what it is', () => {
    for (const name of SETTING_NAMES) expect(SETTINGS[name].what, name).toMatch(/.{10}/);
    for (const of of [flagOf, variableOf, attributeOf])
      expect(new Set(SETTING_NAMES.map(of)).size).toBe(SETTING_NAMES.length);
  });

  it('has each short flag once', () => {
    const short = SETTING_NAMES.flatMap((name) => /^-\w/.exec(SETTINGS[name].flag ?? '')?.[0] ?? []);
    expect(new Set(short).size).toBe(short.length);
    expect(short).toContain('-u');
  });

  it('has a flag for some command of each setting but the target', () => {
    const shown = new Set([...settingsOf('run'), ...settingsOf('find'), ...settingsOf('probe'), ...settingsOf('ui')]);
    expect(SETTING_NAMES.filter((name) => !shown.has(name))).toEqual(['url']);
    for (const name of shown) expect(SETTINGS[name].flag, name).toMatch(/--[a-z]/);
  });

  it('knows the settings that it names as rivals', () => {
    for (const name of SETTING_NAMES)
      for (const rival of SETTINGS[name].rivals ?? []) expect(SETTING_NAMES).toContain(rival);
  });

  it('tells the default of a setting in its help or in its reference', () => {
    for (const name of SETTING_NAMES) {
      const { default: usual, help, what } = SETTINGS[name];
      if (usual !== undefined) expect([...Object.values(help), what].join(' '), name).toContain(usual);
    }
  });

  it.each([
    ['bodyFile', '--body-file', 'RAMPART_BODY_FILE'],
    ['maxInFlight', '--max-in-flight', 'RAMPART_MAX_IN_FLIGHT'],
    ['headers', '--header', 'RAMPART_HEADER'],
    ['expectHeaders', '--expect-header', 'RAMPART_EXPECT_HEADER'],
    ['thresholds', '--threshold', 'RAMPART_THRESHOLD'],
    ['keepalive', '--no-keepalive', 'RAMPART_KEEPALIVE'],
    ['http2', '--http2', 'RAMPART_HTTP2'],
    ['url', '--url', 'RAMPART_URL'],
    ['vus', '--vus', 'RAMPART_VUS'],
  ] as const)('%s is %s and %s', (name, flag, variable) => {
    expect([flagOf(name), variableOf(name)]).toEqual([flag, variable]);
  });
});

it('is what docs/settings.md shows: npm run settings-page makes it', () => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/settings.md', import.meta.url)), 'utf8');
  expect(page).toBe(settingsPage());
});
