import { describe, expect, it } from 'vitest';
import { errorOf } from './error.fixture.ts';
import { parseHeader } from './header.ts';

describe('parseHeader', () => {
  it.each([
    ['Accept: text/plain', 'Accept', 'text/plain'],
    ['X-A:b', 'X-A', 'b'],
    ['X-A:  b: c \t', 'X-A', 'b: c'],
    ['X-Empty:', 'X-Empty', ''],
    ['X-Latin: café', 'X-Latin', 'café'],
    ['Host: example.com:81', 'Host', 'example.com:81'],
    ["!#$%&'*+-.^_`|~09aZ: x", "!#$%&'*+-.^_`|~09aZ", 'x'],
  ])('%s', (text, name, value) => {
    expect(parseHeader(text, '--header')).toEqual([name, value]);
  });

  const NAME = "is not a header name; allowed are letters, digits and !#$%&'*+-.^_`|~";
  const OWN = "connections are Rampart's own business; use --no-keepalive for a new connection per request";
  it.each([
    ['', 'the header is empty; write "Name: value"'],
    ['Accept', '"Accept" has no colon; write "Name: value"'],
    ['Authorization Bearer s3cret', '"Authorization …" has no colon; write "Name: value"'],
    [': value', `"" ${NAME}`],
    ['X A: b', `"X A" ${NAME}`],
    ['X-A : b', `"X-A " ${NAME}`],
    ['X-ü: b', `"X-ü" ${NAME}`],
    ['X-A\r\nX-B: b', `"X-A\\r\\nX-B" ${NAME}`],
    ['X-A: s3cret\r\nX-B: c', 'the value of X-A has a line break or another control character'],
    ['X-A: s3cret\0', 'the value of X-A has a line break or another control character'],
    ['X-A: s3cret→', "the value of X-A has a character outside Latin-1; headers can't carry it"],
    ['Content-Length: 5', "Content-Length can't be set: it is counted from the body"],
    ['transfer-encoding: chunked', "transfer-encoding can't be set: bodies are sent whole, with their length"],
    ['Connection: close', `Connection can't be set: ${OWN}`],
    ['Keep-Alive: 5', `Keep-Alive can't be set: ${OWN}`],
    ['Upgrade: h2c', "Upgrade can't be set: another protocol could not be measured as HTTP"],
    ['Host:', '"" is not a host; write "Host: name" or "Host: name:port"'],
    ['Host: a b', '"a b" is not a host; write "Host: name" or "Host: name:port"'],
  ])('refuses %j', (text, problem) => {
    expect(errorOf(() => parseHeader(text, '--header'))).toBe(`bad-flag --header: ${problem}`);
  });
});
