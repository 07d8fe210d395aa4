import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerBuffer } from '../answer.ts';
import { anyAnswer } from './answer.fixture.ts';
import { type Reading, readWithLlhttp } from './llhttp.fixture.ts';
import { PROGRESS, ResponseParser } from './parser.ts';

/**
 * Our parser against llhttp, the parser of Node and undici: the same answer must be the same to both. The same answers
 * each time, so that a change is judged by its own merits; `FUZZ_SEED` and `FUZZ_RUNS` in the environment look further.
 */

const SEED = Number(process.env['FUZZ_SEED'] ?? 4);
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 20_000);

interface Ours extends Omit<Reading, 'headers'> {
  readonly keepAliveTimeout: number;
  /** Of a name in lower case the first value, or null. */
  header(name: string): string | null;
}

const parser = new ResponseParser();
parser.answer = new AnswerBuffer();
const shared = Buffer.alloc(64 * 1024);

/** Reads the bytes with our parser in pieces, each through the same buffer, and then the end of the connection. */
function readWithOurs(bytes: Buffer, cuts: readonly number[], bodiless: boolean): Ours {
  parser.reset(bodiless);
  let start = 0;
  let verdict: Reading['verdict'] | null = null;
  let end = bytes.length;
  for (const cut of [...cuts, bytes.length]) {
    bytes.copy(shared, 0, start, cut);
    const progress = parser.feed(shared, 0, cut - start);
    parser.answer?.settle();
    shared.fill(0, 0, cut - start);
    if (progress === PROGRESS.broken) verdict = 'malformed';
    if (progress === PROGRESS.done) {
      verdict = 'done';
      end = start + parser.consumed;
    }
    if (verdict !== null) break;
    start = cut;
  }
  verdict ??= parser.end() === PROGRESS.done ? 'done' : 'cut-off';
  const { status, bodyBytes: body, reusable, error: reason, keepAliveTimeout } = parser;
  const header = (name: string): string | null => parser.answer?.header(name) ?? null;
  return { verdict, status, body, end, reusable, reason, keepAliveTimeout, header };
}

const INTERIM = /^HTTP\/1\.[01] 1\d\d(?: [^\r\n]*)?\r\n(?:[^\r\n]+\r\n)*\r\n/;

/** The bytes behind the interim answers. */
function fromLastHead(text: string): string {
  let rest = text;
  for (let found = INTERIM.exec(rest); found !== null; found = INTERIM.exec(rest)) rest = rest.slice(found[0].length);
  return rest;
}

/** The interim answers themselves. */
const interimOf = (text: string): string => text.slice(0, text.length - fromLastHead(text).length);

type Difference = (text: string, theirs: Reading, ours: Ours) => boolean;

/** Where we differ on purpose, each with its reason. */
const DIFFERENCES: Readonly<Record<string, Difference>> = {
  // We read a head when it is whole. Until then what is wrong and what is missing are both unfinished: a connection that
  // ends there was cut off. Completing such a head must show it to be malformed for us too.
  'a wrong head that never became whole': (text, theirs, ours) =>
    theirs.verdict === 'malformed' &&
    ours.verdict === 'cut-off' &&
    ['\r\n\r\n', '\n\r\n'].some(
      (end) => readWithOurs(Buffer.from(text + end, 'latin1'), [], false).verdict === 'malformed',
    ),
  // We ask with HTTP/1.1: an answer of another major version is none (RFC 9110, 2.5).
  'HTTP/0.9 and HTTP/2.0': (text) => /^HTTP\/[02]/.test(fromLastHead(text)),
  // At an I llhttp waits for the rest of SHOUTcast's `ICY`, which is no HTTP.
  ICY: (text) => /^I/.test(fromLastHead(text)),
  // Servers may skip empty lines before a request; nothing allows them before an answer (RFC 9112, 2.2).
  'empty lines before the answer': (text) => /^[\r\n]/.test(fromLastHead(text)),
  // llhttp takes a second CR for the LF of the status line.
  'two CR after the status line': (text) => /^HTTP[^\r\n]*\r\r/.test(fromLastHead(text)),
  // The first digit is the class, 1 to 5 (RFC 9110, 15); nobody means 099.
  'a status below 100': (text) => /^HTTP\/1\.[01] 0\d\d/.test(fromLastHead(text)),
  // Nobody asked for another protocol.
  'status 101': (text) => /^HTTP\/1\.[01] 101/m.test(text),
  // An interim answer has no body, whatever its headers say (RFC 9110, 15.2).
  'a body of an interim answer': (text) => /\r\n(?:Content-Length|Transfer-Encoding):/i.test(interimOf(text)),
  // Beyond 2^53 a length is not exact here; nobody has a petabyte to send.
  'a length of more than 15 digits': (text) => /\r\nContent-Length:[ \t]*\d{16,}/i.test(text),
  // A tab is white space, and an empty member of a list is to be ignored (RFC 9110, 5.5 and 5.6.1.2): llhttp does
  // neither in these headers, and reads such a chunked body until the connection closes.
  'tabs and empty members in framing headers': (text) =>
    /\r\n(?:Content-Length|Transfer-Encoding):[^\r\n]*(?:\t|,[ \t]*(?:,|\r))/i.test(text) ||
    /\r\nTransfer-Encoding:[ \t]*,/i.test(text) ||
    /\r\nConnection:[^\r\n]*\t/i.test(text),
  // Content-Length beside Transfer-Encoding is refused; llhttp lets it pass where the latter is empty and comes first.
  'an empty Transfer-Encoding': (text) => /\r\nTransfer-Encoding:[ \t]*\r\n/i.test(text),
  // An extension has a name (RFC 9112, 7.1.1).
  'a chunk extension without a name': (text) => /\r\n[0-9a-f]+[^\r\n]*;[;=]/i.test(text),
  // `close` wins over `keep-alive` (RFC 9112, 9.3), in HTTP/1.0 as well.
  'close and keep-alive together': (text, theirs, ours) =>
    theirs.reusable &&
    !ours.reusable &&
    /\r\nConnection:[^\r]*keep-alive/i.test(text) &&
    /\r\nConnection:[^\r]*close/i.test(text),
};

/** What the two say differently, or null. */
function differenceOf(text: string, theirs: Reading, ours: Ours): string | null {
  const excused = Object.values(DIFFERENCES).some((is) => is(text, theirs, ours));
  if (excused) return null;
  if (theirs.verdict !== ours.verdict)
    return `llhttp: ${theirs.verdict} (${theirs.reason}), ours: ${ours.verdict} (${ours.reason})`;
  if (theirs.verdict !== 'done') return null;
  for (const part of ['status', 'body', 'end', 'reusable'] as const)
    if (theirs[part] !== ours[part]) return `${part} is ${theirs[part]} to llhttp, ${ours[part]} to us`;
  for (const name of new Set([...theirs.headers.map(([each]) => each), 'x-absent'])) {
    // White space behind a value is no part of it (RFC 9110, 5.5); llhttp leaves it to its users.
    const value = theirs.headers.find(([each]) => each === name)?.[1].replace(/[ \t]+$/, '') ?? null;
    if (value !== ours.header(name)) return `${name} is ${value} to llhttp, ${ours.header(name)} to us`;
  }
  const timeouts = theirs.headers.flatMap(([name, value]) =>
    name === 'keep-alive' ? (/(?:^|[\s,;])timeout=(\d{1,9})/i.exec(value)?.[1] ?? []) : [],
  );
  if (ours.keepAliveTimeout !== Number(timeouts.at(-1) ?? -1))
    return `keep-alive timeout is ${timeouts.at(-1)} to llhttp, ${ours.keepAliveTimeout} to us`;
  return null;
}

describe('the parser', () => {
  it('reads any answer as llhttp does, well-formed or damaged', () => {
    const counts = { done: 0, 'cut-off': 0, malformed: 0 };
    fc.assert(
      fc.property(anyAnswer, fc.boolean(), (text, bodiless) => {
        const bytes = Buffer.from(text, 'latin1');
        const theirs = readWithLlhttp(bytes, bodiless);
        counts[theirs.verdict]++;
        expect(differenceOf(text, theirs, readWithOurs(bytes, [], bodiless))).toBeNull();
      }),
      { numRuns: RUNS, seed: SEED },
    );
    // The generator reaches all three, so that the agreement means something.
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(200);
  });

  it('reads an answer the same, cut at any one position or at all of them', () => {
    const unsplit = ({ header, ...reading }: Ours) => ({ ...reading, reason: '', type: header('content-type') });
    fc.assert(
      fc.property(anyAnswer, fc.boolean(), (text, bodiless) => {
        const bytes = Buffer.from(text, 'latin1');
        const whole = readWithOurs(bytes, [], bodiless);
        const everywhere = Array.from({ length: Math.max(0, bytes.length - 1) }, (_, i) => i + 1);
        for (const cuts of [...everywhere.map((cut) => [cut]), everywhere]) {
          const cutUp = readWithOurs(bytes, cuts, bodiless);
          // In the same wrong head one may see another fault first, and stop before the status.
          if (whole.verdict === 'malformed') expect(cutUp.verdict).toBe('malformed');
          else expect(unsplit(cutUp)).toEqual(unsplit(whole));
        }
      }),
      { numRuns: RUNS / 50, seed: SEED },
    );
  });

  it('differs from llhttp where it says so, and only by choice', () => {
    const odd: Record<string, string> = {
      'HTTP/0.9 and HTTP/2.0': 'HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n',
      'empty lines before the answer': '\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
      'a status below 100': 'HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n',
      'a length of more than 15 digits': 'HTTP/1.1 200 OK\r\nContent-Length: 0000000000000000\r\n\r\n',
    };
    for (const [name, text] of Object.entries(odd)) {
      const bytes = Buffer.from(text, 'latin1');
      expect([name, readWithLlhttp(bytes, false).verdict]).toEqual([name, 'done']);
      expect([name, readWithOurs(bytes, [], false).verdict]).toEqual([name, 'malformed']);
    }
  });

  it('holds no memory after 100,000 answers, whole or broken', () => {
    const samples = fc.sample(anyAnswer, { numRuns: 500, seed: 4 }).map((text) => Buffer.from(text, 'latin1'));
    const readAll = (times: number): void => {
      for (let n = 0; n < times; n++)
        for (const bytes of samples) readWithOurs(bytes, n % 2 === 0 ? [] : [bytes.length >> 1], false);
    };
    const used = (): number => {
      globalThis.gc?.();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    readAll(20);
    const before = used();
    readAll(200);
    // Garbage that was not collected yet may be in it: a leak of 100 bytes an answer would be 10 MB more than that.
    expect(used() - before).toBeLessThan(16 * 1024 * 1024);
  });
});
