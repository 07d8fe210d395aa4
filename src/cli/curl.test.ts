import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { withoutCurl } from './curl.ts';
import { saidBy } from './world.fixture.ts';

const fileOf = (path: string): Uint8Array => {
  if (path !== 'a/cat.png') throw new Error(`no file ${path}`);
  return Buffer.from([0x89, 0x50, 0]);
};
const curl = (...words: string[]): readonly string[] =>
  withoutCurl(['run', '--vus', '3', '--', 'curl', ...words], fileOf).slice(3);

it('a command is said in our own flags', () => {
  expect(withoutCurl(['run', 'http://a/'], fileOf)).toEqual(['run', 'http://a/']);
  expect(withoutCurl(['compare', 'a', '--', 'b'], fileOf)).toEqual(['compare', 'a', '--', 'b']);
  expect(
    curl('-sS', '-XPOST', 'a.test/p?x=1&y=2', '-H', 'X-Id: 7', '--data', '{"a": "{{b}}"}', '-o', '/dev/null'),
  ).toEqual([
    ...['http://a.test/p?x=1&y=2', '-X', 'POST', '-H', 'X-Id: 7'],
    ...['-H', 'content-type: application/x-www-form-urlencoded', '--data-raw', '{"a": "{{{{b}}"}'],
  ]);
  expect(curl('https://a/p', '--json', '{}', '-k', '-m', '5', '-u', 'ann:pw', '|', 'jq', '.x')).toEqual([
    ...['https://a/p', '--insecure', '--timeout', '5s', '--user', 'ann:pw'],
    ...['-H', 'content-type: application/json', '-H', 'accept: application/json', '--data-raw', '{}'],
  ]);
  expect(curl('-G', 'http://a/p?q=1', '-d', 'a=1', '-d', 'b=2')).toEqual(['http://a/p?q=1&a=1&b=2']);
  expect(curl('--unix-socket', '/run/a b.sock', 'http://model:81/p?x=1', '-d', 'y')).toEqual([
    ...['http+unix://%2Frun%2Fa%20b.sock/p?x=1', '-H', 'host: model:81'],
    ...['-H', 'content-type: application/x-www-form-urlencoded', '--data-raw', 'y'],
  ]);
  expect(curl('--unix-socket', '/a.sock', 'localhost')).toEqual(['http+unix://%2Fa.sock']);
  expect(curl('--unix-socket', '/a.sock', 'http://a/', '-H', 'Host: b')).toEqual([
    ...['http+unix://%2Fa.sock/', '-H', 'Host: b'],
  ]);
  expect(curl('http://a/p', '-d@body.json', '-H', 'content-type: application/json')).toEqual([
    ...['http://a/p', '-H', 'content-type: application/json', '--body-file', 'body.json'],
  ]);
});

it('a form is sent as curl sends it, files and all', () => {
  const form = [
    '-F',
    'note=a "b"',
    '-F',
    'n=1;type=application/json',
    '--form-string',
    'raw=@x;y',
    '-F',
    'file=@a/cat.png',
  ];
  const [url, ...flags] = curl('http://a/p', '-H', 'Content-Type: multipart/form-data', ...form);
  const [, type, , data = ''] = flags;
  expect([url, flags.length, type]).toEqual([
    'http://a/p',
    4,
    'content-type: multipart/form-data; boundary=rampart-form',
  ]);
  const sent = Buffer.from(data.replace('data:;base64,', ''), 'base64').toString('latin1');
  expect(sent.split('\r\n')).toEqual([
    ...['--rampart-form', 'Content-Disposition: form-data; name="note"', '', 'a "b"'],
    ...['--rampart-form', 'Content-Disposition: form-data; name="n"', 'Content-Type: application/json', '', '1'],
    ...['--rampart-form', 'Content-Disposition: form-data; name="raw"', '', '@x;y'],
    ...[
      '--rampart-form',
      'Content-Disposition: form-data; name="file"; filename="cat.png"',
      'Content-Type: image/png',
      '',
      '\x89P\0',
    ],
    ...['--rampart-form--', ''],
  ]);
});

it.each([
  [['http://a/', '-H', 'Authorization: Bearer <token>'], /placeholder <token>/],
  [['http://a/$ID'], /placeholder \$ID/],
  [['http://a/', '-F', 'file=@x'], /-F: "x"/],
  [['http://a/', '-F', 'file'], /-F "file" has no =/],
  [['http://a/', '-F', 'a=b', '-d', 'x'], /-F and -d are two bodies/],
  [['http://a/', 'http://b/'], /second address/],
  [['http://a/', '-d'], /-d has no value/],
  [['-d', 'x'], /no address/],
  [['http://a/', '-d', '@-'], /standard input/],
  [['--unix-socket', '/a.sock', 'https://a/'], /--unix-socket leads to an address of https/],
  [['--unix-socket', 'a.sock', 'http://a/'], /names no absolute path of a socket/],
])('%j is refused with what to do', async (words, says) => {
  const { code, stderr } = await saidBy(['run', '--', 'curl', ...words]);
  expect(code).toBe(2);
  expect(stderr).toMatch(says);
});

it('its password is shown nowhere', async () => {
  const server = createServer((_, response) => response.writeHead(401).end('no hunter22'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { code, stderr } = await saidBy(['probe', '--', 'curl', url, '-u', 'ann:hunter22', '-X', 'GET', '-o', 'x']);
  server.close();
  expect(code).toBe(4);
  expect(stderr).toContain('HTTP 401');
  expect(stderr).not.toContain('hunter22');
});
