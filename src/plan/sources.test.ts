import { describe, expect, it } from 'vitest';
import { SETTING_NAMES, type Settings, variableOf } from '../settings/table.ts';
import { errorOf } from './error.fixture.ts';
import { planOf, planOfScenario, readWritten, worldWith } from './plan.fixture.ts';
import { layerOf, type RawSettings } from './raw-settings.ts';
import { resolvePlan } from './resolve.ts';
import { settingsSchema } from './schema.ts';
import { readSources } from './sources.ts';

describe('the settings', () => {
  it('that say yes or no can be said in the environment', () => {
    const names = SETTING_NAMES.filter((name) => {
      const accepts = (value: unknown): boolean => settingsSchema.shape[name]?.safeParse(value).success === true;
      return accepts(true) && !accepts('yes');
    });
    expect(names).toContain('http2');
    for (const name of names) {
      const sources = { kind: 'run', target: 'http://h/', env: { [variableOf(name)]: 'yes' }, flags: {} } as const;
      expect([name, readWritten(sources, worldWith().files).settings[name]]).toEqual([name, true]);
    }
  });
});

describe('precedence', () => {
  it('is scenario < environment < flags', () => {
    const scenario = { timeout: '1s', seed: 1, gracefulStop: '1s' };
    const env = { RAMPART_SEED: '2', RAMPART_GRACEFUL_STOP: '2s' };
    expect(planOfScenario(scenario, { gracefulStop: '3s' }, { env })).toMatchObject({
      timeout: 1_000_000,
      seed: 2,
      gracefulStop: 3_000_000,
    });
  });

  it('lets the URL of the command line win over the environment, and that over a scenario', () => {
    const env = { RAMPART_URL: 'http://env/' };
    expect(planOf({}, { env }).target.host).toBe('h');
    expect(planOfScenario({}, {}, { env }).target.host).toBe('env');
  });

  it('joins headers by name', () => {
    const env = { RAMPART_HEADER: 'X-B: env\nX-C: env\n' };
    const plan = planOfScenario({ headers: { 'x-a': 'file', 'x-b': 'file' } }, { header: ['X-C: flag'] }, { env });
    expect(plan.requests[0]?.headers.slice(0, 3)).toEqual([
      ['x-a', 'file'],
      ['X-B', 'env'],
      ['X-C', 'flag'],
    ]);
  });

  it('replaces thresholds as a whole', () => {
    const plan = planOfScenario({ thresholds: ['p50<1s', 'errors<1%'] }, { threshold: ['p95<1s'] });
    expect(plan.thresholds.map(({ text }) => text)).toEqual(['p95<1s']);
  });

  it('takes --no-keepalive only where it was given', () => {
    expect(planOfScenario({ keepalive: false }, { keepalive: true }).keepAlive).toBe(false);
    expect(planOfScenario({ keepalive: true }, { keepalive: false }).keepAlive).toBe(false);
    expect(planOfScenario({}, {}, { env: { RAMPART_KEEPALIVE: 'no' } }).keepAlive).toBe(false);
  });

  it.each([
    [
      'a rate over users',
      { vus: 5, spawnRate: 1, thinkTime: '1s' },
      { rate: '7' },
      { model: 'open', rate: [{ duration: 30e6, from: 7, to: 7 }] },
    ],
    [
      'users over a rate',
      { rate: 5, arrivals: 'poisson', maxInFlight: 3 },
      { vus: '7' },
      { model: 'closed', vus: [{ duration: 30e6, from: 7, to: 7 }] },
    ],
    [
      'users over a staged rate',
      { rate: 5, stages: '9s:5' },
      { vus: '7' },
      { vus: [{ duration: 30e6, from: 7, to: 7 }] },
    ],
    ['a rate over staged users', { stages: '9s:5' }, { rate: '7' }, { rate: [{ duration: 30e6, from: 7, to: 7 }] }],
    [
      'another start of the same stages',
      { rate: 5, stages: '9s:5' },
      { rate: '7' },
      { rate: [{ duration: 9e6, from: 7, to: 5 }] },
    ],
    [
      'stages over a duration',
      { vus: 5, spawnRate: 1, duration: '1m' },
      { stages: '9s:5' },
      { vus: [{ duration: 9e6, from: 5, to: 5 }] },
    ],
  ])('%s: the lower source gives way', (_what, scenario, flags, load) => {
    expect(planOfScenario(scenario, flags).load).toMatchObject(load);
    const env = Object.fromEntries(
      Object.entries(flags).map(([name, value]) => [`RAMPART_${name.toUpperCase()}`, value]),
    );
    expect(planOfScenario(scenario, {}, { env }).load).toMatchObject(load);
  });

  it('a body over a body file, and the other way round', () => {
    const files = { 'dir/a.txt': 'file', 'a.txt': 'file' };
    expect(planOfScenario({ bodyFile: 'a.txt' }, { body: 'flag' }, { files }).requests[0]?.body?.data).toBe('flag');
    expect(planOfScenario({ body: 'scenario' }, { bodyFile: 'a.txt' }, { files }).requests[0]?.body?.data).toBe('file');
  });

  it('a duration does not silently throw stages away', () => {
    expect(errorOf(() => planOfScenario({ stages: '9s:5' }, { duration: '5s' }))).toBe(
      'bad-scenario dir/s.json, line 3, column 3: stages and --duration exclude each other: the stages say how long',
    );
  });

  it('keeps what is no part of the plan for the command line', () => {
    const sources = {
      kind: 'run',
      target: 'http://h/',
      env: { RAMPART_OUT: 'there', RAMPART_JSON: '1' },
      flags: { quiet: true },
    } as const;
    expect(readWritten(sources, worldWith().files).settings).toMatchObject({ out: 'there', json: true, quiet: true });
  });
});

describe('the layers', () => {
  const files = { 's.json': '{"url": "http://h/", "timeout": "2s", "headers": {"X-A": "file"}}' };
  const sources = { kind: 'run', target: 's.json', env: { RAMPART_SEED: '3' }, flags: { vus: '4' } } as const;

  it('say of each value where it comes from', () => {
    const given = readWritten(sources, worldWith(files).files);
    const layers = (['url', 'timeout', 'seed', 'vus', 'duration'] as const).map((name) => layerOf(given, name));
    expect(layers).toEqual(['scenario', 'scenario', 'environment', 'flags', 'default']);
    expect(given.originOf('seed').label).toBe('RAMPART_SEED');
  });

  it('wait for the target, which hears what was given, and lies below it', async () => {
    const asked: unknown[] = [];
    const discover = async (above: RawSettings): Promise<Settings> => {
      asked.push(above.settings.url, above.settings.vus);
      await new Promise((resolve) => setImmediate(resolve));
      return { body: '{}', timeout: '9s', headers: ['X-A: found', 'X-B: found'] };
    };
    const given = await readSources({ ...sources, discover }, worldWith(files).files);
    expect(asked).toEqual(['http://h/', '4']);
    expect(given.settings).toMatchObject({ body: '{}', timeout: '2s', vus: '4' });
    expect(given.headers).toEqual([
      ['X-B', 'found'],
      ['X-A', 'file'],
    ]);
    expect([layerOf(given, 'body'), layerOf(given, 'timeout')]).toEqual(['discovery', 'scenario']);
  });

  it('name what was found out where it is no good', async () => {
    const discover = async (): Promise<Settings> => ({ method: 'NO METHOD' });
    await expect(resolvePlan({ ...sources, discover }, worldWith(files))).rejects.toThrow(
      'what was found out of the target, method: "NO METHOD" is not an HTTP method',
    );
  });

  it('are as they were where nothing is found out', async () => {
    const discover = async (): Promise<null> => null;
    expect(await resolvePlan({ ...sources, discover }, worldWith(files))).toEqual(
      await resolvePlan(sources, worldWith(files)),
    );
  });
});

describe('the environment', () => {
  it('has a twin for every setting', () => {
    const env = {
      RAMPART_BODY: '{"a":1}',
      RAMPART_METHOD: 'PUT',
      RAMPART_RATE: '5',
      RAMPART_MAX_IN_FLIGHT: '9',
      RAMPART_THRESHOLD: 'p95<1s,errors<1%',
      PATH: '/bin',
    };
    const plan = planOf({}, { env });
    expect(plan.requests[0]).toMatchObject({ method: 'PUT', body: { data: '{"a":1}' } });
    expect(plan.load).toMatchObject({ model: 'open', maxInFlight: 9 });
    expect(plan.thresholds).toHaveLength(2);
  });

  it('set to nothing is not given', () => {
    expect(planOf({}, { env: { RAMPART_RATE: '', RAMPART_KEEPALIVE: '' } })).toEqual(planOf());
  });

  it.each([
    [{ RAMPART_RAET: '5' }, 'bad-flag RAMPART_RAET: there is no such setting | Did you mean RAMPART_RATE?'],
    [{ RAMPART_HEADERS: 'a: b' }, 'bad-flag RAMPART_HEADERS: there is no such setting | Did you mean RAMPART_HEADER?'],
    [{ RAMPART_VSU: '5' }, 'bad-flag RAMPART_VSU: there is no such setting | Did you mean RAMPART_VUS?'],
    [
      { RAMPART_TRESHHOLD: 'p95<1s' },
      'bad-flag RAMPART_TRESHHOLD: there is no such setting | Did you mean RAMPART_THRESHOLD?',
    ],
    [
      { RAMPART_BODYFILE: 'x' },
      'bad-flag RAMPART_BODYFILE: there is no such setting | Did you mean RAMPART_BODY_FILE?',
    ],
    [{ RAMPART_RATE: 'x' }, 'bad-flag RAMPART_RATE: "x" is not a rate; write 200/s, 12k/s or 600/m'],
    [{ RAMPART_QUIET: 'x' }, 'bad-flag RAMPART_QUIET: "x" is not allowed; write true or false or 1 or 0 or yes or no'],
    [{ RAMPART_HEADER: 'a: b\nc' }, 'bad-flag RAMPART_HEADER: "c" has no colon; write "Name: value"'],
    [
      { RAMPART_RATE: '5', RAMPART_VUS: '5' },
      'bad-flag RAMPART_RATE and RAMPART_VUS exclude each other: one is the open model, the other the closed one',
    ],
  ])('refuses %j', (env, message) => {
    expect(errorOf(() => planOf({}, { env }))).toBe(message);
  });
});

describe('flags', () => {
  it.each([
    [{ vuss: '5' }, 'bad-flag "vuss" is not a flag | Did you mean vus?'],
    [{ vus: true }, 'bad-flag --vus must be text or a number'],
    [{ vus: Number.NaN }, 'bad-flag --vus must be text or a number'],
    [{ header: 'a: b' }, 'bad-flag --header must be a list of "Name: value" texts, or an object of texts by name'],
  ])('refuses %j', (flags, message) => {
    expect(errorOf(() => planOf(flags))).toBe(message);
  });
});

describe('a scenario', () => {
  const scenario = (text: string | Uint8Array) =>
    errorOf(() => planOf({}, { target: 's.json', files: { 's.json': text } }));

  it('is read, with numbers and a byte order mark', () => {
    const files = { 's.json': '\ufeff{"url": "http://h/", "vus": 1e2, "spawnRate": 5, "body": {"x": 1}}' };
    const plan = planOf({}, { target: 's.json', files });
    expect(plan.load).toMatchObject({ vus: [{ to: 100 }, { from: 100 }] });
    expect(plan.requests[0]?.body?.data).toBe('{"x":1}');
  });

  it('sends a body that is an object as it is written, but for its indentation', () => {
    const body =
      '{\n  "id": 9007199254740993,\n  "p": [1.0, 1e400],\n  "t": "a  \\u00e9",\n  "r": "{{random.choice \\u00e9}}"\n}';
    const plan = planOf({}, { files: { 's.json': `{"url": "http://h/", "body": ${body}}` }, target: 's.json' });
    expect(plan.requests[0]?.body?.data).toBe(
      '{"id":9007199254740993,"p":[1.0,1e400],"t":"a  \\u00e9","r":"{{random.choice é}}"}',
    );
  });

  it('may have comments, which move nothing', () => {
    const text = '// of a shop\n{"url": "http://h/a//b", /* some\nmore */ "body": {"x": "/* sent */"}} // end';
    const plan = planOf({}, { target: 's.json', files: { 's.json': text } });
    expect(plan.requests[0]).toMatchObject({ path: '/a//b', body: { data: '{"x":"/* sent */"}' } });
    expect(scenario(text.replace('"body"', '"bdy"'))).toBe(
      'bad-scenario s.json, line 3, column 9: bdy is not a setting | Did you mean body?',
    );
  });

  it.each(['http://h/a.json', 'h:80/a.json', 'http://h/?x=a.json'])('%s is a URL', (target) => {
    expect(planOf({}, { target }).target.host).toBe('h');
  });

  const ONE = ' | For example {"url": "http://localhost:8989/predict", "vus": 10}.';
  it.each([
    ['', 'bad-scenario s.json, line 1, column 1 is not JSON: there is nothing in it'],
    [
      '{\n "vus": 1,\n}',
      'bad-scenario s.json, line 3, column 1 is not JSON: a field name in double quotes is expected here, not "}"',
    ],
    ['[]', `bad-scenario s.json must hold an object of settings${ONE}`],
    ['null', `bad-scenario s.json must hold an object of settings${ONE}`],
    [
      '{\n "durtion": "1s"}',
      'bad-scenario s.json, line 2, column 2: durtion is not a setting | Did you mean duration?',
    ],
    ['{"users": 5}', 'bad-scenario s.json, line 1, column 2: users is not a setting | Did you mean vus?'],
    ['{\n "vus": 1,\n "vus": 2}', 'bad-scenario s.json, line 3, column 2: vus is given twice'],
    ['{\n "vus": [1]}', 'bad-scenario s.json, line 2, column 2: vus must be text or a number'],
    ['{\n "vus": null}', 'bad-scenario s.json, line 2, column 2: vus must be text or a number'],
    ['{"keepalive": "no"}', 'bad-scenario s.json, line 1, column 2: keepalive must be true or false'],
    ['{"method": 5}', 'bad-scenario s.json, line 1, column 2: method must be text'],
    ['{"body": 5}', 'bad-scenario s.json, line 1, column 2: body must be text, or an object or list to send as JSON'],
    ['{"headers": {"a": 1}}', 'bad-scenario s.json, line 1, column 14: headers.a must be text'],
    [
      '{"headers": {"a b": "1"}}',
      'bad-scenario s.json, line 1, column 2: headers: "a b" is not a header name; allowed are letters, digits and !#$%&\'*+-.^_`|~',
    ],
    [
      '{"stages": 5}',
      'bad-scenario s.json, line 1, column 2: stages must be text like "30s:100,1m:100", or a list of such texts',
    ],
    [
      '{"thresholds": {}}',
      'bad-scenario s.json, line 1, column 2: thresholds must be text like "p95<250ms", or a list of such texts',
    ],
    [
      '{"url": "h",\n "duration": 30}',
      'bad-scenario s.json, line 2, column 2: duration: "30" has no unit; write 30s, 500ms or 2m',
    ],
    [
      '{"url": "h",\n "thresholds": "p95<3"}',
      'bad-scenario s.json, line 2, column 2: thresholds: "p95<3" compares with a time that has no unit | Write p95<3ms, or with s.',
    ],
    [
      '{"url": "h", "rate": 1,\n "vus": 1}',
      'bad-scenario s.json, line 1, column 14: rate and s.json, line 2, column 2: vus exclude each other: one is the open model, the other the closed one',
    ],
    [
      '{"url": "ftp://h"}',
      'bad-url s.json, line 1, column 2: url: "ftp://h" has the scheme ftp; allowed are http, https and http+unix',
    ],
    ['{"url": "h",\n "bodyFile": "b.txt"}', 'bad-file s.json, line 2, column 2: bodyFile: "b.txt" does not exist'],
    [
      '{"url": "h", "body": {},\n "bodyFile": "b.txt"}',
      'bad-scenario s.json, line 2, column 2: bodyFile and s.json, line 1, column 14: body are both given; a request has one body',
    ],
    [
      '{"url": "h", "body": "{",\n "headers": ["content-type: text/json"]}',
      'bad-scenario s.json, line 1, column 14: body is not JSON: line 1, column 2: it ends too early | The content-type header says JSON: change that header, or the body.',
    ],
  ])('refuses %j', (text, message) => {
    expect(scenario(text)).toBe(message);
  });

  it('refuses what is missing or no text', () => {
    expect(scenario(new Uint8Array([0xff]))).toBe('bad-scenario s.json, line 1 is not UTF-8 text');
    expect(scenario(new Uint8Array([0x7b, 10, 0xff, 10]))).toBe('bad-scenario s.json, line 2 is not UTF-8 text');
    expect(errorOf(() => planOf({}, { target: 'none.json' }))).toBe(
      'bad-file scenario: "none.json" does not exist | A URL that ends in .json needs its http:// to be told from a scenario file.',
    );
  });
});
