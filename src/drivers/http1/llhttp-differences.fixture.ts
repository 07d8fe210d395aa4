/** For tests: where our parser reads responses differently from llhttp on purpose, and why. */
import type { Reading } from './llhttp.fixture.ts';
import type { Ours } from './own-reading.fixture.ts';

/**
 * Where our parser and llhttp read a response differently on purpose. The tests and `npm run reliability:parser` use the
 * same list: whatever differs and is not in it is a fault of ours.
 */
export interface KnownDifference {
  readonly name: string;
  /** Why ours is right, or why it does not matter; shown in docs/reliability.md. */
  readonly reason: string;
  /** A response that the two do read differently, Latin-1. */
  readonly example: string;
  /** Whether a difference in reading `text` can be this one. */
  applies(text: string, theirs: Reading, ours: Ours): boolean;
}

const INTERIM = /^HTTP\/1\.[01] 1\d\d(?: [^\r\n]*)?\r\n(?:[^\r\n]+\r\n)*\r\n/;

/** The bytes behind the interim responses. */
function fromLastHead(text: string): string {
  let rest = text;
  for (let found = INTERIM.exec(rest); found !== null; found = INTERIM.exec(rest)) rest = rest.slice(found[0].length);
  return rest;
}

/** The interim responses themselves. */
const interimOf = (text: string): string => text.slice(0, text.length - fromLastHead(text).length);

const OK = 'HTTP/1.1 200 OK\r\n';

/** What ours says of a head that is none. */
const NO_HTTP = 'the response does not begin with HTTP/1.';
/** What it says of bytes behind an interim response with `Connection: close`. */
const BEHIND_CLOSE = 'bytes behind an interim response that closes the connection';
const bothDone = (theirs: Reading, ours: Ours): boolean => theirs.verdict === 'done' && ours.verdict === 'done';

export const DIFFERENCES: readonly KnownDifference[] = [
  {
    name: 'a wrong head that never became whole',
    reason:
      'We read a head when it is whole. Until then what is wrong and what is missing are both unfinished: a connection that ends there was cut off. Completing such a head shows it to be malformed for us too.',
    example: `${OK}Content-Length: x`,
    applies: (_, theirs, ours) =>
      theirs.verdict === 'malformed' && ours.verdict === 'cut-off' && ours.malformedWhenCompleted(),
  },
  {
    name: 'another major version',
    reason:
      'We ask with HTTP/1.1: a response of another major version is none (RFC 9110, 2.5). llhttp takes 0.9 and 2.0.',
    example: 'HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n',
    applies: (text, _, ours) => ours.reason === NO_HTTP && /^HTTP\/[02]/.test(fromLastHead(text)),
  },
  {
    name: 'RTSP and ICY',
    reason: 'llhttp also reads the status lines of RTSP and of SHOUTcast (ICY). Neither is HTTP.',
    example: 'RTSP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n',
    applies: (text, _, ours) => ours.reason === NO_HTTP && /^[IR]/.test(fromLastHead(text)),
  },
  {
    name: 'empty lines before the response',
    reason: 'Servers may skip empty lines before a request; nothing allows them before a response (RFC 9112, 2.2).',
    example: `\r\n${OK}Content-Length: 0\r\n\r\n`,
    applies: (text, _, ours) => [NO_HTTP, BEHIND_CLOSE].includes(ours.reason) && /^[\r\n]/.test(fromLastHead(text)),
  },
  {
    name: 'two carriage returns after the status line',
    reason: 'llhttp takes a second carriage return for the line feed of the status line.',
    example: 'HTTP/1.1 200 OK\r\rContent-Length: 0\r\n\r\n',
    applies: (text, _, ours) => ours.verdict !== 'done' && /^HTTP[^\r\n]*\r\r/.test(fromLastHead(text)),
  },
  {
    name: 'a status below 100',
    reason: 'The first digit is the class, 1 to 5 (RFC 9110, 15); nobody means 099.',
    example: 'HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n',
    applies: (_, __, ours) => ours.reason === 'the status is below 100',
  },
  {
    name: 'a body of an interim response',
    reason:
      'An interim response has no body, whatever its headers say (RFC 9110, 15.2). llhttp reads one where the status is none of 100 to 103.',
    example: `HTTP/1.1 182 Odd\r\nContent-Length: 2\r\n\r\nok${OK}Content-Length: 0\r\n\r\n`,
    applies: (text) => /\r\n(?:Content-Length|Transfer-Encoding):/i.test(interimOf(text)),
  },
  {
    name: 'a length of more than 15 digits',
    reason: 'Beyond 2^53 a length is not exact here, and nobody has a petabyte to send.',
    example: `${OK}Content-Length: 0000000000000000\r\n\r\n`,
    applies: (text, _, ours) =>
      ours.reason === 'Content-Length is no number' && /\r\nContent-Length:[ \t]*\d{16,}/i.test(text),
  },
  {
    name: 'a chunk size of more than 12 digits',
    reason:
      'Beyond 2^48 bytes a chunk is refused: 12 hexadecimal digits stay exact. llhttp takes 16, leading zeros included.',
    example: `${OK}Transfer-Encoding: chunked\r\n\r\n0000000000000\r\n\r\n`,
    applies: (_, __, ours) => ours.reason === 'chunk size too large',
  },
  {
    name: 'tabs and empty members in framing headers',
    reason:
      'A tab is white space, and an empty member of a list is to be ignored (RFC 9110, 5.5 and 5.6.1.2). llhttp does neither in Content-Length, Transfer-Encoding and Connection, and reads such a chunked body until the connection closes.',
    example: `${OK}Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n`,
    applies: (text) =>
      /\r\n(?:Content-Length|Transfer-Encoding):[^\r\n]*(?:\t|,[ \t]*(?:,|\r))/i.test(text) ||
      /\r\nTransfer-Encoding:[ \t]*,/i.test(text) ||
      /\r\nConnection:[^\r\n]*\t/i.test(text),
  },
  {
    name: 'an empty Transfer-Encoding beside Content-Length',
    reason:
      'Content-Length beside Transfer-Encoding is refused; llhttp lets it pass where the latter is empty and comes first.',
    example: `${OK}Transfer-Encoding: \r\nContent-Length: 0\r\n\r\n`,
    applies: (text) => /\r\nTransfer-Encoding:[ \t]*\r\n/i.test(text),
  },
  {
    name: 'a chunk extension without a name',
    reason: 'An extension has a name (RFC 9112, 7.1.1).',
    example: `${OK}Transfer-Encoding: chunked\r\n\r\n0;=b\r\n\r\n`,
    applies: (text, theirs, ours) =>
      theirs.verdict !== 'malformed' && ours.reason === 'malformed chunk extension' && /;[;=]/.test(text),
  },
  {
    name: 'framing headers in a trailer',
    reason:
      'A trailer is read and dropped: a Content-Length or Connection in it changes nothing (RFC 9110, 6.5.1). llhttp reads it as a header, and refuses a Content-Length there.',
    example: `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 0\r\n\r\n`,
    applies: (text, _, ours) =>
      ours.verdict === 'done' &&
      /\r\n0+[^\r\n]*\r\n(?:[^\r\n]+\r\n)*(?:Content-Length|Transfer-Encoding|Connection|Proxy-Connection|Upgrade)[ \t]*:/i.test(
        text,
      ),
  },
  {
    name: 'Proxy-Connection',
    reason:
      'Not a header of HTTP: what it says of the connection is ignored (RFC 9112, C.2.2). llhttp reads it as Connection.',
    example: `${OK}Proxy-Connection: close\r\nContent-Length: 0\r\n\r\n`,
    applies: (text, theirs, ours) =>
      /\r\nProxy-Connection:/i.test(text) &&
      (ours.verdict === 'done' || ours.reason === BEHIND_CLOSE || theirs.reason.startsWith('Data after')),
  },
  {
    name: 'close and keep-alive together',
    reason: '`close` wins over `keep-alive` (RFC 9112, 9.3), in HTTP/1.0 as well.',
    example: 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    applies: (text, theirs, ours) =>
      bothDone(theirs, ours) &&
      theirs.reusable &&
      !ours.reusable &&
      /\r\nConnection:[^\r]*keep-alive/i.test(text) &&
      /\r\nConnection:[^\r]*close/i.test(text),
  },
];
