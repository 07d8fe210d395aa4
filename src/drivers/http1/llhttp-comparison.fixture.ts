/** Our parser beside llhttp, the parser of Node and undici: the same bytes must be the same response to both. */
import { type Reading, readWithLlhttp } from './llhttp.fixture.ts';
import { DIFFERENCES, type KnownDifference } from './llhttp-differences.fixture.ts';
import { type Ours, readWithOurs } from './own-reading.fixture.ts';

/** What came of one response. */
export interface Comparison {
  readonly verdict: Reading['verdict'];
  /** What the two say differently; null: nothing. */
  readonly difference: string | null;
  /** Which known difference that is; null: none, so it is a fault. */
  readonly known: KnownDifference | null;
}

/** @param text Latin-1. */
export function compareWithLlhttp(text: string, bodiless: boolean): Comparison {
  const bytes = Buffer.from(text, 'latin1');
  const theirs = readWithLlhttp(bytes, bodiless);
  const ours = readWithOurs(bytes, [], bodiless);
  const difference = differenceOf(theirs, ours);
  const known = difference === null ? null : (DIFFERENCES.find((each) => each.applies(text, theirs, ours)) ?? null);
  return { verdict: theirs.verdict, difference, known };
}

function differenceOf(theirs: Reading, ours: Ours): string | null {
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
