import { describe, expect, it } from 'vitest';
import { RampartError } from '../core/errors.ts';
import { readWritten, worldWith } from './plan.fixture.ts';
import type { ProgramSettings } from './program.ts';
import { resolvePlan } from './resolve.ts';
import type { Sources } from './sources.ts';

const url = 'http://h:1/p';
const files = {
  'dir/s.json': JSON.stringify({ url, vus: 3, duration: '5s', outputs: ['./mine.mjs,x=1', 'junit'], quiet: true }),
  'held.json': JSON.stringify({ url, vus: 3, duration: '5s', thresholds: ['p95<1s'] }),
  'dry.json': JSON.stringify({ url, dryRun: true }),
};

const sourcesOf = (program: ProgramSettings): Sources => ({ kind: 'run', target: '', env: {}, flags: {}, program });
const planOf = (program: ProgramSettings) => resolvePlan(sourcesOf(program), worldWith(files));

async function refusalOf(program: object): Promise<string> {
  const error = await planOf(program).catch((reason: unknown) => reason);
  if (!(error instanceof RampartError)) throw error;
  return `${error.code}: ${error.message}${error.hint === '' ? '' : ` (${error.hint})`}`;
}

describe('the settings of a program', () => {
  it('mean what they mean in a scenario file', async () => {
    const plan = await planOf({ url, body: { x: 1 }, rate: '200/s', duration: '30s', headers: { 'X-A': 'b' } });
    expect(plan.load).toMatchObject({ model: 'open', rate: [{ from: 200, to: 200, duration: 30e6 }] });
    expect(plan.requests[0]).toMatchObject({ method: 'POST', body: { data: '{"x":1}' } });
    expect(plan.requests[0]?.headers).toContainEqual(['content-type', 'application/json']);
    expect(plan.requests[0]?.headers).toContainEqual(['X-A', 'b']);
  });

  it('win over those of a scenario file', async () => {
    expect((await planOf({ scenario: 'dir/s.json', vus: 7 })).load).toMatchObject({
      vus: [{ from: 7, to: 7, duration: 5e6 }],
    });
  });

  it('leave what they say nothing of to the file, also where they name it', async () => {
    const { load, thresholds } = await planOf({ scenario: 'held.json', vus: undefined, thresholds: undefined });
    expect(load).toMatchObject({ vus: [{ from: 3, to: 3, duration: 5e6 }] });
    expect(thresholds).toMatchObject([{ text: 'p95<1s' }]);
  });

  it('find the modules of a scenario where the scenario is', () => {
    const { settings } = readWritten(sourcesOf({ scenario: 'dir/s.json' }), worldWith(files).files);
    expect(settings.outputs).toEqual(['./dir/mine.mjs,x=1', 'junit']);
  });

  it.each([
    [{}, 'usage: no URL is given (Give the address of the endpoint: http://host:port/path.)'],
    [{ url, rate: 'fast' }, 'bad-setting: rate: "fast" is not a rate; write 200/s, 12k/s or 600/m'],
    [{ url, ratee: 1 }, 'bad-setting: "ratee" is not a setting (Did you mean rate?)'],
    [{ url, strict: 'yes' }, 'bad-setting: strict must be true or false'],
    [{ url, json: true }, 'bad-setting: "json" is a setting of the command line, not of a program'],
    [
      { scenario: 'dry.json' },
      'bad-scenario: dry.json: dryRun is a setting of the command line, not of a program (Leave it out of the file, and give it as a flag: --dry-run.)',
    ],
  ])('are refused by their names: %j', async (program, why) => {
    expect(await refusalOf(program)).toBe(why);
  });
});
