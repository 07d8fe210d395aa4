import { describe, expect, it } from 'vitest';
import { errorOf } from './error.fixture.ts';
import { planOf, planOfScenario } from './plan.fixture.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

const requestOf = (flags: Readonly<Record<string, unknown>>, files: Files = {}) => {
  const [request] = planOf(flags, { files }).requests;
  if (request === undefined) throw new Error('no request');
  return request;
};

const headersOf = (flags: Readonly<Record<string, unknown>>, files: Files = {}) =>
  requestOf(flags, files).headers.map(([name, value]) => `${name}: ${value}`);

describe('the request', () => {
  it.each([
    ['GET without a body', {}, 'GET'],
    ['POST with a body', { body: 'x' }, 'POST'],
    ['POST with an empty body', { body: '' }, 'POST'],
    ['a method given', { body: 'x', method: 'PUT' }, 'PUT'],
    ['a usual method in small letters', { method: 'delete' }, 'DELETE'],
    ['GET with a body, if asked for', { body: 'x', method: 'GET' }, 'GET'],
    ['an unusual method as it is written', { method: 'Purge' }, 'Purge'],
  ])('%s', (_what, flags, method) => {
    expect(requestOf(flags)).toMatchObject({ method, name: `${method} /p` });
  });

  it('is named without its query', () => {
    const [request] = planOf({}, { target: 'http://h/a?token=x' }).requests;
    expect(request).toMatchObject({ name: 'GET /a', path: '/a?token=x' });
  });

  it.each([
    ['text', 'plain', 'plain', 5],
    ['umlauts', 'ü', 'ü', 2],
    ['nothing', '', '', 0],
    ['JSON as it is written', '{ "a": 1 }', '{ "a": 1 }', 10],
    ['an object of a scenario', { a: [1] }, '{"a":[1]}', 9],
    ['a list of a scenario', [5.9, 3], '[5.9,3]', 7],
  ])('has a body of %s', (_what, body, data, bytes) => {
    expect(requestOf({ body }).body).toEqual({ encoding: 'utf8', data, bytes });
  });

  it('has a body with an image in it read at once, with placeholders and without', () => {
    const image = 'x'.repeat(6_000_000);
    const began = performance.now();
    for (const id of ['"1"', '"{{uuid}}"'])
      expect(headersOf({ body: `{"id":${id},"image":"${image}"}` })).toContain('content-type: application/json');
    // A second or two; to look through the rest from each character on took minutes.
    expect(performance.now() - began).toBeLessThan(60_000);
  });

  it.each([
    ['JSON', { body: '{"a":1}' }, ['content-type: application/json']],
    ['a JSON number', { body: '5' }, ['content-type: application/json']],
    [
      'JSON declared as something else',
      { body: '{}', header: ['Content-Type: text/plain'] },
      ['Content-Type: text/plain'],
    ],
    [
      'JSON declared as JSON',
      { body: '{}', header: ['Content-Type: application/ld+json'] },
      ['Content-Type: application/ld+json'],
    ],
    ['text', { body: 'plain' }, []],
    ['broken JSON nobody calls JSON', { body: '{"a":' }, []],
    ['nothing', { body: '' }, []],
  ])('has the content type of %s', (_what, flags, expected) => {
    expect(headersOf(flags)).toEqual([...expected, 'accept: */*', 'user-agent: rampart/1.2.3']);
  });

  it('keeps headers as given, twice where given twice, and Host', () => {
    const header = ['Host: other', 'X-A: 1', 'X-A: 2', 'ACCEPT: text/csv', 'User-Agent: me'];
    expect(headersOf({ header })).toEqual(header);
  });

  it.each([
    [['Host: a', 'host: b'], 'bad-flag --header gives Host more than once'],
    [['Content-Length: 3'], "bad-flag --header: Content-Length can't be set: it is counted from the body"],
    [['X'], 'bad-flag --header: "X" has no colon; write "Name: value"'],
  ])('refuses %j', (header, message) => {
    expect(errorOf(() => planOf({ header }))).toBe(message);
  });
});

describe('a body file', () => {
  it('is sent as it is', () => {
    expect(requestOf({ bodyFile: 'a.json' }, { 'a.json': ' {"a":1}\n' }).body).toEqual({
      encoding: 'utf8',
      data: ' {"a":1}\n',
      bytes: 9,
    });
    expect(headersOf({ bodyFile: 'a.json' }, { 'a.json': '{}' })).toContain('content-type: application/json');
    expect(headersOf({ bodyFile: 'a.txt' }, { 'a.txt': '{}' })).toContain('content-type: application/json');
    expect(headersOf({ bodyFile: 'a.txt' }, { 'a.txt': 'plain' })).toHaveLength(2);
    expect(requestOf({ bodyFile: 'a.txt' }, { 'a.txt': '\ufeffx' }).body).toEqual({
      encoding: 'utf8',
      data: '\ufeffx',
      bytes: 4,
    });
  });

  it('is base64 where it is not UTF-8', () => {
    const image = new Uint8Array([0xff, 0xd8, 0x00, 0x10]);
    const request = requestOf({ bodyFile: 'a.jpg', header: ['Content-Type: image/jpeg'] }, { 'a.jpg': image });
    expect(request).toMatchObject({ method: 'POST', body: { encoding: 'base64', data: '/9gAEA==', bytes: 4 } });
    expect(headersOf({ bodyFile: 'a.jpg' }, { 'a.jpg': image })).toHaveLength(2);
  });

  it('is looked for beside the scenario that names it', () => {
    const files = { 'dir/in/a.txt': 'beside', 'a.txt': 'here', '/abs.txt': 'there' };
    expect(planOfScenario({ bodyFile: 'in/a.txt' }, {}, { files }).requests[0]?.body?.data).toBe('beside');
    expect(planOfScenario({ bodyFile: '/abs.txt' }, {}, { files }).requests[0]?.body?.data).toBe('there');
    expect(planOfScenario({}, { bodyFile: 'a.txt' }, { files }).requests[0]?.body?.data).toBe('here');
  });

  const NAMED = 'A file named .json must hold JSON: name it otherwise to send it as it is.';
  const DECLARED = 'The content-type header says JSON: change that header, or the body.';
  const JSON_TYPE = ['content-type: application/json; charset=utf-8'];
  it.each([
    [{ bodyFile: 'none.json' }, 'bad-file --body-file: "none.json" does not exist'],
    [{ bodyFile: '' }, 'bad-flag --body-file is empty; write the path of a file'],
    [{ bodyFile: '-' }, 'bad-flag --body-file: the standard input is not read; write the path of a file'],
    [{ bodyFile: '@a.json' }, 'bad-file --body-file: "@a.json" does not exist'],
    [{ bodyFile: 'a.json', body: 'x' }, 'bad-flag --body-file and --body are both given; a request has one body'],
    [
      { bodyFile: 'bad.json' },
      `bad-file --body-file: "bad.json" is not JSON: line 1, column 8: a field name in double quotes is expected here, not "}" | ${NAMED}`,
    ],
    [
      { bodyFile: 'bom.json' },
      `bad-file --body-file: "bom.json" is not JSON: line 1, column 1: a value is expected here, not a byte order mark | ${NAMED}`,
    ],
    [{ bodyFile: 'bin.JSON' }, `bad-file --body-file: "bin.JSON" is not UTF-8 text, so not JSON | ${NAMED}`],
    [
      { bodyFile: 'plain.txt', header: JSON_TYPE },
      `bad-file --body-file: "plain.txt" is not JSON: line 1, column 1: a value is expected here, not "p" | ${DECLARED}`,
    ],
    [
      { bodyFile: 'bin.JSON', header: JSON_TYPE },
      `bad-file --body-file: "bin.JSON" is not UTF-8 text, so not JSON | ${DECLARED}`,
    ],
    [{ bodyFile: 'large' }, 'bad-file --body-file: "large" is larger than 64 MiB'],
    [
      { body: '{x', header: JSON_TYPE },
      `bad-flag --body is not JSON: line 1, column 2: a field name in double quotes is expected here, not "x" | ${DECLARED}`,
    ],
    [
      { body: '', header: ['Content-Type: a/b+json'] },
      `bad-flag --body is not JSON: line 1, column 1: there is nothing in it | ${DECLARED}`,
    ],
  ])('refuses %j', (flags, message) => {
    const files = {
      'a.json': '{}',
      'bad.json': '{"a":1,}',
      'bom.json': '\ufeff{}',
      'bin.JSON': new Uint8Array([0xff]),
      'plain.txt': 'plain',
      large: new Uint8Array(64 * 1_024 * 1_024 + 1),
    };
    expect(errorOf(() => planOf(flags, { files }))).toBe(message);
  });

  it.each([
    ['EISDIR', 'is a folder, not a file'],
    ['EACCES', 'may not be read by this user'],
    ['EIO', "can't be read: broken disk"],
  ])('says why it can not be read: %s', async (code, reason) => {
    const { preparedOf, worldWith } = await import('./plan.fixture.ts');
    const files = {
      ...worldWith().files,
      readBytes: () => {
        throw Object.assign(new Error('broken disk'), { code });
      },
    };
    const sources = { kind: 'run', target: 'http://h/', env: {}, flags: { bodyFile: 'a' } } as const;
    expect(errorOf(() => preparedOf(sources, { ...worldWith(), files }))).toBe(`bad-file --body-file: "a" ${reason}`);
  });
});
