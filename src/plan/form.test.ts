import { describe, expect, it } from 'vitest';
import { Secrets } from '../core/secret.ts';
import { formTexts, readForm } from './form.ts';
import { FormMemory } from './form-memory.ts';
import { preparedOf, readWritten, worldWith } from './plan.fixture.ts';
import type { PlanWorld } from './resolve.ts';

const gone = (): never => {
  throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
};
const WORLD: PlanWorld = {
  files: { readBytes: gone, pieces: gone, scratch: gone },
  host: { cores: 2 },
  version: '0.0.0',
  randomSeed: () => 1,
};
const URL_GIVEN = { url: 'http://127.0.0.1:8989/predict' };
const errorsOf = async (settings: Record<string, string>, kind: 'run' | 'find' = 'run') =>
  (await readForm(kind, settings, {}, WORLD)).errors;
const fieldsOf = async (settings: Record<string, string>): Promise<string[]> =>
  (await errorsOf(settings)).map(({ field }) => field);

describe('readForm', () => {
  it('makes the plan that the same flags make', async () => {
    const texts = { ...URL_GIVEN, vus: '8', spawnRate: '2', duration: '20s', thresholds: 'p95<250ms\nerrors<1%' };
    const { plan } = await readForm('run', texts, {}, WORLD);
    expect(plan?.load).toMatchObject({
      model: 'closed',
      vus: [
        { from: 0, to: 8 },
        { from: 8, to: 8 },
      ],
    });
    expect(plan?.thresholds.map(({ text }) => text)).toEqual(['p95<250ms', 'errors<1%']);
    expect((await readForm('find', { ...URL_GIVEN, budget: '1m' }, {}, WORLD)).plan?.search?.budget).toBe(60_000_000);
  });

  it('says everything that is wrong, beside its field', async () => {
    const wrong = { ...URL_GIVEN, vus: '0', spawnRate: '-1', duration: '5 parsecs', headers: 'bad', thresholds: 'p95' };
    expect((await fieldsOf(wrong)).sort()).toEqual(['duration', 'headers', 'spawnRate', 'thresholds', 'vus']);
    expect((await errorsOf(wrong)).find(({ field }) => field === 'vus')?.message).toBe(
      '"0" is too little; at least 1.',
    );
  });

  it('keeps the subject of a sentence that needs one', async () => {
    const [error] = await errorsOf({ ...URL_GIVEN, warmup: '1m', duration: '10s' });
    expect(error?.field).toBe('warmup');
    expect(error?.message).toMatch(/^--warmup of 60 s leaves nothing to measure of 10 s/);
  });

  it('asks for a target, also as a scenario', async () => {
    expect(await fieldsOf({})).toEqual(['url']);
    expect(await fieldsOf({ url: 'ftp://x/' })).toEqual(['url']);
    expect(await fieldsOf({ url: 'gone.json' })).toEqual(['url']);
  });

  it.each(['bodyFile', 'data', 'cacert', 'cert', 'key', 'out', 'ui', 'proxy', 'nonsense', '__proto__'])(
    'takes no %s: it is not for a form',
    async (name) => {
      const settings = JSON.parse(JSON.stringify({ ...URL_GIVEN }).replace('}', `,"${name}":"/etc/passwd"}`)) as never;
      expect((await readForm('run', settings, {}, WORLD)).plan).toBeNull();
      expect(await fieldsOf(settings)).toEqual([name]);
    },
  );
});

describe('the form of a test that is run again', () => {
  const body = '{"x":[1],"password":"body-s3cret"}';
  const flags = {
    body,
    header: ['X-Model: v2', 'Authorization: Bearer head-s3cret', 'X-Ssn: 123'],
    secret: ['x-ssn'],
  };
  const target = 'http://x:1/p?code=url-s3cret&page=1';
  const sources = { kind: 'run', target, env: {}, flags } as const;
  const given = readWritten(sources, WORLD.files);
  const { plan } = preparedOf(sources, WORLD);
  const memory = new FormMemory(formTexts(given, plan, target), Secrets.of(plan), plan.secretNames);

  it('holds its settings, without what is secret of them', async () => {
    expect(memory.shown).toEqual({
      url: 'http://x:1/p?code=***&page=1',
      headers: 'X-Model: v2\nAuthorization: ***\nX-Ssn: ***',
      body: '{"x":[1],"password":"***"}',
    });
    const settings = { url: 'http://x/', vus: 4, slos: ['p95<1s', 'errors<1%'], bodyFile: 'x' };
    expect(formTexts({ ...given, settings, headers: [] }, plan, target)).toEqual({
      url: 'http://x/',
      vus: '4',
      slos: 'p95<1s\nerrors<1%',
      body,
    });
  });

  it('of several requests names their file, and what flags said over it', async () => {
    const requests = [
      { path: '/a', weight: 3 },
      { path: '/b', body: { x: 1 } },
    ];
    const scenario = JSON.stringify({ url: 'http://x', vus: 9, timeout: '9s', requests });
    const world = worldWith({ 'mix.json': scenario });
    const mixed = { kind: 'run', target: 'mix.json', env: {}, flags: { duration: '7s' } } as const;
    const texts = formTexts(readWritten(mixed, world.files), preparedOf(mixed, world).plan, 'mix.json');
    expect(texts).toEqual({ url: 'mix.json', duration: '7s' });
    const { plan: again } = await readForm('run', { ...texts, vus: '4' }, {}, world);
    expect(again).toMatchObject({ timeout: 9e6, requests: [{ name: 'GET /a' }, { name: 'POST /b' }] });
    expect(again?.flows?.map(({ weight }) => weight)).toEqual([3, 1]);
  });

  it('of several targets holds them, one a line, without what is secret of them', async () => {
    const target = ['a=http://a/p?code=url-s3cret', 'b=3@http://b/p'];
    const several = { kind: 'run', target: '', env: {}, flags: { target, vus: '2' } } as const;
    const { plan: own } = preparedOf(several, WORLD);
    const held = new FormMemory(formTexts(readWritten(several, WORLD.files), own, ''), Secrets.of(own));
    expect(held.shown).toEqual({ targets: 'a=http://a/p?code=***\nb=3@http://b/p', vus: '2' });
    const { plan: again } = await readForm('run', held.restore(held.shown).texts, {}, WORLD);
    expect(again?.targets?.map(({ url, weight }) => [url, weight])).toEqual([
      ['http://a/p?code=url-s3cret', 1],
      ['http://b/p', 3],
    ]);
  });

  it('sends the secrets all the same, where they are left as they were shown', async () => {
    const { plan: again } = await readForm('run', { ...memory.shown, vus: '3' }, {}, WORLD, memory);
    expect(again?.target.url).toBe(target);
    expect(again?.requests[0]?.body?.data).toBe(body);
    expect(again?.requests[0]?.headers).toContainEqual(['Authorization', 'Bearer head-s3cret']);
    expect(again?.secretNames).toEqual(['x-ssn']);
    const more = { ...memory.shown, headers: `${memory.shown['headers']}\r\nX-More: 1` };
    const headers = (await readForm('run', more, {}, WORLD, memory)).plan?.requests[0]?.headers;
    expect(headers).toEqual(
      expect.arrayContaining([
        ['X-More', '1'],
        ['X-Ssn', '123'],
      ]),
    );
  });

  it('asks for them again where they can no longer be put back, and hands them to no other target', async () => {
    const changed = { ...memory.shown, body: '{"x":[2],"password":"***"}' };
    expect((await readForm('run', changed, {}, WORLD, memory)).errors.map(({ field }) => field)).toEqual(['body']);
    const elsewhere = await readForm('run', { ...memory.shown, url: 'http://evil:1/p' }, {}, WORLD, memory);
    expect(elsewhere.plan).toBeNull();
    expect(elsewhere.errors.map(({ field }) => field)).toEqual(['body', 'headers']);
    expect(elsewhere.errors[0]?.message).toContain('for another target than http://x:1');
    const own = { url: 'http://evil:1/p', headers: 'Authorization: mine', body: '{}' };
    expect((await readForm('run', own, {}, WORLD, memory)).errors).toEqual([]);
  });
});
