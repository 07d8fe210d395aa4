import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { worldWith } from './plan.fixture.ts';
import { preparedBy } from './resolve.ts';
import { readSources } from './sources.ts';

/** The plan of a scenario file with these settings, in an environment. */
async function planOf(settings: object, env: Readonly<Record<string, string>>, path = 's.json') {
  const text = JSON.stringify({ url: 'http://h:1/p', ...settings }, null, 1);
  const world = worldWith({ [path]: text });
  return preparedBy(await readSources({ kind: 'run', target: path, env, flags: {} }, world.files), 'run', world).plan;
}

describe('values of the environment in a scenario file', () => {
  it.each(['s.json', 's.yaml'])('stand where they are named, as their place asks (%s)', async (path) => {
    const plan = await planOf(
      {
        url: '{{env.BASE}}/p?key={{env.KEY}}',
        headers: { Authorization: 'Bearer {{ env.TOKEN }}', 'X-Braces': '{{{{env.TOKEN}}' },
        body: { password: '{{env.PASSWORD}}', plain: '{{{{env.TOKEN}}' },
      },
      { BASE: 'http://h:7/v1', KEY: 'a&b c', TOKEN: 'x{{y', PASSWORD: 'say "hi"\\' },
      path,
    );
    const [request] = plan.requests;
    expect(plan.target.port).toBe(7);
    expect(request?.path).toBe('/v1/p?key=a%26b%20c');
    expect(Object.fromEntries(request?.headers ?? [])).toMatchObject({
      Authorization: 'Bearer x{{y',
      'X-Braces': '{{env.TOKEN}}',
    });
    expect(JSON.parse(request?.body?.data ?? '')).toEqual({ password: 'say "hi"\\', plain: '{{env.TOKEN}}' });
  });

  it('of several requests stand in each; a user’s password goes as it is', async () => {
    const plan = await planOf(
      {
        user: 'ann:{{env.PASSWORD}}',
        requests: [
          { path: '/a?t={{env.T}}' },
          { path: '/b', body: { t: '{{env.T}}' } },
          { path: '/c', body: 'a={{env.T}}', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
        ],
      },
      { PASSWORD: 'p{{', T: 'x=y' },
    );
    expect(plan.requests.map(({ path, body }) => [path, body?.data])).toEqual([
      ['/a?t=x%3Dy', undefined],
      ['/b', '{"t":"x=y"}'],
      ['/c', 'a=x%3Dy'],
    ]);
    expect(plan.requests[0]?.headers[0]).toEqual(['authorization', `Basic ${btoa('ann:p{{')}`]);
  });

  it('in a text that is JSON cannot break out of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (value) => {
        const plan = await planOf({ body: '{"a": "{{env.A}}", "n": {{env.N}}}' }, { A: value, N: '12' });
        const data = plan.requests[0]?.body?.data ?? '';
        expect(JSON.parse(data)).toEqual({ a: JSON.parse(JSON.stringify(value)), n: 12 });
      }),
      { numRuns: 200 },
    );
  });

  it('that are not set are asked for, with the place', async () => {
    await expect(planOf({ headers: { 'X-Key': '{{env.MODEL_KEY}}' } }, {})).rejects.toMatchObject({
      code: 'bad-scenario',
      message: 's.json, line 4, column 3: headers.X-Key needs the environment variable MODEL_KEY, which is not set',
      hint: 'Set it first, as in: export MODEL_KEY=…',
    });
  });

  it('are none of a command line, where the shell has them', async () => {
    const world = worldWith();
    const sources = { kind: 'run', target: 'http://h:1/p', env: { T: 'x' }, flags: { body: '{{env.T}}' } } as const;
    const given = await readSources(sources, world.files);
    expect(() => preparedBy(given, 'run', world)).toThrow(/for the settings of a scenario file.*"\$T"/);
  });
});
